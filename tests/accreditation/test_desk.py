"""The desk: the board, tasks of everybody, cases side by side, the map of markets; on pages and by API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hubs.accreditation.models import Interest
from hubs.core.clock import utcnow
from tests.accreditation.builders import assessed_proposal, assigned_proposal, draft_proposal, submitted_proposal
from tests.referrals.builders import question


@pytest.fixture
def cases(in_app: Any, demo: Any) -> dict[str, str]:
    """A proposal at each stage, all for one market: references by name."""
    now = utcnow()
    with in_app() as session:
        made = {
            "draft": draft_proposal(
                session, demo, hub="far_hub", persona="far_manager", kind="renewal", markets=["VN"]
            ),
            "handed_in": submitted_proposal(session, demo, now=now - timedelta(days=80)),
            "scoring": assigned_proposal(session, demo, hub="hub_dev", persona="dev_manager", posts=["post"]),
            "assessed": assessed_proposal(session, demo, hub="hub_b", persona="other_manager", kind="renewal"),
        }
        session.add(
            Interest(
                person_id=demo.people["assessor_3"].id, hub_id=demo.organisations["hub_dev"], note="x", declared_at=now
            )
        )
        session.commit()
        return {name: proposal.reference for name, proposal in made.items()}


def test_the_board_says_stage_step_holder_and_term(client_for: Any, cases: dict[str, str]) -> None:
    page = client_for("administrator").get("/proposals").get_data(as_text=True)
    assert cases["draft"] not in page
    for words in ("Assign two assessors", "Anouk Toets, Wim Toetsveld", "Draft a decision", "days over", "weeks left"):
        assert words in page
    assert "2 other proposals for this market" in page and "interest declared" in page
    late = client_for("assessor").get("/proposals?late=1").get_data(as_text=True)
    assert cases["handed_in"] in late and cases["scoring"] not in late
    mine = client_for("assessor_3").get("/proposals?mine=1").get_data(as_text=True)
    assert "No proposal fits this choice" in mine


@pytest.mark.parametrize(
    ("persona", "expected", "absent"),
    [
        ("assessor", ("Assign two assessors", "Score the proposal", "Draft a decision"), ()),
        ("assessor_3", ("Assign two assessors",), ("Score the proposal",)),
        ("decision_maker", (), ("Score the proposal", "Assign two assessors")),
        ("head", ("Advise on this proposal",), ("Assign two assessors",)),
        ("far_manager", ("Go on with your proposal",), ("Kamer Nieuw",)),
        ("new_manager", (), ("Go on with your proposal", "Kamer Fictief")),
        ("auditor", (), ("Score the proposal",)),
    ],
)
def test_everybody_finds_their_own_tasks_on_the_work_list(
    client_for: Any, cases: dict[str, str], persona: str, expected: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    page = client_for(persona).get("/work").get_data(as_text=True)
    for words in expected:
        assert words in page
    for words in absent:
        assert words not in page


def test_side_by_side_keeps_scores_until_both_are_done(client_for: Any, cases: dict[str, str]) -> None:
    client = client_for("decision_maker")
    page = client.get("/proposals/side-by-side/CO").get_data(as_text=True)
    assert "3 open proposals" in page and page.count("not scored by both yet") >= 2
    assert "Accredit" in page and "Bogot" in page and "Positive" in page
    assert "nothing to compare" in client.get("/proposals/side-by-side/DE").get_data(as_text=True)
    assert client.get("/proposals/side-by-side/QQ").status_code == 404
    assert client_for("new_manager").get("/proposals/side-by-side/CO").status_code == 403


def test_the_map_hides_small_numbers(client_for: Any, api_for: Any, in_app: Any, demo: Any) -> None:
    with in_app() as session:
        for number in range(12):
            question(demo, kvk=str(80_000_000 + number))
        question(demo, owner="far_post", market="VN", kvk="81000000")
        session.commit()
    page = client_for("auditor").get("/market-map").get_data(as_text=True)
    assert "Colombia" in page and "fewer than 10" in page
    found = {item["market"]: item for item in api_for("auditor")("GET", "/market-map").json["items"]}
    assert found["CO"]["questions"] == 12 and found["CO"]["hubs"]["accredited"] == 2
    assert found["VN"]["questions"] is None
    assert client_for("manager").get("/market-map").status_code == 403


def test_the_same_by_api(api_for: Any, cases: dict[str, str]) -> None:
    board = api_for("assessor")("GET", "/proposal-board")
    found = {item["reference"]: item for item in board.json["items"]}
    assert board.status_code == 200 and board.json["total"] == 3
    assert found[cases["scoring"]]["nextStep"] == "score" and found[cases["scoring"]]["interests"] == 1
    assert found[cases["handed_in"]]["term"] == "late" and found[cases["handed_in"]]["rivals"] == 2
    assert api_for("new_manager")("GET", "/proposal-board").status_code == 403
    tasks = api_for("head")("GET", "/tasks").json["items"]
    assert [task["key"] for task in tasks if task["kind"] == "advise"] == [cases["scoring"]]
