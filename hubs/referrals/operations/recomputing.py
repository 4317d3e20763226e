"""A holiday, closure or change of hours moves the clocks that run, told before and after (domain.md, rule 6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, union

from hubs.accounts.models import Office
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.extensions import db
from hubs.referrals import terms
from hubs.referrals.lifecycle import UNACCEPTED
from hubs.referrals.models import Referral, SupportRequest


def recompute_market(market: str, *, actor: Actor, now: datetime) -> int:
    """Move the clocks of every office in a market, after its list of holidays changed; how many moved."""
    offices = select(Office).where(Office.market == market, Office.closed_on.is_(None)).order_by(Office.id)
    return sum(recompute_office(office, actor=actor, now=now) for office in db.session.execute(offices).scalars().all())


def recompute_all(*, actor: Actor, now: datetime) -> int:
    """Move every clock that runs, after the lists of holidays or the usual hours were loaded anew; how many moved."""
    running = union(
        select(SupportRequest.office_id).where(SupportRequest.due_at.is_not(None)),
        select(Referral.to_office_id).where(Referral.due_at.is_not(None)),
        select(Referral.from_office_id).where(Referral.due_at.is_not(None), Referral.term == "answer"),
    )
    offices = select(Office).where(Office.id.in_(select(running.subquery().c[0]))).order_by(Office.id)
    return sum(recompute_office(office, actor=actor, now=now) for office in db.session.execute(offices).scalars().all())


def hold_clocks(office_id: str) -> None:
    """Hold what follows this office's calendar, before the office itself: whoever accepts holds their referral first,
    and its question before that."""
    running = select(Referral.support_request_id).where(*_followers(office_id))
    own = and_(SupportRequest.office_id == office_id, SupportRequest.due_at.is_not(None))
    questions = select(SupportRequest.id).where(or_(own, SupportRequest.id.in_(running)))
    db.session.execute(questions.order_by(SupportRequest.id).with_for_update(of=SupportRequest)).all()
    referrals = select(Referral.id).where(*_followers(office_id)).order_by(Referral.id)
    db.session.execute(referrals.with_for_update(of=Referral)).all()


def recompute_office(office: Office, *, actor: Actor, now: datetime) -> int:
    """Move the clocks that follow this office's calendar; how many moved. A term already over stays over.

    The change itself must have bumped the routing stamp in this transaction.
    """
    moved = 0
    for subject in [*_requests_at(office), *_referrals_at(office)]:
        moved += _moved(subject, office, actor, now)
    db.session.flush()
    return moved


def _requests_at(office: Office) -> list[Any]:
    statement = (
        select(SupportRequest)
        .where(SupportRequest.office_id == office.id, SupportRequest.due_at.is_not(None))
        .order_by(SupportRequest.id)
        .with_for_update(of=SupportRequest)
    )
    return list(db.session.execute(statement).scalars())


def _followers(office_id: str) -> tuple[Any, ...]:
    """Referrals whose running term is this office's: the receiver's, or the sender's while it owes an answer."""
    follows = or_(
        (Referral.to_office_id == office_id) & (Referral.term != "answer"),
        (Referral.from_office_id == office_id) & (Referral.term == "answer"),
    )
    return follows, Referral.due_at.is_not(None)


def _referrals_at(office: Office) -> list[Any]:
    statement = select(Referral).where(*_followers(office.id)).order_by(Referral.id)
    return list(db.session.execute(statement.with_for_update(of=Referral)).scalars())


def _moved(subject: Any, office: Office, actor: Actor, now: datetime) -> bool:
    before, decided_by = subject.due_at, getattr(subject, "decide_due_at", None)
    if isinstance(subject, Referral) and subject.state in UNACCEPTED and decided_by and decided_by > now:
        terms.set_decide_due(db.session(), subject, now)
    if before > now:
        terms.recalculate(db.session(), subject, office, now)
    after = getattr(subject, "decide_due_at", None)
    if subject.due_at == before and after == decided_by:
        return False
    if subject.warned_at is not None and subject.warn_at is not None and subject.warn_at > now:
        subject.warned_at = None  # there is time again: warn again when it runs out
    related = subject.support_request if isinstance(subject, Referral) else None
    record(
        db.session,
        f"{subject.lifecycle.kind}.clock_moved",
        subject,
        actor=actor,
        now=now,
        data={
            "term": subject.term,
            "before": before.isoformat(),
            "after": subject.due_at.isoformat(),
            "decide_before": decided_by.isoformat() if decided_by else None,
            "decide_after": after.isoformat() if after else None,
            "office_id": office.id,
        },
        related=related,
    )
    return True
