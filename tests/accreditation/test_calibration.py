"""Agreement between two rounds of scoring, against figures reckoned by hand and by the definition."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubs.accreditation.calibration import (
    Agreement,
    Limits,
    Pair,
    Weakness,
    agreement_of,
    by_criterion,
    weaknesses,
    weighted_kappa,
)

LEVELS = st.integers(0, 4)
PAIRS = st.lists(st.tuples(LEVELS, LEVELS), min_size=1, max_size=30)


def kappa_by_table(pairs: list[tuple[int, int]]) -> Fraction | None:
    """The definition: weighted disagreement in the table over that in the table of the margins."""
    n = len(pairs)
    weight = [[Fraction((i - j) ** 2, 16) for j in range(5)] for i in range(5)]
    table = [[Fraction(pairs.count((i, j)), n) for j in range(5)] for i in range(5)]
    rows, columns = [sum(row) for row in table], [sum(row[j] for row in table) for j in range(5)]
    found = sum(weight[i][j] * table[i][j] for i in range(5) for j in range(5))
    chance = sum(weight[i][j] * rows[i] * columns[j] for i in range(5) for j in range(5))
    return 1 - found / chance if chance else None


@given(PAIRS)
@settings(max_examples=100, deadline=None)
def test_kappa_is_the_definition_and_does_not_know_first_from_second(pairs: list[tuple[int, int]]) -> None:
    kappa = weighted_kappa(pairs)
    assert kappa == kappa_by_table(pairs) == weighted_kappa([(b, a) for a, b in pairs]) == weighted_kappa(pairs[::-1])
    assert kappa is None or kappa <= 1
    found = agreement_of(pairs)
    assert found.exact <= found.within_one <= 1 and abs(found.mean_difference) <= 4
    assert (found.exact == 1) == (kappa in (None, 1))


def test_figures_by_hand() -> None:
    found = agreement_of([(2, 2), (3, 1), (1, 2), (4, 4)])
    assert (found.pairs, found.exact, found.within_one) == (4, Fraction(1, 2), Fraction(3, 4))
    assert found.mean_difference == Fraction(-1, 4)
    assert found.kappa == 1 - Fraction(5 * 4, 5 + 7 + 11 + 17)
    assert weighted_kappa([(3, 3), (3, 3)]) is None  # everybody one and the same level: no chance to agree by


def test_by_version_and_criterion() -> None:
    pairs = [Pair("2", "A1", 1, 2), Pair("1", "B1", 0, 0), Pair("1", "A1", 3, 3), Pair("1", "A1", 2, 4)]
    found = by_criterion(pairs)
    assert list(found) == [("1", "A1"), ("1", "B1"), ("2", "A1")]
    assert found["1", "A1"].pairs == 2 and found["1", "A1"].mean_difference == 1


@pytest.mark.parametrize(
    ("agreement", "weak"),
    [
        (Agreement(10, Fraction(1), Fraction(1), Fraction(0), Fraction(1)), ()),
        (Agreement(9, Fraction(0), Fraction(0), Fraction(4), Fraction(-1)), ()),  # too few to say anything
        (Agreement(10, Fraction(1), Fraction(1), Fraction(0), None), ()),
        (Agreement(10, Fraction(1, 2), Fraction(9, 10), Fraction(0), Fraction(59, 100)), (Weakness.KAPPA,)),
        (Agreement(10, Fraction(1, 2), Fraction(8, 10), Fraction(-2, 3), Fraction(6, 10)),
         (Weakness.WITHIN_ONE, Weakness.DRIFT)),
    ],
)  # fmt: skip
def test_weak_criteria(agreement: Agreement, weak: tuple[Weakness, ...]) -> None:
    assert weaknesses(agreement, Limits()) == weak
