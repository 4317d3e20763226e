"""Reading an assessment: one's own scores, and everybody's only when both assessors have finished (domain.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import joinedload

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation, OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation.assessment import Answered, AskedAdvice, Part
from hubs.accreditation.lifecycle import ProposalState as S
from hubs.accreditation.models import (
    FactCheck,
    Hearing,
    InternalNote,
    Moderation,
    Proposal,
    ProposalAssessor,
    Score,
)
from hubs.accreditation.queries.files import criteria_asked
from hubs.accreditation.queries.interests import interested_in
from hubs.accreditation.queries.proposals import proposals_visible_to
from hubs.accreditation.results import both_finished, is_blind
from hubs.core.errors import NotFound
from hubs.directory.models import PostCoverage, PostProfile
from hubs.extensions import db
from hubs.guideline.criteria import Criterion

OPEN_FOR_ADVICE = (S.SUBMITTED, S.IN_ASSESSMENT, S.RETURNED)


def present_assessors(proposal: Proposal) -> list[ProposalAssessor]:
    """Who assesses now, in their places."""
    return sorted((row for row in proposal.assessors if row.ended_at is None), key=lambda row: row.position)


def own_part(actor: Actor, proposal: Proposal) -> ProposalAssessor | None:
    """The actor's own place among the two, if they have one."""
    return next((row for row in present_assessors(proposal) if row.person_id == actor.person_id), None)


def asked_of(proposal: Proposal) -> tuple[Criterion, ...]:
    """The criteria this assessment weighs, under the version the proposal was begun under."""
    return criteria_asked(proposal.guideline_version, proposal.kind, proposal.markets)


# --- scores: blind until both have finished --------------------------------------------------------------------


def sees_all_scores(actor: Actor, proposal: Proposal) -> bool:
    """Whether the scores of both are open to this reader; somebody who scores again for calibration stays blind."""
    return actor.can(P.ASSESSMENT_READ) and both_finished(proposal.assessors) and not is_blind(actor, proposal.id)


def scores_visible_to(actor: Actor, proposal: Proposal) -> Select[Any]:
    """Both assessors' scores once both have finished; before that one's own and nobody else's."""
    statement = select(Score).where(Score.proposal_id == proposal.id).order_by(Score.criterion_code, Score.person_id)
    if not actor.can(P.ASSESSMENT_READ):
        return statement.where(false())
    if sees_all_scores(actor, proposal):
        return statement.where(Score.person_id.in_([row.person_id for row in present_assessors(proposal)]))
    if actor.person_id is None or is_blind(actor, proposal.id):
        return statement.where(false())
    return statement.where(Score.person_id == actor.person_id)


def visible_scores(actor: Actor, proposal: Proposal) -> list[Score]:
    return list(db.session.execute(scores_visible_to(actor, proposal)).scalars())


def score_of(proposal: Proposal, code: str, person_id: str) -> Score | None:
    statement = select(Score).where(
        Score.proposal_id == proposal.id, Score.criterion_code == code, Score.person_id == person_id
    )
    return db.session.execute(statement).scalar_one_or_none()


def levels_that_count(proposal: Proposal) -> dict[tuple[str, str], int]:
    """The levels of who assess now, for guards only: never to be shown before both have finished."""
    people = [row.person_id for row in present_assessors(proposal)]
    statement = select(Score.criterion_code, Score.person_id, Score.level).where(
        Score.proposal_id == proposal.id, Score.person_id.in_(people)
    )
    return {(code, person): level for code, person, level in db.session.execute(statement)}


# --- what is checked once for both, moderated, advised, heard ---------------------------------------------------


def checks_of(proposal: Proposal) -> dict[str, FactCheck]:
    """Facts and documents as checked, by criterion."""
    statement = select(FactCheck).where(FactCheck.proposal_id == proposal.id).order_by(FactCheck.criterion_code)
    return {row.criterion_code: row for row in db.session.execute(statement).scalars()}


def moderations_of(proposal: Proposal) -> dict[str, Moderation]:
    """What was moderated, by criterion."""
    statement = select(Moderation).where(Moderation.proposal_id == proposal.id).order_by(Moderation.criterion_code)
    return {row.criterion_code: row for row in db.session.execute(statement).scalars()}


def moderations_visible_to(actor: Actor, proposal: Proposal) -> dict[str, Moderation]:
    """As the scores they are about: only once both have finished."""
    return moderations_of(proposal) if sees_all_scores(actor, proposal) else {}


def departing_facts(proposal: Proposal) -> list[FactCheck]:
    """The facts found to depart from what the chamber handed in: before a refusal on them it is heard (Awb 4:7)."""
    return [row for row in checks_of(proposal).values() if row.departs]


