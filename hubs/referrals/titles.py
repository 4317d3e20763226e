"""What a question is called in lists and headings: its first sentence, cut at a word (sketch 05)."""

from __future__ import annotations

import re

MOST = 80
_SENTENCE = re.compile(r"(.{20,79}?[^\W\d_]{3}[.?!])\s+(?=[^\W\d_])")


def title_of(text: str | None) -> str:
    """The first line when it is short; else its first sentence; else as much of it as fits, with an ellipsis."""
    line = next(iter((text or "").strip().splitlines()), "")
    if len(line) <= MOST:
        return line
    sentence = _SENTENCE.match(line)
    if sentence:
        return sentence[1]
    return line[:MOST].rsplit(" ", 1)[0].rstrip(" ,;:.(-–") + "…"
