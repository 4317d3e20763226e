"""The statutory clock: when the law wants an answer, and how that day follows (Awb 4:5, 4:13-4:15, 6:7, 6:8, 7:10).

Every term is counted in days of Europe/Amsterdam from the day after the event that starts it. A suspension holds
the count; the Algemene termijnenwet (Atw) is applied once, on the day the count ends.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DECISION_WEEKS = 8  # Awb 4:13, second paragraph
NOT_CONSIDER_WEEKS = 4  # Awb 4:5, fourth paragraph
OBJECTION_WEEKS = 6  # Awb 6:7
OBJECTION_DECISION_WEEKS = 6  # Awb 7:10, first paragraph
COMMITTEE_WEEKS = 12  # the same, with a committee as in 7:13
ADJOURNMENT_WEEKS = 6  # Awb 7:10, third paragraph: at most
COMPLETION_DAYS = 14  # the ministry's own usual period to complete a file; each letter names its day
WARN_DAYS = (14, 3)  # calendar days before the last day on which the holder of the file is warned

_DAY = timedelta(days=1)
_MOST_DAYS, _MOST_WEEKS, _MOST_MONTHS = 90, 12, 3  # Atw 4 under a: longer terms are not moved


class StepCode(StrEnum):
    """What happened to the count, in the order it is explained."""

    STARTED = "started"
    COUNTED = "counted"
    SUSPENDED = "suspended"
    EXTENDED = "extended"
    TOO_LATE = "too_late"  # a suspension or extension after the term had ended: without effect
    NOT_COVERED = "not_covered"
    MOVED_WEEKEND = "moved_weekend"
    MOVED_HOLIDAY = "moved_holiday"
    MOVED_SUSPENDED = "moved_suspended"
    TWO_WORKING_DAYS = "two_working_days"
    ENDS = "ends"


class Ground(StrEnum):
    """Why a term stands still (Awb 4:15; 7:10, second paragraph, for an objection)."""

    COMPLETION = "completion"  # first paragraph, under a: the applicant is asked to complete the file
    CONSENT = "consent"  # second paragraph, under a: the applicant agrees in writing
    DELAY_BY_APPLICANT = "delay_by_applicant"  # second paragraph, under b
    FORCE_MAJEURE = "force_majeure"  # second paragraph, under c


ARTICLES: Mapping[str, str] = MappingProxyType(
    {
        Ground.COMPLETION: "Awb 4:15.1a",
        Ground.CONSENT: "Awb 4:15.2a",
        Ground.DELAY_BY_APPLICANT: "Awb 4:15.2b",
        Ground.FORCE_MAJEURE: "Awb 4:15.2c",
    }
)


@dataclass(frozen=True, slots=True)
class Suspension:
    """The term stands still from the day after `asked_on`.

    `until_on` is the last day of the period that was given. `completed_on` is the day on which the file was
    complete: the term runs again on that day itself ("tot de dag waarop"). When the period passes unused, its
    last day still stands still and the term runs again on the day after.
    """

    asked_on: date
    until_on: date
    completed_on: date | None = None
    ground: str = Ground.COMPLETION

    @property
    def first(self) -> date:
        return self.asked_on + _DAY

    @property
    def last(self) -> date:
        """The last day that does not count; before `first` when the file was complete at once."""
        if self.completed_on is not None and self.completed_on <= self.until_on:
            return self.completed_on - _DAY
        return self.until_on

    def holds_on(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def over_on(self) -> date:
        """The day of completion, or the last day of the period that passed unused: 4:5 counts on from there."""
        if self.completed_on is not None and self.completed_on <= self.until_on:
            return self.completed_on
        return self.until_on


@dataclass(frozen=True, slots=True)
class Extension:
    """A later end, told to the applicant in time (Awb 4:14; 7:10, third and fourth paragraph)."""

    told_on: date
    days: int
    article: str = "Awb 4:14"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the derivation: the day the count stands at after it, the article, and how many days it took."""

    code: str
    on: date
    article: str
    days: int = 0
    since: date | None = None
    value: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A statutory term: its last day, and how that day follows."""

    ends_on: date
    counted_to: date  # the end before the Algemene termijnenwet
    steps: tuple[Step, ...]

    def is_over(self, today: date) -> bool:
        return today > self.ends_on

    def days_left(self, today: date) -> int:
        """Whole days after today that are still inside the term; negative when it is over."""
        return (self.ends_on - today).days

    @property
    def warn_on(self) -> tuple[date, ...]:
        return tuple(self.ends_on - timedelta(days=days) for days in WARN_DAYS)


def amsterdam_day(instant: datetime) -> date:
    """The day on which something happened, as the law counts days."""
    return instant.astimezone(AMSTERDAM).date()


# --- days that do not end a term ---------------------------------------------------------------------------


def easter(year: int) -> date:
    """Easter Sunday (Gregorian, the anonymous algorithm)."""
    golden, century, rest = year % 19, year // 100, year % 100
    leap, odd = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * odd + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=400)
def holidays_in(year: int) -> Mapping[date, str]:
    """The recognised holidays of Atw 3, Good Friday among them, with their codes."""
    sunday = easter(year)
    found = {
        date(year, 1, 1): "new_year",
        sunday - timedelta(days=2): "good_friday",
        sunday + timedelta(days=1): "easter_monday",
        _kings_day(year): "kings_day",
        date(year, 5, 5): "liberation_day",
        sunday + timedelta(days=39): "ascension",
        sunday + timedelta(days=50): "whit_monday",
        date(year, 12, 25): "christmas",
        date(year, 12, 26): "second_christmas",
    }
    return MappingProxyType(found)


def _kings_day(year: int) -> date:
    """27 April, the 26th when the 27th is a Sunday; until 2013 Queen's Day, 30 or 29 April."""
    day = date(year, 4, 27) if year >= 2014 else date(year, 4, 30)
    return day - _DAY if day.weekday() == 6 else day


