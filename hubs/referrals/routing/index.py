"""One market's hubs and agreements, laid out so that a receipt costs no more than that market's own hubs.

Each aspect of an agreement (standing, service, sector, territory, target group) becomes one whole number: what it
adds to the specificity or, when it fails, a bit above that. Added up they give all failures and the specificity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from operator import add
from typing import Any, NamedTuple

from hubs.agreements.coverage import (
    ASPECT_WEIGHTS,
    EITHER_TO_POST,
    UNKNOWN,
    AgreementRecord,
    Failure,
    Match,
    SectorTree,
    keeps_either,
    place_name,
    sector_match,
    service_match,
    standing,
    target_group_match,
    territory_match,
)

from .rank import Scale, specificity_part
from .receipt import Part
from .records import HubRecord, OfferRecord

FAIL = 1 << 16  # everything below this bit is specificity
SERVICE, SECTOR, TERRITORY, TARGET_GROUP, STANDING, EITHER, NO_PARTY = (FAIL << n for n in range(7))
IN_DEVELOPMENT = "in_development"
OPEN_TO_QUESTIONS = ("accredited", "conditional", IN_DEVELOPMENT)
ASPECT_LIMIT = 1_024
WISHES_REMEMBERED = 512  # a market
READINGS_REMEMBERED = 32_768  # a market, one for each hub and wish: a few megabytes at the very most


def _distance(failed: int) -> int:
    """How far an agreement is from covering: rules failed; no party to it is furthest of all.

    One that covers the question but leaves the service with the post is nearest: that was agreed, it is no gap.
    """
    far = 100 if failed * FAIL & NO_PARTY else 0
    return 2 * failed.bit_count() - (1 if failed * FAIL & EITHER else 0) + far


DISTANCES = tuple(_distance(failed) for failed in range(1 << 7))


class WishKey(NamedTuple):
    """What the market's agreements and offers look at."""

    direction: str
    post_ids: frozenset[str]
    on: date
    services: tuple[str, ...]
    sector: str | None
    city: str | None
    target_groups: frozenset[str]


class Reading(NamedTuple):
    """How one hub meets a wish by all that does not change from moment to moment."""

    hub: HubIndex
    agreement: AgreementRecord | None  # the one that covers the wish best, or comes nearest
    failed: tuple[Failure, ...]  # status, agreement and its scope, offer
    own_failed: tuple[Failure, ...]  # the same at the hub's own desk, where no agreement is needed
    spoken: frozenset[str]
    specificity: tuple[int, Part]


class OwnSide(NamedTuple):
    """What a hub brings itself: failures by status and offer, those by offer alone, languages."""

    failed: tuple[Failure, ...]
    unoffered: tuple[Failure, ...]
    spoken: frozenset[str]


class Aspect(NamedTuple):
    """One aspect of all agreements of a market: what it adds, and the word or failure it is told by."""

    values: list[int]
    told: list[Any]


Told = tuple[list[Any], ...]


class HubIndex:
    """A hub as one market sees it."""

    __slots__ = (
        "_spoken",
        "agreements",
        "code",
        "general_offers",
        "id",
        "is_newcomer",
        "offers",
        "offices",
        "record",
        "status_failure",
    )

    def __init__(self, record: HubRecord, market: str, agreements: list[AgreementRecord]) -> None:
        self.record = record
        self.id, self.code = record.organisation_id, record.code
        self.agreements = tuple(agreements)
        self.is_newcomer = record.status == IN_DEVELOPMENT
        failed = record.status not in OPEN_TO_QUESTIONS
        self.status_failure = (Failure("status", record.status),) if failed else ()
        local = [office for office in record.offices if office.market in (None, market)]
        self.offices: tuple[tuple[str, str, int | None], ...] = tuple(
            (office.office_id, place_name(office.city), office.weekly_capacity) for office in (local or record.offices)
        )
        self.offers: dict[str, list[OfferRecord]] = {}
        for offer in record.offers:
            if offer.published:
                self.offers.setdefault(offer.service, []).append(offer)
        self.general_offers = frozenset(offer.service for offer in record.offers if _is_general(offer))
        self._spoken: dict[tuple[str, ...], frozenset[str]] = {}

    def unoffered(self, services: tuple[str, ...], sector: str | None, tree: SectorTree) -> tuple[Failure, ...]:
        """The services without a published offer for this sector, as one failure."""
        absent = [
            service
            for service in services
            if service not in self.general_offers and not self._offers_for(service, sector, tree)
        ]
        return (Failure("offer", ";".join(absent)),) if absent else ()

    def _offers_for(self, service: str, sector: str | None, tree: SectorTree) -> bool:
        offers = self.offers.get(service, ())
        return any(not sector_match(offer.sectors, sector, tree).fails for offer in offers)

    def speaks(self, services: tuple[str, ...]) -> frozenset[str]:
        """Languages of the hub and of its offers of these services."""
        found = self._spoken.get(services)
        if found is None:
            extra = [offer.languages for service in services for offer in self.offers.get(service, ())]
            found = self._spoken[services] = self.record.languages.union(*extra)
        return found


