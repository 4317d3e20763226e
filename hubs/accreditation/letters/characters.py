"""Which characters a letter can show. What applicants type appears as typed; a character without a glyph, an unknown
one, or one that only steers the direction of text appears as its number, [U+202E], so that nothing is lost in silence.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from itertools import groupby
from pathlib import Path

FONTS = Path(__file__).resolve().parent / "fonts"
LONG_WORD = 40  # characters without a place to break, after which places are made
LONG_CODE = 18  # the same for what is no word (an address, a hash): no hyphen can part it
BREAK_EVERY = 6
BETWEEN = "\u200b"  # zero width space: a line may end here
JOINERS = frozenset("\u200c\u200d")
PRESENTATION = frozenset("\ufe0e\ufe0f")  # asks for text or colour; letters are black and white
STEERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
SILENT = frozenset("\ufeff\u00ad\u200b\u2060\u180e")  # invisible, and carrying nothing
_LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_LONG = re.compile(rf"[^\s\-/]{{{LONG_CODE},}}")


@lru_cache(maxsize=1)
def _ranges() -> tuple[list[int], list[int]]:
    firsts, lasts = [], []
    for line in (FONTS / "coverage.txt").read_text(encoding="ascii").split():
        first, _dash, last = line.partition("-")
        firsts.append(int(first, 16))
        lasts.append(int(last or first, 16))
    return firsts, lasts


def is_covered(character: str) -> bool:
    """Whether one of the fonts of the letters has a glyph for it."""
    firsts, lasts = _ranges()
    place = bisect_right(firsts, ord(character)) - 1
    return place >= 0 and ord(character) <= lasts[place]


def named(character: str) -> str:
    """The number of a character, as text."""
    return f"[U+{ord(character):04X}]"


def _is_bare_mark(character: str, before: str) -> bool:
    """A combining mark with nothing to stand on."""
    return unicodedata.combining(character) > 0 and (not before or before.isspace())


def _shown(character: str, before: str) -> str:
    if character in "\n\t":
        return "\n" if character == "\n" else " "
    if character in SILENT or character in PRESENTATION:
        return ""
    if character in JOINERS:
        return character
    category = unicodedata.category(character)
    if category == "Cc":
        return ""
    if category == "Zs":
        return character if character == "\u00a0" else " "
    if character in STEERING or category in ("Cs", "Co", "Cn") or _is_bare_mark(character, before):
        return named(character)
    return character if is_covered(character) else named(character)


def shown(text: str) -> str:
    """The text as a letter shows it: composed (NFC), line ends as \\n, each unshowable character by its number."""
    composed = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text))
    parts: list[str] = []
    for character in composed:
        parts.append(_shown(character, parts[-1][-1:] if parts else ""))
    return "".join(parts)


def plainest(text: str) -> str:
    """The last resort, when characters that each have a glyph do not go together: all but plain letters by number."""
    return "".join(
        character
        if character in "\n\u00a0" or (ord(character) < 0x250 and character.isprintable())
        else named(character)
        for character in shown(text)
    )


def breakable(text: str) -> str:
    """The text with places to end a line inside very long words, so that none runs off the page."""
    return _LONG.sub(
        lambda found: _with_breaks(found.group(0)) if _needs_breaks(found.group(0)) else found.group(0), text
    )


def _needs_breaks(word: str) -> bool:
    return len(word) >= LONG_WORD or not word.strip(".,;:!?()[]\"'").isalpha()


def _with_breaks(word: str) -> str:
    """A place to break every few characters, before one that begins a cluster."""
    parts, since = [word[0]], 1
    for before, character in zip(word, word[1:], strict=False):
        together = unicodedata.category(character).startswith("M") or JOINERS & {before, character}
        breaks = since >= BREAK_EVERY and not together and not _joins(before, character)
        parts.append(BETWEEN + character if breaks else character)
        since = 1 if breaks else since + 1
    return "".join(parts)


def _joins(before: str, after: str) -> bool:
    """Letters of a joined script keep their shape; so do the two halves of a flag."""
    if all(0x1F1E6 <= ord(half) <= 0x1F1FF for half in (before, after)):
        return True
    return all(0x600 <= ord(letter) <= 0x8FF or 0x900 <= ord(letter) <= 0x109F for letter in (before, after))


def paragraphs(text: str) -> list[list[str]]:
    """The paragraphs of a text (blank lines part them), each as its lines, shown and breakable."""
    lines = [breakable(line.rstrip()) for line in shown(text).split("\n")]
    return [list(block) for filled, block in groupby(lines, key=lambda line: bool(line.strip())) if filled]
