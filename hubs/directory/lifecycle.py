"""The standing of a hub, and how a change of its profile comes into the register (domain.md, Lifecycles).

The standing is set by an administrator with a reason until its first proposal, from then on by decisions.

What stands on a day is derived when read (`status_on`): a term that is over counts, whether or not a scheduler ran.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from hubs.accounts.permissions import P
from hubs.core.errors import Problem
from hubs.core.lifecycle import Change, Lifecycle, t


class HubStatus(StrEnum):
    REGISTERED = "registered"
    IN_DEVELOPMENT = "in_development"
    ACCREDITED = "accredited"
    CONDITIONAL = "conditional"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


S = HubStatus
STANDING = frozenset({S.IN_DEVELOPMENT, S.ACCREDITED, S.CONDITIONAL})  # may hold agreements in force
ENDING_WITH_TERM = STANDING | {S.SUSPENDED}
_ALL_BUT_ENDED = {S.REGISTERED, S.IN_DEVELOPMENT, S.ACCREDITED, S.CONDITIONAL, S.SUSPENDED}


class Coming(NamedTuple):
    """A standing that begins by itself on a day to come: a renewal that was granted in time."""

    status: str
    from_on: date
    ends_on: date | None


def status_on(state: str, standing_ends_on: date | None, on: date, coming: Coming | None = None) -> str:
    """The standing on this day, by the stored one, the last day of its term, and the one that takes over after it."""
    if coming is not None and coming.from_on <= on:
        return status_on(coming.status, coming.ends_on, on)
    is_over = standing_ends_on is not None and on > standing_ends_on
    return S.EXPIRED if is_over and state in ENDING_WITH_TERM else state


def _may_be_set(hub: Any, change: Change) -> Iterable[Problem]:
    if not (change.data.get("reason") or "").strip():
        yield Problem("reason_required", _l("Say why. The reason is kept with the decision."), "reason")
    if hub.follows_decisions and not change.data.get("by_decision"):
        yield Problem(
            "follows_decisions",
            _l("This hub has handed in a proposal. From then on only a signed decision changes its standing."),
            "action",
        )


def _stamp(hub: Any, change: Change) -> None:
    hub.status_since = change.data.get("since") or change.now
    hub.status_reason = change.data["reason"].strip()


def _row(name: str, label: Any, sources: set[S], target: S) -> Any:
    return t(name, label, sources, target, P.HUB_STATUS_SET, guard=_may_be_set, effect=_stamp)


HUB_STATUS = Lifecycle(
    "hub_status",
    HubStatus,
    S.REGISTERED,
    (
        _row("develop", _l("Mark as in development"), set(S) - {S.IN_DEVELOPMENT}, S.IN_DEVELOPMENT),
        _row("accredit", _l("Accredit"), set(S) - {S.ACCREDITED}, S.ACCREDITED),
        _row("accredit_conditionally", _l("Accredit with conditions"), set(S) - {S.CONDITIONAL}, S.CONDITIONAL),
        _row("suspend", _l("Suspend"), {S.IN_DEVELOPMENT, S.ACCREDITED, S.CONDITIONAL}, S.SUSPENDED),
        _row("withdraw_accreditation", _l("Withdraw"), _ALL_BUT_ENDED - {S.REGISTERED}, S.WITHDRAWN),
        _row("expire", _l("Mark as expired"), _ALL_BUT_ENDED - {S.REGISTERED}, S.EXPIRED),
    ),
)


class ChangeState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    SENT_BACK = "sent_back"


C = ChangeState
UNFINISHED = frozenset({C.DRAFT, C.SENT_BACK})  # lies with the hub


def _where_submitted_goes(change: Any) -> str:
    """What needs no confirmation is published at once; the rest waits for the ministry."""
    return C.SUBMITTED if change.waits_for_ministry else C.PUBLISHED


def _says_why(_subject: Any, change: Change) -> Iterable[Problem]:
    if not any(text.strip() for text in (change.data.get("reasons") or {}).values()):
        yield Problem("reason_required", _l("Say what is not right. The hub reads it beside the field."), "reason")


def _stamp_submitted(subject: Any, change: Change) -> None:
    subject.submitted_at, subject.reasons = change.now, {}


def _stamp_decided(subject: Any, change: Change) -> None:
    subject.decided_at = change.now


def _stamp_sent_back(subject: Any, change: Change) -> None:
    subject.decided_at = change.now
    subject.reasons = {name: text.strip() for name, text in change.data["reasons"].items() if text.strip()}


PROFILE_CHANGE = Lifecycle(
    "profile_change",
    ChangeState,
    C.DRAFT,
    (
        t("submit", _l("Publish"), UNFINISHED, _where_submitted_goes, P.PROFILE_PUBLISH, effect=_stamp_submitted),
        t("take_back", _l("Take back"), {C.SUBMITTED}, C.DRAFT, P.PROFILE_EDIT),
        t("publish", _l("Confirm and publish"), {C.SUBMITTED}, C.PUBLISHED, P.PROFILE_CONFIRM, effect=_stamp_decided),
        t(
            "send_back", _l("Send back"), {C.SUBMITTED}, C.SENT_BACK, P.PROFILE_CONFIRM,
            guard=_says_why, effect=_stamp_sent_back,
        ),
    ),
)  # fmt: skip
