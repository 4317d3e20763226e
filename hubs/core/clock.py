"""The one place that reads the clock; everything below the edge gets `now` as an argument."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOME = ZoneInfo("Europe/Amsterdam")  # the seat of the ministry, whose days terms start and end on


def utcnow() -> datetime:
    """The present instant, aware, in UTC, to the microsecond."""
    return datetime.now(UTC)


def local_day(now: datetime) -> date:
    """The day on which terms start and end, at this instant."""
    return now.astimezone(HOME).date()


def start_of(day: date) -> datetime:
    """The instant at which this day begins at the ministry, in UTC."""
    return datetime.combine(day, time(0), HOME).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The last instant of this day at the ministry, in UTC."""
    return start_of(day + timedelta(days=1)) - timedelta(microseconds=1)
