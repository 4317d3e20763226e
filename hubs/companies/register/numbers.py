"""Numbers of companies by their form: KvK, establishment, RSIN, VAT; and registrations elsewhere where it is known.

KvK eight digits and establishment twelve (Handelsregisterbesluit 2008), RSIN nine with the eleven-test, VAT numbers as
each country of the EU makes them. What is not known here is taken as it is typed.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

from stdnum import get_cc_module
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.nl import bsn

KVK = re.compile(r"[0-9]{8}")
ESTABLISHMENT = re.compile(r"[0-9]{12}")
RSIN = re.compile(r"[0-9]{9}")
VAT_LENGTH = 20
_SPACING = re.compile(r"[\s.\-/]+")
_PLAIN = re.compile(r"[0-9A-Z+*]{2,20}")
EU = frozenset(code.upper() for code in eu_vat.MEMBER_STATES) | {"EL"}
# the registration of a company itself, where the library knows its form and checks it
_REGISTRATIONS = {
    "AR": "cuit", "AU": "abn", "BE": "vat", "BR": "cnpj", "CH": "uid", "CL": "rut", "CN": "uscc", "CO": "nit",
    "CR": "cpj", "CZ": "dic", "DK": "cvr", "EC": "ruc", "EE": "registrikood", "ES": "cif", "FI": "ytunnus",
    "FR": "siren", "GT": "nit", "IE": "vat", "IL": "hp", "IN": "gstin", "IT": "iva", "JP": "cn", "KR": "brn",
    "MX": "rfc", "NO": "orgnr", "NZ": "ird", "PE": "ruc", "PL": "nip", "PT": "nif", "PY": "ruc", "RO": "cui",
    "RU": "inn", "SE": "orgnr", "SG": "uen", "TH": "tin", "TR": "vkn", "TW": "ubn", "UY": "rut", "VN": "mst",
    "ZA": "tin",
}  # fmt: skip


class Form(StrEnum):
    """What the form of a number says."""

    RIGHT = "right"
    WRONG = "wrong"
    UNKNOWN = "unknown"  # nobody here knows how numbers look there


class WrongForm(ValueError):
    """The text is no such number; `code` says of which kind."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def plain(text: str) -> str:
    """A number without spaces, dots and dashes, in capitals."""
    return _SPACING.sub("", text).upper()


def checked_establishment(text: str) -> str:
    """Twelve digits. Raises WrongForm."""
    number = plain(text)
    if not ESTABLISHMENT.fullmatch(number):
        raise WrongForm("establishment_number")
    return number


def checked_rsin(text: str) -> str:
    """Nine digits that pass the eleven-test. Raises WrongForm."""
    number = plain(text)
    if not RSIN.fullmatch(number) or not bsn.is_valid(number):
        raise WrongForm("rsin")
    return number


def checked_vat(text: str, country: str) -> str:
    """A VAT number with its country before it, as it is stored. One of the EU must be right; others are taken as typed.

    Raises WrongForm.
    """
    number = plain(text)
    if not _PLAIN.fullmatch(number):
        raise WrongForm("vat_number")
    prefix = number[:2]
    if prefix not in EU and country in EU and not prefix.isalpha():
        prefix = "EL" if country == "GR" else country
        number = prefix + number
    if prefix == "GR":
        prefix, number = "EL", f"EL{number[2:]}"
    if prefix not in EU:
        return number
    if len(number) > VAT_LENGTH or not _is_eu_vat(number):
        raise WrongForm("vat_number")
    return number


def _is_eu_vat(number: str) -> bool:
    try:
        return bool(eu_vat.is_valid(number))
    except (ValueError, IndexError, TypeError):
        return False


def vat_question(number: str) -> tuple[str, str] | None:
    """The country and the rest of a stored VAT number, when it is one of the EU."""
    return (number[:2], number[2:]) if number[:2] in EU else None


def registration_form(number: str, country: str) -> Form:
    """Whether a registration looks as they do in its country."""
    if country == "NL":
        return Form.RIGHT if KVK.fullmatch(number) else Form.WRONG
    module: Any = get_cc_module(country.lower(), _REGISTRATIONS.get(country, "")) if country in _REGISTRATIONS else None
    if module is None:
        return Form.UNKNOWN
    try:
        module.validate(number)
    except (ValidationError, ValueError, IndexError, TypeError):
        return Form.WRONG
    return Form.RIGHT
