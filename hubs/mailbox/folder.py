"""Mails as `.eml` files: taken from `new`, and moved to `done` or, when set apart, to `quarantine`, once committed.

Whoever puts a file there writes it under another name first (beginning with a dot, or ending in .tmp or .part) and
renames it. Killed half-way, the next round finds the mail stored already and moves the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from flask import current_app
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from hubs.core.errors import DomainError
from hubs.extensions import db
from hubs.mailbox.addresses import is_known, is_ours
from hubs.mailbox.arrivals import TryAgain, arrive
from hubs.mailbox.reading import Unreadable, read_mail

log = structlog.get_logger()
NEW, DONE, APART = "new", "done", "quarantine"
KEPT_FOR = timedelta(days=30)
MOST_A_ROUND = 50
NO_ADDRESS = "unknown@invalid"
# a mail on which the code itself breaks must not keep the others, or the worker, from going on
_BROKEN = (
    DomainError,
    SQLAlchemyError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    ArithmeticError,
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """How many files one round took, set apart, and left for later."""

    taken: int = 0
    apart: int = 0
    left: int = 0


def inbox() -> Path:
    """The folder that is looked at when nobody names another."""
    return Path(current_app.config["HUBS_DATA_DIR"]) / "inbox"


def fetch(folder: Path | None, *, now: datetime) -> Fetched:
    """One round: at most fifty files, oldest name first."""
    base = folder or inbox()
    if folder is None and not (base / NEW).is_dir():
        return Fetched()
    for name in (NEW, DONE, APART):
        (base / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    taken = apart = left = 0
    for path in _waiting(base / NEW):
        goes = _take(path, now)
        if goes is None:
            left += 1
            continue
        _move(path, base / goes)
        taken, apart = taken + (goes == DONE), apart + (goes == APART)
    _tidy((base / DONE, base / APART), now)
    return Fetched(taken, apart, left)


def _waiting(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.glob("*.eml") if not path.name.startswith(".") and path.is_file())
    return found[:MOST_A_ROUND]


def _take(path: Path, now: datetime) -> str | None:
    """Where the file goes; None to leave it for the next round."""
    try:
        limit = current_app.config["MAIL_IN_MAX_MB"] * 1024 * 1024
        if path.stat().st_size > limit:
            log.error("mail_too_large", file=path.name)
            return APART
        raw = path.read_bytes()
        outcomes = [arrive(raw, each, envelope_from=None, now=now) for each in recipients_of(raw)]
    except (TryAgain, OperationalError, OSError) as fault:
        db.session.rollback()
        log.warning("mail_left", file=path.name, error=type(fault).__name__)
        return None
    except _BROKEN as fault:
        db.session.rollback()
        log.error("mail_not_taken", file=path.name, error=type(fault).__name__)
        return APART
    return APART if any(each.is_set_apart for each in outcomes) else DONE


def recipients_of(raw: bytes) -> list[str]:
    """The addresses of ours that a file is for: those it names that we know, else those in our domain, else none."""
    try:
        named = read_mail(raw).recipients
    except Unreadable:
        named = ()
    known = [address for address in named if is_known(address)]
    listed = known or [address for address in named if is_ours(address)][:1] or [NO_ADDRESS]
    db.session.rollback()
    return listed[:20]


def _move(path: Path, folder: Path) -> None:
    target, number = folder / path.name, 1
    while target.exists():
        target, number = folder / f"{path.stem}-{number}.eml", number + 1
    try:
        path.rename(target)
    except FileNotFoundError:
        log.info("mail_moved_already", file=path.name)


def _tidy(folders: Iterable[Path], now: datetime) -> None:
    oldest = (now - KEPT_FOR).timestamp()
    for folder in folders:
        for path in folder.glob("*.eml"):
            if path.is_file() and path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
