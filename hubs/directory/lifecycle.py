"""The standing of a hub: set by an administrator with a reason until its first proposal, from then on by decisions.

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
