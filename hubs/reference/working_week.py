"""Which days a desk works in a market, and the hours it has until somebody sets its own (domain.md rule 6)."""

from __future__ import annotations

from collections.abc import Collection

Hours = dict[str, list[list[str]]]

DAYS_IN_WEEK = 7
WORKING_DAYS = 5
OPENS, CLOSES = "09:00", "16:30"


def working_days(weekend: Collection[int]) -> list[int]:
    """At most five days, Monday is 0: those that follow the weekend (Sunday-Thursday after Friday-Saturday).

    A market with one day off still gets a five-day desk, which starts on the day after it.
    """
    first = next((day for day in range(DAYS_IN_WEEK) if day not in weekend and (day - 1) % 7 in weekend), 0)
    week = [(first + step) % DAYS_IN_WEEK for step in range(DAYS_IN_WEEK)]
    return sorted([day for day in week if day not in weekend][:WORKING_DAYS])


def default_hours(weekend: Collection[int], opens: str = OPENS, closes: str = CLOSES) -> Hours:
    """Opening hours by weekday number, as an office stores them."""
    return {str(day): [[opens, closes]] for day in working_days(weekend)}
