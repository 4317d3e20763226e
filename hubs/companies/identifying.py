"""What counts as a registration number, a telephone number and an address to mail, and how each is stored.

A KvK number has eight digits (Handelsregisterwet art. 9); a foreign number is free text; telephone numbers are
taken leniently, because a number that somebody can dial beats one that a library likes.
"""

from __future__ import annotations

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email

KVK = re.compile(r"\d{8}")
FOREIGN_LENGTH = 40
_SPACING = re.compile(r"[\s.\-]+")
_DIALABLE = re.compile(r"[+\d][\d\s()./\-]*(?:(?:x|ext\.?)\s*\d{1,6})?", re.IGNORECASE)


class NotUsable(ValueError):
    """The text is no such number or address; `code` says which."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def checked_number(text: str, country: str) -> str:
    """A registration number as it is stored and compared. Raises NotUsable: `kvk_number`, `registration_number`."""
    if country == "NL":
        digits = _SPACING.sub("", text)
        if not KVK.fullmatch(digits) or not digits.isascii():
            raise NotUsable("kvk_number")
        return digits
    plain = " ".join(text.split()).upper()
    if not plain or len(plain) > FOREIGN_LENGTH or not any(character.isalnum() for character in plain):
        raise NotUsable("registration_number")
    return plain


def checked_phone(text: str, country: str = "NL") -> str:
    """A telephone number in international notation when it can be understood, else as typed. Raises NotUsable."""
    plain = " ".join(text.split())
    try:
        number = phonenumbers.parse(plain, country)
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        number = None
    digits = sum(character.isdigit() for character in plain)
    if len(plain) > FOREIGN_LENGTH or not 5 <= digits <= 20 or not _DIALABLE.fullmatch(plain):
        raise NotUsable("phone")
    return plain


def checked_email(text: str) -> str:
    """An address as it is stored, without asking whether its domain answers. Raises NotUsable: `email`."""
    try:
        address = validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise NotUsable("email") from error
    if len(address) > 254:
        raise NotUsable("email")
    return address
