"""A complaint whose term passed unanswered is told once to whoever leads the desk; by the clock, one at a time.

That it was told stands in the events of its question: one complaint is open at a time, so a telling since it was made
is its own.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select

from hubs.accounts.actor import THE_SERVICE
from hubs.core.events import Event, record
from hubs.extensions import db
from hubs.referrals.complaints.models import Complaint
from hubs.referrals.models import SupportRequest
from hubs.referrals.queries import lock_request

KIND = "support_request.complaint_overdue"


def due_complaints(now: datetime, limit: int = 100) -> list[str]:
    """Complaints that are late and of which nobody was told yet, longest overdue first."""
    statement = select(Complaint.id).where(_is_late(now), ~_was_told()).order_by(Complaint.due_at).limit(limit)
    return list(db.session.execute(statement).scalars())


def _is_late(now: datetime) -> ColumnElement[bool]:
    return and_(Complaint.answered_at.is_(None), Complaint.due_at <= now)


def _was_told() -> ColumnElement[bool]:
    return exists().where(
        Event.subject_type == SupportRequest.__tablename__,
        Event.subject_id == Complaint.support_request_id,
        Event.kind == KIND,
        Event.at >= Complaint.at,
    )


def tell_late(complaint_id: str, *, now: datetime) -> bool:
    """Say that a complaint is late, once; looked at again under its question's lock. False: nothing to do any more."""
    question_id = select(Complaint.support_request_id).where(Complaint.id == complaint_id)
    support_request = lock_request(db.session.execute(question_id).scalar_one_or_none() or "")
    if support_request is None:
        return False
    statement = select(Complaint.due_at).where(Complaint.id == complaint_id, _is_late(now), ~_was_told())
    due_at = db.session.execute(statement).scalar_one_or_none()
    if due_at is None:
        return False
    details = {"complaint_id": complaint_id, "due_at": due_at.isoformat()}
    record(db.session(), KIND, support_request, actor=THE_SERVICE, now=now, data=details)
    db.session.flush()
    return True
