"""Which fields a profile has, and which of them the accreditation rests on (domain.md, Hub profile): one list as data.

A field that is `confirmed` is published by the ministry; every other one by the hub itself, at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

HUB_TYPES: dict[str, Any] = {
    "bilateral_chamber": _l("Bilateral chamber"),
    "business_council": _l("Business council"),
    "business_forum": _l("Business forum"),
    "business_hub": _l("Business hub"),
    "holland_house": _l("Holland House"),
    "nl_based_chamber": _l("Chamber seated in the Netherlands"),
    "nl_based_regional_council": _l("Regional council seated in the Netherlands"),
    "nl_business_hub": _l("Netherlands business hub"),
}


@dataclass(frozen=True, slots=True)
class ProfileField:
    """A field of a hub's profile: its name, its words, and whether the ministry confirms a change of it."""

    name: str
    label: Any
    kind: str = "text"  # text, number, flag, languages, markets, hub_type, services
    is_confirmed: bool = False


FIELDS: tuple[ProfileField, ...] = (
    ProfileField("summary_nl", _l("Text in Dutch")),
    ProfileField("summary_en", _l("Text in English")),
    ProfileField("first_talk_free", _l("First talk free"), "flag"),
    ProfileField("languages", _l("Languages"), "languages"),
    ProfileField("website", _l("Website")),
    ProfileField("contact_email", _l("E-mail address")),
    ProfileField("contact_phone", _l("Telephone number")),
    ProfileField("markets", _l("Works for"), "markets", is_confirmed=True),
    ProfileField("hub_type", _l("Kind of organisation"), "hub_type", is_confirmed=True),
    ProfileField("seated_in_nl", _l("Has its seat in the Netherlands"), "flag", is_confirmed=True),
    ProfileField("legal_form", _l("Legal form"), is_confirmed=True),
    ProfileField("founded_year", _l("Founded in"), "number", is_confirmed=True),
    ProfileField("member_count", _l("Members"), "number", is_confirmed=True),
    ProfileField("staff_count", _l("Staff"), "number", is_confirmed=True),
)
# services to show in the register that lie outside the scope of the accreditation: no column, but confirmed like one
ADDED_SERVICES = ProfileField("added_services", _l("Services outside the accreditation"), "services", True)
BY_NAME: dict[str, ProfileField] = {field.name: field for field in (*FIELDS, ADDED_SERVICES)}
HUB_FIELDS: tuple[str, ...] = tuple(field.name for field in FIELDS)
CONFIRMED: frozenset[str] = frozenset(name for name, field in BY_NAME.items() if field.is_confirmed)


def facts_of(profile: Any) -> dict[str, Any]:
    """The published value of every field."""
    return {name: getattr(profile, name) for name in HUB_FIELDS}


def differing(values: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `values` that say something else than `base`; lists are compared without their order."""
    return {name: value for name, value in values.items() if not same(value, base.get(name))}


def same(one: Any, other: Any) -> bool:
    """Whether two values of a field mean the same: order in lists, and none or empty text, make no difference."""
    if isinstance(one, list) or isinstance(other, list):
        return set(one or ()) == set(other or ())
    return (None if one == "" else one) == (None if other == "" else other)


def parted(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the hub publishes by itself, and what the ministry confirms."""
    plain = {name: value for name, value in values.items() if name not in CONFIRMED}
    return plain, {name: value for name, value in values.items() if name in CONFIRMED}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field with its value before and after."""

    field: ProfileField
    old: Any
    new: Any


def differences(changes: Mapping[str, Iterable[Any]]) -> list[Difference]:
    """Stored changes `{field: [old, new]}` in the order of the form; fields that no longer exist are left out."""
    return [Difference(field, *changes[name]) for name, field in BY_NAME.items() if name in changes]


class Draft:
    """A profile as it would be with some fields changed: what a preview shows. Everything else is the profile's own."""

    def __init__(self, profile: Any, values: Mapping[str, Any]) -> None:
        self._profile, self._values = profile, dict(values)

    def __getattr__(self, name: str) -> Any:
        values = self.__dict__["_values"]
        return values[name] if name in values else getattr(self.__dict__["_profile"], name)

    def summary(self, locale: str) -> str | None:
        """As `HubProfile.summary`, of the changed texts."""
        nl, en = self.summary_nl, self.summary_en
        return (nl or en) if locale.startswith("nl") else (en or nl)
