"""Bytes or HTML of a body as text. The library lays HTML out as text; it loads nothing and runs nothing."""

from __future__ import annotations

import html
import re
import unicodedata

from inscriptis import get_text
from inscriptis.model.config import ParserConfig
from lxml.etree import LxmlError

from hubs.mailbox.reading.headers import FAULTS

LONGEST = 100_000  # characters of a body that are kept
_LARGEST_HTML = 2_000_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_HIDDEN = re.compile(r"<(script|style|head|title|template)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,5000}>")
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)


def text_of_bytes(content: bytes, charset: str | None) -> str:
    """Bytes by the charset they claim, else UTF-8, else Windows-1252: something to read in any case."""
    for name in (charset, "utf-8"):
        if name:
            try:
                return content.decode(name)
            except (LookupError, UnicodeError, ValueError):
                continue
    return content.decode("cp1252", "replace")


def text_of_html(source: str) -> str:
    """HTML laid out as text; when the library cannot, the text between the tags."""
    source = _DECLARED.sub("", source[:_LARGEST_HTML])
    try:
        return get_text(source, ParserConfig(display_links=False, display_images=False))
    except (*FAULTS, LxmlError):
        return html.unescape(_TAG.sub(" ", _BREAK.sub("\n", _HIDDEN.sub(" ", source))))


def tidy(text: str) -> str:
    """Text to store and to show: composed, no control characters, no more than two empty lines, cut."""
    text = _SURROGATE.sub("\ufffd", text[: LONGEST * 2]).replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    text = unicodedata.normalize("NFC", _CONTROL.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n")))
    lines = [line.rstrip() for line in text.split("\n")]
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).strip()[:LONGEST]
