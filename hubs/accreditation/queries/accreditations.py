"""Reading accreditations: a hub its own, the ministry all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, false, select
from sqlalchemy.orm import joinedload

from hubs.accounts.actor import Actor
from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation.models import Accreditation
from hubs.core.errors import NotFound
from hubs.extensions import db


def accreditations_visible_to(actor: Actor) -> Select[Any]:
    """A hub's own; for the ministry all."""
    statement = select(Accreditation)
    if actor.is_system or (actor.can(P.ACCREDITATION_READ) and actor.organisation_kind == OrganisationKind.MINISTRY):
        return statement
    if not actor.can(P.ACCREDITATION_READ):
        return statement.where(false())
    return statement.where(Accreditation.hub_id == actor.organisation_id)


def get_visible_accreditation(actor: Actor, accreditation_id: str, *, lock: bool = False) -> Accreditation:
    """One accreditation. Raises NotFound for what is absent or out of scope."""
    statement = accreditations_visible_to(actor).where(Accreditation.id == accreditation_id)
    if lock:
        statement = statement.with_for_update(of=Accreditation)
    statement = statement.options(joinedload(Accreditation.hub), joinedload(Accreditation.guideline_version))
    accreditation = db.session.execute(statement).unique().scalar_one_or_none()
    if accreditation is None:
        raise NotFound()
    return accreditation
