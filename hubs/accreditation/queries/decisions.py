"""Reading decisions, letters and objections: the hub what was signed and sent to it, the ministry all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import joinedload, selectinload

from hubs.accounts.actor import Actor
from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation.lifecycle import DecisionState
from hubs.accreditation.models import Decision, Letter, Objection, Proposal
from hubs.accreditation.results import blind_to
from hubs.core.errors import NotFound
from hubs.extensions import db


def _own_or_all(statement: Select[Any], actor: Actor, permission: P, hub_id: Any) -> Select[Any]:
    if actor.is_system:
        return statement
    if not actor.can(permission):
        return statement.where(false())
    if actor.organisation_kind == OrganisationKind.MINISTRY:
        return statement
    return statement.where(hub_id == actor.organisation_id)


def _unless_blind(statement: Select[Any], actor: Actor, proposal_id: Any) -> Select[Any]:
    """Without what is about a proposal that this person is scoring again, blind to what came of it."""
    if actor.person_id is None:
        return statement
    return statement.where(or_(proposal_id.is_(None), proposal_id.not_in(blind_to(actor))))


def decisions_visible_to(actor: Actor) -> Select[Any]:
    """Drafts are the ministry's own; a hub sees what was signed about it."""
    statement = _own_or_all(select(Decision), actor, P.DECISION_READ, Decision.hub_id)
    if actor.is_system or actor.organisation_kind == OrganisationKind.MINISTRY:
        return _unless_blind(statement, actor, Decision.proposal_id)
    return statement.where(Decision.state == DecisionState.SIGNED)


def get_visible_decision(actor: Actor, reference: str, *, lock: bool = False) -> Decision:
    """One decision by reference (B-...) or id; locked together with its proposal, which always comes first.

    Raises NotFound.
    """
    key = Decision.reference if reference.startswith("B-") else Decision.id
    statement = decisions_visible_to(actor).where(key == reference)
    if lock:
        found = db.session.execute(statement.with_only_columns(Decision.proposal_id)).scalar_one_or_none()
        db.session.execute(select(Proposal.id).where(Proposal.id == found).with_for_update())
        statement = statement.with_for_update(of=Decision)
    statement = statement.options(
        joinedload(Decision.hub), joinedload(Decision.proposal), selectinload(Decision.conditions)
    )
    decision = db.session.execute(statement).unique().scalar_one_or_none()
    if decision is None:
        raise NotFound()
    return decision


def letters_visible_to(actor: Actor) -> Select[Any]:
    """Letters to one's own hub; for the ministry all."""
    statement = _own_or_all(select(Letter), actor, P.DECISION_READ, Letter.hub_id)
    return _unless_blind(statement, actor, Letter.proposal_id)


def objections_visible_to(actor: Actor) -> Select[Any]:
    """Objections of one's own hub; for the ministry all."""
    return _own_or_all(select(Objection), actor, P.OBJECTION_READ, Objection.hub_id)


def get_visible_objection(actor: Actor, objection_id: str, *, lock: bool = False) -> Objection:
    """One objection with the decision it is about. Raises NotFound."""
    statement = objections_visible_to(actor).where(Objection.id == objection_id)
    if lock:
        statement = statement.with_for_update(of=Objection)
    statement = statement.options(
        joinedload(Objection.hub), joinedload(Objection.handler), joinedload(Objection.decision)
    )
    objection = db.session.execute(statement).unique().scalar_one_or_none()
    if objection is None:
        raise NotFound()
    return objection
