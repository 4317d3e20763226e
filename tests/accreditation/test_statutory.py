"""The statutory clock against a second calculation that counts day by day, and against known dates."""

from __future__ import annotations

import random
import time
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import holidays
import pytest
from dateutil.easter import easter as dateutil_easter
from dateutil.relativedelta import relativedelta

from hubs.accreditation.statutory import (
    Extension,
    StepCode,
    Suspension,
    Term,
    amsterdam_day,
    completion_until,
    decision_due,
    holidays_in,
    is_suspended,
    not_consider_by,
    objection_due,
    objection_until,
    term_end,
)

ONE = timedelta(days=1)
DATES = 10_000


# --- the second calculation: nothing of the first is used -----------------------------------------------------


def _free_days() -> set[date]:
    """Saturdays, Sundays and recognised holidays of 2014 to 2075, from another library than the code's own sum."""
    years = range(2014, 2076)
    found = set(holidays.country_holidays("NL", years=years, categories=("public", "optional")))
    found -= {date(year, 12, 31) for year in years}
    found |= {date(year, 5, 5) for year in years}
    day, last = date(2014, 1, 1), date(2075, 12, 31)
    while day <= last:
        if day.isoweekday() in (6, 7):
            found.add(day)
        day += ONE
    return found


FREE = _free_days()


def _walk(start: date, running: int, still: set[date], *, moves: bool = True) -> date:
    """Tear off one leaf of the calendar after another until the term has run out."""
    leaf, left, working = start, running, 0
    while left:
        leaf += ONE
        working += leaf not in FREE
        left -= leaf not in still
    if moves:
        while leaf in FREE or leaf in still:
            leaf += ONE
            working += leaf not in FREE
        while running >= 3 and working < 2:
            leaf += ONE
            working += leaf not in FREE
    return leaf


def _still(asked: date, given: int, completed: date | None) -> set[date]:
    """The days that stand still for one request to complete: written down one by one."""
    days, day = set(), asked + ONE
    while (day - asked).days <= given and (completed is None or day < completed):
        days.add(day)
        day += ONE
    return days


def _days_from(start: date, count: int) -> list[date]:
    return [start + number * ONE for number in range(count)]


# --- ten thousand dates ---------------------------------------------------------------------------------------


def test_the_holidays_are_those_of_another_library() -> None:
    for year in range(2014, 2076):
        sunday = dateutil_easter(year)
        ours = set(holidays_in(year))
        assert {sunday - 2 * ONE, sunday + ONE, sunday + 39 * ONE, sunday + 50 * ONE} <= ours
        assert {day for day in FREE if day.year == year and day.isoweekday() < 6} == {
            day for day in ours if day.isoweekday() < 6
        }


def test_ten_thousand_dates_like_the_calendar() -> None:
    began = time.process_time()
    for received in _days_from(date(2024, 1, 1), DATES):
        assert decision_due(received).ends_on == _walk(received, 56, set()), received
        assert objection_until(received).ends_on == _walk(received, 42, set()), received
        for days in (1, 2, 3, 14):
            assert term_end(received, days=days).ends_on == _walk(received, days, set()), (received, days)
        three_months = (received + relativedelta(months=3) - received).days
        assert term_end(received, months=3).ends_on == _walk(received, three_months, set()), received
    assert time.process_time() - began < 5


def test_ten_thousand_dates_with_suspensions_and_extensions() -> None:
    """Requests to complete at random moments (some too late to count, some overlapping), and an extension."""
    lot = random.Random(4115)
    counted = {"suspended": 0, "extended": 0, "late": 0}
    for received in _days_from(date(2024, 1, 1), DATES):
        asked = [received + lot.randint(0, 75) * ONE for _ in range(lot.choice((0, 1, 1, 2)))]
        requests = []
        for day in sorted(asked):
            given = lot.randint(3, 30)
            completed = day + lot.randint(0, 40) * ONE if lot.random() < 0.6 else None
            requests.append((day, given, completed))
        told, weeks = received + lot.randint(20, 70) * ONE, lot.choice((0, 2, 6))
        expected, counted_to = _by_calendar(received, requests, told, weeks, counted)
        found = decision_due(
            received,
            suspensions=[Suspension(day, day + given * ONE, done) for day, given, done in requests],
            extensions=[Extension(told, 7 * weeks)] if weeks else [],
        )
        assert found.ends_on == expected, (received, requests, told, weeks, found.steps)
        assert found.counted_to == counted_to, (received, requests, told, weeks, found.steps)
        assert found.steps[-1].on == expected and found.steps[0].on == received
        assert sum(step.days for step in found.steps) == (expected - received).days
    assert min(counted.values()) > 300, "the lot drew too little of one kind"


