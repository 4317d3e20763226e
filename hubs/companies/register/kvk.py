"""The Dutch business register: KVK Handelsregister, API Basisprofiel 1.x by KvK number (developers.kvk.nl)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from .answers import Answer, Question
from .asking import Ask, ask

NOT_THERE = frozenset({"IPD0004", "IPD0005", "IPD0006"})  # the register's own codes for a number it does not have


@dataclass(frozen=True, slots=True)
class KvkRegister:
    """`address` is the API's base, such as https://api.kvk.nl/api/v1."""

    address: str
    key: str
    ask: Ask = ask

    @property
    def source(self) -> str:
        return "kvk"

    def look_up(self, question: Question) -> Answer:
        """Who has this KvK number now."""
        where = f"{self.address.rstrip('/')}/basisprofielen/{quote(question.number, safe='')}"
        reply = self.ask(where, {"apikey": self.key}, None)
        if reply is None or not isinstance(reply.body, dict):
            return Answer(is_available=False)
        if reply.status == 200:
            return _profile(reply.body, question.number)
        if reply.status == 404 or _faults(reply.body) & NOT_THERE:
            return Answer(is_known=False)
        return Answer(is_available=False)


def _faults(body: dict[str, Any]) -> set[str]:
    listed = body.get("fout")
    return {str(row.get("code")) for row in listed if isinstance(row, dict)} if isinstance(listed, list) else set()


def _profile(body: dict[str, Any], number: str) -> Answer:
    if str(body.get("kvkNummer", "")) != number:
        return Answer(is_available=False)
    embedded = _dict(body.get("_embedded"))
    main, owner = _dict(embedded.get("hoofdvestiging")), _dict(embedded.get("eigenaar"))
    ended = _dict(body.get("materieleRegistratie")).get("datumEinde")
    return Answer(
        is_known=True,
        names=tuple(dict.fromkeys(_names(body))),
        city=_city(main) or _city(owner),
        establishment_number=_digits(main.get("vestigingsnummer"), 12),
        rsin=_digits(owner.get("rsin"), 9),
        ended_on=_day(ended),
        is_ended=bool(ended),
    )


def _names(body: dict[str, Any]) -> list[str]:
    found = [body.get("naam"), body.get("statutaireNaam")]
    listed = body.get("handelsnamen")
    found += [row.get("naam") for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    return [name.strip()[:200] for name in found if isinstance(name, str) and name.strip()]


def _city(place: dict[str, Any]) -> str | None:
    listed = place.get("adressen")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    visited = sorted(rows, key=lambda row: row.get("type") != "bezoekadres")
    found = next((row.get("plaats") for row in visited if row.get("plaats")), None)
    return str(found)[:100] if found else None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _digits(value: Any, length: int) -> str | None:
    text = str(value or "")
    return text if len(text) == length and text.isascii() and text.isdigit() else None


def _day(text: Any) -> date | None:
    """A day as the register writes it, 20261122; one of which only the year is known is no day."""
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
