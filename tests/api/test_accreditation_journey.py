"""From a first draft to a renewal by HTTP alone: every step the pages take, with the token of the person who may."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hubs.core.events import Event
from tests import files
from tests.world import World

TODAY = date.today()
LAST_YEAR = TODAY.year - 1
YES_NO = ("A4", "C3", "E4", "F3", "G3", "G4")
NUMBERS = {"A3": 12, "C4": 40, "C7": 9, "E2": "2"}
SCALES = ("A1", "A5", "B1", "B3", "D1")
MONEY = ("members", "services", "sponsors", "subsidies", "other", "costs")
ANSWERS: dict[str, Any] = {
    "registeredName": "Stichting Kamer Nieuw Pereira",
    "foundingYear": LAST_YEAR - 9,
    "website": "https://kamer.example",
    "members": 40,
    "staffFte": "2",
    "markets": ["CO"],
    "servicesWanted": ["networking", "partner_search"],
    "offices": ["Pereira"],
    "claimsYear": LAST_YEAR,
    "questionsPerYear": 30,
    "unservedByPost": 12,
    "companies": 25,
    "accounts": [{"year": LAST_YEAR, **{f"{name}Cents": 1_250_000 for name in MONEY}}],
    "planYears": [
        {"year": year, "revenueCents": 6_000_000, "subsidiesCents": 0, "costsCents": 5_000_000}
        for year in (TODAY.year, TODAY.year + 1)
    ],
    **dict.fromkeys(YES_NO, True),
    **NUMBERS,
}
Call = Callable[..., Any]


class Story:
    """The people of the story, each with a token of their own; every answer is checked against the document."""

    def __init__(self, api_for: Callable[[str], Call], conforms: Callable[..., Any]) -> None:
        self.api_for, self.conforms = api_for, conforms

    def get(self, who: str, path: str) -> Any:
        return self._taken("GET", self.api_for(who)("GET", path), path)

    def post(self, who: str, path: str, body: Any) -> Any:
        return self._taken("POST", self.api_for(who)("POST", path, body), path)

    def patch(self, who: str, path: str, body: Any) -> Any:
        answer = self.api_for(who)("PATCH", path, body, headers={"If-Match": "*"})
        return self._taken("PATCH", answer, path)

    def _taken(self, method: str, answer: Any, path: str) -> Any:
        assert answer.status_code in (200, 201), (method, path, answer.status_code, answer.json)
        return self.conforms(method, answer)

    def refused(self, who: str, path: str, body: Any) -> tuple[int, set[str]]:
        answer = self.api_for(who)("POST", path, body)
        return answer.status_code, {row["code"] for row in answer.json.get("errors", [])}


@pytest.fixture
def story(api_for: Callable[[str], Call], conforms: Callable[..., Any]) -> Story:
    return Story(api_for, conforms)


def handed_in(story: Story, app: Flask, demo: World) -> str:
    """What is missing is said all at once, filled in, and handed in; the path of the proposal."""
    proposal = story.post("new_manager", "/proposals", {"kind": "new", "markets": ["CO"]})
    path = f"/proposals/{proposal['id']}"
    missing = story.get("new_manager", path)["missing"]
    assert len(missing) > 30
    assert len(story.refused("new_manager", f"{path}/transitions", {"action": "submit"})[1]) >= 2
    contents: dict[str, dict[str, Any]] = {}
    for row in missing:
        if row["code"] != "document_required":
            contents.setdefault(row["section"], {})[row["field"]] = ANSWERS.get(row["field"], "Uitleg van de kamer.")
    for section, content in contents.items():
        saved = story.patch("new_manager", f"{path}/sections/{section}", {"content": content})
        assert [gap for gap in saved["missing"] if gap["code"] != "document_required"] == []
    for row in missing:
        if row["code"] == "document_required":
            hand_in_document(app, demo, path, row["field"])
    submitted = story.post("new_manager", f"{path}/transitions", {"action": "submit"})
    assert (submitted["state"], submitted["missing"], len(submitted["submissions"])) == ("submitted", [], 1)
    return path


def hand_in_document(app: Flask, demo: World, path: str, code: str) -> None:
    headers = {"Authorization": f"Bearer {demo.tokens['new_manager']}"}
    data = {
        "file": (io.BytesIO(files.pdf(text=code.encode())), f"{code}.pdf"),
        "criterion": code,
        "documentOn": (TODAY - timedelta(days=90)).isoformat(),
    }
    answer = app.test_client().post(f"/api/v1{path}/evidence", data=data, headers=headers)
    assert answer.status_code == 201, answer.json


def shared_out(story: Story, path: str, demo: World) -> None:
    """Who declared an interest is refused; two others take it, and the post is asked."""
    story.post("assessor_3", "/interests", {"hub": demo.organisations["hub_new"], "note": "Familie."})
    body = {"person": demo.people["assessor_3"].id, "position": 1}
    assert story.refused("administrator", f"{path}/assessors", body)[0] == 422
    for position, who in enumerate(("assessor", "assessor_2"), 1):
        story.post("administrator", f"{path}/assessors", {"person": demo.people[who].id, "position": position})
    story.post("administrator", f"{path}/advices", {"posts": [demo.organisations["post"]]})
    started = story.post("administrator", f"{path}/transitions", {"action": "start_assessment"})
    assert started["state"] == "in_assessment"
    advice = {"opinion": "positive", "text": "De kamer vult aan wat de post niet doet."}
    assert story.patch("head", f"{path}/advice", advice)["opinion"] == "positive"


def assessed(story: Story, path: str) -> None:
    """Blind scores, facts once, a difference talked over, and the result with its derivation."""
    for who, levels in (("assessor", {"A5": 4, "B3": 1}), ("assessor_2", {"A5": 1, "B3": 1})):
        assert story.get(who, f"{path}/scores")["items"] == []
        for code in SCALES:
            level = levels.get(code, 3)
            body = {"criterion": code, "level": level, "reason": f"Gelezen: {code}."}
            if code == "B3":
                assert "ground_required" in story.refused(who, f"{path}/scores", body)[1]
                body["ground"] = "no_evidence"
            story.post(who, f"{path}/scores", body)
        for criterion in open_checks(story, path, who):
            given = {"value": NUMBERS[criterion]} if criterion in NUMBERS else {"answer": True}
            story.post(who, f"{path}/fact-checks", {"criterion": criterion, **given})
        story.post(who, f"{path}/assessment/transitions", {"action": "finish"})
    moderations = story.get("assessor", f"{path}/moderations")
    assert moderations["wanted"] == ["A5"]
    assert story.refused("assessor", f"{path}/transitions", {"action": "conclude"}) == (422, {"moderation_open"})
    body = {"criterion": "A5", "level": 2, "reason": "Samen bekeken."}
    story.post("assessor_2", f"{path}/moderations", body)
    assert story.post("assessor", f"{path}/transitions", {"action": "conclude"})["state"] == "assessed"
    result = story.get("decision_maker", f"{path}/result")
    assert result["outcome"] == "conditional" and result["total"]
    assert story.api_for("new_manager")("GET", f"{path}/result").status_code in (403, 404)


def open_checks(story: Story, path: str, who: str) -> list[str]:
    """The facts and documents still to be checked, as the refusal to conclude names them."""
    checked = {row["criterion"] for row in story.get(who, f"{path}/fact-checks")["items"]}
    answer = story.api_for(who)("POST", f"{path}/transitions", {"action": "conclude"})
    assert answer.status_code == 422
    codes = {row["message"].split()[0] for row in answer.json["errors"] if row["code"] == "answer_missing"}
    return sorted(codes - set(SCALES) - checked)


def decided(story: Story, path: str, in_app: Callable[[], Any]) -> dict[str, Any]:
    """Drafted by one who assessed, who may not sign it; signed by another, with both letters."""
    condition = {
        "text": "Laat zien wie u kent.", "owner": "hub", "dueOn": (TODAY + timedelta(days=180)).isoformat(),
        "evidenceWanted": "Een lijst van partners.",
    }  # fmt: skip
    body = {
        "proposal": path.rsplit("/", 1)[1], "kind": "accredit_with_conditions", "conditions": [condition],
        "reasons": "De kamer voldoet, op het netwerk na.",
    }  # fmt: skip
    decision = story.post("assessor", "/decisions", body)
    place = f"/decisions/{decision['id']}/transitions"
    status, codes = story.refused("assessor", place, {"action": "sign"})
    assert status == 403 and "assessed" in codes
    with in_app() as session:
        kept = session.execute(select(Event).where(Event.kind == "decision.attempt_refused")).scalars().all()
        assert [row.data["channel"] for row in kept] == ["api"]
    signed = story.post("decision_maker", place, {"action": "sign"})
    assert (signed["state"], signed["departs"], len(signed["letters"])) == ("signed", False, 2)
    letter = story.get("new_manager", f"/letters/{signed['letters'][0]}")
    assert base64.b64decode(letter["pdf"]).startswith(b"%PDF-")
    return signed


def agreed(story: Story, demo: World) -> str:
    """An agreement signed by both on condition of the accreditation."""
    body = {
        "hub": demo.organisations["hub_new"], "posts": [demo.organisations["post"]], "services": ["networking"],
        "conditionalOnAccreditation": True, "startsOn": TODAY.isoformat(),
    }  # fmt: skip
    path = f"/agreements/{story.post('new_manager', '/agreements', body)['id']}"
    for who, action in (("new_manager", "offer"), ("new_manager", "sign"), ("head", "sign")):
        agreement = story.post(who, f"{path}/transitions", {"action": action})
    assert agreement["state"] == "signed"
    return path


def decide_on(story: Story, accreditation: str, kind: str) -> None:
    body = {"accreditation": accreditation, "kind": kind, "reasons": "Zo besloten."}
    decision = story.post("assessor", "/decisions", body)
    signed = story.post("decision_maker", f"/decisions/{decision['id']}/transitions", {"action": "sign"})
    assert signed["state"] == "signed"


def test_a_chamber_becomes_a_hub(
    story: Story, app: Flask, in_app: Callable[[], Any], demo: World, api_for: Callable[[str], Call]
) -> None:
    hub = f"/hubs/{demo.organisations['hub_new']}"
    path = handed_in(story, app, demo)
    assert story.get("new_manager", f"{path}/dossier")["isFrozen"] is True
    shared_out(story, path, demo)
    assessed(story, path)
    signed = decided(story, path, in_app)

    agreement = agreed(story, demo)
    (accreditation,) = story.get("assessor", f"/accreditations?hub={demo.organisations['hub_new']}")["items"]
    place = f"/accreditations/{accreditation['id']}"
    assert accreditation["state"] == "granted"
    story.post("assessor", f"{place}/checks", {"criterion": "G1"})
    if story.get("assessor", place)["state"] == "granted":
        story.post("assessor", f"{place}/transitions", {"action": "activate"})

    def stands() -> tuple[str, str]:
        return story.get("new_manager", f"{hub}/standing")["status"], story.get("head", agreement)["state"]

    assert stands() == ("conditional", "in_force")
    early = {"accreditation": accreditation["id"], "kind": "suspend", "reasons": "Zonder horen."}
    draft = story.post("assessor", "/decisions", early)
    transitions = f"/decisions/{draft['id']}/transitions"
    assert story.refused("decision_maker", transitions, {"action": "sign"})[0] == 422
    story.post("assessor", transitions, {"action": "drop"})
    intention = {
        "intendedKind": "suspend", "subject": "De hub beantwoordt geen vragen meer.",
        "answerBy": (TODAY + timedelta(days=21)).isoformat(),
    }  # fmt: skip
    hearing = story.post("assessor", f"{place}/intentions", intention)
    view = {"action": "record_hearing", "form": "written", "heldOn": TODAY.isoformat(), "report": "Het klopt."}
    story.post("assessor", f"{place}/intentions/{hearing['id']}/transitions", view)
    decide_on(story, accreditation["id"], "suspend")
    assert stands() == ("suspended", "paused")
    decide_on(story, accreditation["id"], "lift_suspension")
    assert stands() == ("conditional", "in_force")

    renewal = story.post("new_manager", "/proposals", {"kind": "renewal", "markets": ["CO"]})
    known = story.get("new_manager", f"/proposals/{renewal['id']}/sections/hub")["content"]
    assert (known["board"], known["members"]) == ("Uitleg van de kamer.", ANSWERS["members"])
    then = story.get("head", f"{hub}/standing?on={(TODAY - timedelta(days=5)).isoformat()}")
    assert (then["status"], then["isAccredited"], then["decision"]) == ("registered", False, None)
    now = story.get("assessor", f"{hub}/standing?on={TODAY.isoformat()}")
    assert (now["status"], now["changedThatDay"], len(now["agreements"])) == ("conditional", True, 1)
    assert now["guidelineVersion"] and now["decidedBy"] == demo.people["decision_maker"].name
    assert signed["hub"]["id"] == demo.organisations["hub_new"]
    assert api_for("head")("GET", f"{hub}/standing?on={(TODAY + timedelta(days=2)).isoformat()}").status_code == 400
