"""VAT numbers of the European Union: the Commission's VIES, REST interface, `check-vat-number`.

It asks the tax office of the country; one that is down says nothing about the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .answers import Answer, Question
from .asking import Ask, ask

HIDDEN = "---"  # what VIES writes for a name that the country does not tell


@dataclass(frozen=True, slots=True)
class ViesRegister:
    """`address` is the interface's base, such as https://ec.europa.eu/taxation_customs/vies/rest-api."""

    address: str
    ask: Ask = ask

    @property
    def source(self) -> str:
        return "vies"

    def look_up(self, question: Question) -> Answer:
        """Whether this VAT number is good now, and whose it is where the country tells."""
        where = f"{self.address.rstrip('/')}/check-vat-number"
        reply = self.ask(where, {}, {"countryCode": question.country, "vatNumber": question.number})
        body: Any = reply.body if reply is not None else None
        if (
            reply is None
            or reply.status != 200
            or not isinstance(body, dict)
            or not isinstance(body.get("valid"), bool)
        ):
            return Answer(is_available=False)
        if not body["valid"]:
            refused = str(body.get("userError") or "INVALID") not in ("INVALID", "VALID")
            return Answer(is_available=not refused)  # MS_UNAVAILABLE and the like: not asked
        name = str(body.get("name") or "").strip()
        return Answer(is_known=True, names=(name[:200],) if name and name != HIDDEN else ())
