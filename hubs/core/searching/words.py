"""Words as the index keeps them, and when one that was typed means one that is there (pure).

A word is folded (no case, no accents). One typing error is forgiven from four letters, two from eight: a letter
too many, missing, wrong, or two that changed places.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz.distance import OSA

LONGEST = 32
MOST_WORDS = 250  # of one document
MOST_ASKED = 8
TYPED_AT_MOST = 200
BEGINNING = 7  # letters of a word that typing errors are looked for in first
_PIECES = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"(?<!\w)\+?\d[\d .\-/()]{2,}\d(?!\w)")
# too common to find anything by; asked for alone they still find nothing
_STOP = """
aan al als an and are as at bij by dat de den der des die dit een en er for from het hij hun ik in is je met
naar niet nog of om on onze ook op or over te that the their this to tot uit van ve voor was we wij wil with
word worden you your ze zich zijn
"""
STOP = frozenset(_STOP.split())


def folded(text: str) -> str:
    """As `hubs.core.types.folded`, of one word."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def word_of(piece: str) -> str:
    """A piece of text as a word of the index; empty when nothing is left."""
    return folded(piece)[:LONGEST]


def words_of(text: str | None) -> list[str]:
    """The words of a text, each once, in order; numbers written with spaces also as one word."""
    if not text:
        return []
    found = dict.fromkeys(word for word in (word_of(piece) for piece in _PIECES.findall(text)) if _is_kept(word))
    for number in _NUMBER.findall(text):
        digits = re.sub(r"\D", "", number)
        if len(digits) >= 4:
            found.setdefault(digits[:LONGEST])
    return list(found)


def document_words(texts: Iterable[str | None]) -> list[str]:
    """The words of everything that may be found of one thing, sorted."""
    found: dict[str, None] = {}
    for text in texts:
        found.update(dict.fromkeys(words_of(text)))
    return sorted(list(found)[:MOST_WORDS])


def _is_kept(word: str) -> bool:
    return len(word) >= 2 and word not in STOP


def asked_words(typed: str) -> list[str]:
    """What somebody looks for: its words, at most eight."""
    pieces = [word_of(piece) for piece in _PIECES.findall(typed[:TYPED_AT_MOST])]
    return list(dict.fromkeys(word for word in pieces if _is_kept(word)))[:MOST_ASKED]


def has_digit(word: str) -> bool:
    """A number or a reference is right or wrong; another one letter away is another thing."""
    return any(letter.isdigit() for letter in word)


def errors_allowed(word: str) -> int:
    """How many typing errors are forgiven in a word of this length; none in a number or reference."""
    if len(word) < 4 or has_digit(word):
        return 0
    return 1 if len(word) < 8 else 2


def keys_of(word: str) -> list[str]:
    """What a word of the index is found by."""
    return ["=" + word, *_left(word, 1 if len(word) < 6 else 2)]


def typo_keys(word: str) -> list[str]:
    """What to look under for words that this one may be a mistyping of."""
    allowed = errors_allowed(word)
    return _left(word, allowed) if allowed else []


def _left(word: str, out: int) -> list[str]:
    """The beginning of a word, and what is left of it without one or two of its letters."""
    if len(word) < 3 or has_digit(word):
        return []
    start = word[:BEGINNING]
    found = {start}
    for number in range(1, out + 1):
        for gone in combinations(range(len(start)), number):
            found.add("".join(letter for place, letter in enumerate(start) if place not in gone))
    return sorted(key for key in found if len(key) >= 2)


def is_meant(typed: str, word: str) -> bool:
    """Whether `typed` may be `word` with typing errors."""
    allowed = errors_allowed(typed)
    if not allowed or has_digit(word):
        return False
    if OSA.distance(typed, word, score_cutoff=allowed) <= allowed:
        return True
    # what is typed may be only the beginning of a longer word
    return len(typed) >= 6 and len(word) > len(typed) and OSA.distance(typed, word[: len(typed)], score_cutoff=1) <= 1


def meant_by(typed: str, words: Iterable[str]) -> list[str]:
    """The words that `typed` stands for: itself and what begins with it; only when there is none, what is like it."""
    listed = list(dict.fromkeys(words))
    exact = [word for word in listed if word == typed]
    starting = [word for word in listed if word != typed and len(typed) >= 3 and word.startswith(typed)]
    if exact or starting:
        return exact + starting
    alike = [word for word in listed if is_meant(typed, word)]
    return sorted(alike, key=lambda word: (OSA.distance(typed, word), word))


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a text that is shown; `is_hit` when it was looked for."""

    text: str
    is_hit: bool


def marked(text: str, meant: frozenset[str]) -> list[Piece]:
    """A text cut where a word of it was found."""
    pieces, done = [], 0
    for found in _PIECES.finditer(text):
        if word_of(found.group()) in meant:
            if found.start() > done:
                pieces.append(Piece(text[done : found.start()], False))
            pieces.append(Piece(found.group(), True))
            done = found.end()
    if done < len(text):
        pieces.append(Piece(text[done:], False))
    return pieces


def around(text: str, meant: frozenset[str], length: int = 120) -> str:
    """The part of a long text around the first word that was found."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    first = next((found.start() for found in _PIECES.finditer(flat) if word_of(found.group()) in meant), 0)
    start = max(0, min(first - length // 3, len(flat) - length))
    start = flat.rfind(" ", 0, start) + 1 if start else 0
    end = flat.rfind(" ", start, start + length)
    end = end if end > start else start + length
    return ("… " if start else "") + flat[start:end].strip() + (" …" if end < len(flat) else "")


@dataclass(frozen=True, slots=True)
class Readable:
    """The texts of one thing as its reader may read them, each with its weight and its words."""

    fields: tuple[tuple[float, frozenset[str]], ...]

    @classmethod
    def of(cls, fields: Iterable[tuple[float, str]]) -> Readable:
        return cls(tuple((weight, frozenset(words_of(text))) for weight, text in fields if text))

    @property
    def words(self) -> frozenset[str]:
        return frozenset().union(*(words for _weight, words in self.fields))

    def score(self, groups: Sequence[Sequence[str]]) -> float:
        """How well it answers what was asked: 0 when one of the asked words is in none of its texts.

        `groups` holds for each asked word the words it stands for, best first.
        """
        total = 0.0
        for group in groups:
            best = 0.0
            for place, word in enumerate(group):
                quality = 1.0 if place == 0 else 0.6
                best = max([best, *(weight * quality for weight, words in self.fields if word in words)])
            if best == 0.0:
                return 0.0
            total += best
        return total
