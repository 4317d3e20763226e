"""The words for a code, in the reader's language; kept in the process, so that an edit shows at the next page."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_babel import get_locale

from hubs.core import stamps
from hubs.core.types import folded
from hubs.extensions import db

from .queries import all_names

Names = dict[tuple[str, str], tuple[str, str]]


@dataclass(frozen=True)
class _Kept:
    """The names as they are at one stamp of one database, and the choices made of them by list and language."""

    stamp: tuple[str, int]
    names: Names
    choices: dict[tuple[str, int], list[tuple[str, str]]] = field(default_factory=dict)


_last: list[_Kept] = []  # one at most


def _all_names() -> Names:
    return {(family, code): (name_nl, name_en) for family, code, name_nl, name_en in db.session.execute(all_names())}


def _current() -> _Kept:
    """Kept in the process until the stamp says that reference data changed: one small statement a request."""
    stamp = (str(db.engine.url), stamps.current(db.session(), stamps.ROUTING))
    kept = _last[0] if _last else None
    if kept is None or kept.stamp != stamp:
        kept = _Kept(stamp, _all_names())
        _last[:] = [kept]
    return kept


def label(list_code: str, code: str | None, locale: str | None = None) -> str:
    """The name of a code in a list (`decline_reason`, `channel`, `market`, `sector`, `service`, `instrument`).

    An unknown code is its own label; an empty one has none.
    """
    if not code:
        return ""
    names = _current().names.get((list_code, code))
    if names is None:
        return code
    return names[0] if (locale or str(get_locale() or "nl")).startswith("nl") else names[1]


def market_name(iso2: str | None, locale: str | None = None) -> str:
    return label("market", iso2, locale)


# countries that take an article inside a sentence, by language; the others take none
_WITH_DE = frozenset(
    [
        "AE",
        "AS",
        "BS",
        "CC",
        "CD",
        "CF",
        "CG",
        "CK",
        "DO",
        "FK",
        "FO",
        "KM",
        "KY",
        "MH",
        "MP",
        "MV",
        "PH",
        "PS",
        "SB",
        "SC",
        "TC",
        "UM",
        "US",
        "VG",
        "VI",
    ]
)
_WITH_THE = _WITH_DE - {"AS"} | {"GB", "NL", "IM"}


def market_within(iso2: str | None, locale: str | None = None) -> str:
    """A market's name inside a sentence: "de Verenigde Staten", "the Netherlands"."""
    name = market_name(iso2, locale)
    if not name or not iso2:
        return name
    if str(locale or get_locale() or "nl").startswith("nl"):
        return f"de {name}" if iso2 in _WITH_DE else f"het {name}" if iso2 == "GB" else name
    return f"the {name}" if iso2 in _WITH_THE else name


def sector_name(code: str | None, locale: str | None = None) -> str:
    return label("sector", code, locale)


def service_name(code: str | None, locale: str | None = None) -> str:
    return label("service", code, locale)


def instrument_name(instrument_id: str | None, locale: str | None = None) -> str:
    return label("instrument", instrument_id, locale)


def label_choices(list_code: str, locale: str | None = None) -> list[tuple[str, str]]:
    """Every code of a list with its name, by name as the reader's language sorts it; retired codes too."""
    place = 0 if (locale or str(get_locale() or "nl")).startswith("nl") else 1
    kept = _current()
    if (list_code, place) not in kept.choices:
        found = [(code, names[place]) for (family, code), names in kept.names.items() if family == list_code]
        kept.choices[list_code, place] = sorted(found, key=lambda pair: (folded(pair[1]), pair[0]))
    return list(kept.choices[list_code, place])