def hearings_of(proposal: Proposal) -> list[Hearing]:
    """Every hearing on this proposal, oldest first."""
    statement = select(Hearing).where(Hearing.proposal_id == proposal.id).order_by(Hearing.id)
    return list(db.session.execute(statement).scalars())


def get_visible_hearing(actor: Actor, hearing_id: str, *, lock: bool = False) -> Hearing:
    """A hearing on a proposal the actor may see. Raises NotFound."""
    visible = proposals_visible_to(actor).with_only_columns(Proposal.id)
    statement = select(Hearing).where(Hearing.id == hearing_id, Hearing.proposal_id.in_(visible))
    found = db.session.execute(statement.with_for_update() if lock else statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def notes_visible_to(actor: Actor, proposal: Proposal) -> list[InternalNote]:
    """Internal notes: one's own, and everybody's once both assessors have finished."""
    statement = select(InternalNote).where(InternalNote.proposal_id == proposal.id).order_by(InternalNote.id)
    if not actor.can(P.ASSESSMENT_READ):
        return []
    if not sees_all_scores(actor, proposal):
        statement = statement.where(InternalNote.person_id == (actor.person_id or ""))
    return list(db.session.execute(statement.options(joinedload(InternalNote.person))).scalars())


# --- for the guards ----------------------------------------------------------------------------------------------


def answered_in(proposal: Proposal) -> Answered:
    """What has been answered so far; the opinion of a post counts as its own answer once it is there."""
    from hubs.accreditation.results import OPINION_OF_POST

    checked = set(checks_of(proposal))
    if any(row.opinion not in (None, "no_opinion") for row in proposal.advices):
        checked.add(OPINION_OF_POST)
    return Answered(levels_that_count(proposal), frozenset(checked), frozenset(moderations_of(proposal)))


def parts_of(proposal: Proposal) -> list[Part]:
    interested = interested_in(proposal.hub_id)
    return [
        Part(row.person_id, row.position, row.finished_at is not None, row.person_id in interested)
        for row in present_assessors(proposal)
    ]


def asked_advices(proposal: Proposal) -> list[AskedAdvice]:
    return [AskedAdvice(row.given_at is not None, row.due_on) for row in proposal.advices]


# --- lists -------------------------------------------------------------------------------------------------------


def assessments_of(actor: Actor) -> Select[Any]:
    """The proposals this person assesses now, or assessed until the end."""
    statement = (
        select(ProposalAssessor)
        .join(Proposal, Proposal.id == ProposalAssessor.proposal_id)
        .where(ProposalAssessor.person_id == (actor.person_id or ""), ProposalAssessor.ended_at.is_(None))
        .options(joinedload(ProposalAssessor.proposal).joinedload(Proposal.hub))
    )
    return statement if actor.can(P.ASSESSMENT_SCORE) else statement.where(false())


def progress_numbers(proposals: Sequence[Proposal], person_id: str | None) -> dict[str, int]:
    """How many scale criteria this person scored, and facts either checked, by proposal: two statements in all."""
    ids = [proposal.id for proposal in proposals]
    scored = (
        select(Score.proposal_id, func.count())
        .where(Score.proposal_id.in_(ids), Score.person_id == (person_id or ""))
        .group_by(Score.proposal_id)
    )
    checked = (
        select(FactCheck.proposal_id, func.count())
        .where(FactCheck.proposal_id.in_(ids))
        .group_by(FactCheck.proposal_id)
    )
    found: dict[str, int] = dict.fromkeys(ids, 0)
    for statement in (scored, checked):
        for proposal_id, number in db.session.execute(statement):
            found[proposal_id] += number
    return found


def posts_to_ask(proposal: Proposal) -> list[Organisation]:
    """Open posts that cover a market of this proposal and were not asked yet, by name."""
    asked = {row.post_id for row in proposal.advices}
    covering = select(PostCoverage.post_id).where(
        PostCoverage.market.in_(proposal.markets or [proposal.market]),
        PostCoverage.retired_on.is_(None),
        PostCoverage.is_economic.is_(True),
    )
    statement = (
        select(Organisation)
        .join(PostProfile, PostProfile.id == Organisation.id)
        .where(
            Organisation.kind == OrganisationKind.POST,
            Organisation.retired_on.is_(None),
            Organisation.id.in_(covering),
            PostProfile.is_open.is_(True),
        )
        .order_by(Organisation.name_folded, Organisation.id)
    )
    return [post for post in db.session.execute(statement).scalars() if post.id not in asked]
