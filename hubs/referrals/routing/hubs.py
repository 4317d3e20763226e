"""Which hubs may take services, in which order, and every rule that keeps the others off (domain.md, Routing 3-4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hubs.agreements.coverage import Failure, place_name

from .index import HubIndex, MarketIndex, Reading, WishKey
from .rank import (
    ONE,
    SHARES,
    Mean,
    Scale,
    answer_part,
    city_part,
    language_part,
    load_part,
    load_share,
    overall_mean,
    rotation_key,
    tied,
)
from .receipt import NO_CAPACITY, Destination, Excluded, Moment, Part, Paused, TieBreak


class Seat(NamedTuple):
    """The office of a hub that would take the question, with what is left of its week."""

    office_id: str | None
    in_city: bool
    left: int | None
    weekly: int | None


class Candidate(NamedTuple):
    """A hub that no rule keeps off."""

    reading: Reading
    office_id: str | None
    score: int
    parts: tuple[Part, ...]


class HubAdvice(NamedTuple):
    """The hubs for one group of services."""

    ranked: tuple[Destination, ...]
    own_choice: tuple[Destination, ...]
    excluded: tuple[Excluded, ...]
    tie_break: TieBreak

    @property
    def is_full(self) -> bool:
        """Whether some hub is kept off by fullness alone."""
        return any({failure.rule for failure in row.failed} == {"capacity"} for row in self.excluded)


class Desk(NamedTuple):
    """Who sends: the owning desk where it is itself a hub of this market, and in which languages is asked."""

    own_hub_id: str | None
    languages: tuple[str, ...]


NO_OFFICE = Seat(None, False, None, None)
CONFLICT = Failure("conflict", "declared")
DECLINED_FULL = Failure("capacity", "declined")
FULL = Failure("capacity", "full")
SHARE_FULL = Failure("capacity", "agreement")


def advise_hubs(index: MarketIndex, key: WishKey, moment: Moment, desk: Desk) -> HubAdvice:
    """Every hub of the market: ranked, open to an officer's own choice, or left off with all its reasons."""
    mean = overall_mean(moment.answer_record, moment.overall_answers, index.scale)
    city = place_name(key.city)
    candidates, excluded = [], []
    for reading in index.readings(key):
        hub = reading.hub
        seat, shut = choose_office(hub, reading, city, moment, key)
        failed = (reading.own_failed if hub.id == desk.own_hub_id else reading.failed) + shut
        if hub.id in moment.conflicts:
            failed += (CONFLICT,)
        if hub.id in moment.excluded:
            failed = _with_exclusion(failed, moment.excluded[hub.id])
        if failed:
            excluded.append(Excluded(hub.id, "hub", hub.code, failed))
        else:
            candidates.append(rate(reading, seat, desk.languages, key.city or "", moment, mean, index.scale))
    return _ordered(candidates, tuple(excluded), key, moment, desk)


def _with_exclusion(failed: tuple[Failure, ...], why: str) -> tuple[Failure, ...]:
    """An organisation that said it was full counts as full; any other reason stands for itself."""
    if why != NO_CAPACITY:
        return (*failed, Failure("excluded", why))
    return failed if any(failure.rule == "capacity" for failure in failed) else (*failed, DECLINED_FULL)


def choose_office(
    hub: HubIndex, reading: Reading, city: str, moment: Moment, key: WishKey
) -> tuple[Seat, tuple[Failure, ...]]:
    """An open office with room, in the same city if there is one, else the one with most left; or why none is."""
    share_full = False
    if moment.agreement_left and reading.agreement:
        share_left = moment.agreement_left.get(reading.agreement.id)
        share_full = share_left is not None and share_left <= 0
    best, most = NO_OFFICE, -1
    problems: tuple[Failure, ...] = ()
    for office_id, office_city, weekly in hub.offices:
        left = moment.capacity_left.get(office_id)
        until = paused_until(moment.paused[office_id], reading, key) if office_id in moment.paused else ""
        if until or office_id in moment.closed_until or share_full or (left is not None and left <= 0):
            found = _problems(office_id, share_full, moment, until)
            if found:
                problems += found
                continue
        in_city = office_city == city and city != ""
        room = load_share(left, weekly) + (2 * ONE if in_city else 0)
        if room > most:
            best, most = Seat(office_id, in_city, left, weekly), room
    if most >= 0:
        return best, ()
    if hub.offices:
        first = {failure.rule: failure for failure in reversed(problems)}
        return NO_OFFICE, tuple(first[rule] for rule in ("closed", "capacity") if rule in first)
    return NO_OFFICE, (SHARE_FULL,) if share_full else ()


def paused_until(pauses: Iterable[Paused], reading: Reading, key: WishKey) -> str:
    """The day from which an office takes a question like this again; empty when no pause is about it."""
    return max((pause.until for pause in pauses if _is_about(pause, reading, key)), default="")


