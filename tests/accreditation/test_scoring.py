"""The computed result: its rules by example, and what must hold for whatever anybody answers."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubs.accreditation.scoring import RANK, Given, Outcome, Result, highest_total, judged, result_of
from hubs.accreditation.sensitivity import Change, sensitivity
from hubs.guideline.criteria import (
    Answer,
    Better,
    Consequence,
    Criterion,
    Moment,
    ProposalKind,
    Rule,
    criteria_for,
)
from hubs.guideline.loading import starting_content

STARTING = starting_content().plain


def criterion(code: str, answer: str, rule: str = "mandatory", **more: Any) -> Criterion:
    for name in ("weight", "threshold"):
        if more.get(name) is not None:
            more[name] = Decimal(more[name])
    return Criterion(code, "group", Answer(answer), Rule(rule), **more)


# --- any guideline, any answers ----------------------------------------------------------------------------

WEIGHT = st.sampled_from(["0", "0.5", "1", "2", "5"]).map(Decimal)
PASS_MARK = st.sampled_from([0, 40, 55, Decimal("62.5"), 100])


@st.composite
def guidelines(draw: st.DrawFn) -> tuple[Criterion, ...]:
    made = []
    for i in range(draw(st.integers(1, 6))):
        answer = draw(st.sampled_from(Answer))
        levels = {Answer.SCALE: st.sampled_from([None, 2, 3]), Answer.NUMBER: st.sampled_from([None, 0, 1, 5])}
        threshold = draw(levels.get(answer, st.none()))
        made.append(
            Criterion(
                code=f"X{i}",
                group="group",
                answer=answer,
                rule=draw(st.sampled_from([Rule.INFORMATIVE, Rule.INFORMATIVE, Rule.MANDATORY, Rule.KNOCK_OUT])),
                weight=draw(WEIGHT),
                threshold=None if threshold is None else Decimal(threshold),
                better=draw(st.sampled_from(Better)),
                consequence=draw(st.sampled_from([Consequence.NONE, Consequence.NONE, Consequence.IN_DEVELOPMENT])),
                position=i,
            )
        )
    return tuple(made)


LEVEL = st.sampled_from([2, 3, 4, 1, 0])
OFTEN = st.sampled_from([True, True, True, False])
NUMBER = st.sampled_from(["0", "0.3", "0.99", "1", "1.01", "2", "4.5", "5", "7", "120"]).map(Decimal)


@st.composite
def answers(draw: st.DrawFn, criteria: tuple[Criterion, ...]) -> tuple[Given, ...]:
    found = []
    for item in criteria:
        if draw(st.integers(0, 9)) == 0:
            continue  # nobody answered
        if item.answer == Answer.SCALE:
            moderated = draw(st.none() | LEVEL)
            found.append(Given(item.code, levels=(draw(LEVEL), draw(LEVEL)), moderated=moderated))
        elif item.answer == Answer.NUMBER:
            found.append(Given(item.code, value=draw(NUMBER)))
        elif item.answer == Answer.YES_NO:
            found.append(Given(item.code, value=draw(OFTEN) == (item.better == Better.HIGHER)))
        else:
            found.append(Given(item.code, document_ok=draw(OFTEN)))
    return tuple(found)


CASES = guidelines().flatmap(lambda made: st.tuples(st.just(made), answers(made)))
KIND = st.sampled_from(ProposalKind)


def reckoned(criteria: Any, given_: Any, kind: str, mark: Any) -> Result:
    return result_of(criteria, given_, kind=kind, pass_mark=mark)


def bettered(item: Criterion, answer: Given, step: int) -> Given:
    """The answer made better in its criterion's direction (or left, where it cannot be better)."""
    lower = item.better == Better.LOWER
    if item.answer == Answer.SCALE:
        move = -step if lower else step
        moderated = None if answer.moderated is None else min(4, max(0, answer.moderated + move))
        first, *rest = answer.levels
        return replace(answer, moderated=moderated, levels=(min(4, max(0, first + move)), *rest))
    if item.answer == Answer.NUMBER:
        value = Fraction(answer.value or 0)
        return replace(answer, value=value / (step + 1) if lower else value + Fraction(step, 3))
    return replace(answer, value=not lower) if item.answer == Answer.YES_NO else replace(answer, document_ok=True)


