"""Two at the same moment: one wins, the other gets a clear word, nothing is doubled. Runs on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hubs.accounts.models import Membership, Office
from hubs.accounts.queries import get_visible_membership
from hubs.core.clock import utcnow
from hubs.core.errors import DomainError, WrongState
from hubs.core.events import Event
from hubs.core.stamps import ROUTING, bump
from hubs.directory.views import offices
from hubs.extensions import db, write_transaction
from hubs.referrals.models import Referral, ReferralPart, SupportRequest
from hubs.referrals.operations import (
    act_on_referral,
    act_on_request,
    assign_handler,
    assigning,
    close_membership,
    handing_over,
    lapse,
    recompute_office,
    sending,
)
from hubs.referrals.operations import referrals as answering
from hubs.referrals.queries import get_visible_referral, get_visible_request
from tests.referrals.builders import actor_for, destinations, question

TOGETHER_FOR = 1.5  # seconds that one waits for the other between reading and writing


class Meeting:
    """Both sides stop between reading and writing until the other is there too, or is held back by a lock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
        self.barrier = threading.Barrier(2)
        original = getattr(owner, name)

        def met(*args: Any, **kwargs: Any) -> Any:
            with suppress(threading.BrokenBarrierError):
                self.barrier.wait(TOGETHER_FOR)
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, met)


def both(app: Flask, *tasks: Callable[[], Any]) -> list[Any]:
    """Run the tasks at once, each as a request of its own; what each answered or the error it got."""
    results: list[Any] = [None] * len(tasks)
    start = threading.Barrier(len(tasks))

    def run(place: int, task: Callable[[], Any]) -> None:
        with app.test_request_context("/?lang=en"):
            try:
                start.wait(5)
                write_transaction()
                results[place] = task()
                db.session.commit()
            except Exception as error:  # noqa: BLE001  whatever the loser gets is what the test looks at
                db.session.rollback()
                results[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(place, task)) for place, task in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def sorted_out(results: list[Any]) -> tuple[Any, Any]:
    """The winner's answer and the loser's error; exactly one of each."""
    won = [result for result in results if not isinstance(result, BaseException)]
    lost = [result for result in results if isinstance(result, BaseException)]
    assert len(won) == 1 and len(lost) == 1, results
    assert isinstance(lost[0], DomainError), repr(lost[0])
    return won[0], lost[0]


def stored(app: Flask, make: Callable[[], Any]) -> Any:
    with app.test_request_context("/?lang=en"):
        write_transaction()
        made = make()
        db.session.commit()
        db.session.remove()
    return made


def refer_task(demo: Any, reference: str, hub: str, persona: str = "officer", **data: Any) -> Callable[[], str]:
    def task() -> str:
        actor = actor_for(demo, persona)
        asked = get_visible_request(actor, reference, lock=True)
        values = {"destinations": destinations(demo, hub), **data}
        act_on_request(asked, "refer", actor=actor, now=utcnow(), data=values)
        return asked.reference

    return task


