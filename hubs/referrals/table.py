"""The routing table of this moment, compiled from the database (domain.md, Routing).

Kept in the process under the stamp, the day and the version of the rules; whatever changes those facts bumps
the stamp in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from hubs.accounts.models import Office, Organisation, OrganisationKind
from hubs.agreements.coverage import AgreementRecord, SectorRecord
from hubs.agreements.lifecycle import AgreementState
from hubs.agreements.models import Agreement
from hubs.agreements.standing import facts_of, local_day, posts_in_force
from hubs.core import stamps
from hubs.core.errors import RuleViolation
from hubs.directory.models import HubProfile, PartnerProfile, PostCoverage, PostProfile, ServiceOffer
from hubs.directory.queries import standing_column
from hubs.extensions import db
from hubs.reference.models import Instrument, Market, Sector, SectorKind, Service
from hubs.referrals.models import RoutingRules
from hubs.referrals.routing import (
    AUTHORITY_SERVICES,
    CoverageRecord,
    HubRecord,
    InstrumentRecord,
    MarketRecord,
    OfferRecord,
    OfficeRecord,
    PartnerRecord,
    PostRecord,
    RoutingTable,
    ServiceRecord,
    Weights,
    compile_table,
    instrument_with_terms,
    service_from_usual_provider,
)

HOME_MARKET = "NL"
_LISTED = (AgreementState.OFFERED, AgreementState.SIGNED, AgreementState.IN_FORCE, AgreementState.PAUSED)

Offices = Mapping[str, list[Office]]


@dataclass
class _Kept:
    key: tuple[int, date, str] | None = None
    table: RoutingTable | None = None


_kept = _Kept()


def current_table(now: datetime) -> RoutingTable:
    """The table that holds now; compiled again only when something behind it changed."""
    session = db.session()
    rules = rules_on(session, local_day(now))
    key = (stamps.current(session, stamps.ROUTING), local_day(now), rules.version)
    if _kept.key != key or _kept.table is None:
        _kept.key, _kept.table = key, compile_now(session, now, rules)
    return _kept.table


def rules_on(session: Session, on: date) -> RoutingRules:
    """The newest weights that have started. Raises RuleViolation when none were loaded."""
    statement = (
        select(RoutingRules)
        .where(RoutingRules.starts_on <= on)
        .order_by(RoutingRules.starts_on.desc(), RoutingRules.version.desc())
        .limit(1)
    )
    rules = session.execute(statement).scalar_one_or_none()
    if rules is None:
        raise RuleViolation("no_rules", "No routing rules are in force; load the reference data first.")
    return rules


def compile_now(session: Session, now: datetime, rules: RoutingRules) -> RoutingTable:
    """The table compiled afresh from the database."""
    on = local_day(now)
    standings = {row.id: row[1] for row in session.execute(select(HubProfile.id, standing_column(on)))}
    return compile_table(
        **directory_records(session, on),
        agreements=_agreements(session, standings, on),
        weights=Weights.from_mapping(rules.weights),
        rules_version=rules.version,
    )


def directory_records(session: Session, on: date) -> dict[str, list[Any]]:
    """Posts, cover, hubs, partners, instruments, services, sectors and markets as routing reads them."""
    offices: dict[str, list[Office]] = {}
    for office in session.execute(
        select(Office).where(Office.closed_on.is_(None)).order_by(Office.position, Office.id)
    ).scalars():
        offices.setdefault(office.organisation_id, []).append(office)
    return {
        "posts": list(_posts(session, offices)),
        "coverage": list(_coverage(session)),
        "hubs": list(_hubs(session, offices, on)),
        "partners": list(_partners(session)),
        "instruments": list(_instruments(session, on)),
        "services": list(_services(session)),
        "sectors": list(_sectors(session)),
        "markets": list(_markets(session)),
    }


def _posts(session: Session, offices: Offices) -> Iterator[PostRecord]:
    codes = {
        row.id: row.code
        for row in session.execute(
            select(Organisation.id, Organisation.code).where(Organisation.kind == OrganisationKind.POST)
        )
    }
    profiles = session.execute(select(PostProfile).options(joinedload(PostProfile.organisation))).scalars()
    for profile in profiles:
        own = offices.get(profile.id, [])
        is_open = profile.is_open and profile.organisation.retired_on is None and bool(own)
        yield PostRecord(
            organisation_id=profile.id,
            code=profile.organisation.code,
            type=profile.post_type,
            market=profile.organisation.market,
            city=own[0].city if own else None,
            status="open" if is_open else "closed",
            timezone=own[0].timezone if own else "UTC",
            supervising_code=codes.get(profile.supervising_post_id or ""),
            office_id=own[0].id if own else None,
        )


def _coverage(session: Session) -> Iterator[CoverageRecord]:
    """What posts cover; the district of a consulate or support office lies in its own market."""
    statement = (
        select(PostCoverage, Organisation.code, Organisation.market, PostProfile.district_cities)
        .join(Organisation, Organisation.id == PostCoverage.post_id)
        .join(PostProfile, PostProfile.id == PostCoverage.post_id)
        .where(PostCoverage.retired_on.is_(None))
    )
    for row, code, home, cities in session.execute(statement):
        yield CoverageRecord(
            post_code=code,
            market=row.market,
            kind=row.coverage_kind,
            cities=frozenset(cities or ()) if row.market == home else frozenset(),
            economic=row.is_economic,
            valid_from=row.starts_on,
            valid_until=row.ends_on,
        )


def _hubs(session: Session, offices: Offices, on: date) -> Iterator[HubRecord]:
    offers: dict[str, list[OfferRecord]] = {}
    for offer in session.execute(select(ServiceOffer)).scalars():
        offers.setdefault(offer.organisation_id, []).append(
            OfferRecord(
                service=offer.service,
                sectors=frozenset(offer.sectors),
                languages=frozenset(offer.languages),
                published=offer.is_published,
            )
        )
    statement = (
        select(HubProfile)
        .join(HubProfile.organisation)
        .where(Organisation.retired_on.is_(None))
        .options(joinedload(HubProfile.organisation))
    )
    for profile in session.execute(statement).scalars():
        yield HubRecord(
            organisation_id=profile.id,
            code=profile.organisation.code,
            status=profile.status_on(on),
            markets=frozenset(profile.markets or ()),
            offices=tuple(_office(office) for office in offices.get(profile.id, [])),
            languages=frozenset(profile.languages or ()),
            offers=tuple(offers.get(profile.id, ())),
            seat=profile.organisation.market,
            kind=profile.hub_type or "",
        )


def _office(office: Office) -> OfficeRecord:
    return OfficeRecord(
        office_id=office.id,
        market=office.market,
        city=office.city,
        timezone=office.timezone,
        weekly_capacity=office.weekly_capacity,
    )


def _agreements(session: Session, standings: Mapping[str, str], on: date) -> Iterator[AgreementRecord]:
    """Every agreement somebody still stands behind; one that is not in force is kept, so that it can be said."""
    statement = select(Agreement).where(Agreement.state.in_(_LISTED)).options(selectinload(Agreement.posts))
    listed = list(session.execute(statement).scalars())
    lineages: dict[str, list[Agreement]] = {}
    for agreement in listed:
        lineages.setdefault(agreement.lineage_id, []).append(agreement)
    for agreement in listed:
        facts = facts_of(agreement, lineages[agreement.lineage_id])
        holding = posts_in_force(facts, standings.get(agreement.hub_id, ""), on)
        signed = frozenset(side.post_id for side in facts.posts if side.signed and not side.ended)
        yield AgreementRecord(
            id=agreement.id,
            hub_id=agreement.hub_id,
            post_ids=holding or signed,
            directions=frozenset(agreement.directions),
            services=frozenset(agreement.services),
            sectors=frozenset(agreement.sectors),
            markets=frozenset(agreement.markets),
            cities=frozenset(agreement.cities),
            target_groups=frozenset(agreement.target_groups),
            either_to=agreement.either_to,
            starts_on=agreement.starts_on,
            ends_on=agreement.ends_on,
            in_force=bool(holding),
            capacity_share=agreement.capacity_share,
        )


def _partners(session: Session) -> Iterator[PartnerRecord]:
    statement = select(Organisation, PartnerProfile.regions).outerjoin(
        PartnerProfile, PartnerProfile.id == Organisation.id
    )
    for organisation, regions in session.execute(statement.where(Organisation.kind == OrganisationKind.PARTNER)):
        yield PartnerRecord(
            organisation_id=organisation.id,
            code=organisation.code,
            regions=tuple(regions or ()),
            active=organisation.retired_on is None,
        )


def _instruments(session: Session, on: date) -> Iterator[InstrumentRecord]:
    statement = select(Instrument).where(Instrument.retired_on.is_(None) | (Instrument.retired_on > on))
    for row in session.execute(statement).scalars():
        yield instrument_with_terms(
            id=row.instrument_id,
            name=row.name_en,
            partner_code=row.partner_code,
            services=(row.need_service_code,) if row.need_service_code else (),
            conditions=row.conditions,
            lapsed_on=row.lapsed_on,
        )


def _services(session: Session) -> Iterator[ServiceRecord]:
    for row in session.execute(select(Service)).scalars():
        yield ServiceRecord(
            code=row.code,
            default_provider=row.default_provider,
            partner_codes=tuple(row.partner_codes or ()),
            authority=row.code in AUTHORITY_SERVICES,
            hub_first=service_from_usual_provider(row.code, row.usual_provider).hub_first,
            active=row.retired_on is None,
        )


def _sectors(session: Session) -> Iterator[SectorRecord]:
    for row in session.execute(select(Sector).where(Sector.retired_on.is_(None))).scalars():
        is_division = row.kind in (SectorKind.SBI_DIVISION, SectorKind.NACE_DIVISION)
        yield SectorRecord(
            code=row.code,
            kind=row.kind,
            section=(row.parent_code or "") if is_division else "",
            topsectors=tuple(row.topsector_hints or ()),
        )


def _markets(session: Session) -> Iterator[MarketRecord]:
    for row in session.execute(select(Market).where(Market.retired_on.is_(None))).scalars():
        yield MarketRecord(code=row.iso2, region=row.region or "", home=row.iso2 == HOME_MARKET)
