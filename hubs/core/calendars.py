"""Working calendars: when an office is open, and when a term in its working hours ends.

Decided in domain rule 6: week, half days, holidays, closures and time zone of the receiving office, with an
outer bound in elapsed days. An office is open whenever its wall clock says so; all sums are done in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

Span = tuple[time, time]
OpenTime = tuple[datetime, datetime]

END_OF_DAY = time.max  # as the end of a span: 24:00, the next midnight
HORIZON_DAYS = 366  # no search looks further ahead

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_ZONE_REACH = timedelta(hours=16)  # further from UTC than any time zone
_CLOCK_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_MOST_DAYS_KEPT = 4000


class HoursError(ValueError):
    """Opening hours that cannot be: `code` says what is wrong, `day` on which weekday (0 is Monday).

    Codes: hours_form (not a table of lists), hours_day (not 0 to 6), hours_time (not HH:MM),
    hours_order (ends before it starts), hours_overlap (two spans at the same time).
    """

    def __init__(self, code: str, day: int | None = None) -> None:
        self.code = code
        self.day = day
        super().__init__(code if day is None else f"{code} on weekday {day}")


class ClosedPeriod(NamedTuple):
    """A registered closure: its first day, and the last day before the office opens again (inclusive)."""

    starts_on: date
    ends_on: date

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1


class DueCode(StrEnum):
    LATE = "late"
    SOON = "soon"
    LATER = "later"
    PAUSED = "paused"


class Unit(StrEnum):
    WORKING_DAYS = "working_days"
    WORKING_HOURS = "working_hours"
    WORKING_MINUTES = "working_minutes"
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class Remaining:
    """How far off a due moment is: before it (soon, later) or after it (late), in whole units, rounded down."""

    code: DueCode
    unit: Unit
    count: int


@dataclass(frozen=True)
class WorkingCalendar:
    """The opening times of one office.

    `hours` maps a weekday (0 is Monday) to spans of local time, `END_OF_DAY` ending one at midnight;
    `closures` are pairs of dates, both days included. Equal calendars are interchangeable and hashable.
    """

    timezone: str
    hours: Mapping[int, tuple[Span, ...]] = field(hash=False)
    holidays: frozenset[date] = frozenset()
    closures: tuple[tuple[date, date], ...] = ()
    _days: dict[date, tuple[OpenTime, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    def __post_init__(self) -> None:
        zone(self.timezone)
        if any(first > last for first, last in self.closures):
            raise ValueError("a closure ends before it starts")
        checked = {day: _checked_spans(day, spans) for day, spans in sorted(self.hours.items()) if spans}
        object.__setattr__(self, "hours", MappingProxyType(checked))
        object.__setattr__(self, "holidays", frozenset(self.holidays))
        object.__setattr__(self, "closures", tuple(sorted((first, last) for first, last in self.closures)))

    def local_date(self, at: datetime) -> date:
        """The date on the office's calendar at that instant."""
        return instant(at).astimezone(zone(self.timezone)).date()

    def spans_on(self, day: date) -> tuple[OpenTime, ...]:
        """The open times of one local day, in UTC, in order; empty on a holiday and in a closure."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= _MOST_DAYS_KEPT:
                self._days.clear()
            known = self._days[day] = self._computed_spans(day)
        return known

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open at that instant; at the closing minute itself it is not."""
        return self._span_at(instant(at)) is not None

    def next_opening(self, at: datetime, within_days: int = HORIZON_DAYS) -> datetime | None:
        """`at` itself when open, else the first opening less than `within_days` elapsed days later, or None."""
        at = instant(at)
        return next((opens for opens, _ in self.open_times(at, at + timedelta(days=within_days))), None)

    def closes_at(self, at: datetime) -> datetime | None:
        """When the office that is open at `at` closes; None when it is closed, or does not close in a year."""
        at = instant(at)
        span = self._span_at(at)
        if span is None:
            return None
        closing = span[1]
        while (following := self._span_at(closing)) is not None:
            closing = following[1]
            if closing - at > timedelta(days=HORIZON_DAYS):
                return None
        return closing

    def add_working(self, start: datetime, working: timedelta, until: datetime | None = None) -> datetime | None:
        """The first instant at which `working` open time has passed since `start`; None if not by `until`.

        `until` is a year after `start` unless given. A term that ends with a working day ends at closing
        time, not at the next opening.
        """
        start = instant(start)
        if working < timedelta():
            raise ValueError("working time cannot be negative")
        if not working:
            return start
        left = working
        for opens, closes in self.open_times(start, until or start + timedelta(days=HORIZON_DAYS)):
            length = closes - opens
            if length >= left:
                return opens + left
            left -= length
        return None

    def working_between(self, earlier: datetime, later: datetime) -> timedelta:
        """The open time from one instant to another; negative when they are given the other way round."""
        if instant(later) < instant(earlier):
            return -self.working_between(later, earlier)
        return sum((closes - opens for opens, closes in self.open_times(earlier, later)), timedelta())

    def open_times(self, start: datetime, end: datetime) -> Iterator[OpenTime]:
        """The open times from `start` to `end`, in UTC, cut off at both."""
        start, end = instant(start), instant(end)
        day, last = self.local_date(start), self.local_date(end)
        while day <= last:
            for opens, closes in self.spans_on(day):
                if opens >= start and closes <= end:
                    yield opens, closes
                elif closes > start and opens < end:
                    yield max(opens, start), min(closes, end)
            day += _DAY

    def working_day(self) -> timedelta | None:
        """This office's own working day: its open time a week, divided by the weekdays it opens on."""
        lengths = [_minutes(end) - _minutes(start) for spans in self.hours.values() for start, end in spans]
        return timedelta(minutes=sum(lengths)) / len(self.hours) if self.hours else None

    def closure_ahead(self, at: datetime, within_days: int = 14, at_least_days: int = 1) -> ClosedPeriod | None:
        """The first closure that holds `at` or starts within so many days, told with its real end.

        The end takes in the weekend, holidays and further closures that follow before the office opens.
        """
        today = self.local_date(at)
        for first, last in self.closures:
            if first > today + timedelta(days=within_days):
                return None
            period = ClosedPeriod(first, self._last_closed_day(last))
            if period.ends_on >= today and period.days >= at_least_days:
                return period
        return None

    def _last_closed_day(self, day: date) -> date:
        for ahead in range(1, HORIZON_DAYS + 1):
            if self.spans_on(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead - 1)
        return day

    def _span_at(self, at: datetime) -> OpenTime | None:
        return next((span for span in self.spans_on(self.local_date(at)) if span[0] <= at < span[1]), None)

    def _computed_spans(self, day: date) -> tuple[OpenTime, ...]:
        if day in self.holidays or any(first <= day <= last for first, last in self.closures):
            return ()
        found = []
        for start, end in self.hours.get(day.weekday(), ()):
            for since, till, offset in _offsets_around(self.timezone, day):
                opens = max(_as_if_utc(day, start) - offset, since)
                closes = min(_as_if_utc(day, end) - offset, till)
                if opens < closes:
                    found.append((opens, closes))
        return tuple(_joined(sorted(found)))


