"""One call: who asks, what was sent, and the checks a view makes in the order handles.md lays down."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.api.idempotency import claim, key_sent
from hubs.api.payload import Payload, load, load_query
from hubs.api.versions import check_match
from hubs.core.errors import NotPermitted
from hubs.core.perform import check_permitted, open_actions
from hubs.extensions import write_transaction

READING = frozenset(
    {
        P.DIRECTORY_READ,
        P.COMPANY_READ,
        P.AGREEMENT_READ,
        P.SUPPORT_REQUEST_READ,
        P.REFERRAL_READ,
        P.MISSION_READ,
        P.PROPOSAL_READ,
        P.DECISION_READ,
        P.OBJECTION_READ,
        P.ACCREDITATION_READ,
    }
)

if TYPE_CHECKING:
    from hubs.api.endpoints import Endpoint


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view found, still to be dumped; `version` goes into the ETag, `location` names what was made."""

    body: Any
    version: Any = None
    location: str | None = None


@dataclass
class Call:
    """The order is: load the subject (404), `may` or `may_act` (403), `body` (400), `match` (412, 428), operation.

    What was made before with the same Idempotency-Key is found after the body, by everybody who may make it still.
    """

    endpoint: Endpoint
    actor: Actor
    now: datetime
    payload: Payload
    is_checked: bool = field(default=False)
    key: str | None = field(default=None)  # the Idempotency-Key under which the answer will be kept
    _body: dict[str, Any] | None = field(default=None)

    @property
    def sight(self) -> Actor:
        """The actor for loading a subject: what belongs to one's organisation but not to one's role is 403, not 404.

        Only reading is added; what the answer holds is asked of `actor`.
        """
        return replace(self.actor, permissions=self.actor.permissions | READING)

    def may(self, subject: Any = None, permission: str | None = None) -> None:
        """403 unless the actor may do what this endpoint is for, to this subject."""
        self.is_checked = True
        if not self.actor.can(permission or self.endpoint.access, subject):
            raise NotPermitted(message=_l("Your role may not do this here."))

    def may_act(self, subject: Any) -> None:
        """403 unless the actor may do the action in the body; one that does not exist is the body's matter."""
        self.may(subject)
        action = self.payload.action()
        row = subject.lifecycle.get(action) if action else None
        if row is not None and not row.by_rule:
            check_permitted(subject, row.name, self.actor)

    def body(self) -> dict[str, Any]:
        """The body as the endpoint's schema takes it; 400 (413, 415) with everything that is wrong.

        Raises MadeBefore for a creation that is sent again.
        """
        if self._body is None:
            if self.payload.refusal is not None:
                raise self.payload.refusal
            empty = self.payload.value is None and self.endpoint.body_optional
            self._body = load(self.endpoint.body_schema, {} if empty else self.payload.value)
            if self.endpoint.creates:
                self.key = key_sent()
                if not self.endpoint.upload:
                    self._claim()
        return self._body

    @property
    def is_read(self) -> bool:
        """Whether the body was asked for."""
        return self._body is not None

    def begin(self) -> None:
        """Begin the transaction of an endpoint that takes a file, after the file was read. Raises MadeBefore."""
        write_transaction()
        self._claim()

    def _claim(self) -> None:
        if self.key is not None:
            claim(str(self.actor.id), self.key, self.payload.value, self.now)

    def match(self, version: Any) -> None:
        """412 or 428 by If-Match."""
        check_match(version, required=self.endpoint.match == "required")

    def query(self) -> dict[str, Any]:
        """The query string as the endpoint's schema takes it."""
        return load_query(self.endpoint.query_schema)

    def actions(self, subject: Any) -> list[str]:
        """The actions open to the caller now."""
        return [row.name for row in open_actions(subject, self.actor)]