def off_code(day: date, equated: Collection[date] = ()) -> str | None:
    """Why a term cannot end on `day`: a code; None on a working day. `equated` are days by decree (Atw 3.3)."""
    if day.weekday() >= 5:
        return "weekend"
    return holidays_in(day.year).get(day) or ("equated" if day in equated else None)


# --- counting ------------------------------------------------------------------------------------------------


def term_end(
    event_on: date,
    *,
    days: int | None = None,
    weeks: int | None = None,
    months: int | None = None,
    article: str = "",
    equated: Collection[date] = (),
) -> Term:
    """The last day of a term that an event on `event_on` starts; the event's own day does not count.

    Exactly one of `days`, `weeks`, `months`, at least 1; else ValueError.
    """
    given = [unit for unit in (days, weeks, months) if unit is not None]
    if len(given) != 1 or given[0] < 1:
        raise ValueError("a term is counted in days, weeks or months, at least one")
    nominal = plus_months(event_on, months) if months else event_on + timedelta(days=days or 7 * (weeks or 0))
    steps = [Step(StepCode.STARTED, event_on, article)]
    steps.append(Step(StepCode.COUNTED, nominal, article, (nominal - event_on).days))
    covered = (days or 0) <= _MOST_DAYS and (weeks or 0) <= _MOST_WEEKS and (months or 0) <= _MOST_MONTHS
    return _closed(event_on, nominal, steps, (), covered, equated)


def decision_due(
    received_on: date,
    *,
    suspensions: Iterable[Suspension] = (),
    extensions: Iterable[Extension] = (),
    weeks: int = DECISION_WEEKS,
    article: str = "Awb 4:13",
    equated: Collection[date] = (),
) -> Term:
    """The last day on which to decide on an application received on `received_on`.

    Days that stand still are added to the end of the count, an extension adds its days, and the Algemene
    termijnenwet moves the result on; neither has effect once the term has ended. A suspension that is still
    open counts as if its period passes unused.
    """
    return _decided(received_on, weeks, article, suspensions, extensions, equated)


def completion_until(asked_on: date, *, days: int = COMPLETION_DAYS, equated: Collection[date] = ()) -> Term:
    """The last day to complete a file, as the letter names it (Awb 4:5); a period the ministry sets."""
    return term_end(asked_on, days=days, article="Awb 4:5", equated=equated)


def not_consider_by(suspension: Suspension, *, equated: Collection[date] = ()) -> Term:
    """The last day to tell the applicant that an incomplete file is not considered (Awb 4:5, fourth paragraph)."""
    return term_end(suspension.over_on, weeks=NOT_CONSIDER_WEEKS, article="Awb 4:5.4", equated=equated)


def objection_until(sent_on: date, *, equated: Collection[date] = ()) -> Term:
    """The last day to object: six weeks from the day after the decision was sent (Awb 6:7, 6:8, 3:41)."""
    return term_end(sent_on, weeks=OBJECTION_WEEKS, article="Awb 6:7", equated=equated)


def objection_due(
    objection_ended_on: date,
    *,
    committee: bool = False,
    suspensions: Iterable[Suspension] = (),
    extensions: Iterable[Extension] = (),
    equated: Collection[date] = (),
) -> Term:
    """The last day to decide on an objection (Awb 7:10), counted from the day after the objection period ended."""
    weeks = COMMITTEE_WEEKS if committee else OBJECTION_DECISION_WEEKS
    return _decided(objection_ended_on, weeks, "Awb 7:10", suspensions, extensions, equated)


def is_suspended(suspensions: Iterable[Suspension], today: date) -> bool:
    return any(suspension.holds_on(today) for suspension in suspensions)


