"""What the answers to a version's criteria come to: knock-outs, mandatory criteria, weighted total, computed outcome.

Exact fractions throughout; nothing here depends on the order in which answers came in (domain.md, Guideline version;
letter rec. 9). The service advises: people decide, and may depart from this with reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from hubs.guideline.criteria import TOP_LEVEL, Answer, Better, Consequence, Criterion, ProposalKind, Rule

Number = Decimal | Fraction | int
SHOWN_DECIMALS = 2
_NOTHING = Fraction(0)


class Outcome(StrEnum):
    """What the reckoning advises, worst to best."""

    REFUSE = "refuse"
    IN_DEVELOPMENT = "in_development"
    CONDITIONAL = "conditional"
    ACCREDIT = "accredit"


RANK: Mapping[str, int] = {outcome: rank for rank, outcome in enumerate(Outcome)}


@dataclass(frozen=True, slots=True)
class Given:
    """The answer to one criterion; what does not belong to its kind of answer stays empty.

    `levels`: the assessors' levels, in any order; `moderated`: the level that counts instead, after moderation;
    `value`: a number, or yes or no; `document_ok`: whether a document was accepted or an agreement signed.
    """

    code: str
    value: Number | bool | None = None
    levels: tuple[int, ...] = ()
    moderated: int | None = None
    document_ok: bool | None = None


class Row(NamedTuple):
    """One criterion in the derivation: what it brings to the total and whether it is passed, with the reason's code."""

    criterion: Criterion
    given: Given
    answered: bool
    points: Fraction | None  # 0 to 4; None: this kind of answer carries no points
    part: Fraction  # of the total, in percentage points
    most: Fraction  # what full points would have brought
    passed: bool
    why: str  # a code of WHY
    values: Mapping[str, Number]

    @property
    def code(self) -> str:
        return self.criterion.code


