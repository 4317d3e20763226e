"""How many new questions an office takes in a week: its own number, unless a dated change says otherwise that day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol


class Change(Protocol):
    """Another weekly capacity for some days, both included; of one service or of all."""

    @property
    def weekly_capacity(self) -> int: ...
    @property
    def service(self) -> str | None: ...
    def holds_on(self, day: date) -> bool: ...


def limit_on(weekly_capacity: int | None, changes: Iterable[Change], day: date) -> int | None:
    """Places a week on this local day, every service together; None is no limit. With two changes the lowest holds."""
    holding = [change.weekly_capacity for change in changes if change.service is None and change.holds_on(day)]
    return min(holding) if holding else weekly_capacity
