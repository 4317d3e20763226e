"""Clocks as the domain says (rule 6): which office's hours, late holidays, half days, zones, outer bound."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hubs.core.calendars import WorkingCalendar, parse_hours
from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.core.stamps import ROUTING, bump
from hubs.extensions import db
from hubs.reference import cli
from hubs.reference.models import Holiday
from hubs.referrals.models import Referral
from hubs.referrals.terms import Limit
from tests.conftest import post
from tests.scenarios.conftest import Play

WEEK = {str(day): [["09:00", "17:00"]] for day in range(5)}
HALF = {"0": [["09:00", "13:00"]], "2": [["09:00", "13:00"]]}
TWO_DAYS = Limit(16, 7)


@pytest.mark.parametrize(
    ("why", "zone", "hours", "start", "due", "holidays", "closures"),
    [
        ("over the weekend", "America/Bogota", WEEK, "2026-11-20T21:00", "2026-11-24T21:00", (), ()),
        ("a holiday between", "America/Bogota", WEEK, "2026-11-20T21:00", "2026-11-25T21:00", ("2026-11-23",), ()),
        ("another zone", "Asia/Ho_Chi_Minh", WEEK, "2026-11-20T09:00", "2026-11-24T09:00", (), ()),
        ("the clock goes back", "Europe/Amsterdam", WEEK, "2026-10-23T14:00", "2026-10-27T15:00", (), ()),
        ("half days: the outer bound", "America/Bogota", HALF, "2026-11-18T16:00", "2026-11-25T16:00", (), ()),
        (
            "a closure: the outer bound",
            "America/Bogota",
            WEEK,
            "2026-11-20T21:00",
            "2026-11-27T21:00",
            (),
            (("2026-11-21", "2026-12-20"),),
        ),
    ],
)
def test_two_working_days(
    why: str, zone: str, hours: Any, start: str, due: str, holidays: tuple[str, ...], closures: tuple[Any, ...]
) -> None:
    day = datetime.fromisoformat
    calendar = WorkingCalendar(
        zone,
        parse_hours(hours),
        frozenset(day(each).date() for each in holidays),
        tuple((day(first).date(), day(last).date()) for first, last in closures),
    )
    assert TWO_DAYS.length.due_at(day(start).replace(tzinfo=UTC), calendar) == day(due).replace(tzinfo=UTC), why


def moved(play: Play, kind: str) -> list[dict[str, Any]]:
    with play.app.app_context():
        rows = db.session.execute(select(Event.data).where(Event.kind == f"{kind}.clock_moved")).scalars().all()
        db.session.remove()
    return list(rows)


def test_a_holiday_announced_late_moves_the_clocks_that_run(
    play: Play, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loaded with the reference data: receiver and desk both move, told before and after; running it again: nothing."""
    own = play.ask()
    _asked, referral = play.sent_to("hub_a")
    before = play.row(referral)
    load = cli.load_everything

    def with_a_holiday(*, now: datetime) -> Any:
        report = load(now=now)
        for ahead in (0, 1):
            on = (now - timedelta(hours=5)).date() + timedelta(days=ahead)
            if db.session.get(Holiday, ("CO", on)) is None:
                db.session.add(Holiday(market="CO", on=on, name_en="Day of mourning", name_nl="Dag van rouw"))
                report.tables["holidays"].added += 1
        bump(db.session, ROUTING)
        return report

    monkeypatch.setattr(cli, "load_everything", with_a_holiday)
    result = app.test_cli_runner().invoke(args=["reference", "load", "--json"])
    assert result.exit_code == 0, result.output
    after = play.row(referral)
    assert after["decide_due_at"] > before["decide_due_at"] and after["due_at"] > before["due_at"]
    (change,) = moved(play, "referral")
    assert change["before"] == before["due_at"].isoformat() and change["after"] == after["due_at"].isoformat()
    assert moved(play, "support_request")[0]["before"] < moved(play, "support_request")[0]["after"]
    assert "A term moved" in play.case_page(own)
    app.test_cli_runner().invoke(args=["reference", "load", "--json"])
    assert len(moved(play, "referral")) == 1


def test_the_desk_answers_in_its_own_hours(play: Play) -> None:
    """A question of the hub is the sender's turn: late is told to the desk, and the hub's term stands still."""
    _asked, referral = play.sent_to("hub_a")
    play.answer(referral, "ask", note="Voor wanneer?")
    paused = play.row(referral)
    assert (paused["term"], paused["decide_due_at"]) == ("answer", None) and paused["due_at"]
    play.mails()
    assert play.clock(paused["due_at"])["breaches"] >= 1
    told = play.mails()
    assert any("Too late: your answer" in subject or "Te laat: je antwoord" in subject for _who, subject in told)
    assert not [row for row in told if row[0] == "hub_a" and "Te laat" in row[1]]
    assert play.clock(paused["due_at"] + timedelta(days=30))["lapses"] == 0
    play.answer(referral, "answer", by="post", note="In januari.")
    assert play.row(referral)["decide_due_at"] > utcnow()


def test_warned_at_three_quarters_late_and_lapsed_once(play: Play) -> None:
    asked, referral = play.sent_to("hub_a")
    play.mails()
    with play.app.app_context():
        row = db.session.get_one(Referral, referral)
        warn_at, due_at, lapses_at = row.warn_at, row.due_at, row.decide_due_at
        db.session.remove()
    assert warn_at and due_at and lapses_at and warn_at < due_at < lapses_at
    for moment, kind in ((warn_at, "warnings"), (due_at, "breaches"), (lapses_at, "lapses")):
        assert play.clock(moment)[kind] == 1, kind
        assert play.clock(moment)[kind] == 0, kind
        assert "hub_a" in play.told(), kind
    assert play.row(referral)["state"] == "lapsed"
    play.at_desk(asked)


def test_a_long_closure_is_shown_to_the_sender_with_its_end(play: Play, demo: Any) -> None:
    _asked, referral = play.sent_to("hub_a")
    today = utcnow().date()
    first, last = today + timedelta(days=2), today + timedelta(days=5)
    manager = play.client_for("manager")
    path = f"/organisation/offices/{demo.offices['hub_a']}"
    values = {"starts_on": first.isoformat(), "ends_on": last.isoformat(), "reason": "Vakantie"}
    answer = post(manager, f"{path}/closures", values, page=path)
    assert answer.status_code == 303, answer.get_data(as_text=True)[:1500]
    reference = play.referral(referral)["reference"]
    assert "closed" in play.page("officer", f"/referrals/{reference}").lower()
