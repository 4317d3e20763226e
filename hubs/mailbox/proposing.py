"""What a mail proposes for the question it may become: text, notes, contact person, language.

The text is what another desk may read, so the signature goes to the private notes; names and numbers that are left are
found when the draft is completed (`referrals.screening`). The mail itself stays beside the form, for the desk alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask_babel import gettext as _

from hubs.mailbox.reading import Mail, Original, find_original, split_signature

TEXT_LENGTH = 8000
_DUTCH = frozenset(
    "de het een en van ik wij we is dat niet voor met zijn naar kunnen jullie graag onze ons ook maar bij".split()  # noqa: SIM905
)
_ENGLISH = frozenset(
    "the a and of i we is that not for with are to can you please our us also but at would like".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a mail proposes."""

    original: Original
    text: str
    notes: str | None
    language: str


def propose(mail: Mail) -> Proposal:
    """Read a mail as a question; never empty, because a question must say something."""
    original = find_original(mail)
    body, signature = split_signature(original.text)
    text = body or original.subject or _("See the files that came with the mail.")
    if original.subject and body and original.subject.casefold() not in body.casefold():
        text = f"{original.subject}\n\n{body}"
    return Proposal(
        original, text[:TEXT_LENGTH].strip(), signature[:TEXT_LENGTH].strip() or None, language_of(original.text)
    )


def language_of(text: str) -> str:
    """nl or en, by the small words; nl when nothing tells."""
    words = re.findall(r"[a-z]+", text[:5000].casefold())
    dutch, english = sum(word in _DUTCH for word in words), sum(word in _ENGLISH for word in words)
    return "en" if english > dutch else "nl"
