"""Which days a dossier counts: the twelve whole months before the submission, and the twelve before those.

Months are those of Amsterdam, the seat of the ministry; a quarter is three of these months, not of the calendar year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

ZONE = "Europe/Amsterdam"
MONTHS = 12
MONTHS_A_QUARTER = 3
QUARTERS = MONTHS // MONTHS_A_QUARTER
BEFORE, NOW = "before", "now"
REPEAT_DAYS = 365  # the same company, market and service again within so many days


def months_later(first: date, months: int) -> date:
    """The first day of the month so many months later (earlier when negative)."""
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def midnight(day: date) -> datetime:
    """The instant at which this day begins in Amsterdam."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


@dataclass(frozen=True)
class Periods:
    """The days counted; `ends_on` is the last day of the period."""

    starts_on: date
    ends_on: date

    @property
    def before_starts_on(self) -> date:
        return months_later(self.starts_on, -MONTHS)

    @property
    def before_ends_on(self) -> date:
        return self.starts_on - timedelta(days=1)

    @property
    def reads_from(self) -> datetime:
        """From here rows are needed: a question repeats one of up to twelve months before it."""
        return midnight(self.before_starts_on) - timedelta(days=REPEAT_DAYS)

    @property
    def reads_until(self) -> datetime:
        """The first instant that no longer counts."""
        return midnight(self.ends_on + timedelta(days=1))

    @cached_property
    def quarters(self) -> tuple[tuple[date, date], ...]:
        """First and last day of the eight quarters, oldest first."""
        firsts = [months_later(self.before_starts_on, MONTHS_A_QUARTER * n) for n in range(2 * QUARTERS + 1)]
        return tuple((first, after - timedelta(days=1)) for first, after in zip(firsts, firsts[1:], strict=False))

    @cached_property
    def edges(self) -> tuple[datetime, ...]:
        """The instant at which each quarter begins."""
        return tuple(midnight(first) for first, _ in self.quarters)


def periods_before(now: datetime) -> Periods:
    """The periods of a dossier computed at this instant."""
    today = now.astimezone(ZoneInfo(ZONE)).date()
    first = today.replace(day=1)
    return Periods(months_later(first, -MONTHS), first - timedelta(days=1))
