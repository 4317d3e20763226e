"""When a question may still be opened again by whoever asked, and when one is asked how it went. Pure."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

REOPEN_MONTHS = 1
FOLLOW_UP_MONTHS = (6, 12, 36)
GRACE = timedelta(days=45)  # how late a follow-up may still go out, when the clock stood still
_HOME = ZoneInfo("Europe/Amsterdam")


def months_after(at: datetime, months: int) -> datetime:
    """The same day and time so many months later, where the entrepreneur is; the last day of a shorter month."""
    local = at.astimezone(_HOME)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, calendar.monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).astimezone(at.tzinfo)


def reopens_until(closed_at: datetime) -> datetime:
    """Till when whoever asked may have it opened again."""
    return months_after(closed_at, REOPEN_MONTHS)


def due_between(now: datetime, months: int) -> tuple[datetime, datetime]:
    """Which closings are so many months ago now: later than the first, not later than the second."""
    latest = months_after(now, -months)
    while months_after(latest, months) > now:
        latest -= timedelta(days=1)
    return latest - GRACE, latest
