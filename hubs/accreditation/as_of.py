"""What stood on a day: the standing, its ground, and the agreements in force then (domain.md, rule 8).

Derived from what was recorded (standing periods, signatures, ends), so that it answers for every day since the first
record, whether or not a scheduler ever ran. A day is a day in Amsterdam; what holds is what held at its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hubs.agreements.standing import facts_of, posts_in_force
from hubs.core.clock import end_of, local_day
from hubs.directory.lifecycle import ENDING_WITH_TERM, STANDING, HubStatus

NEVER_SET = "none"  # the ground of a standing nobody ever set: in the register, not accredited


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From when a hub had a standing; the next one ends it, and so does the last day of its term."""

    status: str
    from_at: datetime
    ends_on: date | None = None
    ground: str = "administrator"
    source: Any = field(default=None, compare=False)  # the row it was read from


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer for one day."""

    on: date
    status: str
    since_on: date | None
    period: Period | None  # None: nobody had set a standing yet
    is_by_term: bool  # expired because the term was over, not because somebody or the clock said so
    changes: tuple[Period, ...] = ()  # what was set in the course of this day, the last of it excepted
    before: str = HubStatus.REGISTERED  # the standing at the end of the day before

    @property
    def ground(self) -> str:
        if self.period is None:
            return NEVER_SET
        return "rule" if self.is_by_term else self.period.ground

    @property
    def is_accredited(self) -> bool:
        """Whether it might take questions: accredited, with conditions, or in development."""
        return self.status in STANDING

    @property
    def changed_that_day(self) -> bool:
        return self.before != self.status or bool(self.changes)


def standing_at(periods: Iterable[Period], on: date) -> Standing:
    """What stood at the end of a day. Of two periods that begin at the same instant the later in the list holds."""
    begun = [one for one in sorted(periods, key=lambda one: one.from_at) if one.from_at <= end_of(on)]
    status, since, by_term = _after(begun, on)
    earlier = [one for one in begun if local_day(one.from_at) < on]
    before, _since, _by_term = _after(earlier, on - timedelta(days=1))
    of_the_day = begun[len(earlier) :]
    return Standing(on, status, since, begun[-1] if begun else None, by_term, tuple(of_the_day[:-1]), before)


def _after(begun: Sequence[Period], on: date) -> tuple[str, date | None, bool]:
    if not begun:
        return HubStatus.REGISTERED, None, False
    last = begun[-1]
    if last.ends_on is not None and on > last.ends_on and last.status in ENDING_WITH_TERM:
        return HubStatus.EXPIRED, last.ends_on + timedelta(days=1), True
    return last.status, _since(begun), False


def _since(begun: Sequence[Period]) -> date:
    """The day the last of these standings began, the same standing for another term not counted as a beginning."""
    first = len(begun) - 1
    while first and _runs_on(begun[first - 1], begun[first]):
        first -= 1
    return local_day(begun[first].from_at)


def _runs_on(one: Period, following: Period) -> bool:
    in_time = one.ends_on is None or local_day(following.from_at) <= one.ends_on + timedelta(days=1)
    return one.status == following.status and in_time


# --- agreements --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _SideThen:
    post_id: str
    signed_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class VersionThen:
    """A version of an agreement as it stood at an instant: what happened later is not in it."""

    id: str
    lineage_id: str
    version_number: int
    starts_on: date | None
    ends_on: date | None
    conditional_on_accreditation: bool
    state: str
    end_reason: str
    hub_signed_at: datetime | None
    hub_ended_at: datetime | None
    ended_at: datetime | None
    posts: tuple[_SideThen, ...]


def version_then(agreement: Any, moment: datetime) -> VersionThen:
    """An agreement without what happened after `moment`. That it rested follows from the hub's standing then."""

    def known(instant: datetime | None) -> datetime | None:
        return instant if instant is not None and instant <= moment else None

    ended = known(agreement.ended_at)
    return VersionThen(
        id=agreement.id,
        lineage_id=agreement.lineage_id,
        version_number=agreement.version_number,
        starts_on=agreement.starts_on,
        ends_on=agreement.ends_on,
        conditional_on_accreditation=agreement.conditional_on_accreditation,
        state="ended" if ended else "offered" if known(agreement.offered_at) else "draft",
        end_reason=(agreement.end_reason or "") if ended else "",
        hub_signed_at=known(agreement.hub_signed_at),
        hub_ended_at=known(agreement.hub_ended_at),
        ended_at=ended,
        posts=tuple(_SideThen(row.post_id, known(row.signed_at), known(row.ended_at)) for row in agreement.posts),
    )


def agreements_in_force(agreements: Sequence[Any], status: str, on: date) -> dict[str, frozenset[str]]:
    """The agreements in force at the end of a day with the posts for which they were: id -> posts."""
    moment = end_of(on)
    versions = [version_then(one, moment) for one in agreements]
    found = {}
    for version in versions:
        lineage = [other for other in versions if other.lineage_id == version.lineage_id]
        posts = posts_in_force(facts_of(version, lineage), status, on)
        if posts:
            found[version.id] = posts
    return found
