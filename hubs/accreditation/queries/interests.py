"""Reading declared interests: everybody their own, administrators all (Awb 2:4)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, false, select
from sqlalchemy.orm import joinedload

from hubs.accounts.actor import Actor
from hubs.accounts.models import Membership, Organisation, OrganisationKind, Person, Role
from hubs.accounts.permissions import BEYOND_OWN, P
from hubs.accounts.queries import memberships_in_force
from hubs.accreditation.models import Interest, Proposal, ProposalAssessor
from hubs.core.errors import NotFound
from hubs.extensions import db


def sees_all_interests(actor: Actor) -> bool:
    return actor.can(P.INTEREST_DECLARE) and bool(actor.roles & BEYOND_OWN[P.INTEREST_DECLARE])


def interests_visible_to(actor: Actor) -> Select[Any]:
    """One's own; for administrators all."""
    statement = select(Interest)
    if sees_all_interests(actor):
        return statement
    if not actor.can(P.INTEREST_DECLARE) or actor.person_id is None:
        return statement.where(false())
    return statement.where(Interest.person_id == actor.person_id)


def get_visible_interest(actor: Actor, interest_id: str, *, lock: bool = False) -> Interest:
    """One declared interest. Raises NotFound."""
    statement = interests_visible_to(actor).where(Interest.id == interest_id)
    if lock:
        statement = statement.with_for_update(of=Interest)
    found = db.session.execute(statement.options(*with_names())).unique().scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def with_names() -> tuple[Any, Any]:
    return joinedload(Interest.person), joinedload(Interest.hub)


def interested_in(hub_id: str) -> frozenset[str]:
    """Everybody who declared an interest in this hub that still stands."""
    statement = select(Interest.person_id).where(Interest.hub_id == hub_id, Interest.ended_at.is_(None))
    return frozenset(db.session.execute(statement).scalars())


def hubs_by_name() -> Select[Any]:
    """The hubs in which an interest can be declared."""
    return (
        select(Organisation)
        .where(Organisation.kind == OrganisationKind.HUB, Organisation.retired_on.is_(None))
        .order_by(Organisation.name_folded, Organisation.id)
    )


def assessors_in_force() -> Select[Any]:
    """People who may assess for the ministry now, by name."""
    holders = (
        memberships_in_force()
        .join(Membership.organisation)
        .where(Membership.role == Role.ASSESSOR, Organisation.kind == OrganisationKind.MINISTRY)
        .with_only_columns(Membership.person_id)
        .order_by(None)
    )
    return select(Person).where(Person.id.in_(holders)).order_by(Person.name, Person.id)


def open_proposals_assessed_by(person_id: str, hub_id: str) -> list[Proposal]:
    """Proposals of this hub that this person assesses now."""
    statement = (
        select(Proposal)
        .join(ProposalAssessor, ProposalAssessor.proposal_id == Proposal.id)
        .where(
            ProposalAssessor.person_id == person_id,
            ProposalAssessor.ended_at.is_(None),
            Proposal.hub_id == hub_id,
            Proposal.decided_at.is_(None),
            Proposal.ended_at.is_(None),
        )
        .order_by(Proposal.id)
    )
    return list(db.session.execute(statement).scalars())
