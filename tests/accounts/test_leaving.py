"""Somebody leaves, or may do less: what is open with them goes first, in one transaction; nothing stays behind."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hubs.accounts.models import Membership, Office, Person
from hubs.accounts.open_work import open_work_of
from hubs.accreditation.models import Decision, ProposalAssessor
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import RuleViolation
from hubs.core.events import Event
from hubs.core.types import new_id
from hubs.extensions import db
from hubs.outbox.reminders import run_once
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import act_on_referral, act_on_request, assign_handler
from hubs.referrals.operations.handing_over import DESK, close_membership, close_person, due_strays
from tests.accounts.conftest import send
from tests.accreditation.builders import assigned_proposal
from tests.referrals.builders import actor_for, destinations, question


@pytest.fixture
def open_work(app: Flask, demo: Any, in_app: Any) -> dict[str, str]:
    """Two questions with the officer and one with a colleague; a referral that hub staff accepted."""
    with in_app() as session:
        made = {}
        for number, persona in enumerate(("officer", "officer", "officer_2")):
            asked = question(demo, kvk=str(90000200 + number))
            act_on_request(asked, "take", actor=actor_for(demo, persona), now=utcnow(), data={})
            made[f"question_{number}"] = asked.reference
        sent = question(demo, kvk="90000210")
        data = {"destinations": destinations(demo, "hub_a")}
        act_on_request(sent, "refer", actor=actor_for(demo, "officer_2"), now=utcnow(), data=data)
        referral = sent.referrals[0]
        act_on_referral(referral, "accept", actor=actor_for(demo, "staff"), now=utcnow(), data={})
        made["referral"] = referral.reference
        session.commit()
    return made


def handler_of(app: Flask, reference: str) -> str | None:
    model = Referral if reference.startswith("D-") else SupportRequest
    with app.app_context():
        return db.session.execute(select(model.handler_id).where(model.reference == reference)).scalar_one()


def is_over(app: Flask, membership_id: str) -> bool:
    with app.app_context():
        return db.session.get(Membership, membership_id).ended_at is not None


def field_named(page: str, reference: str) -> str:
    """The field in which one says who takes this."""
    card = page.split(f'data-ref="{reference}"', 1)[1]
    return re.search(r'name="(to_[a-z_]+_[0-9a-z]{26})"', card)[1]


def hidden_of(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="((?:seen|to_)[^"]*)" value="([^"]*)"', page)
    return dict(found)


def test_an_account_closes_only_after_everything_has_gone(
    app: Flask, demo: Any, client_for: Any, membership_id: Any, events_of: Any, open_work: dict[str, str]
) -> None:
    head, identifier = client_for("head"), membership_id("officer")
    address = f"/people/{identifier}"
    answer = send(head, address, action="end")
    assert answer.status_code == 303 and answer.location.endswith(f"{address}/hand-over?then=leave")
    assert not is_over(app, identifier)
    page = head.get(answer.location).get_data(as_text=True)
    assert open_work["question_0"] in page and open_work["question_1"] in page
    assert open_work["question_2"] not in page and open_work["referral"] not in page
    first, second = (field_named(page, open_work[f"question_{n}"]) for n in (0, 1))
    seen = hidden_of(page)["seen"]
    # nothing chosen: said beside each, nothing done
    empty = send(head, answer.location, action="preview", seen=seen)
    assert empty.status_code == 422 and empty.get_data(as_text=True).count("Choose who takes H-") >= 2
    assert send(head, answer.location, action="confirm", seen=seen).status_code == 422
    assert handler_of(app, open_work["question_0"]) == demo.people["officer"].id and not is_over(app, identifier)
    # all to one, but one to the desk: the summary says so before it happens
    chosen = {"everything": demo.people["officer_2"].id, second: DESK, "seen": seen}
    summary = send(head, answer.location, action="preview", **chosen).get_data(as_text=True)
    assert f"{demo.people['officer_2'].name} gets 1 piece of work" in summary
    assert "1 piece of work goes to the desk" in summary
    assert handler_of(app, open_work["question_0"]) == demo.people["officer"].id and not is_over(app, identifier)
    hidden = hidden_of(summary)
    assert hidden[first] == demo.people["officer_2"].id and hidden[second] == DESK
    done = send(head, answer.location, action="confirm", **hidden)
    assert done.status_code == 303
    told = head.get(done.location).get_data(as_text=True)
    assert f"{demo.people['officer_2'].name} got 1 piece of work" in told and "1 piece of work is with the desk" in told
    assert handler_of(app, open_work["question_0"]) == demo.people["officer_2"].id
    assert handler_of(app, open_work["question_1"]) is None
    assert handler_of(app, open_work["question_2"]) == demo.people["officer_2"].id
    assert is_over(app, identifier)
    assert {each["to"] for each in events_of("work.handed_over")} == {demo.people["officer_2"].id, None}
    assert len(events_of("account.membership_ended")) == 1
    assigned = [each for each in events_of("support_request.assign") if each["handler_before"]]
    assert {each["actor"][1] for each in assigned} == {demo.people["head"].id}


def test_what_opened_meanwhile_shows_the_page_again(
    app: Flask, demo: Any, client_for: Any, in_app: Any, membership_id: Any, open_work: dict[str, str]
) -> None:
    head = client_for("head")
    address = f"/people/{membership_id('officer')}/hand-over?then=leave"
    page = head.get(address).get_data(as_text=True)
    with in_app() as session:
        late = question(demo, kvk="90000220")
        act_on_request(late, "take", actor=actor_for(demo, "officer"), now=utcnow(), data={})
        reference = late.reference
        session.commit()
    answer = send(head, address, action="confirm", everything=DESK, seen=hidden_of(page)["seen"])
    assert answer.status_code == 409 and reference in answer.get_data(as_text=True)
    assert not is_over(app, membership_id("officer")) and handler_of(app, reference) == demo.people["officer"].id


def test_a_receiver_needs_the_right_and_the_office(
    app: Flask, demo: Any, client_for: Any, in_app: Any, membership_id: Any, open_work: dict[str, str]
) -> None:
    with in_app() as session:
        office = Office(id=new_id(), organisation_id=demo.organisations["post"], position=1, city="Cali", market="CO")
        session.add(office)
        session.flush()
        row = session.get(Membership, membership_id("officer_2"))
        row.office_id = office.id
        session.commit()
    head, address = client_for("head"), f"/people/{membership_id('officer')}/hand-over?then=leave"
    page = head.get(address).get_data(as_text=True)
    assert f'value="{demo.people["head"].id}"' in page and f'value="{demo.people["officer_2"].id}"' not in page
    field = field_named(page, open_work["question_0"])
    for wrong in (demo.people["officer_2"].id, demo.people["staff"].id, demo.people["officer"].id, "nobody"):
        chosen = {"everything": DESK, field: wrong, "seen": hidden_of(page)["seen"], "action": "confirm"}
        assert send(head, address, **chosen).status_code == 422, wrong
    with in_app() as session:  # below the form too
        person = session.get(Person, demo.people["officer"].id)
        items = open_work_of(person.id, demo.organisations["post"])
        plan = {item.key: demo.people["staff"].id for item in items}
        leaving = session.get(Membership, membership_id("officer"))
        with pytest.raises(RuleViolation) as refused:
            close_membership(leaving, plan, actor=actor_for(demo, "head"), now=utcnow())
        assert {each.code for each in refused.value.problems} == {"receiver_refused"}


def test_a_role_that_may_not_handle_asks_to_hand_over_first(
    app: Flask, demo: Any, client_for: Any, in_app: Any, membership_id: Any, events_of: Any
) -> None:
    with in_app() as session:
        asked = question(demo, owner="ministry", market=None, services=(), consent=None, kvk="90000230")
        act_on_request(asked, "take", actor=actor_for(demo, "central_officer"), now=utcnow(), data={})
        reference, text = asked.reference, asked.title
        session.commit()
    administrator, identifier = client_for("administrator"), membership_id("central_officer")
    answer = send(administrator, f"/people/{identifier}", action="change", role="auditor", office_id="")
    assert answer.status_code == 303 and "then=change" in answer.location and "role=auditor" in answer.location
    page = administrator.get(answer.location).get_data(as_text=True)
    assert reference in page
    assert text[:40] not in page, "an administrator reads no questions"
    done = send(administrator, answer.location, action="confirm", everything=DESK, seen=hidden_of(page)["seen"])
    assert done.status_code == 303
    assert handler_of(app, reference) is None
    with app.app_context():
        assert db.session.get(Membership, identifier).role == "auditor"
    assert [each["to"] for each in events_of("account.membership_changed")] == ["auditor"]
    # an officer who becomes head keeps what they have: no detour
    head_of_post = client_for("head")
    assert send(
        head_of_post, f"/people/{membership_id('officer')}", action="change", role="head", office_id=""
    ).location.endswith("/people")


def test_who_is_closed_everywhere_leaves_nothing_anywhere(
    app: Flask, demo: Any, in_app: Any, client_for: Any, also_acts_for: Any, membership_id: Any, open_work: Any
) -> None:
    also_acts_for("officer", "far_post", "officer")
    with in_app() as session:
        far = question(demo, owner="far_post", market="VN", kvk="90000240")
        act_on_request(far, "take", actor=actor_for(demo, "far_officer"), now=utcnow(), data={})
        assign_handler(far, demo.people["officer"].id, actor=actor_for(demo, "far_head"), now=utcnow())
        reference = far.reference
        session.commit()
    administrator = client_for("administrator")
    page = administrator.get(f"/people/{membership_id('officer')}").get_data(as_text=True)
    assert reference not in page, "work of another organisation is not told here"
    answer = send(administrator, f"/people/{membership_id('officer')}", action="block")
    assert "3 pieces of open work are back" in administrator.get(answer.location).get_data(as_text=True)
    for each in (reference, open_work["question_0"], open_work["question_1"]):
        assert handler_of(app, each) is None
    with in_app(), pytest.raises(RuleViolation):
        me = db.session.get(Person, demo.people["administrator"].id)
        close_person(me, actor=actor_for(demo, "administrator"), now=utcnow())


def test_places_and_drafts_of_the_ministry_go_too(
    app: Flask, demo: Any, in_app: Any, client_for: Any, membership_id: Any
) -> None:
    with in_app() as session:
        proposal = assigned_proposal(session, demo)
        decision = Decision(
            id=new_id(), reference="B-7K4-29Q", kind="accredit", hub_id=proposal.hub_id, proposal_id=proposal.id,
            drafted_at=utcnow(), drafted_by_id=demo.people["assessor"].id, markets=["CO"],
        )  # fmt: skip
        session.add(decision)
        session.commit()
        reference, place = proposal.reference, proposal.assessors[0].position
    administrator = client_for("administrator")
    address = f"/people/{membership_id('assessor')}/hand-over?then=leave"
    page = administrator.get(address).get_data(as_text=True)
    assert reference in page and "B-7K4-29Q" in page
    field = field_named(page, reference)
    options = page.split(f'name="{field}"', 1)[1].split("</select>", 1)[0]
    assert demo.people["assessor_3"].id in options
    assert demo.people["assessor_2"].id not in options, "two people assess, each by themselves"
    assert demo.people["decision_maker"].id not in options
    chosen = {"everything": DESK, field: demo.people["assessor_3"].id, "seen": hidden_of(page)["seen"]}
    assert send(administrator, address, action="confirm", **chosen).status_code == 303
    with app.app_context():
        rows = db.session.execute(select(ProposalAssessor).where(ProposalAssessor.ended_at.is_(None))).scalars().all()
        held = {row.position: row.person_id for row in rows}
        assert held[place] == demo.people["assessor_3"].id and len(held) == 2
        assert db.session.execute(select(Decision.drafted_by_id)).scalar_one() is None


def test_the_last_head_cannot_leave_or_plan_to(
    app: Flask, demo: Any, client_for: Any, membership_id: Any, open_work: dict[str, str]
) -> None:
    head, identifier = client_for("head"), membership_id("head")
    address = f"/people/{identifier}/hand-over?then=leave"
    page = head.get(address).get_data(as_text=True)
    answer = send(head, address, action="confirm", seen=hidden_of(page)["seen"])
    assert answer.status_code == 422 and "Nobody else here can invite people" in answer.get_data(as_text=True)
    later = (local_day(utcnow()) + timedelta(days=30)).isoformat()
    planned = send(head, f"/people/{identifier}", action="plan", ends_on=later)
    assert planned.status_code == 422 and "Nobody else here can invite people" in planned.get_data(as_text=True)
    assert not is_over(app, identifier)


def test_a_planned_last_day_ends_access_by_itself(
    app: Flask, demo: Any, client_for: Any, api_for: Any, in_app: Any, membership_id: Any, open_work: dict[str, str]
) -> None:
    head, identifier = client_for("head"), membership_id("officer")
    today = local_day(utcnow())
    assert send(head, f"/people/{identifier}", action="plan", ends_on="2020-01-01").status_code == 422
    assert send(head, f"/people/{identifier}", action="plan", ends_on="soon").status_code == 422
    assert send(head, f"/people/{identifier}", action="plan", ends_on=today.isoformat()).status_code == 303
    officer = client_for("officer")
    assert officer.get("/questions").status_code == 200, "the last day counts"
    with in_app() as session:
        session.get(Membership, identifier).ends_on = today - timedelta(days=1)
        session.commit()
    assert officer.get("/questions").status_code == 303, "no schedule has run"
    assert "No: last day is over" in head.get("/people").get_data(as_text=True)
    assert handler_of(app, open_work["question_0"]) == demo.people["officer"].id
    with app.app_context():
        done = run_once(utcnow())
    assert done["leavers"] == 1
    assert handler_of(app, open_work["question_0"]) is None and is_over(app, identifier)
    with app.app_context():
        again = run_once(utcnow())
    assert again["leavers"] == again["strays"] == 0
    with in_app() as session:  # invited again: the old last day does not count any more
        row = session.get(Membership, identifier)
        assert row.ends_on is not None
    answer = send(
        head,
        "/people/invite",
        name="X",
        email=demo.people["officer"].email,
        role="officer",
        office_id="",
        language="nl",
    )
    assert answer.status_code == 303
    with app.app_context():
        assert db.session.get(Membership, identifier).ends_on is None


def test_a_personal_token_is_worth_nothing_after_its_person_left(
    demo: Any, api_for: Any, in_app: Any, membership_id: Any
) -> None:
    assert api_for("manager")("GET", "/support-requests").status_code == 200
    with in_app() as session:
        session.get(Membership, membership_id("manager")).ends_on = local_day(utcnow()) - timedelta(days=1)
        session.commit()
    assert api_for("manager")("GET", "/support-requests").status_code == 401
    assert api_for("hub_a")("GET", "/support-requests").status_code == 200, "the hub's own token is nobody's"


def test_work_that_strayed_is_found_by_the_clock(
    app: Flask, demo: Any, in_app: Any, membership_id: Any, open_work: dict[str, str]
) -> None:
    with in_app() as session:
        session.get(Membership, membership_id("staff")).ended_at = utcnow()  # by a door that handed nothing over
        session.commit()
        assert due_strays(utcnow()) == [(demo.people["staff"].id, demo.organisations["hub_a"])]
        session.rollback()
    with app.app_context():
        assert run_once(utcnow())["strays"] == 1
    assert handler_of(app, open_work["referral"]) is None


@pytest.mark.parametrize("persona", ["officer", "manager", "far_head"])
def test_nobody_else_hands_work_over(
    client_for: Any, membership_id: Any, open_work: dict[str, str], persona: str
) -> None:
    client = client_for(persona)
    address = f"/people/{membership_id('officer_2')}/hand-over"
    wanted = 403 if persona == "officer" else 404
    assert client.get(address).status_code == wanted
    assert send(client, address, page="/account", action="confirm").status_code == wanted


def test_handing_over_without_leaving(
    app: Flask, demo: Any, client_for: Any, membership_id: Any, open_work: dict[str, str]
) -> None:
    manager = client_for("manager", "nl")
    address = f"/people/{membership_id('staff')}/hand-over?then=stay"
    page = manager.get(address).get_data(as_text=True)
    field, seen = field_named(page, open_work["referral"]), hidden_of(page)["seen"]
    assert send(manager, address, action="preview", seen=seen).status_code == 422
    chosen = {field: demo.people["manager"].id, "seen": seen}
    assert send(manager, address, action="confirm", **chosen).status_code == 303
    assert handler_of(app, open_work["referral"]) == demo.people["manager"].id
    assert not is_over(app, membership_id("staff"))
    assert send(manager, address, page="/account", action="nonsense").status_code in (400, 422)
    assert manager.get(f"/people/{membership_id('staff')}/hand-over?then=change&role=officer").status_code == 404
    with app.app_context():
        kinds = set(db.session.execute(select(Event.kind)).scalars())
    assert "work.handed_over" in kinds
