"""A mail comes in: read, sorted, its files checked, then stored and committed in one transaction.

Only after that does a sender hear that it was taken. Whatever goes wrong before is for the sender to try again; the
same mail twice is stored once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hubs.core import uploads
from hubs.core.errors import RuleViolation
from hubs.core.stored_files import Scan
from hubs.core.uploads import Received, lay_down
from hubs.extensions import db, write_transaction
from hubs.mailbox.lifecycle import MailState
from hubs.mailbox.models import IncomingMail
from hubs.mailbox.operations.taking import Files, settle, write_down
from hubs.mailbox.reading import Attached, Mail, Unreadable, read_mail
from hubs.mailbox.sorting import sort_mail

log = structlog.get_logger()
MEDIA_TYPE = "message/rfc822"


class TryAgain(Exception):
    """It cannot be taken at this moment; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of a mail."""

    id: str
    state: str
    is_repeat: bool = False

    @property
    def is_set_apart(self) -> bool:
        return self.state == MailState.QUARANTINED


def arrive(raw: bytes, recipient: str, *, envelope_from: str | None, now: datetime) -> Arrived:
    """Take in one mail for one address. Raises TryAgain, and whatever the database or the disk raises."""
    mail, fault = _read(raw)
    mark = fingerprint(raw, recipient, mail)
    known = _known(mark)
    if known is not None:
        return known
    verdict = sort_mail(mail, recipient, envelope_from=envelope_from, now=now, fault=fault)
    takes_files = verdict.action in ("take_as_draft", "take_as_answer") and mail is not None
    db.session.rollback()
    files = check_files(attachments_of(mail)) if takes_files and mail is not None else Files()
    eml = keep_raw(raw)
    write_transaction()
    try:
        row = write_down(verdict, mail, eml, files, fingerprint=mark, recipient=recipient, now=now)
    except IntegrityError:  # the same mail, by another door at the same moment
        db.session.rollback()
        known = _known(mark)
        if known is None:
            raise
        return known
    settle(row, verdict, mail, files, now=now)
    arrived = Arrived(row.id, row.state)
    db.session.commit()
    log.info("mail_arrived", mail=arrived.id, state=arrived.state, reason=str(verdict.reason or ""), size=len(raw))
    return arrived


def _read(raw: bytes) -> tuple[Mail | None, str | None]:
    try:
        return read_mail(raw), None
    except Unreadable as fault:
        return None, fault.code


def fingerprint(raw: bytes, recipient: str, mail: Mail | None) -> str:
    """The same for the same mail to the same address: by its Message-ID, else by its content."""
    mark = mail.message_id if mail is not None and len(mail.message_id) > 4 else hashlib.sha256(raw).hexdigest()
    return hashlib.sha256(f"{recipient.strip().lower()}\n{mark}".encode("utf-8", "replace")).hexdigest()


def _known(mark: str) -> Arrived | None:
    row = db.session.execute(select(IncomingMail).where(IncomingMail.fingerprint == mark)).scalar_one_or_none()
    found = Arrived(row.id, row.state, is_repeat=True) if row is not None else None
    db.session.rollback()
    return found


def keep_raw(raw: bytes) -> Received:
    """Lay the mail down as it came, before the transaction that writes about it."""
    sha256 = hashlib.sha256(raw).hexdigest()
    lay_down(raw, sha256)
    return Received(sha256, len(raw), MEDIA_TYPE, "mail.eml", Scan.NOT_SCANNED)


def attachments_of(mail: Mail) -> tuple[Attached, ...]:
    """The files of a mail, and of the mail that was forwarded inside it."""
    return (*(mail.inner.attachments if mail.inner else ()), *mail.attachments)


def check_files(attached: tuple[Attached, ...]) -> Files:
    """Check each file and lay it down; one that is refused is named with the reason. Raises TryAgain."""
    received: list[Received] = []
    listed = []
    for each in attached:
        entry: dict[str, Any] = {"name": each.name[:160], "size": len(each.content), "refused": None}
        try:
            received.append(uploads.receive(BytesIO(each.content), each.name))
        except RuleViolation as refusal:
            problem = refusal.problems[0]
            if problem.code == "scanner_unreachable":
                raise TryAgain("the virus check does not answer") from refusal
            entry["refused"] = problem.code
        listed.append(entry)
    return Files(tuple(received), tuple(listed))
