"""A file to score again is handed over before its assessor leaves, to somebody who took no part in it, and blind."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from hubs.accounts.models import Membership, Person
from hubs.accounts.open_work import give, open_work_of
from hubs.accreditation.models import CalibrationItem, CalibrationScore, Interest
from hubs.accreditation.operations.calibrating import draw_round
from hubs.core.clock import utcnow
from hubs.core.errors import RuleViolation
from hubs.core.events import Event
from hubs.guideline.models import GuidelineVersion
from hubs.referrals.operations.handing_over import DESK, close_person
from tests.accounts.conftest import send
from tests.accreditation.builders import assessed_proposal
from tests.referrals.builders import actor_for
from tests.world import World


@pytest.fixture
def drawn(in_app: Any, demo: World) -> dict[str, str]:
    """One assessed file, scored by assessor and assessor_2; assessor_3 scores it again and began."""
    with in_app() as session:
        proposal = assessed_proposal(session, demo, levels={"A1": (2, 4)})
        version = session.get(GuidelineVersion, proposal.guideline_version_id)
        sample = draw_round(version, size=1, actor=actor_for(demo, "administrator"), now=utcnow(), seed="loting")
        (item,) = sample.items
        assert item.person_id == demo.people["assessor_3"].id
        session.add(CalibrationScore(item_id=item.id, criterion_code="A1", level=3, saved_at=utcnow()))
        session.commit()
        return {
            "item": item.id, "reference": proposal.reference, "hub": proposal.hub.name_nl, "hub_id": proposal.hub_id,
        }  # fmt: skip


def membership_of(in_app: Any, demo: World, persona: str) -> str:
    statement = select(Membership.id).where(Membership.person_id == demo.people[persona].id)
    with in_app() as session:
        return str(session.execute(statement).scalar_one())


def plan_of(client: Any, address: str) -> tuple[str, str]:
    page = client.get(address).get_data(as_text=True)
    return page, re.search(r'name="seen" value="([^"]*)"', page)[1]


def test_it_goes_to_nobody_who_took_part_and_without_the_levels(
    client_for: Any, in_app: Any, demo: World, drawn: dict[str, str]
) -> None:
    administrator, field = client_for("administrator"), f"to_calibration_{drawn['item']}"
    address = f"/people/{membership_of(in_app, demo, 'assessor_3')}/hand-over?then=leave"
    page, seen = plan_of(administrator, address)
    assert drawn["reference"] not in page and drawn["hub"] not in page, "it is scored blind"
    assert "Colombia" in page
    options = page.split(f'name="{field}"', 1)[1].split("</select>", 1)[0]
    for persona in ("assessor", "assessor_2"):
        assert demo.people[persona].id not in options, persona
    refused = send(administrator, address, action="confirm", seen=seen, **{field: demo.people["assessor"].id})
    assert refused.status_code == 422
    assert send(administrator, address, action="confirm", seen=seen, **{field: DESK}).status_code == 303
    with in_app() as session:
        assert session.get(CalibrationItem, drawn["item"]) is None
        assert session.execute(select(CalibrationScore)).first() is None
        entry = session.query(Event).filter_by(kind="calibration.hand_over").one()
        assert entry.data["item"] == drawn["item"] and entry.data["person"] is None
        # the file can be drawn again, and nobody is left who took no part in it
        version = session.execute(select(GuidelineVersion).where(GuidelineVersion.state == "in_force")).scalars().one()
        with pytest.raises(RuleViolation) as error:
            draw_round(version, size=1, actor=actor_for(demo, "administrator"), now=utcnow())
        assert error.value.problems[0].code == "nobody_free"


def test_a_colleague_starts_anew(in_app: Any, demo: World, drawn: dict[str, str]) -> None:
    with in_app() as session:
        (item,) = open_work_of(demo.people["assessor_3"].id, demo.organisations["ministry"])
        assert demo.people["assessor"].id in item.refused
        with pytest.raises(RuleViolation):
            give(item, demo.people["assessor"].id, actor=actor_for(demo, "administrator"), now=utcnow())
        session.rollback()
        free = demo.people["decision_maker_2"].id
        assert free not in item.refused
        give(item, free, actor=actor_for(demo, "administrator"), now=utcnow())
        session.commit()
        row = session.get(CalibrationItem, drawn["item"])
        assert row.person_id == free and row.scores == []
        session.add(Interest(hub_id=drawn["hub_id"], person_id=demo.people["assessor_3"].id, declared_at=utcnow()))
        session.flush()
        (item,) = open_work_of(free, None)
        assert demo.people["assessor_3"].id in item.refused


def test_it_is_nobody_s_once_finished_and_goes_when_somebody_is_shut_out(
    in_app: Any, demo: World, drawn: dict[str, str]
) -> None:
    person_id = demo.people["assessor_3"].id
    with in_app() as session:
        item = session.get(CalibrationItem, drawn["item"])
        item.finished_at = utcnow()
        session.flush()
        assert open_work_of(person_id, None) == []
        item.finished_at = None
        session.flush()
        assert close_person(session.get(Person, person_id), actor=actor_for(demo, "administrator"), now=utcnow()) == 1
        session.commit()
        assert session.execute(select(CalibrationItem)).first() is None
