"""The texts of the demonstration world tell nobody who asks, and its times fit every calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from hubs.core.calendars import Term, WorkingCalendar
from hubs.demo.intake import companies, reference_of
from hubs.demo.organisations import hours_of
from hubs.demo.questions import Question, Step, all_questions
from hubs.demo.rows import rows_of
from hubs.demo.timing import DECIDE, started_so_that, times, used, while_open
from hubs.referrals.screening import Known, screen

QUESTIONS = all_questions()
OFFICE = {day: ((time(9), time(17)),) for day in range(5)}
HALF = {day: ((time(9), time(13)),) for day in range(5)}
GULF = {**{day: ((time(8), time(16)),) for day in range(4)}, 4: ((time(8), time(12)),)}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_no_text_says_who_asks(question: Question) -> None:
    company = companies()[question.company]
    known = Known(
        person=company["contact"],
        company=company["name"],
        registration_number=company["number"],
        phone=company["phone"],
        market=question.markets[0] if len(question.markets) == 1 else None,
    )
    assert screen(question.text, known) == []


def test_keys_and_references_are_unique() -> None:
    keys = [question.key for question in QUESTIONS]
    assert len(set(keys)) == len(keys)
    assert len({reference_of(f"{key}-0") for key in keys}) == len(keys)
    assert reference_of("co-01-0") == reference_of("co-01-0")


def test_both_languages_and_every_channel_a_desk_has() -> None:
    assert {question.language for question in QUESTIONS} == {"nl", "en"}
    assert {question.channel for question in QUESTIONS} >= {"web", "telephone", "email", "visit", "event", "mission"}


def test_every_message_is_in_both_languages() -> None:
    assert all(row["nl"] and row["en"] for row in rows_of("messages"))


def test_hours() -> None:
    assert hours_of("mon-tue 08:00-12:00 13:00-17:00;sat 09:00-12:00") == {
        "0": [["08:00", "12:00"], ["13:00", "17:00"]],
        "1": [["08:00", "12:00"], ["13:00", "17:00"]],
        "5": [["09:00", "12:00"]],
    }
    assert sorted(hours_of("sun-thu 10:00-17:00")) == ["0", "1", "2", "3", "6"]


@pytest.mark.parametrize("hours", [OFFICE, HALF, GULF], ids=["office", "half days", "gulf"])
@pytest.mark.parametrize("day", range(20, 29))
def test_a_clock_is_as_far_on_as_asked(hours: dict[int, tuple[tuple[time, time], ...]], day: int) -> None:
    calendar = WorkingCalendar("America/Bogota", hours, frozenset({date(2026, 11, 25)}))
    now = datetime(2026, 11, day, 14, 20, tzinfo=UTC)
    started = started_so_that(calendar, DECIDE, now, 0.5)
    assert used(calendar, DECIDE, started, now) == pytest.approx(0.5, abs=0.01)
    assert used(calendar, DECIDE, while_open(calendar, started), now) < 0.9
    assert DECIDE.due_at(started, calendar) > now


def test_a_closed_year_ends_at_the_outer_bound() -> None:
    never = WorkingCalendar("UTC", {})
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert now - started_so_that(never, Term(8, 4), now, 1.25) == timedelta(days=5)
    assert while_open(never, now) == now


@pytest.mark.parametrize("mode, amount", [("d", 30.0), ("d", 0.1), ("u", 0.4), ("u", 1.3), ("p", 2.0), ("w", 0.3)])
def test_steps_are_in_order_and_past(mode: str, amount: float) -> None:
    calendar = WorkingCalendar("Europe/Amsterdam", OFFICE)
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    steps = [Step("take"), Step("refer"), Step("ack"), Step("accept")]
    found = times(mode, amount, steps, lambda _step: calendar, now, datetime(2026, 11, 16, tzinfo=UTC), "key")
    assert len(found) == 5
    assert found == sorted(set(found))
    assert found[-1] < now
    assert found == times(mode, amount, steps, lambda _s: calendar, now, datetime(2026, 11, 16, tzinfo=UTC), "key")
