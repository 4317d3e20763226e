"""Steps after a mission: on the work list of whoever has to do them, and handed over by whoever leaves."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accounts.models import Membership
from hubs.accounts.open_work import open_work_of
from hubs.core.clock import local_day, utcnow
from hubs.core.events import Event
from hubs.missions.models import FollowUpStep, Mission, Participant
from hubs.missions.operations import act_on_mission, add_step
from hubs.outbox.reminders import run_once
from hubs.referrals.operations.handing_over import DESK, due_strays
from tests.accounts.conftest import send
from tests.conftest import csrf_of
from tests.missions.samples import mission_values
from tests.referrals.builders import actor_for
from tests.world import World

TODAY = local_day(utcnow())


@pytest.fixture
def mission(in_app: Any, demo: World) -> dict[str, str]:
    with in_app() as session:
        values = mission_values(demo, "post", "officer", "CO", "hub_a")
        session.commit()
        return values


def step(session: Any, demo: World, values: dict[str, str], persona: str | None, due_on: date | None) -> FollowUpStep:
    participant = session.get(Participant, values["participant_id"])
    person = demo.people[persona].id if persona else None
    actor = actor_for(demo, "officer")
    made = add_step(participant, f"Call ({persona})", person_id=person, due_on=due_on, actor=actor, now=utcnow())
    session.commit()
    return made


def membership_of(in_app: Any, demo: World, persona: str) -> str:
    statement = select(Membership.id).where(Membership.person_id == demo.people[persona].id)
    with in_app() as session:
        return str(session.execute(statement).scalar_one())


def line(client: Any, mission_id: str) -> str:
    """The row of the work list about this mission, as words."""
    page = client.get("/work").get_data(as_text=True)
    found = re.search(rf'<li(?:(?!</li>).)*?href="/missions/{mission_id}/follow-up".*?</li>', page, re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found.group(0))).split()) if found else ""


def test_what_is_due_stands_on_the_list_of_whoever_has_to_do_it(
    client_for: Any, in_app: Any, demo: World, mission: dict[str, str]
) -> None:
    officer, key = client_for("officer"), mission["mission_id"]
    assert line(officer, key) == "", "a step without a day is not due"
    with in_app() as session:
        step(session, demo, mission, "officer", TODAY + timedelta(days=30))
        assert line(officer, key) == "", "that is far away"
        overdue = step(session, demo, mission, None, TODAY - timedelta(days=2)).id
        step(session, demo, mission, "officer", TODAY + timedelta(days=3))
        step(session, demo, mission, "officer_2", TODAY)
    shown = line(officer, key)
    assert "2 steps for the mission Mission" in shown and "2 days over" in shown
    assert "2 steps for the mission Missie" not in shown
    assert "2 steps" in line(client_for("officer_2"), key) and "Ends today" not in line(officer, key)
    assert "1 step " in line(client_for("head"), key), "what nobody does yet is everybody's"
    for persona in ("manager", "far_officer", "partner_staff", "administrator"):
        assert line(client_for(persona), key) == "", persona
    address = f"/missions/{key}/follow-up"
    token = csrf_of(officer, "/account")
    officer.post(f"{address}/{overdue}", data={"done": "y", "csrf_token": token})
    assert "1 step for" in line(officer, key) and "over" not in line(officer, key)
    with in_app() as session:
        act_on_mission(session.get(Mission, key), "cancel", actor=actor_for(demo, "officer"), now=utcnow())
        session.commit()
    assert line(officer, key) == ""


def test_a_leaver_s_steps_are_handed_over(client_for: Any, in_app: Any, demo: World, mission: dict[str, str]) -> None:
    with in_app() as session:
        mine, other = (step(session, demo, mission, "officer", TODAY) for _number in range(2))
        done = step(session, demo, mission, "officer", TODAY)
        done.done_at = utcnow()
        session.commit()
        items = open_work_of(demo.people["officer"].id, demo.organisations["post"])
        assert {item.id for item in items} == {mine.id, other.id}
        assert open_work_of(demo.people["officer"].id, demo.organisations["hub_a"]) == []
        fields = {name: f"to_mission_step_{row.id}" for name, row in (("mine", mine), ("other", other))}
        ids = mine.id, other.id
    head, address = client_for("head"), f"/people/{membership_of(in_app, demo, 'officer')}/hand-over?then=leave"
    page = head.get(address).get_data(as_text=True)
    assert "Call (officer)" in page and f'href="/missions/{mission["mission_id"]}/follow-up"' in page
    options = page.split(f'name="{fields["mine"]}"', 1)[1].split("</select>", 1)[0]
    assert demo.people["officer_2"].id in options and demo.people["manager"].id not in options
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    chosen = {fields["mine"]: demo.people["officer_2"].id, fields["other"]: DESK, "seen": seen}
    assert send(head, address, action="confirm", **chosen).status_code == 303
    with in_app() as session:
        held = [session.get(FollowUpStep, each).person_id for each in ids]
        assert held == [demo.people["officer_2"].id, None]
        assert session.query(Event).filter_by(kind="mission.step_handed_over").count() == 2


def test_steps_that_strayed_go_back_to_the_desk(in_app: Any, demo: World, mission: dict[str, str]) -> None:
    leaver = membership_of(in_app, demo, "officer")
    with in_app() as session:
        mine = step(session, demo, mission, "officer", None).id
        session.get(Membership, leaver).ended_at = utcnow()
        session.commit()
        assert (demo.people["officer"].id, demo.organisations["post"]) in due_strays(utcnow())
        session.rollback()
        run_once(utcnow())
    with in_app() as session:
        assert session.get(FollowUpStep, mine).person_id is None