def _is_about(pause: Paused, reading: Reading, key: WishKey) -> bool:
    if pause.services and not set(pause.services) & set(key.services):
        return False
    if pause.sector and pause.sector != key.sector:
        return False
    agreement = reading.agreement
    return not pause.agreement_ids or (agreement is not None and agreement.id in pause.agreement_ids)


def _problems(office_id: str, share_full: bool, moment: Moment, paused: str = "") -> tuple[Failure, ...]:
    """What keeps an office from taking a question: shut beyond the outer bound, its own word, or no room."""
    found: tuple[Failure, ...] = ()
    until = moment.closed_until.get(office_id)
    if until is not None and until > (moment.outer_bound or moment.as_of):
        found = (Failure("closed", until.isoformat()),)
    if paused:
        return (*found, Failure("capacity", paused))
    left = moment.capacity_left.get(office_id)
    if left is not None and left <= 0:
        return (*found, FULL)
    return (*found, SHARE_FULL) if share_full else found


def rate(
    reading: Reading,
    seat: Seat,
    languages: tuple[str, ...],
    city: str,
    moment: Moment,
    mean: Mean,
    scale: Scale,
) -> Candidate:
    """The score in ten-thousandths with its parts, in a fixed order."""
    in_time, total = moment.answer_record.get(reading.hub.id, (0, 0))
    a, specificity = reading.specificity
    b, answer = answer_part(in_time, total, mean, scale.shrinkage, scale.answer)
    c, load = load_part(seat.left, seat.weekly, scale.load)
    d, language = language_part(languages, reading.spoken, scale.language)
    e, same_city = city_part(seat.in_city, city, scale.city)
    return Candidate(reading, seat.office_id, a + b + c + d + e, (specificity, answer, load, language, same_city))


def _ordered(
    candidates: list[Candidate], excluded: tuple[Excluded, ...], key: WishKey, moment: Moment, desk: Desk
) -> HubAdvice:
    ranked, first_ties = _in_order([c for c in candidates if not c.reading.hub.is_newcomer], moment, desk)
    newcomers, last_ties = _in_order([c for c in candidates if c.reading.hub.is_newcomer], moment, desk)
    places = [_place(c, rank, key, moment, desk) for rank, c in enumerate(ranked + newcomers, start=1)]
    ties = first_ties + last_ties
    tie_break = TieBreak("rotation", moment.rotation_seed if ties else "", ties)
    return HubAdvice(tuple(places[: len(ranked)]), tuple(places[len(ranked) :]), excluded, tie_break)


def _in_order(candidates: list[Candidate], moment: Moment, desk: Desk) -> tuple[list[Candidate], tuple[str, ...]]:
    """By score; equal scores by rotation; a part that the owning hub can do itself stays there."""
    if not candidates:
        return candidates, ()
    equal = tied([(c.score, c.reading.hub.id) for c in candidates])
    keys = {name: rotation_key(moment.rotation_seed, name) for name in equal}
    order = sorted(candidates, key=lambda c: (-c.score, keys.get(c.reading.hub.id, "")))
    ties = tuple(c.reading.hub.id for c in order if c.reading.hub.id in equal) if equal else ()
    if desk.own_hub_id:
        order.sort(key=lambda c: c.reading.hub.id != desk.own_hub_id)
    return order, ties


def _place(candidate: Candidate, rank: int, key: WishKey, moment: Moment, desk: Desk) -> Destination:
    hub, agreement = candidate.reading.hub, candidate.reading.agreement
    is_own_desk = hub.id == desk.own_hub_id
    consented = hub.id in moment.consent_ids or (moment.consent_market and not hub.is_newcomer)
    return Destination(
        rank,
        "private",
        key.services,
        hub.id,
        "hub",
        hub.code,
        candidate.office_id,
        agreement.id if agreement and not is_own_desk else None,
        None,
        SHARES[candidate.score],
        candidate.parts,
        is_own_desk,
        hub.is_newcomer,
        "" if is_own_desk else "given" if consented else "ask",
    )


def merged(rows: list[Excluded], places: Iterable[Destination]) -> tuple[Excluded, ...]:
    """One row for each hub that has no place at all, its failures over all groups of services, once each."""
    placed = {place.organisation_id for place in places}
    found: dict[str, Excluded] = {}
    for row in rows:
        if row.organisation_id in placed:
            continue
        known = found.get(row.organisation_id)
        found[row.organisation_id] = row if known is None else _joined(known, row)
    return tuple(found.values())


def _joined(known: Excluded, row: Excluded) -> Excluded:
    return known._replace(failed=tuple(dict.fromkeys(known.failed + row.failed)))
