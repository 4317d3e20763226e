"""Reading what entrepreneurs said: only of the questions one's own organisation closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import contains_eager

from hubs.accounts.actor import Actor
from hubs.core.errors import NotFound
from hubs.extensions import db
from hubs.referrals.feedback.models import UNHAPPY, Feedback, FollowUp
from hubs.referrals.models import SupportRequest
from hubs.referrals.queries import requests_visible_to


def _own(model: Any, actor: Actor) -> Select[Any]:
    visible = requests_visible_to(actor).whereclause  # the very condition, on the question that is joined
    return (
        select(model)
        .join(model.support_request)
        .options(contains_eager(model.support_request))
        .where(model.organisation_id == actor.organisation_id, true() if visible is None else visible)
    )


def feedback_visible_to(actor: Actor) -> Select[Any]:
    """What was said of the questions of one's own desk."""
    return _own(Feedback, actor)


def follow_ups_visible_to(actor: Actor) -> Select[Any]:
    """What was answered later about the questions of one's own desk."""
    return _own(FollowUp, actor)


def unhappy_feedback(actor: Actor) -> Select[Any]:
    """Who was not, or not wholly, helped and whom nobody at the desk dealt with yet; for lists of what needs doing.

    Order it by `Feedback.answered_at`; the question is loaded with it.
    """
    return feedback_visible_to(actor).where(Feedback.answer.in_(UNHAPPY), Feedback.handled_at.is_(None))


def get_visible_feedback(actor: Actor, feedback_id: str, *, lock: bool = False) -> Feedback:
    """One answer. Raises NotFound."""
    statement = feedback_visible_to(actor).where(Feedback.id == feedback_id)
    if lock:
        statement = statement.with_for_update(of=Feedback)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def said_about(support_request: SupportRequest) -> tuple[Sequence[Feedback], Sequence[FollowUp]]:
    """Everything said about one question, oldest first: for its case page. The caller may see the question."""
    said = select(Feedback).where(
        Feedback.support_request_id == support_request.id, Feedback.organisation_id == support_request.owner_id
    )
    later = select(FollowUp).where(
        FollowUp.support_request_id == support_request.id, FollowUp.organisation_id == support_request.owner_id
    )
    return (
        db.session.execute(said.order_by(Feedback.closing_at)).scalars().all(),
        db.session.execute(later.order_by(FollowUp.months)).scalars().all(),
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """How many gave which answer since a moment; of one's own organisation, so nothing is suppressed."""

    answers: dict[str, int]
    business: dict[str, int]
    asked_later: int


def figures_of(actor: Actor, since: datetime) -> Figures:
    """The figures of one's own desk, in two statements."""
    said = feedback_visible_to(actor).where(Feedback.answered_at >= since).subquery()
    counted = select(said.c.answer, func.count()).group_by(said.c.answer)
    later = follow_ups_visible_to(actor).where(FollowUp.sent_at >= since).subquery()
    by_result = select(later.c.business, func.count()).group_by(later.c.business)
    results = {row[0]: row[1] for row in db.session.execute(by_result)}
    return Figures(
        {row[0]: row[1] for row in db.session.execute(counted)},
        {name: number for name, number in results.items() if name},
        sum(results.values()),
    )
