"""A small made-up world of routing records, and the reference files as records."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from hubs.reference.rows import instrument_conditions, listed, read_records
from hubs.referrals.evaluation import with_districts
from hubs.referrals.routing import (
    AgreementRecord,
    CoverageRecord,
    HubRecord,
    InstrumentRecord,
    MarketRecord,
    Moment,
    OfferRecord,
    OfficeRecord,
    PartnerRecord,
    PostRecord,
    Receipt,
    RoutingInput,
    RoutingTable,
    SectorRecord,
    ServiceRecord,
    compile_table,
    instrument_with_terms,
    route,
    service_from_usual_provider,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MARKET = "CO"


def reference_services() -> list[ServiceRecord]:
    return [service_from_usual_provider(row["service_code"], row["usual_provider"]) for row in read_records("services")]


def reference_instruments() -> list[InstrumentRecord]:
    conditions = instrument_conditions()
    return [
        instrument_with_terms(
            id=row["instrument_id"],
            partner_code=row["partner_code"],
            services=listed(row["need_service_code"]),
            conditions=conditions.get(row["instrument_id"], ()),
            lapsed_on=date.fromisoformat(row["status"].split()[1]) if row["status"].startswith("lapsed ") else None,
        )
        for row in read_records("instruments")
    ]


def reference_partners() -> list[PartnerRecord]:
    return [
        PartnerRecord(
            organisation_id=f"partner {row['partner_code']}", code=row["partner_code"], regions=listed(row["regions"])
        )
        for row in read_records("partners")
    ]


def reference_sectors() -> list[SectorRecord]:
    return [
        SectorRecord(
            code=row["code"],
            kind=row["kind"],
            section=row["section"],
            topsectors=tuple(listed(row["topsector_hint_editorial"])),
        )
        for row in read_records("sectors")
        if not row["kind"].startswith("nace")
    ]


def reference_markets() -> list[MarketRecord]:
    return [
        MarketRecord(code=row["iso2"], region=row["region"], home=row["iso2"] == "NL")
        for row in read_records("markets")
    ]


def reference_posts() -> list[PostRecord]:
    return [
        PostRecord(
            organisation_id=f"post {row['post_id']}",
            code=row["post_id"],
            type=row["type"],
            market=row["country_iso2"],
            city=row["city"] or None,
            status=row["status"],
        )
        for row in read_records("posts")
    ]


def reference_coverage() -> list[CoverageRecord]:
    rows = [
        CoverageRecord(post_code=row["post_id"], market=row["country_iso2"], kind=row["coverage_kind"])
        for row in read_records("post_coverage")
    ]
    return with_districts(rows, read_records("areas"))


def reference_hubs() -> list[HubRecord]:
    return [
        HubRecord(
            organisation_id=f"hub {row['hub_id']}",
            code=row["hub_id"],
            markets=frozenset(listed(row["serves_iso2"])),
            seat=row["country_iso2"] or None,
            kind=row["kind"],
            offices=(
                OfficeRecord(
                    office_id=f"office {row['hub_id']}", market=row["country_iso2"] or None, city=row["city"] or None
                ),
            ),
            offers=tuple(OfferRecord(service=code) for code in listed(row["service_codes"])),
        )
        for row in read_records("hubs")
    ]


def reference_records() -> dict[str, Any]:
    """Everything `model_table` asks for, from the reference files."""
    return {
        "posts": reference_posts(),
        "coverage": reference_coverage(),
        "hubs": reference_hubs(),
        "partners": reference_partners(),
        "instruments": reference_instruments(),
        "services": reference_services(),
        "sectors": reference_sectors(),
        "markets": reference_markets(),
    }


SERVICES = reference_services()
SECTORS = reference_sectors()
INSTRUMENTS = reference_instruments()
PARTNERS = reference_partners()
MARKETS = [MarketRecord(code="CO", region="Americas"), MarketRecord(code="PE"), MarketRecord(code="NL", home=True)]


def post(code: str = "embassy", **changes: Any) -> PostRecord:
    facts = {"organisation_id": f"post {code}", "code": code, "market": MARKET, "city": "Bogotá", **changes}
    return PostRecord(**facts)


def hub(code: str = "casa", **changes: Any) -> HubRecord:
    """An accredited hub in Bogotá that offers commercial_referral, networking and market_information."""
    facts: dict[str, Any] = {
        "organisation_id": f"hub {code}",
        "code": code,
        "status": "accredited",
        "markets": {MARKET},
        "seat": MARKET,
        "languages": {"nl", "es"},
        "offices": (OfficeRecord(office_id=f"office {code}", market=MARKET, city="Bogotá", weekly_capacity=8),),
        "offers": tuple(OfferRecord(service=s) for s in ("commercial_referral", "networking", "market_information")),
        **changes,
    }
    return HubRecord(**facts)


def agreement(code: str = "casa", **changes: Any) -> AgreementRecord:
    """With the embassy, in force, for everything."""
    facts = {"id": f"agreement {code}", "hub_id": f"hub {code}", "post_ids": {"post embassy"}, **changes}
    return AgreementRecord(**facts)


def table(
    hubs: Iterable[HubRecord] = (),
    agreements: Iterable[AgreementRecord] = (),
    posts: Iterable[PostRecord] | None = None,
    coverage: Iterable[CoverageRecord] | None = None,
    **changes: Any,
) -> RoutingTable:
    facts: dict[str, Any] = {
        "posts": list(posts) if posts is not None else [post()],
        "coverage": list(coverage) if coverage is not None else [CoverageRecord(post_code="embassy", market=MARKET)],
        "hubs": list(hubs),
        "agreements": list(agreements),
        "partners": PARTNERS,
        "instruments": INSTRUMENTS,
        "services": SERVICES,
        "sectors": SECTORS,
        "markets": MARKETS,
        "rules_version": "test",
        **changes,
    }
    return compile_table(**facts)


def question(**changes: Any) -> RoutingInput:
    facts: dict[str, Any] = {
        "market": MARKET,
        "city": "Bogotá",
        "sector": "33",
        "services": ("commercial_referral",),
        "size": "small",
        "languages": ("nl",),
        **changes,
    }
    return RoutingInput(**facts)


def moment(**changes: Any) -> Moment:
    return Moment(**{"as_of": NOW, "rotation_seed": "question 1", **changes})


def routed(
    hubs: Iterable[HubRecord] = (),
    agreements: Iterable[AgreementRecord] = (),
    asked: RoutingInput | None = None,
    facts: Moment | None = None,
    **changes: Any,
) -> Receipt:
    return route(table(hubs, agreements, **changes), asked or question(), facts or moment())


def failed_rules(receipt: Receipt, code: str = "casa") -> dict[str, str]:
    """Rule and value of everything that keeps a hub off."""
    row = next(row for row in receipt.excluded if row.code == code)
    return {failure.rule: failure.value for failure in row.failed}
