"""Reference data: markets, sectors, services, instruments, code lists and holidays (domain.md, Nouns).

Rows come from files and are edited on pages; `hubs.reference.loading` says which of the two wins.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hubs.core.types import Code, Id, JsonValue, UtcDateTime, folded, new_id, one_of
from hubs.extensions import Base

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class SectorKind(StrEnum):
    TOPSECTOR = "topsector"
    SBI_SECTION = "sbi2008_section"
    SBI_DIVISION = "sbi2008_division"
    NACE_SECTION = "nace21_section"
    NACE_DIVISION = "nace21_division"


ROUTABLE_KINDS = (SectorKind.TOPSECTOR, SectorKind.SBI_DIVISION)


class Provider(StrEnum):
    """Who gives a service unless an agreement says otherwise."""

    PUBLIC = "public"  # the post
    PRIVATE = "private"  # a hub
    PARTNER = "partner"
    EITHER = "either"  # hub or post
    OUT_OF_SCOPE = "out_of_scope"  # nobody here


class Loaded:
    """Where a row comes from, what its file said at the last load, and whether a person edited it since."""

    source: Mapped[str | None] = mapped_column(Text)
    source_date: Mapped[str | None] = mapped_column(String(40))
    loaded_hash: Mapped[str | None] = mapped_column(String(64))  # empty: made by hand, no file knows it
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_on: Mapped[date | None] = mapped_column(Date)

    def mark_edited(self, now: datetime) -> None:
        """From now on a reload leaves this row alone."""
        self.edited_at = now

    def follow_file(self) -> None:
        """The next reload puts back what the file says."""
        self.edited_at = None
        self.loaded_hash = ""


class Named:
    """A name in both languages, and folded copies to sort and search by on either database."""

    name_nl: Mapped[str] = mapped_column(String(250))
    name_en: Mapped[str] = mapped_column(String(250))
    name_nl_folded: Mapped[str] = mapped_column(String(250))
    name_en_folded: Mapped[str] = mapped_column(String(250))

    def name(self, locale: str) -> str:
        """The name in the reader's language (`nl` or anything that starts with it; else English)."""
        return self.name_nl if str(locale).startswith("nl") else self.name_en

    def set_names(self, name_nl: str, name_en: str) -> None:
        self.name_nl, self.name_nl_folded = name_nl, folded(name_nl)
        self.name_en, self.name_en_folded = name_en, folded(name_en)


class Market(Loaded, Named, Base):
    """A country to trade with: ISO 3166-1, and XK (Kosovo, a user-assigned code)."""

    __tablename__ = "markets"

    iso2: Mapped[str] = mapped_column(String(2), primary_key=True)
    iso3: Mapped[str] = mapped_column(String(3), unique=True)
    formal_name_nl: Mapped[str] = mapped_column(String(120))
    formal_name_en: Mapped[str] = mapped_column(String(120))
    region: Mapped[str | None] = mapped_column(String(40))
    subregion: Mapped[str | None] = mapped_column(String(60))
    capital: Mapped[str | None] = mapped_column(String(80))
    weekend_days: Mapped[list[str]] = mapped_column(JsonValue, default=lambda: ["sat", "sun"])
    weekend_source: Mapped[str | None] = mapped_column(String(80))
    timezone: Mapped[str | None] = mapped_column(String(40))  # of the capital; none for two islands
    timezone_count: Mapped[int] = mapped_column(Integer, default=1)
    bhos2022_relation: Mapped[str | None] = mapped_column(String(20))
    partner_country_2013: Mapped[str | None] = mapped_column(String(20))
    is_growth_market_2025: Mapped[bool] = mapped_column(Boolean, default=False)
    post_in_country: Mapped[str | None] = mapped_column(String(20))
    priority_source: Mapped[str | None] = mapped_column(Text)
    # set by people only, never by a file: referrals do not leave by themselves between these dates
    sanctions_from: Mapped[date | None] = mapped_column(Date)
    sanctions_until: Mapped[date | None] = mapped_column(Date)

    @property
    def weekend(self) -> frozenset[int]:
        """The weekend as weekday numbers, Monday is 0."""
        return frozenset(WEEKDAYS.index(day) for day in self.weekend_days)

    def has_sanctions_flag(self, on: date) -> bool:
        """Whether the dated sanctions flag stands on this day; both ends included, open where empty."""
        if self.sanctions_from is None:
            return False
        return self.sanctions_from <= on and (self.sanctions_until is None or on <= self.sanctions_until)


