"""Missions in the search over everything: who finds them by what, and who learns nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from hubs.core.searching.models import SearchDocument, SearchEntry
from hubs.missions.models import Mission
from hubs.missions.operations import act_on_mission, ask_hub
from hubs.reference.models import Market
from tests.missions.samples import mission_values
from tests.referrals.builders import actor_for
from tests.world import World


def found(client: Any, typed: str) -> list[str]:
    answer = client.get("/search", query_string={"q": typed})
    assert answer.status_code == 200
    return re.findall(r'<li data-kind="mission" data-ref="([^"]+)"', answer.get_data(as_text=True))


@pytest.fixture
def mission_id(in_app: Any, demo: World) -> str:
    """Announced by the post of Colombia; hub A is asked."""
    with in_app() as session:
        values = mission_values(demo, "post", "officer", "CO", "hub_a")
        mission = session.get(Mission, values["mission_id"])
        mission.name_nl, mission.name_en = "Tuinbouwreis", "Greenhouse tour"
        session.commit()
        return str(values["mission_id"])


@pytest.mark.parametrize("typed", ["greenhouse", "tuinbouwries", "tour greenh", "Colombia"])
def test_its_desk_and_the_hub_that_was_asked_find_it(client_for: Any, mission_id: str, typed: str) -> None:
    for persona in ("officer", "head", "manager", "staff"):
        assert found(client_for(persona), typed) == [mission_id], persona
    page = client_for("officer").get("/search", query_string={"q": typed}).get_data(as_text=True)
    assert f'href="/missions/{mission_id}"' in page


def test_nobody_else_finds_it_and_participants_are_not_found_by_it(client_for: Any, mission_id: str) -> None:
    for persona in ("other_manager", "far_officer", "far_manager", "administrator", "auditor", "partner_staff"):
        assert found(client_for(persona), "greenhouse") == [], persona
    assert found(client_for("manager"), "Bedrijf") == []


def test_a_draft_is_its_desk_s_alone_and_changes_are_found_at_once(
    client_for: Any, in_app: Any, demo: World, mission_id: str
) -> None:
    manager, officer = client_for("manager"), client_for("officer")
    with in_app() as session:
        session.get(Mission, mission_id).state = "draft"
        session.get(Mission, mission_id).name_en = "Shipyard tour"
        session.commit()
    assert (found(manager, "shipyard"), found(officer, "shipyard"), found(officer, "greenhouse")) == (
        [], [mission_id], [],
    )  # fmt: skip
    with in_app() as session:
        session.get(Market, "CO").name_en = "Newlandia"
        session.commit()
    assert found(officer, "newlandia") == [mission_id]


def test_a_hub_finds_it_from_the_moment_it_is_asked(client_for: Any, in_app: Any, demo: World, mission_id: str) -> None:
    other = client_for("other_manager")
    assert found(other, "greenhouse") == []
    with in_app() as session:
        mission, actor = session.get(Mission, mission_id), actor_for(demo, "officer")
        ask_hub(mission, demo.offices["hub_b"], 3, actor=actor, now=mission.created_at)
        session.commit()
    assert found(other, "greenhouse") == [mission_id]
    with in_app() as session:
        mission = session.get(Mission, mission_id)
        act_on_mission(mission, "cancel", actor=actor_for(demo, "officer"), now=mission.created_at)
        session.commit()
    assert found(other, "greenhouse") == [mission_id]  # it may still read what became of it


def test_rebuilding_brings_missions_back(app: Flask, client_for: Any, in_app: Any, mission_id: str) -> None:
    with in_app() as session:
        session.execute(delete(SearchEntry).where(SearchEntry.kind == "mission"))
        session.execute(delete(SearchDocument).where(SearchDocument.kind == "mission"))
        session.commit()
    assert found(client_for("officer"), "greenhouse") == []
    answer = app.test_cli_runner().invoke(args=["search", "rebuild"])
    assert answer.exit_code == 0 and re.search(r"mission +2\b", answer.output), answer.output
    assert found(client_for("officer"), "greenhouse") == [mission_id]
    with in_app() as session:
        scopes = select(SearchDocument.scope).where(SearchDocument.kind == "mission")
        assert len(set(session.execute(scopes).scalars())) == 2
