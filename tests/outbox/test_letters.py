"""Who is told what: for every kind of letter the right readers get one mail, in their language, without names.

Each case prepares a situation, lets the outbox empty, does one deed and compares every mail that follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select, update

from hubs.accounts.actor import THE_SERVICE, Actor
from hubs.accounts.models import Membership, Office, Organisation, Person
from hubs.accounts.operations import own_account, people
from hubs.agreements.models import Agreement, AgreementPost
from hubs.agreements.operations import act_on_agreement
from hubs.core.clock import utcnow
from hubs.core.durations import when_words
from hubs.core.events import OutboxItem, record
from hubs.core.stamps import ROUTING, bump
from hubs.core.uploads import receive
from hubs.directory.models import HubProfile
from hubs.extensions import db
from hubs.outbox import complaining, dispatch, letters
from hubs.outbox.models import Delivery
from hubs.referrals import operations as does
from hubs.referrals.complaints import answer_complaint, complain
from hubs.referrals.complaints.lateness import tell_late
from hubs.referrals.intake.afterwards import add_files_of_entrepreneur
from hubs.referrals.intake.asking import ask_confirmation, confirm_asked
from hubs.referrals.intake.relinking import replace_links
from hubs.referrals.models import Referral, SupportRequest
from tests.conftest import csrf_of
from tests.files import pdf
from tests.referrals.builders import CANARY, actor_for, destinations, entrepreneur, question
from tests.world import World, agreement

SENDER = "Hubs <noreply@hubs.example>"
CLIENT, OFFICER, MANAGER = CANARY["email"], "officer@example.nl", "manager@example.nl"
POST, HUB_A, HUB_B, PARTNER = (
    "post@example.nl",
    "casa-voorbeeld@example.nl",
    "hub-andes@example.nl",
    "partner@example.nl",
)
Told = set[tuple[str, str, str]]  # address, letter, language
Case = Callable[["Scene"], Iterator[Told]]
CASES: dict[str, Case] = {}


class Scene:
    """The world, the moment, and the people in it."""

    def __init__(self, demo: World) -> None:
        self.demo = demo
        self.now: datetime = utcnow()

    def person(self, name: str) -> Actor:
        return actor_for(self.demo, name)

    def asked(self, **values: Any) -> SupportRequest:
        return question(self.demo, **values)

    def refer(self, asked: SupportRequest, hub: str = "hub_a", **data: Any) -> Referral:
        values = {"destinations": destinations(self.demo, hub), **data}
        does.act_on_request(asked, "refer", actor=self.person("officer"), now=self.now, data=values)
        return asked.referrals[-1]

    def sent(self) -> Referral:
        return self.refer(self.asked())

    def by_desk(self, asked: SupportRequest, action: str, **data: Any) -> None:
        does.act_on_request(asked, action, actor=self.person("officer"), now=self.now, data=data)

    def by_hub(self, referral: Referral, action: str, **data: Any) -> None:
        does.act_on_referral(referral, action, actor=self.person("manager"), now=self.now, data=data)

    def accepted(self) -> Referral:
        referral = self.sent()
        self.by_hub(referral, "accept")
        return referral

    def later(self, moment: datetime) -> datetime:
        self.now = moment
        return moment

    def agreement(self, **terms: Any) -> Agreement:
        row = agreement(self.demo, "hub_b", "post", **terms)
        row.drop_signatures()
        db.session.flush()
        return row


def case(*kinds: str) -> Callable[[Case], Case]:
    """Which letters a case is about; a table of all of them is checked below."""

    def keep(function: Case) -> Case:
        for kind in kinds:
            CASES[kind] = function
        return function

    return keep


# --- the question ------------------------------------------------------------------------------------------


def unconfirmed(scene: Scene) -> SupportRequest:
    """Asked on the public page and not confirmed yet."""
    draft = scene.asked(submit=False)
    draft.created_by = None
    db.session.flush()
    return draft


@case("entrepreneur:support_request.asked")
def asked_by_web(scene: Scene) -> Iterator[Told]:
    draft = unconfirmed(scene)
    yield set()
    ask_confirmation(draft, now=scene.now)
    yield {(CLIENT, "entrepreneur:support_request.asked", "nl")}


@case("desk:support_request.submit")
def confirmed_by_web(scene: Scene) -> Iterator[Told]:
    draft = unconfirmed(scene)
    yield set()
    confirm_asked(draft, now=scene.now)
    yield {(CLIENT, "entrepreneur:support_request.submit", "nl"), (POST, "desk:support_request.submit", "nl")}


@case("entrepreneur:support_request.submit")
def written_down_by_the_desk(scene: Scene) -> Iterator[Told]:
    """The desk knows: it wrote it. The entrepreneur reads English here."""
    yield set()
    scene.asked(language="en")
    yield {(CLIENT, "entrepreneur:support_request.submit", "en")}


@case("entrepreneur:consent.recorded")
def consent_by_telephone(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    yield set()
    data = {"channel": "telephone", "asks_confirmation": True}
    record(db.session(), "consent.recorded", asked.consent, actor=scene.person("officer"), now=scene.now, data=data)
    yield {(CLIENT, "entrepreneur:consent.recorded", "nl")}


@case("entrepreneur:consent.asked")
def consent_asked_by_mail(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    yield set()
    data = {"channel": "asked_by_mail"}
    record(db.session(), "consent.recorded", asked.consent, actor=scene.person("officer"), now=scene.now, data=data)
    yield {(CLIENT, "entrepreneur:consent.asked", "nl")}


@case("desk:support_request.mail_returned")
def a_mail_came_back(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    yield set()
    record(db.session(), "support_request.mail_returned", asked, actor=THE_SERVICE, now=scene.now)
    yield {(POST, "desk:support_request.mail_returned", "nl")}


@case("entrepreneur:support_request.ask")
def the_desk_asks(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    yield set()
    scene.by_desk(asked, "ask", note="Hoeveel contracten?")
    yield {(CLIENT, "entrepreneur:support_request.ask", "nl")}


@case("desk:support_request.answer")
def the_entrepreneur_answers(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    scene.by_desk(asked, "ask", note="Hoeveel contracten?")
    yield set()
    does.act_on_request(asked, "answer", actor=entrepreneur(asked), now=scene.now, data={"note": "Drie."})
    yield {(OFFICER, "desk:support_request.answer", "en")}


@case("desk:support_request.add_information")
def the_entrepreneur_adds(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    yield set()
    does.add_information(asked, "Het zijn er vier.", actor=entrepreneur(asked), now=scene.now)
    yield {(POST, "desk:support_request.add_information", "nl")}


@case("entrepreneur:support_request.closed")
def the_desk_helps(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    yield set()
    scene.by_desk(asked, "serve", reason="client_choice")
    yield {(CLIENT, "entrepreneur:support_request.closed", "nl")}


@case("entrepreneur:support_request.withdraw", "receiver:referral.withdraw")
def the_desk_withdraws(scene: Scene) -> Iterator[Told]:
    referral = scene.sent()
    yield set()
    scene.by_desk(referral.support_request, "withdraw")
    yield {(CLIENT, "entrepreneur:support_request.withdraw", "nl"), (HUB_A, "receiver:referral.withdraw", "nl")}


@case("desk:support_request.withdraw")
def the_entrepreneur_withdraws(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    yield set()
    does.act_on_request(asked, "withdraw", actor=entrepreneur(asked), now=scene.now)
    yield {(CLIENT, "entrepreneur:support_request.withdraw", "nl"), (POST, "desk:support_request.withdraw", "nl")}


@case("entrepreneur:support_request.withdraw_consent", "desk:support_request.withdraw_consent")
def no_more_consent(scene: Scene) -> Iterator[Told]:
    """The hub had accepted: its handler is told. The entrepreneur did it: no letter that the place said no."""
    referral = scene.accepted()
    asked = referral.support_request
    yield set()
    does.withdraw_consent(asked, actor=entrepreneur(asked), now=scene.now)
    yield {
        (CLIENT, "entrepreneur:support_request.withdraw_consent", "nl"),
        (OFFICER, "desk:support_request.withdraw_consent", "en"),
        (MANAGER, "receiver:referral.withdraw", "en"),
    }


@case("entrepreneur:support_request.moved", "desk:support_request.moved")
def back_to_the_post(scene: Scene) -> Iterator[Told]:
    asked = scene.asked(owner="hub_a")
    yield set()
    does.return_to_post(asked, actor=entrepreneur(asked), now=scene.now)
    yield {(CLIENT, "entrepreneur:support_request.moved", "nl"), (POST, "desk:support_request.moved", "nl")}


@case("entrepreneur:support_request.link_requested")
def the_link_again(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    yield set()
    record(db.session(), "support_request.link_requested", asked, actor=entrepreneur(asked), now=scene.now)
    yield {(CLIENT, "entrepreneur:support_request.link_requested", "nl")}


@case("desk:support_request.complain")
def not_satisfied(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    yield set()
    complain(asked, "Ik wacht al lang.", actor=entrepreneur(asked), now=scene.now)
    yield {(POST, "desk:support_request.complain", "nl")}


@case("head:support_request.complaint_overdue")
def a_complaint_waits_too_long(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    complaint = complain(asked, "Ik wacht al lang.", actor=entrepreneur(asked), now=scene.now)
    yield set()
    assert tell_late(complaint.id, now=scene.later(complaint.due_at))
    yield {("head@example.nl", "head:support_request.complaint_overdue", "en")}


@case("entrepreneur:support_request.answer_complaint")
def a_complaint_answered(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    complain(asked, "Ik wacht al lang.", actor=entrepreneur(asked), now=scene.now)
    yield set()
    answer_complaint(asked, "Ik bel je morgen.", actor=scene.person("officer"), now=scene.now)
    yield {(CLIENT, "entrepreneur:support_request.answer_complaint", "nl")}


@case("desk:support_request.add_file")
def a_file_added(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    yield set()
    with BytesIO(pdf()) as content:
        received = receive(content, "offerte.pdf")
    add_files_of_entrepreneur(asked, [received], actor=entrepreneur(asked), now=scene.now)
    yield {(POST, "desk:support_request.add_file", "nl")}


@case("entrepreneur:support_request.link_replaced")
def a_corrected_address(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    yield set()
    replace_links(asked.contact_person, actor=scene.person("officer"), now=scene.now)
    yield {(CLIENT, "entrepreneur:support_request.link_replaced", "nl")}


@case("desk:support_request.choose_place")
def the_entrepreneur_chooses(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    yield set()
    does.choose_place(asked, scene.demo.organisations["hub_b"], actor=entrepreneur(asked), now=scene.now)
    yield {(POST, "desk:support_request.choose_place", "nl")}


@case("desk:support_request.wait_over")
def room_again(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    for name in ("hub_a", "hub_b"):
        db.session.get_one(Office, scene.demo.offices[name]).weekly_capacity = 0
    bump(db.session(), ROUTING)
    does.choose_wait(asked, actor=entrepreneur(asked), now=scene.now)
    yield set()
    assert asked.waits_until is not None
    does.end_wait(asked.id, now=scene.later(asked.waits_until))
    yield {(POST, "desk:support_request.wait_over", "nl")}


@case("desk:support_request.due_soon")
def the_desk_is_nearly_late(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    yield set()
    assert asked.warn_at is not None
    does.warn("support_requests", asked.id, now=scene.later(asked.warn_at))
    yield {(POST, "desk:support_request.due_soon", "nl")}


@case("desk:support_request.overdue")
def the_desk_is_late(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    yield set()
    assert asked.due_at is not None
    does.breach("support_requests", asked.id, now=scene.later(asked.due_at))
    yield {(POST, "desk:support_request.overdue", "nl")}


# --- referrals ---------------------------------------------------------------------------------------------


@case("entrepreneur:referral.send", "receiver:referral.send")
def sent_to_a_hub(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    yield set()
    scene.refer(asked, "hub_b", reason="client_choice")
    yield {(CLIENT, "entrepreneur:referral.send", "nl"), (HUB_B, "receiver:referral.send", "en")}


@case("entrepreneur:support_request.signpost")
def a_cold_signpost(scene: Scene) -> Iterator[Told]:
    """The entrepreneur gets the address; the partner knows nothing. The last part signposted: done as well."""
    asked = scene.asked(services=("export_coaching",), consent=None)
    yield set()
    scene.by_desk(asked, "signpost", mode="cold", destinations=destinations(scene.demo, "partner"))
    yield {(CLIENT, "entrepreneur:support_request.signpost", "nl")}


def a_warm_signpost(scene: Scene) -> Iterator[Told]:
    """The partner gets it and has to answer: one mail says so to the entrepreneur."""
    asked = scene.asked(services=("export_coaching",), consent=["partner"])
    yield set()
    scene.by_desk(asked, "signpost", mode="warm", destinations=destinations(scene.demo, "partner"))
    yield {(CLIENT, "entrepreneur:referral.send", "nl"), (PARTNER, "receiver:referral.send", "nl")}


def another_place_chosen(scene: Scene) -> Iterator[Told]:
    """One mail to the desk, not two about the same choice."""
    referral = scene.sent()
    asked = referral.support_request
    yield set()
    does.choose_place(asked, scene.demo.organisations["hub_b"], actor=entrepreneur(asked), now=scene.now)
    yield {(OFFICER, "desk:support_request.choose_place", "en"), (HUB_A, "receiver:referral.withdraw", "nl")}


def the_hub_is_suspended(scene: Scene) -> Iterator[Told]:
    """What it had not accepted goes back: everybody concerned is told."""
    profile = db.session.get_one(HubProfile, scene.demo.organisations["hub_a"])
    scene.sent()
    yield set()
    does.set_hub_status(profile, "suspend", actor=scene.person("administrator"), now=scene.now, reason="Onderzoek.")
    yield {
        (CLIENT, "entrepreneur:support_request.taken_back", "nl"),
        (OFFICER, "desk:support_request.taken_back", "en"),
        (HUB_A, "receiver:referral.withdraw", "nl"),
        (MANAGER, "standing", "en"),
        (MANAGER, "agreement:agreement.pause", "en"),
        ("head@example.nl", "agreement:agreement.pause", "en"),
    }


MORE = (a_warm_signpost, another_place_chosen, the_hub_is_suspended)


@case("entrepreneur:referral.accept", "desk:referral.accept")
def accepted(scene: Scene) -> Iterator[Told]:
    referral = scene.sent()
    yield set()
    scene.by_hub(referral, "accept")
    yield {(CLIENT, "entrepreneur:referral.accept", "nl"), (OFFICER, "desk:referral.accept", "en")}


@case("entrepreneur:support_request.back_at_desk", "desk:support_request.back_at_desk")
def declined(scene: Scene) -> Iterator[Told]:
    referral = scene.sent()
    yield set()
    scene.by_hub(referral, "decline", reason="integrity")
    yield {
        (CLIENT, "entrepreneur:support_request.back_at_desk", "nl"),
        (OFFICER, "desk:support_request.back_at_desk", "en"),
    }


@case("entrepreneur:support_request.all_full", "desk:support_request.all_full")
def declined_and_nobody_else_has_room(scene: Scene) -> Iterator[Told]:
    referral = scene.sent()
    yield set()
    db.session.get_one(Office, scene.demo.offices["hub_b"]).weekly_capacity = 0
    bump(db.session(), ROUTING)
    scene.by_hub(referral, "decline", reason="no_capacity")
    yield {
        (CLIENT, "entrepreneur:support_request.all_full", "nl"),
        (OFFICER, "desk:support_request.all_full", "en"),
    }


@case("desk:referral.ask")
def the_hub_asks(scene: Scene) -> Iterator[Told]:
    referral = scene.sent()
    yield set()
    scene.by_hub(referral, "ask", note="Wanneer?")
    yield {(OFFICER, "desk:referral.ask", "en")}


@case("receiver:referral.answer")
def the_desk_answers(scene: Scene) -> Iterator[Told]:
    referral = scene.sent()
    scene.by_hub(referral, "ask", note="Wanneer?")
    yield set()
    does.act_on_referral(referral, "answer", actor=scene.person("officer"), now=scene.now, data={"note": "In mei."})
    yield {(HUB_A, "receiver:referral.answer", "nl")}


@case("desk:referral.close")
def the_hub_is_done(scene: Scene) -> Iterator[Told]:
    referral = scene.accepted()
    scene.by_hub(referral, "record_contact")
    yield set()
    scene.by_hub(referral, "close", outcome="introduction", note="Kennisgemaakt.")
    yield {(CLIENT, "entrepreneur:support_request.closed", "nl"), (OFFICER, "desk:referral.close", "en")}


@case("receiver:referral.recall", "entrepreneur:support_request.taken_back")
def recalled(scene: Scene) -> Iterator[Told]:
    """The desk did it itself and needs no mail; the entrepreneur hears where the question is."""
    referral = scene.sent()
    yield set()
    does.act_on_referral(referral, "recall", actor=scene.person("officer"), now=scene.now, data={"note": "Anders."})
    yield {(CLIENT, "entrepreneur:support_request.taken_back", "nl"), (HUB_A, "receiver:referral.recall", "nl")}


@case("desk:support_request.taken_back")
def refused_by_the_entrepreneur(scene: Scene) -> Iterator[Told]:
    """Who refused it knows; the desk has to look for another place, the hub need not look any more."""
    referral = scene.sent()
    yield set()
    does.refuse_place(referral, actor=entrepreneur(referral.support_request), now=scene.now)
    yield {(OFFICER, "desk:support_request.taken_back", "en"), (HUB_A, "receiver:referral.withdraw", "nl")}


@case("receiver:referral.lapse")
def nothing_was_said(scene: Scene) -> Iterator[Told]:
    referral = scene.sent()
    yield set()
    assert referral.decide_due_at is not None
    does.lapse(referral.id, now=scene.later(referral.decide_due_at))
    yield {
        (CLIENT, "entrepreneur:support_request.back_at_desk", "nl"),
        (OFFICER, "desk:support_request.back_at_desk", "en"),
        (HUB_A, "receiver:referral.lapse", "nl"),
    }


@case("receiver:referral.due_soon")
def the_hub_is_nearly_late(scene: Scene) -> Iterator[Told]:
    referral = scene.accepted()
    yield set()
    assert referral.warn_at is not None
    does.warn("referrals", referral.id, now=scene.later(referral.warn_at))
    yield {(MANAGER, "receiver:referral.due_soon", "en")}


@case("desk:referral.overdue", "receiver:referral.overdue")
def the_hub_is_late(scene: Scene) -> Iterator[Told]:
    referral = scene.accepted()
    yield set()
    assert referral.due_at is not None
    does.breach("referrals", referral.id, now=scene.later(referral.due_at))
    yield {(OFFICER, "desk:referral.overdue", "en"), (MANAGER, "receiver:referral.overdue", "en")}


@case("desk:referral.answer_due_soon")
def the_desk_must_answer_soon(scene: Scene) -> Iterator[Told]:
    """The term that runs is the sender's: the hub is not told to hurry."""
    referral = scene.sent()
    scene.by_hub(referral, "ask", note="Wanneer?")
    yield set()
    assert referral.warn_at is not None
    does.warn("referrals", referral.id, now=scene.later(referral.warn_at))
    yield {(OFFICER, "desk:referral.answer_due_soon", "en")}


