"""Which criteria are asked of whom, and what the files of the first version say."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubs.guideline.criteria import (
    SCALE_LEVELS,
    Answer,
    Consequence,
    Criterion,
    Moment,
    ProposalKind,
    Rule,
    applies_to,
    criteria_for,
    moments_for,
)
from hubs.guideline.loading import starting_content
from hubs.guideline.versions import weightless
from hubs.reference.market_lists import MARKET_LISTS, market_lists_of

START = starting_content()
K = ProposalKind


def criterion(code: str = "A1", **more: object) -> Criterion:
    return Criterion(**{"code": code, "group": "g", "answer": Answer.YES_NO, "rule": Rule.MANDATORY, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kinds", "lists", "kind", "stands_on", "expected"),
    [
        ((), (), K.NEW, (), True),
        ((K.NEW,), (), K.NEW, (), True),
        ((K.NEW,), (), K.RENEWAL, (), False),
        ((K.NEW, K.RENEWAL), (), K.RENEWAL, (), True),
        ((), ("growth",), K.NEW, (), False),
        ((), ("growth",), K.NEW, ("growth",), True),
        ((), ("growth", "broad"), K.NEW, ("broad",), True),
        ((K.RENEWAL,), ("growth",), K.NEW, ("growth",), False),
    ],
)
def test_a_criterion_holds_for_its_kinds_and_lists(
    kinds: tuple[str, ...], lists: tuple[str, ...], kind: str, stands_on: tuple[str, ...], expected: bool
) -> None:
    asked = criterion(kinds=frozenset(kinds), market_lists=frozenset(lists))
    assert applies_to(asked, kind, stands_on) is expected


@settings(max_examples=100)
@given(st.permutations(START.plain), st.sampled_from(list(K)))
def test_the_order_of_entry_does_not_matter(criteria: list[Criterion], kind: str) -> None:
    assert criteria_for(criteria, kind=kind, market_lists=()) == criteria_for(START.plain, kind=kind, market_lists=())


def codes(kind: str, *moments: str) -> set[str]:
    return {one.code for one in criteria_for(START.plain, kind=kind, market_lists=(), moments=moments or None)}


def test_what_a_newcomer_cannot_have_is_asked_later() -> None:
    assert moments_for(K.NEW) == {Moment.APPLICATION}
    assert moments_for(K.RENEWAL) == {Moment.APPLICATION, Moment.REVIEW}
    assert {"B4", "E3", "F4"} <= codes(K.RENEWAL) and not {"B4", "E3", "F4"} & codes(K.NEW)
    assert codes(K.NEW, Moment.ACTIVATION) == {"F2", "G1"}
    assert "C7" in codes(K.NEW) and "C7" not in codes(K.RENEWAL)
    assert not {"C3", "C4", "C5"} & codes(K.IN_DEVELOPMENT)
    assert not {"C1", "C2", "C5"} & codes(K.SCOPE_CHANGE)
    for kind in K:
        assert {"A1", "B1", "D1", "G4"} <= codes(kind)


def test_the_files_hold_the_whole_catalogue_in_both_languages() -> None:
    assert len(START.criteria) == 30 and len(START.groups) == 7
    for item in START.criteria:
        assert all((item.name_nl, item.name_en, item.explanation_nl, item.explanation_en, item.source, item.source_nl))
        expected = SCALE_LEVELS if item.criterion.answer == Answer.SCALE else ()
        assert tuple(level.level for level in item.levels) == expected
        assert all(level.is_complete for level in item.levels)
    by_code = {item.code: item.criterion for item in START.criteria}
    assert by_code["C7"].consequence == Consequence.IN_DEVELOPMENT and by_code["C7"].threshold == Decimal(2)
    assert by_code["A1"].rule == Rule.KNOCK_OUT and by_code["A1"].weight == Decimal(5)
    assert [one.code for one in weightless(START.plain)] == ["B4", "E2"]


class Market:
    def __init__(self, relation: str | None = None, partner: str | None = None, growth: bool = False) -> None:
        self.bhos2022_relation, self.partner_country_2013, self.is_growth_market_2025 = relation, partner, growth


@pytest.mark.parametrize(
    ("market", "expected"),
    [
        (Market(), set()),
        (Market("broad", None, True), {"bhos_2022_broad", "growth_market_2025"}),
        (Market("specific", "aid"), {"bhos_2022_specific", "partner_country_2013_aid"}),
        (Market("something new", "trade"), {"partner_country_2013_trade"}),
    ],
)
def test_a_market_stands_on_the_lists_its_columns_name(market: Market, expected: set[str]) -> None:
    assert market_lists_of(market) == expected <= MARKET_LISTS.keys()