def _by_calendar(
    received: date, requests: list[tuple[date, int, date | None]], told: date, weeks: int, counted: dict[str, int]
) -> tuple[date, date]:
    """Take what happened day by day; what comes after the end changes nothing any more."""
    still: set[date] = set()
    running = 56
    for day in _days_from(received + ONE, 80):
        if weeks and day == told:
            in_time = day <= _walk(received, running, still)
            counted["extended" if in_time else "late"] += 1
            running += 7 * weeks if in_time else 0
        for asked, given, completed in requests:
            days = _still(asked, given, completed) if asked + ONE == day else set()
            if days:
                in_time = day <= _walk(received, running, still)
                counted["suspended" if in_time else "late"] += 1
                still |= days if in_time else set()
    return _walk(received, running, still), _walk(received, running, still, moves=False)


# --- known examples, by hand ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "due", "why"),
    [
        ("2026-01-05", "2026-03-02", "a Monday, eight weeks on: a Monday"),
        ("2026-02-07", "2026-04-07", "Saturday 4 April, Easter and Easter Monday: Tuesday"),
        ("2026-02-06", "2026-04-07", "Good Friday 3 April moves over Easter to Tuesday"),
        ("2026-03-02", "2026-04-28", "King's Day 2026 falls on Monday 27 April"),
        ("2026-03-10", "2026-05-06", "5 May is a recognised holiday every year"),
        ("2026-03-19", "2026-05-15", "Ascension Day 14 May; the Friday after it is an ordinary day"),
        ("2026-03-30", "2026-05-26", "Whit Monday 25 May"),
        ("2026-10-30", "2026-12-28", "Christmas Day, Saturday 26 and Sunday 27 December: Monday"),
        ("2026-11-06", "2027-01-04", "New Year's Day on a Friday: Monday"),
        ("2025-03-03", "2025-04-28", "27 April 2025 is a Sunday, so King's Day was the 26th: the 28th is ordinary"),
    ],
)
def test_eight_weeks(received: str, due: str, why: str) -> None:
    assert decision_due(date.fromisoformat(received)).ends_on == date.fromisoformat(due), why


@pytest.mark.parametrize(
    ("event", "unit", "ends"),
    [
        ("2026-04-02", {"days": 3}, "2026-04-08"),  # Good Friday to Easter Monday, and two working days (Atw 2)
        ("2026-04-02", {"days": 2}, "2026-04-07"),  # Saturday: Atw 1 only
        ("2026-01-31", {"months": 1}, "2026-03-02"),  # 28 February is a Saturday
        ("2026-01-30", {"weeks": 12}, "2026-04-24"),
        ("2026-01-31", {"weeks": 12}, "2026-04-28"),  # Saturday 25 April, Sunday, King's Day
        ("2026-01-31", {"weeks": 13}, "2026-05-02"),  # a Saturday: longer than twelve weeks is not moved (Atw 4)
        ("2026-01-31", {"months": 4}, "2026-05-31"),  # a Sunday, not moved
        ("2026-02-01", {"days": 91}, "2026-05-03"),  # a Sunday, not moved
        ("2026-02-02", {"days": 90}, "2026-05-04"),  # Sunday 3 May moves
    ],
)
def test_the_algemene_termijnenwet(event: str, unit: dict[str, int], ends: str) -> None:
    assert term_end(date.fromisoformat(event), **unit).ends_on == date.fromisoformat(ends)


def test_days_by_decree_move_the_end() -> None:
    friday = date(2026, 5, 15)
    assert term_end(date(2026, 5, 1), weeks=2, equated={friday}).ends_on == date(2026, 5, 18)
    assert term_end(date(2026, 5, 1), weeks=2).ends_on == friday


