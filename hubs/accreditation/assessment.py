"""What an assessment asks of two assessors, and everything that keeps it from being concluded (letter rec. 9).

Two people score the scale criteria blind to one another; facts and documents are checked once for both; what lies
further apart than the version allows is moderated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import lazy_gettext as _l

from hubs.accreditation.scoring import Given, judged
from hubs.core.errors import Problem
from hubs.guideline.criteria import Answer, Criterion, Rule

ASSESSORS = 2
Scores = Mapping[tuple[str, str], int]  # (criterion, person) -> level


@dataclass(frozen=True, slots=True)
class Part:
    """One assessor's part: the place (1 or 2), whether it is finished, and an interest declared since."""

    person_id: str
    position: int
    is_finished: bool
    has_interest: bool = False


@dataclass(frozen=True, slots=True)
class AskedAdvice:
    """An advice that was asked for: whether it is there, and until when it may come."""

    is_given: bool
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What has been answered: levels by criterion and person, codes of facts checked, codes moderated."""

    scores: Scores
    checked: Collection[str]
    moderated: Collection[str]


def answer_of(
    criterion: Criterion, *, level: int | None = None, value: Decimal | None = None, answer: bool | None = None
) -> Given:
    """One answer of the kind that this criterion asks for."""
    if criterion.answer == Answer.SCALE:
        return Given(criterion.code, moderated=level)
    if criterion.answer == Answer.NUMBER:
        return Given(criterion.code, value=value)
    if criterion.answer == Answer.YES_NO:
        return Given(criterion.code, value=answer)
    return Given(criterion.code, document_ok=answer)


def asks_ground(criterion: Criterion, given: Given) -> bool:
    """Whether this answer fails something, so that a coded ground has to say why; what only weighs along asks none."""
    counts = criterion.rule != Rule.INFORMATIVE or criterion.threshold is not None or bool(criterion.consequence)
    return counts and not judged(criterion, given).passed


def scaled(criteria: Iterable[Criterion]) -> tuple[Criterion, ...]:
    """The criteria that both assessors score."""
    return tuple(item for item in criteria if item.answer == Answer.SCALE)


def checks(criteria: Iterable[Criterion]) -> tuple[Criterion, ...]:
    """Facts, documents and agreements: checked once for both."""
    return tuple(item for item in criteria if item.answer != Answer.SCALE)


def done_by(person_id: str | None, criteria: Iterable[Criterion], answered: Answered) -> frozenset[str]:
    """The codes of what this assessor has behind them: their own scores, and what either of the two checked."""
    return frozenset(
        item.code
        for item in criteria
        if ((item.code, person_id) in answered.scores if item.answer == Answer.SCALE else item.code in answered.checked)
    )


def next_open(criteria: Sequence[Criterion], done: Collection[str], current: str | None = None) -> Criterion | None:
    """The next criterion without an answer, in order after `current` and round again; None when all are done."""
    codes = [item.code for item in criteria]
    start = codes.index(current) + 1 if current in codes else 0
    for item in [*criteria[start:], *criteria[:start]]:
        if item.code not in done and item.code != current:
            return item
    return None


def distances(criteria: Iterable[Criterion], scores: Scores) -> dict[str, int]:
    """How far apart the levels on each scale criterion lie, where there are two."""
    found: dict[str, list[int]] = {}
    for (code, _person), level in scores.items():
        found.setdefault(code, []).append(level)
    listed = scaled(criteria)
    return {
        item.code: max(found[item.code]) - min(found[item.code]) for item in listed if len(found.get(item.code, [])) > 1
    }


def to_moderate(criteria: Iterable[Criterion], scores: Scores, distance: int) -> tuple[str, ...]:
    """The codes on which the two lie further apart than `distance` levels, in order."""
    return tuple(code for code, apart in distances(criteria, scores).items() if apart > distance)


def part_problems(person_id: str, criteria: Iterable[Criterion], scores: Scores) -> list[Problem]:
    """What one assessor still has to score before finishing their part."""
    return [
        Problem(
            "score_missing", _l("%(code)s has no score of yours yet.", code=item.code), None, {"criterion": item.code}
        )
        for item in scaled(criteria)
        if (item.code, person_id) not in scores
    ]


def start_problems(parts: Sequence[Part]) -> Iterator[Problem]:
    """Two assessors without an interest, or the assessment does not begin."""
    if len(parts) < ASSESSORS:
        yield Problem("two_assessors", _l("Assign two assessors first."))
    for part in parts:
        if part.has_interest:
            yield Problem(
                "assessor_interest",
                _l("Assessor %(number)s declared an interest in this hub. Assign somebody else.", number=part.position),
                None,
                {"position": part.position},
            )


def conclude_problems(
    criteria: Sequence[Criterion],
    answered: Answered,
    *,
    parts: Sequence[Part],
    advices: Iterable[AskedAdvice],
    distance: int,
    today: date,
) -> list[Problem]:
    """Everything that keeps this assessment from being concluded today, at once."""
    found = [*start_problems(parts), *_part_problems(parts)]
    missing = [item.code for item in checks(criteria) if item.code not in answered.checked]
    missing += [
        item.code
        for item in scaled(criteria)
        if any((item.code, part.person_id) not in answered.scores for part in parts)
    ]
    order = {item.code: place for place, item in enumerate(criteria)}
    found += [
        Problem("answer_missing", _l("%(code)s has not been answered yet.", code=code), None, {"criterion": code})
        for code in sorted(missing, key=order.__getitem__)
    ]
    if all(part.is_finished for part in parts):
        found += list(_moderation_problems(criteria, answered, distance))
    for advice in advices:
        if not advice.is_given and (advice.due_on is None or advice.due_on >= today):
            message = _l("A post that was asked has not given its advice yet, and may still do so.")
            found.append(Problem("advice_open", message, None, {"due_on": str(advice.due_on or "")}))
    return found


def _part_problems(parts: Sequence[Part]) -> Iterator[Problem]:
    for part in parts:
        if not part.is_finished:
            message = _l("Assessor %(number)s has not finished yet.", number=part.position)
            yield Problem("part_open", message, None, {"position": part.position})


def _moderation_problems(criteria: Sequence[Criterion], answered: Answered, distance: int) -> Iterator[Problem]:
    for code in to_moderate(criteria, answered.scores, distance):
        if code not in answered.moderated:
            message = _l("The two scores on %(code)s lie too far apart. Moderate them first.", code=code)
            yield Problem("moderation_open", message, None, {"criterion": code})
