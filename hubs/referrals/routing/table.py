"""The compiled table: records sorted, indexed by market and fixed under a content hash (domain.md, Routing).

A slice holds everything one market's receipts depend on; a table made from it gives the same receipts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from hubs.agreements.coverage import AgreementRecord, SectorRecord, SectorTree, place_name

from .codec import content_hash, plain, plain_list, revive
from .index import MarketIndex
from .posts import Cover, covers_of, responsible_post
from .rank import Scale
from .records import (
    CoverageRecord,
    HubRecord,
    InstrumentRecord,
    MarketRecord,
    PartnerRecord,
    PostRecord,
    ServiceRecord,
    Weights,
)

# what every market's receipts depend on, and what belongs to a market
SHARED: dict[str, Any] = {
    "partners": PartnerRecord,
    "instruments": InstrumentRecord,
    "services": ServiceRecord,
    "sectors": SectorRecord,
}
LOCAL: dict[str, Any] = {
    "posts": PostRecord,
    "coverage": CoverageRecord,
    "hubs": HubRecord,
    "agreements": AgreementRecord,
    "markets": MarketRecord,
}


PLACES_REMEMBERED = 8_192


class Scope(NamedTuple):
    """Whose facts of the moment matter for a market."""

    hub_ids: frozenset[str]
    office_ids: frozenset[str]
    agreement_ids: frozenset[str]


class RoutingTable:
    """Everything routing knows apart from the question and the moment. Treat as frozen."""

    def __init__(self, records: Mapping[str, tuple[Any, ...]], weights: Weights, rules_version: str) -> None:
        self.records = records
        self.weights = weights
        self.rules_version = rules_version
        self.scale = Scale.of(weights)
        self.sectors = SectorTree(records["sectors"])
        self.markets: dict[str, MarketRecord] = {row.code: row for row in records["markets"]}
        self.services: dict[str, ServiceRecord] = {row.code: row for row in records["services"]}
        self.partners: dict[str, PartnerRecord] = {row.code: row for row in records["partners"] if row.active}
        self.either_services = frozenset(
            row.code for row in records["services"] if row.active and row.default_provider == "either"
        )
        self.instruments_for: dict[str, tuple[InstrumentRecord, ...]] = _by_service(records["instruments"])
        self.general_instruments: dict[str, InstrumentRecord] = {
            row.partner_code: row for row in reversed(records["instruments"]) if row.terms.general
        }
        self.served_without_market = frozenset(
            service for row in records["instruments"] if row.terms.without_market for service in row.services
        )
        self.covers: dict[str, tuple[Cover, ...]] = covers_of(records["posts"], records["coverage"])
        self.indexes: dict[str, MarketIndex] = _indexes(records, self.sectors, self.either_services, self.scale)
        self._slice_versions: dict[str | None, str] = {}
        self._responsible: dict[tuple[str, str, bool, date], PostRecord | None] = {}

    def index(self, market: str) -> MarketIndex | None:
        return self.indexes.get(market)

    def responsible_post(self, market: str, city: str | None, authority: bool, on: date) -> PostRecord | None:
        """`posts.responsible_post` on this table's covers, remembered."""
        key = (market, place_name(city), authority, on)
        if key not in self._responsible:
            if len(self._responsible) >= PLACES_REMEMBERED:
                self._responsible.clear()
            self._responsible[key] = responsible_post(self.covers.get(market, ()), city, authority, on)
        return self._responsible[key]

    def scope(self, market: str | None) -> Scope:
        """The hubs, offices and agreements whose facts of the moment a receipt for this market needs."""
        index = self.indexes.get(market or "")
        if index is None:
            return Scope(frozenset(), frozenset(), frozenset())
        return Scope(
            frozenset(hub.id for hub in index.hubs),
            frozenset(office.office_id for hub in index.hubs for office in hub.record.offices),
            frozenset(agreement.id for agreement in index.agreements),
        )

    @cached_property
    def version(self) -> str:
        """A hash of all content, the same whatever order the records came in."""
        content = {name: plain_list(rows) for name, rows in self.records.items()}
        return content_hash([content, plain(self.weights), self.rules_version])

    def slice_version(self, market: str | None) -> str:
        """A hash of what this market's receipts depend on; other markets may change without changing it."""
        if market not in self._slice_versions:
            self._slice_versions[market] = content_hash(self.slice(market))
        return self._slice_versions[market]

    def slice(self, market: str | None) -> dict[str, Any]:
        """The records that receipts for one market depend on, as JSON."""
        index = self.indexes.get(market or "")
        hub_ids = {hub.id for hub in index.hubs} if index else set()
        coverage = [row for row in self.records["coverage"] if row.market == market]
        post_codes = {row.post_code for row in coverage}
        local = {
            "coverage": coverage,
            "posts": [row for row in self.records["posts"] if row.code in post_codes],
            "hubs": [row for row in self.records["hubs"] if row.organisation_id in hub_ids],
            "agreements": [row for row in self.records["agreements"] if row.hub_id in hub_ids],
            "markets": [row for row in self.records["markets"] if row.code == market],
        }
        shared = {name: self.records[name] for name in SHARED}
        return {
            "market": market,
            "rules_version": self.rules_version,
            "weights": plain(self.weights),
            **{name: plain_list(rows) for name, rows in {**shared, **local}.items()},
        }

    @classmethod
    def from_snapshot(cls, data: Mapping[str, Any]) -> RoutingTable:
        """A table from a slice; it answers for that market as the whole table did."""
        records = {name: tuple(revive(kind, row) for row in data[name]) for name, kind in {**SHARED, **LOCAL}.items()}
        table = compile_table(**records, weights=revive(Weights, data["weights"]), rules_version=data["rules_version"])
        table._slice_versions[data["market"]] = content_hash(dict(data))
        return table


