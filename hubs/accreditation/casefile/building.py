"""Puts the indexed file together: one archive with an inventory that numbers every piece and gives its SHA-256.

It is written to a temporary file piece by piece, so that a large case does not fill the memory.
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from babel.dates import format_date
from flask_babel import gettext as _

from hubs.accreditation.casefile.gathering import Case, pieces_of
from hubs.accreditation.casefile.papers import Binder, moment
from hubs.accreditation.casefile.pieces import Piece, Purpose, Treatment, file_name, numbered, treatment
from hubs.accreditation.letters.content import Chapter, DocumentContent, Line, Table
from hubs.accreditation.letters.typeset import pages_in, typeset_document
from hubs.accreditation.words import casefile as words
from hubs.core.clock import local_day
from hubs.core.uploads import path_of

INVENTORY = "000-inventory.pdf"
CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the inventory."""

    number: int
    piece: Piece
    treated: Treatment
    pages: int | None = None
    sha256: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Built:
    """An archive that was made: the open temporary file, rewound, and what is in it."""

    file: IO[bytes]
    name: str
    entries: tuple[Entry, ...]
    sha256: str


def inventory_of(case: Case, purpose: Purpose, language: str, now: datetime) -> list[Entry]:
    """What the file will hold, for the page; nothing is made yet."""
    pieces, _binder = pieces_of(case, purpose, language, now)
    return [Entry(number, piece, treatment(piece, purpose)) for number, piece in numbered(pieces)]


def build_file(case: Case, purpose: Purpose, language: str, now: datetime) -> Built:
    """Make the archive. The caller closes its file. Raises NotTypeset."""
    pieces, binder = pieces_of(case, purpose, language, now)
    target: IO[bytes] = tempfile.TemporaryFile(prefix="hubs-file-")  # noqa: SIM115 - given to the caller
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        stamp = now.timetuple()[:6]
        entries = [_put(archive, number, piece, purpose, stamp) for number, piece in numbered(pieces)]
        inventory = typeset_document(inventory_paper(entries, purpose, binder))
        _write(archive, INVENTORY, inventory, stamp)
    return Built(target, f"{case.reference}-{purpose}.zip", tuple(entries), _digest(target))


def _put(archive: zipfile.ZipFile, number: int, piece: Piece, purpose: Purpose, stamp: Any) -> Entry:
    treated = treatment(piece, purpose)
    if treated == Treatment.LEFT_OUT:
        return Entry(number, piece, treated, remark=str(words.TREATMENT_WORDS[treated]))
    name = file_name(number, piece, treated)
    if piece.paper is None:
        return _put_stored(archive, Entry(number, piece, treated), name, stamp)
    pdf = typeset_document(piece.paper)
    _write(archive, name, pdf, stamp)
    return Entry(number, piece, treated, pages_in(pdf), hashlib.sha256(pdf).hexdigest(), _remark(treated))


def _remark(treated: Treatment) -> str:
    return str(words.TREATMENT_WORDS[treated])


def _put_stored(archive: zipfile.ZipFile, entry: Entry, name: str, stamp: Any) -> Entry:
    """A file as it came in, copied in parts; one that is gone or changed is said to be so."""
    piece, digest = entry.piece, hashlib.sha256()
    try:
        with path_of(piece.sha256).open("rb") as source, archive.open(_info(name, stamp), "w") as target:
            while part := source.read(CHUNK):
                digest.update(part)
                target.write(part)
    except OSError:
        return Entry(entry.number, piece, entry.treated, sha256=piece.sha256, remark=str(words.GONE))
    whole = digest.hexdigest() == piece.sha256
    remark = _remark(entry.treated) if whole else str(words.CHANGED)
    return Entry(entry.number, piece, entry.treated, None, digest.hexdigest(), remark)


def _info(name: str, stamp: Any) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, stamp)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _write(archive: zipfile.ZipFile, name: str, content: bytes, stamp: Any) -> None:
    archive.writestr(_info(name, stamp), content)


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while part := file.read(CHUNK):
        digest.update(part)
    file.seek(0)
    return digest.hexdigest()


def inventory_paper(entries: Sequence[Entry], purpose: Purpose, binder: Binder) -> DocumentContent:
    """The list of all pieces with number, day, kind, from whom, pages and fingerprint."""
    rows = tuple(
        (
            str(entry.number),
            format_date(local_day(entry.piece.at), "d MMM y", locale=binder.language),
            str(words.PIECE_WORDS[entry.piece.kind]),
            entry.piece.title,
            entry.piece.author,
            str(entry.pages or ""),
            "\n".join(part for part in (entry.sha256, entry.remark) if part),
        )
        for entry in entries
    )
    columns = (
        _("No."), _("Date"), _("Kind"), _("Piece"), _("From"), _("Pages"), _("Fingerprint (SHA-256) and remark"),
    )  # fmt: skip
    chapter = Chapter(_("Pieces"), 1, table=Table(columns, rows, (2, 4, 4, 8, 5, 3, 11)))
    facts = [
        Line(_("Made for"), str(words.PURPOSE_WORDS[purpose])),
        Line(_("Made"), moment(binder.now)),
        Line(_("Pieces"), str(len(entries))),
    ]
    return binder.paper(_("Inventory"), facts, [chapter], landscape=True)
