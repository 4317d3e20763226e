"""A mail comes in: a draft, an answer, a note on a delivery, or set apart with the right reason; never twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from hubs.core.clock import utcnow
from hubs.core.events import Event
from hubs.core.uploads import path_of
from hubs.extensions import db
from hubs.mailbox.addresses import desk_address, find_desk
from hubs.mailbox.arrivals import Arrived, TryAgain, arrive
from hubs.mailbox.folder import fetch
from hubs.mailbox.models import IncomingMail
from hubs.referrals.models import Message, QuestionFile, SupportRequest
from hubs.referrals.operations import act_on_referral, act_on_request
from hubs.referrals.queries import requests_visible_to
from hubs.referrals.reply_addresses import reply_address
from tests.files import jpeg
from tests.mailbox import mails
from tests.referrals.builders import actor_for, destinations, question
from tests.world import World


def desk(demo: World, name: str = "post") -> str:
    return f"{demo.codes[name].lower()}@hubs.example"


def take(raw: bytes, to: str, envelope: str | None = "olaf@post.example") -> tuple[Arrived, IncomingMail]:
    arrived = arrive(raw, to, envelope_from=envelope, now=utcnow())
    return arrived, db.session.get_one(IncomingMail, arrived.id)


def test_a_forwarded_mail_becomes_a_draft_for_its_desk_alone(in_app: Any, demo: World) -> None:
    raw = mails.mail(
        mails.OUTLOOK_NL,
        to=desk(demo),
        sender=f"Olaf <{demo.people['officer'].email}>",
        subject="FW: Kassen",
        files=(("foto.jpg", jpeg()), ("virus.exe", b"MZ\x90\x00 not taken")),
    )
    with in_app():
        before = utcnow()
        arrived, row = take(raw, desk(demo))
        assert (arrived.state, row.is_from_desk) == ("drafted", True)
        draft = row.support_request
        assert draft is not None
        assert (draft.state, draft.channel, draft.language, draft.market) == ("draft", "email", "nl", "CO")
        assert draft.created_by == "mail"
        assert draft.text == f"Kassen in Colombia\n\n{mails.QUESTION}"
        assert "+31 10 123 4567" in str(draft.private_notes)
        assert "Vera" not in draft.text
        assert (row.original_name, row.original_address) == ("Vera Voorbeeld", "vera@voorbeeld.example.nl")
        assert draft.waiting_since is not None
        assert draft.waiting_since >= before.replace(microsecond=0)
        assert draft.received_at is None
        assert draft.due_at is None
        assert [(each["name"], each["refused"]) for each in row.attachments] == [
            ("foto.jpg", None),
            ("virus.exe", "file_type"),
        ]
        files = db.session.execute(select(QuestionFile)).scalars().all()
        assert [(each.visibility, each.added_by_kind) for each in files] == [("desk", "mail")]
        assert db.session.execute(requests_visible_to(actor_for(demo, "officer"))).scalars().all() == [draft]
        assert not db.session.execute(requests_visible_to(actor_for(demo, "far_officer"))).scalars().all()
        assert row.stored is not None
        assert path_of(row.stored.sha256).read_bytes() == raw
        entry = db.session.execute(select(Event).where(Event.kind == "incoming_mail.take_as_draft")).scalar_one()
        assert "vera" not in str(entry.data).lower()


def test_the_same_mail_twice_is_stored_once(in_app: Any, demo: World) -> None:
    with in_app():
        raw = mails.mail(to=desk(demo))
        first, _row = take(raw, desk(demo))
        again, _row = take(raw + b"\n", desk(demo).upper())  # by its Message-ID, however it came
        assert (again.id, again.is_repeat) == (first.id, True)
        unnamed = raw.replace(b"Message-ID", b"X-Was")
        second, _row = take(unnamed, desk(demo))
        assert take(unnamed, desk(demo))[0].id == second.id != first.id
        other, _row = take(raw, desk(demo, "far_post"))  # to another desk it is another mail
        assert other.id != first.id
        assert db.session.execute(select(func.count()).select_from(SupportRequest)).scalar_one() == 3


def test_every_kind_of_desk_has_an_address(in_app: Any, demo: World) -> None:
    with in_app():
        for name in ("post", "hub_a", "ministry", "partner"):
            found = find_desk(desk(demo, name))
            assert found is not None
            assert desk_address(demo.codes[name]) == desk(demo, name)
            assert (found.organisation_id, found.is_open) == (demo.organisations[name], True)
        assert find_desk("nobody@hubs.example") is None
        assert find_desk(desk(demo).replace("hubs.example", "elsewhere.example")) is None


@pytest.mark.parametrize(
    ("values", "envelope", "reason"),
    [
        ({"Auto_Submitted": "auto-replied"}, "a@b.example", "automatic"),
        ({}, "", "automatic"),
        ({"List_Id": "<news.example>"}, "a@b.example", "mailing_list"),
        ({"Authentication_Results": "mx; dmarc=fail"}, "a@b.example", "not_authentic"),
        ({"text": " ", "subject": ""}, "a@b.example", "empty"),
        ({"sender": "MAILER-DAEMON@mx.example"}, "", "returned"),
    ],
)
def test_what_is_not_written_to_us_by_somebody_is_set_apart(
    in_app: Any, demo: World, values: dict[str, str], envelope: str, reason: str
) -> None:
    with in_app():
        arrived, row = take(mails.mail(to=desk(demo), **values), desk(demo), envelope)  # type: ignore[arg-type]
        assert (arrived.state, row.reason) == ("quarantined", reason)
        assert row.organisation_id == demo.organisations["post"]
        assert not db.session.execute(select(SupportRequest)).first()


def test_what_belongs_nowhere_or_cannot_be_read_waits_at_the_right_desk(in_app: Any, demo: World) -> None:
    with in_app():
        _arrived, row = take(mails.mail(), "nobody@hubs.example")
        assert (row.reason, row.organisation_id) == ("unknown_desk", demo.organisations["ministry"])
        _arrived, row = take(b"\0" * 200, desk(demo))
        assert (row.reason, row.organisation_id) == ("unreadable", demo.organisations["post"])
        assert row.subject is None
        _arrived, row = take(mails.mail(message_id="<2@x>"), "noreply@hubs.example")
        assert (row.reason, row.organisation_id) == ("not_for_mail", demo.organisations["ministry"])


def test_a_stranger_who_sends_very_many_mails_is_set_apart(
    in_app: Any, demo: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hubs.mailbox import sorting

    monkeypatch.setattr(sorting, "MOST_A_DAY", 2)
    with in_app():
        reasons = [take(mails.mail(message_id=f"<{number}@x>"), desk(demo))[1].reason for number in range(3)]
        assert reasons == [None, None, "too_many"]


# --- answers -----------------------------------------------------------------------------------------------


def _asked(demo: World) -> SupportRequest:
    """A question of which the entrepreneur is asked something."""
    made = question(demo)
    act_on_request(made, "ask", actor=actor_for(demo, "officer"), now=utcnow(), data={"note": "Which product?"})
    db.session.commit()
    return made


def _contact(support_request: SupportRequest) -> str:
    assert support_request.contact_person is not None
    return str(support_request.contact_person.email)


def test_an_answer_of_the_entrepreneur_answers_the_question_with_its_files(in_app: Any, demo: World) -> None:
    with in_app():
        asked = _asked(demo)
        address, contact = reply_address(asked, None, "entrepreneur"), _contact(asked)
        files = tuple((f"{number}.jpg", jpeg()) for number in range(7))
        raw = mails.mail(mails.ANSWERS["gmail_nl"], to=address, sender=contact, files=(*files, ("x.exe", b"MZ")))
        arrived, row = take(raw, address, contact)
        assert arrived.state == "answered", row.reason
        asked = db.session.get_one(SupportRequest, asked.id)
        assert asked.state == "in_hand"
        message = db.session.get_one(Message, row.message_row_id)
        assert message.text.startswith("Yes, that is right.\n\n")
        assert "x.exe" in message.text
        assert "schreef" not in message.text
        assert (message.kind, message.author_kind, message.via) == ("answer", "entrepreneur", "mail")
        assert db.session.execute(select(func.count()).select_from(QuestionFile)).scalar_one() == 7
        assert take(raw, address, contact)[0].is_repeat


@pytest.mark.parametrize("name", ["stranger", "officer", "void", "withdrawn", "forged"])
def test_an_answer_that_cannot_be_trusted_is_never_taken(in_app: Any, demo: World, name: str) -> None:
    with in_app():
        asked = _asked(demo)
        address, sender = reply_address(asked, None, "entrepreneur"), _contact(asked)
        expected = {"void": "bad_reply_address", "withdrawn": "conversation_over", "forged": "not_authentic"}
        if name == "stranger":
            sender = "somebody@else.example.nl"
        elif name == "officer":
            sender = demo.people["officer"].email
        elif name == "void":
            asked.link_version += 1
        elif name == "withdrawn":
            act_on_request(asked, "withdraw", actor=actor_for(demo, "officer"), now=utcnow(), data={})
        db.session.commit()
        marks = {"Authentication_Results": "mx; dmarc=fail"} if name == "forged" else {}
        before = db.session.execute(select(func.count()).select_from(Message)).scalar_one()
        arrived, row = take(mails.mail("I am somebody else", to=address, sender=sender, **marks), address, sender)  # type: ignore[arg-type]
        assert (arrived.state, row.reason) == ("quarantined", expected.get(name, "other_sender"))
        assert row.organisation_id == demo.organisations["post"]
        assert row.support_request_id == asked.id
        assert db.session.execute(select(func.count()).select_from(Message)).scalar_one() == before


def test_the_two_desks_of_a_referral_answer_each_for_their_own_side(in_app: Any, demo: World) -> None:
    with in_app():
        made = question(demo)
        act_on_request(
            made, "refer", actor=actor_for(demo, "officer"), now=utcnow(),
            data={"destinations": destinations(demo, "hub_a")},
        )  # fmt: skip
        referral = made.referrals[0]
        act_on_referral(referral, "ask", actor=actor_for(demo, "staff"), now=utcnow(), data={"note": "How many?"})
        db.session.commit()
        to_sender, to_receiver = (reply_address(made, referral, side) for side in ("sender", "receiver"))
        officer, staff = demo.people["officer"].email, demo.people["staff"].email
        _arrived, row = take(mails.mail("Ten.", sender=staff, to=to_sender), to_sender, staff)
        assert (row.reason, row.organisation_id) == ("other_sender", demo.organisations["post"])
        _arrived, row = take(mails.mail("Ten.", sender=officer, to=to_receiver), to_receiver, officer)
        assert (row.reason, row.organisation_id) == ("other_sender", demo.organisations["hub_a"])
        tells = mails.mail(f"Mail {_contact(made)}", sender=officer, to=to_sender, message_id="<t@x>")
        _arrived, row = take(tells, to_sender, officer)
        refused = row.reason
        _arrived, row = take(mails.mail("Ten.", sender=officer, to=to_sender, message_id="<3@x>"), to_sender, officer)
        assert row.state == "answered", row.reason
        assert db.session.get_one(type(referral), referral.id).state == "acknowledged"
        message = db.session.get_one(Message, row.message_row_id)
        assert (message.kind, message.author_id) == ("answer", demo.people["officer"].id)
        _arrived, row = take(mails.mail("Thanks", sender=staff, to=to_receiver, message_id="<4@x>"), to_receiver, staff)
        assert row.state == "answered", row.reason
        assert refused in ("refused", None)


def test_a_returned_mail_is_noted(in_app: Any, demo: World) -> None:
    with in_app():
        identifier = "01hzzzzzzzzzzzzzzzzzzzzzzz"
        arrived, row = take(mails.bounce(identifier), "noreply@hubs.example", "")
        assert (arrived.state, row.delivery_id) == ("noted", identifier)


# --- faults ------------------------------------------------------------------------------------------------


def test_a_virus_check_that_does_not_answer_leaves_the_mail_with_its_sender(
    in_app: Any, app: Flask, demo: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "VIRUS_SCANNER", "clamd://127.0.0.1:1")
    with in_app():
        with pytest.raises(TryAgain):
            take(mails.mail(files=(("foto.jpg", jpeg()),)), desk(demo))
        assert not db.session.execute(select(IncomingMail)).first()


def test_a_folder_is_emptied_and_what_was_taken_before_is_moved(in_app: Any, demo: World, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    with in_app():
        raw = mails.mail(to=f"Desk <{desk(demo)}>")
        (new / "1.eml").write_bytes(raw)
        (new / "2.eml").write_bytes(raw)
        (new / "3.eml").write_bytes(b"\0" * 100)
        (new / ".half.eml").write_bytes(b"From: half")
        (new / "note.txt").write_bytes(b"From: half")
        found = fetch(tmp_path, now=utcnow())
        assert (found.taken, found.apart, found.left) == (2, 1, 0)
        assert sorted(path.name for path in (tmp_path / "done").iterdir()) == ["1.eml", "2.eml"]
        assert [path.name for path in (tmp_path / "quarantine").iterdir()] == ["3.eml"]
        assert sorted(path.name for path in new.iterdir()) == [".half.eml", "note.txt"]
        assert db.session.execute(select(func.count()).select_from(SupportRequest)).scalar_one() == 1
        assert fetch(None, now=utcnow()).taken == 0


def test_a_folder_keeps_what_the_database_could_not_take(
    in_app: Any, demo: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hubs.mailbox import folder

    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1.eml").write_bytes(mails.mail(to=desk(demo)))
    (tmp_path / "new" / "2.eml").write_bytes(mails.mail(to=desk(demo), message_id="<2@x>"))

    def broken(raw: bytes, *_args: Any, **_values: Any) -> Arrived:
        if b"<2@x>" in raw:
            raise AttributeError("a fault of ours")
        raise TryAgain("later")

    monkeypatch.setattr(folder, "arrive", broken)
    with in_app():
        found = fetch(tmp_path, now=utcnow())
        assert (found.taken, found.apart, found.left) == (0, 1, 1)
        assert [path.name for path in (tmp_path / "new").iterdir()] == ["1.eml"]
