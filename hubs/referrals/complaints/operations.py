"""Complaining and answering: a message of its own kind, and a term that runs beside the question's own clocks."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.permissions import P
from hubs.core.errors import NotPermitted, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.extensions import db
from hubs.referrals.complaints.models import Complaint
from hubs.referrals.conversation import Audience
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations.messages import add_message
from hubs.referrals.terms import calendar_of, default_limit

TERM = "complaint"
TEXT_LENGTH = 4000


def complain(support_request: SupportRequest, text: str | None, *, actor: Actor, now: datetime) -> Complaint:
    """The entrepreneur is not satisfied: told to the desk, which answers within the term `complaint`.

    One open complaint at a time. Raises NotPermitted, WrongState, RuleViolation.
    """
    if actor.kind != "entrepreneur" or not actor.can(P.SUPPORT_REQUEST_SPEAK, support_request):
        raise NotPermitted()
    if support_request.state in (RequestState.DRAFT, RequestState.WITHDRAWN):
        raise WrongState(_l("Nobody works on this question."))
    if _open_one(support_request) is not None:
        raise WrongState(_l("You complained already. The desk still has to answer. You can add something instead."))
    words = _checked(text)
    message = add_message(support_request, "complaint", words, actor=actor, now=now, audience=Audience.ENTREPRENEUR)
    assert message is not None  # noqa: S101  there are words
    calendar = calendar_of(db.session(), support_request.office, now)
    complaint = Complaint(
        support_request=support_request,
        message=message,
        at=now,
        due_at=default_limit(db.session(), TERM).length.due_at(now, calendar),
    )
    db.session.add(complaint)
    support_request.complaint_due_at = complaint.due_at
    db.session.flush()
    details = {"complaint_id": complaint.id, "message_id": message.id, "due_at": complaint.due_at.isoformat()}
    record(db.session(), "support_request.complain", support_request, actor=actor, now=now, data=details)
    return complaint


def answer_complaint(support_request: SupportRequest, text: str | None, *, actor: Actor, now: datetime) -> Complaint:
    """The owning desk answers; the entrepreneur is mailed. Raises NotPermitted, WrongState, RuleViolation."""
    if not actor.can(P.SUPPORT_REQUEST_HANDLE, support_request):
        raise NotPermitted()
    complaint = _open_one(support_request)
    if complaint is None:
        raise WrongState(_l("This complaint has been answered already."))
    message = add_message(
        support_request, "message", _checked(text), actor=actor, now=now, audience=Audience.ENTREPRENEUR
    )
    assert message is not None  # noqa: S101  there are words
    complaint.answered_at, complaint.answered_by, complaint.answer_id = now, actor.id, message.id
    support_request.complaint_due_at = None
    db.session.flush()
    details = {"complaint_id": complaint.id, "message_id": message.id, "late": complaint.due_at <= now}
    record(db.session(), "support_request.answer_complaint", support_request, actor=actor, now=now, data=details)
    return complaint


def _open_one(support_request: SupportRequest) -> Complaint | None:
    statement = select(Complaint).where(
        Complaint.support_request_id == support_request.id, Complaint.answered_at.is_(None)
    )
    return db.session.execute(statement.limit(1)).scalar_one_or_none()


def _checked(text: str | None) -> str:
    words = (text or "").strip()
    if not words:
        raise RuleViolation("text_required", _l("Write what you want to say."), "text")
    if len(words) > TEXT_LENGTH:
        raise RuleViolation("too_long", _l("Use at most %(number)s characters.", number=TEXT_LENGTH), "text")
    return words
