"""Puts posts with what they cover, chambers and partners into the directory, under the rules of
`hubs.reference.loading`: a local edit wins, what left its file is retired. Loading accredits nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hubs.accounts.models import Office, Organisation, OrganisationKind
from hubs.core.stamps import ROUTING, bump
from hubs.core.types import folded, new_id
from hubs.reference.loading import HOME_ZONE, LoadReport, TableReport, load_rows
from hubs.reference.models import Market
from hubs.reference.regions import province
from hubs.reference.rows import DATA, Record, Row, listed, read_overrides, read_records, sourced
from hubs.reference.working_week import default_hours

from .models import HubMarket, HubProfile, PartnerProfile, PostCoverage, PostProfile

MINISTRY = "bz"
STEERING_TEAM = "regieteam"
HOME_MARKET = "NL"
HOME_CITY = "Den Haag"
OPEN_STATUSES = ("in_feed", "listed", "active")  # `listed_2017` and the like too
PERMANENT_REPRESENTATION = "permanent_representation"
NBSO, EMBASSY = "nbso", "embassy"
SATURDAY_SUNDAY = frozenset({5, 6})
PRIVATE_HOURS = ("09:00", "17:00")

Zones = Mapping[tuple[str, str], str]
Attach = Callable[[Organisation, Row], None]


def load_directory(session: Session, *, now: datetime, folder: Path = DATA) -> LoadReport:
    """Load posts, coverage, chambers, partners, the ministry and the steering team; markets must be there.

    Running it again changes nothing. Raises `OSError` when a file is missing, `ValueError` when one names what
    is nowhere else; does not commit.
    """
    today = now.astimezone(HOME_ZONE).date()
    weekends = {market.iso2: market.weekend for market in session.scalars(select(Market))}
    zones = {market.iso2: market.timezone for market in session.scalars(select(Market)) if market.timezone}
    report = LoadReport()
    report.tables["ministry"] = _load_kind(session, OrganisationKind.MINISTRY, _ministry_rows(folder), None, today)
    report.tables["steering_team"] = _load_kind(session, OrganisationKind.STEERING_TEAM, _steering_rows(), None, today)
    report.tables["posts"] = _load_kind(
        session, OrganisationKind.POST, _post_rows(folder, weekends), _post_attacher(session), today
    )
    _set_supervising_posts(session)
    report.tables["post_coverage"] = _load_coverage(session, folder, today)
    report.tables["hubs"] = _load_kind(
        session, OrganisationKind.HUB, _hub_rows(folder, weekends, zones), _hub_attacher(session), today
    )
    report.tables["partners"] = _load_kind(
        session, OrganisationKind.PARTNER, _partner_rows(folder), _partner_attacher(session), today
    )
    if report.has_changes:
        bump(session, ROUTING)
    return report


def _load_kind(
    session: Session, kind: OrganisationKind, rows: Iterator[Row], attach: Attach | None, today: date
) -> TableReport:
    """Load the organisations of one kind, each with its first office when it has none."""
    with_office = set(session.scalars(select(Office.organisation_id)))

    def attach_all(found: Organisation, row: Row) -> None:
        if found.id not in with_office:
            session.add(Office(organisation_id=found.id, position=0, **row.beside["office"]))
        if attach is not None:
            attach(found, row)

    within = (Organisation.kind == kind,)
    return load_rows(session, Organisation, ("code",), rows, today=today, within=within, attach=attach_all)


def _organisation_row(
    kind: OrganisationKind,
    code: str,
    names: tuple[str, str],
    market: str | None,
    record: Record,
    *,
    office: Mapping[str, Any],
    profile: Mapping[str, Any],
) -> Row:
    name_nl, name_en = names
    values = {
        "kind": str(kind),
        "code": code,
        "name_nl": name_nl,
        "name_en": name_en,
        "name_folded": folded(f"{name_nl} {name_en}")[:200],
        "market": market,
        **sourced(record),
    }
    return Row((code,), values, initial={"id": new_id()}, beside={"office": office, "profile": profile})


def _home_office(hours: tuple[str, str] = PRIVATE_HOURS, city: str | None = None) -> dict[str, Any]:
    return {
        "city": city,
        "market": HOME_MARKET,
        "timezone": str(HOME_ZONE),
        "hours": default_hours(SATURDAY_SUNDAY, *hours),
    }


# posts


def is_open(post_type: str, status: str) -> bool:
    """Whether questions may go to a post: evidenced as open, and not serving one organisation only."""
    return post_type != PERMANENT_REPRESENTATION and status.partition("_20")[0] in OPEN_STATUSES


def _post_rows(folder: Path, weekends: Mapping[str, frozenset[int]]) -> Iterator[Row]:
    better = read_overrides("post_names", "post_id", folder)
    districts = _districts(folder)
    for record in read_records("posts", folder):
        names = better.get(record["post_id"], record)
        name_en = names["name_en"] or record["name_en"]
        yield _organisation_row(
            OrganisationKind.POST,
            record["post_id"],
            (names["name_nl"] or name_en, name_en),
            record["country_iso2"],
            record,
            office={
                "city": record["city"] or None,
                "market": record["country_iso2"],
                "timezone": record["tz"],
                "hours": default_hours(weekends.get(record["country_iso2"], SATURDAY_SUNDAY)),
            },
            profile={
                "post_type": record["type"],
                "status": record["status"],
                "is_open": is_open(record["type"], record["status"]),
                "evidence_year": int(record["evidence_year"]) if record["evidence_year"] else None,
                "district_cities": districts.get(record["post_id"], []),
                "notes": record["notes"] or None,
            },
        )


def _districts(folder: Path) -> dict[str, list[str]]:
    """The cities of a post's district, where it is smaller than the market; known for some posts only."""
    areas = read_records("areas", folder)
    return {area["code"]: listed(area["cities"]) for area in areas if area["kind"] == OrganisationKind.POST}


