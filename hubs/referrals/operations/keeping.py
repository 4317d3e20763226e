"""A hub lost its standing after it accepted: the sender chooses whether a referral stays there (domain.md, rule 3).

The hub may go on with it meanwhile; without a choice it stays.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from hubs.accounts.actor import THE_SERVICE
from hubs.core.events import record
from hubs.extensions import db
from hubs.referrals.lifecycle import LIVE
from hubs.referrals.models import Referral


def ask_senders(hub_id: str, *, now: datetime) -> None:
    """Ask the sender of every referral this hub has accepted and not finished, unless that was asked already."""
    statement = _accepted_by(hub_id).where(Referral.keep_asked_at.is_(None))
    for referral in db.session.execute(statement.with_for_update(of=Referral)).scalars().all():
        referral.keep_asked_at, referral.kept_at = now, None
        db.session.flush()
        record(
            db.session,
            "referral.keep_asked",
            referral,
            actor=THE_SERVICE,
            now=now,
            data={"organisation_id": hub_id},
            related=referral.support_request,
        )


def drop_choices(hub_id: str, *, now: datetime) -> None:
    """The hub has its standing back: there is nothing to choose any more."""
    statement = _accepted_by(hub_id).where(Referral.keep_asked_at.is_not(None))
    for referral in db.session.execute(statement.with_for_update(of=Referral)).scalars().all():
        referral.keep_asked_at = referral.kept_at = None
        db.session.flush()
        record(
            db.session,
            "referral.keep_settled",
            referral,
            actor=THE_SERVICE,
            now=now,
            data={"organisation_id": hub_id},
            related=referral.support_request,
            outbox=False,
        )


def _accepted_by(hub_id: str) -> Select[Any]:
    return (
        select(Referral)
        .where(Referral.to_id == hub_id, Referral.accepted_at.is_not(None), Referral.state.in_(sorted(LIVE)))
        .order_by(Referral.id)
    )
