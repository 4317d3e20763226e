"""The list of questions by mission: from the mission's page, in a saved view, and of one's own desk only."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from hubs.core.clock import utcnow
from hubs.missions.models import Participant
from hubs.missions.operations import ask_for
from hubs.referrals.operations import act_on_request
from tests.conftest import post
from tests.missions.samples import mission_values
from tests.referrals.builders import actor_for, question
from tests.world import World


@pytest.fixture
def made(in_app: Any, demo: World) -> dict[str, str]:
    """A mission with one question, closed; another question of the same desk."""
    with in_app() as session:
        values = mission_values(demo, "post", "officer", "CO", "hub_a")
        participant = session.get(Participant, values["participant_id"])
        participant.question, participant.consent = "Wie verkoopt kassen?", "given"
        actor = actor_for(demo, "officer")
        asked = ask_for(participant, "CO", actor=actor, now=utcnow())
        act_on_request(asked, "serve", actor=actor, now=utcnow(), data={"reason": "client_choice"})
        other = question(demo)
        session.commit()
        return {"mission": values["mission_id"], "asked": asked.reference, "other": other.reference}


def page_of(client: Any, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.get_data(as_text=True))


def refs(page: str) -> list[str]:
    return re.findall(r'<li data-kind="support_request" data-ref="([^"]+)"', page)


def test_the_page_of_a_mission_leads_to_its_questions(client_for: Any, made: dict[str, str]) -> None:
    officer = client_for("officer")
    found = re.search(r'href="(/questions\?[^"]+)"', page_of(officer, f"/missions/{made['mission']}"))
    assert found
    page = page_of(officer, html.unescape(found.group(1)))
    assert refs(page) == [made["asked"]]
    assert f'<option value="{made["mission"]}" selected>Mission</option>' in page
    assert set(refs(page_of(officer, "/questions?state=all"))) == {made["asked"], made["other"]}
    assert refs(page_of(officer, f"/questions?mission={made['mission']}")) == [], "it is closed"


@pytest.mark.parametrize("value", ["0" * 26, "x", "' OR 1=1"])
def test_an_unknown_mission_shows_nothing_foreign(client_for: Any, made: dict[str, str], value: str) -> None:
    answer = client_for("officer").get("/questions", query_string={"mission": value, "state": "all"})
    assert answer.status_code == 200
    assert made["asked"] not in refs(answer.get_data(as_text=True))


def test_others_are_offered_no_mission_and_learn_nothing_by_it(client_for: Any, made: dict[str, str]) -> None:
    for persona in ("manager", "far_officer", "central_officer", "partner_staff"):
        page = page_of(client_for(persona), f"/questions?mission={made['mission']}&state=all")
        assert refs(page) == [] and f'value="{made["mission"]}" selected' not in page, persona
    assert 'name="mission"' not in page_of(client_for("manager"), "/questions")


def test_a_saved_view_keeps_the_mission(client_for: Any, made: dict[str, str]) -> None:
    officer = client_for("officer")
    here = f"/questions?mission={made['mission']}&state=all"
    query = re.search(r'name="query" value="([^"]*)"', page_of(officer, here))
    assert query and made["mission"] in query[1]
    values = {"list_name": "questions", "name": "Van de missie", "query": html.unescape(query[1]), "is_shared": "y"}
    assert post(officer, "/views", values, page="/questions").status_code == 303
    colleague = client_for("officer_2")
    page = page_of(colleague, "/questions")
    tab = re.search(r'href="(/questions\?view=[^"]+)"[^>]*>Van de missie <span class="num">\((\d+)\)', page)
    assert tab and tab[2] == "1"
    assert refs(page_of(colleague, tab[1])) == [made["asked"]]


def test_only_the_list_of_questions_knows_it(client_for: Any, made: dict[str, str]) -> None:
    officer = client_for("officer")
    for path in ("/work", "/referrals"):
        page = page_of(officer, f"{path}?mission={made['mission']}")
        assert 'name="mission"' not in page and f'value="{made["mission"]}"' not in page, path
