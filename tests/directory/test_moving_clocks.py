"""What a change in the directory does to questions that are under way, and how a hub's usual answer time is counted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.agreements.models import Agreement
from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.directory.queries import answer_speed
from hubs.extensions import db
from hubs.outbox.reminders import run_once
from hubs.referrals.models import Referral
from hubs.referrals.operations import act_on_referral, count_answers, due_counts
from tests.referrals.builders import actor_for, question
from tests.referrals.test_operations import refer


@pytest.fixture
def sent(app: Any, demo: Any) -> Any:
    """The id of a referral that lies unanswered at hub A."""
    with app.app_context(), app.test_request_context("/"):
        referral = refer(demo, question(demo), "hub_a", now=utcnow())
        db.session.commit()
        identifier = referral.id
        db.session.remove()
    return identifier


def referral_of(app: Any, identifier: str) -> Referral:
    with app.app_context():
        found = db.session.get(Referral, identifier)
        db.session.expunge_all()
        db.session.remove()
        return found


def test_a_closure_moves_the_clocks_that_run_and_its_removal_moves_them_back(
    app: Any, demo: Any, client_for: Any, post: Any, sent: str
) -> None:
    before = referral_of(app, sent)
    client, path = client_for("manager"), f"/organisation/offices/{demo.offices['hub_a']}"
    days = {"starts_on": date.today().isoformat(), "ends_on": (date.today() + timedelta(days=2)).isoformat()}
    assert post(client, f"{path}/closures", page=path, **days).status_code == 303
    moved = referral_of(app, sent)
    assert moved.due_at > before.due_at and moved.decide_due_at > before.decide_due_at
    with app.app_context():
        event = db.session.execute(select(Event).where(Event.kind == "referral.clock_moved")).scalar_one()
        assert event.data["before"] == before.due_at.isoformat() and event.data["after"] == moved.due_at.isoformat()
    shown = client.get(path).get_data(as_text=True)
    remove = shown.split(f'action="{path}/closures/')[1].split('"')[0]
    assert post(client, f"{path}/closures/{remove}", page=path).status_code == 303
    assert referral_of(app, sent).due_at == before.due_at


def test_an_agreement_that_runs_out_gives_back_what_was_not_accepted(app: Any, demo: Any, sent: str) -> None:
    with app.app_context(), app.test_request_context("/"):
        db.session.get(Agreement, demo.agreements["hub_a"]).ends_on = date.today() - timedelta(days=2)
        db.session.commit()
        assert run_once()["agreements"] == 1
    referral = referral_of(app, sent)
    assert (referral.state, referral.reason) == ("withdrawn", "agreement_ended")


def test_usual_answer_times_are_counted_once_a_day(in_app: Any, demo: Any) -> None:
    hub = demo.organisations["hub_a"]
    with in_app() as session:
        now = utcnow()
        referral = refer(demo, question(demo), "hub_a", now=now)
        act_on_referral(referral, "accept", actor=actor_for(demo, "manager"), now=now + timedelta(hours=2))
        session.flush()
        later = now + timedelta(hours=3)
        assert hub in due_counts(later)
        assert count_answers(hub, now=later) is True
        assert count_answers(hub, now=later) is False
        assert hub not in due_counts(later + timedelta(hours=23)) and hub in due_counts(later + timedelta(days=1))
        record = answer_speed([hub])[hub]
        assert record.answers == 1 and 115 <= record.usual_minutes <= 120
        assert count_answers(demo.organisations["hub_b"], now=later) is True
        assert answer_speed([demo.organisations["hub_b"]])[demo.organisations["hub_b"]].answers == 0
