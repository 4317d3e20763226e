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
    open_change,
    settle_email_change,
    stop_email_change,
)
from hubs.referrals.intake.afterwards import LINK_REQUESTED, request_link
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations.merging import merge_two, undo_two
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
        first = ask_email_change(person, "eerst@voorbeeld.nl", actor=entrepreneur(asked), now=now, asked=asked)
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


def second_question_of(demo: World, first: Any, **values: Any) -> Any:
    other = question(demo, **values)
    other.contact_person_id = other.consent.contact_person_id = first.contact_person_id
    db.session.flush()
    db.session.expire(other, ["contact_person"])
    return other


def links_mailed_to(address: str, now: Any, reference: str = "") -> str:
    """What somebody who typed this address under "lost link" gets."""
    asked_for = select(Event).where(Event.kind == LINK_REQUESTED).order_by(Event.id)
    before = len(db.session.execute(asked_for).scalars().all())
    request_link(address, reference, now=now)
    entries = db.session.execute(asked_for).scalars().all()
    return "".join(
        str(written(delivery, sender="Hubs <hubs@hubs.example>", now=now).get_body().get_content())  # type: ignore
        for entry in entries[before:]
        for delivery in deliveries_of(entry, now)
    )


def test_one_link_moves_one_question(demo: World, in_app: Any) -> None:
    """Who got hold of the link of one question gets no other: not mailed, and not asked for as a lost link."""
    with in_app():
        now, asked = utcnow(), question(demo)
        other = second_question_of(demo, asked)
        person, of_one, of_other = asked.contact_person, tracking_token(asked), tracking_token(other)
        change = ask_email_change(person, NEW, actor=entrepreneur(asked), now=now, asked=asked)
        confirm_email_change(change, actor=entrepreneur(asked), now=now)
        db.session.expire_all()
        assert asked.contact_person.email == NEW and asked.consent.contact_person_id == asked.contact_person_id
        assert asked.contact_person.phone == person.phone and tracking_token(asked) != of_one
        assert other.contact_person.email == CANARY["email"] == person.email
        assert other.consent.contact_person_id == person.id and tracking_token(other) == of_other
        replaced = select(Event.subject_id).where(Event.kind == "support_request.link_replaced")
        assert db.session.execute(replaced).scalars().all() == [asked.id]
        sent = mails("email_change.confirmed")
        assert set(sent) == {CANARY["email"]} and asked.reference in sent[CANARY["email"]]
        later = now + timedelta(hours=1)
        mailed = links_mailed_to(NEW, later)
        assert tracking_token(asked) in mailed and of_other not in mailed
        assert links_mailed_to(NEW, later, other.reference) == ""
        assert of_other in links_mailed_to(CANARY["email"], later)
        with pytest.raises(WrongState):  # its page asks for nothing more about the others
            confirm_email_change(waiting_for(person, asked, now), actor=entrepreneur(asked), now=now)


def waiting_for(person: ContactPerson, asked: Any, now: Any) -> EmailChange:
    """A change asked on the page of a question while it was still this person's."""
    change = EmailChange(
        organisation_id=person.organisation_id,
        contact_person_id=person.id,
        old_email=person.email,
        new_email="derde@voorbeeld.nl",
        asked_at=now,
        asked_by_kind="entrepreneur",
        asked_by=asked.id,
        expires_at=now + timedelta(days=7),
    )
    db.session.add(change)
    db.session.flush()
    return change


def test_a_first_address_by_a_link_is_for_that_question_too(demo: World, in_app: Any) -> None:
    with in_app():
        now, asked = utcnow(), question(demo)
        other = second_question_of(demo, asked)
        asked.contact_person.email = None
        db.session.flush()
        assert ask_email_change(asked.contact_person, NEW, actor=entrepreneur(asked), now=now, asked=asked) is None
        assert asked.contact_person.email == NEW and other.contact_person.email is None


