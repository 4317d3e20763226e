"""A creation sent twice with one Idempotency-Key happens once; the second gets the first one's answer."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime, timedelta
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from werkzeug.datastructures import FileStorage

from hubs.api.models import IdempotencyKey
from hubs.api.words import explained
from hubs.core.errors import BadInput, Problem, RuleViolation
from hubs.extensions import db

KEPT = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_INSERT: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def key_sent() -> str | None:
    """The header, or None. Raises BadInput for one that no key looks like."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise BadInput([Problem(*explained("bad_key"), field="Idempotency-Key")])
    return key


class MadeBefore(Exception):
    """What is asked was done before under this key; `row` holds what was answered then."""

    def __init__(self, row: IdempotencyKey) -> None:
        super().__init__("made before")
        self.row = row


def _plain(value: Any) -> str:
    """A file in a form, as its name and a digest of its content."""
    if not isinstance(value, FileStorage):
        raise TypeError(type(value).__name__)
    value.stream.seek(0)
    digest = hashlib.sha256(value.stream.read()).hexdigest()
    value.stream.seek(0)
    return f"{value.filename}:{digest}"


def _content_hash(value: Any) -> str:
    canonical = json.dumps([request.method, request.path, value], sort_keys=True, default=_plain)
    return hashlib.sha256(canonical.encode()).hexdigest()


def claim(client_id: str, key: str, value: Any, now: datetime) -> None:
    """Take the key in the running write.

    On PostgreSQL the insert waits for another write with the same key to end. Raises MadeBefore when the key was taken
    for the same, RuleViolation when it came with something else.
    """
    own = IdempotencyKey.client_id == client_id
    db.session.execute(delete(IdempotencyKey).where(own, IdempotencyKey.created_at <= now - KEPT))
    values = {"client_id": client_id, "key": key, "content_hash": _content_hash(value), "created_at": now}
    insert = _INSERT[db.session.connection().dialect.name](IdempotencyKey).values(values).on_conflict_do_nothing()
    if db.session.execute(insert.returning(IdempotencyKey.key)).first() is not None:
        return
    row = db.session.execute(select(IdempotencyKey).where(own, IdempotencyKey.key == key)).scalar_one()
    if row.content_hash != values["content_hash"]:
        message = _l("This Idempotency-Key was used before, with something else.")
        raise RuleViolation("idempotency_key_reused", message, "Idempotency-Key")
    raise MadeBefore(row)


def keep_answer(client_id: str, key: str, *, status: int, answer: str, location: str | None, etag: str | None) -> None:
    """Keep what is answered to the write that took the key, in the same transaction."""
    row = db.session.get_one(IdempotencyKey, (client_id, key))
    row.status, row.answer, row.location, row.etag = status, answer, location, etag


def forget_answers(now: datetime) -> int:
    """Delete the answers of more than a day ago; how many went."""
    gone: Any = db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at <= now - KEPT))
    return int(gone.rowcount)
