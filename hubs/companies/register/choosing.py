"""Which registers may be asked, by the settings, and which of them knows about a company."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .answers import Question, Register
from .kvk import KvkRegister
from .numbers import KVK, vat_question
from .recorded import RECORDED, replay
from .vies import ViesRegister


def registers(settings: Mapping[str, Any]) -> dict[str, Register]:
    """The registers that are set, by code; none by default."""
    found: dict[str, Register] = {}
    kvk, vies = settings.get("KVK_API_URL") or "", settings.get("VIES_URL") or ""
    if kvk == RECORDED:
        found["kvk"] = KvkRegister(RECORDED, "", replay)
    elif kvk:
        found["kvk"] = KvkRegister(kvk, settings.get("KVK_API_KEY") or "")
    if vies == RECORDED:
        found["vies"] = ViesRegister(RECORDED, replay)
    elif vies:
        found["vies"] = ViesRegister(vies)
    return found


def asked_of(country: str, number: str | None, vat_number: str | None) -> dict[str, Question]:
    """What can be asked about a company, by the code of the register."""
    found: dict[str, Question] = {}
    if country == "NL" and number and KVK.fullmatch(number):
        found["kvk"] = Question("NL", number)
    parts = vat_question(vat_number) if vat_number else None
    if parts:
        found["vies"] = Question(*parts)
    return found
