"""What stands in the way of a version, each rule apart and all at once; two versions side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubs.guideline.comparison import compare
from hubs.guideline.content import Level, Numbers, Term, VersionContent, WordedCriterion
from hubs.guideline.criteria import Answer, Better, Consequence, Criterion, Moment, Rule
from hubs.guideline.loading import starting_content
from hubs.guideline.versions import criterion_problems, number_problems, version_problems, wording_gaps

START = starting_content()
TODAY = date(2026, 11, 22)
BY_CODE = {item.code: item for item in START.criteria}


def found(content: VersionContent, on: date | None = TODAY, **more: Any) -> set[tuple[str, str | None]]:
    return {(one.code, one.field) for one in version_problems(content, in_force_on=on, today=TODAY, **more)}


def changed(code_of: str, /, **fields: Any) -> WordedCriterion:
    item = BY_CODE[code_of]
    words = {name: value for name, value in fields.items() if name in WordedCriterion.__slots__}
    rules = {name: value for name, value in fields.items() if name not in words}
    return replace(item, criterion=replace(item.criterion, **rules), **words)


def with_criterion(code: str, /, **fields: Any) -> VersionContent:
    other = changed(code, **fields)
    return replace(START, criteria=tuple(other if item.code == code else item for item in START.criteria))


def test_the_version_to_start_from_may_be_put_in_force() -> None:
    assert found(START) == set()


@pytest.mark.parametrize(
    ("code", "fields", "problem", "field"),
    [
        ("A1", {"threshold": None}, "threshold_required", "threshold"),
        ("A1", {"threshold": Decimal(5)}, "threshold_range", "threshold"),
        ("A1", {"threshold": Decimal(0)}, "threshold_range", "threshold"),
        ("A1", {"better": Better.LOWER}, "better_scale", "better"),
        ("A1", {"better": None}, "better_scale", "better"),
        ("A1", {"unit": "years"}, "unit_unused", "unit"),
        ("A1", {"weight": Decimal(-1)}, "weight_range", "weight"),
        ("A1", {"weight": Decimal("100.01")}, "weight_range", "weight"),
        ("A1", {"weight": Decimal("1.005")}, "weight_range", "weight"),
        ("A1", {"code": "a 1"}, "code_form", "code"),
        ("A1", {"name_nl": ""}, "name_required", "name_nl"),
        ("A1", {"name_en": ""}, "name_required", "name_en"),
        ("A1", {"kinds": frozenset({"merger"})}, "unknown_kind", "kinds"),
        ("A1", {"market_lists": frozenset({"moon"})}, "unknown_market_list", "market_lists"),
        ("A3", {"unit": ""}, "unit_required", "unit"),
        ("A3", {"better": None}, "better_required", "better"),
        ("A3", {"threshold": Decimal(0)}, "threshold_range", "threshold"),
        ("A3", {"rule": Rule.KNOCK_OUT, "threshold": None}, "threshold_required", "threshold"),
        ("B4", {"threshold": Decimal(101)}, "threshold_range", "threshold"),
        ("A4", {"better": None}, "better_required", "better"),
        ("A4", {"threshold": Decimal(1)}, "threshold_unused", "threshold"),
        ("A2", {"better": Better.HIGHER}, "better_unused", "better"),
        ("F2", {"moment": Moment.APPLICATION}, "moment_early", "moment"),
        ("F4", {"consequence": Consequence.IN_DEVELOPMENT}, "consequence_late", "consequence"),
        ("E2", {"consequence": Consequence.IN_DEVELOPMENT}, "consequence_void", "consequence"),
    ],
)
def test_each_rule_of_a_criterion(code: str, fields: dict[str, Any], problem: str, field: str) -> None:
    problems = {(one.code, one.field) for one in criterion_problems(changed(code, **fields))}
    assert problems == {(problem, field)}


@pytest.mark.parametrize(
    ("code", "fields", "problem", "field"),
    [
        ("A1", {"levels": ()}, "level_required", "level_0"),
        ("A1", {"levels": (Level(0, "x", "x", "x", ""), *BY_CODE["A1"].levels[1:])}, "level_required", "level_0"),
        ("G4", {"explanation_en": ""}, "explanation_required", "explanation_en"),
    ],
)
def test_words_that_are_missing(code: str, fields: dict[str, Any], problem: str, field: str) -> None:
    item = changed(code, **fields)
    assert (problem, field) in {(one.code, one.field) for one in wording_gaps(item)}
    assert not list(criterion_problems(item)), "a draft may be stored without them"


@pytest.mark.parametrize(
    ("numbers", "fields"),
    [
        ({"pass_mark": Decimal(0)}, {"pass_mark"}),
        ({"pass_mark": Decimal("100.5")}, {"pass_mark"}),
        ({"moderation_distance": 5}, {"moderation_distance"}),
        ({"term_years": 0}, {"term_years", "mid_term_months"}),
        ({"mid_term_months": 36}, {"mid_term_months"}),
        ({"development_months": 0}, {"development_months"}),
    ],
)
def test_numbers_of_the_version(numbers: dict[str, Any], fields: set[str]) -> None:
    assert {one.field for one in number_problems(Numbers(**numbers))} == fields


@pytest.mark.parametrize(
    ("on", "terms", "problem"),
    [
        (None, (), "date_required"),
        (TODAY - timedelta(1), (), "date_past"),
        (TODAY, (Term(TODAY),), "date_taken"),
        (TODAY, (Term(date(2020, 1, 1)), Term(date(2027, 1, 1))), "date_taken"),
        (TODAY, (Term(date(2020, 1, 1), date(2027, 1, 1)),), "date_overlaps"),
    ],
)
def test_the_day_it_starts(on: date | None, terms: tuple[Term, ...], problem: str) -> None:
    assert found(START, on, terms=terms) == {(problem, "in_force_on")}
    assert found(START, date(2027, 2, 1), terms=terms) == set()


def test_everything_is_said_at_once() -> None:
    soft = tuple(
        replace(item, criterion=replace(item.criterion, rule=Rule.INFORMATIVE, weight=Decimal(0)))
        for item in START.criteria
    )
    broken = replace(soft[0], name_nl="", levels=())
    content = VersionContent(Numbers(pass_mark=Decimal(-1)), START.groups[1:], (broken, soft[1], soft[1]))
    problems = version_problems(content, in_force_on=None, today=TODAY)
    codes = {one.code for one in problems}
    assert codes >= {
        "date_required", "out_of_range", "name_required", "level_required", "unknown_group", "code_taken",
        "no_knock_out", "no_weight",
    }  # fmt: skip
    assert {one.values.get("criterion") for one in problems} == {None, "A1", "A2"}
    assert {one.values["kind"] for one in problems if one.code == "no_knock_out"} == {
        "new", "in_development", "renewal", "scope_change",
    }  # fmt: skip
    assert {one.code for one in version_problems(VersionContent(), in_force_on=TODAY, today=TODAY)} == {"no_criteria"}


def criteria_strategy() -> st.SearchStrategy[WordedCriterion]:
    rules = st.builds(
        Criterion,
        code=st.sampled_from(["A1", "A2", "B1", "B2", "C1"]),
        group=st.sampled_from(["market_need", "governance"]),
        answer=st.sampled_from(Answer),
        rule=st.sampled_from(Rule),
        unit=st.sampled_from(["", "years", "percent"]),
        weight=st.sampled_from([Decimal(0), Decimal(1), Decimal("2.5")]),
        threshold=st.sampled_from([None, Decimal(0), Decimal(2), Decimal(99)]),
        better=st.sampled_from([None, *Better]),
        moment=st.sampled_from(Moment),
        kinds=st.frozensets(st.sampled_from(["new", "renewal", "odd"])),
        consequence=st.sampled_from(Consequence),
    )
    return st.builds(
        WordedCriterion, criterion=rules, name_nl=st.sampled_from(["", "naam"]), name_en=st.sampled_from(["", "name"]),
        levels=st.sampled_from([(), (Level(0, "a", "b", "c", "d"),)]),
    )  # fmt: skip


def versions() -> st.SearchStrategy[VersionContent]:
    listed = st.lists(criteria_strategy(), max_size=5, unique_by=lambda item: item.code)
    numbers = st.builds(Numbers, pass_mark=st.sampled_from([Decimal(0), Decimal(55), Decimal(60)]))
    groups = st.sampled_from([START.groups, START.groups[:2]])
    return st.builds(VersionContent, numbers=numbers, groups=groups, criteria=listed.map(tuple))


@settings(max_examples=100)
@given(versions(), versions())
def test_comparing_is_the_same_seen_from_the_other_side(one: VersionContent, other: VersionContent) -> None:
    there, back = compare(one, other), compare(other, one)
    assert compare(one, one).is_same
    assert there.added == back.removed and there.removed == back.added and there.unchanged == back.unchanged
    assert {change.code for change in there.changed} == {change.code for change in back.changed}
    turned = [(change.field, change.after, change.before) for change in back.numbers]
    assert [(change.field, change.before, change.after) for change in there.numbers] == turned
    assert len(there.added) + len(there.changed) + there.unchanged == len(other.criteria)
    for change in there.changed:
        assert change.changes and all(field.before != field.after for field in change.changes)


@settings(max_examples=100)
@given(versions())
def test_every_problem_names_a_place_and_a_sentence(content: VersionContent) -> None:
    for problem in version_problems(content, in_force_on=TODAY, today=TODAY):
        assert problem.field and problem.message


def test_a_comparison_names_fields_and_levels() -> None:
    levels = BY_CODE["A1"].levels
    other = with_criterion(
        "A1", weight=Decimal(6), levels=(*levels[:2], replace(levels[2], text_nl="Anders"), *levels[3:])
    )
    found_changes = compare(START, replace(other, numbers=Numbers(pass_mark=Decimal(60))))
    (change,) = found_changes.changed
    assert [(one.field, one.level) for one in change.changes] == [("weight", None), ("text_nl", 2)]
    assert change.changes_results and found_changes.unchanged == 29
    assert [(one.field, one.before, one.after) for one in found_changes.numbers] == [("pass_mark", 55, 60)]
    words_only = compare(START, with_criterion("A1", name_nl="Anders")).changed[0]
    assert not words_only.changes_results
