"""What stands in the way of putting a version in force, every problem at once (domain.md, Nouns; letter rec. 9)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.core.errors import Problem

from .content import Numbers, Term, VersionContent, WordedCriterion
from .criteria import SCALE_LEVELS, TOP_LEVEL, Answer, Better, Criterion, Moment, ProposalKind, Rule, criteria_for

CODE = re.compile(r"[A-Z]{1,3}[0-9]{1,3}")
GROUP_CODE = r"[a-z][a-z0-9_]{0,40}"
MOST_WEIGHT = Decimal(100)
MOST_THRESHOLD = Decimal(9_999_999_999)
PERCENT = "percent"
REQUIRED = _l("Fill this in.")
NUMBER_LIMITS = {
    "pass_mark": (1, 100),
    "moderation_distance": (0, TOP_LEVEL),
    "term_years": (1, 10),
    "mid_term_months": (1, 119),
    "development_months": (1, 120),
}


def version_problems(
    content: VersionContent,
    *,
    in_force_on: date | None,
    today: date,
    terms: Iterable[Term] = (),
    market_lists: Collection[str] = (),
) -> list[Problem]:
    """Everything that must be mended before the version may be put in force on that day.

    `terms` are those of the versions put in force before; `market_lists` the lists there are. A problem of a
    criterion has the field `criteria.<code>.<field>` and its code among its values.
    """
    return [
        *date_problems(in_force_on, today=today, terms=terms),
        *number_problems(content.numbers),
        *_group_problems(content),
        *(
            placed(item.code, problem)
            for item in content.criteria
            for problem in (*criterion_problems(item, market_lists=market_lists), *wording_gaps(item))
        ),
        *_whole_problems(content),
    ]


def placed(code: str, problem: Problem) -> Problem:
    """A problem of a criterion as a problem of the version it stands in."""
    return replace(problem, field=f"criteria.{code}.{problem.field}", values={**problem.values, "criterion": code})


def date_problems(in_force_on: date | None, *, today: date, terms: Iterable[Term] = ()) -> Iterator[Problem]:
    """A version holds from today or later, and only after every version that was put in force before it."""
    if in_force_on is None:
        yield Problem("date_required", _l("Fill in from which day it holds."), "in_force_on")
        return
    if in_force_on < today:
        yield Problem("date_past", _l("This day is over. A version holds from today at the earliest."), "in_force_on")
        return
    listed = list(terms)
    if any(in_force_on <= term.in_force_on for term in listed):
        yield Problem(
            "date_taken", _l("Another version starts on that day or later. Choose a later day."), "in_force_on"
        )
    elif any(term.retired_on is not None and in_force_on < term.retired_on for term in listed):
        yield Problem(
            "date_overlaps", _l("Another version holds until a later day. Choose that day or later."), "in_force_on"
        )


def number_problems(numbers: Numbers) -> Iterator[Problem]:
    """Numbers of the version that are out of range."""
    for name, (least, most) in NUMBER_LIMITS.items():
        if not least <= getattr(numbers, name) <= most:
            message = _l("Fill in a number from %(least)s to %(most)s.", least=least, most=most)
            yield Problem("out_of_range", message, name)
    if numbers.mid_term_months >= numbers.term_years * 12:
        yield Problem(
            "mid_term_late", _l("The mid-term review must fall before the end of the term."), "mid_term_months"
        )


def criterion_problems(item: WordedCriterion, *, market_lists: Collection[str] = ()) -> Iterator[Problem]:
    """What is wrong with one criterion as it stands; what is only missing in its words: `wording_gaps`."""
    criterion = item.criterion
    if not CODE.fullmatch(criterion.code):
        yield Problem("code_form", _l("A code is one to three capitals and a number, such as A1."), "code")
    for name in ("name_nl", "name_en"):
        if not getattr(item, name):
            yield Problem("name_required", _l("Give the name in both languages."), name)
    yield from _weight_problems(criterion)
    yield from _threshold_problems(criterion)
    yield from _shape_problems(criterion)
    yield from _place_problems(criterion, market_lists)


def _weight_problems(criterion: Criterion) -> Iterator[Problem]:
    if not Decimal(0) <= criterion.weight <= MOST_WEIGHT or _decimals(criterion.weight) > 2:
        message = _l("A weight is a number from 0 to 100, with two decimals at most.")
        yield Problem("weight_range", message, "weight")


def _threshold_problems(criterion: Criterion) -> Iterator[Problem]:
    threshold, answer = criterion.threshold, criterion.answer
    if threshold is None:
        if criterion.rule == Rule.KNOCK_OUT and answer in (Answer.SCALE, Answer.NUMBER):
            message = _l("A knock-out needs a threshold: from where is it met?")
            yield Problem("threshold_required", message, "threshold")
        return
    if answer not in (Answer.SCALE, Answer.NUMBER):
        yield Problem("threshold_unused", _l("This kind of answer has no threshold. Leave it empty."), "threshold")
    elif answer == Answer.SCALE and not Decimal(0) < threshold <= TOP_LEVEL:
        message = _l("The threshold of a scale is more than 0 and at most 4.")
        yield Problem("threshold_range", message, "threshold")
    elif not Decimal(0) < threshold <= MOST_THRESHOLD or _decimals(threshold) > 2:
        message = _l("A threshold is more than 0, with two decimals at most.")
        yield Problem("threshold_range", message, "threshold")
    elif criterion.unit == PERCENT and threshold > 100:
        yield Problem("threshold_range", _l("A share in percent is at most 100."), "threshold")


def _shape_problems(criterion: Criterion) -> Iterator[Problem]:
    """Unit and direction as the kind of answer asks for them."""
    answer, better = criterion.answer, criterion.better
    if answer == Answer.NUMBER and not criterion.unit:
        yield Problem("unit_required", _l("A number needs a unit."), "unit")
    if answer != Answer.NUMBER and criterion.unit:
        yield Problem("unit_unused", _l("Only a number has a unit. Leave it empty."), "unit")
    if answer in (Answer.NUMBER, Answer.YES_NO) and better is None:
        yield Problem("better_required", _l("Say which answer is the better one."), "better")
    if answer == Answer.SCALE and better != Better.HIGHER:
        yield Problem("better_scale", _l("On a scale the higher level is always the better one."), "better")
    if answer in (Answer.DOCUMENT, Answer.AGREEMENT) and better is not None:
        yield Problem("better_unused", _l("This kind of answer has no direction. Leave it empty."), "better")


def _place_problems(criterion: Criterion, market_lists: Collection[str]) -> Iterator[Problem]:
    """When, of whom and with what effect it is asked."""
    if criterion.answer == Answer.AGREEMENT and criterion.moment == Moment.APPLICATION:
        message = _l("Nobody can have a signed agreement before applying. Ask for it at activation or review.")
        yield Problem("moment_early", message, "moment")
    if criterion.consequence and criterion.moment != Moment.APPLICATION:
        message = _l("Only a criterion asked at the application can limit the result.")
        yield Problem("consequence_late", message, "consequence")
    elif criterion.consequence and criterion.threshold is None and criterion.answer in (Answer.SCALE, Answer.NUMBER):
        message = _l("Without a threshold it cannot fail, so it cannot limit the result.")
        yield Problem("consequence_void", message, "consequence")
    if criterion.kinds - set(ProposalKind):
        yield Problem("unknown_kind", _l("Choose kinds of proposal from the list."), "kinds")
    if criterion.market_lists - set(market_lists):
        yield Problem("unknown_market_list", _l("Choose market lists from the list."), "market_lists")


def wording_gaps(item: WordedCriterion) -> Iterator[Problem]:
    """Words that a draft may still lack and a version in force may not."""
    for name in ("explanation_nl", "explanation_en"):
        if not getattr(item, name):
            message = _l("Explain in both languages what is asked and what counts as evidence.")
            yield Problem("explanation_required", message, name)
    if item.criterion.answer != Answer.SCALE:
        return
    written = {level.level: level for level in item.levels}
    for number in SCALE_LEVELS:
        level = written.get(number)
        if level is None or not level.is_complete:
            message = _l("Say in both languages what a %(number)s means.", number=number)
            yield Problem("level_required", message, f"level_{number}", {"level": number})


def _group_problems(content: VersionContent) -> Iterator[Problem]:
    for group in content.groups:
        for name in ("name_nl", "name_en"):
            if not getattr(group, name):
                message = _l("Give the name in both languages.")
                yield Problem("name_required", message, f"groups.{group.code}.{name}", {"group": group.code})
    known = {group.code for group in content.groups}
    for item in content.criteria:
        if item.criterion.group not in known:
            yield placed(item.code, Problem("unknown_group", _l("Choose a group from the list."), "group"))


def _whole_problems(content: VersionContent) -> Iterator[Problem]:
    """What only shows when all criteria are looked at together."""
    if not content.criteria:
        yield Problem("no_criteria", _l("A version needs criteria."), "criteria")
        return
    for code, count in Counter(item.code for item in content.criteria).items():
        if count > 1:
            yield placed(code, Problem("code_taken", _l("Another criterion has this code."), "code"))
    for kind in ProposalKind:
        asked = criteria_for(content.plain, kind=kind, market_lists=())
        if not any(criterion.rule == Rule.KNOCK_OUT for criterion in asked):
            message = _l("At least one criterion must be a knock-out, for every kind of proposal and every market.")
            yield Problem("no_knock_out", message, "criteria", {"kind": kind})
        if not any(carries_points(criterion) for criterion in asked):
            message = _l("At least one criterion must carry points, for every kind of proposal and every market.")
            yield Problem("no_weight", message, "criteria", {"kind": kind})


def carries_points(criterion: Criterion) -> bool:
    """Whether an answer to it counts in the weighted total."""
    measured = criterion.answer != Answer.NUMBER or criterion.threshold is not None
    return measured and criterion.weight > 0


def weightless(criteria: Iterable[Criterion]) -> tuple[Criterion, ...]:
    """Criteria whose weight has no effect: a number without a threshold cannot be turned into points."""
    return tuple(item for item in criteria if item.weight > 0 and not carries_points(item))


def _decimals(value: Decimal) -> int:
    exponent: Any = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 99
