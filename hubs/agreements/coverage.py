"""Whether an agreement covers a question, and how closely; every rule that fails is named (domain.md, Routing 3-4).

An empty list in an agreement means: no limit. Levels run from 0 to 100 for each aspect.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

POST_TO_HUB = "post_to_hub"
HUB_TO_POST = "hub_to_post"
HUB_TO_HUB = "hub_to_hub"

# how much each aspect counts in the specificity of a match; adds up to 100
ASPECT_WEIGHTS: Mapping[str, int] = {"service": 40, "sector": 30, "territory": 20, "target_group": 10}
FULL_SPECIFICITY = 10_000

EXACT, SECTION, TOPSECTOR, GENERAL, NO_SECTOR_LIMIT = 100, 75, 60, 50, 40

UNKNOWN = "unknown"
EITHER_TO_POST = "either_to_post"


class Failure(NamedTuple):
    """One rule that says no, with the value it turned on."""

    rule: str
    value: str


class Match(NamedTuple):
    """How one aspect matched: a level and the word for it, or `level` below zero and the value that failed."""

    level: int
    word: str

    @property
    def fails(self) -> bool:
        return self.level < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRecord:
    """What routing needs of an agreement; `post_ids` are the posts for which it is signed and not ended."""

    id: str
    hub_id: str
    post_ids: frozenset[str] = frozenset()
    directions: frozenset[str] = frozenset({POST_TO_HUB, HUB_TO_POST})
    services: frozenset[str] = frozenset()
    sectors: frozenset[str] = frozenset()
    markets: frozenset[str] = frozenset()
    cities: frozenset[str] = frozenset()
    target_groups: frozenset[str] = frozenset()
    either_to: str = "hub"
    starts_on: date | None = None
    ends_on: date | None = None  # last day, included
    in_force: bool = True
    capacity_share: int | None = None  # percent of the hub's weekly capacity

    def __post_init__(self) -> None:
        names = ("post_ids", "directions", "services", "sectors", "markets", "target_groups")
        for name in names:
            object.__setattr__(self, name, frozenset(getattr(self, name)))
        object.__setattr__(self, "cities", frozenset(place_name(city) for city in self.cities))


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorRecord:
    """A sector code with the section it stands in and the topsectors it is thought to belong to."""

    code: str
    kind: str
    section: str = ""
    topsectors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "topsectors", tuple(self.topsectors))


class SectorTree:
    """Which codes of an agreement or offer reach a question's sector: SBI division, its section, its topsectors."""

    def __init__(self, sectors: Iterable[SectorRecord]) -> None:
        self._reach: dict[str, dict[str, int]] = {}
        for sector in sectors:
            self._reach.setdefault(sector.code, {})[sector.code] = EXACT
            if sector.section and sector.section != sector.code:
                self._reach[sector.code][sector.section] = SECTION
            for topsector in sector.topsectors:
                self._reach[sector.code].setdefault(topsector, TOPSECTOR)
                self._reach.setdefault(topsector, {topsector: EXACT}).setdefault(sector.code, TOPSECTOR)

    def reach(self, sector: str) -> Mapping[str, int]:
        """Codes that hold `sector`, each with its level; an unknown code reaches only itself."""
        return self._reach.get(sector) or {sector: EXACT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants covered: the question as an agreement looks at it."""

    on: date
    direction: str = POST_TO_HUB
    post_ids: frozenset[str] = frozenset()  # acting posts; empty: any post will do
    market: str | None = None
    city: str | None = None
    sector: str | None = None
    services: tuple[str, ...] = ()
    either_services: frozenset[str] = frozenset()  # those a post may keep
    target_groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Coverage:
    """The answer: nothing failed and how specific the match is (0 to 10,000), or every rule that failed."""

    failed: tuple[Failure, ...]
    specificity: int
    matches: Mapping[str, str] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return not self.failed


@lru_cache(maxsize=20_000)
def place_name(text: str | None) -> str:
    """A city as it is compared: no accents, case, points or `City`; `New York` is `New York City`."""
    decomposed = unicodedata.normalize("NFKD", text or "")
    letters = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    words = re.sub(r"[^\w]+", " ", letters.replace("d.c.", "").replace("'", "")).split()
    if len(words) > 1 and words[-1] in ("city", "stad", "dc"):
        words.pop()
    return " ".join("st" if word in ("saint", "sankt", "sint") else word for word in words)


def standing(agreement: AgreementRecord, direction: str, post_ids: frozenset[str], on: date) -> Match:
    """Whether it may be used at all: between these parties, in this direction, on this day."""
    if post_ids and direction != HUB_TO_HUB and not (post_ids & agreement.post_ids):
        return Match(-1, "none")
    if direction not in agreement.directions:
        return Match(-1, "direction")
    if agreement.starts_on and on < agreement.starts_on:
        return Match(-1, "not_started")
    if agreement.ends_on and on > agreement.ends_on:
        return Match(-1, "ended")
    return Match(0, "in_force") if agreement.in_force else Match(-1, "not_in_force")


def territory_match(agreement: AgreementRecord, market: str | None, city: str | None) -> Match:
    """City named, the whole market, or outside it; an unknown city is not inside a list of cities."""
    if agreement.markets and market not in agreement.markets:
        return Match(-1, market or UNKNOWN)
    if not agreement.cities:
        return Match(GENERAL, "market")
    if not city:
        return Match(-1, UNKNOWN)
    return Match(EXACT, "city") if place_name(city) in agreement.cities else Match(-1, city)


def sector_match(sectors: frozenset[str], sector: str | None, tree: SectorTree) -> Match:
    """The sector itself, its section or topsector, or no limit at all."""
    if not sectors:
        return Match(NO_SECTOR_LIMIT, "any")
    if not sector:
        return Match(-1, UNKNOWN)
    reach = tree.reach(sector)
    level = max((reach[code] for code in sectors if code in reach), default=-1)
    return Match(level, {EXACT: "exact", SECTION: "section", TOPSECTOR: "topsector"}.get(level, sector))


def service_match(agreement: AgreementRecord, services: tuple[str, ...]) -> Match:
    """All services asked for must be in the agreement; named ones count as more specific than `all`."""
    if not agreement.services:
        return Match(GENERAL, "any")
    absent = [service for service in services if service not in agreement.services]
    return Match(-1, ";".join(absent)) if absent else Match(EXACT, "exact")


def target_group_match(agreement: AgreementRecord, target_groups: frozenset[str]) -> Match:
    """One shared target group is enough."""
    if not agreement.target_groups:
        return Match(GENERAL, "any")
    if agreement.target_groups & target_groups:
        return Match(EXACT, "exact")
    return Match(-1, ";".join(sorted(target_groups)) or UNKNOWN)


def keeps_either(agreement: AgreementRecord, services: Iterable[str], either_services: frozenset[str]) -> bool:
    """Whether the agreement leaves one of these services, which hub or post may give, with the post."""
    return agreement.either_to == "post" and any(service in either_services for service in services)


def coverage(agreement: AgreementRecord, wish: Wish, tree: SectorTree) -> Coverage:
    """Whether `agreement` covers `wish`: every rule that fails, or how specific the match is.

    An agreement to which the acting post is no party fails on that alone: its scope says nothing about this post.
    """
    base = standing(agreement, wish.direction, wish.post_ids, wish.on)
    if base.word == "none":
        return Coverage((Failure("agreement", "none"),), 0)
    aspects = {
        "territory": territory_match(agreement, wish.market, wish.city),
        "sector": sector_match(agreement.sectors, wish.sector, tree),
        "service": service_match(agreement, wish.services),
        "target_group": target_group_match(agreement, wish.target_groups),
    }
    failed = [Failure("agreement", base.word)] if base.fails else []
    if keeps_either(agreement, wish.services, wish.either_services):
        failed.append(Failure("agreement", EITHER_TO_POST))
    failed += [Failure(rule, match.word) for rule, match in aspects.items() if match.fails]
    if failed:
        return Coverage(tuple(failed), 0)
    specificity = sum(match.level * ASPECT_WEIGHTS[rule] for rule, match in aspects.items())
    return Coverage((), specificity, {rule: match.word for rule, match in aspects.items()})