def _decided(
    event_on: date,
    weeks: int,
    article: str,
    suspensions: Iterable[Suspension],
    extensions: Iterable[Extension],
    equated: Collection[date],
) -> Term:
    kept: list[Suspension] = []
    running = 7 * weeks
    steps = [Step(StepCode.STARTED, event_on, article)]
    steps.append(Step(StepCode.COUNTED, _count(event_on, running, kept), article, running))
    covered = weeks <= _MOST_WEEKS
    for happening in _in_order(suspensions, extensions):
        counted = _count(event_on, running, kept)
        open_until = _closed(event_on, counted, (), kept, covered, equated).ends_on
        if isinstance(happening, Suspension):
            if happening.last < max(happening.first, event_on + _DAY):
                continue
            kept.append(happening)
            name = _suspension_article(happening, article)
            if happening.first > open_until:
                kept.pop()
                steps.append(Step(StepCode.TOO_LATE, counted, name, 0, happening.asked_on))
                continue
            reached = _count(event_on, running, kept)
            steps.append(
                Step(StepCode.SUSPENDED, reached, name, (reached - counted).days, happening.first, happening.ground)
            )
        elif happening.told_on > open_until:
            steps.append(Step(StepCode.TOO_LATE, counted, happening.article, 0, happening.told_on))
        else:
            running += happening.days
            covered = covered and happening.days <= 7 * _MOST_WEEKS
            reached = _count(event_on, running, kept)
            steps.append(
                Step(StepCode.EXTENDED, reached, happening.article, (reached - counted).days, happening.told_on)
            )
    return _closed(event_on, _count(event_on, running, kept), steps, kept, covered, equated)


def _in_order(suspensions: Iterable[Suspension], extensions: Iterable[Extension]) -> list[Suspension | Extension]:
    """What touches a term by the day it takes effect; on one day an extension goes first."""
    rows: list[tuple[date, int, date, Suspension | Extension]] = [
        (extension.told_on, 0, extension.told_on, extension) for extension in extensions
    ]
    rows += [(suspension.first, 1, suspension.last, suspension) for suspension in suspensions]
    return [row[3] for row in sorted(rows, key=lambda row: row[:3])]


def _suspension_article(suspension: Suspension, article: str) -> str:
    return "Awb 7:10.2" if article == "Awb 7:10" else ARTICLES.get(suspension.ground, "Awb 4:15")


def _spans(event_on: date, suspensions: Iterable[Suspension]) -> Iterator[tuple[date, date]]:
    """The days that stand still after the event, as separate spans in order."""
    first: date | None = None
    last = event_on
    for suspension in sorted(suspensions, key=lambda each: (each.first, each.last)):
        begins, ends = max(suspension.first, event_on + _DAY), suspension.last
        if ends < begins:
            continue
        if first is not None and begins <= last + _DAY:
            last = max(last, ends)
            continue
        if first is not None:
            yield first, last
        first, last = begins, ends
    if first is not None:
        yield first, last


def _count(event_on: date, running: int, suspensions: Iterable[Suspension]) -> date:
    """The day on which `running` days that do not stand still have gone by."""
    end = event_on + timedelta(days=running)
    for first, last in _spans(event_on, suspensions):
        if first <= end:
            end += last - first + _DAY
    return end


def _closed(
    event_on: date,
    counted: date,
    steps: Iterable[Step],
    suspensions: Collection[Suspension],
    covered: bool,
    equated: Collection[date],
) -> Term:
    """The term with the Algemene termijnenwet applied to the day the count ended."""
    listed, end = list(steps), counted
    if not covered:
        listed.append(Step(StepCode.NOT_COVERED, end, "Atw 4"))
    else:
        for moved in _moves(end, suspensions, equated):
            listed.append(moved)
            end = moved.on
        for moved in _second_working_day(event_on, counted, end, equated):
            listed.append(moved)
            end = moved.on
    listed.append(Step(StepCode.ENDS, end, ""))
    return Term(end, counted, tuple(listed))


def _moves(end: date, suspensions: Collection[Suspension], equated: Collection[date]) -> Iterator[Step]:
    """Atw 1: on to the first day that is no Saturday, Sunday or recognised holiday (and does not stand still)."""
    while True:
        code = off_code(end, equated)
        if code is None and not is_suspended(suspensions, end):
            return
        end += _DAY
        if code is None:
            yield Step(StepCode.MOVED_SUSPENDED, end, "Awb 4:15", 1)
        elif code == "weekend":
            yield Step(StepCode.MOVED_WEEKEND, end, "Atw 1", 1, end - _DAY)
        else:
            yield Step(StepCode.MOVED_HOLIDAY, end, "Atw 3", 1, end - _DAY, code)


def _second_working_day(event_on: date, counted: date, end: date, equated: Collection[date]) -> Iterator[Step]:
    """Atw 2: a term of at least three days holds at least two days that are none of those."""
    if (counted - event_on).days < 3:
        return
    span = min((end - event_on).days, 30)  # any month holds two working days
    working = sum(1 for back in range(span) if off_code(end - back * _DAY, equated) is None)
    while working < 2:
        end += _DAY
        working += off_code(end, equated) is None
        yield Step(StepCode.TWO_WORKING_DAYS, end, "Atw 2", 1, end - _DAY)


def plus_months(day: date, months: int) -> date:
    """The same day so many months on; the last of the month where that day does not exist."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
