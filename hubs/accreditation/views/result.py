"""The computed result of a proposal with its derivation, for the ministry; for assessors once both have finished."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.accreditation.models import Proposal
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.results import may_see_result, reckoned
from hubs.accreditation.scoring import Result, Row
from hubs.accreditation.sensitivity import Change
from hubs.accreditation.words import results as words
from hubs.core.errors import NotPermitted
from hubs.core.templating import locale_code
from hubs.guideline.criteria import Rule
from hubs.guideline.words import CONSEQUENCE_WORDS, RULE_WORDS, requirement_words

from . import bp


@dataclass(frozen=True, slots=True)
class Hurdle:
    """A hard requirement or required criterion: its name, whether it is met, and what was answered."""

    code: str
    name: str
    passed: bool
    answer: str
    requirement: str


@bp.get("/proposals/<vref:reference>/result")
@permitted(P.ASSESSMENT_READ)
def proposal_result(reference: str) -> str:
    actor = current_actor()
    proposal = get_visible_proposal(actor, reference)
    if not may_see_result(actor, proposal):
        raise NotPermitted(
            message=_("You see the result when both assessors have finished, and not while you score this file again.")
        )
    result, changes = reckoned(proposal)
    names = names_of(proposal)
    return render_template(
        "accreditation/proposal_result.html",
        proposal=proposal,
        result=result,
        sentence=words.outcome_sentence(result),
        knock_outs=_hurdles(result, Rule.KNOCK_OUT, names),
        mandatory=_hurdles(result, Rule.MANDATORY, names),
        consequences=[_named(code, names) for code in result.consequences],
        missing=[_named(code, names) for code in result.missing],
        better=_sentences(result, changes, names, is_better=True),
        worse=_sentences(result, changes, names, is_better=False),
        table=[_cells(row, names) for row in result.rows],
        words=words,
    )


def names_of(proposal: Proposal) -> dict[str, str]:
    """What the criteria of a proposal's version are called, by code."""
    locale = locale_code()
    return {row.code: row.name(locale) for row in proposal.guideline_version.criteria}


def _named(code: str, names: dict[str, str]) -> str:
    return _("%(code)s %(name)s", code=code, name=names[code])


def _hurdles(result: Result, rule: Rule, names: dict[str, str]) -> list[Hurdle]:
    rows = [row for row in result.rows if row.criterion.rule == rule]
    return [
        Hurdle(row.code, names[row.code], row.passed, words.answer_words(row), requirement_words(row.criterion))
        for row in sorted(rows, key=lambda row: row.passed)
    ]


def _sentences(
    result: Result, changes: tuple[Change, ...], names: dict[str, str], *, is_better: bool
) -> list[tuple[str, str]]:
    """For each change in this direction: the criterion and what would follow."""
    criteria = {row.code: row.criterion for row in result.rows}
    return [
        (
            _named(change.code, names),
            words.change_sentence(change, criteria[change.code]),
        )
        for change in changes
        if change.is_better == is_better
    ]


def _does(row: Row) -> str:
    """What failing it does: its rule, and its other consequence where it has one."""
    rule = str(RULE_WORDS[row.criterion.rule])
    if not row.criterion.consequence:
        return rule
    return _("%(rule)s; %(more)s", rule=rule, more=words.lower_first(CONSEQUENCE_WORDS[row.criterion.consequence]))


def _cells(row: Row, names: dict[str, str]) -> list[object]:
    """A row of the derivation as the table takes it."""
    return [
        _named(row.code, names),
        _does(row),
        words.answer_words(row),
        requirement_words(row.criterion),
        words.number_words(row.criterion.weight) if row.most else "",
        words.points_words(row),
        words.part_words(row),
        {"text": words.MET_WORDS[row.passed], "strong": not row.passed},
    ]
