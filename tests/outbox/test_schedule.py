"""What the clock does by itself happens exactly once: run twice, run by two at once, killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from hubs.agreements.models import Agreement
from hubs.core.clock import utcnow
from hubs.core.events import Event, OutboxItem
from hubs.extensions import db
from hubs.outbox import reminders
from hubs.referrals import operations as does
from hubs.referrals.models import Referral, SupportRequest
from tests.referrals.builders import actor_for, destinations, question
from tests.world import World, agreement

Due = dict[str, str]  # what is due -> the id it is due for
KINDS = ("referral.lapse", "support_request.due_soon", "support_request.overdue", "support_request.wait_over")
ALL = (*KINDS, "referral.overdue", "support_request.back_at_desk", "agreement.start", "agreement.expire")


class Killed(BaseException):
    """The process ends here: nothing catches this."""


def sent(demo: World) -> Referral:
    asked = question(demo)
    data = {"destinations": destinations(demo, "hub_a")}
    does.act_on_request(asked, "refer", actor=actor_for(demo, "officer"), now=utcnow(), data=data)
    return asked.referrals[-1]


@pytest.fixture
def due(demo: World, in_app: Callable[[], Any]) -> Due:
    """One of everything is due now: a warning, two breaches, a lapse, an agreement to start and one to end."""
    with in_app() as session:
        now, hour = utcnow(), timedelta(hours=1)
        lapsing, late = sent(demo), sent(demo)
        does.act_on_referral(late, "accept", actor=actor_for(demo, "manager"), now=now)
        warned, breached = question(demo), question(demo)
        lapsing.decide_due_at = lapsing.due_at = lapsing.warn_at = now - hour
        late.due_at = late.warn_at = now - hour
        warned.warn_at = now - hour
        breached.due_at = breached.warn_at = now - hour
        starts = _signed(demo, starts_on=date.today() - timedelta(days=2), ends_on=date.today() + timedelta(days=90))
        ends = _signed(demo, starts_on=date.today() - timedelta(days=90), ends_on=date.today() - timedelta(days=2))
        ends.state = "in_force"
        session.flush()
        made = {
            "lapsing": lapsing.id, "late": late.id, "warned": warned.id, "breached": breached.id,
            "starts": starts.id, "ends": ends.id,
        }  # fmt: skip
        session.execute(update(OutboxItem).values(done_at=now).execution_options(synchronize_session=False))
        session.commit()
    return made


def _signed(demo: World, **terms: Any) -> Agreement:
    return agreement(demo, "hub_b", "far_post", **terms, state="signed")


def happened(in_app: Callable[[], Any]) -> dict[str, int]:
    """How often each kind of thing the clock does was recorded."""
    with in_app() as session:
        rows = session.execute(select(Event.kind, func.count()).where(Event.kind.in_(ALL)).group_by(Event.kind))
        return {str(kind): int(number) for kind, number in rows}


ONCE = {
    "referral.lapse": 1, "support_request.back_at_desk": 1, "referral.overdue": 1, "support_request.due_soon": 1,
    "support_request.overdue": 1, "agreement.start": 1, "agreement.expire": 1,
}  # fmt: skip


def states(in_app: Callable[[], Any], due: Due) -> dict[str, str]:
    with in_app() as session:
        referral, lapsed = session.get(Referral, due["late"]), session.get(Referral, due["lapsing"])
        return {
            "late": referral.state,
            "lapsing": lapsed.state,
            "its question": lapsed.support_request.state,
            "starts": session.get(Agreement, due["starts"]).state,
            "ends": session.get(Agreement, due["ends"]).state,
            "breached": session.get(SupportRequest, due["breached"]).state,
        }


DONE = {
    "late": "accepted", "lapsing": "lapsed", "its question": "in_hand", "starts": "in_force", "ends": "ended",
    "breached": "received",
}  # fmt: skip


def run(app: Flask, now: datetime | None = None) -> dict[str, int]:
    with app.test_request_context("/"):
        return reminders.run_once(now)


def command(app: Flask, *arguments: str) -> Any:
    done = app.test_cli_runner().invoke(args=list(arguments))
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


# --- once -------------------------------------------------------------------------------------------------


def test_the_command_twice_does_it_once(app: Flask, due: Due, in_app: Callable[[], Any]) -> None:
    first = command(app, "schedule", "run", "--once", "--json")
    assert {name: number for name, number in first.items() if number} == {
        "agreements": 2, "lapses": 1, "breaches": 2, "warnings": 1,
    }  # fmt: skip
    assert happened(in_app) == ONCE and states(in_app, due) == DONE
    second = command(app, "schedule", "run", "--once", "--json")
    assert not any(second.values())
    assert happened(in_app) == ONCE and states(in_app, due) == DONE


def test_each_is_mailed_once(app: Flask, due: Due, in_app: Callable[[], Any]) -> None:
    command(app, "schedule", "run", "--once", "--json")
    first = command(app, "worker", "run", "--once", "--json")
    assert first["done"] > 0
    command(app, "schedule", "run", "--once", "--json")
    assert command(app, "worker", "run", "--once", "--json") == {"done": 0}
    with in_app() as session:
        from hubs.outbox.models import Delivery

        rows = session.execute(select(Delivery.template, Delivery.address)).all()
        assert len(rows) == len(set(rows))
        assert {"receiver:referral.lapse", "desk:support_request.due_soon", "desk:support_request.overdue"} <= {
            template for template, _address in rows
        }


def test_nothing_happens_before_its_time(app: Flask, demo: World, in_app: Callable[[], Any]) -> None:
    with in_app() as session:
        referral = sent(demo)
        warn, decide, identifier = referral.warn_at, referral.decide_due_at, referral.id
        session.commit()
    assert not any(run(app, warn - timedelta(seconds=1)).values())
    assert run(app, warn)["warnings"] == 1 and not any(run(app, warn).values())
    moment = decide - timedelta(seconds=1)
    run(app, moment)
    assert happened(in_app).get("referral.lapse") is None
    assert run(app, decide)["lapses"] == 1 and run(app, decide)["lapses"] == 0
    with in_app() as session:
        assert session.get(Referral, identifier).state == "lapsed"


def test_what_was_answered_meanwhile_is_left_alone(app: Flask, demo: World, in_app: Callable[[], Any]) -> None:
    """Due when listed, no longer when its turn comes: it is looked at again under its lock."""
    with in_app() as session:
        referral = sent(demo)
        decide, identifier = referral.decide_due_at, referral.id
        session.commit()
    with in_app() as session:
        listed = does.due_lapses(decide)
        assert listed == [identifier]
        referral = session.get(Referral, identifier)
        does.act_on_referral(referral, "accept", actor=actor_for(demo, "manager"), now=utcnow())
        session.commit()
        assert does.lapse(identifier, now=decide) is False
        session.rollback()
    assert happened(in_app).get("referral.lapse") is None


# --- two at once ------------------------------------------------------------------------------------------


@pytest.mark.both
def test_two_at_the_same_moment_do_it_once(app: Flask, due: Due, in_app: Callable[[], Any]) -> None:
    """Both list the same; each subject is taken under its lock by one of them."""
    together, failures = threading.Barrier(2), []
    counted: list[dict[str, int]] = []

    def one() -> None:
        try:
            with app.test_request_context("/"):
                together.wait(10)
                counted.append(reminders.run_once())
        except BaseException as error:  # a thread keeps its failure to itself
            failures.append(error)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures, failures
    assert happened(in_app) == ONCE and states(in_app, due) == DONE
    total = {name: sum(each[name] for each in counted) for name in counted[0]}
    assert {name: number for name, number in total.items() if number} == {
        "agreements": 2, "lapses": 1, "breaches": 2, "warnings": 1,
    }  # fmt: skip


# --- killed -----------------------------------------------------------------------------------------------

STEPS = ("lapse", "breach", "warn")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_in_the_middle_nothing_is_lost_or_doubled(
    app: Flask, due: Due, in_app: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    """Before its commit nothing has happened; the next run does all of it."""
    real = getattr(does, step)

    def dying(*args: Any, **kwargs: Any) -> bool:
        if when == "after":
            real(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(does, step, dying)
        with pytest.raises(Killed):
            run(app)
    with app.app_context():
        db.session.remove()
    kind = {"lapse": "referral.lapse", "breach": "support_request.overdue", "warn": "support_request.due_soon"}[step]
    assert kind not in happened(in_app)
    run(app)
    assert happened(in_app) == ONCE and states(in_app, due) == DONE


def test_killed_between_two_subjects(
    app: Flask, due: Due, in_app: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed stays; the rest follows in the next run."""
    real, calls = does.breach, []

    def second_dies(*args: Any, **kwargs: Any) -> bool:
        calls.append(args)
        if len(calls) == 2:
            raise Killed
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(does, "breach", second_dies)
        with pytest.raises(Killed):
            run(app)
    with app.app_context():
        db.session.remove()
    late = {kind: number for kind, number in happened(in_app).items() if kind.endswith("overdue")}
    assert sum(late.values()) == 1
    run(app)
    assert happened(in_app) == ONCE and states(in_app, due) == DONE


