"""Reading reference data: what is open today, in the reader's order. Public to everyone, so without an actor."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import CompoundSelect, Select, and_, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from .models import (
    ROUTABLE_KINDS,
    CodeListEntry,
    Holiday,
    Instrument,
    Market,
    MarketListPlace,
    Sector,
    SectorKind,
    Service,
)

NAMED = {
    "market": Market.iso2,
    "sector": Sector.code,
    "service": Service.code,
    "instrument": Instrument.instrument_id,
}


def markets_with_lists(codes: Collection[str], on: date) -> Select[Market, str]:
    """(market, list it stands on this day besides what its own row says, or None): one row at least for each."""
    stands = and_(
        MarketListPlace.market == Market.iso2,
        MarketListPlace.retired_on.is_(None),
        MarketListPlace.starts_on <= on,
        or_(MarketListPlace.ends_on.is_(None), MarketListPlace.ends_on >= on),
    )
    return (
        select(Market, MarketListPlace.list_code)
        .outerjoin(MarketListPlace, stands)
        .where(Market.iso2.in_(sorted(codes)))
    )


def _by_name(model: type[Market | Sector | Service | Instrument], locale: str) -> InstrumentedAttribute[str]:
    return model.name_nl_folded if str(locale).startswith("nl") else model.name_en_folded


def open_markets(locale: str) -> Select[Market]:
    """Markets not retired, by name as the reader's language sorts it."""
    return select(Market).where(Market.retired_on.is_(None)).order_by(_by_name(Market, locale), Market.iso2)


def market_by_code(iso2: str) -> Select[Market]:
    return select(Market).where(Market.iso2 == iso2)


def routable_sectors() -> Select[Sector]:
    """What `sector` of a question may hold: topsectors first, then SBI 2008 divisions by number."""
    return (
        select(Sector)
        .where(Sector.retired_on.is_(None), Sector.kind.in_(ROUTABLE_KINDS))
        .order_by(Sector.kind.desc(), Sector.code)
    )


def sectors_of(kind: SectorKind) -> Select[Sector]:
    return select(Sector).where(Sector.retired_on.is_(None), Sector.kind == kind).order_by(Sector.code)


def open_services(locale: str) -> Select[Service]:
    """Services not retired, by name; those out of scope are among them, so that they can be told apart."""
    return select(Service).where(Service.retired_on.is_(None)).order_by(_by_name(Service, locale), Service.code)


def open_instruments(on: date) -> Select[Instrument]:
    """Instruments neither retired nor lapsed on this day, by key."""
    return (
        select(Instrument)
        .where(
            Instrument.retired_on.is_(None) | (Instrument.retired_on > on),
            Instrument.lapsed_on.is_(None) | (Instrument.lapsed_on > on),
        )
        .order_by(Instrument.instrument_id)
    )


def code_list(list_code: str) -> Select[CodeListEntry]:
    """The open entries of a list, in the file's order."""
    return (
        select(CodeListEntry)
        .where(CodeListEntry.list_code == list_code, CodeListEntry.retired_on.is_(None))
        .order_by(CodeListEntry.position, CodeListEntry.code)
    )


def code_lists() -> Select[CodeListEntry]:
    """All open entries of all lists, list by list."""
    return (
        select(CodeListEntry)
        .where(CodeListEntry.retired_on.is_(None))
        .order_by(CodeListEntry.list_code, CodeListEntry.position, CodeListEntry.code)
    )


def office_holidays(markets: Collection[str], first: date, last: date) -> Select[Holiday]:
    """The days on which offices in these markets are shut, both ends included."""
    return (
        select(Holiday)
        .where(
            Holiday.market.in_(markets),
            Holiday.on.between(first, last),
            Holiday.closes_offices.is_(True),
            Holiday.retired_on.is_(None),
        )
        .order_by(Holiday.market, Holiday.on)
    )


def statutory_holidays(first: date, last: date) -> Select[Holiday]:
    """The days that move a statutory term (Algemene termijnenwet art. 3), both ends included."""
    return (
        select(Holiday)
        .where(
            Holiday.market == "NL",
            Holiday.on.between(first, last),
            Holiday.is_statutory.is_(True),
            Holiday.retired_on.is_(None),
        )
        .order_by(Holiday.on)
    )


def all_names() -> CompoundSelect[str, str, str, str]:
    """Family, code and both names of everything that has a label, retired rows too: one statement for a page."""
    parts = [
        select(literal(family).label("family"), key, key.class_.name_nl, key.class_.name_en)
        for family, key in NAMED.items()
    ]
    lists = select(CodeListEntry.list_code, CodeListEntry.code, CodeListEntry.name_nl, CodeListEntry.name_en)
    return union_all(*parts, lists)
