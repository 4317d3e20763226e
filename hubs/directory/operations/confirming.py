"""Asking every six months whether a profile is still right; who does not answer is asked again after a month."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from hubs.accounts.actor import THE_SERVICE
from hubs.accounts.models import Membership, Organisation, Role
from hubs.core.events import record
from hubs.directory.freshness import ASK_BEFORE, STALE_AFTER
from hubs.directory.models import HubProfile, PartnerProfile, PostProfile
from hubs.extensions import db

ASK_AGAIN_AFTER = timedelta(days=30)
PROFILES: tuple[Any, ...] = (HubProfile, PostProfile, PartnerProfile)


def due_confirmations(now: datetime) -> list[tuple[str, str]]:
    """(table, id) of profiles nobody confirmed for almost six months, and not asked about in the last month.

    Only where somebody leads the organisation: nobody else could say so.
    """
    return [
        (model.__tablename__, profile_id)
        for model in PROFILES
        for profile_id in db.session.execute(_due(model, now)).scalars()
    ]


def _due(model: Any, now: datetime) -> Any:
    leads = (
        select(Membership.organisation_id)
        .where(
            Membership.role.in_((Role.HEAD, Role.MANAGER)),
            Membership.ended_at.is_(None),
            Membership.invited_as.is_(None),
            Membership.office_id.is_(None),
        )
        .distinct()
    )
    return (
        select(model.id)
        .join(Organisation, Organisation.id == model.id)
        .where(
            Organisation.retired_on.is_(None),
            model.id.in_(leads),
            or_(model.confirmed_at.is_(None), model.confirmed_at <= now - STALE_AFTER + ASK_BEFORE),
            or_(model.confirmation_asked_at.is_(None), model.confirmation_asked_at <= now - ASK_AGAIN_AFTER),
        )
        .order_by(model.id)
    )


def ask_confirmation(table: str, profile_id: str, *, now: datetime) -> bool:
    """Ask whoever leads it whether the profile is still right; False when it was asked or said just before."""
    model = next(model for model in PROFILES if model.__tablename__ == table)
    statement = _due(model, now).with_only_columns(model).where(model.id == profile_id).with_for_update(of=model)
    profile = db.session.execute(statement).scalar_one_or_none()
    if profile is None:
        return False
    profile.confirmation_asked_at = now
    db.session.flush()
    record(db.session, "profile.confirmation_asked", profile, actor=THE_SERVICE, now=now)
    return True
