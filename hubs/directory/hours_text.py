"""Opening hours and amounts as people type them: "9-12, 13:00-17.30", "95,50"."""

from __future__ import annotations

import re

_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|\bto\b|\btot\b)\s*(\d{1,2})(?:[:.](\d{2}))?")
_AMOUNT = re.compile(r"\d{1,7}(?:[.,]\d{1,2})?")


def parse_spans(text: str) -> list[list[str]]:
    """Spans of one day in stored form, [["09:00", "12:00"], …]; empty text is a closed day.

    Raises ValueError for what is not a list of times; whether the times can be is `calendars.parse_hours`' matter.
    """
    found = []
    for piece in re.split(r"[,;]|\ben\b|\band\b", text):
        if not piece.strip():
            continue
        match = _SPAN.fullmatch(piece.strip())
        if match is None:
            raise ValueError(piece)
        opens, opens_at, closes, closes_at = match.groups()
        found.append([f"{int(opens):02d}:{opens_at or '00'}", f"{int(closes):02d}:{closes_at or '00'}"])
    return found


def parse_amount(text: str) -> int:
    """Cents of an amount typed with a comma or a point. Raises ValueError."""
    plain = text.replace(" ", "").replace("€", "")
    if not _AMOUNT.fullmatch(plain):
        raise ValueError(text)
    whole, _, part = plain.replace(",", ".").partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or "0")


def amount_text(cents: int | None, decimal_comma: bool) -> str:
    """An amount as it is typed back into its field."""
    if cents is None:
        return ""
    if cents % 100 == 0:
        return str(cents // 100)
    return f"{cents // 100}{',' if decimal_comma else '.'}{cents % 100:02d}"