WHY = (
    "missing", "level_reached", "level_below", "level_given", "yes_good", "yes_bad", "no_good", "no_bad",
    "threshold_reached", "threshold_missed", "number_given", "document_accepted", "document_refused",
    "agreement_signed", "agreement_unsigned",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """The computed result with its derivation, one row a criterion in the version's order."""

    outcome: Outcome
    rows: tuple[Row, ...]
    total: Fraction  # percent of the highest weighted total there can be
    pass_mark: Fraction
    kind: str
    below_pass_mark: bool
    knock_outs: tuple[str, ...]  # codes that failed
    mandatory: tuple[str, ...]
    consequences: tuple[str, ...]  # codes whose failing limits the result to in development
    missing: tuple[str, ...]  # codes without an answer
    limited_by_kind: bool = field(default=False)  # asked for in development, so no more than that

    @property
    def shown(self) -> Decimal:
        """The total rounded down, so that what is shown never reaches a pass mark that was missed."""
        steps = 10**SHOWN_DECIMALS
        return Decimal(int(self.total * steps)) / steps

    @property
    def is_complete(self) -> bool:
        return not self.missing

    def row(self, code: str) -> Row | None:
        return next((row for row in self.rows if row.code == code), None)


class Judged(NamedTuple):
    """What one answer is worth by itself, before it is weighed against the others."""

    answered: bool
    points: Fraction | None
    passed: bool
    why: str
    values: Mapping[str, Number]


@lru_cache(maxsize=4096)
def exact(number: Number) -> Fraction:
    return Fraction(number)


def judged(criterion: Criterion, given: Given | None) -> Judged:
    """Points and passing of one answer; not answered is nought points and not passed."""
    found = _JUDGES[criterion.answer](criterion, given) if given is not None else None
    if found is None:
        return Judged(False, Fraction(0) if _carries_points(criterion) else None, False, "missing", {})
    return found


def _carries_points(criterion: Criterion) -> bool:
    if criterion.answer == Answer.NUMBER:
        return criterion.threshold is not None
    return criterion.weight > 0 or criterion.answer in (Answer.SCALE, Answer.YES_NO)


def _lower_is_better(criterion: Criterion) -> bool:
    return criterion.better == Better.LOWER


def _level(criterion: Criterion, given: Given) -> Judged | None:
    """The moderated level, or else the exact mean of the assessors'."""
    if given.moderated is None and not given.levels:
        return None
    mean = Fraction(sum(given.levels), len(given.levels)) if given.moderated is None else Fraction(given.moderated)
    lower = _lower_is_better(criterion)
    values: dict[str, Number] = {"level": mean}
    points = TOP_LEVEL - mean if lower else mean
    if criterion.threshold is None:
        return Judged(True, points, True, "level_given", values)
    threshold = exact(criterion.threshold)
    passed = mean <= threshold if lower else mean >= threshold
    values["threshold"] = criterion.threshold
    return Judged(True, points, passed, "level_reached" if passed else "level_below", values)


def _yes_no(criterion: Criterion, given: Given) -> Judged | None:
    if given.value is None:
        return None
    passed = bool(given.value) != _lower_is_better(criterion)
    why = f"{'yes' if given.value else 'no'}_{'good' if passed else 'bad'}"
    return Judged(True, Fraction(TOP_LEVEL if passed else 0), passed, why, {})


def _number(criterion: Criterion, given: Given) -> Judged | None:
    if given.value is None:
        return None
    value = exact(given.value)
    values: dict[str, Number] = {"value": given.value}
    if criterion.threshold is None:
        return Judged(True, None, True, "number_given", values)
    values["threshold"] = criterion.threshold
    points = number_points(criterion, value)
    passed = _reaches(criterion, value)
    return Judged(True, points, passed, "threshold_reached" if passed else "threshold_missed", values)


def _reaches(criterion: Criterion, value: Fraction) -> bool:
    threshold = exact(criterion.threshold or 0)
    return value <= threshold if _lower_is_better(criterion) else value >= threshold


def number_points(criterion: Criterion, value: Fraction) -> Fraction:
    """Full points when the threshold is reached, else in proportion; nothing where there is no proportion."""
    if _reaches(criterion, value):
        return Fraction(TOP_LEVEL)
    threshold = exact(criterion.threshold or 0)
    if value <= 0 or threshold <= 0:
        return Fraction(0)
    return (threshold / value if _lower_is_better(criterion) else value / threshold) * TOP_LEVEL


def _held(criterion: Criterion, given: Given) -> Judged | None:
    """A document or an agreement: it is there and holds, or not."""
    if given.document_ok is None:
        return None
    document = criterion.answer == Answer.DOCUMENT
    good, bad = ("document_accepted", "document_refused") if document else ("agreement_signed", "agreement_unsigned")
    points = Fraction(TOP_LEVEL if given.document_ok else 0) if criterion.weight > 0 else None
    return Judged(True, points, given.document_ok, good if given.document_ok else bad, {})


_JUDGES = {
    Answer.SCALE: _level,
    Answer.YES_NO: _yes_no,
    Answer.NUMBER: _number,
    Answer.DOCUMENT: _held,
    Answer.AGREEMENT: _held,
}


def result_of(criteria: Iterable[Criterion], given: Iterable[Given], *, kind: str, pass_mark: Number) -> Result:
    """The computed result of one proposal.

    `criteria`: those that apply (hubs.guideline.criteria.criteria_for); answers to others are passed over. `kind`: of
    the proposal; `pass_mark`: percent of the highest total. Without any weighed criterion the pass mark asks nothing.
    """
    answers = {answer.code: answer for answer in given}
    ordered = sorted(criteria, key=lambda criterion: (criterion.position, criterion.code))
    return concluded([(item, answers.get(item.code)) for item in ordered], kind=kind, pass_mark=exact(pass_mark))


def concluded(pairs: list[tuple[Criterion, Given | None]], *, kind: str, pass_mark: Fraction) -> Result:
    """The result of criteria with their answers, in the order in which they are to be shown."""
    verdicts = [judged(criterion, given) for criterion, given in pairs]
    shares = _shares(tuple(item.weight if _carries_points(item) else None for item, _ in pairs))
    rows = tuple(
        _row(criterion, given, verdict, share)
        for (criterion, given), verdict, share in zip(pairs, verdicts, shares, strict=True)
    )
    failed = [row for row in rows if not row.passed]
    total = sum((row.part for row in rows if row.part is not _NOTHING), _NOTHING)
    below = total < pass_mark and any(row.most for row in rows)
    knock_outs = _codes(row for row in failed if row.criterion.rule == Rule.KNOCK_OUT)
    mandatory = _codes(row for row in failed if row.criterion.rule == Rule.MANDATORY)
    consequences = _codes(row for row in failed if row.criterion.consequence == Consequence.IN_DEVELOPMENT)
    reached = _outcome(bool(knock_outs) or below, bool(consequences), bool(mandatory))
    limited = kind == ProposalKind.IN_DEVELOPMENT and RANK[reached] > RANK[Outcome.IN_DEVELOPMENT]
    return Result(
        outcome=Outcome.IN_DEVELOPMENT if limited else reached,
        rows=rows,
        total=total,
        pass_mark=pass_mark,
        kind=kind,
        below_pass_mark=below,
        knock_outs=knock_outs,
        mandatory=mandatory,
        consequences=consequences,
        missing=_codes(row for row in rows if not row.answered),
        limited_by_kind=limited,
    )


def highest_total(criteria: Iterable[Criterion]) -> Fraction:
    """The sum of weight × full points over what carries points."""
    return sum((exact(item.weight) * TOP_LEVEL for item in criteria if _carries_points(item)), Fraction(0))


@lru_cache(maxsize=512)
def _shares(weights: tuple[Decimal | None, ...]) -> tuple[Fraction, ...]:
    """Percentage points of the total that one point brings, for each criterion; None carries no points."""
    highest = sum((exact(weight) * TOP_LEVEL for weight in weights if weight is not None), Fraction(0))
    return tuple(exact(weight or 0) * 100 / highest if highest else Fraction(0) for weight in weights)


def _row(criterion: Criterion, given: Given | None, verdict: Judged, share: Fraction) -> Row:
    return Row(
        criterion,
        given or Given(criterion.code),
        verdict.answered,
        verdict.points,
        share * verdict.points if verdict.points and share else _NOTHING,
        _most(share),
        verdict.passed,
        verdict.why,
        verdict.values,
    )


@lru_cache(maxsize=512)
def _most(share: Fraction) -> Fraction:
    return share * TOP_LEVEL


def _codes(rows: Iterable[Row]) -> tuple[str, ...]:
    return tuple(row.code for row in rows)


def _outcome(refused: bool, limited: bool, conditional: bool) -> Outcome:
    if refused:
        return Outcome.REFUSE
    if limited:
        return Outcome.IN_DEVELOPMENT
    return Outcome.CONDITIONAL if conditional else Outcome.ACCREDIT
