"""One's own account: details, switching, password, sign-ins."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hubs.accounts.access import SESSION_KEY
from hubs.accounts.models import Membership, Person, SignIn
from hubs.core.clock import utcnow
from hubs.extensions import db
from tests.accounts.conftest import NEW_PASSWORD, is_signed_in, send
from tests.world import PASSWORD


def secret_of(client: Any) -> str | None:
    with client.session_transaction() as session:
        return session.get(SESSION_KEY)


def with_secret(app: Flask, secret: str | None) -> Any:
    client = app.test_client()
    with client.session_transaction() as session:
        session[SESSION_KEY] = secret
    return client


# ── details


def test_changes_name_and_language(app: Flask, demo: Any, client_for: Any) -> None:
    client = client_for("officer")
    assert send(client, "/account", name="  Noor Nieuw ", language="nl").location == "/account"
    page = client.get("/account").get_data(as_text=True)
    assert "Noor Nieuw" in page and 'lang="nl"' in page
    with app.app_context():
        person = db.session.get(Person, demo.people["officer"].id)
        assert (person.name, person.language) == ("Noor Nieuw", "nl")


@pytest.mark.parametrize(
    "data", [{"name": "", "language": "nl"}, {"name": "x" * 121, "language": "nl"}, {"name": "N", "language": "fr"}, {}]
)
def test_bad_details_are_told(client_for: Any, data: dict[str, str]) -> None:
    answer = send(client_for("officer"), "/account", **data)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)


def test_page_within_six_statements(client_for: Any, statements: Any, also_acts_for: Any) -> None:
    also_acts_for("officer", "far_post", "officer")
    client = client_for("officer")
    with statements() as listed:
        assert client.get("/account").status_code == 200
    assert len(listed) <= 6, "\n".join(listed)


# ── switching


def test_switches_under_a_new_secret(
    app: Flask, demo: Any, client_for: Any, also_acts_for: Any, events_of: Any
) -> None:
    also_acts_for("officer", "hub_a", "staff")
    client = client_for("officer")
    first = secret_of(client)
    with app.app_context():
        expires = db.session.execute(select(SignIn.expires_at)).scalar_one()
    answer = send(client, "/account/switch", page="/account", organisation_id=demo.organisations["hub_a"])
    assert (answer.status_code, answer.location) == (303, "/work")
    assert secret_of(client) != first
    assert not is_signed_in(with_secret(app, first))
    page = client.get("/account").get_data(as_text=True)
    assert "<span>Casa Voorbeeld</span>" in page
    with app.app_context():
        row = db.session.execute(select(SignIn).where(SignIn.ended_at.is_(None))).scalar_one()
        assert row.expires_at == expires
    (event,) = events_of("account.switched")
    assert event["to_organisation_id"] == demo.organisations["hub_a"]


def test_next_sign_in_acts_for_the_last_organisation(
    app: Flask, demo: Any, client_for: Any, also_acts_for: Any
) -> None:
    also_acts_for("officer", "hub_a", "staff")
    client = client_for("officer")
    send(client, "/account/switch", page="/account", organisation_id=demo.organisations["hub_a"])
    again = client_for("officer")
    assert "<span>Casa Voorbeeld</span>" in again.get("/account").get_data(as_text=True)


@pytest.mark.parametrize("organisation", ["hub_b", "", "nonsense"])
def test_cannot_switch_to_where_one_does_not_belong(
    demo: Any, client_for: Any, also_acts_for: Any, organisation: str
) -> None:
    client = client_for("officer")
    chosen = demo.organisations.get(organisation, organisation)
    assert send(client, "/account/switch", page="/account", organisation_id=chosen).status_code == 404
    assert is_signed_in(client)


# ── password


def test_changes_the_password(app: Flask, client_for: Any) -> None:
    client, elsewhere = client_for("officer"), client_for("officer")
    first = secret_of(client)
    answer = send(
        client,
        "/account/password",
        current_password=PASSWORD,
        password=NEW_PASSWORD,
        password_again=NEW_PASSWORD,
    )
    assert answer.location == "/account"
    assert is_signed_in(client)
    assert secret_of(client) != first
    assert not is_signed_in(with_secret(app, first))
    assert not is_signed_in(elsewhere)
    assert send(app.test_client(), "/sign-in", email="officer@example.nl", password=PASSWORD).status_code == 422
    assert send(app.test_client(), "/sign-in", email="officer@example.nl", password=NEW_PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "words"),
    [
        ("wrong", NEW_PASSWORD, "not your present password"),
        (PASSWORD, "short", "at least 12"),
        ("", NEW_PASSWORD, "Fill in your present password"),
    ],
)
def test_bad_password_change_is_told(client_for: Any, current: str, new: str, words: str) -> None:
    client = client_for("officer")
    answer = send(client, "/account/password", current_password=current, password=new, password_again=new)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


@pytest.mark.usefixtures("throttled")
def test_guessing_the_present_password_slows_down(client_for: Any) -> None:
    client = client_for("officer")
    data = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
    for _ in range(5):
        assert send(client, "/account/password", current_password="wrong", **data).status_code == 422
    assert send(client, "/account/password", current_password=PASSWORD, **data).status_code == 429


# ── sign-ins


def test_ends_another_sign_in(app: Flask, client_for: Any) -> None:
    client, elsewhere = client_for("officer"), client_for("officer")
    with app.app_context():
        first = db.session.execute(select(SignIn.id).order_by(SignIn.created_at)).scalars().all()
    answer = send(client, "/account/sign-ins", page="/account", action="end", sign_in_id=first[1])
    assert answer.location == "/account"
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)


def test_signs_out_everywhere(client_for: Any) -> None:
    client, elsewhere = client_for("officer"), client_for("officer")
    answer = send(client, "/account/sign-ins", page="/account", action="end_all")
    assert answer.location == "/sign-in"
    assert not is_signed_in(client) and not is_signed_in(elsewhere)


def test_cannot_end_somebody_elses_sign_in(app: Flask, demo: Any, client_for: Any) -> None:
    client, other = client_for("officer"), client_for("head")
    with app.app_context():
        theirs = db.session.execute(select(SignIn.id).where(SignIn.person_id == demo.people["head"].id)).scalar_one()
    answer = send(client, "/account/sign-ins", page="/account", action="end", sign_in_id=theirs)
    assert answer.status_code == 404
    assert is_signed_in(other)


def test_unknown_action_is_refused(client_for: Any) -> None:
    client = client_for("officer")
    assert send(client, "/account/sign-ins", page="/account", action="burn").status_code == 422


# ── what ends a sign-in at the next read


def change(app: Flask, statement: Any) -> None:
    with app.app_context():
        statement()
        db.session.commit()


def test_ended_membership_ends_the_sign_in(app: Flask, demo: Any, client_for: Any, membership_id: Any) -> None:
    client = client_for("officer")
    row = membership_id("officer")
    change(app, lambda: setattr(db.session.get(Membership, row), "ended_at", utcnow()))
    assert client.get("/account").location == "/sign-in?next=/account"


def test_ended_membership_leaves_another_role_in_the_same_organisation(
    app: Flask, demo: Any, client_for: Any, membership_id: Any, also_acts_for: Any
) -> None:
    also_acts_for("officer", "post", "head")
    client = client_for("officer")
    row = membership_id("head")
    with app.app_context():
        rows = db.session.execute(
            select(Membership).where(Membership.person_id == demo.people["officer"].id, Membership.role == "officer")
        ).scalar_one()
        rows.ended_at = utcnow()
        db.session.commit()
    assert client.get("/people").status_code == 200
    assert row


def test_deactivated_person_is_out_at_once(app: Flask, demo: Any, client_for: Any) -> None:
    client = client_for("officer")
    change(app, lambda: setattr(db.session.get(Person, demo.people["officer"].id), "is_active", False))
    assert not is_signed_in(client)


def test_who_asks_costs_one_statement(client_for: Any, statements: Any) -> None:
    client = client_for("officer")
    with statements() as listed:
        assert client.get("/account/password").status_code == 200
    assert len([s for s in listed if "FROM stamps" not in s]) == 1, "\n".join(listed)
