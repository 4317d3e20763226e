"""The frozen form of a dossier: one JSON value with query, days, denominators and every count, and its hash.

Exact and complete, so that every reader's view can be made from it later (`reading`). No names of companies or people.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hubs.accreditation.dossier.counting import Cell, Counted, Pair
from hubs.accreditation.dossier.periods import REPEAT_DAYS, ZONE, Periods

FORMAT = 1
OTHER_SECTORS, NO_SECTOR = "other_sectors", "no_sector"

# what a chamber claims in its file (`sections.CLAIMS`) and the figure it is laid beside
CLAIMS: Mapping[str, tuple[str, ...]] = {
    "questions_per_year": ("totals", "all"),
    "unserved_by_post": ("totals", "unmet"),
    "companies": ("companies", "all"),
    "declined_for_coverage": ("totals", "declined"),
    "sme_questions": ("groups", "sme", "all"),
    "startup_questions": ("groups", "startup", "all"),
    "women_led_questions": ("groups", "women_led", "all"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the chamber wants to cover, taken from its file. No sectors: every one; cities only tell places apart."""

    markets: tuple[str, ...]
    sectors: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    target_groups: tuple[str, ...] = ()
    claims: Mapping[str, int] = field(default_factory=dict)
    claims_year: int | None = None

    @classmethod
    def from_sections(cls, sections: Mapping[str, Mapping[str, Any]]) -> Scope:
        """The scope as the sections of a file have it; what cannot be read (yet) is left out."""
        coverage, claims = sections.get("coverage") or {}, sections.get("claims") or {}
        year = claims.get("claims_year")
        return cls(
            markets=_codes(coverage.get("markets")),
            sectors=_codes(coverage.get("sectors")),
            cities=_codes(coverage.get("cities")),
            services=_codes(coverage.get("services_wanted")),
            target_groups=_codes(coverage.get("target_groups")),
            claims={code: claims[code] for code in CLAIMS if _is_count(claims.get(code))},
            claims_year=year if _is_count(year) else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRow:
    """One published figure; `value` as text, so that it stays exact."""

    market: str
    flow: str
    value: str
    unit: str
    year: int | None
    source: str
    source_date: str | None = None
    notes: str | None = None


def dossier_payload(
    scope: Scope,
    periods: Periods,
    counted: Counted,
    *,
    sectors: Sequence[str],
    outside: Mapping[str, Pair],
    trade: Iterable[TradeRow],
    supply: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """Everything put down. `sectors`: the question sectors that the wanted ones hold; `outside`: the market's other
    questions, by `other_sectors` and `no_sector`: together with those counted they are the denominator."""
    return {
        "format": FORMAT,
        "computed_at": now.isoformat(),
        "zone": ZONE,
        "query": {
            "markets": list(scope.markets),
            "sectors_wanted": list(scope.sectors),
            "sectors": list(sectors),
            "cities": list(scope.cities),
            "services": list(scope.services),
            "target_groups": list(scope.target_groups),
            "repeat_days": REPEAT_DAYS,
        },
        "period": {"starts_on": periods.starts_on.isoformat(), "ends_on": periods.ends_on.isoformat()},
        "before": {
            "starts_on": periods.before_starts_on.isoformat(),
            "ends_on": periods.before_ends_on.isoformat(),
        },
        "denominators": {name: _pair(outside[name]) for name in (OTHER_SECTORS, NO_SECTOR)},
        "counts": {
            "totals": {name: _pair(pair) for name, pair in counted.totals.items()},
            "quarters": [_quarter(days, cells) for days, cells in zip(periods.quarters, counted.quarters, strict=True)],
            "causes": {code: _pair(pair) for code, pair in counted.causes.items()},
            "reasons": {code: _pair(pair) for code, pair in counted.reasons.items()},
            "services": _splits(counted.services),
            "groups": _splits(counted.groups),
            "places": _splits(counted.places),
        },
        "claims": {"year": scope.claims_year, "said": dict(scope.claims)},
        "trade": [_trade(row) for row in trade],
        "supply": dict(supply),
    }


def payload_sha256(payload: Mapping[str, Any]) -> str:
    """The fingerprint of a payload: SHA-256 of its JSON with sorted keys, as UTF-8, without blanks."""
    text = json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _codes(value: Any) -> tuple[str, ...]:
    """A list of texts as it was kept, each once; anything else is nothing yet."""
    if not isinstance(value, list):
        return ()
    return tuple(dict.fromkeys(item for item in value if isinstance(item, str) and item))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _pair(pair: Pair) -> dict[str, Any]:
    return {period: cell.as_json() for period, cell in pair.items()}


def _splits(splits: Mapping[str, Mapping[str, Pair]]) -> dict[str, Any]:
    return {code: {kind: _pair(pair) for kind, pair in split.items()} for code, split in splits.items()}


def _quarter(days: tuple[Any, Any], cells: Mapping[str, Cell]) -> dict[str, Any]:
    first, last = days
    return {
        "starts_on": first.isoformat(),
        "ends_on": last.isoformat(),
        **{kind: cell.as_json() for kind, cell in cells.items()},
    }


def _trade(row: TradeRow) -> dict[str, Any]:
    return {
        "market": row.market,
        "flow": row.flow,
        "value": row.value,
        "unit": row.unit,
        "year": row.year,
        "source": row.source,
        "source_date": row.source_date,
        "notes": row.notes,
    }
