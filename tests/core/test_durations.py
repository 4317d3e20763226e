"""Terms and moments in words, in English and, with a small catalogue, in Dutch."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask_babel import Babel, force_locale

from hubs.core.calendars import DueCode, Remaining, Unit
from hubs.core.durations import day_words, due_words, on_paper, waiting_words, when_words

DUTCH = {
    ("%(num)s working hour left", "%(num)s working hours left"): ("Nog %(num)s werkuur", "Nog %(num)s werkuren"),
    "%(hour)s:%(minute)s": "%(hour)s.%(minute)s",
    "today %(time)s": "vandaag %(time)s uur",
    "%(date)s, %(time)s": "%(date)s, %(time)s uur",
    "%(date)s, %(clock)s": "%(date)s, %(clock)s",
}
NOW = datetime(2026, 11, 23, 15, 10, tzinfo=UTC)


@pytest.fixture
def words(tmp_path):
    """An application context with English as its language and some Dutch at hand."""
    catalog = Catalog(locale="nl")
    for english, dutch in DUTCH.items():
        catalog.add(english, dutch)
    folder = tmp_path / "nl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    app = Flask(__name__)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(tmp_path)
    Babel(app)
    with app.app_context():
        yield


def due(code, unit=None, count=0):
    remaining = None if unit is None else Remaining(DueCode(code), Unit(unit), count)
    return SimpleNamespace(code=DueCode(code), remaining=remaining)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (due("later", "working_days", 2), "2 working days left"),
        (due("later", "working_days", 1), "1 working day left"),
        (due("soon", "working_hours", 6), "6 working hours left"),
        (due("soon", "working_minutes", 1), "1 working minute left"),
        (due("later", "days", 3), "3 days left"),
        (due("late", "working_hours", 1), "1 working hour late"),
        (due("late", "hours", 3), "3 hours late"),
        (due("late", "minutes", 0), "Just past the deadline"),
        (due("soon", "working_minutes", 0), "Less than a minute left"),
        (due("paused"), "Our clock is paused"),
    ],
)
def test_due_words(words, shown, expected):
    assert due_words(shown) == expected


def test_every_unit_has_words(words):
    for unit in Unit:
        assert due_words(due("late", unit, 2)).endswith("late")
        assert due_words(due("soon", unit, 2)).endswith("left")


def test_due_words_in_dutch(words):
    with force_locale("nl"):
        assert due_words(due("soon", "working_hours", 6)) == "Nog 6 werkuren"
        assert due_words(due("soon", "working_hours", 1)) == "Nog 1 werkuur"
        assert due_words(due("soon", "working_hours", 6), in_sentence=True) == "nog 6 werkuren"


@pytest.mark.parametrize(
    ("at", "locale", "short", "expected"),
    [
        ("2026-11-23T21:30", None, False, "today 16:30"),
        ("2026-11-24T05:00", None, False, "tomorrow 00:00"),
        ("2026-11-24T04:59", None, False, "today 23:59"),
        ("2026-11-22T17:00", None, False, "yesterday 12:00"),
        ("2026-11-24T17:00", None, True, "tomorrow 12:00"),
        ("2026-12-01T17:00", None, False, "Tuesday 1 December, 12:00"),
        ("2026-12-01T17:00", None, True, "Tue 1 Dec, 12:00"),
        ("2027-01-04T14:05", None, False, "Monday 4 January 2027, 09:05"),
        ("2026-11-23T21:30", "nl", False, "vandaag 16.30 uur"),
        ("2026-12-01T17:00", "nl", False, "dinsdag 1 december, 12.00 uur"),
        ("2026-11-25T17:00", "nl", True, "wo 25 nov, 12.00"),
    ],
)
def test_when_words(words, at, locale, short, expected):
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert when_words(moment, "America/Bogota", NOW, locale, short) == expected


def test_when_words_outside_an_application_are_english():
    assert when_words(NOW, "Europe/Amsterdam", NOW) == "today 16:10"


def test_day_words(words):
    assert day_words(date(2026, 11, 30), date(2026, 11, 23)) == "Monday 30 November"
    assert day_words(date(2027, 1, 4), date(2026, 11, 23), "nl") == "maandag 4 januari 2027"


@pytest.mark.parametrize(
    ("elapsed", "expected"),
    [
        (timedelta(days=3, hours=1, minutes=10), "3 days 1 hour"),
        (timedelta(days=1), "1 day"),
        (timedelta(hours=2, minutes=59), "2 hours"),
        (timedelta(minutes=5), "5 minutes"),
        (timedelta(seconds=30), "less than a minute"),
        (timedelta(seconds=-30), "less than a minute"),
    ],
)
def test_waiting_words(words, elapsed, expected):
    assert waiting_words(elapsed) == expected


def test_a_dated_moment_tells_the_date_of_tomorrow_too(app: Flask) -> None:
    at, now = datetime(2026, 11, 24, 17, tzinfo=UTC), datetime(2026, 11, 23, 17, tzinfo=UTC)
    with app.test_request_context("/"), force_locale("en"):
        assert when_words(at, "America/Bogota", now, dated=True) == "Tuesday 24 November, 12:00"


def test_on_paper_no_moment_is_today(words) -> None:
    with on_paper():
        for short in (False, True):
            assert when_words(NOW, "America/Bogota", NOW, "en", short) == "Monday 23 November 2026, 10:10"
        assert when_words(NOW, "Europe/Amsterdam", NOW, "nl") == "maandag 23 november 2026, 16.10 uur"
    assert when_words(NOW, "America/Bogota", NOW, "en") == "today 10:10"
