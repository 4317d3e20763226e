"""Trying a draft of the guideline on past proposals: which computed results would be other ones, and why.

Answers are matched by the code of the criterion. What the draft asks and nobody was asked then is unknown: left out of
the reckoning, or counted as failed, as the reader chooses; never guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from hubs.accreditation.cases import Case, Yardstick
from hubs.accreditation.scoring import Outcome, Result, concluded, exact
from hubs.guideline.criteria import Criterion, criteria_for


class Unknown(StrEnum):
    """How a criterion counts that nobody was asked about then."""

    LEFT_OUT = "left_out"
    FAILED = "failed"


class Reason(NamedTuple):
    """One thing that makes the result another one, with the codes of the criteria it is about."""

    code: str  # a key of REASONS' words
    criteria: tuple[str, ...] = ()


REASONS = (
    "knock_outs_fail", "knock_outs_no_longer", "below_pass_mark", "above_pass_mark", "consequences_fail",
    "consequences_no_longer", "mandatory_fail", "mandatory_no_longer",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trial:
    """One past proposal under its own version and under the draft."""

    case: Case
    before: Result
    after: Result
    unknown: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def flips(self) -> bool:
        return self.before.outcome != self.after.outcome


@dataclass(frozen=True, slots=True)
class TryOut:
    """What a draft would have made of the past."""

    tried: int
    flips: tuple[Trial, ...]
    counts: Mapping[tuple[Outcome, Outcome], int]  # of every proposal, by the result then and now
    unknown: Mapping[str, int]  # in how many proposals a criterion is unknown


def tried_out(cases: Iterable[Case], own: Mapping[str, Yardstick], draft: Yardstick, *, unknown: Unknown) -> TryOut:
    """Reckon every case under its own version (`own`, by id) and under `draft`."""
    asked: dict[tuple[str, str, frozenset[str]], tuple[Criterion, ...]] = {}

    def criteria_of(name: str, measure: Yardstick, case: Case) -> tuple[Criterion, ...]:
        key = (name, case.kind, case.market_lists)
        if key not in asked:
            asked[key] = criteria_for(measure.criteria, kind=case.kind, market_lists=case.market_lists)
        return asked[key]

    trials = []
    for case in cases:
        measure = own[case.guideline_version_id]
        before = _result(case, criteria_of(case.guideline_version_id, measure, case), measure)
        trials.append(_trial(case, before, criteria_of("", draft, case), draft, unknown))
    return TryOut(
        tried=len(trials),
        flips=tuple(trial for trial in trials if trial.flips),
        counts=Counter((trial.before.outcome, trial.after.outcome) for trial in trials),
        unknown=Counter(code for trial in trials for code in trial.unknown),
    )


def _result(case: Case, criteria: tuple[Criterion, ...], measure: Yardstick) -> Result:
    pairs = [(item, case.given.get(item.code)) for item in criteria]
    return concluded(pairs, kind=case.kind, pass_mark=exact(measure.pass_mark))


def _trial(case: Case, before: Result, criteria: tuple[Criterion, ...], draft: Yardstick, unknown: Unknown) -> Trial:
    after = _result(case, criteria, draft)
    unanswered_then = set(before.missing)  # asked then and left open: that counts as failed, then as now
    new = tuple(code for code in after.missing if code not in unanswered_then)
    if new and unknown == Unknown.LEFT_OUT:
        after = _result(case, tuple(item for item in criteria if item.code not in new), draft)
    return Trial(case, before, after, new, _reasons(before, after) if before.outcome != after.outcome else ())


def _reasons(before: Result, after: Result) -> tuple[Reason, ...]:
    found = []
    for name in ("knock_outs", "consequences", "mandatory"):
        then, now = getattr(before, name), getattr(after, name)
        found.append(Reason(f"{name}_fail", tuple(code for code in now if code not in then)))
        found.append(Reason(f"{name}_no_longer", tuple(code for code in then if code not in now)))
    listed = [reason for reason in found if reason.criteria]
    if before.below_pass_mark != after.below_pass_mark:
        listed.append(Reason("below_pass_mark" if after.below_pass_mark else "above_pass_mark"))
    return tuple(sorted(listed, key=lambda reason: REASONS.index(reason.code)))
