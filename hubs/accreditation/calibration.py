"""How far people agree who score the same criterion of the same file, and which criteria are weak because they don't.

Pairs of levels: the first one given, and the one given again without sight of it. Figures are exact fractions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from random import Random
from typing import NamedTuple


class Pair(NamedTuple):
    """Two levels for one criterion of one file under one guideline version."""

    version: str
    criterion: str
    first: int
    again: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two rounds of scoring agree. `kappa` is None where everybody gave one and the same level."""

    pairs: int
    exact: Fraction  # share of pairs with the same level
    within_one: Fraction
    mean_difference: Fraction  # again less first: below zero when stricter the second time
    kappa: Fraction | None  # quadratic weighted (Cohen 1968): 1 agreement, 0 no better than chance


class Weakness(StrEnum):
    """In what a criterion is weak."""

    KAPPA = "kappa"
    WITHIN_ONE = "within_one"
    DRIFT = "drift"  # the second time stricter or milder on the whole


@dataclass(frozen=True, slots=True)
class Limits:
    """From when a criterion counts as weak; with fewer pairs than `pairs` nothing is said of it."""

    pairs: int = 10
    kappa: Fraction = Fraction(60, 100)
    within_one: Fraction = Fraction(90, 100)
    drift: Fraction = Fraction(1, 2)


def agreement_of(pairs: Sequence[tuple[int, int]]) -> Agreement:
    """Agreement over at least one pair (first, again)."""
    n = len(pairs)
    differences = [again - first for first, again in pairs]
    return Agreement(
        pairs=n,
        exact=Fraction(sum(not d for d in differences), n),
        within_one=Fraction(sum(abs(d) <= 1 for d in differences), n),
        mean_difference=Fraction(sum(differences), n),
        kappa=weighted_kappa(pairs),
    )


def weighted_kappa(pairs: Sequence[tuple[int, int]]) -> Fraction | None:
    """Quadratic weighted kappa: 1 less the squared distance found over the one that chance would give."""
    n = len(pairs)
    found = sum((first - again) ** 2 for first, again in pairs)
    firsts, agains = Counter(first for first, _ in pairs), Counter(again for _, again in pairs)
    by_chance = sum((a - b) ** 2 * many * times for a, many in firsts.items() for b, times in agains.items())
    return None if not by_chance else 1 - Fraction(found * n, by_chance)


def by_criterion(pairs: Iterable[Pair]) -> dict[tuple[str, str], Agreement]:
    """Agreement per guideline version and criterion, in that order."""
    grouped: Mapping[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for pair in pairs:
        grouped[pair.version, pair.criterion].append((pair.first, pair.again))
    return {key: agreement_of(grouped[key]) for key in sorted(grouped)}


def weaknesses(agreement: Agreement, limits: Limits) -> tuple[Weakness, ...]:
    """In what a criterion is weak; nothing is said on too few pairs. An undefined kappa is no weakness: all agreed."""
    if agreement.pairs < limits.pairs:
        return ()
    weak = {
        Weakness.KAPPA: agreement.kappa is not None and agreement.kappa < limits.kappa,
        Weakness.WITHIN_ONE: agreement.within_one < limits.within_one,
        Weakness.DRIFT: abs(agreement.mean_difference) > limits.drift,
    }
    return tuple(name for name, is_so in weak.items() if is_so)


class Drawn(NamedTuple):
    """One file of a sample and who scores it again."""

    proposal_id: str
    person_id: str


def drawn_sample(may_score: Mapping[str, Iterable[str]], *, size: int, seed: str) -> tuple[Drawn, ...]:
    """A random sample of `size` files, each for somebody who may score it; the same for the same seed and candidates.

    `may_score`: for each file the people who took no part in it. A file nobody may score is passed over, so that fewer
    may come out. Work is spread: the one with the least so far gets the next, chance decides between equals.
    """
    chance = Random(seed)  # noqa: S311  repeatable by whoever checks the draw, not secret
    order = sorted(may_score)
    chance.shuffle(order)
    load: Counter[str] = Counter()
    found: list[Drawn] = []
    for proposal_id in order:
        people = sorted(may_score[proposal_id])
        if len(found) == size or not people:
            continue
        least = min(load[person] for person in people)
        chosen = chance.choice([person for person in people if load[person] == least])
        load[chosen] += 1
        found.append(Drawn(proposal_id, chosen))
    return tuple(found)
