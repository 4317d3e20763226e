"""Which partner and instrument a service goes to: the terms decide (domain.md, Routing 1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from hubs.agreements.coverage import place_name

from .receipt import Destination, InstrumentExcluded, Note, RoutingInput
from .records import InstrumentRecord, PartnerRecord
from .split import abroad
from .table import RoutingTable
from .terms import Fit, fit, known

REGIONAL = "ROM"
SMALL_SIZES = ("sole_trader", "micro", "small", "medium")
SME_GROUPS = ("sme", "startup", "scaleup")
# other names for the twelve provinces
REGION_NAMES = {
    "friesland": "fryslan",
    "brabant": "noord brabant",
    "north brabant": "noord brabant",
    "north holland": "noord holland",
    "south holland": "zuid holland",
}
# in this order: an instrument that fits, the partner's general help, the partner without an instrument
FITS, GENERAL, UNNAMED = range(3)
OUTSIDE_LIST = 90


class PartnerAdvice(NamedTuple):
    """The places at partners for one service."""

    places: tuple[Destination, ...]
    excluded: tuple[InstrumentExcluded, ...]
    missing: tuple[str, ...]
    notes: tuple[Note, ...]


class Option(NamedTuple):
    """One possible place with what it is sorted by."""

    tier: int
    unpreferred: int
    position: int
    order: int
    instrument_id: str
    partner: PartnerRecord
    unknown: tuple[str, ...]


def region_name(region: str | None) -> str:
    """A Dutch province as it is compared."""
    name = place_name(region)
    return REGION_NAMES.get(name, name)


def facts_of(table: RoutingTable, routing_input: RoutingInput) -> dict[str, Any]:
    """The facts that terms turn on: those given, and those that follow from the question."""
    market = abroad(table, routing_input.market)
    home = table.markets.get(routing_input.market or "")
    facts = {name: value for name, value in routing_input.facts.items() if known(value) is not None}
    size, groups = routing_input.size, routing_input.target_groups
    facts |= {
        "market": routing_input.market if home else None,
        "market_region": home.region if home else None,
        "has_market": "yes" if market else "no",
        "region": routing_input.region,
        "size": size,
        "target_groups": groups,
        "sme": "no" if size == "large" else "yes" if size in SMALL_SIZES or groups & set(SME_GROUPS) else None,
    }
    if size == "sole_trader":
        facts.setdefault("legal_form", "sole_trader")
    if "amount_eur" in facts:
        facts.setdefault("contract_value_eur", facts["amount_eur"])
    return facts


def advise_partners(
    table: RoutingTable, routing_input: RoutingInput, service: str, facts: Mapping[str, Any], on: date
) -> PartnerAdvice:
    """The places for one partner service: the first is the advice, the others are what else fits."""
    record = table.services[service]
    options: list[Option] = []
    excluded: list[InstrumentExcluded] = []
    notes: list[Note] = []
    tested = [(row, fit(row.terms, facts)) for row in table.instruments_for.get(service, ()) if row.is_open(on)]
    partners = _partners(table, record.partner_codes, routing_input.region)
    for position, partner in partners.items():
        own = _own(tested, partner)
        options += _options(own, partner, position, table)
        notes += [Note(row.terms.otherwise) for row, met in own if not met.fits and row.terms.otherwise]
    listed = {partner.code for partner in partners.values()}
    for row, met in tested:
        other = table.partners.get(row.partner_code)
        if other and other.code not in listed and not other.regions and met.fits:
            options.append(_option(FITS, row, met, other, OUTSIDE_LIST))
        if not met.fits:
            failed = tuple((term.fact, term.operator, term.value) for term in met.failed)
            excluded.append(InstrumentExcluded(row.id, failed))
    options.sort(key=lambda option: option[:5])
    missing = options[0].unknown if options else ()
    if REGIONAL in record.partner_codes and not region_name(routing_input.region):
        missing += ("region",)
    said = tuple(dict.fromkeys(notes)) if not options else ()
    return PartnerAdvice(_places(options, service), tuple(excluded), missing, said)


def _partners(table: RoutingTable, codes: tuple[str, ...], region: str | None) -> dict[int, PartnerRecord]:
    """The service's partners by their place in its list; `ROM` is the agency of the company's region."""
    found: dict[int, PartnerRecord] = {}
    for position, code in enumerate(codes):
        partner = _regional(table, region) if code == REGIONAL else table.partners.get(code)
        if partner:
            found[position] = partner
    return found


def _regional(table: RoutingTable, region: str | None) -> PartnerRecord | None:
    name = region_name(region)
    if not name:
        return None
    return next((p for p in table.partners.values() if name in {region_name(r) for r in p.regions}), None)


def _own(tested: list[tuple[InstrumentRecord, Fit]], partner: PartnerRecord) -> list[tuple[InstrumentRecord, Fit]]:
    """A partner's instruments; a regional agency without one of its own works under the shared programme."""
    own = [(row, met) for row, met in tested if row.partner_code == partner.code]
    if own or not partner.regions:
        return own
    return [(row, met) for row, met in tested if not row.partner_code]


def _options(
    own: list[tuple[InstrumentRecord, Fit]], partner: PartnerRecord, position: int, table: RoutingTable
) -> list[Option]:
    fitting = [_option(FITS, row, met, partner, position) for row, met in own if met.fits]
    if fitting:
        return fitting
    general = table.general_instruments.get(partner.code)
    if general:
        return [_option(GENERAL, general, Fit((), (), 0), partner, position)]
    if any(row.terms.otherwise for row, _ in own):
        return []
    return [Option(UNNAMED, 0, position, 0, "", partner, ())]


def _option(tier: int, row: InstrumentRecord, met: Fit, partner: PartnerRecord, position: int) -> Option:
    return Option(tier, met.unpreferred, position, row.terms.order, row.id, partner, met.unknown)


def _places(options: list[Option], service: str) -> tuple[Destination, ...]:
    return tuple(
        Destination(
            rank=rank,
            part="partner",
            services=(service,),
            organisation_id=option.partner.organisation_id,
            kind="partner",
            code=option.partner.code,
            instrument=option.instrument_id or None,
        )
        for rank, option in enumerate(options, start=1)
    )