def best_answer(item: Criterion) -> Given:
    lower = item.better == Better.LOWER
    levels = (0, 0) if lower else (4, 4)
    value = (0 if lower else 10**6) if item.answer == Answer.NUMBER else not lower
    return Given(item.code, value=value, levels=levels, document_ok=True)


@given(CASES, KIND, PASS_MARK, st.integers(0, 999))
@settings(max_examples=100, deadline=None)
def test_the_result_does_not_depend_on_the_order_of_entry(case: Any, kind: str, mark: Any, seed: int) -> None:
    criteria, given_ = case
    first = reckoned(criteria, given_, kind, mark)
    mixed, answers_mixed = list(criteria), [replace(item, levels=item.levels[::-1]) for item in given_]
    random.Random(seed).shuffle(mixed)
    random.Random(seed + 1).shuffle(answers_mixed)
    again = reckoned(mixed, answers_mixed, kind, mark)
    same = ("outcome", "total", "shown", "knock_outs", "mandatory", "consequences", "missing", "below_pass_mark")
    assert all(getattr(first, name) == getattr(again, name) for name in same)
    assert [row[:1] + row[2:] for row in first.rows] == [row[:1] + row[2:] for row in again.rows]
    said = [
        [(one.code, one.aspect, one.before, one.after, one.beyond, one.outcome) for one in found]
        for found in (
            sensitivity(criteria, given_, kind=kind, pass_mark=mark),
            sensitivity(mixed, answers_mixed, kind=kind, pass_mark=mark),
        )
    ]
    assert said[0] == said[1]


@given(CASES, KIND, PASS_MARK, st.data())
@settings(max_examples=100, deadline=None)
def test_bettering_an_answer_never_lowers_the_result(case: Any, kind: str, mark: Any, data: st.DataObject) -> None:
    criteria, given_ = case
    before = reckoned(criteria, given_, kind, mark)
    for item in criteria:
        present = next((answer for answer in given_ if answer.code == item.code), None)
        if present is None:
            better: Given = next(iter(data.draw(answers((item,)))), Given(item.code))
        else:
            better = bettered(item, present, data.draw(st.integers(1, 4)))
        after = reckoned(criteria, [better, *(answer for answer in given_ if answer.code != item.code)], kind, mark)
        assert RANK[after.outcome] >= RANK[before.outcome], (item, present, better)
        assert after.total >= before.total, (item, present, better)


@given(CASES, KIND, PASS_MARK, st.data())
@settings(max_examples=100, deadline=None)
def test_a_failed_knock_out_cannot_be_outweighed(case: Any, kind: str, mark: Any, data: st.DataObject) -> None:
    criteria, given_ = case
    result = reckoned(criteria, given_, kind, mark)
    if not result.knock_outs:
        assert result.outcome != Outcome.REFUSE or result.below_pass_mark
        return
    best = [best_answer(item) for item in criteria]
    kept = [answer for answer in given_ if answer.code in result.knock_outs]
    changed = [*kept, *(answer for answer in best if answer.code not in result.knock_outs)]
    heavy = [
        item if item.code in result.knock_outs else replace(item, weight=item.weight + data.draw(WEIGHT) * 1000)
        for item in criteria
    ]
    for outcome in (reckoned(criteria, changed, kind, mark), reckoned(heavy, changed, kind, 0)):
        assert outcome.outcome == Outcome.REFUSE and outcome.knock_outs == result.knock_outs


