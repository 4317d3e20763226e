"""Reading proposals: the chamber its own, the ministry what was handed in, a post what it was asked about."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, exists, false, select
from sqlalchemy.orm import joinedload, selectinload

from hubs.accounts.actor import Actor
from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation.models import PostAdvice, Proposal, ProposalAssessor
from hubs.core.errors import NotFound
from hubs.extensions import db


def proposals_visible_to(actor: Actor) -> Select[Any]:
    """A hub's own; for the ministry all that were ever handed in; for a post those it was asked to advise on."""
    statement = select(Proposal)
    if actor.is_system:
        return statement
    if not actor.can(P.PROPOSAL_READ):
        return statement.where(false())
    if actor.organisation_kind == OrganisationKind.MINISTRY:
        return statement.where(Proposal.submitted_at.is_not(None))
    if actor.organisation_kind == OrganisationKind.POST:
        asked = exists().where(PostAdvice.proposal_id == Proposal.id, PostAdvice.post_id == actor.organisation_id)
        return statement.where(asked)
    return statement.where(Proposal.hub_id == actor.organisation_id)


def get_visible_proposal(actor: Actor, reference: str, *, lock: bool = False) -> Proposal:
    """One proposal by reference (V-...) or id. Raises NotFound for what is absent or out of scope."""
    key = Proposal.reference if reference.startswith("V-") else Proposal.id
    statement = proposals_visible_to(actor).where(key == reference)
    if lock:
        statement = statement.with_for_update(of=Proposal)
    statement = statement.options(
        joinedload(Proposal.hub),
        joinedload(Proposal.guideline_version),
        selectinload(Proposal.assessors).joinedload(ProposalAssessor.person),
        selectinload(Proposal.advices).joinedload(PostAdvice.post),
    )
    proposal = db.session.execute(statement).unique().scalar_one_or_none()
    if proposal is None:
        raise NotFound()
    return proposal
