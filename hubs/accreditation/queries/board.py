"""The ministry's board: what was handed in and is not ended, with what its next step follows from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from hubs.accounts.actor import Actor
from hubs.accreditation.lifecycle import OPEN_STATES
from hubs.accreditation.models import Interest, PostAdvice, Proposal, ProposalAssessor, TermSuspension
from hubs.accreditation.queries.proposals import proposals_visible_to

ENDED = ("decided", "not_considered", "withdrawn")
ORDER = [(Proposal.due_on, "asc"), (Proposal.id, "asc")]


@dataclass(frozen=True, slots=True)
class BoardFilters:
    """`stage` is a state or `ended`; `mine` asks for what the reader assesses; `late` for terms that are over."""

    stage: str = ""
    market: str = ""
    kind: str = ""
    mine: bool = False
    late: bool = False


def board_rows(actor: Actor, filters: BoardFilters, today: date) -> Select[Any]:
    """Proposals with, beside each, the last day of an open completion, rivals in its market, and interests declared.

    Ends are on the board only when asked for.
    """
    rival = aliased(Proposal)
    rivals = (
        select(func.count())
        .select_from(rival)
        .where(
            rival.market == Proposal.market,
            rival.id != Proposal.id,
            rival.submitted_at.is_not(None),
            rival.state.in_(OPEN_STATES),
        )
        .scalar_subquery()
    )
    complete_by = (
        select(func.max(TermSuspension.until_on))
        .where(TermSuspension.proposal_id == Proposal.id, TermSuspension.ground == "completion")
        .scalar_subquery()
    )
    interests = (
        select(func.count())
        .select_from(Interest)
        .where(Interest.hub_id == Proposal.hub_id, Interest.ended_at.is_(None))
        .scalar_subquery()
    )
    statement = proposals_visible_to(actor).add_columns(
        Proposal.due_on,
        Proposal.id,
        rivals.label("rivals"),
        complete_by.label("complete_by"),
        interests.label("interests"),
    )
    return _filtered(statement, actor, filters, today).options(
        joinedload(Proposal.hub),
        selectinload(Proposal.assessors).joinedload(ProposalAssessor.person),
        selectinload(Proposal.advices).joinedload(PostAdvice.post),
    )


def _filtered(statement: Select[Any], actor: Actor, filters: BoardFilters, today: date) -> Select[Any]:
    if filters.stage == "ended":
        statement = statement.where(Proposal.state.in_(ENDED))
    elif filters.stage:
        statement = statement.where(Proposal.state == filters.stage)
    else:
        statement = statement.where(Proposal.state.in_(OPEN_STATES))
    if filters.market:
        statement = statement.where(Proposal.market == filters.market)
    if filters.kind:
        statement = statement.where(Proposal.kind == filters.kind)
    if filters.mine:
        own = select(ProposalAssessor.proposal_id).where(
            ProposalAssessor.person_id == actor.person_id, ProposalAssessor.ended_at.is_(None)
        )
        statement = statement.where(Proposal.id.in_(own))
    if filters.late:
        statement = statement.where(Proposal.due_on < today, Proposal.state.in_(OPEN_STATES - {"returned"}))
    return statement


def board_counts(actor: Actor) -> Any:
    """How many proposals stand in each state, as rows (state, number)."""
    visible: Any = proposals_visible_to(actor).with_only_columns(Proposal.state, func.count())
    return visible.group_by(Proposal.state).where(Proposal.submitted_at.is_not(None))