class Sector(Loaded, Named, Base):
    """A topsector, or a section or division of SBI 2008 or (prefixed `nace:`) NACE Rev. 2.1."""

    __tablename__ = "sectors"
    __table_args__ = (one_of("kind", SectorKind), Index("ix_sectors_kind", "kind", "code"))

    code: Mapped[str] = mapped_column(Code, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    parent_code: Mapped[str | None] = mapped_column(Code, ForeignKey("sectors.code"))
    topsector_hints: Mapped[list[str]] = mapped_column(JsonValue, default=list)  # editorial, not CBS's mapping

    @property
    def is_routable(self) -> bool:
        return self.kind in ROUTABLE_KINDS


class Service(Loaded, Named, Base):
    """A kind of help, with who gives it by default."""

    __tablename__ = "services"
    __table_args__ = (one_of("default_provider", Provider),)

    code: Mapped[str] = mapped_column(Code, primary_key=True)
    default_provider: Mapped[str] = mapped_column(String(20))
    usual_provider: Mapped[str] = mapped_column(String(120))  # as found
    # partners that give it too, in the source's order; `ROM` is the agency of the company's region
    partner_codes: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    is_paid: Mapped[bool | None] = mapped_column(Boolean)  # empty: not found
    position: Mapped[int] = mapped_column(Integer, default=0)


class Instrument(Loaded, Named, Base):
    """A scheme or facility of a partner; `conditions` are its terms as far as a machine can test them."""

    __tablename__ = "instruments"

    instrument_id: Mapped[str] = mapped_column(Code, primary_key=True)
    partner_code: Mapped[str | None] = mapped_column(Code, index=True)
    owner: Mapped[str | None] = mapped_column(String(120))
    executed_by: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(60))
    for_whom: Mapped[str | None] = mapped_column(Text)
    need_service_code: Mapped[str | None] = mapped_column(Code, ForeignKey("services.code"), index=True)
    country_limits: Mapped[str | None] = mapped_column(Text)
    terms: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(String(80))  # as found
    lapsed_on: Mapped[date | None] = mapped_column(Date)
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue, default=list)

    def is_open(self, on: date) -> bool:
        """Whether it may still be named on this day: not retired, not lapsed."""
        ended = [day for day in (self.retired_on, self.lapsed_on) if day is not None]
        return all(on < day for day in ended)


class CodeListEntry(Loaded, Named, Base):
    """A code somebody picks from a list: company size, channel, decline reason and so on."""

    __tablename__ = "code_list_entries"

    list_code: Mapped[str] = mapped_column(Code, primary_key=True)
    code: Mapped[str] = mapped_column(Code, primary_key=True)
    position: Mapped[int] = mapped_column(Integer, default=0)


class Holiday(Loaded, Base):
    """A public holiday of a market. Offices being shut and a statutory term moving are two different things."""

    __tablename__ = "holidays"

    market: Mapped[str] = mapped_column(String(2), ForeignKey("markets.iso2"), primary_key=True)
    on: Mapped[date] = mapped_column("on_date", Date, primary_key=True)
    name_nl: Mapped[str] = mapped_column(String(250))
    name_en: Mapped[str] = mapped_column(String(250))
    closes_offices: Mapped[bool] = mapped_column(Boolean, default=True)
    is_statutory: Mapped[bool] = mapped_column(Boolean, default=False)  # art. 3 Algemene termijnenwet; NL only
    is_estimated: Mapped[bool] = mapped_column(Boolean, default=False)  # date not announced yet

    def name(self, locale: str) -> str:
        return self.name_nl if str(locale).startswith("nl") else self.name_en


class PlannedRetirement(Base):
    """A row that administrators retire on a later day. `row_key` is its key as it stands in an address."""

    __tablename__ = "planned_retirements"

    table_name: Mapped[str] = mapped_column(String(60), primary_key=True)
    row_key: Mapped[str] = mapped_column(String(200), primary_key=True)
    on: Mapped[date] = mapped_column("on_date", Date, index=True)  # the first day it can no longer be chosen
    planned_by: Mapped[str | None] = mapped_column(String(64))
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TradeFigure(Loaded, Base):
    """One published figure on trade with a market. Figures of different sources are never comparable."""

    __tablename__ = "trade_figures"
    __table_args__ = (UniqueConstraint("reporter", "market", "flow", "year", "unit", "source"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    reporter: Mapped[str] = mapped_column(String(2))
    market: Mapped[str] = mapped_column(String(3), index=True)  # ISO 3166-1 alpha-2, or WLD: the whole world
    flow: Mapped[str] = mapped_column(Code)  # export_goods, import_goods, re_export_goods, ...
    value: Mapped[Decimal] = mapped_column(Numeric(20, 3))
    unit: Mapped[str] = mapped_column(String(40))  # as published: EUR, USD thousand, percent of NL exports
    year: Mapped[int | None] = mapped_column(Integer)  # empty: the source does not say
    notes: Mapped[str | None] = mapped_column(Text)


class MarketListPlace(Loaded, Base):
    """A market on a list for some time, besides the lists its own row tells of (`market_lists`)."""

    __tablename__ = "market_list_places"
    __table_args__ = (Index("ix_market_list_places_market", "market", "list_code"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    list_code: Mapped[str] = mapped_column(Code)
    market: Mapped[str] = mapped_column(String(2), ForeignKey("markets.iso2"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)  # last day, included; empty: until further notice
    note: Mapped[str | None] = mapped_column(Text)

    def holds_on(self, day: date) -> bool:
        started = self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
        return started and (self.retired_on is None or day < self.retired_on)


class MarketCombination(Loaded, Base):
    """A market and a theme that the steering team chose together for some time, with its roadmap (letter rec. 5)."""

    __tablename__ = "market_combinations"
    __table_args__ = (Index("ix_market_combinations_market", "market", "theme"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    market: Mapped[str] = mapped_column(String(2), ForeignKey("markets.iso2"))
    theme: Mapped[str] = mapped_column(Code)  # of the code list `theme`
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)  # last day, included
    roadmap_nl: Mapped[str | None] = mapped_column(Text)
    roadmap_en: Mapped[str | None] = mapped_column(Text)

    def holds_on(self, day: date) -> bool:
        started = self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
        return started and (self.retired_on is None or day < self.retired_on)
