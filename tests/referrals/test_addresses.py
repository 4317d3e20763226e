"""Another mail address holds once its box answered; until then mails and links stay with the one that is known."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hubs.companies.models import ContactPerson, EmailChange
from hubs.core.clock import utcnow
from hubs.core.errors import NotPermitted, RuleViolation, WrongState
from hubs.core.events import Event
from hubs.extensions import db
from hubs.outbox.notifications import deliveries_of, written
from hubs.referrals.intake.addresses import (
    CONFIRM,
    STOP,
    ask_email_change,
    change_token,
    confirm_email_change,
    settle_email_change,
    stop_email_change,
)
from hubs.referrals.tracking import tracking_token
from tests.conftest import csrf_of
from tests.referrals.builders import CANARY, actor_for, entrepreneur, question
from tests.world import World

NEW = "nieuw@voorbeeld.nl"


def mails(kind: str) -> dict[str, str]:
    """The mails of the newest event of a kind, by address."""
    entry = db.session.execute(select(Event).where(Event.kind == kind).order_by(Event.id.desc())).scalars().first()
    assert entry is not None, kind
    found = {}
    for delivery in deliveries_of(entry, utcnow()):
        mail = written(delivery, sender="Hubs <hubs@hubs.example>", now=utcnow())
        body = mail.get_body() if mail else None
        found[delivery.address] = str(body.get_content()) if body else ""  # type: ignore[attr-defined]
    return found


def test_it_holds_when_the_new_box_answers(demo: World, in_app: Any) -> None:
    with in_app():
        officer, now, asked = actor_for(demo, "officer"), utcnow(), question(demo)
        person, before = asked.contact_person, tracking_token(asked)
        first = ask_email_change(person, "eerst@voorbeeld.nl", actor=officer, now=now)
        change = ask_email_change(person, NEW, actor=entrepreneur(asked), now=now, asked=asked)
        assert person.email == CANARY["email"] and first.ended_at is not None
        sent = mails("email_change.asked")
        assert set(sent) == {NEW, CANARY["email"]}
        assert change_token(change, CONFIRM) in sent[NEW] and change_token(change, STOP) not in sent[NEW]
        assert change_token(change, STOP) in sent[CANARY["email"]] and NEW not in sent[CANARY["email"]]
        assert CANARY["person"] not in "".join(sent.values())
        with pytest.raises(WrongState):
            confirm_email_change(first, actor=officer, now=now)
        with pytest.raises(WrongState):
            confirm_email_change(change, actor=officer, now=now + timedelta(days=7, minutes=1))
        confirm_email_change(change, actor=entrepreneur(asked), now=now + timedelta(days=6))
        db.session.expire_all()
        assert person.email == NEW and tracking_token(asked) != before
        assert NEW in mails("support_request.link_replaced") and CANARY["email"] in mails("email_change.confirmed")
        confirm_email_change(change, actor=entrepreneur(asked), now=now + timedelta(days=6))  # pressed twice
        with pytest.raises(WrongState):
            stop_email_change(change, actor=officer, now=now)


def test_who_may_ask_and_what_is_refused(demo: World, in_app: Any) -> None:
    with in_app():
        officer, now, asked, other = (
            actor_for(demo, "officer"),
            utcnow(),
            question(demo),
            question(demo, kvk="90000002"),
        )
        person = asked.contact_person
        for actor, about in (
            (actor_for(demo, "manager"), None),
            (entrepreneur(other), other),
            (entrepreneur(other), asked),
        ):
            with pytest.raises(NotPermitted):
                ask_email_change(person, NEW, actor=actor, now=now, asked=about)
        for wrong in ("", "x", CANARY["email"].upper(), "a@b@c", None):
            with pytest.raises(RuleViolation):
                ask_email_change(person, wrong, actor=officer, now=now)
        with pytest.raises(RuleViolation):
            settle_email_change(person, NEW, None, actor=officer, now=now)
        with pytest.raises(NotPermitted):
            settle_email_change(person, NEW, "called_back", actor=entrepreneur(asked), now=now)
        change = settle_email_change(person, NEW, "called_back", actor=officer, now=now)
        assert person.email == NEW and change.reason == "called_back" and change.confirmed_by == officer.id


def test_the_pages(app: Flask, demo: World, client_for: Any) -> None:
    with app.test_request_context("/?lang=en"):
        asked = question(demo)
        page = f"/companies/{asked.company_id}/people/{asked.contact_person_id}/email"
        token, person_id = tracking_token(asked), asked.contact_person_id
        db.session.commit()
        db.session.remove()
    officer, visitor = client_for("officer"), client_for("anonymous")
    assert officer.post(page, data={"email": "x", "csrf_token": csrf_of(officer, page)}).status_code == 422
    assert officer.post(page, data={"email": NEW, "csrf_token": csrf_of(officer, page)}).status_code == 303
    assert "still has to be confirmed" in officer.get(page).get_data(as_text=True)
    with app.test_request_context("/?lang=en"):
        change = db.session.execute(select(EmailChange)).scalar_one()
        confirm, stop = (f"/address/{change_token(change, which)}" for which in (CONFIRM, STOP))
        db.session.remove()
    for path in (confirm, stop, confirm):
        assert visitor.get(path).status_code == 200 and visitor.head(path).status_code == 200
    assert visitor.get(f"/track/{token}").status_code == 200  # looking changes nothing
    assert visitor.get("/address/forged").status_code == 404
    assert visitor.post(confirm, data={"csrf_token": csrf_of(visitor)}).status_code == 303
    assert re.search("is changed", visitor.get(confirm).get_data(as_text=True))
    assert visitor.get(f"/track/{token}").status_code == 404
    assert visitor.post(stop, data={"csrf_token": csrf_of(visitor)}).status_code == 409
    with app.app_context():
        assert db.session.get_one(ContactPerson, person_id).email == NEW
        db.session.remove()
    assert client_for("far_officer").get(page).status_code == 404
