"""Which facts decide where a question goes: those on which the terms of an instrument turn, and no others.

Found by trying: a fact is asked when two answers to it give other places, whatever else is answered (Routing 1, 7).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import Any

from hubs.referrals.routing.partners import advise_partners, facts_of
from hubs.referrals.routing.receipt import RoutingInput
from hubs.referrals.routing.records import InstrumentRecord
from hubs.referrals.routing.split import split
from hubs.referrals.routing.table import RoutingTable
from hubs.referrals.routing.terms import Term

ELSE = "other"  # an answer that no condition names
MOST_TRIES = 4096


def deciding_facts(
    table: RoutingTable, asked: RoutingInput, keys: Iterable[str], on: date
) -> Mapping[str, tuple[str, ...]]:
    """The facts among `keys` that can change the places, each with the instruments whose terms turn on it.

    Answers given already do not count, so that what is asked does not change while it is being answered.
    """
    free = dataclasses.replace(asked, facts={})
    found: dict[str, list[str]] = {}
    for service in split(table, free).partner:
        records = [row for row in table.instruments_for.get(service, ()) if row.is_open(on)]
        for key in _that_matter(table, free, service, records, keys, on):
            found.setdefault(key, []).extend(row.id for row in records if key in _named(row))
    return {key: tuple(dict.fromkeys(found[key])) for key in keys if key in found}


def _named(row: InstrumentRecord) -> set[str]:
    return {fact for term in row.terms.conditions for fact in (term.fact, term.unless_fact) if fact}


def _that_matter(
    table: RoutingTable,
    asked: RoutingInput,
    service: str,
    records: list[InstrumentRecord],
    keys: Iterable[str],
    on: date,
) -> Iterator[str]:
    terms = [term for row in records for term in row.terms.conditions]
    tried = {key: values for key in keys if len(values := list(_answers(key, terms))) > 1}
    names = list(tried)
    places: dict[tuple[Any, ...], Any] = {}
    for count, answers in enumerate(product(*tried.values())):
        if count >= MOST_TRIES:  # too much to try out: then all of it is asked
            yield from names
            return
        places[answers] = _places(table, asked, service, dict(zip(names, answers, strict=True)), on)
    for number, name in enumerate(names):
        if _changes(places, number):
            yield name


def _changes(places: Mapping[tuple[Any, ...], Any], number: int) -> bool:
    """Whether two rows that differ in this answer only have other places."""
    seen: dict[tuple[Any, ...], Any] = {}
    for answers, found in places.items():
        rest = answers[:number] + answers[number + 1 :]
        if seen.setdefault(rest, found) != found:
            return True
    return False


def _places(table: RoutingTable, asked: RoutingInput, service: str, facts: Mapping[str, Any], on: date) -> Any:
    given = dataclasses.replace(asked, facts={key: value for key, value in facts.items() if value is not None})
    advice = advise_partners(table, given, service, facts_of(table, given), on)
    return tuple((place.organisation_id, place.instrument) for place in advice.places), advice.notes


def _answers(key: str, terms: Iterable[Term]) -> Iterator[Any]:
    """Unknown, and an answer on each side of every condition on this fact."""
    yield None
    seen: set[Any] = set()
    for term in terms:
        for fact, value in ((term.fact, term.value), (term.unless_fact, term.unless_value)):
            if fact != key:
                continue
            for answer in _sides(value):
                if answer not in seen:
                    seen.add(answer)
                    yield answer


def _sides(value: str) -> Iterator[Any]:
    try:
        bound = Decimal(value)
    except InvalidOperation:
        yield value.split(";")[0].strip()
        yield ELSE
        return
    yield from (bound - 1, bound, bound + 1)
