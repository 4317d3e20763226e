"""What the entrepreneur says at the end of a question, having it opened again, and what the desk does with it."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.permissions import P
from hubs.core.errors import NotPermitted, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.extensions import db
from hubs.referrals.feedback.models import ANSWERS, Feedback
from hubs.referrals.feedback.moments import reopens_until
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations import act_on_request
from hubs.referrals.operations.messages import add_message

WORDS = 4000


def feedback_of(support_request: SupportRequest, closing_at: datetime) -> Feedback | None:
    """What was said of that closing, if anything."""
    statement = select(Feedback).where(
        Feedback.support_request_id == support_request.id, Feedback.closing_at == closing_at
    )
    return db.session.execute(statement).scalar_one_or_none()


def give_feedback(
    support_request: SupportRequest,
    closing_at: datetime,
    answer: str | None,
    words: str | None,
    *,
    actor: Actor,
    now: datetime,
) -> Feedback:
    """Write the answer down; a second one takes the first one's place. The question is held by the caller.

    Raises NotPermitted, RuleViolation, WrongState (the question was opened again meanwhile and not answered before).
    """
    if not actor.can(P.SUPPORT_REQUEST_SPEAK, support_request):
        raise NotPermitted()
    if answer not in ANSWERS:
        raise RuleViolation("answer_required", _l("Choose an answer."), "answer")
    text = (words or "").strip() or None
    if text and len(text) > WORDS:
        raise RuleViolation("too_long", _l("Use at most %(number)s characters.", number=WORDS), "words")
    found = feedback_of(support_request, closing_at)
    if found is None:
        if support_request.closed_at != closing_at:
            raise WrongState(_l("Your question is open again. Tell us when it is done."))
        found = Feedback(
            support_request_id=support_request.id,
            organisation_id=support_request.owner_id,
            closing_at=closing_at,
            answered_at=now,
        )
        db.session.add(found)
    was_told = found.answer is not None and found.is_unhappy and found.words == text
    found.answer, found.words = answer, text or found.words
    if found.is_unhappy:
        found.handled_at = found.handled_by = None
    db.session.flush()
    kind = "feedback.unhappy" if found.is_unhappy and not was_told else "feedback.given"
    record(
        db.session(), kind, found, actor=actor, now=now, data={"answer": answer, "words": bool(text)},
        related=support_request, outbox=kind == "feedback.unhappy",
    )  # fmt: skip
    return found


def may_reopen(support_request: SupportRequest, now: datetime) -> bool:
    """Whether whoever asked may still have it opened again."""
    closed_at = support_request.closed_at
    return support_request.state == RequestState.CLOSED and closed_at is not None and now <= reopens_until(closed_at)


def reopen_after_feedback(
    support_request: SupportRequest, closing_at: datetime, *, actor: Actor, now: datetime
) -> None:
    """Back with the desk that owns it, with what the entrepreneur wrote: for that desk alone, because it may be about
    whoever helped. Raises NotPermitted, WrongState.
    """
    if support_request.closed_at != closing_at or not may_reopen(support_request, now):
        raise WrongState(_l("This question cannot be opened again. You can ask a new one."))
    said = feedback_of(support_request, closing_at)
    if said is not None:
        said.reopened_at = said.handled_at = now
        if said.words:
            add_message(support_request, "message", said.words, actor=actor, now=now)
    act_on_request(support_request, "reopen", actor=actor, now=now)


def handle_feedback(feedback: Feedback, *, actor: Actor, now: datetime) -> None:
    """Somebody at the desk dealt with it: called, mended, or saw that nothing can be done. Raises NotPermitted."""
    if not actor.can(P.SUPPORT_REQUEST_HANDLE, feedback):
        raise NotPermitted()
    if feedback.handled_at is None:
        feedback.handled_at, feedback.handled_by = now, actor.id
        related = feedback.support_request
        record(db.session(), "feedback.handled", feedback, actor=actor, now=now, related=related, outbox=False)
