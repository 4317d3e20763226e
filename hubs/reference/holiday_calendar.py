"""Public holidays per market from the `holidays` library, corrected for the Netherlands.

The Algemene termijnenwet (art. 3) moves terms on Good Friday and on every 5 May; offices of the State are
open on Good Friday and shut on 5 May in every fifth year only. So the two are kept apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import holidays

SOURCE = f"PyPI holidays {holidays.__version__}"
SOURCE_ATW = f"{SOURCE}; art. 3 Algemene termijnenwet"
NETHERLANDS = "NL"
LUSTRUM = 5
_REMARK = re.compile(r"^(?P<name>.*\S)\s*\((?P<remarks>[^()]*)\)$")
_MOVED = frozenset({"observed", "in lieu", "substitute day"})
_ATW = frozenset(
    {
        "New Year's Day",
        "Good Friday",
        "Easter Monday",
        "King's Day",
        "Liberation Day",
        "Ascension Day",
        "Pentecost Monday",
        "Christmas Day",
        "Second Day of Christmas",
    }
)


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """One day off in one market, as the loader stores it."""

    market: str
    on: date
    name_nl: str
    name_en: str
    closes_offices: bool
    is_statutory: bool
    is_estimated: bool
    source: str


def public_holidays(markets: Iterable[str], years: Iterable[int], dutch: Mapping[str, str]) -> Iterator[PublicHoliday]:
    """All public holidays of the markets the library knows; `dutch` gives Dutch names for English ones."""
    known = set(holidays.list_supported_countries(include_aliases=False))
    span = list(years)
    for market in markets:
        if market == NETHERLANDS:
            yield from _dutch_holidays(span, dutch)
        elif market in known:
            for on, label in sorted(holidays.country_holidays(market, years=span, language="en_US").items()):
                yield _holiday(market, on, label, dutch)


def _dutch_holidays(years: list[int], dutch: Mapping[str, str]) -> Iterator[PublicHoliday]:
    calendar = holidays.country_holidays(NETHERLANDS, years=years, language="en_US", categories=("public", "optional"))
    for on, label in sorted(calendar.items()):
        found = _holiday(NETHERLANDS, on, label, dutch)
        names = set(label.split("; "))
        shut = bool(names - {"Good Friday", "Liberation Day"}) or ("Liberation Day" in names and on.year % LUSTRUM == 0)
        yield PublicHoliday(
            market=NETHERLANDS,
            on=on,
            name_nl=found.name_nl,
            name_en=found.name_en,
            closes_offices=shut,
            is_statutory=bool(names & _ATW),
            is_estimated=False,
            source=SOURCE_ATW,
        )


def _holiday(market: str, on: date, label: str, dutch: Mapping[str, str]) -> PublicHoliday:
    parts = [_named(part, dutch) for part in label.split("; ")]
    return PublicHoliday(
        market=market,
        on=on,
        name_nl="; ".join(dict.fromkeys(part[0] for part in parts))[:250],
        name_en="; ".join(dict.fromkeys(part[1] for part in parts))[:250],
        closes_offices=True,
        is_statutory=False,
        is_estimated=all(part[2] for part in parts),
        source=SOURCE,
    )


def _named(label: str, dutch: Mapping[str, str]) -> tuple[str, str, bool]:
    """A holiday's Dutch and English name, and whether its date is an estimate."""
    found = _REMARK.match(label)
    remarks = set(found["remarks"].split(", ")) if found else set()
    if not found or not remarks <= _MOVED | {"estimated"}:
        return dutch.get(label, label), label, False
    name, moved = found["name"], bool(remarks & _MOVED)
    name_nl = dutch.get(name, name)
    if moved:
        return f"{name_nl} (vervangende dag)", f"{name} (observed)", "estimated" in remarks
    return name_nl, name, "estimated" in remarks
