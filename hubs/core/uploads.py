"""Files people hand in: checked, scanned, and laid down outside the web root before the row about them is committed.

A file lies under HUBS_DATA_DIR/files/<2 characters>/<sha256>; one without a row (the write failed after it) is removed
by `files tidy`. Types and limits: `file_types`; the scanner: `scanning`.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, TypeVar

import structlog
from flask import Flask, Response, current_app, request, send_file
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubs.core import file_types
from hubs.core.errors import NotFound, RuleViolation
from hubs.core.file_types import BY_MEDIA_TYPE, FileType, Unacceptable, file_type_of
from hubs.core.scanning import Infected, ScannerUnreachable, scanner_at
from hubs.core.stored_files import NAME_LENGTH, StoredFile

log = structlog.get_logger()
View = TypeVar("View", bound=Callable[..., Any])

MEGABYTE = 1024 * 1024
ORPHAN_AFTER_SECONDS = 24 * 3600
ACCEPT = ".pdf,.docx,.xlsx,.odt,.ods,.png,.jpg,.jpeg"  # for the browser's file picker; a convenience only
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udfff]")
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')

WORDS = {
    file_types.EMPTY: _l("This file is empty."),
    file_types.UNKNOWN: _l(
        "This kind of file is not taken. Use PDF, Word (docx), Excel (xlsx), ODT, ODS, PNG or JPEG."
    ),
    file_types.DAMAGED: _l("This file is damaged or not complete. Open it, save it again and send the new file."),
    file_types.LOCKED: _l("This file is locked with a password. Save it without a password and send it again."),
    file_types.ACTIVE: _l("This file holds macros, scripts or programs. Save it as PDF and send that."),
    file_types.NESTED: _l("This PDF has other files inside it. Send those one by one, and the PDF without them."),
    file_types.OLD_OFFICE: _l(
        "This is an old Word or Excel file, or one with a password. Save it as docx, xlsx or PDF without a password."
    ),
}


@dataclass(frozen=True, slots=True)
class Received:
    """A content that passed every check and lies on disk; `stored_file` makes the row for it."""

    sha256: str
    size: int
    media_type: str
    name: str
    scan: str


# --- taking in ---------------------------------------------------------------------------------------------


def receive(stream: IO[bytes], name: str | None, *, field: str = "file") -> Received:
    """Check, scan and lay down what was sent; to be called before the transaction that writes begins.

    Raises RuleViolation on `field`: too large, a kind that is not taken, infected, or the scanner out of reach.
    """
    content = _read(stream, field)
    try:
        kind = file_type_of(content)
    except Unacceptable as refusal:
        raise RuleViolation(refusal.code, WORDS[refusal.code], field) from refusal
    scan = _scanned(content, field)
    sha256 = hashlib.sha256(content).hexdigest()
    lay_down(content, sha256)
    return Received(sha256, len(content), kind.media_type, clean_name(name, kind), scan)


def stored_file(received: Received, *, by: str | None, now: datetime) -> StoredFile:
    """The row about a content that was received; the caller adds it to its session."""
    return StoredFile(
        sha256=received.sha256,
        size=received.size,
        media_type=received.media_type,
        name=received.name,
        scan=received.scan,
        stored_at=now,
        stored_by=by,
    )


def _read(stream: IO[bytes], field: str) -> bytes:
    limit = file_limit()
    content = stream.read(limit + 1)
    if len(content) > limit:
        message = _("This file is too large: at most %(megabytes)s MB.", megabytes=limit // MEGABYTE)
        raise RuleViolation("file_too_large", message, field)
    return content


def _scanned(content: bytes, field: str) -> str:
    try:
        return scanner_at(current_app.config["VIRUS_SCANNER"]).scan(content)
    except Infected as found:
        log.warning("upload_infected", signature=found.signature)
        message = _l("The virus check refuses this file. It is not stored.")
        raise RuleViolation("file_infected", message, field) from found
    except ScannerUnreachable as error:
        log.error("scanner_unreachable", error=str(error))
        message = _l(
            "The virus check does not answer at the moment, so this file is not stored. Everything else is kept. "
            "Try again in a few minutes."
        )
        raise RuleViolation("scanner_unreachable", message, field) from error


def clean_name(name: str | None, kind: FileType) -> str:
    """A name to show and to download under: no folders, nothing unseen, the ending of what it really is."""
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", unicodedata.normalize("NFC", name or "")))
    last = _NOT_IN_NAMES.sub("", re.split(r"[/\\]", text)[-1])
    stem = " ".join(last.split()).strip(". ")
    head, dot, ending = stem.rpartition(".")
    if dot and ending.lower() in (kind.extension, *kind.also):
        stem = head.strip(". ")
    return f"{stem[: NAME_LENGTH - len(kind.extension) - 1] or 'file'}.{kind.extension}"


# --- on disk -----------------------------------------------------------------------------------------------


def _folder() -> Path:
    return Path(current_app.config["HUBS_DATA_DIR"]) / "files"


def path_of(sha256: str) -> Path:
    """Where a content lies. Raises ValueError for what is no hash."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError("not a sha256")
    return _folder() / sha256[:2] / sha256


