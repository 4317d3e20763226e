"""Links by mail: a forgotten password and an invitation; once, for a while, and for whom they were made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from hubs.accounts.models import AccountLink, Membership, Person, SignIn
from hubs.core.events import Event, OutboxItem
from hubs.core.tokens import hash_token
from hubs.extensions import db
from tests.accounts.conftest import NEW_PASSWORD, is_signed_in, send
from tests.world import PASSWORD

OFFICER = "officer@example.nl"


def ask_reset(app: Flask, email: str = OFFICER) -> str:
    client = app.test_client()
    client.get("/sign-in?lang=en")
    answer = send(client, "/forgot-password", email=email)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def set_password(app: Flask, address: str, password: str = NEW_PASSWORD, **more: str) -> Any:
    client = app.test_client()
    client.get("/sign-in?lang=en")
    return send(client, address, password=password, password_again=more.pop("password_again", password), **more)


def can_sign_in(app: Flask, email: str, password: str) -> bool:
    return send(app.test_client(), "/sign-in", email=email, password=password).status_code == 303


OF_ACCOUNTS = OutboxItem.event_id.in_(select(Event.id).where(Event.kind.startswith("account.")))


def count(app: Flask, model: Any, *where: Any) -> int:
    with app.app_context():
        return db.session.execute(select(func.count()).select_from(model).where(*where)).scalar_one()


# ── a forgotten password


def test_reset_sets_the_password_and_signs_out_everywhere(
    app: Flask, client_for: Any, link_to: Any, events_of: Any
) -> None:
    elsewhere = client_for("officer")
    ask_reset(app)
    (event,) = events_of("account.reset_requested")
    assert set(event) == {"subject", "actor", "link_id"}
    address = link_to(OFFICER)
    assert set_password(app, address).location == "/sign-in"
    assert not is_signed_in(elsewhere)
    assert can_sign_in(app, OFFICER, NEW_PASSWORD)
    assert not can_sign_in(app, OFFICER, PASSWORD)
    assert len(events_of("account.password_set")) == 1


def test_same_answer_for_known_and_unknown(app: Flask, demo: Any) -> None:
    known, unknown = ask_reset(app), ask_reset(app, "nobody@example.nl")
    main = slice(known.index("<main"), known.index("<footer"))
    assert known[main].replace(OFFICER, "X") == unknown[unknown.index("<main") : unknown.index("<footer")].replace(
        "nobody@example.nl", "X"
    )
    assert count(app, AccountLink) == 1
    assert count(app, OutboxItem, OF_ACCOUNTS) == 1


def test_token_is_not_stored_and_the_hash_fits(app: Flask, demo: Any, link_to: Any) -> None:
    ask_reset(app)
    token = link_to(OFFICER).rpartition("/")[2]
    with app.app_context():
        row = db.session.execute(select(AccountLink)).scalar_one()
        assert row.token_hash == hash_token(token)
        assert token not in {str(getattr(row, column.key)) for column in AccountLink.__table__.columns}


def test_reset_works_once(app: Flask, demo: Any, link_to: Any) -> None:
    ask_reset(app)
    address = link_to(OFFICER)
    opened = app.test_client()
    opened.get("/sign-in?lang=en")
    opened.get(address)
    assert set_password(app, address).status_code == 303
    assert app.test_client().get(address).status_code == 410
    late = send(
        opened, address, page="/sign-in", password="another password here", password_again="another password here"
    )
    assert late.status_code == 410
    assert can_sign_in(app, OFFICER, NEW_PASSWORD)


def test_reset_works_for_an_hour(app: Flask, demo: Any, link_to: Any) -> None:
    ask_reset(app)
    address = link_to(OFFICER)
    start = datetime.now(UTC)
    with time_machine.travel(start + timedelta(minutes=59), tick=True):
        assert app.test_client().get(address).status_code == 200
    with time_machine.travel(start + timedelta(minutes=61), tick=True):
        assert app.test_client().get(address).status_code == 410


def test_a_newer_link_replaces_the_older(app: Flask, demo: Any, link_to: Any) -> None:
    ask_reset(app)
    older = link_to(OFFICER)
    ask_reset(app)
    assert app.test_client().get(older).status_code == 410
    assert app.test_client().get(link_to(OFFICER)).status_code == 200


def test_another_secret_makes_links_worthless(app: Flask, demo: Any, link_to: Any, monkeypatch: Any) -> None:
    ask_reset(app)
    address = link_to(OFFICER)
    monkeypatch.setitem(app.config, "SECRET_KEY", "an entirely different secret")
    assert app.test_client().get(address).status_code == 404


@pytest.mark.parametrize("token", ["x", "a.b.c", "%00", "x" * 3000])
def test_forged_links_do_not_exist(app: Flask, demo: Any, token: str) -> None:
    assert app.test_client().get(f"/account/set-password/{token}").status_code == 404


def test_bad_new_passwords_are_told_on_the_field(app: Flask, demo: Any, link_to: Any) -> None:
    ask_reset(app)
    address = link_to(OFFICER)
    for password, again, words in (
        ("short", "short", "at least 12 characters"),
        (NEW_PASSWORD, "seven grey herons", "not the same"),
        ("password1234", "password1234", "guessed first"),
        ("noorproefstra", "noorproefstra", "your name"),
        ("", "", "Fill in a password"),
    ):
        answer = set_password(app, address, password, password_again=again)
        assert answer.status_code == 422
        page = answer.get_data(as_text=True)
        assert words in page and 'role="alert"' in page
        assert f'value="{password}"' not in page or password == ""
    assert set_password(app, address).status_code == 303


def test_blocked_person_gets_no_link_and_cannot_use_one(app: Flask, demo: Any, link_to: Any) -> None:
    ask_reset(app)
    address = link_to(OFFICER)
    with app.app_context():
        db.session.get(Person, demo.people["officer"].id).is_active = False
        db.session.commit()
    assert app.test_client().get(address).status_code == 410
    ask_reset(app)
    assert count(app, AccountLink) == 1


@pytest.mark.usefixtures("throttled")
def test_few_mails_an_hour_to_one_address(app: Flask, demo: Any) -> None:
    pages = {ask_reset(app)[:2000] for _ in range(5)}
    assert len(pages) == 1
    assert count(app, OutboxItem, OF_ACCOUNTS) == 3


# ── an invitation


@pytest.fixture
def invite(app: Flask, client_for: Any) -> Any:
    """`invite('head', email=…)`: send the form as that persona."""

    def send_form(persona: str, email: str = "new.person@example.nl", **data: str) -> Any:
        client = client_for(persona)
        role = "staff" if "manager" in persona else "officer"
        values = {"name": "Wim Nieuw", "role": role, "office_id": "", "language": "nl", **data}
        return send(client, "/people/invite", email=email, **values)

    return send_form


def test_invited_person_joins(app: Flask, demo: Any, invite: Any, link_to: Any, events_of: Any) -> None:
    answer = invite("head")
    assert (answer.status_code, answer.location) == (303, "/people")
    (event,) = events_of("account.invited")
    assert event["organisation_id"] == demo.organisations["post"]
    assert {"link_id", "membership_id", "role"} < set(event)
    address = link_to("new.person@example.nl")
    page = app.test_client().get(f"{address}?lang=en").get_data(as_text=True)
    assert 'value="Wim Nieuw"' in page
    assert set_password(app, address, name="Willem Nieuw").location == "/sign-in"
    client = app.test_client()
    assert send(client, "/sign-in", email="new.person@example.nl", password=NEW_PASSWORD).status_code == 303
    account = client.get("/account").get_data(as_text=True)
    assert "Willem Nieuw" in account
    assert app.test_client().get(address).status_code == 410
    assert len(events_of("account.invitation_accepted")) == 1


def test_nobody_acts_before_accepting(app: Flask, demo: Any, invite: Any) -> None:
    invite("head", email="far.officer@example.nl")
    client = app.test_client()
    assert send(client, "/sign-in", email="far.officer@example.nl", password=PASSWORD).status_code == 303
    answer = send(client, "/account/switch", page="/account", organisation_id=demo.organisations["post"])
    assert answer.status_code == 404


def test_invitation_works_seven_days(app: Flask, demo: Any, invite: Any, link_to: Any) -> None:
    invite("head")
    address = link_to("new.person@example.nl")
    start = datetime.now(UTC)
    with time_machine.travel(start + timedelta(days=6, hours=23), tick=True):
        assert app.test_client().get(address).status_code == 200
    with time_machine.travel(start + timedelta(days=7, minutes=1), tick=True):
        assert app.test_client().get(address).status_code == 410


def test_somebody_with_an_account_only_says_yes(
    app: Flask, demo: Any, invite: Any, client_for: Any, link_to: Any, also_acts_for: Any
) -> None:
    """The inviter never learns the name under which the account is known elsewhere, nor that there is one."""
    new = invite("head", email="new.person@example.nl", name="Wim Nieuw")
    known = invite("head", email="far.officer@example.nl", name="J. Typed")
    assert new.location == known.location
    head = client_for("head")
    page = head.get("/people").get_data(as_text=True)
    assert "J. Typed" in page and "Joris Elders" not in page
    address = link_to("far.officer@example.nl")
    asked = app.test_client().get(address).get_data(as_text=True)
    assert 'name="password"' not in asked and "Joris Elders" not in asked
    client = app.test_client()
    assert send(client, address).location == "/sign-in"
    assert "Joris Elders" in head.get("/people").get_data(as_text=True)
    send(client, "/sign-in", email="far.officer@example.nl", password=PASSWORD)
    answer = send(client, "/account/switch", page="/account", organisation_id=demo.organisations["post"])
    assert answer.location == "/work"


def test_invitation_cannot_set_the_password_of_an_account(app: Flask, demo: Any, invite: Any, link_to: Any) -> None:
    invite("head", email="far.officer@example.nl")
    set_password(app, link_to("far.officer@example.nl"), name="Taken Over")
    assert can_sign_in(app, "far.officer@example.nl", PASSWORD)
    assert not can_sign_in(app, "far.officer@example.nl", NEW_PASSWORD)
    with app.app_context():
        assert db.session.get(Person, demo.people["far_officer"].id).name == "Joris Elders"


def test_two_organisations_invite_the_same_new_person(app: Flask, demo: Any, invite: Any, link_to: Any) -> None:
    invite("head", name="Wim One")
    first = link_to("new.person@example.nl")
    invite("manager", name="Wim Two")
    second = link_to("new.person@example.nl")
    assert "Wim Two" in app.test_client().get(second).get_data(as_text=True)
    assert set_password(app, first, name="Wim Nieuw").status_code == 303
    with app.app_context():
        waiting = db.session.execute(select(Membership).where(Membership.invited_as.is_not(None))).scalars().all()
        assert [row.organisation_id for row in waiting] == [demo.organisations["hub_a"]]
    assert send(app.test_client(), second).status_code == 303


def test_resend_replaces_the_link(app: Flask, demo: Any, invite: Any, client_for: Any, link_to: Any) -> None:
    invite("head")
    first = link_to("new.person@example.nl")
    head = client_for("head")
    with app.app_context():
        row = db.session.execute(select(Membership).where(Membership.invited_as.is_not(None))).scalar_one()
        address = f"/people/{row.id}"
    assert send(head, address, action="resend").location == "/people"
    assert app.test_client().get(first).status_code == 410
    assert set_password(app, link_to("new.person@example.nl"), name="Wim").status_code == 303
    assert send(head, address, action="resend").status_code == 409


def test_withdrawn_invitation_is_closed(app: Flask, demo: Any, invite: Any, client_for: Any, link_to: Any) -> None:
    invite("head")
    address = link_to("new.person@example.nl")
    with app.app_context():
        row = db.session.execute(select(Membership).where(Membership.invited_as.is_not(None))).scalar_one()
        membership = f"/people/{row.id}"
    assert send(client_for("head"), membership, action="end").status_code == 303
    assert app.test_client().get(address).status_code == 410
    assert count(app, SignIn, SignIn.person_id == row.person_id) == 0


def test_person_without_password_gets_no_reset(app: Flask, demo: Any, invite: Any) -> None:
    invite("head")
    ask_reset(app, "new.person@example.nl")
    assert count(app, AccountLink, AccountLink.purpose == "reset") == 0
