"""Ways round the front door: what was withdrawn, set apart, left or said to one desk stays so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accounts.models import Membership, Office, Organisation
from hubs.accounts.operations.people import invite_person
from hubs.companies.models import CompanyRecord
from hubs.core.clock import utcnow
from hubs.core.errors import RuleViolation, WrongState
from hubs.core.events import Event
from hubs.extensions import db
from hubs.mailbox.arrivals import arrive
from hubs.mailbox.models import IncomingMail
from hubs.mailbox.operations.forgetting import forget_mails
from hubs.mailbox.operations.handling import discard, pass_on
from hubs.missions.models import Mission, MissionHub
from hubs.missions.operations import MissionData, ParticipantData, add_participant, create_mission
from hubs.missions.queries import sees_ask
from hubs.outbox.conversation import ABOUT_REFERRAL, thread_of
from hubs.referrals.feedback.operations import give_feedback, reopen_after_feedback
from hubs.referrals.intake.asking import drop_unconfirmed
from hubs.referrals.lists.asked import asked_of
from hubs.referrals.lists.selecting import Moment
from hubs.referrals.lists.selecting import referrals as questions_sent
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import (
    act_on_referral,
    act_on_request,
    return_to_post,
    withdraw_consent,
    write_message,
)
from hubs.referrals.operations.messages import add_message, may_write
from hubs.referrals.reading import messages_visible_to
from hubs.referrals.reply_addresses import reply_address
from tests.mailbox import mails
from tests.missions.samples import mission_values
from tests.referrals.builders import CANARY, TEXT, actor_for, destinations, entrepreneur, question
from tests.world import World


def helped(demo: World) -> tuple[SupportRequest, Referral]:
    """A question that hub A took on and closed."""
    asked, now = question(demo), utcnow()
    data = {"destinations": destinations(demo, "hub_a")}
    act_on_request(asked, "refer", actor=actor_for(demo, "officer"), now=now, data=data)
    referral = asked.referrals[0]
    for action, values in (("accept", {}), ("record_contact", {}), ("close", {"outcome": "information_given"})):
        act_on_referral(referral, action, actor=actor_for(demo, "manager"), now=now, data=values)
    return asked, referral


def test_whose_consent_was_withdrawn_gets_no_mail_of_a_hub_that_was_done(in_app: Any, demo: World) -> None:
    with in_app():
        asked, referral = helped(demo)
        hub, officer, now = actor_for(demo, "manager"), actor_for(demo, "officer"), utcnow()
        assert may_write(asked, referral, "entrepreneur", hub)
        withdraw_consent(asked, actor=entrepreneur(asked), now=now)
        for actor, to in ((hub, "entrepreneur"), (hub, "desks"), (officer, "desks")):
            assert not may_write(asked, referral, to, actor)
            with pytest.raises(WrongState):
                write_message(asked, "Nog iets.", to=to, actor=actor, now=now, referral=referral)
        assert write_message(asked, "Voor onszelf.", to="own", actor=hub, now=now, referral=referral).kind == "note"


def test_what_is_said_of_a_hub_is_for_the_desk(in_app: Any, demo: World) -> None:
    with in_app():
        asked, referral = helped(demo)
        client, hub, now = entrepreneur(asked), actor_for(demo, "manager"), utcnow()
        closing = asked.closed_at
        assert closing is not None
        give_feedback(asked, closing, "not_helped", "De hub belde nooit.", actor=client, now=now)
        reopen_after_feedback(asked, closing, actor=client, now=now)
        said = [message.text for message in messages_visible_to(actor_for(demo, "officer"), asked, now)]
        assert "De hub belde nooit." in said
        assert "De hub belde nooit." not in [message.text for message in messages_visible_to(hub, referral, now)]


def test_a_reply_to_a_hub_never_goes_to_who_left_it(in_app: Any, demo: World) -> None:
    with in_app():
        asked, referral = helped(demo)
        hub, now = actor_for(demo, "manager"), utcnow()
        referral.handler_id = hub.id
        write_message(asked, "Dag.", to="entrepreneur", actor=hub, now=now, referral=referral)
        entry = db.session.execute(select(Event).where(Event.kind == ABOUT_REFERRAL)).scalar_one()

        def reply_to() -> str:
            db.session.expire_all()
            return thread_of(entry, "entrepreneur", ABOUT_REFERRAL, asked, referral, "x@hubs.example").reply_to

        assert reply_to() == "manager@example.nl"
        for row in db.session.execute(select(Membership).where(Membership.person_id == hub.id)).scalars():
            row.ended_at = now
        db.session.flush()
        assert reply_to() == (db.session.get_one(Office, referral.to_office_id).email or "")


def replied(asked: SupportRequest, mark: str) -> IncomingMail:
    """A reply about this question, from an address that nobody knows."""
    address = reply_address(asked, None, "entrepreneur")
    db.session.commit()
    raw = mails.mail("Van mijn andere adres.", sender="x@other.example.nl", message_id=f"<{mark}@other.example.nl>")
    arrived = arrive(raw, address, envelope_from="x@other.example.nl", now=utcnow())
    assert arrived.is_set_apart
    return db.session.get_one(IncomingMail, arrived.id)


def test_throwing_a_mail_away_leaves_the_question_it_was_about(in_app: Any, demo: World) -> None:
    with in_app():
        asked, now = question(demo, submit=False), utcnow()
        row = replied(asked, "one")
        assert row.support_request_id == asked.id
        discard(row, {"reason": "spam"}, actor=actor_for(demo, "officer"), now=now)
        db.session.flush()
        assert forget_mails(now + timedelta(days=31)) == 1
        assert (asked.state, asked.text) == ("draft", TEXT)


def test_a_reply_to_what_nobody_confirmed_keeps_nothing_of_it(in_app: Any, demo: World) -> None:
    with in_app():
        asked, now = question(demo, submit=False), utcnow()
        asked.created_by = None  # as it comes from the public page
        row = replied(asked, "two")
        assert row.support_request_id is None  # not the desk's yet
        assert drop_unconfirmed(now + timedelta(days=8)) == 1
        assert db.session.execute(select(SupportRequest)).first() is None


def test_who_takes_part_in_a_mission_stays_when_a_draft_goes(in_app: Any, demo: World) -> None:
    with in_app():
        officer, now = actor_for(demo, "officer"), utcnow()
        asked = question(demo, submit=False)
        asked.created_by = None  # as it comes from the public page
        office = db.session.get_one(Office, demo.offices["post"])
        mission = create_mission(MissionData(name_nl="M", name_en="M"), office=office, actor=officer, now=now)
        who = ParticipantData(
            company=CANARY["company"], kvk_number=CANARY["kvk"], contact=CANARY["person"], email=CANARY["email"]
        )
        participant, _new = add_participant(mission, who, actor=officer, now=now)
        assert participant.contact_person_id == asked.contact_person_id
        assert drop_unconfirmed(now + timedelta(days=8)) == 1
        db.session.refresh(participant)
        person = participant.contact_person
        assert person is not None and person.name == CANARY["person"]
        assert db.session.get(CompanyRecord, (mission.organisation_id, participant.company_id)) is not None


def test_a_stray_mail_is_passed_on_to_no_hub_or_partner(in_app: Any, demo: World) -> None:
    with in_app():
        now, central = utcnow(), actor_for(demo, "administrator")
        mail_id = arrive(mails.mail(), "nobody@hubs.example", envelope_from="x@y.example", now=now).id
        row = db.session.get_one(IncomingMail, mail_id)
        for name in ("hub_a", "partner"):
            with pytest.raises(RuleViolation):
                pass_on(row, demo.organisations[name], actor=central, now=now)
        pass_on(row, demo.organisations["post"], actor=central, now=now)
        assert row.organisation_id == demo.organisations["post"]


def test_who_works_for_one_office_answers_for_that_office(in_app: Any, demo: World) -> None:
    with in_app():
        values = mission_values(demo, "post", "officer", "CO", "hub_a")
        mission = db.session.get_one(Mission, values["mission_id"])
        ask = db.session.get_one(MissionHub, values["ask_id"])
        manager = actor_for(demo, "manager")
        assert sees_ask(ask, mission, manager)
        assert sees_ask(ask, mission, replace(manager, office_id=ask.office_id))
        assert not sees_ask(ask, mission, replace(manager, office_id=demo.offices["post"]))
        assert not sees_ask(ask, mission, actor_for(demo, "other_manager"))


def test_who_leads_one_office_takes_nobody_s_reach(in_app: Any, demo: World) -> None:
    with in_app():
        manager, now = actor_for(demo, "manager"), utcnow()
        hub = db.session.get_one(Organisation, manager.organisation_id)
        leader = replace(manager, id=None, person_id=None, office_id=demo.offices["hub_a"])
        who: dict[str, Any] = {"name": "X", "role": "staff", "office_id": leader.office_id, "language": "nl"}
        with pytest.raises(RuleViolation):
            invite_person(hub, email="manager@example.nl", actor=leader, now=now, **who)
        rows = db.session.execute(select(Membership).where(Membership.person_id == manager.id)).scalars().all()
        assert [row.office_id for row in rows] == [None]
        assert invite_person(hub, email="new@example.nl", actor=leader, now=now, **who).office_id == leader.office_id


def test_a_question_that_went_back_to_the_post_is_not_its_first_desk_s_any_more(in_app: Any, demo: World) -> None:
    with in_app():
        hub, officer, now = actor_for(demo, "manager"), actor_for(demo, "officer"), utcnow()
        asked = question(demo, owner="hub_a", services=("customs_advice",), consent=None)
        add_message(asked, "remark", "Kanarie van de hub.", actor=hub, now=now)
        data = {"destinations": destinations(demo, "post")}
        act_on_request(asked, "refer", actor=hub, now=now, data=data)
        sent, moment = asked.referrals[0], Moment(now, "UTC", now, {})

        def listed(**values: str) -> list[Any]:
            statement, _keys = questions_sent(
                hub, asked_of("referrals", {"box": "out", "state": "all", **values}), moment
            )
            return list(db.session.execute(statement).all())

        assert [row.Referral.id for row in listed(market="CO")] == [sent.id]
        return_to_post(asked, actor=entrepreneur(asked), now=now)
        asked.handler_id = officer.id
        db.session.flush()
        assert asked.owner_id == demo.organisations["post"]
        assert [row.own_handler for row in listed()] == [None]
        assert not listed(market="CO") and not listed(handler=str(officer.id))
        said = [message.text for message in messages_visible_to(officer, asked, now)]
        assert "Kanarie van de hub." not in said
