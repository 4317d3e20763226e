"""The clocks of requests and referrals: due, warning, pauses, late holidays, the entrepreneur's wait."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubs.core.calendars import Remaining, Term, WorkingCalendar, parse_hours
from hubs.referrals.clocks import Clock, DueChange, Pause, next_monday, recompute, waiting, week_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NINE_TO_FIVE = parse_hours({str(day): [["09:00", "17:00"]] for day in range(5)})
BOGOTA = WorkingCalendar("America/Bogota", NINE_TO_FIVE)
NEVER = WorkingCalendar("America/Bogota", {})


def bog(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/Bogota"))


def clock(*pauses, calendar=BOGOTA):
    listed = tuple(Pause(bog(began), ended and bog(ended)) for began, ended in pauses)
    return Clock(bog("2026-11-23T09:00"), Term(16, 5), calendar, listed)


LATER = bog("2026-12-20T12:00")


@pytest.mark.parametrize(
    ("pauses", "due", "warn"),
    [
        ([], "2026-11-24T17:00", "2026-11-24T13:00"),
        # two working hours paused
        ([("2026-11-23T10:00", "2026-11-23T12:00")], "2026-11-25T11:00", "2026-11-24T15:00"),
        # a pause overnight costs no working time
        ([("2026-11-23T17:00", "2026-11-24T09:00")], "2026-11-24T17:00", "2026-11-24T13:00"),
        # across a weekend: what was left runs on from Monday
        ([("2026-11-23T13:00", "2026-11-30T09:00")], "2026-12-01T13:00", "2026-11-30T17:00"),
        # after the warning: that has been given
        ([("2026-11-24T14:00", "2026-11-25T09:00")], "2026-11-25T12:00", "2026-11-24T13:00"),
        # after the end: nothing changes
        ([("2026-11-24T17:00", "2026-11-26T09:00")], "2026-11-24T17:00", "2026-11-24T13:00"),
        # two pauses, given out of order
        (
            [("2026-11-24T10:00", "2026-11-24T11:00"), ("2026-11-23T10:00", "2026-11-23T12:00")],
            "2026-11-25T12:00",
            "2026-11-24T16:00",
        ),
        # overlapping pauses count once
        (
            [("2026-11-23T10:00", "2026-11-23T12:00"), ("2026-11-23T11:00", "2026-11-23T13:00")],
            "2026-11-25T12:00",
            "2026-11-24T16:00",
        ),
        # what lies before the start does not count
        ([("2026-11-20T09:00", "2026-11-23T10:00")], "2026-11-25T10:00", "2026-11-24T14:00"),
        ([("2026-11-20T09:00", "2026-11-20T10:00")], "2026-11-24T17:00", "2026-11-24T13:00"),
    ],
)
def test_due_and_warning(pauses, due, warn):
    assert clock(*pauses).due_at(LATER) == bog(due)
    assert clock(*pauses).warn_at(LATER) == bog(warn)


def test_outer_bound_shifts_by_the_elapsed_time_of_a_pause():
    closed = clock(calendar=NEVER)
    assert closed.due_at(LATER) == bog("2026-11-28T09:00")
    assert closed.warn_at(LATER) == bog("2026-11-27T03:00")
    paused = clock(("2026-11-24T10:00", "2026-11-26T22:00"), calendar=NEVER)
    assert paused.due_at(LATER) == bog("2026-11-30T21:00")


def test_running_pause_has_no_due_moment():
    paused = clock(("2026-11-23T10:00", None))
    during, before = bog("2026-11-24T10:00"), bog("2026-11-23T09:30")
    assert paused.due_at(during) is None
    status = paused.status(during)
    assert (status.code, status.due_at, status.remaining) == ("paused", None, None)
    assert status.paused_since == bog("2026-11-23T10:00")
    assert paused.due_at(before) == bog("2026-11-24T17:00")
    assert paused.status(before).code == "later"


def test_pause_known_to_end_later_runs_until_then():
    paused = clock(("2026-11-23T10:00", "2026-11-23T12:00"))
    assert paused.status(bog("2026-11-23T11:59")).code == "paused"
    assert paused.status(bog("2026-11-23T12:00")).due_at == bog("2026-11-25T11:00")


def test_pause_after_the_end_leaves_it_late():
    late = clock(("2026-11-25T10:00", None))
    assert late.status(bog("2026-11-25T11:00")).code == "late"
    assert late.due_at(bog("2026-11-25T11:00")) == bog("2026-11-24T17:00")


@pytest.mark.parametrize(
    ("now", "code", "unit", "count"),
    [
        ("2026-11-23T09:00", "later", "working_days", 2),
        ("2026-11-23T09:01", "later", "working_days", 1),
        ("2026-11-24T12:59", "later", "working_hours", 4),
        ("2026-11-24T13:00", "soon", "working_hours", 4),
        ("2026-11-24T16:30", "soon", "working_minutes", 30),
        ("2026-11-24T17:00", "late", "minutes", 0),
        ("2026-11-25T10:15", "late", "working_hours", 1),
    ],
)
def test_status(now, code, unit, count):
    status = clock().status(bog(now))
    assert status.remaining == Remaining(code, unit, count)
    assert status.code == code
    assert status.due_at == bog("2026-11-24T17:00")


def test_holiday_announced_late_moves_the_clock():
    holiday = replace(BOGOTA, holidays=frozenset({date(2026, 11, 24)}))
    change = recompute(clock(), holiday, bog("2026-11-23T12:00"))
    assert change == DueChange(bog("2026-11-24T17:00"), bog("2026-11-25T17:00"))
    assert recompute(clock(("2026-11-23T10:00", None)), holiday, bog("2026-11-23T12:00")) == (None, None)


def test_pause_refuses_what_cannot_be():
    with pytest.raises(ValueError, match="ends before"):
        Pause(bog("2026-11-23T10:00"), bog("2026-11-23T09:00"))
    with pytest.raises(ValueError, match="time zone"):
        Clock(datetime(2026, 11, 23), Term(16, 5), BOGOTA)


def test_entrepreneur_waits_in_elapsed_time():
    assert waiting(bog("2026-11-20T09:00"), bog("2026-11-23T10:10")) == (3, 1)
    assert waiting(bog("2026-11-23T10:00"), bog("2026-11-23T10:59")) == (0, 0)
    assert waiting(bog("2026-11-23T10:00"), bog("2026-11-23T09:00")) == (0, 0)
    amsterdam = ZoneInfo("Europe/Amsterdam")
    before, after = datetime(2026, 3, 28, 12, tzinfo=amsterdam), datetime(2026, 3, 29, 12, tzinfo=amsterdam)
    assert waiting(before, after) == (0, 23)


@pytest.mark.parametrize(
    ("at", "zone_name", "week", "monday"),
    [
        ("2026-11-23T02:00", "Europe/Amsterdam", "2026-W48", date(2026, 11, 30)),
        ("2026-11-23T02:00", "America/Bogota", "2026-W47", date(2026, 11, 23)),  # still Sunday there
        ("2026-11-22T20:00", "Asia/Kathmandu", "2026-W48", date(2026, 11, 30)),  # already Monday there
        ("2027-01-01T12:00", "Europe/Amsterdam", "2026-W53", date(2027, 1, 4)),
        ("2027-01-04T12:00", "Europe/Amsterdam", "2027-W01", date(2027, 1, 11)),
        ("2024-12-30T12:00", "Europe/Amsterdam", "2025-W01", date(2025, 1, 6)),
    ],
)
def test_local_weeks(at, zone_name, week, monday):
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert week_of(moment, zone_name) == week
    assert next_monday(moment, zone_name) == monday


# Properties

BEGIN = datetime(2026, 3, 16, tzinfo=UTC)
OFFICES = st.sampled_from(
    [
        WorkingCalendar("Europe/Amsterdam", NINE_TO_FIVE),
        WorkingCalendar("America/New_York", NINE_TO_FIVE, frozenset({date(2026, 3, 20)})),
        WorkingCalendar(
            "Asia/Dubai", parse_hours({**dict.fromkeys("0123", [["08:00", "16:00"]]), "4": [["08:00", "12:00"]]})
        ),
        WorkingCalendar(
            "Asia/Kathmandu", parse_hours(dict.fromkeys("60123", [["10:00", "13:00"], ["14:00", "17:00"]]))
        ),
        WorkingCalendar(
            "Africa/Cairo", parse_hours({"6": [["09:00", "13:00"]]}), closures=((date(2026, 3, 22), date(2026, 4, 5)),)
        ),
        NEVER,
    ]
)
MOMENTS = st.integers(0, 30 * 1440).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
PAUSES = st.lists(
    st.tuples(MOMENTS, st.integers(0, 5 * 1440)).map(lambda p: Pause(p[0], p[0] + timedelta(minutes=p[1]))), max_size=4
)
TERMS = st.builds(Term, st.integers(1, 60), st.integers(1, 21))
FAR = BEGIN + 400 * DAY


@settings(max_examples=400, deadline=None)
@given(MOMENTS, TERMS, OFFICES, PAUSES, MOMENTS, st.integers(0, 5 * 1440))
def test_pauses_never_make_it_due_earlier(start, term, calendar, pauses, began, minutes):
    without = Clock(start, term, calendar, tuple(pauses))
    more = Clock(start, term, calendar, (*pauses, Pause(began, began + timedelta(minutes=minutes))))
    assert without.due_at(FAR) <= more.due_at(FAR)
    assert without.warn_at(FAR) <= more.warn_at(FAR)


@settings(max_examples=400, deadline=None)
@given(MOMENTS, TERMS, OFFICES, PAUSES)
def test_outer_bound_and_working_term_hold_with_pauses(start, term, calendar, pauses):
    running = Clock(start, term, calendar, tuple(pauses))
    due, warn = running.due_at(FAR), running.warn_at(FAR)
    paused = [(max(p.started_at, start), min(p.ended_at, due)) for p in running.pauses if p.started_at < due]
    standing = sum((end - began for began, end in paused), timedelta())
    idle = sum((calendar.working_between(began, end) for began, end in paused), timedelta())
    assert start < warn <= due <= start + term.outer + standing
    worked = calendar.working_between(start, due) - idle
    assert worked <= term.working
    assert worked == term.working or due == start + term.outer + standing


@settings(max_examples=300, deadline=None)
@given(MOMENTS, TERMS, OFFICES, PAUSES, MOMENTS)
def test_status_agrees_with_the_moments(start, term, calendar, pauses, now):
    running = Clock(start, term, calendar, tuple(pauses))
    status = running.status(now)
    assert (status.code == "paused") == (status.due_at is None)
    if status.code == "paused":
        assert status.paused_since <= now
    else:
        expected = "late" if now >= status.due_at else "soon" if now >= status.warn_at else "later"
        assert status.code == expected
    if status.code == "late":
        assert running.due_at(FAR) == status.due_at
