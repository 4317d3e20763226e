"""A letter is made with what it tells, kept as it went out, and sent with its PDFs; every sending is recorded."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from hubs.accounts.models import Membership, Office
from hubs.accreditation.models import Decision, Letter, LetterDelivery
from hubs.accreditation.operations.letters import make_letter, preview_letter, save_letter_settings, send_again
from hubs.core.clock import utcnow
from hubs.core.errors import Stale
from hubs.core.events import Event
from hubs.core.types import new_id
from hubs.core.uploads import path_of
from hubs.extensions import db
from hubs.outbox import dispatch
from hubs.outbox.mail import MailRefused
from tests.accreditation.builders import submitted_proposal
from tests.conftest import post
from tests.referrals.builders import actor_for
from tests.world import World

SENDER = "Hubs <noreply@hubs.example>"


def decision(demo: World, **values: Any) -> Decision:
    """A refusal, signed, as a row: what leads to it is tested elsewhere."""
    proposal = submitted_proposal(db.session(), demo)
    made = Decision(
        id=new_id(), reference="B-2B2-3C3", kind="refuse", state="signed", hub_id=proposal.hub_id,
        proposal_id=proposal.id, reasons="Zie *dit* #punt.", drafted_at=utcnow(), signed_at=utcnow(),
        signed_by_id=demo.people["decision_maker"].id, computed_outcome="refuse",
        computed={"result": {"total": "41.20", "pass_mark": "55", "knock_outs": ["B1"], "mandatory": []}},
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


@pytest.fixture
def letter_id(demo: World, in_app: Callable[[], Any]) -> str:
    with in_app():
        refused = decision(demo)
        made = make_letter("decision_refuse", decision=refused, actor=actor_for(demo, "decision_maker"), now=utcnow())
        db.session.commit()
        return made[0].id


def work(in_app: Callable[[], Any], send: Callable[[EmailMessage], None]) -> None:
    with in_app():
        while dispatch.work_once(send, sender=SENDER):
            pass


def test_made_kept_and_sent(letter_id: str, in_app: Callable[[], Any], demo: World) -> None:
    box: list[EmailMessage] = []
    work(in_app, box.append)
    mails = [mail for mail in box if "B-2B2-3C3" in str(mail["Subject"])]
    assert mails and all(len(list(mail.iter_attachments())) == 2 for mail in mails)
    with in_app():
        letters = list(db.session.execute(select(Letter).order_by(Letter.language)).scalars())
        assert [letter.language for letter in letters] == ["en", "nl"]
        kept = {letter.file.name: path_of(letter.file.sha256).read_bytes() for letter in letters}
        for letter in letters:
            assert hashlib.sha256(kept[letter.file.name]).hexdigest() == letter.file.sha256
            assert letter.content["objection"] == [] and letter.content["reference"] == "B-2B2-3C3"
            assert [row.status for row in letter.deliveries] == ["sent"] * len(mails)
            assert {row.message_id for row in letter.deliveries} == {str(mail["Message-ID"]) for mail in mails}
    for attached in mails[0].iter_attachments():
        assert attached.get_content_type() == "application/pdf"
        assert attached.get_content() == kept[str(attached.get_filename())]
    assert "Zie" not in str(mails[0].get_body()), "no mail carries the words of a file"


def test_what_went_out_cannot_be_changed(letter_id: str, in_app: Callable[[], Any]) -> None:
    for statement in (
        "UPDATE letters SET reference = 'x'",
        "DELETE FROM letters",
        "UPDATE letter_deliveries SET status = 'x'",
    ):
        with in_app() as session:
            session.add(LetterDelivery(letter_id=letter_id, recipient="a@example.nl", at=utcnow(), status="sent"))
            session.flush()
            with pytest.raises(DBAPIError):
                session.execute(text(statement))


def test_the_words_of_a_letter_are_marked_with_its_language(
    letter_id: str, in_app: Callable[[], Any], client_for: Callable[..., Any]
) -> None:
    """A screen reader on a page in Dutch reads the English subject of a letter in English, and the other way round."""
    with in_app() as session:
        letter = session.get(Letter, letter_id)
        subject, language = letter.content["subject"], letter.language
    assert subject
    for shown in ("nl", "en"):
        page = client_for("assessor", shown).get(f"/letters/{letter_id}").get_data(as_text=True)
        assert f'<html lang="{shown}"' in page
        assert f'<h1 class="utrecht-heading-1" lang="{language}">' in page


def test_a_refused_mail_and_a_missing_reader_are_on_record(
    letter_id: str, in_app: Callable[[], Any], demo: World, client_for: Callable[..., Any]
) -> None:
    def refusing(_mail: EmailMessage) -> None:
        raise MailRefused("550 no such person a@example.nl")

    work(in_app, refusing)
    client = client_for("assessor")
    page = client.get(f"/letters/{letter_id}").get_data(as_text=True)
    assert 'data-state="failed"' in page
    assert post(client, f"/letters/{letter_id}", {"action": "send_again"}).status_code == 303
    box: list[EmailMessage] = []
    work(in_app, box.append)
    assert [mail for mail in box if "B-2B2-3C3" in str(mail["Subject"])]
    assert 'data-state="sent"' in client.get(f"/letters/{letter_id}").get_data(as_text=True)


def test_a_letter_to_nobody_is_on_record_and_an_old_one_still_goes(
    letter_id: str, in_app: Callable[[], Any], demo: World
) -> None:
    with in_app() as session:
        hub_id = session.get_one(Letter, letter_id).hub_id
        members = session.execute(select(Membership).where(Membership.organisation_id == hub_id)).scalars().all()
        offices = session.execute(select(Office).where(Office.organisation_id == hub_id)).scalars().all()
        member_ids, kept = [row.id for row in members], {office.id: office.email for office in offices}
        for member in members:
            member.ended_at = utcnow()
        for office in offices:
            office.email = None
        session.commit()
    box: list[EmailMessage] = []
    work(in_app, box.append)
    assert not [mail for mail in box if "B-2B2-3C3" in str(mail["Subject"])]
    with in_app() as session:
        assert [row.detail for row in session.get_one(Letter, letter_id).deliveries] == ["no_recipient"]
        for member_id in member_ids:
            session.get_one(Membership, member_id).ended_at = None
        for office_id, address in kept.items():
            session.get_one(Office, office_id).email = address
        letter = session.get_one(Letter, letter_id)
        send_again(letter, actor=actor_for(demo, "assessor"), now=utcnow() - timedelta(days=30))
        session.commit()
    work(in_app, box.append)
    assert [mail for mail in box if "B-2B2-3C3" in str(mail["Subject"])], "a month old, and no news: a letter"


def test_letters_by_api(letter_id: str, api_for: Callable[..., Any], in_app: Callable[[], Any]) -> None:
    ministry = api_for("assessor")
    item = ministry("GET", f"/letters/{letter_id}")
    assert item.status_code == 200, item.get_data(as_text=True)
    assert base64.b64decode(item.json["pdf"]).startswith(b"%PDF") and item.json["kind"] == "decision_refuse"
    assert hashlib.sha256(base64.b64decode(item.json["pdf"])).hexdigest() == item.json["sha256"]
    listed = ministry("GET", f"/letters?proposal={item.json['proposal']}").json["items"]
    assert {row["language"] for row in listed} == {"nl", "en"}
    assert api_for("far_post")("GET", f"/letters/{letter_id}").status_code in (403, 404)


def test_who_reads_a_letter(letter_id: str, client_for: Callable[..., Any]) -> None:
    hub = client_for("new_manager")
    answer = hub.get(f"/letters/{letter_id}/pdf")
    assert answer.status_code == 200 and answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert hub.get(f"/letters/{letter_id}?lang=nl").status_code == 200
    assert post(hub, f"/letters/{letter_id}", {"action": "send_again"}, page="/account").status_code == 403
    for stranger in ("manager", "far_manager"):
        assert client_for(stranger).get(f"/letters/{letter_id}").status_code == 404
        assert client_for(stranger).get(f"/letters/{letter_id}/pdf").status_code == 404
    assert client_for("officer").get(f"/letters/{letter_id}").status_code == 403


def test_what_every_letter_says(
    client_for: Callable[..., Any], letter_id: str, in_app: Callable[[], Any], demo: World
) -> None:
    client = client_for("administrator")
    typed = {
        "sender_nl": "Ministerie Verzonnen", "sender_en": "Ministry Made Up", "address": "Straat 1\nDen Haag",
        "signatory_function_nl": "Directeur", "signatory_function_en": "Director", "has_objection_clause": "y",
        "objection_clause_nl": "", "objection_clause_en": "Our #own clause.",
    }  # fmt: skip
    shown = post(client, "/letter-settings", {**typed, "action": "preview_en"})
    assert shown.mimetype == "application/pdf" and shown.data.startswith(b"%PDF")
    assert post(client, "/letter-settings", {**typed, "sender_nl": " ", "action": "save"}).status_code == 422
    assert post(client, "/letter-settings", {**typed, "action": "save"}).status_code == 303
    page = client.get("/letter-settings?lang=en").get_data(as_text=True)
    assert "Ministry Made Up" in page
    with in_app():
        signed = db.session.execute(select(Decision)).scalar_one()
        actor = actor_for(demo, "decision_maker")
        made = make_letter("decision_refuse", decision=signed, actor=actor, now=utcnow() + timedelta(days=1))
        clauses = {letter.language: letter.content["objection"] for letter in made}
        assert clauses["en"] == ["Our #own clause."] and len(clauses["nl"]) == 2
        assert made[0].content["sender"][:2] == ["Ministerie Verzonnen", "Straat 1"]
        assert preview_letter("decision_refuse", decision=signed, actor=actor, now=utcnow()).startswith(b"%PDF")
    assert client_for("assessor").get("/letter-settings").status_code == 403


def test_sent_again_and_settled_by_api(
    letter_id: str, api_for: Callable[..., Any], in_app: Callable[[], Any], demo: World
) -> None:
    ministry, keeper = api_for("assessor"), api_for("administrator")
    assert ministry("POST", f"/letters/{letter_id}/transitions", {"action": "send_again"}).status_code == 200
    assert api_for("new_manager")("POST", f"/letters/{letter_id}/transitions", {"action": "x"}).status_code == 403
    assert ministry("GET", "/letter-settings").status_code == 403
    shown = keeper("GET", "/letter-settings")
    assert shown.status_code == 200 and shown.json["hasObjectionClause"] is False
    tag, change = {"If-Match": shown.headers["ETag"]}, {"hasObjectionClause": True, "address": None}
    assert keeper("PATCH", "/letter-settings", change).status_code == 428
    assert keeper("PATCH", "/letter-settings", {"senderNl": ""}, headers=tag).status_code == 400
    changed = keeper("PATCH", "/letter-settings", change, headers=tag)
    assert changed.status_code == 200 and changed.json["hasObjectionClause"] is True, changed.json
    assert keeper("PATCH", "/letter-settings", change, headers=tag).status_code == 412
    with in_app(), pytest.raises(Stale):
        actor = actor_for(demo, "administrator")
        save_letter_settings({"address": "Den Haag"}, version=0, actor=actor, now=utcnow())
    with in_app():
        again = db.session.execute(select(Event).where(Event.kind == "letter.send_again")).scalars().all()
        assert [row.subject_id for row in again] == [letter_id]
