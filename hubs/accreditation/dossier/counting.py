"""Counts questions and the companies behind them, in one pass over what the database holds.

Unmet is a question that went unserved, of which the post took what a hub would have got (gap), or that a hub declined
for coverage: the market need of domain.md, Routing 6. A question counts once in each figure it belongs to.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
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
_NONE = (NO_SERVICE,)

# what is the matter with a question, as one number: the database says the first three, the rest follows here
BITS = {name: 1 << place for place, name in enumerate((UNSERVED, GAP, LATE, DECLINED, *COVERAGE_REASONS))}
_UNMET = BITS[UNSERVED] | BITS[GAP] | BITS[DECLINED]
_OWN = (UNSERVED, GAP, LATE, DECLINED)

# id, seconds since 1970, company, bits, causes of a gap and target groups as JSON lists, city
QuestionRow = tuple[str, int, str | None, int, str | None, str | None, str | None]
PartRow = tuple[str, str | None, int]  # id of the question, service, 1 when this part went unserved
Companies = list[str | None]


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
    causes: str | None
    groups: str | None
    place: str


@dataclass(slots=True)
class _Heaps:
    """The companies behind questions that count alike, one entry a question."""

    alike: dict[_Key, Companies] = field(default_factory=dict)
    services: dict[tuple[str, int, bool], Companies] = field(default_factory=dict)
    history: dict[str, list[tuple[int, str]]] = field(default_factory=dict)  # what each company asked, and when


def count_questions(
    questions: Iterable[QuestionRow],
    parts: Iterable[PartRow],
    periods: Periods,
    *,
    declined: Mapping[str, Collection[str]],
    late: Collection[str],
    cities: Collection[str] = (),
) -> Counted:
    """All figures. `declined`: reasons by question; `late`: questions of which a referral was late.

    Questions from before the periods only say what is repeated. The order of rows is of no matter.
    """
    heaps = _heaped(questions, _ServicesOf(parts), periods, declined, late, _Places(cities))
    tally = _Tally()
    for key, heap in heaps.alike.items():
        tally.add(heap, list(_names(_Key(*key), bool(cities))))
    for (service, period, unmet), heap in heaps.services.items():
        tally.add(heap, [(NOW if period else BEFORE, kind, "service", service) for kind in _kinds(unmet)])
    for when, company in _repeated(heaps.history, periods):
        tally.add([company], [(when, REPEATED)])
    return _counted(tally, with_places=bool(cities))


class _Places(dict[str | None, str]):
    """Where a city is: worked out once for each name that people wrote."""

    def __init__(self, cities: Collection[str]) -> None:
        super().__init__({None: NO_CITY, "": NO_CITY})
        self._wanted = frozenset(place_name(city) for city in cities)

    def __missing__(self, city: str) -> str:
        place = IN_CITIES if place_name(city) in self._wanted else ELSEWHERE
        self[city] = place
        return place


class _ServicesOf:
    """The services of each question, and the questions of which a part went unserved."""

    def __init__(self, parts: Iterable[PartRow]) -> None:
        self.joined: dict[str, str] = {}
        self.unserved: set[str] = set()
        joined = self.joined
        for question, service, unserved in parts:
            if unserved:
                self.unserved.add(question)
            if service:
                known = joined.get(question)
                joined[question] = service if known is None else f"{known} {service}"


def _heaped(
    questions: Iterable[QuestionRow],
    parts: _ServicesOf,
    periods: Periods,
    declined: Mapping[str, Collection[str]],
    late: Collection[str],
    places: _Places,
) -> _Heaps:
    heaps = _Heaps()
    alike, by_service, history, edges = heaps.alike, heaps.services, heaps.history, periods.edges
    joined = parts.joined
    told = _Told(parts.unserved, declined, late)
    for identifier, at, company, bits, causes, groups, city in questions:  # once a question: kept lean
        services = joined.get(identifier, NO_SERVICE)
        if company is not None:
            if company in history:
                history[company].append((at, services))
            else:
                history[company] = [(at, services)]
        quarter = bisect_right(edges, at) - 1
        if quarter < 0:
            continue
        if identifier in told:
            bits |= told[identifier]
        key = (quarter, bits, causes, groups, places[city])
        if key in alike:
            alike[key].append(company)
        else:
            alike[key] = [company]  # type: ignore[index]
        period, unmet = quarter // QUARTERS, bits & _UNMET != 0
        for service in services.split() or _NONE:
            by_service.setdefault((service, period, unmet), []).append(company)
    return heaps


class _Told(dict[str, int]):
    """The bits of a question that stand in other rows than its own."""

    def __init__(
        self, unserved: Collection[str], declined: Mapping[str, Collection[str]], late: Collection[str]
    ) -> None:
        super().__init__(dict.fromkeys(unserved, BITS[UNSERVED]))
        for identifier, reasons in declined.items():
            bits = BITS[DECLINED] | sum(BITS[reason] for reason in set(reasons))
            self[identifier] = self.get(identifier, 0) | bits
        for identifier in late:
            self[identifier] = self.get(identifier, 0) | BITS[LATE]


def _repeated(history: Mapping[str, list[tuple[int, str]]], periods: Periods) -> Iterator[tuple[str, str]]:
    """Period and company of each question that asks a service which that company asked here shortly before."""
    reach, edges = REPEAT_DAYS * DAY, periods.edges
    for company, asked in history.items():
        if len(asked) == 1:
            continue
        asked_at: dict[str, int] = {}
        for at, services in sorted(asked):
            again = False
            for service in services.split():
                again = again or (service in asked_at and at - asked_at[service] <= reach)
                asked_at[service] = at
            if again and at >= edges[0]:
                yield (NOW if at >= edges[QUARTERS] else BEFORE), company


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


def _counted(tally: _Tally, *, with_places: bool) -> Counted:
    places = (IN_CITIES, ELSEWHERE, NO_CITY) if with_places else ()
    return Counted(
        totals={name: tally.pair(name) for name in (*KINDS, *MEASURES)},
        quarters=[{kind: tally.cell(kind, "quarter", str(n)) for kind in KINDS} for n in range(2 * QUARTERS)],
        causes={code: tally.pair("cause", code) for code in tally.codes("cause")},
        reasons={code: tally.pair("reason", code) for code in COVERAGE_REASONS},
        services={code: tally.split("service", code) for code in tally.codes("service")},
        groups={code: tally.split("group", code) for code in tally.codes("group")},
        places={code: tally.split("place", code) for code in places},
    )


@lru_cache(maxsize=4096)
def _listed(text: str | None) -> tuple[str, ...]:
    """A JSON list as it is stored, each value once; read once for each text it has."""
    return tuple(dict.fromkeys(json.loads(text))) if text else ()


def _names(key: _Key, with_places: bool) -> Iterator[tuple[str, ...]]:
    """The cells that questions of this kind stand in."""
    when = NOW if key.quarter >= QUARTERS else BEFORE
    for kind in _kinds(bool(key.bits & _UNMET)):
        yield when, kind
        yield kind, "quarter", str(key.quarter)
        yield from ((when, kind, "group", code) for code in _listed(key.groups))
        if with_places:
            yield when, kind, "place", key.place
    yield from ((when, name) for name in _OWN if key.bits & BITS[name])
    yield from ((when, "reason", name) for name in COVERAGE_REASONS if key.bits & BITS[name])
    if key.bits & BITS[GAP]:
        yield from ((when, "cause", code) for code in _listed(key.causes))


def _kinds(unmet: bool) -> tuple[str, str]:
    return (ALL, UNMET) if unmet else (ALL, MET)