@contextlib.contextmanager
def _locked(mode: int) -> Iterator[None]:
    """Whoever lays down a file and whoever removes orphans wait for each other."""
    _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with (_folder() / ".lock").open("ab") as lock:
        fcntl.flock(lock, mode)
        yield


def lay_down(content: bytes, sha256: str) -> Path:
    """Write a content under its hash: a temporary file, synced, renamed, and the folder synced.

    What lies there already gets a new date, so that `remove_orphans` leaves it to the row still to come.
    """
    target = path_of(sha256)
    with _locked(fcntl.LOCK_SH):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".new-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        _sync(target.parent)
    return target


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_orphans(known: Container[str], now: datetime) -> int:
    """Remove contents that no row knows and that were laid down over a day ago; how many."""
    oldest = now.timestamp() - ORPHAN_AFTER_SECONDS
    removed = 0
    with _locked(fcntl.LOCK_EX):
        for path in sorted(_folder().glob("??/*")) + sorted(_folder().glob("??/.new-*")):
            if path.name not in known and path.stat().st_mtime < oldest:
                path.unlink()
                removed += 1
    return removed


def damaged(known: Iterable[str]) -> list[str]:
    """The hashes whose content is missing, or is not what its name says."""
    return sorted(sha256 for sha256 in known if not _is_whole(sha256))


def _is_whole(sha256: str) -> bool:
    try:
        with path_of(sha256).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


# --- giving out --------------------------------------------------------------------------------------------


def _kept(stored: StoredFile) -> Path:
    path = path_of(stored.sha256)
    if stored.media_type not in BY_MEDIA_TYPE or not path.is_file():
        log.error("stored_file_missing", file=stored.id)
        raise NotFound(message=_l("This file cannot be opened at the moment. Tell the ministry."))
    return path


def content_of(stored: StoredFile) -> bytes:
    """The content itself, for an answer that holds it. Raises NotFound when it is missing on disk."""
    return _kept(stored).read_bytes()


def sent(stored: StoredFile) -> Response:
    """The content as a download that no browser opens in our name. Raises NotFound when it is missing on disk."""
    path = _kept(stored)
    answer = send_file(
        path, mimetype=stored.media_type, as_attachment=True, download_name=stored.name, conditional=False
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


# --- how much may be sent ----------------------------------------------------------------------------------


def file_limit() -> int:
    """The most bytes of one file."""
    return current_app.config["UPLOAD_MAX_MB"] * MEGABYTE


def accepts_upload(view: View) -> View:
    """Mark a view that takes a file: only these may be sent more than MAX_CONTENT_LENGTH."""
    marked: Any = view
    marked.__accepts_upload__ = True
    return view


def init_app(app: Flask) -> None:
    @app.url_value_preprocessor
    def _let_files_in(endpoint: str | None, _values: Any) -> None:
        """Before anything reads the body (the CSRF check does); a file that is too large still gets a clear word."""
        view = app.view_functions.get(endpoint or "")
        if request.method == "POST" and getattr(view, "__accepts_upload__", False):
            request.max_content_length = 2 * file_limit() + MEGABYTE
