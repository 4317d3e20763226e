"""A question that is being filled in on the public page, kept step by step behind a signed link for seven days.

What holds is derived when it is read; the clock only removes what is too old. Sent, nothing of it stays but that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.actor import ANONYMOUS, actor_of_entrepreneur
from hubs.companies.identifying import NotUsable, checked_email
from hubs.companies.links import signed, value_of
from hubs.companies.operations import problem_of
from hubs.core.errors import RuleViolation
from hubs.core.events import record
from hubs.core.forms import clean_text
from hubs.core.links import external
from hubs.core.types import folded, new_id
from hubs.core.uploads import Received, stored_file
from hubs.extensions import db
from hubs.referrals.intake.models import KeptAsk, KeptAskFile
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations.files import add_file

KEPT_DAYS = 7
LARGEST = 40_000  # characters of everything typed
MOST_FILES = 5
MOST_MAILS = 5
MAIL_EVERY = timedelta(minutes=5)
Values = Mapping[str, Sequence[str]]


def kept_token(kept: KeptAsk) -> str:
    """What stands behind `?kept=`; without the service's own key nobody can make it."""
    return signed("kept-ask", kept.id)


def kept_url(kept: KeptAsk) -> str:
    return external(f"/ask?kept={kept_token(kept)}")


def kept_ask(token: str | None, now: datetime, *, lock: bool = False) -> KeptAsk | None:
    """What was kept behind this link; None when the link is forged, or older than seven days."""
    identifier = value_of("kept-ask", token[:200]) if token else None
    if identifier is None:
        return None
    statement = select(KeptAsk).where(KeptAsk.id == identifier, KeptAsk.created_at > now - timedelta(days=KEPT_DAYS))
    if lock:
        statement = statement.with_for_update(of=KeptAsk)
    return db.session.execute(statement).scalar_one_or_none()


def kept_until(kept: KeptAsk) -> datetime:
    return kept.created_at + timedelta(days=KEPT_DAYS)


def begin_ask(*, language: str, source: str | None, now: datetime) -> KeptAsk:
    """Begin to keep what is filled in."""
    kept = KeptAsk(id=new_id(), created_at=now, language=language, source=source, values={}, step="question", mails=0)
    db.session.add(kept)
    db.session.flush()
    record(db.session(), "kept_ask.begun", kept, actor=ANONYMOUS, now=now, outbox=False)
    return kept


def keep_values(kept: KeptAsk, values: Values, step: str, *, language: str) -> bool:
    """Keep everything as it was typed, right or wrong; False when it is far too much to keep."""
    tidy = {name: [str(clean_text(value)) for value in typed] for name, typed in values.items()}
    worth = {name: typed for name, typed in tidy.items() if any(typed)}
    if kept.sent_at is not None or sum(len(value) for typed in worth.values() for value in typed) > LARGEST:
        return False
    if (kept.values, kept.step, kept.language) != (worth, step, language):
        kept.values, kept.step, kept.language = worth, step, language
    db.session.flush()
    return True


def keep_files(kept: KeptAsk, received: Iterable[Received], *, now: datetime) -> None:
    """Keep files that passed the checks; the same one sent again is kept once. Raises RuleViolation: too many."""
    known = {each.stored.sha256 for each in kept.files}
    fresh = [each for each in {row.sha256: row for row in received}.values() if each.sha256 not in known]
    if len(known) + len(fresh) > MOST_FILES:
        message = _l("Add at most %(number)s files. Take one off first.", number=MOST_FILES)
        raise RuleViolation("too_many_files", message, "files")
    for each in fresh:
        stored = stored_file(each, by=None, now=now)
        db.session.add(stored)
        db.session.flush()
        kept.files.append(KeptAskFile(id=new_id(), stored_file_id=stored.id, stored=stored))
    db.session.flush()


def drop_file(kept: KeptAsk, file_id: str) -> None:
    """Take one file off; nothing when it is gone already."""
    _drop([each for each in kept.files if each.id == file_id])


def ask_for_link(kept: KeptAsk, email: str | None, *, now: datetime) -> None:
    """Have the link mailed; sent again within minutes, or too often, nothing more goes out. Raises RuleViolation."""
    if not (email or "").strip():
        raise RuleViolation("email_required", _l("Fill in your mail address."), "email")
    try:
        address = checked_email(str(email))
    except NotUsable as error:
        raise RuleViolation(error.code, problem_of(error).message, "email") from error
    same = folded(kept.mail_to) == folded(address)
    lately = kept.mailed_at is not None and same and now < kept.mailed_at + MAIL_EVERY
    if lately or kept.mails >= MOST_MAILS or kept.sent_at is not None:
        return
    kept.mail_to, kept.mailed_at, kept.mails = address, now, kept.mails + 1
    db.session.flush()
    record(db.session(), "kept_ask.link_requested", kept, actor=ANONYMOUS, now=now)


def hand_on_files(kept: KeptAsk, questions: Iterable[SupportRequest], *, now: datetime) -> None:
    """The files go along with the question, and with those about other markets that were asked with it."""
    for support_request in questions:
        entrepreneur = actor_of_entrepreneur(support_request.id, support_request.language)
        for each in kept.files:
            add_file(support_request, received_of(each), actor=entrepreneur, now=now)


def received_of(kept_file: KeptAskFile) -> Received:
    """A file that was checked when it came in."""
    row = kept_file.stored
    return Received(row.sha256, row.size, row.media_type, row.name, row.scan)


def close_kept(kept: KeptAsk, *, now: datetime) -> None:
    """It was sent: nothing of it stays, but that it was, so that the button pressed twice sends once."""
    _drop(kept.files)
    kept.values, kept.mail_to, kept.source, kept.sent_at = {}, None, None, now
    db.session.flush()


def drop_old_asks(now: datetime, limit: int = 100) -> int:
    """Delete what was kept for seven days, with its files; how many."""
    statement = (
        select(KeptAsk)
        .where(KeptAsk.created_at <= now - timedelta(days=KEPT_DAYS))
        .order_by(KeptAsk.id)
        .limit(limit)
        .with_for_update(of=KeptAsk)
    )
    found = db.session.execute(statement).scalars().all()
    for kept in found:
        _drop(kept.files)
        db.session.delete(kept)
    db.session.flush()
    return len(found)


def _drop(files: Iterable[KeptAskFile]) -> None:
    """The rows only: a content without a row is removed by `files tidy`."""
    listed: list[Any] = [(each, each.stored) for each in files]
    for kept_file, stored in listed:
        kept_file.kept_ask.files.remove(kept_file)
        db.session.flush()
        db.session.delete(stored)
    db.session.flush()
