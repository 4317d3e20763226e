"""Which single answer would change the computed outcome, and how little of a change that takes.

For each criterion and each direction the smallest change of one answer is sought that makes the outcome another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from hubs.accreditation.scoring import RANK, Given, Number, Outcome, Result, concluded, exact, highest_total, judged
from hubs.guideline.criteria import SCALE_LEVELS, TOP_LEVEL, Answer, Better, Criterion


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that would have had to be another one, and the outcome that would have followed.

    `aspect`: level (of one assessor), moderated, scored (nobody scored it yet: both would give it), yes_no, number,
    document, agreement. `beyond`: a number worse than `after`, however little; else `after` itself is enough.
    """

    code: str
    aspect: str
    before: Number | bool | None
    after: Number | bool | None
    outcome: Outcome
    is_better: bool  # whether the outcome would be a better one
    changed: Given  # an answer that has this effect
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class _Try:
    aspect: str
    before: Number | bool | None
    after: Number | bool | None
    given: Given
    beyond: bool = False


def sensitivity(
    criteria: Iterable[Criterion], given: Iterable[Given], *, kind: str, pass_mark: Number
) -> tuple[Change, ...]:
    """The single changes that flip the outcome, in the order of the criteria; arguments as for `result_of`."""
    answers = {answer.code: answer for answer in given}
    ordered = sorted(criteria, key=lambda criterion: (criterion.position, criterion.code))
    pairs = [(criterion, answers.get(criterion.code)) for criterion in ordered]
    mark = exact(pass_mark)
    now = concluded(pairs, kind=kind, pass_mark=mark)
    changes = []
    for place, (criterion, answer) in enumerate(pairs):
        for tries in _directions(criterion, answer or Given(criterion.code), now):
            for attempt in tries:
                pairs[place] = (criterion, attempt.given)
                then = concluded(pairs, kind=kind, pass_mark=mark).outcome
                if then != now.outcome:
                    changes.append(_change(criterion, attempt, now.outcome, then))
                    break
        pairs[place] = (criterion, answer)
    return tuple(changes)


def _change(criterion: Criterion, attempt: _Try, now: Outcome, then: Outcome) -> Change:
    return Change(
        criterion.code, attempt.aspect, attempt.before, attempt.after, then, RANK[then] > RANK[now], attempt.given,
        attempt.beyond,
    )  # fmt: skip


def _directions(criterion: Criterion, given: Given, now: Result) -> Iterator[Iterable[_Try]]:
    """Per direction the changes of one answer, the smallest first."""
    if criterion.answer == Answer.SCALE:
        yield from _levels(criterion, given)
    elif criterion.answer == Answer.YES_NO:
        after = {None: (True, False), True: (False,), False: (True,)}[
            None if given.value is None else bool(given.value)
        ]
        yield from ([_Try("yes_no", given.value, value, replace(given, value=value))] for value in after)
    elif criterion.answer == Answer.NUMBER:
        yield from _numbers(criterion, given, now)
    else:
        after = (True, False) if given.document_ok is None else (not given.document_ok,)
        yield from (
            [_Try(criterion.answer.value, given.document_ok, value, replace(given, document_ok=value))]
            for value in after
        )


def _levels(criterion: Criterion, given: Given) -> Iterator[list[_Try]]:
    """Up and down from the moderated level; else one assessor's level, the one with the most room."""
    if given.moderated is not None:
        for steps in (range(given.moderated + 1, TOP_LEVEL + 1), range(given.moderated - 1, -1, -1)):
            yield [_Try("moderated", given.moderated, level, replace(given, moderated=level)) for level in steps]
    elif given.levels:
        lowest, *others = sorted(given.levels)
        yield [_one_level(given, lowest, level, others) for level in range(lowest + 1, TOP_LEVEL + 1)]
        *others, highest = sorted(given.levels)
        yield [_one_level(given, highest, level, others) for level in range(highest - 1, -1, -1)]
    else:
        from_worst = reversed(SCALE_LEVELS) if criterion.better == Better.LOWER else SCALE_LEVELS
        yield [_Try("scored", None, level, replace(given, levels=(level, level))) for level in from_worst]


def _one_level(given: Given, before: int, after: int, others: list[int]) -> _Try:
    return _Try("level", before, after, replace(given, levels=tuple(sorted((after, *others)))))


def _numbers(criterion: Criterion, given: Given, now: Result) -> Iterator[list[_Try]]:
    """To where it begins to count: the threshold, and the number at which the total meets the pass mark."""
    before = given.value
    if criterion.threshold is None:
        if before is None:
            yield [_Try("number", None, None, replace(given, value=0))]
        return
    lower = criterion.better == Better.LOWER
    points_at = sorted(_breakpoints(criterion, given, now), reverse=lower)  # from worse to better
    current = None if before is None else exact(before)

    def is_better(a: Fraction, b: Fraction) -> bool:
        return a < b if lower else a > b

    yield [
        _Try("number", before, _plain(point), replace(given, value=point))
        for point in points_at
        if current is None or is_better(point, current)
    ]
    if current is None:
        return
    worse = [point for point in reversed(points_at) if not is_better(point, current)]
    yield [
        _Try(
            "number",
            before,
            _plain(point),
            replace(given, value=_just_beyond(point, worse[i + 1 : i + 2], lower)),
            True,
        )
        for i, point in enumerate(worse)
    ]


def _just_beyond(point: Fraction, following: list[Fraction], lower: bool) -> Fraction:
    """A number worse than `point` and better than the next place where anything changes."""
    if following:
        return (point + following[0]) / 2
    return point + 1 if lower else point / 2 if point > 0 else point - 1


def _breakpoints(criterion: Criterion, given: Given, now: Result) -> set[Fraction]:
    threshold = exact(criterion.threshold or 0)
    at_mark = _number_at_pass_mark(criterion, given, now)
    return {threshold} if at_mark is None else {threshold, at_mark}


def _number_at_pass_mark(criterion: Criterion, given: Given, now: Result) -> Fraction | None:
    """The number that brings the total to the pass mark exactly; None when none short of the threshold does."""
    threshold, weight = exact(criterion.threshold or 0), exact(criterion.weight)
    if threshold <= 0 or weight <= 0:
        return None
    highest = highest_total(row.criterion for row in now.rows)
    mine = judged(criterion, given).points or Fraction(0)
    points = (now.pass_mark - now.total) * highest / 100 / weight + mine
    if not 0 < points < TOP_LEVEL:
        return None
    return threshold * TOP_LEVEL / points if criterion.better == Better.LOWER else threshold * points / TOP_LEVEL


def _plain(number: Fraction) -> Number:
    """Whole when it is."""
    return int(number) if number.denominator == 1 else number
