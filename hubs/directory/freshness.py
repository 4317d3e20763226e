"""How far what a hub says of itself can be relied on: confirmed lately, answered often enough to tell a usual time."""

from __future__ import annotations

from datetime import datetime, timedelta

STALE_AFTER = timedelta(days=183)  # six months (domain.md, Hub profile)
ASK_BEFORE = timedelta(days=14)  # asked in time, so that nothing need become stale
ANSWERS_TO_TELL = 10  # fewer answers say nothing, and could point at one question


def is_stale(confirmed_at: datetime | None, now: datetime) -> bool:
    """Whether a profile is shown as stale: never confirmed, or not for six months."""
    return confirmed_at is None or now - confirmed_at >= STALE_AFTER


def usual_days(answers: int, usual_minutes: int, working_day_minutes: int = 8 * 60) -> int | None:
    """Working days a hub usually takes to answer, rounded up, at least 1; None with too few answers."""
    if answers < ANSWERS_TO_TELL:
        return None
    return max(1, -(-usual_minutes // working_day_minutes))