def _post_attacher(session: Session) -> Attach:
    known = {profile.id: profile for profile in session.scalars(select(PostProfile))}

    def attach(found: Organisation, row: Row) -> None:
        profile, facts = known.get(found.id), row.beside["profile"]
        if profile is not None and profile.confirmed_at is not None:  # the post itself has said what its district is
            facts = {name: value for name, value in facts.items() if name != "district_cities"}
        _store(session, PostProfile, profile, found, facts)

    return attach


def _store(session: Session, model: Any, profile: Any, owner: Organisation, facts: Mapping[str, Any]) -> None:
    if profile is None:
        session.add(model(id=owner.id, **facts))
        return
    for column, value in facts.items():
        setattr(profile, column, value)


def _set_supervising_posts(session: Session) -> None:
    """Authorities of an NBSO's country go to the embassy there, unless somebody chose another post."""
    posts = session.execute(
        select(PostProfile, Organisation.market)
        .join(Organisation, Organisation.id == PostProfile.id)
        .where(Organisation.retired_on.is_(None))
        .order_by(Organisation.code)
    ).all()
    embassies = {market: profile.id for profile, market in posts if profile.post_type == EMBASSY and profile.is_open}
    for profile, market in posts:
        if profile.post_type == NBSO and profile.supervising_post_id is None:
            profile.supervising_post_id = embassies.get(market)
    session.flush()


def _load_coverage(session: Session, folder: Path, today: date) -> TableReport:
    posts = select(Organisation.code, Organisation.id).where(Organisation.kind == OrganisationKind.POST)
    ids = {post.code: post.id for post in session.execute(posts)}
    records = read_records("post_coverage", folder)
    unknown = {record["post_id"] for record in records} - ids.keys()
    if unknown:
        raise ValueError(f"post_coverage.csv names posts that posts.csv does not: {', '.join(sorted(unknown))}")
    rows = (_coverage_row(ids[record["post_id"]], record) for record in records)
    key = ("post_id", "market", "coverage_kind")
    return load_rows(session, PostCoverage, key, rows, today=today)


def _coverage_row(post_id: str, record: Record) -> Row:
    key = (post_id, record["country_iso2"], record["coverage_kind"])
    values = {"post_id": key[0], "market": key[1], "coverage_kind": key[2], **sourced(record)}
    # consular cover from elsewhere counts as economic cover until somebody knows better
    return Row(key, values, initial={"is_economic": True})