@pytest.mark.parametrize("units", [{}, {"days": 0}, {"days": 1, "weeks": 1}, {"months": -1}])
def test_no_term_without_a_unit(units: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        term_end(date(2026, 1, 1), **units)


def _codes(term: Term) -> list[str]:
    return [step.code for step in term.steps]


def test_a_suspension_runs_from_the_day_after_the_request_until_completion() -> None:
    """Asked on 12 January, complete on the 22nd: the 13th to the 21st stand still, nine days."""
    pause = Suspension(date(2026, 1, 12), date(2026, 1, 26), date(2026, 1, 22))
    term = decision_due(date(2026, 1, 5), suspensions=[pause])
    assert term.counted_to == date(2026, 3, 2) + 9 * ONE == term.ends_on
    assert _codes(term) == ["started", "counted", "suspended", "ends"]
    assert term.steps[2].days == 9 and term.steps[2].article == "Awb 4:15.1a"
    assert [is_suspended([pause], date(2026, 1, day)) for day in (12, 13, 21, 22)] == [False, True, True, False]


def test_a_period_that_passes_unused_stands_still_to_its_last_day() -> None:
    """Fourteen days given on 12 January: the 13th to the 26th stand still; late completion changes nothing."""
    unused = Suspension(date(2026, 1, 12), date(2026, 1, 26))
    late = Suspension(date(2026, 1, 12), date(2026, 1, 26), date(2026, 2, 20))
    for pause in (unused, late):
        assert decision_due(date(2026, 1, 5), suspensions=[pause]).ends_on == date(2026, 3, 16)
        assert not_consider_by(pause).ends_on == date(2026, 2, 23)


def test_not_considering_counts_four_weeks_from_completion_too() -> None:
    assert not_consider_by(Suspension(date(2026, 1, 12), date(2026, 1, 26), date(2026, 1, 15))).ends_on == date(
        2026, 2, 12
    )


def test_an_extension_must_be_told_in_time() -> None:
    received = date(2026, 1, 5)  # due on 2 March
    assert decision_due(received, extensions=[Extension(date(2026, 3, 2), 42)]).ends_on == date(2026, 4, 13)
    late = decision_due(received, extensions=[Extension(date(2026, 3, 3), 42)])
    assert late.ends_on == date(2026, 3, 2) and StepCode.TOO_LATE in _codes(late)


def test_a_suspension_after_an_extension_counts_and_the_law_is_applied_once() -> None:
    received = date(2026, 1, 5)
    pause = Suspension(date(2026, 3, 20), date(2026, 3, 30))
    term = decision_due(received, extensions=[Extension(date(2026, 2, 20), 28)], suspensions=[pause])
    assert _codes(term)[:4] == ["started", "counted", "extended", "suspended"]
    assert term.counted_to == date(2026, 4, 9) == term.ends_on
    assert sum(step.days for step in term.steps) == (term.ends_on - received).days


def test_the_objection_period_and_the_decision_on_it() -> None:
    sent = date(2026, 2, 18)
    period = objection_until(sent)
    assert period.ends_on == date(2026, 4, 1)
    assert objection_due(period.ends_on).ends_on == date(2026, 5, 13)
    assert objection_due(period.ends_on, committee=True).ends_on == date(2026, 6, 24)
    adjourned = Extension(date(2026, 5, 1), 42, "Awb 7:10.3")
    term = objection_due(period.ends_on, extensions=[adjourned])
    assert term.ends_on == date(2026, 6, 24) and "Awb 7:10.3" in [step.article for step in term.steps]
    pause = Suspension(date(2026, 4, 10), date(2026, 4, 24), date(2026, 4, 20))
    suspended = objection_due(period.ends_on, suspensions=[pause])
    assert suspended.ends_on == date(2026, 5, 22) and "Awb 7:10.2" in [step.article for step in suspended.steps]


def test_the_period_to_complete_ends_on_a_working_day() -> None:
    assert completion_until(date(2026, 3, 20)).ends_on == date(2026, 4, 7)  # Good Friday, Easter


def test_a_day_is_a_day_in_amsterdam() -> None:
    assert amsterdam_day(datetime(2026, 3, 28, 22, 59, tzinfo=UTC)) == date(2026, 3, 28)
    assert amsterdam_day(datetime(2026, 3, 28, 23, 0, tzinfo=UTC)) == date(2026, 3, 29)
    assert amsterdam_day(datetime(2026, 3, 29, 22, 0, tzinfo=UTC)) == date(2026, 3, 30)


def test_more_time_never_ends_a_term_earlier() -> None:
    days = [decision_due(day).ends_on for day in _days_from(date(2026, 1, 1), 1500)]
    assert all(first <= second for first, second in pairwise(days))


def test_warnings_come_before_the_end() -> None:
    term = decision_due(date(2026, 1, 5))
    assert [(term.ends_on - day).days for day in term.warn_on] == [14, 3]
    assert term.days_left(date(2026, 3, 1)) == 1 and not term.is_over(term.ends_on)
    assert term.is_over(date(2026, 3, 3)) and term.days_left(date(2026, 3, 3)) == -1