def _is_general(offer: OfferRecord) -> bool:
    return offer.published and not offer.sectors


class MarketIndex:
    """All hubs of one market with their agreements side by side. What is remembered is a function of its key."""

    def __init__(
        self,
        market: str,
        hubs: Iterable[HubRecord],
        agreements: Mapping[str, list[AgreementRecord]],
        tree: SectorTree,
        either: frozenset[str],
        scale: Scale,
    ) -> None:
        self.market = market
        self.tree = tree
        self.either = either
        self.scale = scale
        self.hubs = tuple(HubIndex(hub, market, agreements.get(hub.organisation_id, [])) for hub in hubs)
        self.agreements = tuple(agreement for hub in self.hubs for agreement in hub.agreements)
        self.cities = frozenset(city for agreement in self.agreements for city in agreement.cities)
        self.unmatched = specificity_part(0, (), scale.specificity)
        self._aspects: dict[object, Aspect] = {}
        self._points: dict[int, tuple[int, Part]] = {}
        self._sums: dict[object, list[int]] = {}
        self._own_sides: dict[object, list[OwnSide]] = {}
        self._readings: dict[WishKey, tuple[Reading, ...]] = {}

    def readings(self, key: WishKey) -> tuple[Reading, ...]:
        """For each hub, in order, how it meets the wish."""
        found = self._readings.get(key)
        if found is None:
            known = len(self._readings)
            if known >= WISHES_REMEMBERED or known * len(self.hubs) >= READINGS_REMEMBERED:
                self._readings.clear()
            found = self._readings[key] = tuple(self._read(key))
        return found

    def _read(self, key: WishKey) -> Iterator[Reading]:
        standing_name, service_name = ("standing", key.direction, key.post_ids, key.on), ("service", key.services)
        group_name, sector_name = ("target_group", key.target_groups), ("sector", key.sector)
        territory_name = ("territory", self._city_key(key.city))
        parties = self._aspect(standing_name, self._standings, key)
        services = self._aspect(service_name, self._services, key)
        groups = self._aspect(group_name, self._target_groups, key)
        territory = self._aspect(territory_name, self._territories, key)
        sector = self._aspect(sector_name, self._sectors, key)
        who = self._sum((standing_name, service_name, group_name), (parties, services, groups))
        what = self._sum((territory_name, sector_name), (territory, sector))
        values = list(map(add, who, what))
        told = (parties.told, territory.told, sector.told, services.told, groups.told)
        start = 0
        for hub, own in zip(self.hubs, self._offers(key), strict=True):
            end = start + len(hub.agreements)
            best, nearest = _best(values, start, end)
            if best >= 0:
                points = self._points.get(values[best]) or self._rated(values[best], best, told)
                yield Reading(hub, hub.agreements[best - start], own.failed, own.failed, own.spoken, points)
            else:
                agreement = hub.agreements[nearest - start] if nearest >= 0 else None
                scope = _failures(nearest, values[nearest], told, key) if nearest >= 0 else NO_AGREEMENT
                failed = hub.status_failure + scope + own.unoffered
                yield Reading(hub, agreement, failed, own.failed, own.spoken, self.unmatched)
            start = end

    def _rated(self, value: int, n: int, told: Told) -> tuple[int, Part]:
        """The part for a specificity. A value has one set of words: no two sets of levels add up to the same."""
        matches = (told[1][n], told[2][n], told[3][n], told[4][n])
        return self._remember(self._points, value, specificity_part(value, matches, self.scale.specificity))

    def _offers(self, key: WishKey) -> list[OwnSide]:
        """What each hub brings itself, agreements apart."""
        name = (key.services, key.sector)
        found = self._own_sides.get(name)
        if found is None:
            found = self._remember(self._own_sides, name, [self._own_side(hub, key) for hub in self.hubs])
        return found

    def _own_side(self, hub: HubIndex, key: WishKey) -> OwnSide:
        unoffered = hub.unoffered(key.services, key.sector, self.tree)
        return OwnSide(hub.status_failure + unoffered, unoffered, hub.speaks(key.services))

    def _sum(self, name: object, aspects: tuple[Aspect, ...]) -> list[int]:
        found = self._sums.get(name)
        if found is None:
            columns = zip(*(aspect.values for aspect in aspects), strict=True)
            found = self._remember(self._sums, name, [sum(column) for column in columns])
        return found

    @staticmethod
    def _remember(memo: dict[Any, Any], name: object, value: Any) -> Any:
        if len(memo) >= ASPECT_LIMIT:
            memo.clear()
        memo[name] = value
        return value

    def _city_key(self, city: str | None) -> str | None:
        """Cities that no agreement names are all the same to this market's agreements."""
        name = place_name(city)
        return (name if name in self.cities else "-") if name else None

    def _aspect(self, name: object, read: Callable[[WishKey], Aspect], key: WishKey) -> Aspect:
        found = self._aspects.get(name)
        if found is None:
            found = self._remember(self._aspects, name, read(key))
        return found

    def _standings(self, key: WishKey) -> Aspect:
        found = [standing(row, key.direction, key.post_ids, key.on) for row in self.agreements]
        values = [0 if not match.fails else NO_PARTY if match.word == "none" else STANDING for match in found]
        return Aspect(values, [Failure("agreement", match.word) for match in found])

    def _services(self, key: WishKey) -> Aspect:
        aspect = _aspect_of("service", SERVICE, [service_match(row, key.services) for row in self.agreements])
        for n, row in enumerate(self.agreements):
            aspect.values[n] += EITHER if keeps_either(row, key.services, self.either) else 0
        return aspect

    def _sectors(self, key: WishKey) -> Aspect:
        found = [sector_match(row.sectors, key.sector, self.tree) for row in self.agreements]
        return _aspect_of("sector", SECTOR, found)

    def _territories(self, key: WishKey) -> Aspect:
        found = [territory_match(row, self.market, key.city) for row in self.agreements]
        aspect = _aspect_of("territory", TERRITORY, found)
        for n, row in enumerate(self.agreements):
            if aspect.values[n] == TERRITORY and not (row.markets and self.market not in row.markets):
                aspect.told[n] = None  # remembered for every city outside: told with the one asked about
        return aspect

    def _target_groups(self, key: WishKey) -> Aspect:
        found = [target_group_match(row, key.target_groups) for row in self.agreements]
        return _aspect_of("target_group", TARGET_GROUP, found)


