"""Who tries to decide on their own work is refused, and the attempt is kept, whatever door they came through.

The refusal undoes the transaction it happened in, so the attempt gets one of its own: the edge begins it after every
page and call; the folder and the command do so themselves (domain rule 2).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accreditation.models import Decision
from hubs.accreditation.queries.conflicts import conflicts_of, has_interest
from hubs.core.errors import NotPermitted, Problem
from hubs.core.events import record
from hubs.extensions import db

GROUNDS = {
    "assessed": _l("You assessed this proposal."),
    "checked": _l("You checked facts of this proposal."),
    "moderated": _l("You moderated scores of this proposal."),
    "advised": _l("You advised on this."),
    "interest": _l("You declared an interest in this hub."),
    "contested": _l("You signed the decision that the objection is about."),
    "drafted": _l("You drafted the decision that the objection is about."),
    "no_person": _l("Nobody stands behind this token. Only a person can do this."),
}
REFUSED = _l("You may not do this, because you took part in it or have an interest. The attempt is recorded.")


class Conflicted(NotPermitted):
    """A person may not act here because of what they did before, or an interest; `grounds` are codes."""

    code = "conflict_of_interest"
    is_kept = True

    def __init__(self, subject: Any, action: str, grounds: list[str], actor: Actor) -> None:
        super().__init__([Problem(ground, GROUNDS[ground]) for ground in grounds], REFUSED)
        self.model, self.subject_id = type(subject), subject.id
        self.action, self.grounds, self.actor = action, grounds, actor

    def keep(self, now: datetime, channel: str) -> None:
        """Record the attempt; `channel` is page, folder, api or command."""
        subject = db.session.get(self.model, self.subject_id)
        if subject is not None:
            data = {"action": self.action, "grounds": self.grounds, "channel": channel}
            kind = f"{self.model.lifecycle.kind}.attempt_refused"
            record(db.session, kind, subject, actor=self.actor, now=now, data=data, outbox=False)


def person_of(actor: Actor, subject: Any, action: str) -> str:
    """The human being who acts. Raises Conflicted for a token nobody stands behind."""
    if actor.person_id is None:
        raise Conflicted(subject, action, ["no_person"], actor)
    return actor.person_id


def check_signer(decision: Decision, actor: Actor) -> str:
    """The person who may sign as far as what they did before goes. Raises Conflicted."""
    person_id = person_of(actor, decision, "sign")
    grounds = conflicts_of(person_id, decision)
    if grounds:
        raise Conflicted(decision, "sign", grounds, actor)
    return person_id


def check_no_interest(subject: Any, action: str, hub_id: str, actor: Actor) -> None:
    """Nobody acts on a hub in which they declared an interest. Raises Conflicted."""
    if actor.person_id is not None and has_interest(actor.person_id, hub_id):
        raise Conflicted(subject, action, ["interest"], actor)
