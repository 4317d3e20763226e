"""What changed, in words: the name of a field, its value before and after, and what a row of the history is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubs.core.templating import date_words, language_name, money
from hubs.reference.labels import market_name, sector_name, service_name

from .lifecycle import ChangeState
from .profile_fields import BY_NAME, HUB_TYPES
from .words import UNITS, hours_rows

CHANGE_WORDS: dict[str, Any] = {
    ChangeState.DRAFT: _l("Draft"),
    ChangeState.SUBMITTED: _l("Waits for the ministry"),
    ChangeState.PUBLISHED: _l("Published"),
    ChangeState.SENT_BACK: _l("Sent back"),
}
CHANGE_TONES = {
    ChangeState.DRAFT: "neutral",
    ChangeState.SUBMITTED: "active",
    ChangeState.PUBLISHED: "success",
    ChangeState.SENT_BACK: "warning",
}
# fields of posts, offers, offices and what belongs to them; those of a hub's profile stand in `profile_fields`
_NAMES: dict[str, Any] = {
    "district_cities": _l("Cities and regions of your district"),
    "automatic_services": _l("Services for which this happens"),
    "service": _l("Service"),
    "sectors": _l("Sectors"),
    "price_cents": _l("Price"),
    "currency": _l("Currency"),
    "price_unit": _l("Unit of the price"),
    "price_includes_vat": _l("Price includes VAT"),
    "lead_time_days": _l("Working days until you can start"),
    "is_published": _l("Shown in the register"),
    "city": _l("City"),
    "timezone": _l("Time zone"),
    "hours": _l("Opening hours"),
    "email": _l("E-mail address"),
    "phone": _l("Telephone number"),
    "weekly_capacity": _l("New questions a week, at most"),
    "starts_on": _l("First day"),
    "ends_on": _l("Last day"),
    "reason": _l("Why"),
    "worked_on": _l("Works on a public holiday"),
    "day_off": _l("Extra day off"),
}
_KINDS = {
    "languages": "languages",
    "sectors": "sectors",
    "service": "service",
    "automatic_services": "services",
    "price_includes_vat": "flag",
    "is_published": "flag",
    "price_unit": "unit",
    "hours": "hours",
    "starts_on": "day",
    "ends_on": "day",
    "worked_on": "day",
    "day_off": "day",
    "price_cents": "cents",
}
_SUBJECTS: dict[str, dict[str, Any]] = {
    "profile": {"edit": _l("Details changed")},
    "offer": {
        "add": _l("Service added: %(name)s"),
        "edit": _l("Service changed: %(name)s"),
        "remove": _l("Service no longer offered: %(name)s"),
    },
    "office": {
        "add": _l("Office added: %(name)s"),
        "edit": _l("Office changed: %(name)s"),
        "remove": _l("Office closed for good: %(name)s"),
    },
    "closure": {"add": _l("Closure added: %(name)s"), "remove": _l("Closure removed: %(name)s")},
    "holiday": {"edit": _l("Public holidays changed: %(name)s")},
    "capacity": {"add": _l("Capacity changed for some weeks: %(name)s"), "remove": _l("Capacity as before: %(name)s")},
}


@dataclass(frozen=True, slots=True)
class ChangedField:
    """A field of a change in words."""

    name: str
    label: Any
    old: str
    new: str


def field_name(name: str) -> Any:
    return BY_NAME[name].label if name in BY_NAME else _NAMES.get(name, name)


def value_words(name: str, value: Any, currency: str = "EUR") -> str:
    """A value of a field as people read it; empty when there is none."""
    if value is None or value == "" or value == [] or value == {}:
        return ""
    kind = _KINDS.get(name) or (BY_NAME[name].kind if name in BY_NAME else "text")
    if kind == "cents":
        return _("Free") if value == 0 else money(value, currency)
    if kind in _WORDS:
        return _WORDS[kind](value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _listed(values: Any, called: Any) -> str:
    return ", ".join(sorted((str(called(code) or code) for code in values), key=str.casefold))


def _hours(value: Any) -> str:
    return "; ".join(f"{days} {times}" for days, times in hours_rows(value))


_WORDS: Mapping[str, Any] = {
    "flag": lambda value: _("Yes") if value else _("No"),
    "languages": lambda value: _listed(value, language_name),
    "markets": lambda value: _listed(value, market_name),
    "services": lambda value: _listed(value, service_name),
    "sectors": lambda value: _listed(value, sector_name),
    "service": lambda value: service_name(value) or value,
    "hub_type": lambda value: str(HUB_TYPES.get(value, value)),
    "unit": lambda value: str(UNITS.get(value, value)),
    "hours": _hours,
    "day": lambda value: date_words(date.fromisoformat(value) if isinstance(value, str) else value),
}


def changed_fields(changes: Mapping[str, Any]) -> list[ChangedField]:
    """Stored changes `{field: [old, new]}` in words: fields of a profile in the order of its form, then the others."""
    order = [*(name for name in BY_NAME if name in changes), *(name for name in changes if name not in BY_NAME)]
    currency = (changes.get("currency") or [None, None])[1] or "EUR"
    return [
        ChangedField(
            name,
            field_name(name),
            value_words(name, changes[name][0], currency),
            value_words(name, changes[name][1], currency),
        )
        for name in order
    ]


def pending_fields(values: Mapping[str, Any], published: Mapping[str, Any]) -> list[ChangedField]:
    """What a change would make of what is published now."""
    return changed_fields({name: [published.get(name), value] for name, value in values.items()})


def revision_words(revision: Any) -> str:
    """What a row of the history is about."""
    words = _SUBJECTS.get(revision.subject_kind, {}).get(revision.action) or _l("Details changed")
    name = revision.subject_label or ""
    if revision.subject_kind == "offer":
        name = service_name(name) or name
    return str(words) % {"name": name} if "%(name)s" in str(words) else str(words)
