"""Heads of older mails inside a text, as Outlook, Gmail, Apple Mail and Thunderbird write them (Dutch, English)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FIELDS = {
    "from": "from", "van": "from",
    "sent": "date", "verzonden": "date", "date": "date", "datum": "date",
    "to": "to", "aan": "to",
    "cc": "cc",
    "subject": "subject", "onderwerp": "subject",
    "reply-to": "reply", "beantwoorden aan": "reply", "antwoord aan": "reply",
}  # fmt: skip
_FIELD = re.compile(r"[\s>|*_]*([A-Za-z-]{2,12}(?: aan)?)\s*\*?\s*:\s*\*?\s*(.*?)[\s*]*$", re.IGNORECASE)
_MARK = re.compile(
    r"^[\s>]*(?:-{2,}\s*)?(?:begin forwarded message|begin doorgestuurd bericht|forwarded message|"
    r"doorgestuurd bericht|original message|oorspronkelijk bericht)\s*:?\s*(?:-{2,})?\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^[\s>]*_{8,}\s*$")
_LONGEST_LINE = 1000


@dataclass(frozen=True, slots=True)
class Block:
    """The head of an older mail: the line it begins on, the first line after it, and its fields."""

    starts: int
    ends: int
    fields: dict[str, str]


def field_of(line: str) -> tuple[str, str] | None:
    """(field, value) when a line looks like one of a head."""
    found = _FIELD.match(line[:_LONGEST_LINE])
    name = _FIELDS.get(found.group(1).lower()) if found else None
    return (name, found.group(2)) if found and name else None


def heads_in(lines: Sequence[str]) -> list[Block]:
    """Every head, from the top: who it is from, and at least two other fields, in lines one below another."""
    found: list[Block] = []
    place = 0
    while place < len(lines):
        block = _head_at(lines, place)
        if block is None:
            place += 1
        else:
            found.append(_with_mark(lines, block))
            place = block.ends
    return found


def _head_at(lines: Sequence[str], start: int) -> Block | None:
    fields: dict[str, str] = {}
    place, last, blank = start, "", 0
    while place < len(lines) and len(fields) < 8:
        entry = field_of(lines[place])
        bare = lines[place].strip(" >|*\t")
        if entry and entry[0] not in fields:
            fields[entry[0]], last, blank = entry[1], entry[0], 0
        elif not bare and 0 < len(fields) < 4 and blank == 0:
            blank = 1  # HTML laid out as text puts an empty line between the fields
        elif bare and last in ("to", "cc", "subject") and not blank and _continues(lines[place], fields[last]):
            fields[last] += f" {bare}"
        else:
            break
        place += 1
    if "from" not in fields or len(fields) < 3 or not {"date", "subject"} & set(fields):
        return None
    while place > start and not lines[place - 1].strip(" >|*\t"):
        place -= 1
    return Block(start, place, fields)


def _continues(line: str, before: str) -> bool:
    """A list of receivers that goes on, or an indented line."""
    return before.rstrip().endswith((";", ",")) or line.startswith(("  ", "\t"))


def _with_mark(lines: Sequence[str], block: Block) -> Block:
    """The block with the line above it that announces it."""
    start = block.starts
    for place in range(block.starts - 1, max(block.starts - 4, -1), -1):
        if _MARK.match(lines[place][:_LONGEST_LINE]) or _RULE.match(lines[place][:_LONGEST_LINE]):
            start = place
        elif lines[place].strip(" >"):
            break
    return Block(start, block.ends, block.fields)