@given(CASES, KIND, PASS_MARK)
@settings(max_examples=100, deadline=None)
def test_totals_are_exact_and_parts_add_up(case: Any, kind: str, mark: Any) -> None:
    criteria, given_ = case
    result = reckoned(criteria, given_, kind, mark)
    assert sum((row.part for row in result.rows), Fraction(0)) == result.total
    assert 0 <= result.total <= 100 and all(0 <= row.part <= row.most for row in result.rows)
    weighed = [row for row in result.rows if row.points is not None and row.criterion.weight]
    top = sum(Fraction(row.criterion.weight) for row in weighed)
    if top:  # a second way to reckon the same: whole hundredths of weight, one division at the end
        points = sum(int(row.criterion.weight * 100) * (row.points or 0) for row in weighed)
        assert result.total == Fraction(points, 100) / top / 4 * 100
        assert sum((row.most for row in result.rows), Fraction(0)) == 100
    assert result.shown <= result.total < result.shown + Decimal("0.01")
    if highest_total(criteria):  # rounding never hides a missed pass mark
        assert (result.shown >= mark) == (not result.below_pass_mark)


def _smaller(criteria: Any, given_: tuple[Given, ...], change: Change) -> list[Given]:
    """Smaller changes in the same direction: every level between, and some numbers between."""
    present = next((a for a in given_ if a.code == change.code), Given(change.code))
    if change.aspect == "number" and change.before is not None and change.after is not None:
        before, after = Fraction(change.before), Fraction(change.after)
        return [replace(present, value=before + (after - before) * n / 20) for n in range(1, 20)]
    if change.aspect not in ("level", "moderated") or not isinstance(change.before, int):
        return []
    step = 1 if int(change.after or 0) > change.before else -1
    between = range(change.before + step, int(change.after or 0), step)
    if change.aspect == "moderated":
        return [replace(present, moderated=level) for level in between]
    others = list(present.levels)
    others.remove(change.before)
    return [replace(present, levels=(level, *others)) for level in between]


@given(CASES, KIND, PASS_MARK)
@settings(max_examples=100, deadline=None)
def test_what_would_change_the_outcome_does_and_nothing_less(case: Any, kind: str, mark: Any) -> None:
    """Each change is reckoned again; and every single change of an answer that flips the outcome is reported."""
    criteria, given_ = case
    now = reckoned(criteria, given_, kind, mark)

    def with_(answer: Given) -> Outcome:
        rest = [other for other in given_ if other.code != answer.code]
        return reckoned(criteria, [*rest, answer], kind, mark).outcome

    changes = sensitivity(criteria, given_, kind=kind, pass_mark=mark)
    for change in changes:
        assert with_(change.changed) == change.outcome != now.outcome
        assert change.is_better == (RANK[change.outcome] > RANK[now.outcome])
        assert all(with_(less) == now.outcome for less in _smaller(criteria, given_, change))
        if change.aspect == "number" and change.after is not None:
            assert with_(Given(change.code, value=change.after)) == (now.outcome if change.beyond else change.outcome)
    reported = {(change.code, change.is_better) for change in changes}
    for item in criteria:
        for other in _every_answer(item, next((a for a in given_ if a.code == item.code), None)):
            then = with_(other)
            assert then == now.outcome or (item.code, RANK[then] > RANK[now.outcome]) in reported, (item, other)


def _every_answer(item: Criterion, present: Given | None) -> list[Given]:
    """Other answers to one criterion that are a change of one answer."""
    if item.answer == Answer.SCALE:
        if present is None:
            return [Given(item.code, levels=(level, level)) for level in range(5)]
        if present.moderated is not None:
            return [replace(present, moderated=level) for level in range(5)]
        a, b = present.levels
        return [replace(present, levels=pair) for n in range(5) for pair in ((n, b), (a, n))]
    if item.answer == Answer.NUMBER:
        return [Given(item.code, value=Fraction(n, 20)) for n in (0, 1, 7, 19, 20, 21, 50, 99, 100, 101, 900)]
    if item.answer == Answer.YES_NO:
        return [Given(item.code, value=value) for value in (True, False)]
    return [Given(item.code, document_ok=value) for value in (True, False)]


# --- the rules by example ----------------------------------------------------------------------------------

