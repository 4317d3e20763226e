"""A form is stored once, however often it arrives: reloaded, sent again after a lost answer, pressed twice.

Every form carries a random `form_key`. The transaction that writes claims it together with the work, so that both are
kept or neither; a second arrival is told what the first one was. A key belongs to whoever sends it and to the address
it is sent to. A form without a key is taken as it comes. (domain.md, rule 4)
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, g, request
from sqlalchemy import String, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from hubs.core.clock import utcnow
from hubs.core.types import Id, UtcDateTime, new_id
from hubs.extensions import AnySession, Base, db

FIELD = "form_key"
KEPT = timedelta(days=7)
NOT_COMPARED = frozenset({"csrf_token", FIELD, "submission_key"})  # made anew each time a form is shown
LONGEST = 2000  # characters of an address
_KEY = re.compile(r"[0-9A-Za-z_-]{16,64}")
_INSERT: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_ANSWER_TRIES, _ANSWER_PAUSE = 6, 0.05  # seconds: a twin that comes in between commit and answer waits this long


class SentForm(Base):
    """A form that was stored: its key bound to its sender and address, and where its answer led to."""

    __tablename__ = "sent_forms"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    location: Mapped[str | None] = mapped_column(String(LONGEST))  # empty: back to the page of the form


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that arrives: the hashes of its key and of what is in it."""

    key_hash: str
    body_hash: str


class AlreadySent(Exception):
    """This form was stored before: at that moment, and its answer led there (None: to the page of the form)."""

    def __init__(self, at: datetime, location: str | None, *, is_same: bool) -> None:
        super().__init__("already sent")
        self.at, self.location, self.is_same = at, location, is_same


def new_key() -> str:
    """The key of a form that is shown."""
    return secrets.token_urlsafe(16)


def is_key(text: str) -> bool:
    """Whether this can be the key of a form of ours."""
    return _KEY.fullmatch(text) is not None


class OnceOnly:
    """What `write_transaction` asks: read the key before anybody waits for the database, claim it once begun.

    `sender` names who sends: a person acting for an organisation, or the session of a visitor.
    """

    def __init__(self, sender: Callable[[], str]) -> None:
        self.sender = sender

    def read(self) -> Sent | None:
        """The form of this request; None without a key, and for a page that saves itself while one types."""
        if request.method != "POST" or request.headers.get("X-Requested-With") == "fetch":
            return None
        key = request.form.get(FIELD, "")
        if not is_key(key):
            return None
        return Sent(_hash([key, self.sender(), request.path]), _body_hash())

    def claim(self, sent: Sent) -> None:
        """Take the key in the running transaction. Raises AlreadySent when it was taken before.

        On PostgreSQL the insert waits for another transaction with the same key to end.
        """
        own: str | None = g.get("sent_form")
        now, identifier = utcnow(), new_id()
        if _insert(db.session, identifier, sent, now):
            g.sent_form = identifier
            return
        found = db.session.execute(select(SentForm).where(SentForm.key_hash == sent.key_hash)).scalar_one()
        if found.id == own:
            return  # this very request stores in several steps
        stored_at, is_same = found.at, found.body_hash == sent.body_hash
        raise AlreadySent(stored_at, _answer_of(found.id, stored_at, now), is_same=is_same)


def _hash(parts: Any) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _body_hash() -> str:
    """Over everything typed and chosen; of files their names."""
    listed = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_COMPARED]
    listed += [(name, file.filename or "") for name, file in request.files.items(multi=True)]
    return _hash(part for pair in sorted(listed) for part in pair)


def _insert(session: AnySession, identifier: str, sent: Sent, now: datetime) -> bool:
    """Whether the key was free, or taken so long ago that it counts no more."""
    values = {"key_hash": sent.key_hash, "body_hash": sent.body_hash, "at": now, "location": None}
    table = SentForm.__table__
    fresh = _INSERT[session.connection().dialect.name](table).values(id=identifier, **values)
    taken_over = fresh.on_conflict_do_update(
        index_elements=["key_hash"], set_={"id": identifier, **values}, where=table.c.at <= now - KEPT
    )
    return session.execute(taken_over.returning(table.c.id)).first() is not None


def _answer_of(identifier: str, stored_at: datetime, now: datetime) -> str | None:
    """Where the first one's answer led to; a twin that is only just ahead is given a moment to say so."""
    statement = select(SentForm.location).where(SentForm.id == identifier)
    tries = _ANSWER_TRIES if now - stored_at < timedelta(seconds=2) else 1
    for attempt in range(tries):
        db.session.rollback()
        location: str | None = db.session.execute(statement).scalar_one_or_none()
        if location is not None or attempt == tries - 1:
            return location
        time.sleep(_ANSWER_PAUSE)
    return None


def forget_sent(now: datetime) -> int:
    """Delete keys that count no more; how many went."""
    gone: Any = db.session.execute(delete(SentForm).where(SentForm.at <= now - KEPT))
    return int(gone.rowcount)


def store_location(identifier: str, location: str) -> None:
    """Keep where the answer to a form led."""
    db.session.execute(update(SentForm).where(SentForm.id == identifier).values(location=location[:LONGEST]))


def give_back(identifier: str) -> None:
    """The form was refused after all: its key is free again."""
    db.session.execute(delete(SentForm).where(SentForm.id == identifier))


def is_claimed(identifier: str) -> bool:
    """Whether a claim was kept, and so the work with it."""
    return db.session.execute(select(SentForm.id).where(SentForm.id == identifier)).first() is not None


def init_app(app: Flask, sender: Callable[[], str]) -> None:
    app.extensions["once_only"] = OnceOnly(sender)
    app.jinja_env.globals["new_form_key"] = new_key
