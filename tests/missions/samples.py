"""Missions for the walk over every address: two of posts, each with a participant, a step, a hub and kept rows."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from hubs.accounts.models import Office
from hubs.core.clock import utcnow
from hubs.extensions import db
from hubs.missions.operations import (
    MissionData,
    ParticipantData,
    act_on_mission,
    add_participant,
    add_step,
    ask_hub,
    check_rows,
    create_mission,
    keep_rows,
)
from tests.referrals.builders import actor_for
from tests.world import World

ROW = {
    "company": "Nog Een", "kvk_number": "", "contact": "Nora Een", "email": "nora@een.example.nl", "phone": "",
    "services": "", "question": "", "row": "2",
}  # fmt: skip


def mission_values(demo: World, post: str, persona: str, market: str, hub: str) -> dict[str, str]:
    """Path values of one post's mission."""
    actor, now = actor_for(demo, persona), utcnow()
    office = db.session.execute(select(Office).where(Office.id == demo.offices[post])).scalar_one()
    starts_on = date.today() + timedelta(days=9)
    data = MissionData(name_nl="Missie", name_en="Mission", markets=(market,), starts_on=starts_on, ends_on=starts_on)
    mission = create_mission(data, office=office, actor=actor, now=now)
    act_on_mission(mission, "announce", actor=actor, now=now)
    person = ParticipantData(company=f"Bedrijf {post}", contact="Bo Bedrijf", email="bo@bedrijf.example.nl")
    participant, _new = add_participant(mission, person, actor=actor, now=now)
    step = add_step(participant, "Call them", person_id=None, due_on=None, actor=actor, now=now)
    ask = ask_hub(mission, demo.offices[hub], 5, actor=actor, now=now)
    kept = keep_rows(mission, check_rows(mission, [ROW], consent="ask", language="nl"), actor=actor, now=now)
    return {
        "mission_id": mission.id, "participant_id": participant.id, "step_id": step.id, "ask_id": ask.id,
        "import_id": kept.id,
    }  # fmt: skip
