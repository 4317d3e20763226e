"""What an accredited hub owes by when, and what public money may add up to; the numbers are data (letter rec. 9).

Terms, days of warning and the de-minimis ceiling stand with their source in `data/duties.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from hubs.accreditation.statutory import plus_months

_DATA = Path(__file__).parent / "data" / "duties.csv"


class Duty(NamedTuple):
    """Something to hand in or undergo: a kind, the year it is about, and its last day."""

    kind: str
    year: int | None
    due_on: date


@lru_cache(maxsize=1)
def numbers() -> Mapping[str, str]:
    """The numbers of `data/duties.csv` by code."""
    with _DATA.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row["value"] for row in csv.DictReader(lines)}


def number(code: str) -> int:
    return int(numbers()[code])


def _day_of_year(code: str, year: int) -> date:
    month, day = numbers()[code].split("-")
    return date(year, int(month), int(day))


def duties_of(starts_on: date, ends_on: date, mid_term_months: int) -> list[Duty]:
    """Everything that is due within a term (last day included), earliest first.

    A plan is due before the year begins, the first one some weeks after the start; a report after the year has
    ended. A year of which too little falls in the term has neither. On one day one duty of a kind.
    """
    found: dict[tuple[str, date], Duty] = {}
    for duty in _all_duties(starts_on, ends_on, mid_term_months):
        if starts_on < duty.due_on <= ends_on:
            found[duty.kind, duty.due_on] = duty
    return sorted(found.values(), key=lambda duty: (duty.due_on, duty.kind))


def _all_duties(starts_on: date, ends_on: date, mid_term_months: int) -> Iterator[Duty]:
    for year in range(starts_on.year, ends_on.year + 1):
        first, last = max(starts_on, date(year, 1, 1)), min(ends_on, date(year, 12, 31))
        if (last - first).days + 1 < number("shortest_year_days"):
            continue
        before = _day_of_year("yearly_plan_due", year - 1)
        late_start = starts_on + timedelta(days=number("first_plan_days"))
        yield Duty("yearly_plan", year, before if before > starts_on else late_start)
        yield Duty("yearly_report", year, _day_of_year("yearly_report_due", year + 1))
    yield Duty("mid_term_review", None, plus_months(starts_on, mid_term_months))
    yield Duty("renewal", None, plus_months(ends_on, -number("renewal_months")))


def remind_from(due_on: date) -> date:
    """The day from which somebody is reminded."""
    return due_on - timedelta(days=number("remind_days"))


# --- public money ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeMinimis:
    """What was granted as de-minimis aid in the three years up to a day, and what may be added (EU 2023/2831)."""

    since: date
    total_cents: int
    ceiling_cents: int

    @property
    def left_cents(self) -> int:
        return max(0, self.ceiling_cents - self.total_cents)

    @property
    def is_over(self) -> bool:
        return self.total_cents > self.ceiling_cents


def de_minimis_on(day: date, fundings: Iterable[Any]) -> DeMinimis:
    """The sum over any three years: what was granted after the same day three years ago, up to this day.

    An amount without a day of grant counts from the first day of its year.
    """
    since = plus_months(day, -12 * number("de_minimis_years")) + timedelta(days=1)
    total = 0
    for funding in fundings:
        granted_on = funding.granted_on or date(funding.year, 1, 1)
        if funding.is_de_minimis and since <= granted_on <= day:
            total += funding.amount_cents
    return DeMinimis(since, total, number("de_minimis_ceiling_cents"))


class FundingYear(NamedTuple):
    """One year of public money: what was given, what the phase-out path says, and the share of own revenue."""

    year: int
    amount_cents: int
    planned_cents: int | None
    own_share: int | None  # percent of all revenue that is no public money; None: not known

    @property
    def is_above_plan(self) -> bool:
        return self.planned_cents is not None and self.amount_cents > self.planned_cents


def funding_path(fundings: Iterable[Any], own_shares: Mapping[int, int]) -> list[FundingYear]:
    """Year by year, without gaps, what came and what was planned; sources of one year are added up."""
    given: dict[int, int] = {}
    planned: dict[int, int] = {}
    for funding in fundings:
        given[funding.year] = given.get(funding.year, 0) + funding.amount_cents
        if funding.planned_cents is not None:
            planned[funding.year] = planned.get(funding.year, 0) + funding.planned_cents
    years = sorted({*given, *own_shares})
    if not years:
        return []
    return [
        FundingYear(year, given.get(year, 0), planned.get(year), own_shares.get(year))
        for year in range(years[0], years[-1] + 1)
    ]