@pytest.mark.both
@pytest.mark.parametrize(("name", "by"), [("worker", "SIGKILL"), ("schedule", "SIGKILL"), ("worker", "SIGTERM")])
def test_a_real_process_stopped_at_some_moment(
    app: Flask, due: Due, in_app: Callable[[], Any], name: str, by: str
) -> None:
    """SIGTERM ends it in good order; after SIGKILL the next run ends what was begun."""
    with in_app() as session:  # the mails of what led up to it are there to be sent
        session.execute(update(OutboxItem).values(done_at=None).execution_options(synchronize_session=False))
        session.commit()
        db.engine.dispose()
    environment = {**os.environ, "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"], "LOG_LEVEL": "CRITICAL"}
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", name, "run"], env=environment, stderr=subprocess.PIPE
    )
    _wait_until_busy(process, in_app, name)
    process.send_signal(getattr(signal, by))
    status = process.wait(20)
    assert status == (0 if by == "SIGTERM" else -signal.SIGKILL)
    _leases_run_out(in_app)
    for _ in range(2):
        command(app, "schedule", "run", "--once", "--json")
        command(app, "worker", "run", "--once", "--json")
    assert happened(in_app) == ONCE and states(in_app, due) == DONE


def _wait_until_busy(process: Any, in_app: Callable[[], Any], name: str) -> None:
    """Until it has done something: a mail sent, a term told."""
    for _ in range(200):
        assert process.poll() is None, process.stderr.read()
        with in_app() as session:
            began = select(OutboxItem.event_id).where(OutboxItem.attempts > 0).limit(1)
            busy = session.execute(began).first() if name == "worker" else happened(in_app)
        if busy:
            return
        time.sleep(0.1)
    pytest.fail("it did nothing")


