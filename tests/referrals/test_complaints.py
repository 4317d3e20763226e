"""Not satisfied: said on one's own page, answered by the desk within its term. A file added there. Lost links."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.extensions import db
from hubs.outbox.notifications import deliveries_of, written
from hubs.referrals.complaints.models import Complaint
from hubs.referrals.models import QuestionFile, SupportRequest
from hubs.referrals.tracking import tracking_token
from tests.conftest import csrf_of, post
from tests.files import pdf
from tests.referrals.builders import CANARY, question
from tests.world import World

WORDS = "Ik wacht al drie weken en niemand belt."


@pytest.fixture
def asked(app: Flask, demo: World) -> tuple[str, str]:
    """A question of the post that lies at its desk: its number and its tracking link."""
    with app.test_request_context():
        made = question(demo)
        found = made.reference, f"/track/{tracking_token(made)}"
        db.session.commit()
        db.session.remove()
    return found


def press(client: FlaskClient, link: str, action: str, **values: Any) -> Any:
    return client.post(link, data={"action": action, **values, "csrf_token": csrf_of(client, "/track")})


def number(app: Flask, model: Any, *conditions: Any) -> int:
    with app.app_context():
        found = db.session.execute(select(func.count()).select_from(model).where(*conditions)).scalar_one()
        db.session.remove()
    return found


def mails(app: Flask, kind: str) -> dict[str, str]:
    """Text by address of every mail that events of this kind make."""
    found = {}
    with app.app_context():
        for entry in db.session.execute(select(Event).where(Event.kind == kind)).scalars().all():
            for delivery in deliveries_of(entry, utcnow()):
                delivery.id = "0" * 26
                mail = written(delivery, sender="Hubs <noreply@hubs.example>", now=utcnow())
                assert mail is not None
                found[delivery.address] = mail.get_content()
        db.session.remove()
    return found


def test_a_complaint_goes_to_the_desk_and_comes_back_answered(
    app: Flask, asked: tuple[str, str], client_for: Callable[..., FlaskClient]
) -> None:
    reference, link = asked
    visitor, officer = client_for("anonymous"), client_for("officer")
    empty = press(visitor, link, "complain", text="  ")
    assert empty.status_code == 422 and 'id="complaint-error"' in empty.get_data(as_text=True)
    long = press(visitor, link, "complain", text="x" * 4001).get_data(as_text=True)
    assert "x" * 4001 in long and number(app, Complaint) == 0
    assert press(visitor, link, "complain", text=WORDS).status_code == 303
    assert press(visitor, link, "complain", text="Nog een.").status_code == 409
    page = visitor.get(link).get_data(as_text=True)
    assert WORDS in page and "answers you before" in page and 'value="complain"' not in page
    assert WORDS not in str(mails(app, "support_request.complain"))
    assert f"/questions/{reference}/complaint" in officer.get(f"/questions/{reference}").get_data(as_text=True)
    assert reference in officer.get("/complaints").get_data(as_text=True)
    assert "1 complaint waits for your answer" in officer.get("/work").get_data(as_text=True)
    address = f"/questions/{reference}/complaint"
    assert WORDS in officer.get(address).get_data(as_text=True)
    assert post(officer, address, {"text": ""}).status_code == 422
    assert post(officer, address, {"text": "Morgen bel ik je zelf."}).status_code == 303
    assert post(officer, address, {"text": "Nog eens."}, page="/account").status_code == 409
    page = visitor.get(link).get_data(as_text=True)
    assert "Morgen bel ik je zelf." in page and 'value="complain"' in page
    assert reference not in officer.get("/complaints").get_data(as_text=True)
    told = mails(app, "support_request.answer_complaint")
    assert list(told) == [CANARY["email"]] and link in told[CANARY["email"]]


def test_only_the_desk_reads_and_answers_a_complaint(
    app: Flask, asked: tuple[str, str], client_for: Callable[..., FlaskClient]
) -> None:
    reference, link = asked
    address = f"/questions/{reference}/complaint"
    assert client_for("officer").get(address).status_code == 404  # there is none yet
    press(client_for("anonymous"), link, "complain", text=WORDS)
    for persona, status in {
        "officer": 200, "head": 200, "far_officer": 404, "manager": 404, "auditor": 403, "anonymous": 303,
    }.items():  # fmt: skip
        client = client_for(persona)
        assert client.get(address).status_code == status, persona
        if persona != "anonymous":
            listed = client.get("/complaints")
            assert (reference in listed.get_data(as_text=True)) is (status == 200), persona


def test_a_complaint_too_late_is_said_to_both(
    app: Flask, asked: tuple[str, str], client_for: Callable[..., FlaskClient]
) -> None:
    reference, link = asked
    visitor = client_for("anonymous")
    press(visitor, link, "complain", text=WORDS)
    with app.app_context():
        complaint = db.session.execute(select(Complaint)).scalar_one()
        assert complaint.due_at - complaint.at <= timedelta(days=14)
        complaint.due_at = complaint.support_request.complaint_due_at = utcnow() - timedelta(hours=1)
        db.session.commit()
        db.session.remove()
    page = client_for("officer").get(f"/questions/{reference}/complaint").get_data(as_text=True)
    assert 'data-state="late"' in page and 'data-due="late"' in page
    assert "utrecht-alert--warning" in visitor.get(link).get_data(as_text=True)


def test_a_file_is_added_on_ones_own_page_once(
    app: Flask, asked: tuple[str, str], client_for: Callable[..., FlaskClient]
) -> None:
    _reference, link = asked
    visitor = client_for("anonymous")
    assert press(visitor, link, "add_file").status_code == 422
    refused = press(visitor, link, "add_file", files=(io.BytesIO(b"nee"), "x.pdf"))
    assert refused.status_code == 422 and "x.pdf" in refused.get_data(as_text=True)
    for _time in range(2):
        assert press(visitor, link, "add_file", files=(io.BytesIO(pdf()), "offerte.pdf")).status_code == 303
    assert number(app, QuestionFile) == 1
    page = visitor.get(link).get_data(as_text=True)
    address = re.search(r'href="(/track/[^"]+/files/\w+)"', page)
    assert address and "offerte.pdf" in page and "You added a file" in page
    sent = visitor.get(address.group(1))
    assert sent.data == pdf() and sent.headers["Content-Disposition"].startswith("attachment")
    with app.app_context():
        db.session.execute(select(QuestionFile)).scalar_one().visibility = "desk"
        db.session.commit()
        db.session.remove()
    assert visitor.get(address.group(1)).status_code == 404
    assert "offerte.pdf" not in visitor.get(link).get_data(as_text=True)


def test_another_mail_address_holds_once_its_box_says_yes(
    app: Flask, asked: tuple[str, str], client_for: Callable[..., FlaskClient]
) -> None:
    _reference, link = asked
    visitor = client_for("anonymous")
    for wrong in ("", "nee", CANARY["email"]):
        refused = press(visitor, link, "change_email", email=wrong)
        assert refused.status_code == 422 and 'id="email-error"' in refused.get_data(as_text=True), wrong
    assert press(visitor, link, "change_email", email="nieuw@voorbeeld.nl").status_code == 303
    page = visitor.get(link).get_data(as_text=True)
    assert "Confirm there before" in page and "nieuw@voorbeeld.nl" not in page
    with app.app_context():
        person = db.session.execute(select(SupportRequest)).scalar_one().contact_person
        assert person is not None and person.email == CANARY["email"]
        db.session.remove()


def lost(client: FlaskClient, **values: str) -> Any:
    return client.post("/track", data={**values, "csrf_token": csrf_of(client, "/track")})


def test_all_lost_links_come_in_one_mail_to_the_address_itself(
    app: Flask, demo: World, client_for: Callable[..., FlaskClient]
) -> None:
    with app.test_request_context():
        made = [question(demo), question(demo, market="VN", owner="far_post", kvk="90001235")]
        closed = question(demo, kvk="90001236")
        closed.state = "closed"
        links = [f"/track/{tracking_token(each)}" for each in made]
        over, reference = f"/track/{tracking_token(closed)}", closed.reference
        db.session.commit()
        db.session.remove()
    visitor = client_for("anonymous")
    answers = [lost(visitor, email="niemand@voorbeeld.nl"), lost(visitor, email=CANARY["email"].upper())]
    assert len({(each.status_code, each.headers["Location"]) for each in answers}) == 1
    sent = mails(app, "support_request.link_requested")
    assert list(sent) == [CANARY["email"]]
    assert all(link in sent[CANARY["email"]] for link in links) and over not in sent[CANARY["email"]]
    lost(visitor, email=CANARY["email"])
    assert number(app, Event, Event.kind == "support_request.link_requested") == 1  # not again within minutes
    lost(visitor, reference=reference)
    assert number(app, Event, Event.kind == "support_request.link_requested") == 2
    for wrong in ({}, {"email": "geen adres"}):
        assert lost(visitor, **wrong).status_code == 422
    with app.app_context():  # who has another address by now gets none of it
        for each in db.session.execute(select(SupportRequest)).scalars():
            assert each.contact_person is not None
            each.contact_person.email = "ander@voorbeeld.nl"
        db.session.commit()
        entry = db.session.execute(select(Event).where(Event.kind == "support_request.link_requested").limit(1))
        (delivery,) = deliveries_of(entry.scalar_one(), utcnow())
        assert delivery.address == "ander@voorbeeld.nl"
        delivery.id, delivery.address = "0" * 26, CANARY["email"]
        assert written(delivery, sender="Hubs <noreply@hubs.example>", now=utcnow()) is None
        db.session.remove()


def test_an_officer_sees_which_facts_decide_and_adds_a_file(
    app: Flask, demo: World, client_for: Callable[..., FlaskClient]
) -> None:
    officer = client_for("officer")
    typed = {
        "text": "Zoekt een kredietverzekering.", "market": "CO", "services": "export_credit_insurance",
        "company_name": "Textiel Verzonnen", "company_country": "NL", "company_size": "small",
        "contact_person_name": "Sam Verzonnen", "contact_person_email": "sam@voorbeeld.nl",
        "consent_recipients": "none", "channel": "telephone", "submission_key": "officer-file",
    }  # fmt: skip
    shown = post(officer, "/questions/new", {**typed, "action": "facts"}).get_data(as_text=True)
    deciding = shown.split('id="deciding"', 1)[1].split("</div>\n", 1)[0] + shown.split('id="deciding"', 1)[1][:3000]
    assert "facts_contract_value_eur" in deciding and "turn on it" in deciding
    plain = post(officer, "/questions/new", {**typed, "services": "commercial_referral", "action": "facts"})
    assert 'id="deciding"' not in plain.get_data(as_text=True)

    def send(*files: Any) -> Any:
        data = {**typed, "action": "submit", "files": list(files), "csrf_token": csrf_of(officer, "/questions/new")}
        return officer.post("/questions/new", data=data)

    refused = send((io.BytesIO(b"nee"), "x.exe"))
    body = refused.get_data(as_text=True)
    assert refused.status_code == 422 and 'id="files-error"' in body and "Textiel Verzonnen" in body
    for _time in range(2):
        assert send((io.BytesIO(pdf()), "offerte.pdf")).status_code == 303
    assert (number(app, SupportRequest), number(app, QuestionFile)) == (1, 1)