@dataclass(frozen=True, slots=True)
class Term:
    """A time limit: so many working hours of the receiving office, and never more than so many elapsed days.

    There is no term in "working days": with a half-day office those would stretch into weeks. A limit of two
    days is written as 16 hours, and the outer bound decides where an office is rarely open, or never.
    """

    working_hours: Decimal | int
    outer_days: int

    def __post_init__(self) -> None:
        if self.working_hours <= 0 or self.outer_days < 1:
            raise ValueError("a term needs working hours and an outer bound of a day or more")

    @property
    def working(self) -> timedelta:
        return timedelta(microseconds=int(self.working_hours * 3_600_000_000))

    @property
    def outer(self) -> timedelta:
        return timedelta(days=self.outer_days)

    def due_at(self, start: datetime, calendar: WorkingCalendar) -> datetime:
        """When the term that starts at `start` is over, without pauses."""
        return due_by(calendar, start, self.working, instant(start) + self.outer)


def due_by(calendar: WorkingCalendar, start: datetime, working: timedelta, outer: datetime) -> datetime:
    """The end of so much working time, or `outer` when that comes first."""
    return calendar.add_working(start, working, until=outer) or outer


def describe_remaining(
    now: datetime, due: datetime, calendar: WorkingCalendar, soon_at: datetime | None = None
) -> Remaining:
    """How much is left until `due`, or how long ago it was, in the largest unit that fits, rounded down.

    A working day is the office's own (`working_day`). Where no working time lies between the two moments, the
    count is in elapsed time. Soon from `soon_at` on; without it, when less than a working day is left.
    Late from `due` itself.
    """
    late = instant(now) >= instant(due)
    working = abs(calendar.working_between(now, due))
    unit, count = _largest_unit(working, calendar.working_day()) if working else _elapsed_unit(abs(due - now))
    if late:
        code = DueCode.LATE
    elif soon_at is not None:
        code = DueCode.SOON if now >= soon_at else DueCode.LATER
    else:
        code = DueCode.LATER if unit is Unit.WORKING_DAYS else DueCode.SOON
    return Remaining(code, unit, count)


