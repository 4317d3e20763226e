"""What somebody wrote themselves: without the older mail below an answer, and with the signature apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hubs.mailbox.reading.blocks import heads_in
from hubs.mailbox.reading.plain_text import tidy

_INTRO = re.compile(
    r"^\s*>?\s*(?:on\b.{4,200}\bwrote|op\b.{4,200}\b(?:schreef\b.{0,160}|heeft\b.{2,160}\bgeschreven)"
    r"|.{2,200}\bschreef op\b.{4,80})\s*:?\s*$",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"^\s*(?:sent from my|sent from outlook|get outlook for|verzonden vanaf mijn|verstuurd vanaf mijn|"
    r"verstuurd vanaf outlook|verzonden vanuit|outlook voor (?:ios|android)).{0,80}$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\s*(?:met (?:vriendelijke|hartelijke|beleefde) groet(?:en)?|vriendelijke groet(?:en)?|hartelijke groet(?:en)?|"
    r"groet(?:en|jes)?|m\.?v\.?g\.?|hoogachtend|(?:kind|best|warm|with kind|with best)(?:est)? regards|regards|"
    r"sincerely|yours (?:sincerely|faithfully|truly)|best wishes|cheers)\b.{0,60}$",
    re.IGNORECASE,
)
_MOST_SIGNATURE = 25  # lines
_LONGEST_LINE = 400


def own_words(text: str) -> str:
    """An answer without what it answers. Everything, when nothing would be left."""
    lines = text.split("\n")
    cut = min(_intro_at(lines), _head_at(lines), _quote_at(lines))
    kept = [line for line in lines[:cut] if not line.lstrip().startswith(">")]
    return tidy("\n".join(_without_device(kept))) or ("" if cut == 0 else tidy("\n".join(kept)))


def split_signature(text: str) -> tuple[str, str]:
    """(what was written, the signature below it). A signature begins at `-- ` or at a closing near the end."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        rest = [each for each in lines[place:] if each.strip()]
        is_end = len(rest) <= _MOST_SIGNATURE
        above = any(each.strip() for each in lines[:place])
        if above and is_end and (line.rstrip() == "--" or _CLOSING.match(line[:_LONGEST_LINE])):
            return tidy("\n".join(lines[:place])), tidy("\n".join(lines[place:]))
    body = _without_device(lines)
    return tidy("\n".join(body)), tidy("\n".join(lines[len(body) :]))


def _intro_at(lines: Sequence[str]) -> int:
    """`On … wrote:`, also when a mail programme broke it over two or three lines."""
    for place in range(len(lines)):
        if not re.match(r"\s*>?\s*(?:on|op)\b|.*\bschreef op\b", lines[place][:_LONGEST_LINE], re.IGNORECASE):
            continue
        for length in (1, 2, 3):
            together = " ".join(line.strip() for line in lines[place : place + length])[:_LONGEST_LINE]
            if _INTRO.match(together) and (together.rstrip().endswith(":") or _is_quoted(lines, place + length)):
                return place
    return len(lines)


def _is_quoted(lines: Sequence[str], place: int) -> bool:
    following = next((line for line in lines[place:] if line.strip()), "")
    return following.lstrip().startswith(">")


def _head_at(lines: Sequence[str]) -> int:
    return next((block.starts for block in heads_in(lines)), len(lines))


def _quote_at(lines: Sequence[str]) -> int:
    """Where only quoted lines follow."""
    place = len(lines)
    while place and (not lines[place - 1].strip() or lines[place - 1].lstrip().startswith(">")):
        place -= 1
    return place if any(line.strip() for line in lines[place:]) else len(lines)


def _without_device(lines: Sequence[str]) -> list[str]:
    kept = list(lines)
    while kept and (not kept[-1].strip() or _DEVICE.match(kept[-1][:_LONGEST_LINE])):
        kept.pop()
    return kept
