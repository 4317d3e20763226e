"""The words for a code, in the reader's language; read once a request, so that an edit shows at the next page."""

from __future__ import annotations

from flask import g, has_request_context
from flask_babel import get_locale

from hubs.extensions import db

from .queries import all_names

Names = dict[tuple[str, str], tuple[str, str]]


def _all_names() -> Names:
    return {(family, code): (name_nl, name_en) for family, code, name_nl, name_en in db.session.execute(all_names())}


def _names() -> Names:
    if not has_request_context():  # a worker's context outlives edits, so it reads every time
        return _all_names()
    if "reference_names" not in g:
        g.reference_names = _all_names()
    return g.reference_names


def label(list_code: str, code: str | None, locale: str | None = None) -> str:
    """The name of a code in a list (`decline_reason`, `channel`, `market`, `sector`, `service`, `instrument`).

    An unknown code is its own label; an empty one has none.
    """
    if not code:
        return ""
    names = _names().get((list_code, code))
    if names is None:
        return code
    return names[0] if (locale or str(get_locale() or "nl")).startswith("nl") else names[1]


def market_name(iso2: str | None, locale: str | None = None) -> str:
    return label("market", iso2, locale)


def sector_name(code: str | None, locale: str | None = None) -> str:
    return label("sector", code, locale)


def service_name(code: str | None, locale: str | None = None) -> str:
    return label("service", code, locale)


def instrument_name(instrument_id: str | None, locale: str | None = None) -> str:
    return label("instrument", instrument_id, locale)