A = criterion("A", "scale", "knock_out", weight="5", threshold="2", better=Better.HIGHER)
N = criterion("N", "number", weight="2", threshold="5", better=Better.LOWER)
Y = criterion("Y", "yes_no", "informative", weight="1", better=Better.HIGHER)
D = criterion("D", "document")


@pytest.mark.parametrize(
    ("item", "answer", "points", "passed", "why"),
    [
        (A, Given("A", levels=(2, 3)), Fraction(5, 2), True, "level_reached"),
        (A, Given("A", levels=(1, 2)), Fraction(3, 2), False, "level_below"),
        (A, Given("A", levels=(1, 2), moderated=2), 2, True, "level_reached"),
        (A, None, 0, False, "missing"),
        (replace(A, threshold=None), Given("A", levels=(0, 0)), 0, True, "level_given"),
        (replace(A, better=Better.LOWER), Given("A", levels=(1, 1)), 3, True, "level_reached"),
        (N, Given("N", value=Decimal(5)), 4, True, "threshold_reached"),
        (N, Given("N", value=Decimal(10)), 2, False, "threshold_missed"),
        (replace(N, better=Better.HIGHER), Given("N", value=Decimal("1.5")), Fraction(6, 5), False, "threshold_missed"),
        (replace(N, better=Better.HIGHER), Given("N", value=Decimal("-1")), 0, False, "threshold_missed"),
        (replace(N, threshold=Decimal(0)), Given("N", value=Decimal(3)), 0, False, "threshold_missed"),
        (replace(N, threshold=None), Given("N", value=Decimal(3)), None, True, "number_given"),
        (replace(N, threshold=None), None, None, False, "missing"),
        (Y, Given("Y", value=True), 4, True, "yes_good"),
        (Y, Given("Y", value=False), 0, False, "no_bad"),
        (replace(Y, better=Better.LOWER), Given("Y", value=False), 4, True, "no_good"),
        (replace(Y, better=Better.LOWER), Given("Y", value=True), 0, False, "yes_bad"),
        (D, Given("D", document_ok=True), None, True, "document_accepted"),
        (D, Given("D", document_ok=False), None, False, "document_refused"),
        (replace(D, weight=Decimal(1)), Given("D", document_ok=True), 4, True, "document_accepted"),
        (replace(D, answer=Answer.AGREEMENT), Given("D", document_ok=False), None, False, "agreement_unsigned"),
    ],
)
def test_points_of_one_answer(item: Criterion, answer: Given | None, points: Any, passed: bool, why: str) -> None:
    found = judged(item, answer)
    assert (found.points, found.passed, found.why, found.answered) == (points, passed, why, why != "missing")


GOOD = (
    Given("A", levels=(3, 3)),
    Given("N", value=Decimal(4)),
    Given("Y", value=True),
    Given("D", document_ok=True),
)
LIMIT = criterion("L", "number", "informative", threshold="2", better=Better.HIGHER,
                  consequence=Consequence.IN_DEVELOPMENT)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "kind", "outcome"),
    [
        ({}, "new", "accredit"),
        ({"Y": Given("Y", value=False)}, "new", "accredit"),
        ({"N": Given("N", value=Decimal(6))}, "new", "conditional"),
        ({"D": None}, "new", "conditional"),
        ({"L": Given("L", value=Decimal(1))}, "new", "in_development"),
        ({"L": Given("L", value=Decimal(1)), "D": None}, "new", "in_development"),
        ({"A": Given("A", levels=(1, 2))}, "new", "refuse"),
        ({"A": None}, "new", "refuse"),
        ({"A": Given("A", levels=(2, 2)), "N": Given("N", value=Decimal(40)), "Y": None}, "new", "refuse"),
        ({}, "in_development", "in_development"),
        ({"A": None}, "in_development", "refuse"),
    ],
)
def test_the_outcome(changed: dict[str, Given | None], kind: str, outcome: str) -> None:
    given_ = {answer.code: answer for answer in (*GOOD, Given("L", value=Decimal(2)))} | changed
    result = reckoned((A, N, Y, D, LIMIT), [answer for answer in given_.values() if answer], kind, 55)
    assert result.outcome == outcome
    assert set(result.missing) == {code for code, answer in changed.items() if answer is None}
    assert result.limited_by_kind == (kind == "in_development" and outcome == "in_development")


