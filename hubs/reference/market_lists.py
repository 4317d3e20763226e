"""The dated lists a market stands on, as codes a criterion may name (domain.md, Nouns; data/README.md on sources)."""

from __future__ import annotations

from typing import Any, Protocol

from flask_babel import lazy_gettext as _l


class Listed(Protocol):
    """What of a market says on which lists it stands."""

    @property
    def bhos2022_relation(self) -> str | None: ...
    @property
    def partner_country_2013(self) -> str | None: ...
    @property
    def is_growth_market_2025(self) -> bool: ...


GROWTH_2025 = "growth_market_2025"
MARKET_LISTS: dict[str, Any] = {
    GROWTH_2025: _l("Growth market, named in 2025"),
    "bhos_2022_broad": _l("Broad relation, foreign trade and development policy of 2022"),
    "bhos_2022_specific": _l("Specific relation, foreign trade and development policy of 2022"),
    "partner_country_2013_aid": _l("Partner country of 2013: aid"),
    "partner_country_2013_transitional": _l("Partner country of 2013: aid and trade"),
    "partner_country_2013_trade": _l("Partner country of 2013: trade"),
}


def market_lists_of(market: Listed) -> frozenset[str]:
    """The codes of the lists this market stands on; a relation no list here knows has no code."""
    found = {
        f"bhos_2022_{market.bhos2022_relation}",
        f"partner_country_2013_{market.partner_country_2013}",
        GROWTH_2025 if market.is_growth_market_2025 else "",
    }
    return frozenset(found & MARKET_LISTS.keys())
