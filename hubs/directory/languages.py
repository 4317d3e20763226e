"""Languages and currencies a hub may name; both follow from the markets where that is possible."""

from __future__ import annotations

from collections.abc import Iterable

from babel.core import UnknownLocaleError
from babel.languages import get_official_languages
from babel.numbers import get_territory_currencies

# ISO 639-1: languages of trade with the Netherlands' markets
LANGUAGES = (
    "ar", "az", "bg", "bn", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr",
    "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "km", "ko", "lt", "lv", "mk", "mn", "ms", "my", "ne", "nl", "no",
    "pap", "pl", "pt", "ro", "ru", "si", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "th", "tr", "uk", "ur", "uz", "vi",
    "zh",
)  # fmt: skip
ALWAYS = ("nl", "en")
WIDESPREAD = ("de", "es", "fr", "pt")
CURRENCIES = ("EUR", "USD", "GBP")


def languages_of_market(market: str | None) -> list[str]:
    """What to offer first in a filter: Dutch, English and the market's own; widespread ones without a market."""
    own = official_languages(market) if market else WIDESPREAD
    return list(dict.fromkeys((*ALWAYS, *own)))


def official_languages(market: str) -> list[str]:
    try:
        found = get_official_languages(market, de_facto=True)
    except UnknownLocaleError:
        return []
    return [code for code in found if code in LANGUAGES]


def currencies_of(markets: Iterable[str]) -> list[str]:
    """Euro, dollar, pound and the present currencies of these markets."""
    local = [code for market in sorted(set(markets)) for code in get_territory_currencies(market)]
    return list(dict.fromkeys((*CURRENCIES, *local)))
