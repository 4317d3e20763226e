"""Nothing stored twice and nothing typed lost: the same form that arrives again, twins, other people, a bad line."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from hubs.companies.models import ClientContact, Company, CompanyRecord, Consent, ContactPerson
from hubs.core import sent_forms
from hubs.core.clock import utcnow
from hubs.core.events import Event, OutboxItem
from hubs.core.sent_forms import SentForm
from hubs.extensions import db
from hubs.referrals.models import Message, Referral, SupportRequest
from tests.conftest import _fresh, csrf_of
from tests.dropping import Dropping, Stubborn
from tests.referrals.test_intake import FILLED, NEW, count
from tests.world import PASSWORD, World

Clients = Callable[..., FlaskClient]
KEY = "a-key-of-a-form-0001"


def send(client: FlaskClient, path: str = NEW, *, key: str | None = KEY, **changes: Any) -> Any:
    """A question as the form sends it; without the older key of its own, so that only this one can hold it."""
    data = {**FILLED, **changes, "csrf_token": csrf_of(client, path)}
    if key:
        data["form_key"] = key
    headers = {"Referer": f"http://localhost{path}"}
    return client.post(path, data={name: value for name, value in data.items() if value is not None}, headers=headers)


def test_every_form_that_posts_carries_a_fresh_key(client_for: Clients) -> None:
    officer = client_for("officer")
    keys = []
    for path in (NEW, "/account", "/ask", NEW):
        page = officer.get(path).get_data(as_text=True)
        found = re.findall(r'name="form_key" value="([^"]+)"', page)
        assert len(found) == len(re.findall(r'<form[^>]*method="post"', page)) > 0, path
        keys += found
    assert len(set(keys)) == len(keys)


def test_the_same_form_again_gets_the_first_answer(app: Flask, client_for: Clients) -> None:
    officer = client_for("officer")
    first, second = send(officer), send(officer)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"] and "/questions/H-" in first.headers["Location"]
    assert count(app, SupportRequest) == 1
    shown = officer.get(second.headers["Location"]).get_data(as_text=True)
    assert "This was stored already. It was not stored a second time." in shown
    dutch = client_for("officer", "nl")
    assert "/questions/H-" in send(dutch).headers["Location"] and count(app, SupportRequest) == 1  # signed in again


def test_a_key_belongs_to_its_sender_and_address(app: Flask, client_for: Clients) -> None:
    assert send(client_for("officer")).status_code == 303
    other = send(client_for("officer_2"))
    assert other.status_code == 303 and count(app, SupportRequest) == 2
    officer = client_for("officer")
    send(officer, key=None)
    send(officer, key=None)
    assert count(app, SupportRequest) == 4, "without a key a form is taken as it comes"


def test_a_refused_form_leaves_its_key_free(app: Flask, client_for: Clients) -> None:
    officer = client_for("officer")
    assert send(officer, contact_person_email="no address").status_code == 422
    assert send(officer, consent_recipients="market", company_kvk_number="12").status_code == 422
    assert count(app, SentForm) == 0
    assert send(officer).status_code == 303
    assert count(app, SupportRequest) == 1


def test_a_refusal_deep_in_the_write_leaves_the_key_free(
    app: Flask, client_for: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hubs.core.errors import RuleViolation
    from hubs.referrals.views import intake

    def refuse(**_values: Any) -> Any:
        raise RuleViolation("no", "No.", "text")

    officer = client_for("officer")
    with monkeypatch.context() as patched:
        patched.setattr(intake, "create_requests", refuse)
        assert send(officer).status_code == 422
    assert count(app, SentForm) == 0
    assert send(officer).status_code == 303


def test_other_words_under_a_key_are_shown_and_can_be_sent_as_new(app: Flask, client_for: Clients) -> None:
    for language, title in (("en", "This form was stored already"), ("nl", "Dit formulier is al opgeslagen")):
        officer = client_for("officer", language)
        key = f"a-key-of-a-form-{language}-1"
        before = count(app, SupportRequest)
        stored = send(officer, key=key).headers["Location"]
        answer = send(officer, key=key, text="Zoekt nu toch een accountant in Bogotá.")
        page = answer.get_data(as_text=True)
        assert answer.status_code == 409 and "Zoekt nu toch een accountant" in page and stored in page
        if language == "en":
            assert title in page
        assert count(app, SupportRequest) == before + 1
        form = re.search(r'<form method="post" action="/questions/new".*?</form>', page, re.S)
        assert form is not None and key not in form.group(0)
        names = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.group(0))
        assert officer.post(NEW, data=dict(names)).status_code == 303
        assert count(app, SupportRequest) == before + 2


def test_twins_at_the_same_moment_store_once(app: Flask, client_for: Clients) -> None:
    """Both wait for each other before the database is asked; on both databases one stores and both get its answer."""
    clients = [client_for("officer"), client_for("officer")]
    tokens = [csrf_of(client, NEW) for client in clients]
    start, answers = threading.Barrier(2), [None, None]

    def press(place: int) -> None:
        data = {**FILLED, "csrf_token": tokens[place], "form_key": KEY}
        start.wait(5)
        answers[place] = clients[place].post(NEW, data=data)

    threads = [threading.Thread(target=press, args=(place,)) for place in (0, 1)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert [answer.status_code for answer in answers if answer is not None] == [303, 303]
    assert len({answer.headers["Location"] for answer in answers if answer is not None}) == 1
    assert count(app, SupportRequest) == 1


def test_old_keys_count_no_more_and_go(app: Flask, client_for: Clients, in_app: Callable[[], Any]) -> None:
    officer = client_for("officer")
    send(officer)
    with in_app() as session:
        session.execute(update(SentForm).values(at=utcnow() - sent_forms.KEPT - timedelta(minutes=1)))
        session.commit()
    send(officer)
    assert count(app, SupportRequest) == 2, "derived: nothing needs to have run"
    with in_app() as session:
        assert sent_forms.forget_sent(utcnow() + timedelta(days=6)) == 0
        assert sent_forms.forget_sent(utcnow() + timedelta(days=8)) == 1
        session.commit()


def test_a_page_is_read_without_a_word_about_keys(client_for: Clients, statements: Callable[[], Any]) -> None:
    officer = client_for("officer")
    with statements() as listed:
        officer.get(NEW)
    assert not [statement for statement in listed if "sent_forms" in statement]


def test_a_form_with_files_is_stored_once(app: Flask, client_for: Clients) -> None:
    officer = client_for("officer")
    data = {**FILLED, "csrf_token": csrf_of(officer, NEW), "form_key": KEY}
    for _time in range(2):
        answer = officer.post(
            NEW, data={**data, "file": (BytesIO(b"%PDF-1.4"), "a.pdf")}, content_type="multipart/form-data"
        )
        assert answer.status_code == 303
    assert count(app, SupportRequest) == 1


def test_typed_text_outlives_the_session(app: Flask, client_for: Clients, in_app: Callable[[], Any]) -> None:
    """A form of any page, sent when the session had ended on our side, is shown with what was typed and sent on."""
    from hubs.accounts.models import SignIn

    officer = client_for("officer")
    location = send(officer).headers["Location"]
    token, text = csrf_of(officer, location), "Welke stad heeft uw voorkeur, en wanneer?"
    with in_app() as session:
        session.execute(update(SignIn).values(ended_at=utcnow()))
        session.commit()
    data = {"action": "ask", "note": text, "csrf_token": token, "form_key": KEY}
    headers = {"Referer": f"http://localhost{location}"}
    answer = officer.post(location, data=data, headers=headers)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403 and text in page and "You are signed out" in page and f'value="{KEY}"' in page
    assert count(app, Message) == 0
    signed_in = {"email": app.extensions["test_world"].people["officer"].email, "password": PASSWORD}
    officer.post("/sign-in", data={**signed_in, "csrf_token": csrf_of(officer)})
    again = officer.post(location, data=data, headers=headers)  # the tab still has the token from before
    page = again.get_data(as_text=True)
    assert again.status_code == 400 and "Send it once more" in page and text in page and count(app, Message) == 0
    fresh = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert fresh is not None
    assert officer.post(location, data={**data, "csrf_token": fresh.group(1)}).status_code == 303
    assert count(app, Message) == 1


def test_a_page_elsewhere_puts_no_words_into_a_form(app: Flask, client_for: Clients) -> None:
    officer = client_for("officer")
    data = {"action": "ask", "note": "Stuur geld naar dit adres alstublieft.", "csrf_token": "x", "form_key": KEY}
    for headers in ({"Referer": "https://elsewhere.example/"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        page = officer.post("/questions/H-222-222", data=data, headers=headers)
        assert page.status_code == 400 and "Stuur geld" not in page.get_data(as_text=True)
    anonymous = app.test_client()
    token = csrf_of(anonymous)
    password = {"email": "a@example.nl", "password": "something secret", "csrf_token": token[:-2], "form_key": KEY}
    page = anonymous.post("/sign-in", data=password, headers={"Referer": "http://localhost/sign-in"})
    assert "something secret" not in page.get_data(as_text=True)


TABLES = (
    SupportRequest, Referral, Message, ClientContact, Company, CompanyRecord, Consent, ContactPerson, OutboxItem,
)  # fmt: skip


def _main_job(line: Any, app: Flask) -> None:
    """Record a question, refer it, ask and answer, accept, speak, close: as three people do, each on this line."""
    world: World = app.extensions["test_world"]
    people = {}
    for name in ("officer", "manager"):
        people[name] = Stubborn(line)
        people[name].send(
            "/sign-in?lang=en", {"email": world.people[name].email, "password": PASSWORD}, holding='name="password"'
        )
    officer, manager = people["officer"], people["manager"]
    question = officer.send(NEW, dict(FILLED), holding='name="text"')
    officer.send(question, {"action": "ask", "note": "Om welke stad gaat het?"}, holding='value="ask"')
    officer.send(question, {"action": "answer", "note": "Bogotá."}, holding='value="answer"')
    officer.send(
        question,
        {"action": "refer", "destinations": world.organisations["hub_a"], "services": "commercial_referral",
         "receipt_hash": "", "reason": "client_choice"},
        holding='value="refer"',
    )  # fmt: skip
    with app.app_context():
        referral = f"/referrals/{db.session.execute(select(Referral.reference)).scalar_one()}"
        db.session.remove()
    manager.send(referral, {"action": "acknowledge"}, holding='value="acknowledge"')
    manager.send(referral, {"action": "ask", "note": "Hoeveel contracten zijn het?"}, holding='value="ask"')
    officer.send(referral, {"action": "answer", "note": "Drie contracten."}, holding='value="answer"')
    manager.send(referral, {"action": "accept"}, holding='value="accept"')
    manager.send(referral, {"action": "record_contact", "channel": "telephone"}, holding='value="record_contact"')
    manager.send(
        referral,
        {"action": "close", "outcome": "information_given", "note": "Drie contracten klaar."},
        holding='value="close"',
    )


def _what_is_stored(app: Flask) -> dict[str, Any]:
    with app.app_context():
        found: dict[str, Any] = {
            model.__tablename__: db.session.execute(select(func.count()).select_from(model)).scalar_one()
            for model in TABLES
        }
        kinds = [kind for kind in db.session.execute(select(Event.kind)).scalars() if kind != "account.signed_in"]
        found["events"] = Counter(kinds)
        found["texts"] = sorted(db.session.execute(select(Message.text)).scalars())
        found["states"] = sorted(db.session.execute(select(Referral.state)).scalars())
        found["states"] += sorted(db.session.execute(select(SupportRequest.state)).scalars())
        db.session.remove()
    return found


def test_the_main_job_on_a_line_that_drops_each_third_request(app: Flask, demo: World, _databases: Any) -> None:
    _main_job(app.wsgi_app, app)
    undisturbed = _what_is_stored(app)
    assert undisturbed["states"] == ["closed", "closed"], undisturbed
    unheard = 0
    for first in range(6):  # so that every request of the job is lost once, each way
        _fresh(app, _databases, "demo")
        line = Dropping(app.wsgi_app, first=first)
        _main_job(line, app)
        assert line.lost_before >= 5 and line.lost_after >= 5, (line.lost_before, line.lost_after)
        unheard += line.unheard
        assert _what_is_stored(app) == undisturbed, f"from request {first} on"
    assert unheard >= 10
