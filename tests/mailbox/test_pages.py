"""The pages of mail: whose they are, what is shown of a mail that means harm, what is done with it, and forgetting."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from hubs.core.clock import utcnow
from hubs.core.stored_files import StoredFile
from hubs.extensions import db
from hubs.mailbox.arrivals import arrive
from hubs.mailbox.models import IncomingMail
from hubs.mailbox.operations.forgetting import forget_mails
from hubs.referrals.models import Message, QuestionFile, SupportRequest
from hubs.referrals.operations import act_on_request
from hubs.referrals.reply_addresses import reply_address
from tests.conftest import csrf_of
from tests.files import jpeg
from tests.mailbox import mails
from tests.referrals.builders import actor_for, question
from tests.world import World

EVIL = "<script>alert(1)</script> =1+1 https://elsewhere.example/x"


def text_of(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def post(client: Any, path: str, data: dict[str, Any] | None = None) -> Any:
    return client.post(path, data={**(data or {}), "csrf_token": csrf_of(client, "/account")})


@pytest.fixture
def taken(app: Flask, demo: World) -> Any:
    """`taken(raw, desk)`: take a mail in; its id."""

    def take(raw: bytes, name: str = "post", address: str | None = None) -> str:
        with app.app_context():
            found = arrive(
                raw, address or f"{demo.codes[name]}@hubs.example", envelope_from="a@b.example", now=utcnow()
            )
            db.session.remove()
        return found.id

    return take


def apart(**values: Any) -> bytes:
    """A mail that is set apart."""
    return mails.mail(**{"List_Id": "<l.example>", **values})


def test_mail_is_its_own_desk_s_alone_and_shown_harmlessly(client_for: Any, taken: Any) -> None:
    mail_id = taken(apart(text=f"{EVIL}\n", subject=EVIL, sender='"<b>Vera</b>" <vera@voorbeeld.example.nl>'))
    officer = client_for("officer")
    listed, shown = text_of(officer.get("/mail")), text_of(officer.get(f"/mail/{mail_id}"))
    for page in (listed, shown):
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page
        assert "<b>Vera" not in page
    assert 'href="https://elsewhere' not in shown
    assert "This mail came through a mailing list." in shown
    original = officer.get(f"/mail/{mail_id}/original")
    assert b"List-Id" in original.data
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert original.headers["Content-Type"].startswith("application/octet-stream")
    assert "sandbox" in original.headers["Content-Security-Policy"]
    for persona in ("far_officer", "manager", "partner_staff", "administrator"):
        client = client_for(persona)
        assert EVIL[:8] not in text_of(client.get("/mail")).replace("&lt;", "<").replace("<script s", "")
        assert client.get(f"/mail/{mail_id}").status_code == 404
        assert client.get(f"/mail/{mail_id}/original").status_code == 404
        assert post(client, f"/mail/{mail_id}", {"action": "discard", "reason": "spam"}).status_code == 404
    assert client_for("assessor").get("/mail").status_code == 403
    assert client_for("anonymous").get("/mail").status_code in (302, 303)


def test_a_mail_that_was_set_apart_becomes_a_draft_after_all(client_for: Any, taken: Any, app: Flask) -> None:
    mail_id = taken(apart(text=mails.GMAIL_NL, subject="Fwd: Kassen", files=(("foto.jpg", jpeg()), ("x.exe", b"MZ"))))
    officer = client_for("officer")
    assert post(officer, f"/mail/{mail_id}", {"action": "no_such"}).status_code in (400, 422)
    answer = post(officer, f"/mail/{mail_id}", {"action": "make_draft"})
    assert answer.status_code == 303
    page = text_of(officer.get(answer.location))
    assert "Wij zoeken een distributeur" in page
    assert 'value="vera@voorbeeld.example.nl"' in page
    assert "foto.jpg" in page
    assert "x.exe" in page
    assert post(officer, f"/mail/{mail_id}", {"action": "make_draft"}).status_code == 409
    assert answer.location.rpartition("/")[0].rpartition("/")[2] in text_of(officer.get("/mail"))
    assert client_for("far_officer").get(answer.location).status_code == 404


def test_a_draft_is_completed_into_a_question(client_for: Any, taken: Any, app: Flask, demo: World) -> None:
    mail_id = taken(mails.mail(mails.OUTLOOK_NL, subject="FW: Kassen", sender=f"O <{demo.people['officer'].email}>"))
    officer = client_for("officer")
    with app.app_context():
        row = db.session.get_one(IncomingMail, mail_id)
        reference, arrived = row.support_request.reference, row.arrived_at  # type: ignore[union-attr]
        db.session.remove()
    page = f"/questions/{reference}/complete"
    shown = text_of(officer.get(page))
    assert "Complete this mail" in shown
    assert "+31 10 123 4567" in shown
    version = re.search(r'name="version" value="(\d+)"', shown)
    assert version
    values = {
        "text": "Wij zoeken een distributeur. Bel Vera Voorbeeld.", "private_notes": "", "market": "CO",
        "services": "commercial_referral", "files_visibility": "case",
        "company_name": "Voorbeeldkassen B.V.", "company_kvk_number": "90000301", "company_country": "NL",
        "contact_person_name": "Vera Voorbeeld", "contact_person_email": "vera@voorbeeld.example.nl",
        "contact_person_phone": "", "language": "nl", "channel": "email", "urgency": "normal", "version": version[1],
        "consent_recipients": "market",
    }  # fmt: skip
    refused = post(officer, page, {**values, "company_name": "", "consent_recipients": "", "action": "submit"})
    assert refused.status_code == 422
    assert "Say who may see the question." in text_of(refused)
    assert "Bel Vera Voorbeeld" in text_of(refused)
    assert post(officer, page, {**values, "version": "999", "action": "submit"}).status_code == 409
    assert "a name: Vera Voorbeeld" in text_of(post(officer, page, {**values, "action": "check"}))
    moved = text_of(post(officer, page, {**values, "action": "move"}))
    assert "Bel Vera" not in moved
    saved = post(officer, page, {**values, "action": "save"})
    assert saved.status_code == 303, text_of(saved)
    version = re.search(r'name="version" value="(\d+)"', text_of(officer.get(page)))
    assert version
    sent = post(
        officer, page, {**values, "text": "Wij zoeken een distributeur.", "version": version[1], "action": "submit"}
    )
    assert sent.status_code == 303, text_of(sent)
    with app.app_context():
        found = db.session.execute(select(SupportRequest).where(SupportRequest.reference == reference)).scalar_one()
        assert (found.state, found.company_name, found.channel) == ("received", "Voorbeeldkassen B.V.", "email")
        assert found.waiting_since == arrived  # the entrepreneur waits since the mail came
        assert found.received_at is not None
        assert found.received_at >= arrived
        assert found.due_at is not None
        assert found.contact_person is not None
        assert found.contact_person.email == "vera@voorbeeld.example.nl"
        assert found.consent is not None
        db.session.remove()
    assert officer.get(page).status_code == 303
    assert post(officer, page, {**values, "action": "submit"}).status_code == 409
    assert post(officer, page, {"action": "discard", "reason": "spam"}).status_code == 409


def test_a_draft_is_discarded_with_a_reason(client_for: Any, taken: Any, app: Flask) -> None:
    mail_id = taken(mails.mail("Buy this"))
    officer = client_for("officer")
    with app.app_context():
        reference = db.session.get_one(IncomingMail, mail_id).support_request.reference  # type: ignore[union-attr]
        db.session.remove()
    page = f"/questions/{reference}/complete"
    refused = post(officer, page, {"action": "discard", "reason": ""})
    assert refused.status_code == 422
    assert "Choose a reason." in text_of(refused)
    assert post(officer, page, {"action": "discard", "reason": "spam"}).status_code == 303
    with app.app_context():
        row = db.session.get_one(IncomingMail, mail_id)
        assert (row.state, row.discard_reason, row.support_request.state) == ("discarded", "spam", "withdrawn")  # type: ignore[union-attr]
        db.session.remove()
    assert reference not in text_of(officer.get("/mail"))


def test_an_answer_from_another_address_is_put_with_its_question(
    client_for: Any, taken: Any, app: Flask, demo: World
) -> None:
    with app.test_request_context("/?lang=en"):
        asked = question(demo)
        act_on_request(asked, "ask", actor=actor_for(demo, "officer"), now=utcnow(), data={"note": "Which?"})
        db.session.commit()
        reference, address = asked.reference, reply_address(asked, None, "entrepreneur")
        db.session.remove()
    first = taken(mails.mail("From my other address.", sender="x@other.example.nl"), address=address)
    second = taken(mails.mail("Only a note", sender="y@other.example.nl", message_id="<2@x>"), address=address)
    officer = client_for("officer")
    assert "another address" in text_of(officer.get(f"/mail/{first}"))
    for typed in ("", "H-222-222", "nonsense"):
        assert post(officer, f"/mail/{first}", {"action": "attach", "reference": typed}).status_code == 422
    body = {"action": "attach", "reference": reference.lower()}
    assert post(officer, f"/mail/{first}", {**body, "as_answer": "y"}).status_code == 303
    assert post(officer, f"/mail/{second}", {**body, "as_answer": "y"}).status_code == 422  # nothing is waited for now
    assert post(officer, f"/mail/{second}", body).status_code == 303
    with app.app_context():
        kinds = db.session.execute(select(Message.kind, Message.audience, Message.text).order_by(Message.id)).all()
        assert [tuple(each) for each in kinds[-2:]] == [
            ("answer", "entrepreneur", "From my other address."),
            ("note", "own", "Only a note"),
        ] or [each.kind for each in kinds[-2:]] == ["answer", "note"]
        assert db.session.execute(select(SupportRequest.state)).scalar_one() == "in_hand"
        db.session.remove()


def test_what_came_to_no_desk_is_passed_on_by_the_ministry(
    client_for: Any, taken: Any, demo: World, app: Flask
) -> None:
    mail_id = taken(mails.mail(), address="nobody@hubs.example")
    own = taken(apart(message_id="<2@x>"))
    central, officer = client_for("administrator"), client_for("officer")
    assert officer.get(f"/mail/{mail_id}").status_code == 404
    assert post(central, f"/mail/{mail_id}", {"action": "pass_on", "desk": ""}).status_code == 422
    assert post(central, f"/mail/{mail_id}", {"action": "make_draft"}).status_code == 403
    body = {"action": "pass_on", "desk": demo.organisations["post"]}
    assert post(central, f"/mail/{mail_id}", body).status_code == 303
    assert central.get(f"/mail/{mail_id}").status_code == 404
    assert officer.get(f"/mail/{mail_id}").status_code == 200
    assert "Which desk?" not in text_of(officer.get(f"/mail/{own}"))


def test_the_list_takes_a_fixed_number_of_statements(client_for: Any, taken: Any, statements: Any) -> None:
    for number in range(4):
        taken(apart(message_id=f"<a{number}@x>", subject=f"Apart {number}"))
        taken(mails.mail(message_id=f"<d{number}@x>", subject=f"Draft {number}"))
    officer = client_for("officer")
    with statements() as listed:
        page = text_of(officer.get("/mail"))
    assert "Apart 3" in page
    assert "Draft 3" in page
    assert len(listed) <= 6, listed


def test_after_thirty_days_only_that_it_came_is_left(app: Flask, taken: Any, client_for: Any, demo: World) -> None:
    raw = apart()
    mail_id, draft_id = taken(raw), taken(mails.mail(message_id="<2@x>", files=(("a.jpg", jpeg()),)))
    with app.app_context():
        later = utcnow() + timedelta(days=31)
        assert forget_mails(utcnow()) == 0
        assert forget_mails(later) == 1
        assert forget_mails(later) == 0
        row = db.session.get_one(IncomingMail, mail_id)
        assert (row.subject, row.body, row.sender_address, row.stored_file_id) == (None, None, None, None)
        assert db.session.get_one(IncomingMail, draft_id).body is not None  # a draft keeps its mail
        assert db.session.execute(select(func.count()).select_from(StoredFile)).scalar_one() == 2
        db.session.commit()
        db.session.remove()
    assert taken(raw) == mail_id
    officer = client_for("officer")
    assert officer.get(f"/mail/{mail_id}").status_code == 404
    with app.app_context():
        assert db.session.execute(select(func.count()).select_from(QuestionFile)).scalar_one() == 1
        db.session.remove()
