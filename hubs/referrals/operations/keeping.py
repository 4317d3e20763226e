"""A hub lost its standing after it accepted: the sender chooses whether a referral stays there (domain.md, rule 3).

The hub may go on with it meanwhile; without a choice it stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select

from hubs.accounts.actor import THE_SERVICE
from hubs.core.events import record
from hubs.extensions import db
from hubs.referrals.lifecycle import LIVE
from hubs.referrals.models import Referral, SupportRequest


def ask_senders(hub_id: str, *, now: datetime) -> None:
    """Ask the sender of every referral this hub has accepted and not finished, unless that was asked already."""
    for referral in _held(hub_id, Referral.keep_asked_at.is_(None)):
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
    for referral in _held(hub_id, Referral.keep_asked_at.is_not(None)):
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


def _held(hub_id: str, condition: ColumnElement[bool]) -> Sequence[Referral]:
    """What this hub accepted and has not finished: the questions are held first, as whoever acts on one does."""
    wanted = (Referral.to_id == hub_id, Referral.accepted_at.is_not(None), Referral.state.in_(sorted(LIVE)), condition)
    asked = select(SupportRequest.id).where(SupportRequest.id.in_(select(Referral.support_request_id).where(*wanted)))
    db.session.execute(asked.order_by(SupportRequest.id).with_for_update(of=SupportRequest)).all()
    found = select(Referral).where(*wanted).order_by(Referral.id).execution_options(populate_existing=True)
    return db.session.execute(found.with_for_update(of=Referral)).scalars().all()