def test_a_total_just_under_the_pass_mark_is_not_shown_as_reaching_it() -> None:
    items = (criterion("S", "scale", weight="1"), criterion("T", "number", weight="2", threshold="3"))
    result = reckoned(items, [Given("S", levels=(3, 3)), Given("T", value=Decimal("1.35"))], "new", 55)
    assert (result.total, result.outcome, result.shown) == (55, Outcome.CONDITIONAL, Decimal(55))
    under = reckoned(items, [Given("S", levels=(3, 3)), Given("T", value=Decimal("1.3499"))], "new", 55)
    assert under.outcome == Outcome.REFUSE and under.shown == Decimal("54.99")
    none_weighed = reckoned((D,), [Given("D", document_ok=True)], "new", 55)
    assert (none_weighed.outcome, none_weighed.total) == (Outcome.ACCREDIT, 0)


def test_the_starting_guideline_weighs_what_an_application_can_have() -> None:
    asked = criteria_for(STARTING, kind="new", market_lists=())
    full = []
    for item in asked:
        best = {"value": True} if item.answer == Answer.YES_NO else {"value": item.threshold or 1}
        full.append(Given(item.code, levels=(4, 4), document_ok=True, **best))
    result = reckoned(asked, full, "new", 55)
    assert (result.outcome, result.total, result.missing) == (Outcome.ACCREDIT, 100, ())
    assert not {row.criterion.moment for row in result.rows} - {Moment.APPLICATION}
    young = [replace(answer, value=Decimal(1)) if answer.code == "C7" else answer for answer in full]
    assert reckoned(asked, young, "new", 55).outcome == Outcome.IN_DEVELOPMENT
    found = {
        (change.code, change.outcome, change.after) for change in sensitivity(asked, full, kind="new", pass_mark=55)
    }
    assert ("B1", "refuse", None) not in found and ("G4", "refuse", False) in found
    assert ("C7", "in_development", 2) in found and ("F1", "conditional", False) in found


@pytest.mark.parametrize(
    ("answer", "mark", "said"),
    [
        ({"A": Given("A", levels=(2, 2))}, 0, ("A", "level", 2, 1, False, "refuse")),
        ({"A": Given("A", levels=(1, 2))}, 0, ("A", "level", 1, 2, False, "accredit")),
        ({"A": Given("A", levels=(1, 4), moderated=3)}, 0, ("A", "moderated", 3, 1, False, "refuse")),
        ({"A": None}, 0, ("A", "scored", None, 2, False, "accredit")),
        ({"N": Given("N", value=Decimal(4))}, 0, ("N", "number", Decimal(4), 5, True, "conditional")),
        ({"N": Given("N", value=Decimal(10))}, 0, ("N", "number", Decimal(10), 5, False, "accredit")),
        # 15 + 8 of 32 are wanted with 4 for A and Y: 20 + 4 + 2·x = 25, so x = ½, at 5·4/½ working days
        ({"A": Given("A", levels=(4, 4))}, Fraction(2500, 32), ("N", "number", Decimal(4), 40, True, "refuse")),
        ({"D": None}, 0, ("D", "document", None, True, False, "accredit")),
        ({}, 0, ("D", "document", True, False, False, "conditional")),
    ],
)
def test_single_changes_by_example(answer: dict[str, Given | None], mark: Any, said: tuple[Any, ...]) -> None:
    given_ = {one.code: one for one in GOOD} | answer
    items = (A, replace(N, rule=Rule.INFORMATIVE) if mark else N, Y, D)
    changes = sensitivity(items, [one for one in given_.values() if one], kind="new", pass_mark=mark)
    found = {(one.code, one.aspect, one.before, one.after, one.beyond, one.outcome) for one in changes}
    assert said in found, found
