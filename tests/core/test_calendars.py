"""Working calendars: tables of what an office's hours, holidays, closures and clock changes come to."""

import time as stopwatch
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from hubs.core.calendars import (
    END_OF_DAY,
    ClosedPeriod,
    HoursError,
    Remaining,
    Term,
    WorkingCalendar,
    describe_remaining,
    parse_hours,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NINE_TO_FIVE = parse_hours({str(day): [["09:00", "17:00"]] for day in range(5)})
DUBAI_HOURS = parse_hours({**{str(day): [["08:00", "16:00"]] for day in range(4)}, "4": [["08:00", "12:00"]]})
CAIRO_HOURS = parse_hours({day: [["08:30", "12:00"], ["13:00", "16:30"]] for day in "60123"})
NIGHTS = parse_hours({str(day): [["00:00", "03:30"], ["22:15", "24:00"]] for day in range(7)})
ALWAYS = parse_hours({str(day): [["00:00", "24:00"]] for day in range(7)})
MORNINGS = parse_hours({str(day): [["09:00", "13:00"]] for day in range(5)})

AMSTERDAM = WorkingCalendar("Europe/Amsterdam", NINE_TO_FIVE)
NEW_YORK = WorkingCalendar("America/New_York", NINE_TO_FIVE)
BOGOTA = WorkingCalendar("America/Bogota", NINE_TO_FIVE)
DUBAI = WorkingCalendar("Asia/Dubai", DUBAI_HOURS)
CAIRO = WorkingCalendar("Africa/Cairo", CAIRO_HOURS)
NEVER = WorkingCalendar("America/Bogota", {})


def local(timezone, text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone))


def ams(text):
    return local("Europe/Amsterdam", text)


@pytest.mark.parametrize(
    ("calendar", "start", "hours", "end"),
    [
        (AMSTERDAM, "2026-11-23T10:00", 4, "2026-11-23T14:00"),
        (AMSTERDAM, "2026-11-23T10:00", 7, "2026-11-23T17:00"),
        (AMSTERDAM, "2026-11-23T10:00", 8, "2026-11-24T10:00"),
        (AMSTERDAM, "2026-11-20T16:00", 2, "2026-11-23T10:00"),
        (AMSTERDAM, "2026-11-21T12:00", 16, "2026-11-24T17:00"),
        (AMSTERDAM, "2026-11-21T12:00", 0, "2026-11-21T12:00"),
        # clocks change on 29 March and 25 October: office hours do not
        (AMSTERDAM, "2026-03-27T16:00", 2, "2026-03-30T10:00"),
        (AMSTERDAM, "2026-10-23T16:00", 2, "2026-10-26T10:00"),
        (NEW_YORK, "2026-03-06T16:00", 2, "2026-03-09T10:00"),
        (NEW_YORK, "2026-10-30T16:00", 2, "2026-11-02T10:00"),
        # Friday is half a day, and Saturday and Sunday are free
        (DUBAI, "2026-11-27T11:00", 2, "2026-11-30T09:00"),
        (DUBAI, "2026-11-26T12:00", 8, "2026-11-27T12:00"),
        # Friday and Saturday are free; lunch does not count
        (CAIRO, "2026-11-26T16:00", 1, "2026-11-29T09:00"),
        (CAIRO, "2026-11-23T11:30", 1, "2026-11-23T13:30"),
        (WorkingCalendar("Asia/Kolkata", NINE_TO_FIVE), "2026-11-23T16:45", 1, "2026-11-24T09:45"),
        (WorkingCalendar("Asia/Kathmandu", NINE_TO_FIVE), "2026-11-23T16:45", 1, "2026-11-24T09:45"),
        (
            WorkingCalendar("America/Bogota", NINE_TO_FIVE, frozenset({date(2026, 12, 8), date(2026, 12, 25)})),
            "2026-12-07T16:00",
            2,
            "2026-12-09T10:00",
        ),
        (
            WorkingCalendar("America/Bogota", NINE_TO_FIVE, closures=((date(2026, 12, 21), date(2027, 1, 1)),)),
            "2026-12-18T16:00",
            2,
            "2027-01-04T10:00",
        ),
    ],
)
def test_add_working(calendar, start, hours, end):
    start, end = local(calendar.timezone, start), local(calendar.timezone, end)
    assert calendar.add_working(start, hours * HOUR) == end
    assert calendar.working_between(start, end) == hours * HOUR
    assert calendar.working_between(end, start) == -hours * HOUR


