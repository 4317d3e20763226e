"""Writing a question down on one page while somebody is on the telephone."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from hubs.accounts.models import SignIn
from hubs.companies.models import ClientContact, Company, Consent, ContactPerson
from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.extensions import db
from hubs.referrals.models import KeptForm, SupportRequest
from tests.conftest import csrf_of
from tests.world import World

NEW = "/questions/new"
FILLED: dict[str, Any] = {
    "text": "Zoekt een advocaat voor drie arbeidscontracten.",
    "private_notes": "Belt liever na vijven.",
    "market": "CO",
    "city": "Bogotá",
    "sector": "13",
    "services": ["commercial_referral"],
    "company_size": "small",
    "target_groups": ["sme"],
    "facts_contract_value_eur": "650.000",
    "facts_privately_insurable": "no",
    "language": "nl",
    "urgency": "normal",
    "channel": "telephone",
    "company_name": "Textiel Verzonnen",
    "company_kvk_number": "1234 5678",
    "company_country": "NL",
    "company_region": "Overijssel",
    "contact_person_name": "Sam Verzonnen",
    "contact_person_email": "sam@voorbeeld.nl",
    "contact_person_phone": "0612345678",
    "consent_recipients": "market",
    "action": "submit",
}


def send(client: FlaskClient, path: str = NEW, **changes: Any) -> Any:
    data = {**FILLED, "submission_key": "key-1", **changes, "csrf_token": csrf_of(client, path)}
    return client.post(path, data={name: value for name, value in data.items() if value is not None})


def stored(app: Any, *columns: Any) -> list[Any]:
    with app.app_context():
        rows = db.session.execute(select(*(columns or (SupportRequest,))).order_by(SupportRequest.id)).all()
        db.session.remove()
    return [tuple(row) for row in rows]


def count(app: Any, model: Any) -> int:
    with app.app_context():
        number = db.session.execute(select(func.count()).select_from(model)).scalar_one()
        db.session.remove()
    return number


def test_everything_typed_is_stored_and_the_first_reply_term_runs(
    app: Any, demo: World, client_for: Callable[..., FlaskClient]
) -> None:
    client = client_for("officer")
    answer = send(client)
    assert answer.status_code == 303
    assert re.fullmatch(r"/questions/H-\w{3}-\w{3}", answer.headers["Location"])
    with app.app_context():
        question = db.session.execute(select(SupportRequest)).scalar_one()
        assert (question.state, question.market, question.city, question.sector) == ("received", "CO", "Bogotá", "13")
        assert question.services == ["commercial_referral"] and question.company_size == "small"
        assert question.facts == {"contract_value_eur": 650000, "privately_insurable": "no"}
        assert question.owner_id == demo.organisations["post"] and question.office_id == demo.offices["post"]
        assert question.company_name == "Textiel Verzonnen" and question.region == "Overijssel"
        assert question.company is not None and question.company.registration_number == "12345678"
        assert question.contact_person is not None and question.contact_person.phone == "+31 6 12345678"
        assert question.private_notes == "Belt liever na vijven."
        assert question.due_at is not None and question.term == "first_reply" and question.waiting_since is not None
        consent = question.consent
        assert consent is not None and (consent.recipients_kind, consent.market) == ("market", "CO")
        assert (consent.transfer_country, consent.transfer_ground) == ("CO", "explicit_consent")
        assert consent.confirmed_at is None and consent.channel == "telephone"
        contact = db.session.execute(select(ClientContact)).scalar_one()
        assert (contact.subject_id, contact.market, contact.service) == (question.id, "CO", "commercial_referral")
        kinds = set(db.session.execute(select(Event.kind)).scalars())
        assert {"support_request.recorded", "support_request.submit", "consent.recorded"} <= kinds
        db.session.remove()


def test_sent_twice_is_stored_once(app: Any, client_for: Callable[..., FlaskClient]) -> None:
    client = client_for("officer")
    first = send(client)
    second = send(client, text="Iets anders getypt")
    assert first.headers["Location"] == second.headers["Location"]
    assert count(app, SupportRequest) == 1
    assert send(client, submission_key="key-2").headers["Location"] != first.headers["Location"]


def test_two_desks_may_use_the_same_key(app: Any, client_for: Callable[..., FlaskClient]) -> None:
    assert send(client_for("officer")).status_code == send(client_for("manager")).status_code == 303
    assert count(app, SupportRequest) == 2 and count(app, Company) == 1


def test_sent_twice_at_the_same_moment_is_stored_once(app: Any, client_for: Callable[..., FlaskClient]) -> None:
    clients = [client_for("officer") for _ in range(4)]
    tokens = [csrf_of(client, NEW) for client in clients]
    answers: list[tuple[int, str]] = []

    def go(client: FlaskClient, token: str) -> None:
        answer = client.post(NEW, data={**FILLED, "submission_key": "same", "csrf_token": token})
        answers.append((answer.status_code, answer.headers.get("Location", "")))

    threads = [threading.Thread(target=go, args=pair) for pair in zip(clients, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {status for status, _where in answers} == {303}
    assert len({where for _status, where in answers}) == 1
    assert count(app, SupportRequest) == 1 and count(app, ContactPerson) == 1


def test_several_countries_become_linked_questions(app: Any, client_for: Callable[..., FlaskClient]) -> None:
    client = client_for("officer")
    assert send(client, more_markets=["EC", "PE"], city=None).status_code == 303
    rows = stored(app, SupportRequest.market, SupportRequest.group_id, SupportRequest.state)
    assert [row[0] for row in rows] == ["CO", "EC", "PE"]
    assert len({row[1] for row in rows}) == 1 and rows[0][1] is not None
    assert {row[2] for row in rows} == {"received"}
    assert send(client, more_markets=["EC", "PE"], city=None).status_code == 303
    assert count(app, SupportRequest) == 3
    with app.app_context():
        consents = db.session.execute(select(Consent.market)).scalars().all()
        db.session.remove()
    assert sorted(consents) == ["CO", "EC", "PE"]
    refused = send(client, more_markets=["EC"], submission_key="k3")
    assert refused.status_code == 422 and "only when there is one country" in refused.get_data(as_text=True)


def test_country_and_need_may_be_unknown(app: Any, client_for: Callable[..., FlaskClient]) -> None:
    client = client_for("officer")
    assert send(client, market="", services=None, sector="", city=None, company_size="").status_code == 303
    assert stored(app, SupportRequest.market, SupportRequest.state) == [(None, "received")]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"text": "  "}, ["text"]),
        ({"company_name": "", "company_kvk_number": ""}, ["company_name"]),
        ({"company_kvk_number": "123"}, ["company_kvk_number"]),
        ({"contact_person_email": "sam.verzonnen"}, ["contact_person_email"]),
        ({"contact_person_phone": "bel maar"}, ["contact_person_phone"]),
        ({"contact_person_name": "", "contact_person_email": "", "contact_person_phone": ""}, ["contact_person_name"]),
        ({"contact_person_email": ""}, ["contact_person_email"]),
        ({"consent_recipients": ""}, ["consent_recipients"]),
        ({"market": "ZZ"}, ["market"]),
        ({"services": ["nonsense"]}, ["services"]),
        ({"facts_amount_eur": "veel"}, ["facts_amount_eur"]),
        ({"facts_export_share_percent": "120"}, ["facts_export_share_percent"]),
        ({"text": "x" * 9000}, ["text"]),
        ({"text": "", "contact_person_email": "x", "consent_recipients": ""}, ["consent_recipients"]),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    app: Any, client_for: Callable[..., FlaskClient], changes: dict[str, Any], fields: list[str]
) -> None:
    client = client_for("officer")
    answer = send(client, **changes)
    body = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'role="alert"' in body
    for field in fields:
        assert f'id="{field}-error"' in body, field
        assert f'href="#{field}"' in body, field
    assert "Belt liever na vijven." in body and 'value="key-1"' in body
    assert count(app, SupportRequest) == 0


def test_a_draft_needs_little_and_is_submitted_by_nobody(app: Any, client_for: Callable[..., FlaskClient]) -> None:
    client = client_for("officer")
    empty = dict.fromkeys(("company_name", "company_kvk_number", "consent_recipients", "contact_person_name"), "")
    answer = send(client, **empty, contact_person_email="", contact_person_phone="", action="save")
    assert answer.status_code == 303
    assert stored(app, SupportRequest.state, SupportRequest.due_at) == [("draft", None)]
    assert count(app, ClientContact) == 0


def test_a_consent_may_name_one_hub_or_nobody(app: Any, demo: World, client_for: Callable[..., FlaskClient]) -> None:
    client = client_for("officer")
    assert send(client, consent_recipients=demo.organisations["hub_dev"]).status_code == 303
    assert send(client, consent_recipients="none", submission_key="k2").status_code == 303
    with app.app_context():
        consent = db.session.execute(select(Consent)).scalar_one()
        assert consent.recipient_ids == [demo.organisations["hub_dev"]]
        db.session.remove()
    assert send(client, consent_recipients="0" * 26, submission_key="k3").status_code == 422


@pytest.mark.parametrize(
    ("persona", "status"),
    [
        ("officer", 200),
        ("head", 200),
        ("staff", 200),
        ("manager", 200),
        ("partner_staff", 200),
        ("central_officer", 200),
        ("assessor", 403),
        ("member", 403),
        ("administrator", 403),
    ],
)
def test_desks_may_write_questions_down(client_for: Callable[..., FlaskClient], persona: str, status: int) -> None:
    assert client_for(persona).get(NEW).status_code == status


def test_text_that_tells_who_asks_is_warned_about_and_can_be_moved(
    app: Any, client_for: Callable[..., FlaskClient]
) -> None:
    client = client_for("officer")
    text = "Sam van Textiel Verzonnen zoekt een advocaat, bel 06-12345678."
    checked = send(client, text=text, action="check")
    body = checked.get_data(as_text=True)
    assert checked.status_code == 200 and "a phone number: 06-12345678" in body and "a name: Sam" in body
    moved = send(client, text=text, action="move").get_data(as_text=True)
    assert "… van … zoekt een advocaat, bel …." in moved
    assert "Belt liever na vijven.\nSam, Textiel Verzonnen, 06-12345678" in moved
    assert count(app, SupportRequest) == 0
    answer = send(client, text=text)
    assert answer.status_code == 303 and count(app, SupportRequest) == 1
    with client.session_transaction() as session:
        assert any("tells who asks" in words for _category, words in session["_flashes"])


def test_similar_companies_and_their_open_questions_show_within_ones_own_desk(
    client_for: Callable[..., FlaskClient],
) -> None:
    officer = client_for("officer")
    reference = send(officer).headers["Location"].rsplit("/", 1)[1]
    fragment = officer.get("/companies/similar?q=textiel%20verz").get_data(as_text=True)
    assert "Textiel Verzonnen" in fragment and reference in fragment and "<html" not in fragment
    assert reference in officer.get("/companies/similar?by=number&q=12345678").get_data(as_text=True)
    assert officer.get("/companies/similar?q=heel+anders").get_data(as_text=True) == ""
    manager = client_for("manager")
    for address in ("q=textiel%20verzonnen", "by=number&q=12345678", "name=textiel&number=12345678"):
        assert manager.get(f"/companies/similar?{address}").get_data(as_text=True) == ""


def test_a_known_company_can_be_picked(app: Any, client_for: Callable[..., FlaskClient]) -> None:
    officer = client_for("officer")
    send(officer)
    with app.app_context():
        company_id = db.session.execute(select(Company.id)).scalar_one()
        db.session.remove()
    shown = officer.get(f"{NEW}?company={company_id}").get_data(as_text=True)
    assert 'value="Textiel Verzonnen"' in shown and 'value="12345678"' in shown
    answer = send(officer, company_id=company_id, company_name="", company_kvk_number="", submission_key="k2")
    assert answer.status_code == 303 and count(app, Company) == 1
    manager = client_for("manager")
    assert manager.get(f"{NEW}?company={company_id}").status_code == 404
    assert send(manager, company_id=company_id, company_name="", submission_key="k3").status_code == 404


def test_an_expired_session_keeps_what_was_typed(app: Any, demo: World, client_for: Callable[..., FlaskClient]) -> None:
    client = client_for("officer")
    token = csrf_of(client, NEW)
    with app.app_context():
        for sign_in in db.session.execute(select(SignIn)).scalars():
            sign_in.ended_at = utcnow()
        db.session.commit()
        db.session.remove()
    answer = client.post(NEW, data={**FILLED, "submission_key": "key-9", "csrf_token": token})
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in?next=")
    assert count(app, SupportRequest) == 0
    page = client.get(answer.headers["Location"])
    action = re.search(r'action="(/sign-in[^"]*)"', page.get_data(as_text=True))
    assert action
    card = demo.people["officer"]
    signed_in = client.post(
        action.group(1).replace("&amp;", "&"),
        data={"email": card.email, "password": "a long fictional password", "csrf_token": csrf_of(client)},
    )
    assert signed_in.status_code == 303 and "/questions/new?kept=" in signed_in.headers["Location"]
    back = client.get(signed_in.headers["Location"]).get_data(as_text=True)
    for value in (FILLED["text"], FILLED["private_notes"], "sam@voorbeeld.nl", 'value="key-9"', "650.000"):
        assert value in back, value
    kept = re.search(r'name="kept" value="([^"]+)"', back)
    assert kept
    assert send(client, submission_key="key-9", kept=kept.group(1)).status_code == 303
    assert count(app, KeptForm) == 0 and count(app, SupportRequest) == 1


def test_what_was_kept_is_gone_after_a_day(app: Any, client_for: Callable[..., FlaskClient]) -> None:
    anonymous = client_for("anonymous")
    answer = anonymous.post(NEW, data={"text": "bewaar mij"})
    assert answer.status_code == 303
    with app.app_context():
        kept = db.session.execute(select(KeptForm)).scalar_one()
        kept.created_at = utcnow() - timedelta(days=2)
        db.session.commit()
        db.session.remove()
    from urllib.parse import unquote

    where = unquote(answer.headers["Location"]).split("next=")[1]
    assert "bewaar mij" not in client_for("officer").get(where).get_data(as_text=True)
    assert anonymous.post(NEW, data={"text": "x" * 100_000}).headers["Location"].endswith("next=/questions/new")


def test_without_a_token_nothing_is_stored(app: Any, client_for: Callable[..., FlaskClient]) -> None:
    client = client_for("officer")
    assert client.post(NEW, data=FILLED).status_code == 400
    stale = client.post(NEW, data={**FILLED, "csrf_token": "stale"})
    assert stale.status_code == 303 and "kept=" in stale.headers["Location"]
    assert count(app, SupportRequest) == 0


def test_the_page_speaks_dutch(client_for: Callable[..., FlaskClient]) -> None:
    client = client_for("officer", language="nl")
    shown = client.get(NEW).get_data(as_text=True)
    assert '<html lang="nl"' in shown
    assert "Mogen we je vraag doorsturen?" in shown
