"""How well routing agrees with labelled cases: a model table in which every chamber is accredited, and the count.

Laid down in the handles (`routing evaluate`) and data/README.md; no rule here or in routing names a case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from hubs.agreements.coverage import place_name
from hubs.referrals.routing import (
    AgreementRecord,
    CoverageRecord,
    HubRecord,
    InstrumentRecord,
    MarketRecord,
    Moment,
    OfferRecord,
    PartnerRecord,
    PostRecord,
    Receipt,
    RoutingInput,
    RoutingTable,
    SectorRecord,
    ServiceRecord,
    compile_table,
    route,
)
from hubs.referrals.routing.posts import NBSO, PERMANENT_REPRESENTATION

KINDS = ("hub", "post", "both", "partner", "ask", "out_of_scope")
PLACELESS = ("ask", "out_of_scope")
HUMAN_REVIEW = "human_review"
# sizes of the case files that are target groups: the size itself is then unknown
GROUP_SIZES = ("startup", "scaleup", "cluster")
# the bodies that case_rules.csv R1 speaks of; a forum or a meeting house is asked in more general terms
CHAMBER_KINDS = ("bilateral_chamber", "business_council", "business_hub", "nl_business_hub")
RULES_VERSION = "model"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case: what its label says, what routing says, and whether the two agree."""

    case_id: str
    expected_kind: str
    found_kind: str
    expected_places: tuple[str, ...]
    found_places: tuple[str, ...]
    kind_agrees: bool
    place_agrees: bool
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All cases with their counts."""

    results: tuple[CaseResult, ...]

    @property
    def agree_kind(self) -> int:
        return sum(result.kind_agrees for result in self.results)

    @property
    def agree_place(self) -> int:
        return sum(result.place_agrees for result in self.results)

    def as_json(self) -> dict[str, Any]:
        """The counts, as the handles spell them."""
        confusion: dict[str, Counter[str]] = {}
        for result in self.results:
            confusion.setdefault(result.expected_kind, Counter())[result.found_kind] += 1
        return {
            "cases": len(self.results),
            "agree_kind": self.agree_kind,
            "agree_place": self.agree_place,
            "confusion": {kind: dict(sorted(found.items())) for kind, found in sorted(confusion.items())},
        }


def evaluate(cases: Iterable[Mapping[str, str]], table: RoutingTable, as_of: datetime | None = None) -> Evaluation:
    """Routes every labelled case on `table`; `as_of` defaults to the day the reference data were collected."""
    moment = Moment(as_of=as_of or datetime(2026, 11, 22, 12, tzinfo=UTC))
    return Evaluation(tuple(_result(case, table, moment) for case in cases))


def case_input(case: Mapping[str, str]) -> RoutingInput:
    """The question of a case, from the columns that routing may read and no others."""
    size = case.get("size_class") or None
    return RoutingInput(
        market=case.get("country_iso2") or None,
        city=case.get("city") or None,
        region=case.get("requester_region") or None,
        sector=case.get("sector_code") or None,
        services=tuple(_listed(case.get("service_codes"))),
        facts=dict(pair.split("=", 1) for pair in _listed(case.get("facts")) if "=" in pair),
        target_groups=frozenset({size} if size in GROUP_SIZES else ()),
        size=None if size in GROUP_SIZES else size,
        languages=tuple(_listed(case.get("language"))),
    )


def expected_kind(label: str) -> str:
    """A label of the case file as a kind: `post_and_hub` means both, the name of a partner means partner."""
    if label == "post_and_hub":
        return "both"
    return label if label in KINDS else "partner"


def _result(case: Mapping[str, str], table: RoutingTable, moment: Moment) -> CaseResult:
    receipt = route(table, case_input(case), moment)
    kind = expected_kind(case.get("destination_kind", ""))
    expected = _expected_places(case, kind)
    found = found_places(receipt)
    kind_agrees = receipt.outcome == kind
    reached = set(expected) <= set(found) if expected else kind_agrees
    alternatives = _listed(case.get("acceptable_alternatives"))
    return CaseResult(
        case_id=case.get("case_id", ""),
        expected_kind=kind,
        found_kind=receipt.outcome,
        expected_places=expected,
        found_places=found,
        kind_agrees=kind_agrees,
        place_agrees=reached or any(_is_found(place, found) for place in alternatives),
        receipt=receipt,
    )


def _expected_places(case: Mapping[str, str], kind: str) -> tuple[str, ...]:
    if kind in PLACELESS:
        return ()
    columns = {"hub": ("hub",), "post": ("post",), "both": ("post", "hub"), "partner": ("instrument",)}[kind]
    return tuple(f"{name}:{case[f'expected_{name}_id']}" for name in columns if case.get(f"expected_{name}_id"))


def found_places(receipt: Receipt) -> tuple[str, ...]:
    """The first place for each part; a partner counts by its instrument, a question for nobody as human review."""
    found = []
    for place in receipt.first():
        if place.kind == "partner":
            found += [f"instrument:{place.instrument}"] if place.instrument else []
            found.append(f"partner:{place.code}")
        elif not place.own_choice:
            found.append(f"{place.kind}:{place.code}")
    if not found and receipt.outcome not in PLACELESS:
        found.append(HUMAN_REVIEW)
    return tuple(found)


def _is_found(alternative: str, found: tuple[str, ...]) -> bool:
    if alternative.startswith("ROM:"):
        return any(place.startswith("partner:rom-") for place in found)
    return alternative in found


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(";") if part.strip()]


def model_table(
    *,
    posts: Iterable[PostRecord],
    coverage: Iterable[CoverageRecord],
    hubs: Iterable[HubRecord],
    partners: Iterable[PartnerRecord],
    instruments: Iterable[InstrumentRecord],
    services: Iterable[ServiceRecord],
    sectors: Iterable[SectorRecord],
    markets: Iterable[MarketRecord],
    areas: Iterable[Mapping[str, str]] = (),
) -> RoutingTable:
    """The table in which every chamber seated in its market is accredited, has a model agreement with that market's
    posts and offers every private or either service. `areas` are the rows of areas.csv."""
    rows = list(areas)
    services, posts, coverage = list(services), list(posts), with_districts(coverage, rows)
    regions = cities_by_code(rows, "hub")
    offered = sorted(s.code for s in services if s.default_provider in ("private", "either"))
    offers = tuple(OfferRecord(service=code) for code in offered)
    model_hubs, agreements = [], []
    for hub in hubs:
        model_hubs.append(replace(hub, status="accredited", offers=offers))
        agreements += list(_model_agreements(hub, posts, coverage, services, regions.get(hub.code, ())))
    return compile_table(
        posts=posts,
        coverage=coverage,
        hubs=model_hubs,
        agreements=agreements,
        partners=partners,
        instruments=instruments,
        services=services,
        sectors=sectors,
        markets=markets,
        rules_version=RULES_VERSION,
    )


def cities_by_code(areas: Iterable[Mapping[str, str]], kind: str) -> dict[str, tuple[str, ...]]:
    """The cities of each post's district or regional chamber's area, from the rows of areas.csv."""
    return {row["code"]: tuple(_listed(row["cities"])) for row in areas if row["kind"] == kind}


def with_districts(coverage: Iterable[CoverageRecord], areas: Iterable[Mapping[str, str]]) -> list[CoverageRecord]:
    """The same cover with districts filled in where a post is host and none was given."""
    districts = cities_by_code(areas, "post")
    return [
        replace(row, cities=frozenset(districts[row.post_code]))
        if row.post_code in districts and row.kind.startswith("host") and not row.cities
        else row
        for row in coverage
    ]


def _model_agreements(
    hub: HubRecord,
    posts: list[PostRecord],
    coverage: list[CoverageRecord],
    services: list[ServiceRecord],
    region: tuple[str, ...],
) -> Iterator[AgreementRecord]:
    """With every post of the market the hub sits in. A business support office keeps the commercial work that both
    may do, where the hub has no office in its area; networking, which hubs give first, it does not keep."""
    if hub.seat is None or hub.seat not in hub.markets:
        return
    by_code = {post.code: post for post in posts if post.type != PERMANENT_REPRESENTATION}
    offered = {s.code for s in services if s.default_provider in ("private", "either")}
    kept = {s.code for s in services if s.default_provider == "either" and not s.hub_first}
    towns = {place_name(office.city) for office in hub.offices if office.city}
    for row in coverage:
        post = by_code.get(row.post_code)
        if post is None or row.market != hub.seat:
            continue
        keeps = post.type == NBSO and not towns & (row.cities | post.cities)
        scopes = [("hub", offered - kept), ("post", kept)] if keeps else [("hub", offered)]
        for either_to, codes in scopes:
            for name, named in _wordings(hub, codes, keeps):
                yield AgreementRecord(
                    id=f"{hub.code}/{row.post_code}/{either_to}/{name}",
                    hub_id=hub.organisation_id,
                    post_ids=frozenset({post.organisation_id}),
                    services=named,
                    markets=frozenset({hub.seat}),
                    cities=frozenset(region),
                    either_to=either_to,
                )


def _wordings(hub: HubRecord, codes: set[str], limited: bool) -> list[tuple[str, frozenset[str]]]:
    """A chamber's agreement names its services; that of a forum or meeting house names those it is known to give,
    and beside it covers the rest in general terms."""
    if limited or hub.kind in CHAMBER_KINDS:
        return [("named", frozenset(codes))]
    shown = frozenset(codes & {offer.service for offer in hub.offers})
    return [("general", frozenset()), *([("named", shown)] if shown else [])]