NO_AGREEMENT = (Failure("agreement", "none"),)


def _aspect_of(rule: str, bit: int, found: list[Match]) -> Aspect:
    weight = ASPECT_WEIGHTS[rule]
    told = {match: Failure(rule, match.word) if match.level < 0 else (rule, match.word) for match in set(found)}
    values = [bit if match.level < 0 else match.level * weight for match in found]
    return Aspect(values, [told[match] for match in found])


def _best(values: list[int], start: int, end: int) -> tuple[int, int]:
    """Where the most specific agreement that covers stands, or -1; and where the nearest that does not, or -1."""
    best = nearest = -1
    most, least = -1, 1_000
    for n in range(start, end):
        value = values[n]
        if value < FAIL:
            if value > most:
                best, most = n, value
        elif best < 0 and DISTANCES[value // FAIL] < least:
            nearest, least = n, DISTANCES[value // FAIL]
    return best, nearest


def _failures(n: int, value: int, told: Told, key: WishKey) -> tuple[Failure, ...]:
    """Every rule that the agreement at `n` fails; to one without this post as a party its scope says nothing."""
    if value & NO_PARTY:
        return NO_AGREEMENT
    failed = [told[0][n]] if value & STANDING else []
    if value & EITHER:
        failed.append(Failure("agreement", EITHER_TO_POST))
    if value & TERRITORY:
        failed.append(told[1][n] or Failure("territory", key.city or UNKNOWN))
    failed += [told[k][n] for k, bit in ((2, SECTOR), (3, SERVICE), (4, TARGET_GROUP)) if value & bit]
    return tuple(failed)
