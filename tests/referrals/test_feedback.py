"""Was it of help: one click that a mail scanner cannot make, opened again within a month, asked again months later."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hubs.accounts.actor import actor_of_entrepreneur
from hubs.companies.models import ClientContact, ContactPerson
from hubs.core.clock import utcnow
from hubs.core.errors import NotPermitted, WrongState
from hubs.core.events import Event
from hubs.extensions import db
from hubs.outbox import reminders
from hubs.outbox.notifications import deliveries_of, written
from hubs.referrals.feedback.follow_ups import due_follow_ups, send_follow_up
from hubs.referrals.feedback.links import feedback_token, feedback_url, follow_up_token
from hubs.referrals.feedback.models import Feedback, FollowUp
from hubs.referrals.feedback.moments import FOLLOW_UP_MONTHS, due_between, months_after, reopens_until
from hubs.referrals.feedback.queries import unhappy_feedback
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations import act_on_request
from tests.conftest import csrf_of
from tests.referrals.builders import CANARY, actor_for, question
from tests.world import World

SERVED = {"reason": "client_choice"}


def stored(app: Flask, act: Callable[[], Any]) -> Any:
    with app.test_request_context("/?lang=en"):
        made = act()
        db.session.commit()
        db.session.remove()
        return made


def served(demo: World, closed_at: datetime | None = None, **values: Any) -> SupportRequest:
    asked, now = question(demo, **values), closed_at or utcnow()
    act_on_request(asked, "serve", actor=actor_for(demo, "officer"), now=now, data=SERVED)
    assert asked.state == "closed"
    return asked


def send(client: FlaskClient, path: str, data: dict[str, Any]) -> Any:
    return client.post(path, data={**data, "csrf_token": csrf_of(client, "/sign-in")})


def row(app: Flask, model: Any) -> Any:
    def read() -> Any:
        found = db.session.execute(select(model)).scalars().first()
        return None if found is None else {c.key: getattr(found, c.key) for c in model.__table__.columns}

    return stored(app, read)


# --- one click ---------------------------------------------------------------------------------------------


def test_the_closing_mail_holds_a_link_for_each_answer(app: Flask, demo: World, in_app: Callable[[], Any]) -> None:
    with in_app():
        asked, now = served(demo), utcnow()
        entry = db.session.execute(select(Event).where(Event.kind == "support_request.serve")).scalar_one()
        mails = [written(each, sender="Hubs <hubs@hubs.example>", now=now) for each in deliveries_of(entry, now)]
        body = "".join(mail.get_body().get_content() for mail in mails if mail)
        for answer in ("helped", "partly", "not_helped"):
            assert feedback_url(asked, answer) in body
        assert CANARY["company"] not in body


def test_opening_the_link_records_nothing_and_one_button_does(app: Flask, demo: World, client_for: Any) -> None:
    token = stored(app, lambda: feedback_token(served(demo)))
    visitor, page = client_for("anonymous"), f"/feedback/{token}"
    for _time in range(3):
        body = visitor.get(f"{page}?answer=not_helped").get_data(as_text=True)
        assert re.search(r'<input[^>]*value="not_helped"[^>]*checked', body)
        assert visitor.head(f"{page}?answer=not_helped").status_code == 200
    assert row(app, Feedback) is None  # a scanner that opens links says nothing
    assert visitor.get(f"{page}?answer=%3Cscript%3E").status_code == 200
    assert send(visitor, page, {"answer": "what"}).status_code == 422
    assert send(visitor, page, {"answer": "helped", "action": "grab"}).status_code == 422
    too_long = send(visitor, page, {"answer": "helped", "words": "x" * 4001})
    assert too_long.status_code == 422 and "x" * 4001 in too_long.get_data(as_text=True)
    assert send(visitor, page, {"answer": "helped"}).status_code == 303
    assert "Thank you" in visitor.get(page).get_data(as_text=True)
    assert send(visitor, page, {"answer": "partly", "words": "Nog geen antwoord"}).status_code == 303
    said = row(app, Feedback)
    assert (said["answer"], said["words"], said["handled_at"]) == ("partly", "Nog geen antwoord", None)
    for wrong in (token[:-2] + "zz", "x", f"{token}~", "a.b.c"):
        assert visitor.get(f"/feedback/{wrong}").status_code == 404, wrong
        assert send(visitor, f"/feedback/{wrong}", {"answer": "helped"}).status_code == 404


def test_a_corrected_address_voids_the_link(app: Flask, demo: World, client_for: Any) -> None:
    def change() -> str:
        asked = served(demo)
        token = feedback_token(asked)
        asked.link_version += 1
        return token

    token = stored(app, change)
    assert client_for("anonymous").get(f"/feedback/{token}").status_code == 404


# --- open again --------------------------------------------------------------------------------------------


def test_who_was_not_helped_has_it_opened_again_within_a_month(app: Flask, demo: World, client_for: Any) -> None:
    def close() -> tuple[str, str]:
        asked = served(demo)
        return feedback_token(asked), asked.reference

    token, reference = stored(app, close)
    visitor, page = client_for("anonymous"), f"/feedback/{token}"
    assert "Open my question again" not in visitor.get(page).get_data(as_text=True)
    send(visitor, page, {"answer": "not_helped", "words": "Er belde niemand"})
    assert "Open my question again" in visitor.get(page).get_data(as_text=True)
    officer = client_for("officer")
    assert reference in officer.get("/feedback?show=open").get_data(as_text=True)
    case = officer.get(f"/questions/{reference}").get_data(as_text=True)
    assert "Er belde niemand" in case and "I was not helped" in case
    assert send(visitor, page, {"action": "reopen"}).status_code == 303
    assert send(visitor, page, {"action": "reopen"}).status_code == 409
    assert "open again" in visitor.get(page).get_data(as_text=True)

    def check() -> tuple[str, list[str], int]:
        asked = db.session.execute(select(SupportRequest).where(SupportRequest.reference == reference)).scalar_one()
        texts = [message.text for message in asked.messages]
        waiting = len(db.session.execute(unhappy_feedback(actor_for(demo, "officer"))).all())
        return asked.state, texts, waiting

    state, texts, waiting = stored(app, check)
    assert state == "in_hand" and "Er belde niemand" in texts and waiting == 0
    entry = stored(app, lambda: db.session.execute(
        select(Event.organisation_id, Event.actor_kind).where(Event.kind == "support_request.reopen")
    ).one())  # fmt: skip
    assert tuple(entry) == (None, "entrepreneur")


def test_later_than_a_month_it_becomes_a_new_question_filled_in(
    app: Flask, demo: World, client_for: Any, in_app: Callable[[], Any]
) -> None:
    long_ago = utcnow() - timedelta(days=40)
    token = stored(app, lambda: feedback_token(served(demo, long_ago, now=long_ago)))
    visitor, page = client_for("anonymous"), f"/feedback/{token}"
    send(visitor, page, {"answer": "not_helped"})
    body = visitor.get(page).get_data(as_text=True)
    assert "Open my question again" not in body and "Ask a new question" in body
    assert send(visitor, page, {"action": "reopen"}).status_code == 409
    answer = send(visitor, page, {"action": "again"})
    assert answer.status_code == 303 and "/ask?kept=" in answer.headers["Location"]
    assert "drie monteurs" in visitor.get(answer.headers["Location"]).get_data(as_text=True)
    with in_app():
        asked = db.session.execute(select(SupportRequest)).scalar_one()
        with pytest.raises(WrongState):
            act_on_request(asked, "reopen", actor=actor_of_entrepreneur(asked.id), now=utcnow())
        with pytest.raises(NotPermitted):
            act_on_request(asked, "reopen", actor=actor_of_entrepreneur("0" * 26), now=utcnow())
        act_on_request(asked, "reopen", actor=actor_for(demo, "officer"), now=utcnow())  # the desk may always


def test_the_desk_deals_with_who_was_not_helped_and_strangers_see_nothing(
    app: Flask, demo: World, client_for: Any
) -> None:
    token = stored(app, lambda: feedback_token(served(demo)))
    send(client_for("anonymous"), f"/feedback/{token}", {"answer": "partly", "words": "kanariewoorden"})
    said = row(app, Feedback)
    handle = f"/feedback/answers/{said['id']}"
    for persona in ("manager", "far_officer", "partner_staff"):
        other = client_for(persona)
        assert "kanariewoorden" not in other.get("/feedback").get_data(as_text=True)
        assert other.post(handle, data={"csrf_token": csrf_of(other, "/account")}).status_code == 404
    assert client_for("assessor").get("/feedback").status_code == 403
    officer = client_for("officer")
    assert "kanariewoorden" in officer.get("/feedback").get_data(as_text=True)
    assert officer.post(handle, data={"csrf_token": csrf_of(officer, "/account"), "back": "list"}).status_code == 303
    assert "Nobody waits" in officer.get("/feedback?show=open").get_data(as_text=True)
    assert row(app, Feedback)["handled_at"] is not None


# --- months later ------------------------------------------------------------------------------------------


@given(at=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), months=st.sampled_from([1, *FOLLOW_UP_MONTHS]))
@settings(max_examples=60, deadline=None)
def test_months_later_is_the_same_day_or_the_last_of_the_month(at: datetime, months: int) -> None:
    start = at.replace(tzinfo=UTC)
    later = months_after(start, months)
    assert timedelta(days=28 * months) <= later - start + timedelta(hours=2) <= timedelta(days=31 * months, hours=4)
    after, until = due_between(later, months)
    assert after < start <= until or start > until  # due then, or a day later in a short month
    assert months_after(until, months) <= later


def test_a_month_ends_where_the_entrepreneur_is() -> None:
    assert reopens_until(datetime(2026, 1, 31, 22, 30, tzinfo=UTC)) == datetime(2026, 2, 28, 22, 30, tzinfo=UTC)
    assert reopens_until(datetime(2026, 3, 10, 12, tzinfo=UTC)) == datetime(2026, 4, 10, 11, tzinfo=UTC)  # summer time


@pytest.fixture
def closed_long_ago(demo: World) -> Callable[..., SupportRequest]:
    def make(months: int = 6, days: int = 2, **values: Any) -> SupportRequest:
        at = months_after(utcnow(), -months) - timedelta(days=days)
        asked = served(demo, **values)
        asked.closed_at = at
        db.session.flush()
        return asked

    return make


def test_who_is_asked_how_it_went(
    demo: World, in_app: Callable[[], Any], closed_long_ago: Callable[..., SupportRequest]
) -> None:
    with in_app():
        due = closed_long_ago(kvk="90000001")
        closed_long_ago(days=-2, kvk="90000002")  # not yet
        closed_long_ago(months=9, kvk="90000003")  # in between
        closed_long_ago(consent=None, kvk="90000004")
        withdrawn = closed_long_ago(kvk="90000005")
        assert withdrawn.consent is not None
        withdrawn.consent.withdrawn_at = utcnow()
        unreachable = closed_long_ago(kvk="90000006")
        asked_not = closed_long_ago(kvk="90000007")
        assert unreachable.contact_person is not None and asked_not.contact_person is not None
        unreachable.contact_person.email, asked_not.contact_person.no_follow_up_at = None, utcnow()
        reopened = closed_long_ago(kvk="90000008")
        act_on_request(reopened, "reopen", actor=actor_for(demo, "officer"), now=utcnow())
        again = closed_long_ago(kvk="90000009")
        act_on_request(again, "reopen", actor=actor_for(demo, "officer"), now=utcnow())
        act_on_request(again, "serve", actor=actor_for(demo, "officer"), now=utcnow(), data=SERVED)
        old = closed_long_ago(months=36, kvk="90000010")
        db.session.flush()
        now = utcnow()
        assert set(due_follow_ups(now)) == {(due.id, 6), (old.id, 36)}
        for each in (withdrawn, unreachable, asked_not, reopened, again):
            assert not send_follow_up(each.id, 6, now=now)
        assert send_follow_up(due.id, 6, now=now)
        assert not send_follow_up(due.id, 6, now=now)  # never twice
        assert due_follow_ups(now) == [(old.id, 36)]
        later = months_after(again.closed_at, 6) + timedelta(days=1)
        assert (again.id, 6) in due_follow_ups(later)  # moved by the reopening


def test_the_clock_asks_once_and_the_answer_becomes_a_client_contact(
    app: Flask, demo: World, client_for: Any, closed_long_ago: Callable[..., SupportRequest]
) -> None:
    reference = stored(app, lambda: closed_long_ago().reference)
    for expected in (1, 0):
        with app.app_context():
            assert reminders.run_once()["follow_ups"] == expected

    def mail() -> tuple[str, str, str]:
        entry = db.session.execute(select(Event).where(Event.kind == "follow_up.sent")).scalar_one()
        (delivery,) = deliveries_of(entry, utcnow())
        letter = written(delivery, sender="Hubs <hubs@hubs.example>", now=utcnow())
        assert letter is not None
        found = db.session.execute(select(FollowUp)).scalar_one()
        return delivery.address, letter.get_body().get_content(), follow_up_token(found)

    address, body, token = stored(app, mail)
    assert address == CANARY["email"] and f"/follow-up/{token}" in body
    visitor, page = client_for("anonymous"), f"/follow-up/{token}"
    assert visitor.get(page).status_code == 200 and row(app, FollowUp)["answered_at"] is None
    assert send(visitor, page, {"action": "answer"}).status_code == 422
    assert send(visitor, page, {"business": "perhaps"}).status_code == 422
    answers = {"business": "yes", "entered_market": "yes", "deal_size": "up_to_100k", "words": "Eerste order"}
    assert send(visitor, page, answers).status_code == 303
    assert send(visitor, page, {**answers, "business": "not_yet"}).status_code == 303
    found = row(app, FollowUp)
    assert (found["business"], found["deal_size"]) == ("not_yet", "up_to_100k")
    contacts = stored(app, lambda: db.session.execute(
        select(ClientContact.result, ClientContact.market).where(ClientContact.subject_type == "follow_ups")
    ).all())  # fmt: skip
    assert [tuple(each) for each in contacts] == [("contract", "CO")]  # one, however often it is answered
    officer = client_for("officer")
    assert "No business yet" in officer.get(f"/questions/{reference}").get_data(as_text=True)
    assert send(visitor, page, {"action": "stop"}).status_code == 303
    assert "no more mails" in visitor.get(page).get_data(as_text=True)
    assert row(app, ContactPerson)["no_follow_up_at"] is not None
    assert visitor.get("/follow-up/forged").status_code == 404


def test_a_follow_up_is_not_mailed_to_who_wants_none_meanwhile(
    demo: World, in_app: Callable[[], Any], closed_long_ago: Callable[..., SupportRequest]
) -> None:
    with in_app():
        asked, now = closed_long_ago(), utcnow()
        assert send_follow_up(asked.id, 6, now=now)
        entry = db.session.execute(select(Event).where(Event.kind == "follow_up.sent")).scalar_one()
        (delivery,) = deliveries_of(entry, now)
        assert asked.contact_person is not None
        asked.contact_person.no_follow_up_at = now
        assert written(delivery, sender="Hubs <hubs@hubs.example>", now=now) is None