def test_results_are_in_utc():
    for moment in (
        BOGOTA.add_working(local("America/Bogota", "2026-11-23T10:00"), HOUR),
        BOGOTA.next_opening(local("America/Bogota", "2026-11-23T10:00")),
        BOGOTA.closes_at(local("America/Bogota", "2026-11-23T10:00")),
        Term(4, 2).due_at(local("America/Bogota", "2026-11-23T10:00"), BOGOTA),
    ):
        assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone_name", "day", "span", "hours"),
    [
        ("Europe/Amsterdam", date(2026, 3, 29), ["00:00", "24:00"], 23),
        ("Europe/Amsterdam", date(2026, 10, 25), ["00:00", "24:00"], 25),
        ("Europe/Amsterdam", date(2026, 3, 29), ["01:00", "02:30"], 1),  # 02:00 to 03:00 does not exist
        ("Europe/Amsterdam", date(2026, 3, 29), ["02:00", "03:00"], 0),
        ("Europe/Amsterdam", date(2026, 3, 29), ["02:30", "04:00"], 1),
        ("Europe/Amsterdam", date(2026, 10, 25), ["02:00", "03:00"], 2),  # and here it comes twice
        ("America/New_York", date(2026, 3, 8), ["00:00", "24:00"], 23),
        ("America/New_York", date(2026, 11, 1), ["00:00", "24:00"], 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), ["00:00", "24:00"], Decimal("23.5")),
        ("America/Havana", date(2026, 3, 8), ["00:00", "24:00"], 23),  # without a midnight
        ("Pacific/Apia", date(2011, 12, 30), ["00:00", "24:00"], 0),  # a day left out
        ("Asia/Kolkata", date(2026, 3, 29), ["00:00", "24:00"], 24),
    ],
)
def test_day_on_which_the_clock_changes(zone_name, day, span, hours):
    calendar = WorkingCalendar(zone_name, parse_hours({str(n): [span] for n in range(7)}))
    open_time = sum((end - start for start, end in calendar.spans_on(day)), timedelta())
    assert open_time == timedelta(seconds=int(hours * 3600))


def test_spans_that_touch_are_one():
    calendar = WorkingCalendar("Europe/Amsterdam", parse_hours({"0": [["12:00", "17:00"], ["09:00", "12:00"]]}))
    assert calendar.spans_on(date(2026, 11, 23)) == ((ams("2026-11-23T09:00"), ams("2026-11-23T17:00")),)
    assert calendar.closes_at(ams("2026-11-23T10:00")) == ams("2026-11-23T17:00")


def test_open_and_closed():
    assert AMSTERDAM.is_open(ams("2026-11-23T09:00"))
    assert AMSTERDAM.is_open(ams("2026-11-23T16:59"))
    assert not AMSTERDAM.is_open(ams("2026-11-23T17:00"))
    assert not AMSTERDAM.is_open(ams("2026-11-22T12:00"))
    assert AMSTERDAM.closes_at(ams("2026-11-22T12:00")) is None
    assert AMSTERDAM.next_opening(ams("2026-11-20T17:00")) == ams("2026-11-23T09:00")
    assert AMSTERDAM.next_opening(ams("2026-11-20T12:00")) == ams("2026-11-20T12:00")
    assert AMSTERDAM.next_opening(ams("2026-11-20T17:00"), within_days=2) is None


def test_open_past_midnight():
    nights = WorkingCalendar("Europe/Amsterdam", NIGHTS)
    assert nights.closes_at(ams("2026-11-23T23:00")) == ams("2026-11-24T03:30")
    assert WorkingCalendar("Europe/Amsterdam", ALWAYS).closes_at(ams("2026-11-23T23:00")) is None


def test_calendar_that_never_opens_ends_at_the_outer_bound():
    start = local("America/Bogota", "2026-11-23T10:00")
    for calendar in (
        NEVER,
        WorkingCalendar("America/Bogota", NINE_TO_FIVE, closures=((date(2020, 1, 1), date(2099, 1, 1)),)),
    ):
        assert calendar.add_working(start, HOUR) is None
        assert calendar.next_opening(start) is None
        assert calendar.working_between(start, start + 40 * DAY) == timedelta()
        assert Term(16, 5).due_at(start, calendar) == start + 5 * DAY


