"""Which pieces a file holds and how each is treated: given, laid apart, to be checked first, or left out.

Awb 7:4 and 8:42 ask for every piece about the case; Woo 5.1 and 5.2 protect people and internal deliberation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hubs.accreditation.letters.content import DocumentContent


class Purpose(StrEnum):
    """For whom the file is made."""

    OBJECTION = "objection"  # Awb 7:4
    COURT = "court"  # Awb 8:42
    WOO = "woo"  # Wet open overheid


class PieceKind(StrEnum):
    SUBMISSION = "submission"
    EVIDENCE = "evidence"
    DOSSIER = "dossier"
    ASSESSMENT = "assessment"
    ADVICE = "advice"
    INTERNAL_NOTE = "internal_note"
    HEARING = "hearing"
    DECISION = "decision"
    LETTER = "letter"
    OBJECTION = "objection"
    EVENTS = "events"


class Treatment(StrEnum):
    GIVEN = "given"
    APART = "apart"  # in a folder of its own: a person decides whether it goes along
    TO_CHECK = "to_check"  # a file as somebody made it: names in it cannot be taken out by the service
    LEFT_OUT = "left_out"  # on the list only


# a file that was handed in, or a letter that went out, is given as it is
AS_IT_IS = frozenset({PieceKind.EVIDENCE, PieceKind.LETTER})
FOLDERS: Mapping[Treatment, str] = {
    Treatment.GIVEN: "pieces",
    Treatment.APART: "internal",
    Treatment.TO_CHECK: "to-check",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: made for this file (`paper`), or stored as it came in (`sha256`)."""

    kind: PieceKind
    title: str
    at: datetime
    author: str
    paper: DocumentContent | None = None
    sha256: str = ""
    extension: str = "pdf"

    @property
    def is_stored(self) -> bool:
        return self.paper is None


def treatment(piece: Piece, purpose: Purpose) -> Treatment:
    """How a piece is treated in a file for this purpose."""
    if piece.kind == PieceKind.INTERNAL_NOTE:
        return Treatment.LEFT_OUT if purpose == Purpose.WOO else Treatment.APART
    if purpose == Purpose.WOO and piece.is_stored:
        return Treatment.TO_CHECK
    return Treatment.GIVEN


def numbered(pieces: Iterable[Piece]) -> list[tuple[int, Piece]]:
    """The pieces in the order of their day, numbered from 1; the trail of events comes last."""
    kinds = list(PieceKind)
    ordered = sorted(
        pieces, key=lambda piece: (piece.kind == PieceKind.EVENTS, piece.at, kinds.index(piece.kind), piece.title)
    )
    return list(enumerate(ordered, 1))


def file_name(number: int, piece: Piece, treated: Treatment) -> str:
    """Where a piece lies in the archive; only plain letters, so that every computer can unpack it."""
    words = re.sub(r"[^a-z0-9]+", "-", piece.title.casefold().encode("ascii", "ignore").decode()).strip("-")[:50]
    name = "-".join(part for part in (f"{number:03}", piece.kind.replace("_", "-"), words) if part)
    return f"{FOLDERS[treated]}/{name}.{piece.extension}"


# --- names -------------------------------------------------------------------------------------------------

_MAIL = re.compile(r"[^\s@<>()\[\]]+@[^\s@<>()\[\]]+\.[^\s@<>()\[\],;]+")
_PHONE = re.compile(r"(?<![\w.,-])(?:\+\d{1,3}|0)(?:[\s().-]*\d){7,13}(?!\w)")


@dataclass(frozen=True, slots=True)
class Names:
    """Who is who in a file. `hidden`: people appear by their role, also inside texts (Woo 5.1)."""

    people: Mapping[str, str]  # person id -> name
    roles: Mapping[str, str]  # person id -> role in this case
    hidden: bool
    unknown: str  # what somebody without a role is called
    mail: str = "[…]"
    phone: str = "[…]"

    def of(self, person_id: str | None) -> str:
        """How a person is called: by name and role, or by role alone."""
        if person_id is None:
            return ""
        role = self.roles.get(person_id, self.unknown)
        name = self.people.get(person_id, "")
        return role if self.hidden or not name else f"{name} ({role})"

    def text(self, text: str | None) -> str:
        """A text in which people who are known here, addresses and telephone numbers are covered when hidden."""
        if not text or not self.hidden:
            return text or ""
        for person_id, name in sorted(self.people.items(), key=lambda item: -len(item[1])):
            if len(name.strip()) > 2:
                pattern = re.compile(rf"(?<!\w){re.escape(name.strip())}(?!\w)", re.IGNORECASE)
                text = pattern.sub(f"[{self.roles.get(person_id, self.unknown)}]", text)
        return _PHONE.sub(self.phone, _MAIL.sub(self.mail, text))
