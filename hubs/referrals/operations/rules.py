"""What the clocks do by themselves: lapse, warn, tell a breach, end a wait (domain.md, rules 3, 6, 8).

The caller asks what is due and then takes one subject a transaction; every step looks again under lock, so that
it may be stopped at any moment and done twice without doing anything twice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, literal, not_, or_, select, text, union_all

from hubs.accounts.actor import THE_SERVICE
from hubs.accounts.models import Office
from hubs.core.events import record
from hubs.core.perform import perform
from hubs.extensions import db
from hubs.referrals import terms
from hubs.referrals.lifecycle import UNACCEPTED
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations.parts import bring_back, open_parts, start_re_route, stop_waiting
from hubs.referrals.operations.receipts import receipt_for
from hubs.referrals.operations.referrals import is_over
from hubs.referrals.places_left import room_of
from hubs.referrals.queries import lock_referral, lock_request
from hubs.referrals.room import AwaitedOffice

REQUESTS, REFERRALS = SupportRequest.__tablename__, Referral.__tablename__
Named = tuple[str, str]


def due_lapses(now: datetime, limit: int = 100) -> list[str]:
    """Referrals nobody answered in time, longest overdue first; the states are spelled as in the partial index."""
    statement = (
        select(Referral.id)
        .where(text("referrals.state IN ('sent', 'acknowledged')"), Referral.decide_due_at <= now)
        .order_by(Referral.decide_due_at)
        .limit(limit)
    )
    return list(db.session.execute(statement).scalars())


def lapse(referral_id: str, *, now: datetime) -> bool:
    """Nothing was said: the question goes back to its desk, with the next places ranked. False: nothing to do."""
    referral = lock_referral(referral_id)
    if referral is None or not is_over(referral, now):
        return False
    perform(
        db.session,
        referral,
        "lapse",
        actor=THE_SERVICE,
        now=now,
        data={},
        event_data={"due_at": referral.decide_due_at.isoformat() if referral.decide_due_at else None},
        related=referral.support_request,
    )
    terms.follow_state(db.session(), referral, now)
    bring_back(referral, cause="lapsed", actor=THE_SERVICE, now=now)
    db.session.flush()
    return True


def due_warnings(now: datetime, limit: int = 100) -> list[Named]:
    """Clocks of which three quarters are over and nobody was warned yet."""
    return _marked("warn_at", "warned_at", now, limit)


def due_breaches(now: datetime, limit: int = 100) -> list[Named]:
    """Clocks that are over and of which nobody was told yet."""
    return _marked("due_at", "breached_at", now, limit)


def _marked(moment: str, mark: str, now: datetime, limit: int) -> list[Named]:
    lapses = and_(Referral.state.in_(sorted(UNACCEPTED)), Referral.decide_due_at <= now)
    parts: list[Any] = []
    for model, extra in ((SupportRequest, None), (Referral, or_(Referral.decide_due_at.is_(None), not_(lapses)))):
        statement = select(
            literal(model.__tablename__).label("kind"), model.id, getattr(model, moment).label("at")
        ).where(getattr(model, moment) <= now, getattr(model, mark).is_(None))
        parts.append(statement if extra is None else statement.where(extra))
    union = union_all(*parts).subquery()
    rows = db.session.execute(select(union.c.kind, union.c.id).order_by(union.c.at).limit(limit))
    return [(kind, identifier) for kind, identifier in rows]


def warn(subject_type: str, identifier: str, *, now: datetime) -> bool:
    """Say that a term is nearly over, once. False: nothing to do any more."""
    subject = _locked(subject_type, identifier)
    if subject is None or subject.warned_at is not None or subject.warn_at is None or subject.warn_at > now:
        return False
    subject.warned_at = now
    if subject.due_at is not None and subject.due_at <= now:
        return False  # late already: that is told by itself
    _tell(subject, "due_soon", now)
    return True


def breach(subject_type: str, identifier: str, *, now: datetime) -> bool:
    """Say that a term is over, once. False: nothing to do any more."""
    subject = _locked(subject_type, identifier)
    if subject is None or subject.breached_at is not None or subject.due_at is None or subject.due_at > now:
        return False
    if isinstance(subject, Referral) and is_over(subject, now):
        return False  # it lapses
    subject.breached_at = now
    terms.note_late(subject, now)
    _tell(subject, "overdue", now)
    return True


def due_waits(now: datetime, limit: int = 100) -> list[str]:
    """Questions whose wait for room is over, and those that wait for an office that has room before its day."""
    statement = (
        select(SupportRequest.id)
        .where(SupportRequest.waits_until <= now)
        .order_by(SupportRequest.waits_until)
        .limit(limit)
    )
    return list(dict.fromkeys([*db.session.execute(statement).scalars(), *_maybe_freed(now, limit)]))


def _maybe_freed(now: datetime, limit: int) -> list[str]:
    """Questions with an awaited office that has a place left and no pause; whether they may go there is told later."""
    statement = (
        select(AwaitedOffice.support_request_id, Office)
        .join(Office, Office.id == AwaitedOffice.office_id)
        .join(SupportRequest, SupportRequest.id == AwaitedOffice.support_request_id)
        .where(SupportRequest.waits_until > now)
        .order_by(SupportRequest.waits_until, AwaitedOffice.office_id)
        .limit(limit)
    )
    rows = [(row[0], row[1]) for row in db.session.execute(statement)]
    offices = list({office.id: office for _question, office in rows}.values())
    if not offices:
        return []
    room = room_of(db.session(), offices, (), now)
    return [question for question, office in rows if room.left.get(office.id, 1) > 0]


def end_wait(request_id: str, *, now: datetime) -> bool:
    """The wait is over, or a place came free before: the desk chooses a place. False: nothing to do any more."""
    support_request = lock_request(request_id)
    if support_request is None or support_request.waits_until is None:
        return False
    is_early = support_request.waits_until > now
    if is_early and not _has_place(support_request, now):
        return False
    stop_waiting(support_request, now)
    if open_parts(support_request):
        start_re_route(support_request, now)
    details = {"early": True} if is_early else None
    record(db.session, "support_request.wait_over", support_request, actor=THE_SERVICE, now=now, data=details)
    return True


def _has_place(support_request: SupportRequest, now: datetime) -> bool:
    """Whether a hub that it waits for can take it now."""
    awaited = select(Office.organisation_id).join(AwaitedOffice, AwaitedOffice.office_id == Office.id)
    ids = set(db.session.execute(awaited.where(AwaitedOffice.support_request_id == support_request.id)).scalars())
    places = receipt_for(support_request, now=now).destinations
    return any(place.organisation_id in ids and not place.own_choice for place in places)


def _locked(subject_type: str, identifier: str) -> Any:
    return lock_request(identifier) if subject_type == REQUESTS else lock_referral(identifier)


def _tell(subject: Any, what: str, now: datetime) -> None:
    kind = f"{subject.lifecycle.kind}.{what}"
    details = {"term": subject.term, "due_at": subject.due_at.isoformat() if subject.due_at else None}
    related = subject.support_request if isinstance(subject, Referral) else None
    record(db.session, kind, subject, actor=THE_SERVICE, now=now, data=details, related=related)
    db.session.flush()
