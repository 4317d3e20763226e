"""The computed result of stored proposals: their version's criteria, scores, checks and advice brought to `scoring`.

Nobody's right to see it is judged in the reckoning: pages and API ask `may_see_result` first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, select
from sqlalchemy.orm import selectinload

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.cases import Case, Yardstick, result_under, sensitivity_under
from hubs.accreditation.models import (
    CalibrationItem,
    FactCheck,
    Moderation,
    PostAdvice,
    Proposal,
    ProposalAssessor,
    Score,
)
from hubs.accreditation.scoring import Given, Result
from hubs.accreditation.sensitivity import Change
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import NotPermitted
from hubs.extensions import db
from hubs.guideline.models import GuidelineVersion
from hubs.guideline.rows import criteria_of
from hubs.reference.market_lists import market_lists_of
from hubs.reference.queries import markets_with_lists

OPINION_OF_POST = "F1"  # answered by the advice itself until somebody checked it
FAVOURABLE = frozenset({"positive", "positive_if"})
UNFAVOURABLE = "negative"


def result_for(proposal: Proposal) -> Result:
    """The computed result of one proposal under its own version, with all scores of its present assessors."""
    return results_for_many([proposal])[proposal.id]


def results_for_many(proposals: Iterable[Proposal]) -> dict[str, Result]:
    """The computed results by proposal id, in a fixed number of statements whatever the number of proposals."""
    cases = cases_of([proposal.id for proposal in proposals])
    measures = yardsticks({case.guideline_version_id for case in cases})
    return {case.id: result_under(case, measures[case.guideline_version_id]) for case in cases}


def reckoned(proposal: Proposal) -> tuple[Result, tuple[Change, ...]]:
    """The computed result of one proposal, and which single answers would change it."""
    (case,) = cases_of([proposal.id])
    measure = yardsticks([case.guideline_version_id])[case.guideline_version_id]
    return result_under(case, measure), sensitivity_under(case, measure)


def result_kept(result: Result) -> dict[str, Any]:
    """A result as it is kept with a decision: exact numbers as text, a derivation by criterion."""
    return {
        "outcome": str(result.outcome),
        "total": str(result.shown),
        "total_exact": str(result.total),
        "pass_mark": str(result.pass_mark),
        "kind": str(result.kind),
        "below_pass_mark": result.below_pass_mark,
        "limited_by_kind": result.limited_by_kind,
        **{name: list(getattr(result, name)) for name in ("knock_outs", "mandatory", "consequences", "missing")},
        "rows": [
            {
                "code": row.code,
                "weight": str(row.criterion.weight),
                "points": None if row.points is None else str(row.points),
                "part": str(row.part),
                "passed": row.passed,
                "why": row.why,
                "values": {name: str(value) for name, value in row.values.items()},
            }
            for row in result.rows
        ],
    }


def yardstick_of(version: GuidelineVersion) -> Yardstick:
    return Yardstick(criteria_of(version), version.pass_mark)


def yardsticks(version_ids: Collection[str]) -> dict[str, Yardstick]:
    """The versions with their criteria, by id."""
    statement = (
        select(GuidelineVersion)
        .where(GuidelineVersion.id.in_(sorted(version_ids)))
        .options(selectinload(GuidelineVersion.criteria))
    )
    return {version.id: yardstick_of(version) for version in db.session.execute(statement).scalars()}


# --- the answers -------------------------------------------------------------------------------------------


def cases_of(proposal_ids: Any) -> list[Case]:
    """Proposals with all their answers, in the order of their ids. `proposal_ids`: a list, or a select of ids."""
    statement = select(
        Proposal.id,
        Proposal.reference,
        Proposal.hub_id,
        Proposal.kind,
        Proposal.market,
        Proposal.markets,
        Proposal.guideline_version_id,
    )
    rows = db.session.execute(statement.where(Proposal.id.in_(proposal_ids)).order_by(Proposal.id)).all()
    lists = lists_by_market({market for row in rows for market in row.markets or [row.market] if market})
    given = _given(proposal_ids)
    return [
        Case(
            row.id,
            row.reference,
            row.hub_id,
            row.kind,
            frozenset().union(*(lists.get(market, ()) for market in row.markets or [row.market])),
            row.guideline_version_id,
            given.get(row.id, {}),
        )
        for row in rows
    ]


def lists_by_market(codes: Collection[str]) -> dict[str, frozenset[str]]:
    """On which lists each of these markets stands."""
    found: dict[str, frozenset[str]] = {}
    for market, dated in db.session.execute(markets_with_lists(codes, local_day(utcnow()))):
        found[market.iso2] = found.get(market.iso2, market_lists_of(market)) | ({dated} if dated else set())
    return found


def _given(proposal_ids: Any) -> dict[str, dict[str, Given]]:
    found: dict[str, dict[str, Given]] = defaultdict(dict)
    for (proposal, code), ok in _opinions(proposal_ids).items():
        found[proposal][code] = Given(code, document_ok=ok)
    facts = select(FactCheck.proposal_id, FactCheck.criterion_code, FactCheck.value, FactCheck.answer)
    for proposal, code, value, answer in db.session.execute(facts.where(FactCheck.proposal_id.in_(proposal_ids))):
        found[proposal][code] = Given(code, value=answer if value is None else value, document_ok=answer)
    for (proposal, code), levels in _levels(proposal_ids).items():
        found[proposal][code] = Given(code, levels=tuple(sorted(levels)))
    moderated = select(Moderation.proposal_id, Moderation.criterion_code, Moderation.level)
    for proposal, code, level in db.session.execute(moderated.where(Moderation.proposal_id.in_(proposal_ids))):
        found[proposal][code] = replace(found[proposal].get(code, Given(code)), moderated=level)
    return found


def _levels(proposal_ids: Any) -> Mapping[tuple[str, str], list[int]]:
    """The levels of those who are assessors now; of somebody who was replaced they no longer count."""
    present = and_(
        ProposalAssessor.proposal_id == Score.proposal_id,
        ProposalAssessor.person_id == Score.person_id,
        ProposalAssessor.ended_at.is_(None),
    )
    statement = select(Score.proposal_id, Score.criterion_code, Score.level).join(ProposalAssessor, present)
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for proposal, code, level in db.session.execute(statement.where(Score.proposal_id.in_(proposal_ids))):
        found[proposal, code].append(level)
    return found


def _opinions(proposal_ids: Any) -> dict[tuple[str, str], bool]:
    """The opinion of the post counts as there once one was given; one against it is enough to fail it."""
    statement = select(PostAdvice.proposal_id, PostAdvice.opinion).where(
        PostAdvice.proposal_id.in_(proposal_ids), PostAdvice.given_at.is_not(None)
    )
    opinions: dict[str, set[str | None]] = defaultdict(set)
    for proposal, opinion in db.session.execute(statement):
        opinions[proposal].add(opinion)
    return {
        (proposal, OPINION_OF_POST): UNFAVOURABLE not in given
        for proposal, given in opinions.items()
        if given & {*FAVOURABLE, UNFAVOURABLE}
    }


# --- who may see it ----------------------------------------------------------------------------------------


def both_finished(assessors: Sequence[ProposalAssessor]) -> bool:
    """Whether the two who assess now have both finished: from then on each sees what the other gave."""
    present = [row for row in assessors if row.ended_at is None]
    return len(present) > 1 and all(row.finished_at is not None for row in present)


def may_see_result(actor: Actor, proposal: Proposal) -> bool:
    """Scores and what they come to: for the ministry, and for all of it only when both assessors have finished.

    Somebody who is scoring the file again, blind, does not see it either (domain.md; calibration).
    """
    if not actor.can(P.ASSESSMENT_READ, proposal) or not both_finished(proposal.assessors):
        return False
    return not is_blind(actor, proposal.id)


def blind_to(actor: Actor) -> Select[Any]:
    """The ids of the proposals this person is scoring again: of those they may see nothing of the first time."""
    return select(CalibrationItem.proposal_id).where(
        CalibrationItem.person_id == (actor.person_id or ""), CalibrationItem.finished_at.is_(None)
    )


def is_blind(actor: Actor, proposal_id: str) -> bool:
    """Whether this person is scoring the proposal again for calibration and so may see nothing of the first time."""
    if actor.person_id is None:
        return False
    open_item = blind_to(actor).where(CalibrationItem.proposal_id == proposal_id)
    return db.session.execute(open_item.limit(1)).first() is not None


def check_not_blind(actor: Actor, proposal: Proposal) -> None:
    """Raises NotPermitted while this person scores the file again: no names, scores, checks or outcome before that."""
    if is_blind(actor, proposal.id):
        raise NotPermitted(message=_l("You score this proposal again, blind. You can read this after that."))
