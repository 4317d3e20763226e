"""What a routing table is compiled from: plain frozen records, filled from the database or from the reference files.

Ids are strings; an empty collection means no limit; any iterable may be passed (domain.md, Routing).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from hubs.agreements.coverage import AgreementRecord, SectorRecord, place_name

from .terms import Term, Terms, terms_from_rows

__all__ = [
    "AUTHORITY_SERVICES",
    "AgreementRecord",
    "CoverageRecord",
    "HubRecord",
    "InstrumentRecord",
    "MarketRecord",
    "OfferRecord",
    "OfficeRecord",
    "PartnerRecord",
    "PostRecord",
    "SectorRecord",
    "ServiceRecord",
    "Term",
    "Weights",
    "instrument_with_terms",
    "service_from_usual_provider",
]

# dealings with authorities: a business support office leaves them to its supervising post (domain.md, Routing 2)
AUTHORITY_SERVICES = frozenset(
    [
        "authority_contact",
        "trade_barrier",
        "dispute_support",
        "tender_info",
        "regulation_info",
        "customs_advice",
        "economic_outlook",
    ]
)
OPEN_STATUSES = ("in_feed", "listed", "active", "open")


def _freeze(record: Any, **kinds: type) -> None:
    for name, kind in kinds.items():
        object.__setattr__(record, name, kind(getattr(record, name) or ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeRecord:
    """An office of a hub; `weekly_capacity` in questions a local week, None: no limit."""

    office_id: str
    market: str | None = None
    city: str | None = None
    timezone: str = "UTC"
    weekly_capacity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRecord:
    """A service that a hub offers, for these sectors; only a published one counts."""

    service: str
    sectors: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    published: bool = True

    def __post_init__(self) -> None:
        _freeze(self, sectors=frozenset, languages=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubRecord:
    """A hub with its offices and offers; `seat` is the country it sits in, `kind` the register's word for it."""

    organisation_id: str
    code: str
    name: str = ""
    status: str = "registered"
    markets: frozenset[str] = frozenset()
    offices: tuple[OfficeRecord, ...] = ()
    languages: frozenset[str] = frozenset()
    offers: tuple[OfferRecord, ...] = ()
    seat: str | None = None
    kind: str = ""

    def __post_init__(self) -> None:
        _freeze(self, markets=frozenset, offices=tuple, languages=frozenset, offers=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRecord:
    """A post; `also_known_as` holds other spellings of its city, `supervising_code` the post above an NBSO."""

    organisation_id: str
    code: str
    name: str = ""
    type: str = "embassy"
    market: str | None = None
    city: str | None = None
    status: str = "listed"
    timezone: str = "UTC"
    supervising_code: str | None = None
    also_known_as: tuple[str, ...] = ()
    office_id: str | None = None

    def __post_init__(self) -> None:
        _freeze(self, also_known_as=tuple)

    @property
    def is_open(self) -> bool:
        """`unknown` and `closed` posts are never routed to (data/README.md, status)."""
        return self.status.startswith(OPEN_STATUSES)

    @property
    def cities(self) -> frozenset[str]:
        return frozenset(place_name(name) for name in (self.city, *self.also_known_as) if name)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRecord:
    """A market that a post covers: as host, or from elsewhere; `cities` is its district inside that market."""

    post_code: str
    market: str
    kind: str = "host"
    cities: frozenset[str] = frozenset()
    economic: bool = True
    valid_from: date | None = None
    valid_until: date | None = None  # last day, included

    def __post_init__(self) -> None:
        object.__setattr__(self, "cities", frozenset(place_name(city) for city in self.cities or ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRecord:
    """A partner; `regions` are Dutch provinces for the regional agencies."""

    organisation_id: str
    code: str
    name: str = ""
    regions: tuple[str, ...] = ()
    active: bool = True

    def __post_init__(self) -> None:
        _freeze(self, regions=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRecord:
    """A service and who gives it; `partner_codes` in order, `ROM` stands for the agency of the company's region."""

    code: str
    default_provider: str  # public, private, partner, either, out_of_scope
    partner_codes: tuple[str, ...] = ()
    authority: bool = False
    hub_first: bool = False
    active: bool = True

    def __post_init__(self) -> None:
        _freeze(self, partner_codes=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentRecord:
    """A partner's instrument with the terms a machine can test."""

    id: str
    name: str = ""
    partner_code: str = ""
    services: tuple[str, ...] = ()
    lapses_on: date | None = None  # the first day on which it is no longer open
    terms: Terms = Terms()

    def __post_init__(self) -> None:
        _freeze(self, services=tuple)

    def is_open(self, on: date) -> bool:
        return all(on < day for day in (self.lapses_on, self.terms.lapses_on) if day)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketRecord:
    """A market; the home market has no posts or hubs abroad and counts as `no market given`."""

    code: str
    region: str = ""
    home: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The ministry's weights, as decimal strings that add up to 1; `shrinkage` in questions, `prior` a share."""

    specificity: str = "0.38"
    answer: str = "0.25"
    load: str = "0.15"
    language: str = "0.12"
    city: str = "0.10"
    shrinkage: int = 10
    prior: str = "0.80"

    def __post_init__(self) -> None:
        shares = [basis_points(getattr(self, name)) for name in PART_CODES]
        if min(shares) < 0 or sum(shares) != 10_000:
            raise ValueError("routing weights must not be negative and must add up to 1")
        if self.shrinkage < 0 or not 0 <= basis_points(self.prior) <= 10_000:
            raise ValueError("shrinkage must not be negative and the prior lies between 0 and 1")

    @classmethod
    def from_mapping(cls, weights: Mapping[str, Any]) -> Weights:
        """From stored data; unknown keys are refused, absent ones keep their default."""
        known: dict[str, Any] = {n: int(value) if n == "shrinkage" else str(value) for n, value in weights.items()}
        return cls(**known)


PART_CODES = ("specificity", "answer", "load", "language", "city")


def basis_points(share: str) -> int:
    """A decimal share as ten-thousandths."""
    try:
        scaled = Decimal(share) * 10_000
    except InvalidOperation:
        raise ValueError(f"not a decimal share: {share!r}") from None
    return int(scaled.to_integral_value())


def service_from_usual_provider(code: str, usual_provider: str, *, active: bool = True) -> ServiceRecord:
    """A service from the names found in the sources, in their order (data/README.md, services.csv)."""
    names = [name.strip() for name in usual_provider.split(";") if name.strip()]
    partners = [name for name in names if name not in ("post", "hub", "out_of_scope")]
    return ServiceRecord(
        code=code,
        default_provider=_default_provider(names),
        partner_codes=tuple(name if name == "ROM" else name.lower().replace(" ", "-") for name in partners),
        authority=code in AUTHORITY_SERVICES,
        hub_first="hub" in names and ("post" not in names or names.index("hub") < names.index("post")),
        active=active,
    )


def _default_provider(names: list[str]) -> str:
    if not names or names[0] == "out_of_scope":
        return "out_of_scope"
    if names[0] not in ("post", "hub"):
        return "partner"
    if {"post", "hub"} <= set(names):
        return "either"
    return "public" if "post" in names else "private"


def instrument_with_terms(
    *,
    id: str,
    partner_code: str | None,
    services: Iterable[str],
    conditions: Iterable[Mapping[str, str]] = (),
    name: str = "",
    lapsed_on: date | None = None,
) -> InstrumentRecord:
    """An instrument with its rows of instrument_terms.csv (without the column instrument_id)."""
    return InstrumentRecord(
        id=id,
        name=name,
        partner_code=partner_code or "",
        services=tuple(services),
        lapses_on=lapsed_on,
        terms=terms_from_rows(conditions),
    )
