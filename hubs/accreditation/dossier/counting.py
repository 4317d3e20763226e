"""Counts questions and the companies behind them, in one pass over rows in the order they came in.

Unmet is a question that went unserved, of which the post took what a hub would have got (gap), or that a hub declined
for coverage: the market need of domain.md, Routing 6. A question counts once in each figure it belongs to.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from hubs.accreditation.dossier.periods import BEFORE, NOW, QUARTERS, REPEAT_DAYS, Periods
from hubs.agreements.coverage import place_name

DAY = 86_400
UNSERVED, GAP, DECLINED, LATE, REPEATED = "unserved", "gap", "declined", "late", "repeated"
ALL, UNMET, MET = "all", "unmet", "met"  # met: the rest
KINDS = (ALL, UNMET, MET)
MEASURES = (UNSERVED, GAP, DECLINED, LATE, REPEATED)
COVERAGE_REASONS = ("outside_territory", "outside_sector", "service_not_offered")
IN_CITIES, ELSEWHERE, NO_CITY = "in_cities", "elsewhere", "unknown"
NO_SERVICE = ""
_BITS = {name: 1 << place for place, name in enumerate((*MEASURES, *COVERAGE_REASONS))}
_UNMET = _BITS[UNSERVED] | _BITS[GAP] | _BITS[DECLINED]

Companies = list[str | None]


class PartRow(NamedTuple):
    """One part of a question; parts of a question follow one another, questions come in the order of `at`."""

    id: str
    at: int  # seconds since 1970 at which it came in
    company: str | None
    unserved: bool
    has_gap: bool
    late: bool
    causes: tuple[str, ...]
    groups: tuple[str, ...]
    city: str | None
    service: str | None
    part_unserved: bool


@dataclass(slots=True)
class Cell:
    """How many questions, by how many companies."""

    questions: int = 0
    companies: int = 0

    def as_json(self) -> dict[str, int]:
        return {"questions": self.questions, "companies": self.companies}


Pair = dict[str, Cell]  # by period: now, before


@dataclass(slots=True)
class Counted:
    """The figures of a dossier. Each pair holds the period and the one before it."""

    totals: dict[str, Pair] = field(default_factory=dict)  # all, unmet, met and the measures
    quarters: list[dict[str, Cell]] = field(default_factory=list)  # eight, oldest first; by all, unmet and met
    causes: dict[str, Pair] = field(default_factory=dict)
    reasons: dict[str, Pair] = field(default_factory=dict)
    services: dict[str, dict[str, Pair]] = field(default_factory=dict)  # by all, unmet and met
    groups: dict[str, dict[str, Pair]] = field(default_factory=dict)
    places: dict[str, dict[str, Pair]] = field(default_factory=dict)


class _Key(NamedTuple):
    """What questions that count alike have in common."""

    quarter: int
    bits: int
    causes: tuple[str, ...]
    groups: tuple[str, ...]
    city: str | None


@dataclass(slots=True)
class _Heaps:
    """The companies behind questions that count alike, one entry a question."""

    alike: dict[_Key, Companies] = field(default_factory=dict)
    services: dict[tuple[str, int, bool], Companies] = field(default_factory=dict)


def count_questions(
    rows: Iterable[PartRow],
    periods: Periods,
    *,
    declined: Mapping[str, Collection[str]],
    late: Collection[str],
    cities: Collection[str] = (),
) -> Counted:
    """All figures. `declined`: reasons by question; `late`: questions of which a referral was late.

    Rows from before the periods only say what is repeated.
    """
    return _add_up(_heaped(rows, periods, declined, late), frozenset(place_name(city) for city in cities))


def _heaped(
    rows: Iterable[PartRow], periods: Periods, declined: Mapping[str, Collection[str]], late: Collection[str]
) -> _Heaps:
    heaps = _Heaps()
    alike, by_service, edges = heaps.alike, heaps.services, periods.edges
    asked_at: dict[tuple[str, str], int] = {}
    reach = REPEAT_DAYS * DAY
    for first, services, part_unserved in _questions(rows):
        at, company = first.at, first.company
        repeated = False
        if company is not None:
            for service in services:
                pair = (company, service)
                previous = asked_at.get(pair)
                repeated = repeated or (previous is not None and at - previous <= reach)
                asked_at[pair] = at
        quarter = bisect_right(edges, at) - 1
        if quarter < 0:
            continue
        bits = (
            (first.unserved or part_unserved) * _BITS[UNSERVED]
            | first.has_gap * _BITS[GAP]
            | (first.late or first.id in late) * _BITS[LATE]
            | repeated * _BITS[REPEATED]
        )
        reasons = declined.get(first.id)
        if reasons:
            bits |= _BITS[DECLINED] | sum(_BITS[reason] for reason in set(reasons))
        causes = first.causes if first.has_gap else ()
        key = _Key(quarter, bits, causes, first.groups, first.city)
        heap = alike.get(key)
        if heap is None:
            heap = alike[key] = []
        heap.append(company)
        for service in services or (NO_SERVICE,):
            by_service.setdefault((service, quarter // QUARTERS, bool(bits & _UNMET)), []).append(company)
    return heaps


def _questions(rows: Iterable[PartRow]) -> Iterator[tuple[PartRow, list[str], bool]]:
    """Each question once: its first row, its services, and whether a part of it went unserved."""
    first: PartRow | None = None
    services: list[str] = []
    part_unserved = False
    for row in rows:
        if first is None or row.id != first.id:
            if first is not None:
                yield first, services, part_unserved
            first, services, part_unserved = row, [], False
        if row.service and row.service not in services:
            services.append(row.service)
        part_unserved = part_unserved or row.part_unserved
    if first is not None:
        yield first, services, part_unserved


class _Tally:
    """Adds heaps up to cells; a company that stands in several heaps of a cell counts once."""

    def __init__(self) -> None:
        self.questions: dict[tuple[str, ...], int] = {}
        self.companies: dict[tuple[str, ...], set[str | None]] = {}

    def add(self, heap: Companies, names: Iterable[tuple[str, ...]]) -> None:
        members = set(heap)
        for name in names:
            self.questions[name] = self.questions.get(name, 0) + len(heap)
            self.companies.setdefault(name, set()).update(members)

    def cell(self, *name: str) -> Cell:
        return Cell(self.questions.get(name, 0), len(self.companies.get(name, set()) - {None}))

    def pair(self, *name: str) -> Pair:
        return {period: self.cell(period, *name) for period in (NOW, BEFORE)}

    def split(self, *name: str) -> dict[str, Pair]:
        return {kind: self.pair(kind, *name) for kind in KINDS}

    def codes(self, kind: str) -> list[str]:
        """The codes of one kind that occur at all, in order."""
        return sorted({name[-1] for name in self.questions if len(name) > 2 and name[-2] == kind})


def _add_up(heaps: _Heaps, cities: Collection[str]) -> Counted:
    tally = _Tally()
    for key, heap in heaps.alike.items():
        tally.add(heap, _names(key, cities))
    for (service, period, unmet), heap in heaps.services.items():
        when = NOW if period else BEFORE
        tally.add(heap, [(when, kind, "service", service) for kind in _kinds(unmet)])
    return Counted(
        totals={name: tally.pair(name) for name in (*KINDS, *MEASURES)},
        quarters=[{kind: tally.cell(kind, "quarter", str(n)) for kind in KINDS} for n in range(2 * QUARTERS)],
        causes={code: tally.pair("cause", code) for code in tally.codes("cause")},
        reasons={code: tally.pair("reason", code) for code in COVERAGE_REASONS},
        services={code: tally.split("service", code) for code in tally.codes("service")},
        groups={code: tally.split("group", code) for code in tally.codes("group")},
        places={code: tally.split("place", code) for code in (IN_CITIES, ELSEWHERE, NO_CITY)} if cities else {},
    )


def _names(key: _Key, cities: Collection[str]) -> Iterator[tuple[str, ...]]:
    """The cells that questions of this kind stand in."""
    when = NOW if key.quarter >= QUARTERS else BEFORE
    for kind in _kinds(bool(key.bits & _UNMET)):
        yield when, kind
        yield kind, "quarter", str(key.quarter)
        yield from ((when, kind, "group", code) for code in set(key.groups))
        if cities:
            yield when, kind, "place", _place(key.city, cities)
    for name in MEASURES:
        if key.bits & _BITS[name]:
            yield when, name
    yield from ((when, "reason", name) for name in COVERAGE_REASONS if key.bits & _BITS[name])
    yield from ((when, "cause", code) for code in set(key.causes))


def _kinds(unmet: bool) -> tuple[str, str]:
    return (ALL, UNMET) if unmet else (ALL, MET)


def _place(city: str | None, cities: Collection[str]) -> str:
    if not city:
        return NO_CITY
    return IN_CITIES if place_name(city) in cities else ELSEWHERE
