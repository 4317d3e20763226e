"""The same by API: a version drafted, edited criterion by criterion, compared and put in force."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hubs.core.clock import local_day, utcnow

Call = Callable[..., Any]


@pytest.fixture
def call(api_for: Callable[[str], Call]) -> Call:
    return api_for("administrator")


def draft(call: Call, name: str = "2027-1") -> tuple[str, str]:
    first = call("GET", "/guideline-versions?state=in_force").json["items"][0]
    answer = call("POST", "/guideline-versions", {"basedOn": first["id"], "name": name})
    assert answer.status_code == 201, answer.json
    return answer.json["id"], answer.headers["ETag"]


def change(call: Call, method: str, path: str, body: Any, tag: str) -> Any:
    return call(method, f"/guideline-versions/{path}", body, headers={"If-Match": tag})


def test_a_draft_is_edited_and_put_in_force(call: Call, api_for: Callable[[str], Call]) -> None:
    one, tag = draft(call)
    assert api_for("hub_a")("GET", f"/guideline-versions/{one}").status_code == 404
    assert call("PATCH", f"/guideline-versions/{one}", {"termYears": 4}).status_code == 428
    answer = change(call, "PATCH", one, {"passMark": "60.5", "termYears": 4, "note": None}, tag)
    assert answer.status_code == 200 and answer.json["passMark"] == "60.5" and answer.json["missing"] == []
    assert change(call, "PATCH", one, {"termYears": 5}, tag).status_code == 412
    tag = answer.headers["ETag"]

    new = {
        "group": "market_need", "nameNl": "Nieuw", "nameEn": "New", "answer": "scale", "rule": "mandatory",
        "moment": "application", "better": "higher", "weight": 2, "threshold": "2.50", "kinds": ["new"],
    }  # fmt: skip
    answer = change(call, "PUT", f"{one}/criteria/H1", new, tag)
    assert answer.status_code == 200, answer.json
    made = next(item for item in answer.json["criteria"] if item["code"] == "H1")
    assert (made["weight"], made["threshold"], made["kinds"], made["levels"]) == ("2", "2.5", ["new"], [])
    assert {item["code"] for item in answer.json["missing"]} == {"level_required", "explanation_required"}
    tag = answer.headers["ETag"]
    levels = [
        {"level": number, "titleNl": "t", "titleEn": "t", "textNl": "zin", "textEn": "sentence"} for number in range(5)
    ]
    more = {"levels": levels, "explanationNl": "Wat", "explanationEn": "What", "code": "H2"}
    answer = change(call, "PATCH", f"{one}/criteria/H1", more, tag)
    assert answer.status_code == 200 and answer.json["missing"] == [] and answer.json["criteria"][-1]["code"] != "H1"
    tag = answer.headers["ETag"]
    assert change(call, "PATCH", f"{one}/criteria/H1", {"weight": 1}, tag).status_code == 404
    answer = change(call, "PATCH", f"{one}/criteria/H2", {"threshold": 9, "unit": "years"}, tag)
    assert answer.status_code == 422
    assert {item["field"] for item in answer.json["errors"]} == {"threshold", "unit"}
    assert change(call, "PATCH", f"{one}/criteria/H2", {"weight": "2,5"}, tag).status_code == 400
    groups = change(call, "PATCH", one, {"groups": [{"code": "only", "nameNl": "Enig", "nameEn": "Only"}]}, tag)
    assert groups.status_code == 422 and groups.json["errors"][0]["code"] == "group_in_use"

    first = call("GET", "/guideline-versions?state=in_force").json["items"][0]["id"]
    found = call("GET", f"/guideline-versions/{one}/comparison?before={first}").json
    assert found["added"] == ["H2"] and found["removed"] == [] and found["unchanged"] == 30
    assert {"field": "passMark", "level": None, "before": "55", "after": "60.5"} in found["numbers"]

    path = f"/guideline-versions/{one}/transitions"
    assert call("POST", path, {"action": "put_in_force"}).status_code == 422
    assert call("POST", path, {"action": "burn"}).status_code == 400
    tomorrow = (local_day(utcnow()) + timedelta(days=1)).isoformat()
    assert api_for("assessor")("POST", path, {"action": "put_in_force", "inForceOn": tomorrow}).status_code == 403
    answer = api_for("decision_maker")("POST", path, {"action": "put_in_force", "inForceOn": tomorrow})
    assert answer.status_code == 200 and answer.json["state"] == "in_force" and not answer.json["isInForce"]
    assert change(call, "PATCH", one, {"note": "x"}, answer.headers["ETag"]).status_code == 409
    listed = api_for("hub_a")("GET", f"/guideline-versions?on={tomorrow}").json["items"]
    assert [item["id"] for item in listed] == [one]
    assert [item["id"] for item in call("GET", "/guideline-versions?on=2026-06-01").json["items"]] == [first]


def test_criteria_and_drafts_are_taken_away(call: Call, api_for: Callable[[str], Call]) -> None:
    one, tag = draft(call)
    answer = change(call, "DELETE", f"{one}/criteria/A1", None, tag)
    assert answer.status_code == 200 and "A1" not in {item["code"] for item in answer.json["criteria"]}
    tag = answer.headers["ETag"]
    assert change(call, "DELETE", f"{one}/criteria/A1", None, tag).status_code == 404
    twice = call("POST", "/guideline-versions", {"basedOn": one, "name": "2027-1"})
    assert twice.status_code == 422 and twice.json["errors"][0]["field"] == "name"
    assert change(api_for("decision_maker"), "DELETE", one, None, tag).status_code == 403
    assert change(call, "DELETE", one, None, tag).status_code == 200
    assert call("GET", f"/guideline-versions/{one}").status_code == 404
