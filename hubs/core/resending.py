"""A form that could not be taken as it came is shown with everything typed in it, to be sent again by hand.

For a session that ended, a page from before one signed in again, and a form that was stored before with other words.
Nothing of it is kept on our side; passwords are never shown.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response, render_template, request

from hubs.core.sent_forms import FIELD, NOT_COMPARED, is_key

SIGNED_OUT, OUTDATED, STORED = "signed_out", "outdated", "stored"
_WORTH_READING = 16  # characters; shorter values are codes and numbers
_LARGEST = 200_000  # characters of one form
_PRESSED = frozenset({"action", "version"})  # nothing typed: pressing the button again is as quick


def has_typed() -> bool:
    """Whether the form holds more than the button that was pressed."""
    return any(value.strip() for name, value in _typed() if name not in _PRESSED)


def _typed() -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_COMPARED]


def can_resend() -> bool:
    """Whether this is a form of ours, sent from a page of ours, that may be shown again."""
    if request.method != "POST" or not is_key(request.form.get(FIELD, "")) or not _is_from_here():
        return False
    if any("password" in name for name in request.form):
        return False
    return sum(len(value) for _name, value in request.form.items(multi=True)) <= _LARGEST


def _is_from_here() -> bool:
    """A page elsewhere may not put words into somebody's form, not even to be looked at."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.referrer or ""
    return urlsplit(origin).netloc == request.host


def resend_page(why: str, status: int, **values: Any) -> Response:
    """What was typed, and the button that sends it. A form stored before is sent as a new one, under a new key."""
    typed = _typed()
    page = render_template(
        "errors/send_again.html",
        why=why,
        action=request.full_path.rstrip("?"),
        key=None if why == STORED else request.form[FIELD],
        typed=typed,
        texts=[value for _name, value in typed if len(value) >= _WORTH_READING],
        has_files=any(file.filename for file in request.files.values()),
        **values,
    )
    return make_response(page, status)