@case("desk:referral.answer_overdue", "receiver:referral.answer_overdue")
def the_desk_did_not_answer(scene: Scene) -> Iterator[Told]:
    referral = scene.sent()
    scene.by_hub(referral, "ask", note="Wanneer?")
    yield set()
    assert referral.due_at is not None
    does.breach("referrals", referral.id, now=scene.later(referral.due_at))
    yield {(OFFICER, "desk:referral.answer_overdue", "en"), (HUB_A, "receiver:referral.answer_overdue", "nl")}


@case("desk:support_request.return_to_post")
def the_post_is_wanted(scene: Scene) -> Iterator[Told]:
    """All hubs are full and the entrepreneur wants the post: it must hear so."""
    asked = scene.asked()
    yield set()
    does.return_to_post(asked, actor=entrepreneur(asked), now=scene.now)
    yield {(POST, "desk:support_request.return_to_post", "nl")}


@case("entrepreneur:support_request.reopen")
def opened_again(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    scene.by_desk(asked, "close_unserved")
    yield set()
    scene.by_desk(asked, "reopen")
    yield {(CLIENT, "entrepreneur:support_request.reopen", "nl")}


@case("desk:support_request.reopen")
def opened_again_by_the_entrepreneur(scene: Scene) -> Iterator[Told]:
    asked = scene.asked()
    scene.by_desk(asked, "close_unserved")
    yield set()
    does.act_on_request(asked, "reopen", actor=entrepreneur(asked), now=scene.now)
    yield {(CLIENT, "entrepreneur:support_request.reopen", "nl"), (OFFICER, "desk:support_request.reopen", "en")}


# --- agreements, standing, accounts ------------------------------------------------------------------------


@case("agreement:agreement.offer")
def offered(scene: Scene) -> Iterator[Told]:
    row = scene.agreement(state="draft")
    yield set()
    act_on_agreement(row, "offer", actor=scene.person("head"), now=scene.now)
    yield {("other.manager@example.nl", "agreement:agreement.offer", "en")}


@case("agreement:agreement.sign")
def signed(scene: Scene) -> Iterator[Told]:
    row = scene.agreement(state="offered", starts_on=date.today() + timedelta(days=30))
    yield set()
    act_on_agreement(row, "sign", actor=scene.person("other_manager"), now=scene.now)
    yield {("head@example.nl", "agreement:agreement.sign", "en")}


@case("agreement:agreement.terminate")
def ended_by_one_side(scene: Scene) -> Iterator[Told]:
    """Of two posts one ends its own side: hub and the other post are told."""
    row = db.session.get_one(Agreement, scene.demo.agreements["hub_a"])
    row.posts.append(AgreementPost(post_id=scene.demo.organisations["far_post"], signed_at=scene.now, signed_by="x"))
    yield set()
    act_on_agreement(row, "terminate", actor=scene.person("head"), now=scene.now, data={"note": "Genoeg."})
    yield {
        (MANAGER, "agreement:agreement.terminate", "en"),
        ("far.head@example.nl", "agreement:agreement.terminate", "en"),
    }


@case("standing", "agreement:agreement.pause")
def suspended(scene: Scene) -> Iterator[Told]:
    profile = db.session.get_one(HubProfile, scene.demo.organisations["hub_a"])
    yield set()
    does.set_hub_status(profile, "suspend", actor=scene.person("administrator"), now=scene.now, reason="Onderzoek.")
    yield {
        (MANAGER, "standing", "en"),
        (MANAGER, "agreement:agreement.pause", "en"),
        ("head@example.nl", "agreement:agreement.pause", "en"),
    }


@case("agreement:agreement.resume")
def restored(scene: Scene) -> Iterator[Told]:
    profile = db.session.get_one(HubProfile, scene.demo.organisations["hub_a"])
    admin = scene.person("administrator")
    does.set_hub_status(profile, "suspend", actor=admin, now=scene.now, reason="Onderzoek.")
    yield set()
    does.set_hub_status(profile, "accredit", actor=admin, now=scene.now, reason="Klaar.")
    yield {
        (MANAGER, "standing", "en"),
        (MANAGER, "agreement:agreement.resume", "en"),
        ("head@example.nl", "agreement:agreement.resume", "en"),
    }


def invited(scene: Scene, email: str) -> None:
    organisation = db.session.get_one(Organisation, scene.demo.organisations["post"])
    people.invite_person(
        organisation, name="Proef Nieuw", email=email, role="officer", office_id=None, language="nl",
        actor=scene.person("head"), now=scene.now,
    )  # fmt: skip


@case("account:account.invited")
def somebody_is_invited(scene: Scene) -> Iterator[Told]:
    yield set()
    invited(scene, "nieuw@example.nl")
    yield {("nieuw@example.nl", "account:account.invited", "nl")}


@case("account:account.membership_added")
def another_role(scene: Scene) -> Iterator[Told]:
    """Somebody who acts for this organisation already gets the role at once."""
    yield set()
    invited(scene, "head@example.nl")
    yield {("head@example.nl", "account:account.membership_added", "en")}


@case("account:account.reset_requested")
def forgotten(scene: Scene) -> Iterator[Told]:
    person = db.session.get_one(Person, scene.demo.people["officer"].id)
    yield set()
    own_account.request_reset(person, now=scene.now)
    yield {(OFFICER, "account:account.reset_requested", "en")}


@case("account:account.password_set")
def changed(scene: Scene) -> Iterator[Told]:
    person = db.session.get_one(Person, scene.demo.people["officer"].id)
    link = own_account.make_link(person, "reset", now=scene.now)
    yield set()
    own_account.set_password(link, password_hash="x", now=scene.now)
    yield {(OFFICER, "account:account.password_set", "en")}


# --- running them ------------------------------------------------------------------------------------------


@pytest.fixture
def post_round(in_app: Callable[[], Any]) -> Callable[[], list[EmailMessage]]:
    """Everything that waits goes out; what was sent."""

    def run() -> list[EmailMessage]:
        sent: list[EmailMessage] = []
        with in_app():
            while dispatch.work_once(sent.append, sender=SENDER):
                pass
        return sent

    return run


def play(in_app: Any, demo: World, post_round: Any, chosen: Case) -> tuple[Told, list[EmailMessage], Told]:
    """What was to be told, the mails, and what the deliveries say they are. What led up to it mails nobody."""
    with in_app() as session:
        running = chosen(Scene(demo))
        next(running)
        session.execute(update(OutboxItem).values(done_at=utcnow()).execution_options(synchronize_session=False))
        expected = next(running)
        session.commit()
    sent = post_round()
    with in_app() as session:
        rows = session.execute(select(Delivery)).scalars().all()
        found = {(row.address, row.template, row.language) for row in rows if row.state == "sent"}
    return expected, sent, found


def all_letters() -> set[str]:
    groups = {
        "entrepreneur": letters.ENTREPRENEUR, "desk": letters.DESK, "receiver": letters.RECEIVER,
        "agreement": letters.AGREEMENT, "account": letters.ACCOUNT, complaining.GROUP: complaining.LETTERS,
    }  # fmt: skip
    return {"standing"} | {f"{group}:{kind}" for group, table in groups.items() for kind in table}


def test_every_letter_has_a_case() -> None:
    assert all_letters() == set(CASES)


PLAYS = {play.__name__: play for play in (*CASES.values(), *MORE)}


@pytest.mark.parametrize("name", sorted(PLAYS))
def test_the_right_people_get_one_mail_each(in_app: Any, demo: World, post_round: Any, name: str) -> None:
    expected, sent, found = play(in_app, demo, post_round, PLAYS[name])
    assert found == expected
    assert sorted(message["To"] for message in sent) == sorted(address for address, _, _ in expected)
    languages = {(address, language) for address, _, language in expected}
    for message in sent:
        assert (message["To"], message["Content-Language"]) in languages
        assert "%(" not in message["Subject"] + message.get_content()
        links = message.get_content().count("http://") - message.get_content().count("/feedback/")
        assert links <= 1  # one way on; a closing mail holds one for each answer besides
        _names_nobody(message)
    assert post_round() == []


def _names_nobody(message: EmailMessage) -> None:
    """Neither who asks, nor what they ask, nor who works where; what is written to the entrepreneur they may read."""
    lines = message.get_content().splitlines()
    if message["To"] == CLIENT:
        lines = [line for line in lines if not line.startswith("> ")]
    text = " ".join([*str(message["Subject"]).split(), *" ".join(lines).split()])
    for secret in (*CANARY.values(), "monteurs", "contracten", "Onderzoek", "Genoeg", "Wanneer", "Proef", "Verzonnen"):
        assert secret not in text, secret


# --- who is not told ---------------------------------------------------------------------------------------


def leave(demo: World, persona: str, how: str) -> None:
    person = db.session.get_one(Person, demo.people[persona].id)
    membership = db.session.execute(select(Membership).where(Membership.person_id == person.id)).scalar_one()
    if how == "blocked":
        person.is_active = False
    else:
        membership.ended_at = utcnow()
    db.session.flush()


@pytest.mark.parametrize("how", ["left", "blocked"])
def test_who_left_gets_no_mail_and_the_desk_does(in_app: Any, demo: World, post_round: Any, how: str) -> None:
    with in_app() as session:
        scene = Scene(demo)
        referral = scene.accepted()
        leave(demo, "officer", how)
        leave(demo, "manager", how)
        identifier = referral.id
        session.commit()
    post_round()
    with in_app() as session:
        referral = session.get(Referral, identifier)
        does.breach("referrals", referral.id, now=referral.due_at)
        session.commit()
    assert sorted(message["To"] for message in post_round()) == [HUB_A, POST]


def test_without_an_office_address_the_leaders_are_mailed_and_not_those_who_left(
    in_app: Any, demo: World, post_round: Any
) -> None:
    with in_app() as session:
        scene = Scene(demo)
        session.get(Office, demo.offices["hub_a"]).email = None
        second = Person(
            name="Tweede", email="tweede@example.nl", email_folded="tweede@example.nl", language="nl",
            created_at=scene.now,
        )  # fmt: skip
        session.add(second)
        session.flush()
        place = demo.organisations["hub_a"]
        session.add(Membership(person_id=second.id, organisation_id=place, role="manager", ended_at=scene.now))
        session.commit()
        scene.sent()
        session.commit()
    assert MANAGER in {message["To"] for message in post_round()}
    with in_app() as session:
        addresses = set(session.execute(select(Delivery.address)).scalars())
    assert "tweede@example.nl" not in addresses and "staff@example.nl" not in addresses


def test_an_entrepreneur_without_an_address_gets_none(in_app: Any, demo: World, post_round: Any) -> None:
    with in_app() as session:
        asked = question(demo)
        asked.contact_person.email = None
        session.commit()
    assert post_round() == []


def test_news_of_a_week_ago_is_not_mailed(in_app: Any, demo: World, post_round: Any) -> None:
    with in_app() as session:
        question(demo, now=utcnow() - timedelta(days=8))
        session.commit()
    assert post_round() == []


def test_a_used_invitation_is_not_mailed_any_more(in_app: Any, demo: World, post_round: Any) -> None:
    with in_app() as session:
        scene = Scene(demo)
        invited(scene, "nieuw@example.nl")
        membership = session.execute(
            select(Membership).join(Membership.person).where(Person.email_folded == "nieuw@example.nl")
        ).scalar_one()
        people.end_membership(membership, actor=scene.person("head"), now=scene.now)
        session.commit()
    assert [m for m in post_round() if m["To"] == "nieuw@example.nl"] == []


# --- the links in them -------------------------------------------------------------------------------------


def link_in(message: EmailMessage) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", message.get_content())
    assert found, message.get_content()
    return found.group(1)


def only(sent: list[EmailMessage], address: str) -> EmailMessage:
    (message,) = [each for each in sent if each["To"] == address]
    return message


def test_the_tracking_link_shows_the_question(app: Flask, in_app: Any, demo: World, post_round: Any) -> None:
    with in_app() as session:
        asked = question(demo)
        reference = asked.reference
        session.commit()
    path = link_in(only(post_round(), CLIENT))
    page = app.test_client().get(path)
    assert page.status_code == 200 and reference in page.get_data(as_text=True)


def test_the_consent_link_confirms_once(app: Flask, in_app: Any, demo: World, post_round: Any) -> None:
    expected, sent, _found = play(in_app, demo, post_round, consent_by_telephone)
    assert expected
    path, client = link_in(only(sent, CLIENT)), app.test_client()
    assert client.get(path).status_code == 200
    answer = client.post(path, data={"action": "confirm", "csrf_token": csrf_of(client, path)})
    assert answer.status_code == 303
    with in_app() as session:
        asked = session.execute(select(SupportRequest)).scalars().one()
        assert asked.consent.confirmed_at is not None


def test_a_no_on_the_consent_link_takes_everything_back(app: Flask, in_app: Any, demo: World, post_round: Any) -> None:
    with in_app() as session:
        scene = Scene(demo)
        referral = scene.sent()
        consent = referral.support_request.consent
        data = {"channel": "telephone"}
        record(db.session(), "consent.recorded", consent, actor=scene.person("officer"), now=scene.now, data=data)
        identifier = referral.id
        session.commit()
    sent = [m for m in post_round() if "/consent/" in m.get_content()]
    path, client = link_in(sent[0]), app.test_client()
    assert client.post(path, data={"action": "refuse", "csrf_token": csrf_of(client, path)}).status_code == 303
    with in_app() as session:
        assert session.get(Referral, identifier).state == "withdrawn"


def test_the_confirmation_link_sends_the_question(app: Flask, in_app: Any, demo: World, post_round: Any) -> None:
    _expected, sent, _found = play(in_app, demo, post_round, asked_by_web)
    path, client = link_in(only(sent, CLIENT)), app.test_client()
    assert client.get(path).status_code == 200
    assert client.post(path, data={"csrf_token": csrf_of(client, path)}).status_code == 303
    with in_app() as session:
        assert session.execute(select(SupportRequest)).scalars().one().state == "received"


@pytest.mark.parametrize(
    ("played", "address", "persona"),
    [
        (sent_to_a_hub, HUB_B, "other_manager"),
        (declined, OFFICER, "officer"),
        (offered, "other.manager@example.nl", "other_manager"),
    ],
)
def test_a_work_link_leads_where_the_reader_may_be(
    app: Flask, in_app: Any, demo: World, post_round: Any, client_for: Any, played: Case, address: str, persona: str
) -> None:
    _expected, sent, _found = play(in_app, demo, post_round, played)
    path = link_in(only(sent, address))
    assert app.test_client().get(path).status_code == 303
    assert client_for(persona).get(path).status_code == 200


def test_an_invitation_opens_and_a_reset_sets(app: Flask, in_app: Any, demo: World, post_round: Any) -> None:
    _expected, sent, _found = play(in_app, demo, post_round, somebody_is_invited)
    assert app.test_client().get(link_in(only(sent, "nieuw@example.nl"))).status_code == 200


# --- what they say of terms --------------------------------------------------------------------------------


def test_yes_or_no_is_asked_by_the_moment_it_lapses(in_app: Any, demo: World, post_round: Any) -> None:
    """The letter names the end of the time to decide, not that of the time to acknowledge."""
    with in_app() as session:
        scene = Scene(demo)
        referral = scene.sent()
        decide, zone = referral.decide_due_at, referral.receiver_office.timezone
        assert referral.due_at != decide
        session.commit()
    sent = sorted(post_round(), key=lambda message: message["To"] != HUB_A)
    with in_app(), force_locale("nl"):
        words = when_words(decide, zone, utcnow(), dated=True)
    client = [m for m in sent if m["To"] == CLIENT and "/track/" in m.get_content()]
    with in_app(), force_locale("nl"):
        theirs = when_words(decide, "Europe/Amsterdam", utcnow(), dated=True)
    assert any(theirs in " ".join(m.get_content().split()) for m in client)
    assert words in " ".join(sent[0].get_content().split()), (words, sent[0].get_content())
