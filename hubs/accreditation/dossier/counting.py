"""Counts questions and the companies behind them in one pass over what the database holds.

Unmet is a question that went unserved, of which the post took what a hub would have got (gap), or that a hub declined
for coverage: the market need of domain.md, Routing 6. A question counts once in each figure it belongs to. Built for a
hundred thousand questions: what runs once a question is left to the interpreter's own loops.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from hubs.accreditation.dossier.periods import BEFORE, NOW, QUARTERS, REPEAT_DAYS
from hubs.agreements.coverage import place_name

DAY = 86_400
UNSERVED, GAP, DECLINED, LATE, REPEATED = "unserved", "gap", "declined", "late", "repeated"
ALL, UNMET, MET = "all", "unmet", "met"  # met: the rest
KINDS = (ALL, UNMET, MET)
MEASURES = (UNSERVED, GAP, DECLINED, LATE, REPEATED)
COVERAGE_REASONS = ("outside_territory", "outside_sector", "service_not_offered")
IN_CITIES, ELSEWHERE, NO_CITY = "in_cities", "elsewhere", "unknown"
NOBODY = 0  # the number of a company that is not known
FEW = 10  # so many companies are no longer few (domain.md, rule 5)

# what is the matter with a question, as one number: the database says the first three, the rest follows here
BITS = {name: 1 << place for place, name in enumerate((UNSERVED, GAP, LATE, DECLINED, *COVERAGE_REASONS))}
QUARTER = 256  # stands above the bits; a mark is the quarter's number, from one, times this, plus the bits
_UNMET = BITS[UNSERVED] | BITS[GAP] | BITS[DECLINED]
_OWN = (UNSERVED, GAP, LATE, DECLINED)

# id, company, seconds since 1970, and as one text, parted by BETWEEN: mark (below QUARTER: before the periods),
# causes of a gap and target groups as JSON lists, city. One text, because a hundred thousand of them are compared.
QuestionRow = tuple[str, str | None, int, str]
BETWEEN = "\x1f"
PartRow = tuple[str, str | None, int]  # id of the question, service, 1 when this part went unserved
Name = tuple[str, ...]
_SORTS = ((NOW, True), (NOW, False), (BEFORE, True), (BEFORE, False))  # period, and whether unmet


@dataclass(slots=True)
class Cell:
    """How many questions, by how many companies; None: ten or more, not counted further."""

    questions: int = 0
    companies: int | None = 0

    def as_json(self) -> dict[str, int | None]:
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


def count_questions(
    questions: Sequence[QuestionRow],
    parts: Sequence[PartRow],
    *,
    declined: Mapping[str, Collection[str]],
    late: Collection[str],
    cities: Collection[str] = (),
) -> Counted:
    """All figures. `declined`: reasons by question; `late`: questions of which a referral was late.

    Questions from before the periods only say what is repeated. The order of rows is of no matter.
    """
    asked = _Asked(questions, parts, declined, late)
    tally = _Tally(asked.most_of_nine())
    wanted = frozenset(place_name(city) for city in cities)
    tally.add(asked.alike, {key: tuple(_names(key, wanted)) for key in asked.alike}, zip(asked.keys, asked.who))  # noqa: B905  as long
    by_service = {key: _service_names(key) for key in asked.by_service}
    tally.add(asked.by_service, by_service, zip(asked.service_keys, asked.part_who))  # noqa: B905
    repeated = asked.repeated()
    tally.add(Counter(when for when, _ in repeated), {when: ((when, REPEATED),) for when in (NOW, BEFORE)}, repeated)
    return _counted(tally, asked.companies_behind(), with_places=bool(cities))


class _Asked:
    """The rows as columns, with what other rows say of a question added to its mark.

    Companies become numbers and questions places in these columns: numbers are cheap to compare, ids are not.
    """

    def __init__(
        self,
        questions: Sequence[QuestionRow],
        parts: Sequence[PartRow],
        declined: Mapping[str, Collection[str]],
        late: Collection[str],
    ) -> None:
        ids, companies, self.seconds, keys = _columns(questions, 4)
        part_of, self.services, unserved = _columns(parts, 3)
        place = dict(zip(ids, range(len(ids)), strict=True))
        self.keys = list(keys)
        gone = {question for question, is_gone in zip(part_of, unserved, strict=True) if is_gone}
        self._tell(place, gone, declined, late)
        self.alike = Counter(self.keys)
        numbers = {company: number for number, company in enumerate(dict.fromkeys(companies), 1)}
        numbers[None] = NOBODY
        nowhere = len(ids)  # a part of a question that came in between the two readings
        self.who = [*(numbers[company] for company in companies), NOBODY]
        sorts = {key: _sort_of(_mark(key)) for key in self.alike}
        self.sorts = [*(sorts[key] for key in self.keys), None]
        self.places = [place.get(question, nowhere) for question in part_of]
        self.part_who = [self.who[place] for place in self.places]
        self.service_keys = list(zip(self.services, [self.sorts[place] for place in self.places], strict=True))
        self.by_service = Counter(self.service_keys)

    def _tell(
        self,
        place: Mapping[str, int],
        unserved: Collection[str],
        declined: Mapping[str, Collection[str]],
        late: Collection[str],
    ) -> None:
        told = [(question, BITS[UNSERVED]) for question in unserved]
        told += [(question, BITS[LATE]) for question in late]
        for question, reasons in declined.items():
            told.append((question, BITS[DECLINED] | sum(BITS[reason] for reason in set(reasons))))
        for question, bits in told:
            if question in place:
                mark, between, rest = self.keys[place[question]].partition(BETWEEN)
                self.keys[place[question]] = f"{int(mark) | bits}{between}{rest}"

    def most_of_nine(self) -> int:
        """How many questions the nine companies asked that asked most: more than this needs a tenth company."""
        known = Counter(self.who)
        nobody = known.pop(NOBODY, 0)
        return nobody + sum(number for _, number in known.most_common(FEW - 1))

    def companies_behind(self) -> dict[Name, int]:
        """The exact number of companies behind all, unmet and met of each period."""
        bits: dict[tuple[str, bool] | None, int] = {sort: 1 << number for number, sort in enumerate(_SORTS)}
        bits[None] = 0
        asked = [0] * (max(self.who) + 1)
        for company, sort in zip(self.who, self.sorts, strict=True):
            asked[company] |= bits[sort]
        asked[NOBODY] = 0
        found: Counter[Name] = Counter()
        for mixed, number in Counter(asked).items():
            for name in {(when, kind) for when, unmet in _SORTS if mixed & bits[when, unmet] for kind in _kinds(unmet)}:
                found[name] += number
        return found

    def repeated(self) -> list[tuple[str, int]]:
        """Period and company of each question that asks a service which that company asked here shortly before."""
        numbers: dict[str | None, int] = {}
        for service in dict.fromkeys(self.services):
            numbers[service] = len(numbers) if service else 0
        many = len(numbers) + 1
        pairs = [who * many + numbers[service] for who, service in zip(self.part_who, self.services, strict=True)]
        often = {pair for pair, number in Counter(pairs).items() if number > 1 and pair >= many}
        moments: dict[int, list[tuple[int, int]]] = {}
        for pair, place, service in zip(pairs, self.places, self.services, strict=True):
            if pair in often and service:
                moments.setdefault(pair, []).append((self.seconds[place], place))
        again = set()
        for asked in moments.values():
            asked.sort()
            again |= {
                place
                for (first, before), (later, place) in zip(asked, asked[1:], strict=False)
                if later - first <= REPEAT_DAYS * DAY and place != before
            }
        sorts = ((self.sorts[place], self.who[place]) for place in again)
        return [(sort[0], who) for sort, who in sorts if sort is not None]


def _columns(rows: Sequence[Any], width: int) -> list[Any]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _sort_of(mark: int) -> tuple[str, bool] | None:
    """Period, and whether unmet; None before the periods."""
    number = mark // QUARTER
    if not number:
        return None
    return (NOW if number > QUARTERS else BEFORE), bool(mark & _UNMET)


class _Tally:
    """Adds up cells. Companies are looked at only where few may be behind; one that comes twice counts once."""

    def __init__(self, most_of_nine: int) -> None:
        self.questions: Counter[Name] = Counter()
        self.companies: dict[Name, set[int]] = {}
        self._most_of_nine = most_of_nine

    def add(
        self,
        numbers: Mapping[Any, int],
        names: Mapping[Any, Sequence[Name]],
        members: Iterable[tuple[Hashable, int]],
    ) -> None:
        """`numbers` of questions that count alike, the cells these stand in, and the company behind each question."""
        fresh: Counter[Name] = Counter()
        for key, number in numbers.items():
            for name in names[key]:
                fresh[name] += number
        self.questions += fresh
        small = {name for name, number in fresh.items() if number <= self._most_of_nine}
        wanted = {key: [name for name in names[key] if name in small] for key in numbers}
        wanted = {key: cells for key, cells in wanted.items() if cells}
        for key, company in {member for member in members if member[0] in wanted}:
            if company != NOBODY:
                for name in wanted[key]:
                    self.companies.setdefault(name, set()).add(company)

    def cell(self, *name: str) -> Cell:
        questions = self.questions[name]
        if questions > self._most_of_nine:
            return Cell(questions, None)
        companies = len(self.companies.get(name, ()))
        return Cell(questions, companies if companies < FEW else None)

    def pair(self, *name: str) -> Pair:
        return {period: self.cell(period, *name) for period in (NOW, BEFORE)}

    def split(self, *name: str) -> dict[str, Pair]:
        return {kind: self.pair(kind, *name) for kind in KINDS}

    def codes(self, kind: str) -> list[str]:
        """The codes of one kind that occur at all, in order."""
        return sorted({name[-1] for name in self.questions if len(name) > 2 and name[-2] == kind})


def _counted(tally: _Tally, behind: Mapping[Name, int], *, with_places: bool) -> Counted:
    places = (IN_CITIES, ELSEWHERE, NO_CITY) if with_places else ()
    totals = {name: tally.pair(name) for name in (*KINDS, *MEASURES)}
    for kind in KINDS:
        for when, cell in totals[kind].items():
            cell.companies = behind[when, kind]
    return Counted(
        totals=totals,
        quarters=[{kind: tally.cell(kind, "quarter", str(n)) for kind in KINDS} for n in range(2 * QUARTERS)],
        causes={code: tally.pair("cause", code) for code in tally.codes("cause")},
        reasons={code: tally.pair("reason", code) for code in COVERAGE_REASONS},
        services={code: tally.split("service", code) for code in tally.codes("service")},
        groups={code: tally.split("group", code) for code in tally.codes("group")},
        places={code: tally.split("place", code) for code in places},
    )


@lru_cache(maxsize=4096)
def _listed(text: str) -> tuple[str, ...]:
    """A JSON list as it is stored, each value once; read once for each text it has."""
    return tuple(dict.fromkeys(json.loads(text))) if text else ()


def _mark(key: str) -> int:
    return int(key.partition(BETWEEN)[0])


def _names(key: str, cities: Collection[str]) -> Iterator[Name]:
    """The cells that questions of this kind stand in."""
    text, causes, groups, city = key.split(BETWEEN, 3)
    mark = int(text)
    sort = _sort_of(mark)
    if sort is None:
        return
    when, unmet = sort
    for kind in _kinds(unmet):
        yield when, kind
        yield kind, "quarter", str(mark // QUARTER - 1)
        yield from ((when, kind, "group", code) for code in _listed(groups))
        if cities:
            yield when, kind, "place", _place(city, cities)
    yield from ((when, name) for name in _OWN if mark & BITS[name])
    yield from ((when, "reason", name) for name in COVERAGE_REASONS if mark & BITS[name])
    if mark & BITS[GAP]:
        yield from ((when, "cause", code) for code in _listed(causes))


def _service_names(key: tuple[str | None, tuple[str, bool] | None]) -> tuple[Name, ...]:
    service, sort = key
    if service is None or sort is None:
        return ()
    when, unmet = sort
    return tuple((when, kind, "service", service) for kind in _kinds(unmet))


def _kinds(unmet: bool) -> tuple[str, str]:
    return (ALL, UNMET) if unmet else (ALL, MET)


def _place(city: str, cities: Collection[str]) -> str:
    if not city:
        return NO_CITY
    return IN_CITIES if place_name(city) in cities else ELSEWHERE