def test_two_referrals_of_the_same_part(app: Flask, demo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = stored(app, lambda: question(demo).reference)
    Meeting(monkeypatch, sending, "store_receipt")
    results = both(
        app,
        refer_task(demo, reference, "hub_a"),
        refer_task(demo, reference, "hub_b", "officer_2", reason="recent_experience"),
    )
    _, lost = sorted_out(results)
    assert isinstance(lost, WrongState) and lost.code == "already_referred"
    with app.app_context():
        assert len(db.session.execute(select(Referral)).scalars().all()) == 1
        assert len(db.session.execute(select(ReferralPart)).scalars().all()) == 1
        assert len(db.session.execute(select(Event).where(Event.kind == "referral.send")).scalars().all()) == 1


def test_two_acceptances(app: Flask, demo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def made() -> str:
        asked = question(demo)
        data = {"destinations": destinations(demo, "hub_a")}
        act_on_request(asked, "refer", actor=actor_for(demo, "officer"), now=utcnow(), data=data)
        return asked.referrals[0].reference

    reference = stored(app, made)
    Meeting(monkeypatch, answering, "acceptance_problems")

    def accept(persona: str) -> Callable[[], str]:
        def task() -> str:
            actor = actor_for(demo, persona)
            act_on_referral(get_visible_referral(actor, reference, lock=True), "accept", actor=actor, now=utcnow())
            return persona

        return task

    won, lost = sorted_out(both(app, accept("manager"), accept("staff")))
    assert isinstance(lost, WrongState)
    with app.app_context():
        referral = db.session.execute(select(Referral)).scalar_one()
        assert (referral.state, referral.handler_id) == ("accepted", demo.people[won].id)
        assert len(db.session.execute(select(Event).where(Event.kind == "referral.accept")).scalars().all()) == 1


def test_the_last_free_slot(app: Flask, demo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def made() -> list[str]:
        db.session.get(Office, demo.offices["hub_a"]).weekly_capacity = 1
        bump(db.session(), ROUTING)
        return [question(demo).reference, question(demo).reference]

    references = stored(app, made)
    Meeting(monkeypatch, sending, "store_receipt")
    results = both(app, *(refer_task(demo, reference, "hub_a") for reference in references))
    won, lost = sorted_out(results)
    assert isinstance(lost, WrongState) and lost.code == "no_capacity"
    assert lost.extra["receipt"].first()[0].organisation_id == demo.organisations["hub_b"]
    with app.app_context():
        assert len(db.session.execute(select(Referral)).scalars().all()) == 1


def test_two_desks_at_once_do_not_hinder_each_other(app: Flask, demo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two questions to two hubs, both the first to need the snapshot of the table."""
    first, second = stored(app, lambda: [question(demo).reference, question(demo).reference])
    Meeting(monkeypatch, sending, "store_receipt")
    results = both(
        app,
        refer_task(demo, first, "hub_a"),
        refer_task(demo, second, "hub_b", "officer_2", reason="recent_experience"),
    )
    assert results == [first, second]


def test_acceptance_against_lapse(app: Flask, demo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A yes in the last minute and the clock at the same time: one of them holds."""

    def made() -> tuple[str, str, Any]:
        asked = question(demo)
        data = {"destinations": destinations(demo, "hub_a")}
        act_on_request(asked, "refer", actor=actor_for(demo, "officer"), now=utcnow(), data=data)
        return asked.referrals[0].id, asked.referrals[0].reference, asked.referrals[0].decide_due_at

    identifier, reference, due = stored(app, made)
    Meeting(monkeypatch, answering, "acceptance_problems")

    def accept() -> str:
        actor = actor_for(demo, "manager")
        in_time = due.replace(microsecond=0) if due > utcnow() else utcnow()
        referral = get_visible_referral(actor, reference, lock=True)
        act_on_referral(referral, "accept", actor=actor, now=min(in_time, utcnow()))
        return "accepted"

    results = both(app, accept, lambda: lapse(identifier, now=due))
    with app.app_context():
        state = db.session.execute(select(Referral.state)).scalar_one()
    if state == "accepted":
        assert results == ["accepted", False]
    else:
        assert state == "lapsed" and results[1] is True and isinstance(results[0], WrongState)


def test_acceptance_against_a_change_of_hours(app: Flask, demo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both need the office and the referral: whoever comes second waits, and nobody is turned away."""

    def made() -> str:
        asked = question(demo)
        data = {"destinations": destinations(demo, "hub_a")}
        act_on_request(asked, "refer", actor=actor_for(demo, "officer"), now=utcnow(), data=data)
        return asked.referrals[0].reference

    reference = stored(app, made)
    meeting = Meeting(monkeypatch, answering, "lock_receiver")

    def accept() -> str:
        actor = actor_for(demo, "staff")
        act_on_referral(get_visible_referral(actor, reference, lock=True), "accept", actor=actor, now=utcnow())
        return "accepted"

    def change_hours() -> str:
        actor = actor_for(demo, "manager")
        office = offices._held_office(actor, demo.offices["hub_a"])
        with suppress(threading.BrokenBarrierError):
            meeting.barrier.wait(TOGETHER_FOR)
        recompute_office(office, actor=actor, now=utcnow())
        return "changed"

    assert both(app, accept, change_hours) == ["accepted", "changed"]


def test_giving_a_question_to_a_colleague_against_closing_an_account(
    app: Flask, demo: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both need the question and the colleague's role: one after the other, and the question is with the colleague."""
    colleague = demo.people["officer_2"].id

    def made() -> tuple[str, str, str]:
        asked, card = question(demo), demo.people["officer"]
        act_on_request(asked, "take", actor=actor_for(demo, "officer"), now=utcnow(), data={})
        held = db.session.execute(select(Membership.id).where(Membership.person_id == card.id)).scalar_one()
        return asked.id, asked.reference, held

    identifier, reference, membership_id = stored(app, made)
    meeting = Meeting(monkeypatch, assigning, "check_handler")

    def assign() -> str:
        actor = actor_for(demo, "officer")
        asked = get_visible_request(actor, reference, lock=True)
        assign_handler(asked, colleague, actor=actor, now=utcnow())
        return "given"

    def close() -> str:
        actor = actor_for(demo, "head")
        membership = get_visible_membership(actor, membership_id, lock=True)
        close_membership(membership, {f"question.{identifier}": colleague}, actor=actor, now=utcnow())
        return "closed"

    original = handing_over.give

    def met(*args: Any, **kwargs: Any) -> None:
        with suppress(threading.BrokenBarrierError):
            meeting.barrier.wait(TOGETHER_FOR)
        original(*args, **kwargs)

    monkeypatch.setattr(handing_over, "give", met)
    assert both(app, assign, close) == ["given", "closed"]
    with app.app_context():
        assert db.session.execute(select(SupportRequest.handler_id)).scalar_one() == colleague
        assert db.session.get_one(Membership, membership_id).ended_at is not None