def test_what_was_asked_together_moves_together(demo: World, in_app: Any) -> None:
    """Their pages lead to each other: a link in the old box would otherwise lead to the new one."""
    with in_app():
        now, asked = utcnow(), question(demo)
        sister, other = second_question_of(demo, asked), second_question_of(demo, asked)
        asked.group_id = sister.group_id = asked.id
        db.session.flush()
        before = tracking_token(sister)
        change = ask_email_change(asked.contact_person, NEW, actor=entrepreneur(asked), now=now, asked=asked)
        confirm_email_change(change, actor=entrepreneur(asked), now=now)
        db.session.expire_all()
        assert sister.contact_person.email == NEW and tracking_token(sister) != before
        assert other.contact_person.email == CANARY["email"]


def test_a_link_ends_no_change_of_the_desk_or_another_question(demo: World, in_app: Any) -> None:
    with in_app():
        officer, now, asked = actor_for(demo, "officer"), utcnow(), question(demo)
        other = second_question_of(demo, asked)
        person = asked.contact_person
        by_other = ask_email_change(person, "een@voorbeeld.nl", actor=entrepreneur(other), now=now, asked=other)
        by_one = ask_email_change(person, NEW, actor=entrepreneur(asked), now=now, asked=asked)
        assert by_other.ended_at is None and open_change(person.id, now, other) is by_other
        assert open_change(person.id, now, asked) is by_one
        by_desk = ask_email_change(person, "desk@voorbeeld.nl", actor=officer, now=now)
        assert by_one.ended_at and by_other.ended_at
        confirm_email_change(by_desk, actor=officer, now=now)
        assert asked.contact_person is other.contact_person is person and person.email == "desk@voorbeeld.nl"


def test_the_desk_moves_the_rest_with_one_press(app: Flask, demo: World, client_for: Any) -> None:
    with app.test_request_context("/?lang=en"):
        now, asked = utcnow(), question(demo)
        other = second_question_of(demo, asked)
        company, person_id, of_other = asked.company_id, asked.contact_person_id, tracking_token(other)
        page = f"/companies/{company}/people/{person_id}/email"
        change = ask_email_change(asked.contact_person, NEW, actor=entrepreneur(asked), now=now, asked=asked)
        confirm_email_change(change, actor=entrepreneur(asked), now=now)
        change_id, own_id, of_one = change.id, asked.contact_person_id, tracking_token(asked)
        ids = asked.id, other.id
        db.session.commit()
        db.session.remove()
    officer = client_for("officer")
    assert page in officer.get(f"/companies/{company}").get_data(as_text=True)
    assert f'data-ref="{change_id}"' in officer.get(page).get_data(as_text=True)
    for client, status in ((client_for("far_officer"), 404), (officer, 303), (officer, 409)):
        data = {"action": "use_for_all", "change": change_id, "csrf_token": csrf_of(client, "/account")}
        assert client.post(page, data=data).status_code == status
    assert change_id not in officer.get(page).get_data(as_text=True)
    with app.test_request_context("/?lang=en"):
        first, second = (db.session.get_one(SupportRequest, each) for each in ids)
        assert first.contact_person_id == second.contact_person_id == person_id
        assert second.contact_person.email == NEW and db.session.get(ContactPerson, own_id) is None
        assert first.consent.contact_person_id == person_id
        assert tracking_token(second) != of_other and tracking_token(first) == of_one  # that one was mailed there
        whole = db.session.execute(select(EmailChange).where(EmailChange.reason == "of_one_question")).scalar_one()
        assert whole.asked_by == demo.people["officer"].id
        assert set(mails("email_change.confirmed")) == {CANARY["email"]}
        db.session.remove()


def test_undoing_a_merge_takes_the_parted_person_along(demo: World, in_app: Any) -> None:
    with in_app():
        officer, now, asked = actor_for(demo, "officer"), utcnow(), question(demo, kvk=None)
        other, kept = second_question_of(demo, asked, kvk=None), question(demo)
        other.company_id, gone = asked.company_id, asked.company_id
        db.session.flush()
        merge = merge_two(officer, kept.company_id, gone, now=now, chosen={}, reason=None)
        change = ask_email_change(asked.contact_person, NEW, actor=entrepreneur(asked), now=now, asked=asked)
        confirm_email_change(change, actor=entrepreneur(asked), now=now)
        assert asked.contact_person.company_id == kept.company_id
        undo_two(merge, actor=officer, now=now)
        assert asked.company_id == gone == asked.contact_person.company_id and asked.contact_person.email == NEW
