"""Complaints, always of questions the actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from hubs.accounts.actor import Actor
from hubs.extensions import db
from hubs.referrals.complaints.models import Complaint
from hubs.referrals.models import SupportRequest
from hubs.referrals.queries import requests_visible_to


def complaints_of(support_request: SupportRequest) -> Sequence[Complaint]:
    """Of one question that the reader may see, oldest first."""
    statement = select(Complaint).where(Complaint.support_request_id == support_request.id).order_by(Complaint.id)
    return db.session.execute(statement).scalars().all()


def complained_about(actor: Actor) -> Select[Any]:
    """The questions of the actor's desk with a complaint that waits for an answer."""
    waiting = requests_visible_to(actor).where(SupportRequest.complaint_due_at.is_not(None))
    return waiting.options(joinedload(SupportRequest.handler), joinedload(SupportRequest.office))
