"""What an assessment asks, without a database: grounds, progress, distances, and everything that is still open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hubs.accreditation.assessment import (
    Answered,
    AskedAdvice,
    Part,
    answer_of,
    asks_ground,
    conclude_problems,
    distances,
    done_by,
    next_open,
    part_problems,
    to_moderate,
)
from hubs.guideline.criteria import Answer, Better, Consequence, Criterion, Rule

TODAY = date(2026, 12, 1)


def criterion(code: str, answer: Answer = Answer.SCALE, **more: Any) -> Criterion:
    values: dict[str, Any] = {"rule": Rule.MANDATORY, "better": Better.HIGHER, **more}
    return Criterion(code, code[0], answer, position=int(code[1:]) + 100 * ord(code[0]), **values)


@pytest.mark.parametrize(
    ("item", "given", "asked"),
    [
        (criterion("A1", threshold=Decimal(2)), {"level": 1}, True),
        (criterion("A1", threshold=Decimal(2)), {"level": 2}, False),
        (criterion("A1", threshold=Decimal(2), better=Better.LOWER), {"level": 3}, True),
        (criterion("A1", rule=Rule.INFORMATIVE), {"level": 0}, False),
        (criterion("A1", Answer.NUMBER, threshold=Decimal(5), better=Better.LOWER), {"value": Decimal("5.5")}, True),
        (criterion("A1", Answer.NUMBER), {"value": Decimal(0)}, False),
        (criterion("A1", Answer.YES_NO), {"answer": False}, True),
        (criterion("A1", Answer.YES_NO, better=Better.LOWER), {"answer": False}, False),
        (criterion("A1", Answer.YES_NO, rule=Rule.INFORMATIVE), {"answer": False}, False),
        (
            criterion("A1", Answer.YES_NO, rule=Rule.INFORMATIVE, consequence=Consequence.IN_DEVELOPMENT),
            {"answer": False},
            True,
        ),
        (criterion("A1", Answer.DOCUMENT, better=None), {"answer": False}, True),
        (criterion("A1", Answer.AGREEMENT, better=None), {"answer": True}, False),
    ],
)
def test_a_ground_is_asked_where_something_that_counts_fails(item: Criterion, given: Any, asked: bool) -> None:
    assert asks_ground(item, answer_of(item, **given)) is asked


def test_progress_goes_round_and_ends() -> None:
    criteria = (criterion("A1"), criterion("A2", Answer.DOCUMENT), criterion("B1"))
    answered = Answered({("A1", "x"): 3, ("B1", "y"): 1}, frozenset({"A2"}), frozenset())
    assert done_by("x", criteria, answered) == {"A1", "A2"}
    assert done_by(None, criteria, answered) == {"A2"}
    assert next_open(criteria, {"A1"}, "B1") == criteria[1]
    assert next_open(criteria, {"A2", "B1"}, "A1") is None  # only the current one is left
    assert next_open(criteria, {"A1"}, "gone") == criteria[1]
    assert [problem.values["criterion"] for problem in part_problems("x", criteria, answered.scores)] == ["B1"]


def test_only_a_greater_difference_is_moderated() -> None:
    criteria = (criterion("A1"), criterion("B1"), criterion("C1"))
    scores = {("A1", "x"): 1, ("A1", "y"): 2, ("B1", "x"): 0, ("B1", "y"): 2, ("C1", "x"): 4}
    assert distances(criteria, scores) == {"A1": 1, "B1": 2}
    assert to_moderate(criteria, scores, 1) == ("B1",)
    assert to_moderate(criteria, scores, 0) == ("A1", "B1")
    assert to_moderate(criteria, scores, 2) == ()


def test_concluding_tells_everything_at_once_and_nothing_when_all_is_done() -> None:
    criteria = (criterion("A1"), criterion("A2", Answer.DOCUMENT), criterion("B1"))
    scores = {(code, person): level for code, person, level in (
        ("A1", "x", 3), ("A1", "y", 3), ("B1", "x", 0), ("B1", "y", 4))}  # fmt: skip
    parts = [Part("x", 1, True), Part("y", 2, True)]
    late, running = AskedAdvice(False, date(2026, 11, 30)), AskedAdvice(False, TODAY)

    def codes(answered: Answered, parts: list[Part], *advices: AskedAdvice) -> list[str]:
        found = conclude_problems(criteria, answered, parts=parts, advices=advices, distance=1, today=TODAY)
        return [problem.code for problem in found]

    whole = Answered(scores, frozenset({"A2"}), frozenset({"B1"}))
    assert codes(whole, parts, late, AskedAdvice(True, TODAY)) == []
    assert codes(whole, parts, running, AskedAdvice(False, None)) == ["advice_open", "advice_open"]
    assert codes(Answered(scores, frozenset(), frozenset()), parts) == ["answer_missing", "moderation_open"]
    interested = [Part("x", 1, True, has_interest=True), Part("y", 2, False)]
    assert codes(whole, interested) == ["assessor_interest", "part_open"]
    nobody = Answered({}, frozenset(), frozenset())
    assert codes(nobody, [])[0] == "two_assessors"
    assert codes(nobody, parts) == ["answer_missing"] * 3
