"""Complaints, always of questions the actor may see."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from hubs.accounts.actor import Actor
from hubs.extensions import db
from hubs.referrals.complaints.models import Complaint
from hubs.referrals.models import SupportRequest
from hubs.referrals.queries import requests_visible_to


def complaints_of(support_request: SupportRequest) -> Sequence[Complaint]:
    """Of one question that the reader may see, oldest first."""
    statement = select(Complaint).where(Complaint.support_request_id == support_request.id).order_by(Complaint.id)
    return db.session.execute(statement).scalars().all()


def open_complaints(actor: Actor, limit: int = 20) -> Sequence[Complaint]:
    """What the actor's desk still has to answer, most urgent first, in one statement."""
    visible = requests_visible_to(actor).with_only_columns(SupportRequest.id)
    statement = (
        select(Complaint)
        .join(Complaint.support_request)
        .where(Complaint.answered_at.is_(None), SupportRequest.id.in_(visible))
        .options(contains_eager(Complaint.support_request))
        .order_by(Complaint.due_at, Complaint.id)
        .limit(limit)
    )
    return db.session.execute(statement).scalars().all()