@pytest.mark.parametrize(
    ("hours", "outer", "end"),
    [
        (NINE_TO_FIVE, 4, "2026-11-25T10:00"),
        (MORNINGS, 5, "2026-11-27T10:00"),
        (MORNINGS, 3, "2026-11-26T10:00"),  # a half-day office does not make two days into a week
    ],
)
def test_term_and_its_outer_bound(hours, outer, end):
    calendar = WorkingCalendar("America/Bogota", hours)
    due = Term(16, outer).due_at(local("America/Bogota", "2026-11-23T10:00"), calendar)
    assert due == local("America/Bogota", end)


def test_term_of_part_of_an_hour():
    assert Term(Decimal("1.5"), 1).working == timedelta(minutes=90)


@pytest.mark.parametrize("bad", [(0, 1), (-4, 1), (8, 0)])
def test_impossible_terms_are_refused(bad):
    with pytest.raises(ValueError, match="outer bound"):
        Term(*bad)


@pytest.mark.parametrize(
    ("now", "due", "expected"),
    [
        ("2026-11-23T10:10", "2026-11-23T09:00", ("late", "working_hours", 1)),
        ("2026-11-23T10:10", "2026-11-23T15:30", ("soon", "working_hours", 5)),
        ("2026-11-23T10:10", "2026-11-23T16:30", ("soon", "working_hours", 6)),
        ("2026-11-23T10:10", "2026-11-23T10:40", ("soon", "working_minutes", 30)),
        ("2026-11-23T10:10", "2026-11-24T14:00", ("later", "working_days", 1)),
        ("2026-11-23T10:10", "2026-11-25T12:00", ("later", "working_days", 2)),
        ("2026-11-25T12:00", "2026-11-23T12:00", ("late", "working_days", 2)),
        ("2026-11-23T10:10", "2026-11-23T10:10", ("late", "minutes", 0)),
        ("2026-11-21T10:00", "2026-11-22T13:00", ("soon", "days", 1)),  # no working time between
        ("2026-11-23T20:00", "2026-11-23T17:00", ("late", "hours", 3)),
    ],
)
def test_describe_remaining(now, due, expected):
    now, due = local("America/Bogota", now), local("America/Bogota", due)
    assert describe_remaining(now, due, BOGOTA) == Remaining(*expected)


def test_describe_remaining_with_a_warning_moment():
    now, due = local("America/Bogota", "2026-11-23T10:00"), local("America/Bogota", "2026-11-23T16:00")
    assert describe_remaining(now, due, BOGOTA, soon_at=now + HOUR).code == "later"
    assert describe_remaining(now, due, BOGOTA, soon_at=now).code == "soon"


def test_working_day_is_the_office_own():
    assert BOGOTA.working_day() == 8 * HOUR
    assert DUBAI.working_day() == timedelta(hours=7, minutes=12)
    assert WorkingCalendar("Europe/Amsterdam", ALWAYS).working_day() == 24 * HOUR
    assert NEVER.working_day() is None
    mornings = WorkingCalendar("America/Bogota", MORNINGS)
    now = local("America/Bogota", "2026-11-23T09:00")
    assert describe_remaining(now, now + 2 * DAY, mornings) == Remaining("later", "working_days", 2)


def test_never_open_office_counts_elapsed_time():
    now = local("America/Bogota", "2026-11-23T09:00")
    assert describe_remaining(now, now + 5 * DAY, NEVER) == Remaining("soon", "days", 5)


def test_closure_ahead_is_told_with_its_real_end():
    calendar = WorkingCalendar(
        "America/Bogota",
        NINE_TO_FIVE,
        frozenset({date(2026, 12, 25), date(2027, 1, 1)}),
        ((date(2026, 12, 28), date(2026, 12, 31)), (date(2026, 11, 27), date(2026, 11, 27))),
    )
    one_day = ClosedPeriod(date(2026, 11, 27), date(2026, 11, 29))
    new_year = ClosedPeriod(date(2026, 12, 28), date(2027, 1, 3))
    assert calendar.closure_ahead(local("America/Bogota", "2026-11-23T10:00")) == one_day
    assert calendar.closure_ahead(local("America/Bogota", "2026-11-28T10:00")) == one_day
    assert calendar.closure_ahead(local("America/Bogota", "2026-11-30T10:00")) is None
    assert calendar.closure_ahead(local("America/Bogota", "2026-12-14T10:00")) == new_year
    assert calendar.closure_ahead(local("America/Bogota", "2026-12-30T10:00")) == new_year
    assert calendar.closure_ahead(local("America/Bogota", "2027-01-04T10:00")) is None
    assert calendar.closure_ahead(local("America/Bogota", "2026-11-23T10:00"), 60, 5) == new_year
    assert new_year.days == 7