def parse_hours(table: Any) -> dict[int, tuple[Span, ...]]:
    """Hours from their JSON form `{"0": [["09:00", "17:00"]], …}`, checked and sorted; closed days left out.

    "24:00" may end a span. Raises `HoursError`.
    """
    if not isinstance(table, Mapping):
        raise HoursError("hours_form")
    hours = {}
    for key, listed in table.items():
        if key not in ("0", "1", "2", "3", "4", "5", "6"):
            raise HoursError("hours_day")
        day = int(key)
        if not isinstance(listed, list | tuple):
            raise HoursError("hours_form", day)
        spans = _checked_spans(day, [_parsed_span(day, pair) for pair in listed])
        if spans:
            hours[day] = spans
    return hours


def instant(at: datetime) -> datetime:
    """The same instant in UTC; refuses a datetime without a time zone."""
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(UTC)


@lru_cache(maxsize=1024)
def zone(timezone: str) -> ZoneInfo:
    """The time zone of that IANA name; ValueError when there is none."""
    try:
        return ZoneInfo(timezone)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"unknown time zone {timezone!r}") from error


def _parsed_span(day: int, pair: Any) -> Span:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise HoursError("hours_form", day)
    start, end = pair
    return _parsed_time(day, start), END_OF_DAY if end == "24:00" else _parsed_time(day, end)


def _parsed_time(day: int, text: Any) -> time:
    if not isinstance(text, str) or not _CLOCK_TIME.fullmatch(text):
        raise HoursError("hours_time", day)
    return time(int(text[:2]), int(text[3:]))


def _checked_spans(day: int, spans: Iterable[Span]) -> tuple[Span, ...]:
    if day not in range(7):
        raise HoursError("hours_day")
    ordered = tuple(sorted(spans))
    if any(at != END_OF_DAY and (at.second or at.microsecond) for span in ordered for at in span):
        raise HoursError("hours_time", day)
    if any(start >= end for start, end in ordered):
        raise HoursError("hours_order", day)
    if any(later[0] < earlier[1] for earlier, later in zip(ordered, ordered[1:], strict=False)):
        raise HoursError("hours_overlap", day)
    return ordered


def _minutes(at: time) -> int:
    return 24 * 60 if at == END_OF_DAY else at.hour * 60 + at.minute


def _as_if_utc(day: date, at: time) -> datetime:
    midnight = datetime.combine(day, time(), UTC)
    return midnight + timedelta(minutes=_minutes(at))


def _joined(spans: Iterable[OpenTime]) -> Iterator[OpenTime]:
    """Spans that touch, as one."""
    current: OpenTime | None = None
    for opens, closes in spans:
        if current is None:
            current = (opens, closes)
        elif opens <= current[1]:
            current = (current[0], max(current[1], closes))
        else:
            yield current
            current = (opens, closes)
    if current is not None:
        yield current


@lru_cache(maxsize=20_000)
def _offsets_around(timezone: str, day: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """The offsets from UTC in force round a local day: from, until, offset; two where the clock changes."""
    midnight = datetime.combine(day, time(), UTC)
    first, last = midnight - _ZONE_REACH, midnight + _DAY + _ZONE_REACH
    before, after = _offset(timezone, first), _offset(timezone, last)
    if before == after:
        return ((first, last, before),)
    low, high = 0, int((last - first).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(timezone, first + timedelta(seconds=middle)) == before:
            low = middle
        else:
            high = middle
    change = first + timedelta(seconds=high)
    return ((first, change, before), (change, last, after))


def _offset(timezone: str, at: datetime) -> timedelta:
    return at.astimezone(zone(timezone)).utcoffset() or timedelta()


def _largest_unit(working: timedelta, working_day: timedelta | None) -> tuple[Unit, int]:
    if working_day and working >= working_day:
        return Unit.WORKING_DAYS, working // working_day
    if working >= _HOUR:
        return Unit.WORKING_HOURS, working // _HOUR
    return Unit.WORKING_MINUTES, working // _MINUTE


def _elapsed_unit(elapsed: timedelta) -> tuple[Unit, int]:
    if elapsed >= _DAY:
        return Unit.DAYS, elapsed // _DAY
    if elapsed >= _HOUR:
        return Unit.HOURS, elapsed // _HOUR
    return Unit.MINUTES, elapsed // _MINUTE
