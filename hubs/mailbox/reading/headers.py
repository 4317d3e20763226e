"""Header fields as plain text: decoded, bounded, on one line; a broken field is an empty one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import TypeVar

T = TypeVar("T")

# what the standard library raises on malformed mail, known and less known
FAULTS = (
    MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, OverflowError,
)  # fmt: skip
LONGEST_FIELD = 4000  # characters of one field that are looked at
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udfff]")
_ADDRESS = re.compile(r"[^\s@<>\"(),;:\\\[\]]{1,64}@[^\s@<>\"(),;:\\\[\]]{1,189}")


def safely(work: Callable[[], T], otherwise: T) -> T:
    """What `work` gives, or `otherwise` when the mail is malformed there."""
    try:
        return work()
    except FAULTS:
        return otherwise


def one_line(text: str, longest: int) -> str:
    """Text for one line: nothing unseen, single spaces, cut."""
    return " ".join(_UNSEEN.sub(" ", text).split())[:longest].strip()


def raw_field(message: Message, name: str) -> str:
    """A field as it came, unfolded and cut; empty when it is not there."""
    wanted = name.lower()
    for key, value in message.raw_items():
        if key.lower() == wanted:
            return _plain(value)[:LONGEST_FIELD]
    return ""


def raw_fields(message: Message, name: str, most: int = 20) -> list[str]:
    """Every field of this name."""
    wanted = name.lower()
    found = [_plain(value)[:LONGEST_FIELD] for key, value in message.raw_items() if key.lower() == wanted]
    return found[:most]


def _plain(value: object) -> str:
    """A raw value as text; bytes beyond ASCII, which come in as surrogates, are read as UTF-8 or Windows-1252."""
    text = str(value)
    if any("\udc80" <= character <= "\udcff" for character in text[:LONGEST_FIELD]):
        content = text[:LONGEST_FIELD].encode("ascii", "surrogateescape") if text.isascii() else None
        content = content or safely(lambda: text[:LONGEST_FIELD].encode("utf-8", "surrogateescape"), b"")
        text = safely(lambda: content.decode("utf-8"), "") or content.decode("cp1252", "replace")
    return text.replace("\r", " ").replace("\n", " ")


def words_of(message: Message, name: str, longest: int = 300) -> str:
    """A field for people to read, encoded words decoded."""
    raw = raw_field(message, name)
    return one_line(decoded(raw), longest)


def decoded(raw: str) -> str:
    """Encoded words (RFC 2047) as text; as it came when they are broken."""
    return safely(lambda: str(make_header(decode_header(raw))), raw) if "=?" in raw else raw


def addresses_of(message: Message, *names: str) -> list[tuple[str, str]]:
    """(name, address) of every usable address in these fields."""
    raw = [field for name in names for field in raw_fields(message, name)]
    nobody: list[tuple[str, str]] = []
    listed = safely(lambda: getaddresses(raw), nobody)
    found = [(one_line(decoded(name), 200), as_address(address)) for name, address in listed]
    return [(name, address) for name, address in found if address][:100]


def as_address(text: str) -> str:
    """An address that can be stored and answered; empty for anything else."""
    text = text.strip()
    return text if len(text) <= 254 and _ADDRESS.fullmatch(text) and not _UNSEEN.search(text) else ""


def first_address(text: str) -> str:
    """The first address somewhere in a text."""
    found = _ADDRESS.search(text[:LONGEST_FIELD])
    return as_address(found.group(0).strip(".'*")) if found else ""


def date_of(message: Message) -> datetime | None:
    """When it says it was sent, in UTC."""
    raw = raw_field(message, "date")
    sent = safely(lambda: parsedate_to_datetime(raw), None) if raw else None
    if sent is None:
        return None
    return safely(lambda: (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC), None)
