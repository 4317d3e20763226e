"""What every template can use: words for codes and moments, addresses of assets, the reader and the menu."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency
from flask import Flask, current_app, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from hubs.core import durations, stamps
from hubs.core.clock import utcnow
from hubs.extensions import db

NETHERLANDS = "Europe/Amsterdam"


def locale_code() -> str:
    return str(get_locale() or "en")[:2]


@lru_cache(maxsize=256)
def _fingerprint(path: str, _modified: float) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


def asset(path: str) -> str:
    """The address of a static file, with a fingerprint so that it can be cached for ever."""
    file = Path(str(current_app.static_folder)) / path
    return url_for("static", filename=path, v=_fingerprint(str(file), file.stat().st_mtime))


def when(at: datetime | None, timezone: str = NETHERLANDS, short: bool = False, dated: bool = False) -> str:
    return durations.when_words(at, timezone, utcnow(), short=short, dated=dated) if at else ""


def iso(value: datetime | date | None) -> str:
    return value.isoformat() if value else ""


def date_words(value: date | datetime | None) -> str:
    """A date in full: 1 March 2029."""
    return format_date(value, "d MMMM y", locale=locale_code()) if value else ""


def money(cents: int | None, currency: str = "EUR") -> str:
    """An amount; whole units without decimals."""
    if cents is None:
        return ""
    pattern = "¤ #,##0" if cents % 100 == 0 else "¤ #,##0.00"
    return format_currency(cents / 100, currency, pattern, locale=locale_code(), currency_digits=False)


def language_name(code: str) -> str:
    name = Locale.parse(locale_code()).languages.get(code, code)
    return name[:1].upper() + name[1:]


def language_switch() -> dict[str, str]:
    """The other language, as a link to the same page."""
    other = "en" if locale_code() == "nl" else "nl"
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    if request.endpoint is None:
        path = "/" + quote(request.path.lstrip("/"))  # never another host
    else:
        path = url_for(request.endpoint, **(request.view_args or {}))
    href = f"{path}?{urlencode([*kept, ('lang', other)])}"
    return {"code": other, "label": "English" if other == "en" else "Nederlands", "href": href}


class _DemoWorld:
    """Whether this is a demonstration world; asks the database only when a page wants to know."""

    def __bool__(self) -> bool:
        return stamps.current(db.session, stamps.DEMO) > 0


def init_app(app: Flask) -> None:
    from hubs.reference import labels  # the words for codes are data

    app.jinja_env.globals.update(asset=asset, _=_)
    app.jinja_env.filters.update(
        when=when,
        iso=iso,
        date_words=date_words,
        money=money,
        duration_words=durations.waiting_words,
        label=lambda list_code, code: labels.label(list_code, code),
        language_name=language_name,
        market_name=labels.market_name,
        market_within=labels.market_within,
        service_name=labels.service_name,
        sector_name=labels.sector_name,
        instrument_name=labels.instrument_name,
    )
    app.jinja_env.globals.update(
        market_name=labels.market_name,
        service_name=labels.service_name,
        sector_name=labels.sector_name,
        language_name=language_name,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def _reader() -> dict[str, Any]:
        values = {"locale": locale_code(), "languages_switch": language_switch(), "now": utcnow()}
        return {**values, "demo_world": _DemoWorld()}
