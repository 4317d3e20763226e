"""Which service is given by whom in a market, and what the applicant adds to it (letter rec. 4: additionality).

A hub gives a service when it stands in the register, has published the offer and has an agreement in force there; when
one of these is less than that, it gives it in part, and the reasons are named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

YES, PARTLY, NO = "yes", "partly", "no"
PUBLIC, PRIVATE, PARTNER, EITHER = "public", "private", "partner", "either"
LISTED = (PUBLIC, PRIVATE, PARTNER, EITHER)  # what nobody gives here is no supply
IN_DEVELOPMENT = "in_development"
NO_AGREEMENT, OTHER_SECTORS = "no_agreement", "other_sectors"

FILLS_GAP, ADDS, OVERLAP = "fills_gap", "adds", "overlap"
REMAINS_GAP, COVERED, PUBLIC_TASK, PARTNER_TASK = "remains_gap", "covered", "public_task", "partner_task"

GIVES = (YES, PARTLY, NO)
VERDICTS = (FILLS_GAP, ADDS, OVERLAP, REMAINS_GAP, COVERED, PUBLIC_TASK, PARTNER_TASK)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """A service, who gives it by default, and which partners and instruments there are for it."""

    code: str
    provider: str
    partners: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFacts:
    """An offer that a hub has published; no sectors: every sector."""

    service: str
    sectors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementCover:
    """What an agreement in force of a hub covers in this market; empty: no limit."""

    id: str
    services: frozenset[str] = frozenset()
    sectors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierFacts:
    """A post or another hub in this market, as it was on the day."""

    id: str
    code: str
    name_nl: str
    name_en: str
    status: str = ""
    offers: tuple[OfferFacts, ...] = field(default=())
    agreements: tuple[AgreementCover, ...] = field(default=())

    def as_json(self) -> dict[str, str]:
        return {"id": self.id, "code": self.code, "name_nl": self.name_nl, "name_en": self.name_en}


def supply_map(
    services: Iterable[ServiceFacts],
    *,
    posts: Sequence[SupplierFacts],
    hubs: Sequence[SupplierFacts],
    wanted: Collection[str],
    sectors: Collection[str],
) -> dict[str, Any]:
    """Services down, providers across, with a verdict on each. `sectors`: question sectors wanted; empty: every one."""
    rows = [
        _row(service, posts, hubs, service.code in wanted, frozenset(sectors))
        for service in services
        if service.provider in LISTED
    ]
    return {
        "posts": [post.as_json() for post in posts],
        "hubs": [{**hub.as_json(), "status": hub.status, "agreements": len(hub.agreements)} for hub in hubs],
        "rows": rows,
    }


def _row(
    service: ServiceFacts,
    posts: Sequence[SupplierFacts],
    hubs: Sequence[SupplierFacts],
    wanted: bool,
    sectors: frozenset[str],
) -> dict[str, Any]:
    post = _post_gives(service, posts)
    by_hub = {hub.id: _hub_gives(service.code, hub, sectors) for hub in hubs}
    partner = _partner_gives(service)
    verdict, count = _verdict(service.provider, post, [given["gives"] for given in by_hub.values()], partner, wanted)
    return {
        "service": service.code,
        "provider": service.provider,
        "post": post,
        "hubs": by_hub,
        "partner": partner,
        "partners": list(service.partners),
        "instruments": list(service.instruments),
        "wanted": wanted,
        "verdict": verdict,
        "overlap": count,
    }


def _post_gives(service: ServiceFacts, posts: Sequence[SupplierFacts]) -> str:
    """A public task in full; what hub or post may give, in part: the post helps along until there is a hub."""
    if not posts:
        return NO
    return {PUBLIC: YES, EITHER: PARTLY}.get(service.provider, NO)


def _hub_gives(service: str, hub: SupplierFacts, sectors: frozenset[str]) -> dict[str, Any]:
    offers = [offer for offer in hub.offers if offer.service == service]
    if not offers:
        return {"gives": NO, "reasons": []}
    reasons = []
    if hub.status == IN_DEVELOPMENT:
        reasons.append(IN_DEVELOPMENT)
    if not any(not cover.services or service in cover.services for cover in hub.agreements):
        reasons.append(NO_AGREEMENT)
    if not any(not offer.sectors or (sectors and sectors <= offer.sectors) for offer in offers):
        reasons.append(OTHER_SECTORS)
    return {"gives": PARTLY if reasons else YES, "reasons": reasons}


def _partner_gives(service: ServiceFacts) -> str:
    if service.provider == PARTNER:
        return YES if service.partners or service.instruments else NO
    return PARTLY if service.partners or service.instruments else NO


def _verdict(provider: str, post: str, hubs: Sequence[str], partner: str, wanted: bool) -> tuple[str, int]:
    """The verdict, and with how many the applicant would overlap."""
    if provider == PUBLIC:
        return PUBLIC_TASK, 0
    if provider == PARTNER and partner == YES:
        return PARTNER_TASK, 0
    given = [*hubs, post]
    full = given.count(YES)
    if wanted:
        if full:
            return OVERLAP, full
        return (ADDS if PARTLY in (*given, partner) else FILLS_GAP), 0
    return (COVERED if full or PARTLY in (*given, partner) else REMAINS_GAP), 0
