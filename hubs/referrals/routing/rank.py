"""How hubs that may take a question are put in order (domain.md, Routing 4), in whole numbers: nothing drifts.

Shares are ten-thousandths. Neither membership nor price is known here, so neither can count.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from .receipt import Part
from .records import PART_CODES, Weights, basis_points

ONE = 10_000
MEMO = 4_096
SHARES = tuple(f"{n // ONE}.{n % ONE:04d}" for n in range(ONE + 1))


class Scale(NamedTuple):
    """Weights as whole numbers."""

    specificity: int
    answer: int
    load: int
    language: int
    city: int
    shrinkage: int
    prior: int

    @classmethod
    def of(cls, weights: Weights) -> Scale:
        shares = [basis_points(getattr(weights, code)) for code in PART_CODES]
        a, b, c, d, e = shares
        return cls(a, b, c, d, e, weights.shrinkage, basis_points(weights.prior))


class Mean(NamedTuple):
    """Share of questions that all hubs together answered in time, as a fraction."""

    in_time: int
    total: int


def overall_mean(record: Mapping[str, tuple[int, int]], overall: tuple[int, int] | None, scale: Scale) -> Mean:
    """The mean a small record is drawn towards; without any answers the prior of the weights."""
    in_time, total = overall or (sum(r[0] for r in record.values()), sum(r[1] for r in record.values()))
    return Mean(in_time, total) if total > 0 else Mean(scale.prior, ONE)


def answer_share(in_time: int, total: int, mean: Mean, shrinkage: int) -> int:
    """(in time + k · mean) ÷ (all + k): nothing answered yet counts as the mean, much answered as itself."""
    if total + shrinkage == 0:
        return ONE * mean.in_time // mean.total
    return ONE * (in_time * mean.total + shrinkage * mean.in_time) // ((total + shrinkage) * mean.total)


def load_share(left: int | None, weekly: int | None) -> int:
    """What is left of a week's capacity; no limit counts as empty desks."""
    if left is None or not weekly:
        return ONE
    return ONE if left >= weekly else ONE * left // weekly if left > 0 else 0


def part(code: str, value: int, weight: int, detail: tuple[tuple[str, str], ...]) -> tuple[int, Part]:
    """The points, as ten-thousandths, and the part as a receipt tells it. Points add up to the score exactly."""
    points = (value * weight + ONE // 2) // ONE
    return points, Part(code, SHARES[value], SHARES[weight], SHARES[points], detail)


@lru_cache(maxsize=MEMO)
def specificity_part(value: int, matches: tuple[tuple[str, str], ...], weight: int) -> tuple[int, Part]:
    """`value` up to ten thousand, `matches` the word for each aspect."""
    return part("specificity", min(value, ONE), weight, matches)


@lru_cache(maxsize=MEMO)
def answer_part(in_time: int, total: int, mean: Mean, shrinkage: int, weight: int) -> tuple[int, Part]:
    detail = (("in_time", str(in_time)), ("total", str(total)), ("mean", SHARES[ONE * mean.in_time // mean.total]))
    return part("answer", answer_share(in_time, total, mean, shrinkage), weight, detail)


@lru_cache(maxsize=MEMO)
def load_part(left: int | None, weekly: int | None, weight: int) -> tuple[int, Part]:
    detail = (("left", "" if left is None else str(left)), ("weekly", "" if weekly is None else str(weekly)))
    return part("load", load_share(left, weekly), weight, detail)


@lru_cache(maxsize=MEMO)
def language_part(wanted: tuple[str, ...], spoken: frozenset[str], weight: int) -> tuple[int, Part]:
    """The first wanted language that the hub speaks; none lowers the score and is said, it excludes nobody."""
    shared = next((language for language in wanted if language in spoken), "")
    detail = (("shared", shared), ("wanted", ";".join(wanted)), ("spoken", ";".join(sorted(spoken))))
    return part("language", ONE if shared else 0, weight, detail)


@lru_cache(maxsize=MEMO)
def city_part(matches: bool, city: str, weight: int) -> tuple[int, Part]:
    return part("city", ONE if matches else 0, weight, (("city", city),))


def rotation_key(seed: str, organisation_id: str) -> str:
    """Where an organisation stands in the rotation of this seed: fair over many seeds, the same when replayed."""
    return hashlib.sha256(f"{seed}|{organisation_id}".encode()).hexdigest()


def tied(scores: list[tuple[int, str]]) -> set[str]:
    """Organisations that share their score with another."""
    if len({score for score, _ in scores}) == len(scores):
        return set()
    counts = Counter(score for score, _ in scores)
    return {organisation_id for score, organisation_id in scores if counts[score] > 1}
