"""Pages that another site may show in a frame: which, for which sites (EMBED_ORIGINS), and without any cookie.

Every other page refuses to be framed (`hubs.security`). A form in a frame has no session, so its token is signed
by the service itself; nothing that is posted there acts in anybody's name.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, g, request, url_for
from itsdangerous import BadSignature, TimestampSigner

from hubs.extensions import csrf

FRAMED_PATHS = frozenset({"/ask", "/ask/saved", "/ask/sent"})
TOKEN_SECONDS = 7 * 24 * 3600


def is_framed(path: str, query: str) -> bool:
    """Whether an address asks for a page to be shown in a frame."""
    return path in FRAMED_PATHS and "embed=1" in query.split("&")


def is_embedded() -> bool:
    """Whether this request is for a page in a frame, and some site may show it."""
    return bool(current_app.config["EMBED_ORIGINS"]) and is_framed(request.path, request.query_string.decode("latin-1"))


def embedding_site() -> str | None:
    """The site that shows the frame, when the browser says so and it is one that may."""
    found = urlsplit(request.headers.get("Referer", "")[:500])
    try:
        origin = f"{found.scheme}://{found.netloc}"
        return found.hostname if origin in current_app.config["EMBED_ORIGINS"] else None
    except ValueError:
        return None


def framed_url(endpoint: str, **values: Any) -> str:
    """An address that stays in the frame, in its language."""
    if is_embedded():
        values |= {"embed": "1", "lang": g.framed_language}
    return url_for(endpoint, **values)


def begin_frame(language: str) -> None:
    """Give the forms of this page a token of their own; the session stays untouched."""
    g.framed_language = language
    if is_embedded():
        g.csrf_token = _signer().sign(secrets.token_urlsafe(12)).decode()


def protect_form(form: Mapping[str, str]) -> None:
    """Refuse a post that no form of ours made: for a page in a frame by its signed token, else as everywhere."""
    if not is_embedded():
        csrf.protect()
        return
    try:
        _signer().unsign(form.get("csrf_token", "").encode("utf-8", "replace"), max_age=TOKEN_SECONDS)
    except BadSignature:
        csrf.protect()


def _signer() -> TimestampSigner:
    return TimestampSigner(current_app.config["SECRET_KEY"], salt="hubs.framed-form")
