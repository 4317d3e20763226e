"""The self-test: what is missing before one applies, for everybody, with nothing kept."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hubs.accreditation.self_test import self_test
from hubs.core.events import Event
from hubs.guideline.criteria import Answer, Better, Consequence, Criterion, Moment, Rule

CRITERIA = (
    Criterion("A1", "need", Answer.SCALE, Rule.KNOCK_OUT, threshold=Decimal(2), better=Better.HIGHER, position=1),
    Criterion("C1", "need", Answer.DOCUMENT, Rule.KNOCK_OUT, position=2),
    Criterion(
        "C7", "need", Answer.NUMBER, Rule.INFORMATIVE, unit="years", threshold=Decimal(2), better=Better.HIGHER,
        consequence=Consequence.IN_DEVELOPMENT, position=3,
    ),
    Criterion("G4", "need", Answer.YES_NO, Rule.KNOCK_OUT, better=Better.HIGHER, position=4),
    Criterion("C2", "need", Answer.DOCUMENT, Rule.MANDATORY, position=5),
    Criterion("F2", "need", Answer.AGREEMENT, Rule.KNOCK_OUT, moment=Moment.ACTIVATION, position=6),
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "missed", "limiting", "still_open"),
    [
        ({}, "", "", "A1 C1 C7 G4"),
        ({"A1": "1", "C1": "yes", "C7": "1,5", "G4": "no"}, "A1 G4", "C7", ""),
        ({"A1": "2", "C1": "yes", "C7": "2", "G4": "yes"}, "", "", ""),
        ({"A1": "9", "C1": "maybe", "C7": "old", "G4": "\x00"}, "", "", "A1 C1 C7 G4"),
    ],
)
def test_what_is_missed(typed: dict[str, str], missed: str, limiting: str, still_open: str) -> None:
    test = self_test(CRITERIA, typed)

    def codes(items: Any) -> str:
        return " ".join(item.criterion.code for item in items)

    assert (codes(test.missed), codes(test.limiting), codes(test.open)) == (missed, limiting, still_open)
    assert [item.code for item in test.prepare] == ["C2"]
    assert [item.code for item in test.later] == ["F2"]


def test_anybody_does_it_in_both_languages_and_nothing_is_kept(app: Flask, in_app: Any) -> None:
    client = app.test_client()
    page = client.get("/self-test?lang=en").get_data(as_text=True)
    names = sorted(set(re.findall(r'name="([A-Z]\d+)"', page)))
    assert names == ["A1", "B1", "C1", "C7", "D1", "G4"]
    assert "Signed referral agreement before activation" in page[page.index('id="later"') :]
    with in_app() as session:
        before = len(session.execute(select(Event.id)).all())
    answers = "A1=4&B1=1&C1=no&D1=3&G4=yes&C7=1&kind=new&market=CO"
    result = client.get(f"/self-test?{answers}").get_data(as_text=True)
    assert "2 hard requirements are not met yet" in result
    said = result[result.index('id="result"') : result.index('<form method="get" action="/self-test')]
    assert set(re.findall(r'data-ref="(\w+)"', said)) == {"B1", "C1", "C7"}
    good = client.get("/self-test?A1=4&B1=4&C1=yes&D1=3&G4=yes&C7=12").get_data(as_text=True)
    assert "By your own answers you meet the hard requirements" in good
    assert client.get("/self-test?lang=nl&A1=%00&C7=veel&kind=x&market=QQ&" + "Z9=1&" * 50).status_code == 200
    with in_app() as session:
        assert len(session.execute(select(Event.id)).all()) == before
    for path in ("/", "/register"):
        assert "/self-test" in client.get(path).get_data(as_text=True)


def test_the_same_by_api(api_for: Any) -> None:
    call = api_for("new_manager")
    version = call("GET", "/guideline-versions?state=in_force").json["items"][0]["id"]
    path = f"/guideline-versions/{version}/self-tests"
    found = call("POST", path, {"market": "CO", "answers": {"A1": 4, "B1": 1, "C1": False, "C7": 1.5, "G4": None}})
    assert found.status_code == 200, found.json
    assert (found.json["missed"], found.json["limiting"]) == (["B1", "C1"], ["C7"])
    assert found.json["open"] == ["D1", "G4"] and "F2" in found.json["later"]
    assert {row["code"]: row["isMet"] for row in found.json["items"]}["A1"] is True
    wrong = call("POST", path, {"answers": {"Z9": 1, "C7": "veel", "A1": 9}})
    assert wrong.status_code == 400
    assert {row["field"] for row in wrong.json["errors"]} == {"answers.Z9", "answers.C7", "answers.A1"}
