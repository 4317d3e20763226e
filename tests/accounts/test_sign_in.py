"""Signing in: who may, in which words, how it slows down, and what a sign-in's cookie is worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select

from hubs.accounts.access import SESSION_KEY
from hubs.accounts.models import Person, SignIn
from hubs.core.tokens import hash_token
from hubs.extensions import db
from tests.accounts.conftest import is_signed_in, send
from tests.conftest import csrf_of
from tests.world import PASSWORD


def secret_of(client: Any) -> str | None:
    with client.session_transaction() as session:
        return session.get(SESSION_KEY)


def test_signs_in_to_work(app: Flask, demo: Any, events_of: Any) -> None:
    client = app.test_client()
    answer = send(client, "/sign-in", email=" Officer@Example.nl ", password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/work")
    page = client.get("/account?lang=en").get_data(as_text=True)
    assert "Noor Proefstra" in page
    (event,) = events_of("account.signed_in")
    assert event["actor"] == ("person", demo.people["officer"].id)


def test_page_has_one_heading_and_named_fields(app: Flask) -> None:
    page = app.test_client().get("/sign-in?lang=en").get_data(as_text=True)
    assert page.count("<h1") == 1
    assert 'name="email"' in page and 'name="password"' in page


@pytest.mark.parametrize(("language", "words"), [("nl", 'lang="nl"'), ("en", 'lang="en"')])
def test_page_in_both_languages(app: Flask, language: str, words: str) -> None:
    assert words in app.test_client().get(f"/sign-in?lang={language}").get_data(as_text=True)


def test_unknown_wrong_and_blocked_get_the_same_answer(app: Flask, demo: Any, events_of: Any) -> None:
    with app.app_context():
        db.session.get(Person, demo.people["staff"].id).is_active = False
        db.session.commit()
    pages = []
    for email, password in (
        ("officer@example.nl", "not the password at all"),
        ("nobody@example.nl", PASSWORD),
        ("staff@example.nl", PASSWORD),
    ):
        client = app.test_client()
        client.get("/sign-in?lang=en")
        answer = send(client, "/sign-in", email=email, password=password)
        assert answer.status_code == 422
        page = answer.get_data(as_text=True).replace(email, "")
        with client.session_transaction() as session:
            assert SESSION_KEY not in session
        pages.append(page[page.index("<main") : page.index('name="csrf_token"')])
    assert pages[0] == pages[1] == pages[2]
    assert "do not belong together" in pages[0]
    assert password not in pages[0]
    for event in events_of("account.sign_in_failed"):
        assert set(event) == {"subject", "actor"}


def test_empty_form_says_what_is_missing(app: Flask) -> None:
    client = app.test_client()
    client.get("/sign-in?lang=en")
    answer = send(client, "/sign-in", email="", password="")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'role="alert"' in page and 'aria-describedby="email-error"' in page


@pytest.mark.parametrize("email", ["a" * 300, "x\x00@example.nl", "' OR 1=1 --", "\U0001f600@example.nl"])
def test_odd_addresses_are_refused_calmly(app: Flask, demo: Any, email: str) -> None:
    answer = send(app.test_client(), "/sign-in", email=email, password="x" * 900)
    assert answer.status_code == 422


def test_without_csrf_token_nothing_happens(app: Flask, demo: Any) -> None:
    client = app.test_client()
    answer = client.post("/sign-in", data={"email": "officer@example.nl", "password": PASSWORD})
    assert answer.status_code == 400
    assert not is_signed_in(client)


def test_rehashes_a_password_kept_at_another_cost(app: Flask, demo: Any) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    with app.app_context():
        db.session.get(Person, demo.people["officer"].id).password_hash = old
        db.session.commit()
    assert send(app.test_client(), "/sign-in", email="officer@example.nl", password=PASSWORD).status_code == 303
    with app.app_context():
        assert db.session.get(Person, demo.people["officer"].id).password_hash != old
    assert send(app.test_client(), "/sign-in", email="officer@example.nl", password=PASSWORD).status_code == 303


# ── where one goes after it


@pytest.mark.parametrize("target", ["/people", "/questions?state=received", "/referrals/D-7K4-29Q-1"])
def test_goes_back_to_the_page_asked_for(app: Flask, demo: Any, target: str) -> None:
    client = app.test_client()
    answer = client.post(
        "/sign-in",
        query_string={"next": target},
        data={"csrf_token": csrf_of(client), "email": "head@example.nl", "password": PASSWORD},
    )
    assert (answer.status_code, answer.location) == (303, target)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "work",
        "/sign-out",
        "/sign-in",
        "/x\r\nSet-Cookie: a=b",
        "/" + "a" * 3000,
    ],
)
def test_never_leaves_the_site(app: Flask, demo: Any, target: str) -> None:
    client = app.test_client()
    answer = client.post(
        "/sign-in",
        query_string={"next": target},
        data={"csrf_token": csrf_of(client), "email": "head@example.nl", "password": PASSWORD},
    )
    assert (answer.status_code, answer.location) == (303, "/work")
    assert client.get("/sign-in", query_string={"next": target}).location == "/work"


def test_anonymous_is_sent_to_sign_in_and_back(app: Flask, demo: Any) -> None:
    client = app.test_client()
    answer = client.get("/people?cursor=x")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/people?cursor%3Dx")


def test_anonymous_post_comes_back_to_the_page_it_was_sent_from(app: Flask, demo: Any) -> None:
    client = app.test_client()
    token = csrf_of(client)
    answer = client.post("/account", data={"csrf_token": token})
    assert answer.location == "/sign-in?next=/account"
    answer = client.post(
        "/account/switch", data={"csrf_token": token}, headers={"Referer": "http://localhost/account?x=1"}
    )
    assert answer.location == "/sign-in?next=/account?x%3D1"
    answer = client.post(
        "/account/switch", data={"csrf_token": token}, headers={"Referer": "https://evil.example/account"}
    )
    assert answer.location == "/sign-in"


# ── what the cookie is worth


def test_only_the_hash_of_the_secret_is_kept(app: Flask, client_for: Any) -> None:
    secret = secret_of(client_for("officer"))
    assert secret and len(secret) >= 43
    with app.app_context():
        row = db.session.execute(select(SignIn)).scalar_one()
        assert row.secret_hash == hash_token(secret)


def test_sign_in_changes_the_secret_and_ends_the_earlier_one(app: Flask, demo: Any, client_for: Any) -> None:
    client = client_for("officer")
    first = secret_of(client)
    answer = send(client, "/sign-in", page="/account", email="head@example.nl", password=PASSWORD)
    assert answer.status_code == 303
    second = secret_of(client)
    assert first != second
    thief = app.test_client()
    with thief.session_transaction() as session:
        session[SESSION_KEY] = first
    assert not is_signed_in(thief)
    assert is_signed_in(client)


def test_session_planted_before_sign_in_is_worth_nothing_after_it(app: Flask, demo: Any) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session[SESSION_KEY] = "planted"
        session["planted"] = "too"
        session["lang"] = "en"
    token = csrf_of(client)
    assert send(client, "/sign-in", email="officer@example.nl", password=PASSWORD).status_code == 303
    with client.session_transaction() as session:
        assert session[SESSION_KEY] != "planted"
        assert "planted" not in session
        assert session["lang"] == "en"
    assert csrf_of(client, "/account") != token
    stranger = app.test_client()
    with stranger.session_transaction() as session:
        session[SESSION_KEY] = "planted"
    assert not is_signed_in(stranger)


@pytest.mark.parametrize("value", ["", 5, ["x"], None, "x" * 5000])
def test_nonsense_in_the_cookie_is_nobody(app: Flask, demo: Any, value: Any) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session[SESSION_KEY] = value
    assert not is_signed_in(client)


def test_expires_after_twelve_hours(app: Flask, client_for: Any) -> None:
    client = client_for("officer")
    start = datetime.now(UTC)
    with time_machine.travel(start + timedelta(hours=11, minutes=55), tick=True):
        assert is_signed_in(client)
    with time_machine.travel(start + timedelta(hours=12, minutes=1), tick=True):
        assert not is_signed_in(client)


def test_signing_out_ends_the_sign_in_on_the_server(app: Flask, client_for: Any, events_of: Any) -> None:
    client = client_for("officer")
    secret = secret_of(client)
    answer = send(client, "/sign-out", page="/account")
    assert answer.location == "/sign-in"
    assert not is_signed_in(client)
    thief = app.test_client()
    with thief.session_transaction() as session:
        session[SESSION_KEY] = secret
    assert not is_signed_in(thief)
    assert len(events_of("account.signed_out")) == 1
    assert client.get("/sign-out").status_code == 405


@pytest.mark.parametrize("https", [True, False])
def test_cookie_is_guarded(https: bool, another_app: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("BASE_URL", "https://hubs.example" if https else "http://127.0.0.1:5000")
    fresh = another_app()
    answer = fresh.test_client().get("/sign-in", base_url="https://hubs.example" if https else "http://localhost")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Domain" not in cookie
    assert cookie.startswith("__Host-") is https
    assert ("Secure" in cookie) is https


# ── slowing down


@pytest.mark.usefixtures("throttled")
def test_one_account_slows_down_known_or_not(app: Flask, demo: Any) -> None:
    start = datetime.now(UTC)
    for email in ("officer@example.nl", "nobody@example.nl"):
        client = app.test_client()
        client.get("/sign-in?lang=en")
        for _ in range(5):
            assert send(client, "/sign-in", email=email, password="wrong").status_code == 422
        answer = send(client, "/sign-in", email=email, password=PASSWORD)
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 15
        assert "Too many attempts" in answer.get_data(as_text=True)
    with time_machine.travel(start + timedelta(minutes=1), tick=True):
        other = app.test_client()
        assert send(other, "/sign-in", email="officer@example.nl", password="wrong").status_code == 422
        answer = send(other, "/sign-in", email="officer@example.nl", password=PASSWORD)
        assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 15
    with time_machine.travel(start + timedelta(minutes=3), tick=True):
        other = app.test_client()
        assert send(other, "/sign-in", email="officer@example.nl", password=PASSWORD).status_code == 303
        assert send(other, "/sign-in", page="/account", email="officer@example.nl", password="x").status_code == 422


def test_one_address_of_the_network_slows_down(another_app: Any, demo: Any) -> None:
    client = another_app(RATELIMIT_ENABLED=True).test_client()
    token = csrf_of(client)
    statuses = [
        client.post("/sign-in", data={"csrf_token": token, "email": f"p{n}@example.nl", "password": "x"}).status_code
        for n in range(31)
    ]
    assert statuses == [422] * 30 + [429]


def test_throttling_can_be_off(app: Flask, demo: Any) -> None:
    client = app.test_client()
    for _ in range(7):
        assert send(client, "/sign-in", email="officer@example.nl", password="wrong").status_code == 422
    assert send(client, "/sign-in", email="officer@example.nl", password=PASSWORD).status_code == 303
