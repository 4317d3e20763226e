"""The twelve provinces, where a company is seated; the region decides which regional agency helps it."""

from __future__ import annotations

from hubs.core.types import folded

PROVINCES = (
    "Drenthe",
    "Flevoland",
    "Fryslân",
    "Gelderland",
    "Groningen",
    "Limburg",
    "Noord-Brabant",
    "Noord-Holland",
    "Overijssel",
    "Utrecht",
    "Zeeland",
    "Zuid-Holland",
)
_OTHER_NAMES = {
    "friesland": "Fryslân",
    "brabant": "Noord-Brabant",
    "north brabant": "Noord-Brabant",
    "north holland": "Noord-Holland",
    "south holland": "Zuid-Holland",
}


def _plain(text: str) -> str:
    return folded(text).replace("-", " ")


_BY_NAME = {_plain(province): province for province in PROVINCES} | _OTHER_NAMES


def province(text: str | None) -> str | None:
    """The province somebody means, as it is stored; empty when it is none (`Friesland` is `Fryslân`)."""
    return _BY_NAME.get(_plain(text or ""))
