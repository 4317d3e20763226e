"""How fast a hub usually answers, yes or no, counted once a day for the register (domain.md, Hub profile)."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from hubs.directory.lifecycle import HubStatus
from hubs.directory.models import HubAnswerRecord, HubProfile
from hubs.directory.operations import put_answer_record
from hubs.extensions import db
from hubs.referrals import terms
from hubs.referrals.lifecycle import ReferralState
from hubs.referrals.models import Referral

COUNT_EVERY = timedelta(days=1)
LOOK_BACK = timedelta(days=183)
MOST_COUNTED = 200  # the latest ones tell enough


def due_counts(now: datetime) -> list[str]:
    """The hubs with a standing whose answers were not counted in the last day."""
    statement = (
        select(HubProfile.id)
        .outerjoin(HubAnswerRecord, HubAnswerRecord.hub_id == HubProfile.id)
        .where(
            HubProfile.state != HubStatus.REGISTERED,
            or_(HubAnswerRecord.hub_id.is_(None), HubAnswerRecord.counted_at <= now - COUNT_EVERY),
        )
        .order_by(HubProfile.id)
    )
    return list(db.session.execute(statement).scalars())


def count_answers(hub_id: str, *, now: datetime) -> bool:
    """Count the latest answers of a hub: how many, and the median time in open hours of the office that answered.

    False when somebody counted them just before.
    """
    db.session.execute(select(HubProfile.id).where(HubProfile.id == hub_id).with_for_update())
    if hub_id not in due_counts(now):
        return False
    minutes = [_open_minutes(referral, now) for referral in _answered(hub_id, now)]
    usual = round(median(minutes)) if minutes else 0
    put_answer_record(hub_id, answers=len(minutes), usual_minutes=usual, now=now)
    return True


def _answered(hub_id: str, now: datetime) -> list[Referral]:
    statement = (
        select(Referral)
        .where(
            Referral.to_id == hub_id,
            Referral.sent_at >= now - LOOK_BACK,
            or_(Referral.accepted_at.is_not(None), Referral.state == ReferralState.DECLINED),
        )
        .options(joinedload(Referral.receiver_office))
        .order_by(Referral.sent_at.desc(), Referral.id)
        .limit(MOST_COUNTED)
    )
    return list(db.session.execute(statement).scalars())


def _open_minutes(referral: Referral, now: datetime) -> float:
    answered_at = referral.accepted_at or referral.ended_at or referral.sent_at
    calendar = terms.calendar_of(db.session(), referral.receiver_office, now)
    return calendar.working_between(referral.sent_at, answered_at).total_seconds() / 60