# chambers


def _city_zones(folder: Path) -> dict[tuple[str, str], str]:
    """Time zones by country and city: those of the posts, and a few more."""
    cities = [*read_records("posts", folder), *read_records("city_timezones", folder)]
    return {(record["country_iso2"], record["city"]): record["tz"] for record in cities if record["city"]}


def _hub_rows(folder: Path, weekends: Mapping[str, frozenset[int]], market_zones: Mapping[str, str]) -> Iterator[Row]:
    cities = _city_zones(folder)
    for record in read_records("hubs", folder):
        seat, city = record["country_iso2"] or None, record["city"] or None
        if seat is None or seat == HOME_MARKET:
            office = {**_home_office(city=city), "market": seat}
        else:
            office = {
                "city": city,
                "market": seat,
                "timezone": cities.get((seat, city or ""), market_zones.get(seat, str(HOME_ZONE))),
                "hours": default_hours(weekends.get(seat, SATURDAY_SUNDAY), *PRIVATE_HOURS),
            }
        names = (record["name"], record["name"])
        profile = _hub_facts(record)
        yield _organisation_row(
            OrganisationKind.HUB, record["hub_id"], names, seat, record, office=office, profile=profile
        )


def _hub_facts(record: Record) -> dict[str, Any]:
    """What the register knows of a chamber. `nlib_accredited` is a finding, not a standing here."""
    return {
        "hub_type": record["kind"],
        "seated_in_nl": record["country_iso2"] == HOME_MARKET,
        "founded_year": int(record["founded_year"]) if record["founded_year"] else None,
        "member_count": int(record["member_count"]) if record["member_count"] else None,
        "website": f"https://{record['website_domain']}" if record["website_domain"] else None,
        "nlib_accredited": record["nlib_accredited"],
        "markets": listed(record["serves_iso2"]),
    }


def _hub_attacher(session: Session) -> Attach:
    known = {profile.id: profile for profile in session.scalars(select(HubProfile))}

    def attach(found: Organisation, row: Row) -> None:
        profile = known.get(found.id)
        if profile is not None and profile.confirmed_at is not None:
            return  # the chamber itself has said what is right
        facts = row.beside["profile"]
        _store(session, HubProfile, profile, found, facts)
        session.flush()
        session.execute(delete(HubMarket).where(HubMarket.hub_id == found.id))
        session.add_all(HubMarket(hub_id=found.id, market=market) for market in facts["markets"])

    return attach


# partners, ministry, steering team


def _partner_rows(folder: Path) -> Iterator[Row]:
    for record in read_records("partners", folder):
        if record["partner_code"] == MINISTRY:
            continue
        regions = [province(region) or region for region in listed(record["regions"])]
        yield _organisation_row(
            OrganisationKind.PARTNER,
            record["partner_code"],
            (record["name_nl"], record["name_en"]),
            HOME_MARKET,
            record,
            office=_home_office(),
            profile={"partner_type": record["kind"], "regions": regions},
        )


def _partner_attacher(session: Session) -> Attach:
    known = {profile.id: profile for profile in session.scalars(select(PartnerProfile))}

    def attach(found: Organisation, row: Row) -> None:
        _store(session, PartnerProfile, known.get(found.id), found, row.beside["profile"])

    return attach


def _ministry_rows(folder: Path) -> Iterator[Row]:
    """The ministry, whose office is the central desk for questions without a market."""
    for record in read_records("partners", folder):
        if record["partner_code"] == MINISTRY:
            yield _organisation_row(
                OrganisationKind.MINISTRY,
                MINISTRY,
                (record["name_nl"], record["name_en"]),
                HOME_MARKET,
                record,
                office=_home_office(city=HOME_CITY),
                profile={},
            )


def _steering_rows() -> Iterator[Row]:
    yield _organisation_row(
        OrganisationKind.STEERING_TEAM,
        STEERING_TEAM,
        ("Regieteam", "Steering team"),
        HOME_MARKET,
        {"source": "letter 28753-46"},
        office=_home_office(city=HOME_CITY),
        profile={},
    )