def test_parse_hours():
    assert parse_hours({"0": [["13:00", "24:00"], ["09:00", "12:30"]], "6": []}) == {
        0: ((time(9), time(12, 30)), (time(13), END_OF_DAY))
    }
    assert parse_hours({}) == {}


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (None, "hours_form"),
        ([], "hours_form"),
        ("{}", "hours_form"),
        ({"0": "09:00"}, "hours_form"),
        ({"0": None}, "hours_form"),
        ({"0": ["09:00", "17:00"]}, "hours_form"),
        ({"0": [["09:00"]]}, "hours_form"),
        ({"0": [["09:00", "12:00", "17:00"]]}, "hours_form"),
        ({"7": [["09:00", "17:00"]]}, "hours_day"),
        ({"00": [["09:00", "17:00"]]}, "hours_day"),
        ({"monday": []}, "hours_day"),
        ({0: []}, "hours_day"),
        ({"0": [["9:00", "17:00"]]}, "hours_time"),
        ({"0": [["24:00", "24:00"]]}, "hours_time"),
        ({"0": [["09:00", "25:00"]]}, "hours_time"),
        ({"0": [["09:60", "17:00"]]}, "hours_time"),
        ({"0": [["09:00\n", "17:00"]]}, "hours_time"),
        ({"0": [["٠٩:٠٠", "17:00"]]}, "hours_time"),
        ({"0": [[9, 17]]}, "hours_time"),
        ({"0": [["17:00", "09:00"]]}, "hours_order"),
        ({"0": [["09:00", "09:00"]]}, "hours_order"),
        ({"0": [["22:00", "02:00"]]}, "hours_order"),
        ({"0": [["09:00", "13:00"], ["12:00", "17:00"]]}, "hours_overlap"),
    ],
)
def test_parse_hours_refuses(table, code):
    with pytest.raises(HoursError) as refused:
        parse_hours(table)
    assert refused.value.code == code


@pytest.mark.parametrize("name", ["", "Europe", "Mars/Olympus", "../etc/passwd", "Europe/Amsterdam\0"])
def test_unknown_time_zone(name):
    with pytest.raises(ValueError, match="unknown time zone"):
        WorkingCalendar(name, {})


def test_calendar_refuses_what_cannot_be():
    with pytest.raises(ValueError, match="closure"):
        WorkingCalendar("UTC", {}, closures=((date(2026, 2, 1), date(2026, 1, 1)),))
    with pytest.raises(HoursError):
        WorkingCalendar("UTC", {7: ((time(9), time(17)),)})
    with pytest.raises(HoursError):
        WorkingCalendar("UTC", {0: ((time(9, 0, 30), time(17)),)})
    with pytest.raises(ValueError, match="time zone"):
        AMSTERDAM.is_open(datetime(2026, 11, 23, 10))
    with pytest.raises(ValueError, match="negative"):
        AMSTERDAM.add_working(ams("2026-11-23T10:00"), -HOUR)


def test_equal_calendars_are_interchangeable():
    same = WorkingCalendar("Europe/Amsterdam", dict(NINE_TO_FIVE))
    same.spans_on(date(2026, 11, 23))
    assert same == AMSTERDAM
    assert hash(same) == hash(AMSTERDAM)
    assert same != WorkingCalendar("Europe/Amsterdam", MORNINGS)
    with pytest.raises(TypeError):
        same.hours[0] = ()


def test_a_thousand_due_dates_are_quick():
    def once():
        calendar = WorkingCalendar("Europe/Amsterdam", NINE_TO_FIVE, frozenset({date(2026, 4, 27)}))
        begin = stopwatch.process_time()
        for n in range(1000):
            calendar.add_working(ams("2026-03-02T09:00") + n * HOUR, 340 * HOUR)
        return stopwatch.process_time() - begin

    assert min(once() for _ in range(3)) < 0.1