def _leases_run_out(in_app: Callable[[], Any]) -> None:
    from hubs.outbox.models import Delivery

    with in_app() as session:
        for model in (OutboxItem, Delivery):
            past = utcnow() - timedelta(minutes=5)
            session.execute(update(model).where(model.lease_until.is_not(None)).values(lease_until=past))
        session.commit()


# --- agreements by rule -----------------------------------------------------------------------------------


def test_an_agreement_starts_on_its_day_and_ends_after_its_last(
    app: Flask, demo: World, in_app: Callable[[], Any]
) -> None:
    first, last = date.today() + timedelta(days=10), date.today() + timedelta(days=40)
    with in_app() as session:
        identifier = _signed(demo, starts_on=first, ends_on=last).id
        session.commit()

    def state_on(day: date) -> str:
        run(app, datetime.combine(day, datetime.min.time(), utcnow().tzinfo) + timedelta(hours=12))
        with in_app() as session:
            return session.get(Agreement, identifier).state

    assert state_on(first - timedelta(days=1)) == "signed"
    assert state_on(first) == "in_force" and state_on(first) == "in_force"
    assert state_on(last) == "in_force"
    assert state_on(last + timedelta(days=1)) == "ended"
    assert happened(in_app)["agreement.start"] == happened(in_app)["agreement.expire"] == 1


def test_what_lies_under_an_agreement_that_expires_goes_back(
    app: Flask, demo: World, in_app: Callable[[], Any]
) -> None:
    """Not accepted yet: back at the desk. Accepted: it stays with the hub."""
    with in_app() as session:
        waiting, accepted = sent(demo), sent(demo)
        does.act_on_referral(accepted, "accept", actor=actor_for(demo, "manager"), now=utcnow())
        held = session.get(Agreement, demo.agreements["hub_a"])
        held.ends_on = date.today() - timedelta(days=2)
        ids = waiting.id, accepted.id
        session.commit()
    run(app)
    run(app)
    with in_app() as session:
        back, kept = (session.get(Referral, identifier) for identifier in ids)
        assert (back.state, back.reason, kept.state) == ("withdrawn", "agreement_ended", "accepted")
        assert back.support_request.state == "in_hand"
    assert happened(in_app)["agreement.expire"] == 1 and happened(in_app)["support_request.back_at_desk"] == 1