def compile_table(
    *,
    posts: Iterable[PostRecord],
    coverage: Iterable[CoverageRecord],
    hubs: Iterable[HubRecord],
    agreements: Iterable[AgreementRecord],
    partners: Iterable[PartnerRecord],
    instruments: Iterable[InstrumentRecord],
    services: Iterable[ServiceRecord],
    sectors: Iterable[SectorRecord],
    markets: Iterable[MarketRecord],
    rules_version: str,
    weights: Weights | None = None,
) -> RoutingTable:
    """Compiles records under a version; the order in which they come makes no difference."""
    records: dict[str, tuple[Any, ...]] = {
        "posts": tuple(sorted(posts, key=lambda row: row.code)),
        "coverage": tuple(sorted(coverage, key=lambda row: (row.post_code, row.market, row.kind, str(row.valid_from)))),
        "hubs": tuple(sorted((_in_order(hub) for hub in hubs), key=lambda row: row.organisation_id)),
        "agreements": tuple(sorted(agreements, key=lambda row: (row.hub_id, row.id))),
        "partners": tuple(sorted(partners, key=lambda row: row.code)),
        "instruments": tuple(sorted(instruments, key=lambda row: row.id)),
        "services": tuple(sorted(services, key=lambda row: row.code)),
        "sectors": tuple(sorted(sectors, key=lambda row: (row.code, row.kind))),
        "markets": tuple(sorted(markets, key=lambda row: row.code)),
    }
    return RoutingTable(records, weights or Weights(), rules_version)


def _in_order(hub: HubRecord) -> HubRecord:
    return replace(
        hub,
        offices=tuple(sorted(hub.offices, key=lambda office: office.office_id)),
        offers=tuple(sorted(hub.offers, key=lambda o: (o.service, sorted(o.sectors), sorted(o.languages)))),
    )


def _by_service(instruments: Iterable[InstrumentRecord]) -> dict[str, tuple[InstrumentRecord, ...]]:
    found: dict[str, list[InstrumentRecord]] = {}
    for instrument in instruments:
        for service in instrument.services:
            found.setdefault(service, []).append(instrument)
    return {service: tuple(rows) for service, rows in found.items()}


def _indexes(
    records: Mapping[str, tuple[Any, ...]], sectors: SectorTree, either: frozenset[str], scale: Scale
) -> dict[str, MarketIndex]:
    agreements: dict[str, list[AgreementRecord]] = {}
    for agreement in records["agreements"]:
        agreements.setdefault(agreement.hub_id, []).append(agreement)
    hubs_of: dict[str, list[HubRecord]] = {}
    for hub in records["hubs"]:
        own = agreements.get(hub.organisation_id, [])
        named = {market for agreement in own for market in agreement.markets}
        for market in hub.markets | named | {office.market for office in hub.offices if office.market}:
            hubs_of.setdefault(market, []).append(hub)
    return {market: MarketIndex(market, hubs, agreements, sectors, either, scale) for market, hubs in hubs_of.items()}
