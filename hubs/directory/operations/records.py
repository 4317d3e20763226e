"""What others counted about a hub and the directory keeps: how fast it answered lately."""

from __future__ import annotations

from datetime import datetime

from hubs.directory.models import HubAnswerRecord
from hubs.extensions import db


def put_answer_record(hub_id: str, *, answers: int, usual_minutes: int, now: datetime) -> HubAnswerRecord:
    """Keep how fast a hub answered lately, as the clocks of referrals counted it: median open minutes."""
    record_ = db.session.get(HubAnswerRecord, hub_id)
    if record_ is None:
        record_ = HubAnswerRecord(hub_id=hub_id, answers=answers, usual_minutes=usual_minutes, counted_at=now)
        db.session.add(record_)
    record_.answers, record_.usual_minutes, record_.counted_at = answers, usual_minutes, now
    db.session.flush()
    return record_
