"""Sentences for what is wrong with a body or query; schemas name codes only."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

_PLAIN: dict[str, Any] = {
    "required": _l("Fill this in."),
    "null": _l("This may not be empty."),
    "unknown_field": _l("This field does not exist here."),
    "unknown_action": _l("This action does not exist here."),
    "unknown_filter": _l("This list has no such filter."),
    "repeated": _l("Give this once."),
    "not_text": _l("This must be text."),
    "not_number": _l("This must be a number."),
    "not_whole": _l("This must be a whole number."),
    "not_boolean": _l("This must be true or false."),
    "not_list": _l("This must be a list."),
    "not_object": _l("This must be an object."),
    "not_date": _l("This must be a date, such as 2026-11-22."),
    "not_instant": _l("This must be a moment with its time zone, such as 2026-11-22T09:30:00Z."),
    "not_in_list": _l("This code is not in the list."),
    "bad_characters": _l("This holds characters that are not allowed."),
    "not_email": _l("This is not an e-mail address."),
    "bad_format": _l("This does not have the right form."),
    "malformed": _l("This is not valid JSON."),
    "bad_key": _l("An Idempotency-Key has 1 to 128 letters, digits or marks."),
}


def _counted(code: str, limit: str) -> Any:
    """Sentences with a limit in them."""
    counted = {
        "too_long": _l("This may have at most %(limit)s characters.", limit=limit),
        "too_short": _l("This must have at least %(limit)s characters.", limit=limit),
        "too_many": _l("This list may have at most %(limit)s entries.", limit=limit),
        "too_few": _l("This list must have at least %(limit)s entries.", limit=limit),
        "too_small": _l("This must be at least %(limit)s.", limit=limit),
        "too_large": _l("This may be at most %(limit)s.", limit=limit),
    }
    return counted.get(code, _PLAIN["bad_format"])


def explained(error: str) -> tuple[str, Any]:
    """Code and sentence of a schema's error: `required`, or `too_long|200` with its limit."""
    code, _bar, limit = error.partition("|")
    if limit:
        return code, _counted(code, limit)
    return (code, _PLAIN[code]) if code in _PLAIN else ("bad_format", _PLAIN["bad_format"])
