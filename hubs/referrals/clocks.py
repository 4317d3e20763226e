"""The clocks of support requests and referrals: due, warning, pauses, the entrepreneur's wait, local weeks.

Decided in domain rule 6: our clock runs in the receiving office's working hours and may pause, the
entrepreneur's runs in elapsed time and never pauses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from hubs.core.calendars import (
    DueCode,
    Remaining,
    Term,
    WorkingCalendar,
    describe_remaining,
    due_by,
    instant,
    zone,
)


@dataclass(frozen=True, slots=True)
class Pause:
    """An interval in which the clock stands still, while a question is out; without end it still does."""

    started_at: datetime
    ended_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.ended_at is not None and instant(self.ended_at) < instant(self.started_at):
            raise ValueError("a pause ends before it starts")


@dataclass(frozen=True, slots=True)
class ClockStatus:
    """What a clock shows. When paused there is no due moment: it is known when the pause ends."""

    code: DueCode
    due_at: datetime | None
    warn_at: datetime | None
    remaining: Remaining | None
    paused_since: datetime | None = None


class DueChange(NamedTuple):
    """A due moment before and after the calendar changed, for the log; None while the clock is paused."""

    old_due: datetime | None
    new_due: datetime | None


class Waiting(NamedTuple):
    """Elapsed time in whole days and the hours beyond them."""

    days: int
    hours: int


@dataclass(frozen=True, slots=True)
class Clock:
    """A term that runs since `started_at` on one office's calendar, and the pauses in it.

    Working time inside a pause does not count, and the outer bound shifts by the pause's elapsed time. A pause
    that begins when the term is already over changes nothing: late stays late.
    """

    started_at: datetime
    term: Term
    calendar: WorkingCalendar
    pauses: tuple[Pause, ...] = ()

    def __post_init__(self) -> None:
        instant(self.started_at)
        object.__setattr__(self, "pauses", _tidied(self.pauses, self.started_at))

    def due_at(self, now: datetime) -> datetime | None:
        """When the term is over; None while a pause is running."""
        return self._after_quarters(4, now)

    def warn_at(self, now: datetime) -> datetime | None:
        """When three quarters of the term (or of its outer bound, if sooner) are over; None as `due_at`."""
        return self._after_quarters(3, now)

    def paused_since(self, now: datetime) -> datetime | None:
        """The start of the pause that is running now, if any."""
        return next((pause.started_at for pause in self.pauses if _is_running(pause, now)), None)

    def status(self, now: datetime) -> ClockStatus:
        """What to show now: late from the due moment on, soon from the warning on, else later; or paused."""
        due_at, warn_at = self.due_at(now), self.warn_at(now)
        if due_at is None:
            return ClockStatus(DueCode.PAUSED, None, warn_at, None, self.paused_since(now))
        remaining = describe_remaining(now, due_at, self.calendar, soon_at=warn_at)
        return ClockStatus(remaining.code, due_at, warn_at, remaining)

    def _after_quarters(self, quarters: int, now: datetime) -> datetime | None:
        start, left = instant(self.started_at), self.term.working * quarters / 4
        outer = start + self.term.outer * quarters / 4
        for pause in self.pauses:
            if pause.started_at > now:
                break
            reached = due_by(self.calendar, start, left, outer)
            if reached <= pause.started_at:
                return reached
            if pause.ended_at is None or pause.ended_at > now:
                return None
            left -= self.calendar.working_between(start, pause.started_at)
            outer += pause.ended_at - pause.started_at
            start = pause.ended_at
        return due_by(self.calendar, start, left, outer)


def recompute(clock: Clock, calendar: WorkingCalendar, now: datetime) -> DueChange:
    """The due moment under the old calendar and under a new one, as when a holiday is announced late.

    Says nothing about whether a term already over is opened again; that is for the caller.
    """
    return DueChange(clock.due_at(now), replace(clock, calendar=calendar).due_at(now))


def waiting(since: datetime, now: datetime) -> Waiting:
    """How long the entrepreneur has been waiting: elapsed time, never paused; nothing before `since`."""
    elapsed = max(instant(now) - instant(since), timedelta())
    return Waiting(elapsed.days, elapsed.seconds // 3600)


def week_of(at: datetime, timezone: str) -> str:
    """The ISO week on the office's own calendar, as `2026-W48`: the key of its weekly capacity."""
    year, week, _ = instant(at).astimezone(zone(timezone)).isocalendar()
    return f"{year:04d}-W{week:02d}"


def next_monday(at: datetime, timezone: str) -> date:
    """The first day of the next local week, when capacity is whole again."""
    today = instant(at).astimezone(zone(timezone)).date()
    return today + timedelta(days=7 - today.weekday())


def _is_running(pause: Pause, now: datetime) -> bool:
    return pause.started_at <= now and (pause.ended_at is None or now < pause.ended_at)


def _tidied(pauses: Iterable[Pause], started_at: datetime) -> tuple[Pause, ...]:
    """Pauses in UTC and in order, cut off at the clock's start, those that overlap or touch as one."""
    begin = instant(started_at)
    tidy: list[Pause] = []
    for pause in sorted(pauses, key=lambda pause: pause.started_at):
        start = max(instant(pause.started_at), begin)
        end = None if pause.ended_at is None else instant(pause.ended_at)
        if end is not None and end <= start:
            continue
        previous = tidy[-1] if tidy else None
        if previous is None or (previous.ended_at is not None and previous.ended_at < start):
            tidy.append(Pause(start, end))
        elif previous.ended_at is not None:
            tidy[-1] = Pause(previous.started_at, None if end is None else max(end, previous.ended_at))
    return tuple(tidy)
