"""Working calendars: properties, and an oracle that steps through the minutes of the wall clock."""

import random
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubs.core.calendars import END_OF_DAY, Term, WorkingCalendar, zone

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ZONES = [
    "Europe/Amsterdam",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Dubai",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "America/Havana",
]
ROUND_A_CHANGE = [
    datetime(2026, 3, 1, tzinfo=UTC),
    datetime(2026, 4, 20, tzinfo=UTC),
    datetime(2026, 10, 19, tzinfo=UTC),
]


@st.composite
def opening_hours(draw):
    hours = {}
    for day in draw(st.sets(st.integers(0, 6), min_size=1)):
        marks = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=6)))
        pairs = list(zip(marks[::2], marks[1::2], strict=False))
        hours[day] = tuple((_quarter(start), _quarter(end)) for start, end in pairs)
    return hours


def _quarter(number):
    return END_OF_DAY if number == 96 else time(number // 4, number % 4 * 15)


@st.composite
def calendars(draw):
    days_off = st.dates(date(2026, 3, 1), date(2026, 11, 10))
    closures = [
        (first, first + timedelta(days=draw(st.integers(0, 20)))) for first in draw(st.lists(days_off, max_size=2))
    ]
    return WorkingCalendar(
        draw(st.sampled_from(ZONES)),
        draw(opening_hours()),
        draw(st.frozensets(days_off, max_size=8)),
        tuple(closures),
    )


@st.composite
def instants(draw):
    return draw(st.sampled_from(ROUND_A_CHANGE)) + timedelta(minutes=draw(st.integers(0, 20 * 1440)))


working_times = st.integers(0, 60 * 60).map(lambda minutes: timedelta(minutes=minutes))


@settings(max_examples=300, deadline=None)
@given(calendars(), instants(), working_times)
def test_working_between_undoes_add_working(calendar, start, working):
    end = calendar.add_working(start, working)
    if end is not None:
        assert end >= start
        assert calendar.working_between(start, end) == working


@settings(max_examples=300, deadline=None)
@given(calendars(), instants(), instants(), working_times, working_times)
def test_later_start_or_longer_term_never_ends_sooner(calendar, start, other, working, more):
    first, second = sorted((start, other))
    ends = [
        calendar.add_working(at, length)
        for at, length in ((first, working), (second, working), (first, working + more))
    ]
    if None not in ends:
        assert ends[0] <= ends[1] or working == timedelta()
        assert ends[0] <= ends[2]


@settings(max_examples=200, deadline=None)
@given(calendars(), st.tuples(instants(), instants(), instants()).map(sorted))
def test_working_time_adds_up(calendar, moments):
    first, second, third = moments
    total = calendar.working_between(first, second) + calendar.working_between(second, third)
    assert calendar.working_between(first, third) == total
    assert timedelta() <= total <= third - first


@settings(max_examples=300, deadline=None)
@given(calendars(), instants(), st.integers(1, 80), st.integers(1, 20))
def test_outer_bound_always_holds(calendar, start, hours, days):
    due = Term(hours, days).due_at(start, calendar)
    assert start < due <= start + days * DAY
    assert calendar.working_between(start, due) <= hours * HOUR


@settings(max_examples=200, deadline=None)
@given(calendars(), instants())
def test_openings_and_closings_agree(calendar, at):
    opening = calendar.next_opening(at)
    if opening is not None:
        assert opening >= at
        assert calendar.is_open(opening)
        assert calendar.working_between(at, opening) == timedelta()
        closing = calendar.closes_at(opening)
        assert closing is None or not calendar.is_open(closing)
    assert (calendar.closes_at(at) is not None) <= calendar.is_open(at)


# Oracle: nothing but the wall clock, minute by minute

ORACLE_DAYS = 12
ORACLE_STARTS = [
    datetime(2026, 3, 5, tzinfo=UTC),
    datetime(2026, 3, 26, tzinfo=UTC),
    datetime(2026, 10, 22, tzinfo=UTC),
]


@cache
def wall_clock(zone_name, begin):
    minutes = (begin + timedelta(minutes=n) for n in range(ORACLE_DAYS * 1440))
    shown = (minute.astimezone(zone(zone_name)) for minute in minutes)
    return [(at.date(), at.weekday(), at.hour * 60 + at.minute) for at in shown]


def random_calendar(rng, begin):
    hours = {}
    for day in rng.sample(range(7), rng.randint(1, 7)):
        marks = sorted(rng.sample(range(97), rng.choice([2, 2, 4, 6])))
        hours[day] = tuple((_quarter(a), _quarter(b)) for a, b in zip(marks[::2], marks[1::2], strict=True))
    days = [begin.date() + timedelta(days=n) for n in range(-1, ORACLE_DAYS + 1)]
    first = rng.choice(days)
    return WorkingCalendar(
        rng.choice(ZONES),
        hours,
        frozenset(rng.sample(days, rng.randint(0, 2))),
        ((first, first + timedelta(days=rng.randint(0, 3))),) if rng.random() < 0.4 else (),
    )


def open_minutes(calendar, begin):
    closed = calendar.holidays | {
        first + timedelta(days=n) for first, last in calendar.closures for n in range((last - first).days + 1)
    }
    spans = {
        day: [(a.hour * 60 + a.minute, 1440 if b == END_OF_DAY else b.hour * 60 + b.minute) for a, b in listed]
        for day, listed in calendar.hours.items()
    }
    return [
        day not in closed and any(a <= minute < b for a, b in spans.get(weekday, ()))
        for day, weekday, minute in wall_clock(calendar.timezone, begin)
    ]


@pytest.mark.parametrize("seed", range(400))
def test_against_the_wall_clock(seed):
    rng = random.Random(seed)
    begin = rng.choice(ORACLE_STARTS)
    calendar = random_calendar(rng, begin)
    opened = open_minutes(calendar, begin)
    first, second = sorted(rng.sample(range(len(opened)), 2))
    start, end = begin + timedelta(minutes=first), begin + timedelta(minutes=second)
    assert calendar.working_between(start, end) == timedelta(minutes=sum(opened[first:second]))
    assert calendar.is_open(start) == opened[first]
    wanted = rng.randint(1, 1800)
    counted, minute = 0, first
    while counted < wanted and minute < len(opened):
        counted += opened[minute]
        minute += 1
    limit = begin + timedelta(days=ORACLE_DAYS)
    expected = begin + timedelta(minutes=minute) if counted == wanted else None
    assert calendar.add_working(start, timedelta(minutes=wanted), until=limit) == expected
    opening = next((n for n in range(first, len(opened)) if opened[n]), None)
    if opening is not None:
        assert calendar.next_opening(start) == begin + timedelta(minutes=opening)
