"""What people say to each other on a case, and who reads it: on pages, on paper, by API and by mail (rule 1)."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hubs.core.clock import utcnow
from hubs.core.errors import NotPermitted, RuleViolation, WrongState
from hubs.core.events import Event
from hubs.core.uploads import receive
from hubs.extensions import db, write_transaction
from hubs.outbox import dispatch
from hubs.outbox.models import Delivery
from hubs.referrals import terms
from hubs.referrals.models import Message, QuestionFile, Referral, SupportRequest
from hubs.referrals.operations import (
    act_on_referral,
    act_on_request,
    add_file,
    add_information,
    receive_answer,
    withdraw_consent,
    write_message,
)
from hubs.referrals.reading import files_visible_to, is_unread, messages_visible_to, seen_at
from hubs.referrals.reply_addresses import read_reply_address
from tests.conftest import post
from tests.files import EICAR, pdf
from tests.referrals.builders import CANARY, actor_for, destinations, entrepreneur, question
from tests.world import World

SECRET = "Kanariezin tussen post en ondernemer."
NOTE = "Kanariekattebel van de post."
HUB_NOTE = "Kanariekattebel van de hub."
SHOWN = "Kanarietekst tussen de loketten."
ADDED = "Kanarieaanvulling bij de vraag."
BETWEEN_HUB_AND_CLIENT = "Kanariebericht van de hub."


class Case:
    """A question of the post that lies at hub A, with one message of every sort and a file beside it."""

    def __init__(self, demo: World) -> None:
        self.demo, now = demo, utcnow()
        self.officer, self.manager = actor_for(demo, "officer"), actor_for(demo, "manager")
        asked = question(demo)
        data = {"destinations": destinations(demo, "hub_a")}
        act_on_request(asked, "refer", actor=self.officer, now=now, data=data)
        referral = asked.referrals[0]
        write_message(asked, SECRET, to="entrepreneur", actor=self.officer, now=now, files=[self.received("geheim")])
        write_message(asked, NOTE, to="own", actor=self.officer, now=now, files=[self.received("eigen")])
        write_message(
            asked, SHOWN, to="desks", actor=self.officer, now=now, referral=referral, files=[self.received("loket")]
        )
        write_message(
            asked, HUB_NOTE, to="own", actor=self.manager, now=now, referral=referral, files=[self.received("hub")]
        )
        add_information(asked, ADDED, actor=entrepreneur(asked), now=now)
        added = asked.messages[-1]
        add_file(asked, self.received("vraag"), actor=entrepreneur(asked), now=now, message=added)
        db.session.flush()
        self.reference, self.sent = asked.reference, referral.reference
        self.asked_id, self.referral_id = asked.id, referral.id
        self.files = {file.stored.name.removesuffix(".pdf"): file.id for file in asked.files}

    @staticmethod
    def received(name: str) -> Any:
        return receive(io.BytesIO(pdf(text=name.encode())), f"{name}.pdf")

    @property
    def asked(self) -> SupportRequest:
        return db.session.get_one(SupportRequest, self.asked_id)

    @property
    def referral(self) -> Referral:
        return db.session.get_one(Referral, self.referral_id)


@pytest.fixture
def case(app: Flask, demo: World) -> Case:
    with app.test_request_context("/?lang=en"):
        write_transaction()
        made = Case(demo)
        db.session.commit()
        db.session.remove()
    return made


def done(app: Flask, work: Any) -> Any:
    """Do something in a transaction of its own."""
    with app.test_request_context("/?lang=en"):
        write_transaction()
        found = work()
        db.session.commit()
        db.session.remove()
    return found


def texts(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def everything(client: Any, call: Any, path: str, api: str) -> str:
    """Whatever one side can get to see of a case."""
    pages = [texts(client.get(path + more)) for more in ("", "?show=messages", "?show=steps", "/print")]
    answers = [call("GET", f"{api}{more}").get_data(as_text=True) for more in ("", "/messages", "/files")]
    return "\n".join([*pages, *answers])


def test_who_reads_what_before_and_after_acceptance(app: Flask, case: Case, client_for: Any, api_for: Any) -> None:
    officer, manager = client_for("officer"), client_for("manager")
    post_api, hub_api = api_for("post"), api_for("hub_a")
    question_page, question_api = f"/questions/{case.reference}", f"/support-requests/{case.asked_id}"
    referral_page, referral_api = f"/referrals/{case.sent}", f"/referrals/{case.referral_id}"

    desk = everything(officer, post_api, question_page, question_api)
    for text in (SECRET, NOTE, SHOWN, ADDED, "geheim.pdf", "eigen.pdf", "loket.pdf", "vraag.pdf"):
        assert text in desk, text
    assert HUB_NOTE not in desk and "hub.pdf" not in desk
    sender = everything(officer, post_api, referral_page, referral_api)
    assert SHOWN in sender and HUB_NOTE not in sender and SECRET not in sender

    hub = everything(manager, hub_api, referral_page, referral_api)
    assert SHOWN in hub and HUB_NOTE in hub
    for text in (SECRET, NOTE, ADDED, "geheim.pdf", "eigen.pdf", "loket.pdf", "vraag.pdf", *CANARY.values()):
        assert text not in hub, text
    assert hub_api("GET", f"{referral_api}/files").json["hiddenFiles"] == 2
    assert "2 files." in texts(manager.get(referral_page)) and "2 files are not shown" in texts(
        manager.get(referral_page + "/print")
    )
    for name, file_id in case.files.items():
        expected = 200 if name == "hub" else 404
        assert manager.get(f"{referral_page}/files/{file_id}").status_code == expected
        assert hub_api("GET", f"{referral_api}/files/{file_id}").status_code == expected
    assert officer.get(f"{referral_page}/files/{case.files['hub']}").status_code == 404

    done(app, lambda: act_on_referral(case.referral, "accept", actor=case.manager, now=utcnow()))
    done(
        app,
        lambda: write_message(
            case.asked, BETWEEN_HUB_AND_CLIENT, to="entrepreneur", actor=case.manager, now=utcnow(),
            referral=case.referral,
        ),
    )  # fmt: skip
    hub = everything(manager, hub_api, referral_page, referral_api)
    for text in (SHOWN, ADDED, "loket.pdf", "vraag.pdf", BETWEEN_HUB_AND_CLIENT):
        assert text in hub, text
    for text in (SECRET, NOTE, "geheim.pdf", "eigen.pdf"):
        assert text not in hub, text
    for name in ("loket", "vraag"):
        answer = manager.get(f"{referral_page}/files/{case.files[name]}")
        assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment")
        assert hub_api("GET", f"{referral_api}/files/{case.files[name]}").json["content"]
    for name in ("geheim", "eigen"):
        assert manager.get(f"{referral_page}/files/{case.files[name]}").status_code == 404
    desk = everything(officer, post_api, question_page, question_api)
    assert BETWEEN_HUB_AND_CLIENT not in desk and "wrote to the entrepreneur" in desk

    done(app, lambda: withdraw_consent(case.asked, actor=entrepreneur(case.asked), now=utcnow()))
    hub = everything(manager, hub_api, referral_page, referral_api)
    for text in (SHOWN, ADDED, ".pdf", HUB_NOTE, BETWEEN_HUB_AND_CLIENT):
        assert text not in hub, text
    for file_id in case.files.values():
        assert manager.get(f"{referral_page}/files/{file_id}").status_code == 404
        assert hub_api("GET", f"{referral_api}/files/{file_id}").status_code == 404


def test_the_entrepreneur_reads_what_is_theirs(in_app: Any, case: Case) -> None:
    with in_app():
        client, now = entrepreneur(case.asked), utcnow()
        said = {message.text for message in messages_visible_to(client, case.asked, now)}
        assert said == {SECRET, ADDED}
        assert {f.stored.name for f in files_visible_to(client, case.asked, now)} == {"geheim.pdf", "vraag.pdf"}


def test_a_file_of_another_question_is_not_found(app: Flask, demo: World, case: Case, client_for: Any) -> None:
    other = done(app, lambda: question(demo, kvk="90001299").reference)
    officer = client_for("officer")
    file_id = case.files["geheim"]
    assert officer.get(f"/questions/{case.reference}/files/{file_id}").status_code == 200
    assert officer.get(f"/questions/{other}/files/{file_id}").status_code == 404
    assert officer.get(f"/referrals/{case.sent}/files/{file_id}").status_code == 404
    assert client_for("far_officer").get(f"/questions/{case.reference}/files/{file_id}").status_code == 404


def test_what_is_sent_to_a_hub_says_not_who_asks(app: Flask, case: Case, client_for: Any) -> None:
    officer = client_for("officer")
    page, write = f"/questions/{case.reference}", f"/questions/{case.reference}/messages"
    text = f"Bel {CANARY['person']} op {CANARY['phone']}."
    answer = post(officer, write, {"to": case.sent, "text": text}, page)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "private notes" in shown and 'id="message-text-error"' in shown
    assert CANARY["person"] in shown  # what was typed is kept
    assert post(officer, write, {"to": "entrepreneur", "text": text}, page).status_code == 303
    done(app, lambda: act_on_referral(case.referral, "accept", actor=case.manager, now=utcnow()))
    assert post(officer, write, {"to": case.sent, "text": text}, page).status_code == 303


def test_writing_changes_no_state_and_keeps_what_was_typed(app: Flask, case: Case, client_for: Any) -> None:
    officer = client_for("officer")
    page, write = f"/questions/{case.reference}", f"/questions/{case.reference}/messages"

    def state() -> Any:
        with app.app_context():
            asked = case.asked
            return asked.state, asked.due_at, asked.paused_at, asked.referrals[0].state, asked.referrals[0].due_at

    before = state()
    for data in ({"to": "entrepreneur", "text": ""}, {"to": "nobody", "text": "Dag."}, {"text": "Dag."}):
        answer = post(officer, write, data, page)
        assert answer.status_code == 422 and 'role="alert"' in answer.get_data(as_text=True)
    infected = {"to": "entrepreneur", "text": "Zie bijlage.", "file": (io.BytesIO(EICAR), "virus.pdf")}
    answer = post(officer, write, infected, page)
    assert answer.status_code == 422 and "Zie bijlage." in answer.get_data(as_text=True)
    only_file = {"to": "entrepreneur", "text": "", "file": (io.BytesIO(pdf(text=b"los")), "los.pdf")}
    assert post(officer, write, only_file, page).status_code == 303
    assert "los.pdf" in texts(officer.get(page))
    assert state() == before
    assert post(client_for("far_officer"), write, {"to": "own", "text": "Dag."}, "/work").status_code == 404


def test_files_go_out_of_view_by_who_added_them_or_the_desk(app: Flask, case: Case, client_for: Any) -> None:
    officer, manager = client_for("officer"), client_for("manager")
    done(app, lambda: act_on_referral(case.referral, "accept", actor=case.manager, now=utcnow()))
    desk, hub = f"/questions/{case.reference}/files", f"/referrals/{case.sent}/files"
    added = case.files["vraag"]
    assert post(manager, f"{hub}/{added}", {"action": "remove"}, f"/referrals/{case.sent}").status_code == 403
    assert post(officer, f"{desk}/{added}", {"action": "burn"}, f"/questions/{case.reference}").status_code == 422
    assert post(officer, f"{desk}/{added}", {"action": "remove"}, f"/questions/{case.reference}").status_code == 303
    assert officer.get(f"{desk}/{added}").status_code == manager.get(f"{hub}/{added}").status_code == 404
    page = texts(officer.get(f"/questions/{case.reference}"))
    assert "vraag.pdf" not in page and "File removed" in page
    with app.app_context():
        row = db.session.get_one(QuestionFile, added)
        assert row.removed_at is not None and row.stored.sha256
        kinds = db.session.execute(select(Event.kind).where(Event.subject_id == added)).scalars().all()
        assert kinds == ["file.added", "file.removed"]


# --- by mail ---------------------------------------------------------------------------------------------------


def mails(app: Flask) -> dict[str, EmailMessage]:
    """Everything that goes out now, by template and address."""
    found: dict[str, EmailMessage] = {}
    with app.app_context():
        dispatch.work_once(lambda message: None, sender="Hubs <noreply@hubs.example>")
        for row in db.session.execute(select(Delivery)).scalars().all():
            written = dispatch.written(row, sender="Hubs <noreply@hubs.example>", now=utcnow())
            if written is not None:
                found[f"{row.template} {row.address}"] = written
        db.session.remove()
    return found


def test_messages_go_out_and_find_their_way_back(app: Flask, case: Case) -> None:
    sent = mails(app)
    to_client = sent[f"entrepreneur:support_request.message {CANARY['email']}"]
    assert SECRET in to_client.get_content() and "1 " in to_client.get_content()
    with app.app_context():
        address = read_reply_address(str(to_client["Reply-To"]))
        assert address is not None and (address.side, address.support_request_id) == ("entrepreneur", case.asked_id)
    thread = {str(m["References"]) for name, m in sent.items() if name.startswith("entrepreneur:")}
    assert len(thread) == 1 and str(to_client["In-Reply-To"]) in thread
    to_hub = next(m for name, m in sent.items() if name.startswith("receiver:referral.message"))
    with app.app_context():
        found = read_reply_address(str(to_hub["Reply-To"]))
        assert found is not None and (found.side, found.referral_number) == ("receiver", 1)
    assert str(to_hub["References"]) not in thread
    everything_else = [m for name, m in sent.items() if not name.startswith("entrepreneur:support_request.message")]
    for message in everything_else:
        for text in (SECRET, NOTE, HUB_NOTE, SHOWN, ADDED, *CANARY.values()):
            assert text not in message.get_content() and text not in str(message["Subject"]), text
    assert not [name for name in sent if "note" in name]
    assert not [name for name in sent if "officer@" in name and "support_request.message" in name]  # not to its writer


def test_an_answer_by_mail(in_app: Any, demo: World, case: Case) -> None:
    with in_app():
        now, asked, referral = utcnow(), case.asked, case.referral

        def arrive(text: str, side: str, sender: str, with_referral: bool = False) -> Message:
            other = referral if with_referral else None
            return receive_answer(asked, text, side=side, sender=sender, now=now, referral=other)

        with pytest.raises(NotPermitted):
            arrive("Ik ben het.", "entrepreneur", "stranger@example.nl")
        with pytest.raises(NotPermitted):
            arrive("Ik ben het.", "desk", CANARY["email"])
        with pytest.raises(NotPermitted):
            arrive("Ik ben het.", "receiver", "officer@example.nl", True)
        plain = arrive("Dank je.", "entrepreneur", CANARY["email"].upper())
        assert (plain.kind, plain.audience, plain.via, plain.author_kind) == (
            "message", "entrepreneur", "mail", "entrepreneur",
        )  # fmt: skip
        assert plain not in messages_visible_to(case.manager, referral, now)
        reply = arrive("Wij kijken ernaar.", "receiver", "manager@example.nl", True)
        assert (reply.kind, reply.audience, reply.author_id) == ("message", "desks", demo.people["manager"].id)
        office = referral.receiver_office.email
        from_box = arrive("Vanuit het loket.", "receiver", str(office), True)
        assert from_box.author_id is None and from_box.organisation_id == demo.organisations["hub_a"]

        act_on_referral(referral, "ask", actor=case.manager, now=now, data={"note": "Hoeveel mensen?"})
        with pytest.raises(RuleViolation):
            arrive(f"Vraag het {CANARY['person']}.", "sender", "officer@example.nl", True)
        answer = arrive("Drie.", "sender", "officer@example.nl", True)
        assert (answer.kind, referral.state, answer.via) == ("answer", "acknowledged", "mail")

        own = question(demo, kvk="90001300")
        act_on_request(own, "ask", actor=case.officer, now=now, data={"note": "Welke stad?"})
        assert own.state == "awaiting_entrepreneur" and terms.clock_status is not None
        told = receive_answer(own, "Cali.", side="entrepreneur", sender=CANARY["email"], now=now)
        assert (told.kind, own.state, own.paused_at) == ("answer", "in_hand", None)
        act_on_request(own, "withdraw", actor=entrepreneur(own), now=now)
        with pytest.raises(WrongState):
            receive_answer(own, "Toch wel.", side="entrepreneur", sender=CANARY["email"], now=now)


def test_a_mail_that_came_back_is_said_with_what_to_do(app: Flask, case: Case, client_for: Any) -> None:
    mails(app)
    officer = client_for("officer")
    page = f"/questions/{case.reference}"
    assert "came back" not in texts(officer.get(page))

    def fail() -> None:
        rows = db.session.execute(select(Delivery).where(Delivery.template.like("entrepreneur:%"))).scalars().all()
        max(rows, key=lambda row: row.event_id).state = "failed"

    done(app, fail)
    shown = texts(officer.get(page))
    assert "Our last mail to the entrepreneur came back." in shown and CANARY["phone"] in shown
    assert "could not be delivered" in shown
    done(app, lambda: write_message(case.asked, "Nog eens.", to="entrepreneur", actor=case.officer, now=utcnow()))
    mails(app)
    assert "came back" not in texts(officer.get(page))


# --- the history -----------------------------------------------------------------------------------------------


def test_chips_and_pages_of_a_long_history(app: Flask, case: Case, client_for: Any, statements: Any) -> None:
    def fill(start: int, stop: int) -> None:
        for number in range(start, stop):
            write_message(case.asked, f"Bericht {number:03d}.", to="own", actor=case.officer, now=utcnow())

    officer, page = client_for("officer"), f"/questions/{case.reference}"
    officer.get(page)
    with statements() as few:
        officer.get(page)
    done(app, lambda: fill(0, 75))
    officer.get(page)
    with statements() as many:
        shown = texts(officer.get(page))
    assert len(many) == len(few)
    assert shown.index("Bericht 074.") < shown.index("Bericht 060.") and "Bericht 010." not in shown
    seen, address = set(re.findall(r"Bericht (\d{3})\.", shown)), page
    while True:
        following = re.search(r'rel="next" href="([^"]+)"', shown)
        if following is None:
            break
        address = following.group(1).replace("&amp;", "&")
        shown = texts(officer.get(address))
        found = set(re.findall(r"Bericht (\d{3})\.", shown))
        assert not found & seen
        seen |= found
    assert len(seen) == 75 and "Question received" in shown and address != page
    steps = texts(officer.get(page + "?show=steps"))
    assert "Bericht" not in steps and "Referred to" in steps
    said = texts(officer.get(page + "?show=messages"))
    assert "Referred to" not in said[said.index('class="route') :] and "Bericht 074." in said
    assert officer.get(page + "?before=onzin").status_code in (400, 422)
    assert texts(officer.get(page + "?show=onzin"))


def test_what_is_new_for_somebody(app: Flask, demo: World, case: Case, client_for: Any) -> None:
    manager = client_for("manager")

    def unread(persona: str, subject: str) -> bool:
        with app.app_context():
            row = getattr(case, subject)
            return is_unread(row, seen_at(row, actor_for(demo, persona)))

    assert unread("manager", "referral") and unread("officer_2", "asked")
    manager.get(f"/referrals/{case.sent}")
    assert not unread("manager", "referral") and unread("staff", "referral")
    done(app, lambda: write_message(case.asked, "x", to="own", actor=case.officer, now=utcnow()))
    assert not unread("manager", "referral")
    post(
        client_for("officer"), f"/referrals/{case.sent}/messages", {"to": "desks", "text": "Nog iets."},
        f"/referrals/{case.sent}",
    )  # fmt: skip
    assert unread("manager", "referral")
    assert "new message" in texts(manager.get("/referrals"))
    assert ">new<" in texts(manager.get(f"/referrals/{case.sent}"))
    assert ">new<" not in texts(manager.get(f"/referrals/{case.sent}"))
    assert "new message" not in texts(manager.get("/referrals"))
    assert "new message" in texts(client_for("officer_2").get("/questions?handler="))


def test_on_paper_stands_who_printed_it_and_what_is_hidden(app: Flask, case: Case, client_for: Any) -> None:
    officer, manager = client_for("officer"), client_for("manager")
    soon = utcnow() + timedelta(hours=1)  # today or tomorrow, and on paper neither
    done(app, lambda: setattr(case.referral, "decide_due_at", soon))
    paper = texts(officer.get(f"/questions/{case.reference}/print"))
    assert "Printed by" in paper and CANARY["person"] in paper and SECRET in paper
    body = paper[paper.index("<main") :]
    assert "No yes by" in body and "<form" not in body and "by you" not in body and str(utcnow().year) in body
    assert not re.search("today|tomorrow|yesterday", body)
    theirs = texts(manager.get(f"/referrals/{case.sent}/print"))
    assert "Not shown: you see who asks once you have accepted" in theirs
    done(app, lambda: act_on_referral(case.referral, "accept", actor=case.manager, now=utcnow()))
    done(app, lambda: setattr(case.referral, "due_at", soon))
    theirs = texts(manager.get(f"/referrals/{case.sent}/print"))
    assert re.search(rf"Our term: \w+day [^<]*{soon.year}, \d\d:\d\d<", theirs)  # "Not done by then?" needs its moment
    assert "Our term" not in texts(officer.get(f"/referrals/{case.sent}/print"))
    assert client_for("far_officer").get(f"/questions/{case.reference}/print").status_code == 404


def test_who_may_write_where(in_app: Any, demo: World, case: Case) -> None:
    refused = [
        ("manager", None, "entrepreneur"),  # the question is not the hub's
        ("manager", "referral", "entrepreneur"),  # not before it accepted
        ("other_manager", "referral", "desks"),
        ("auditor", None, "own"),
        ("officer", "referral", "entrepreneur"),  # from the question itself
    ]
    with in_app():
        for persona, place, to in refused:
            with pytest.raises((NotPermitted, WrongState)):
                write_message(
                    case.asked, "Dag.", to=to, actor=actor_for(demo, persona), now=utcnow(),
                    referral=case.referral if place else None,
                )  # fmt: skip
