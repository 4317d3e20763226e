"""What was typed when a session had ended, kept for a day behind a secret that only the next page knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from hubs.core.tokens import hash_token, new_token
from hubs.extensions import db
from hubs.referrals.models import KeptForm

KEPT_FOR = timedelta(days=1)
LARGEST = 40_000  # characters of one form
NOT_KEPT = frozenset({"csrf_token", "kept"})


def keep_form(path: str, values: Mapping[str, list[str]], *, now: datetime) -> str | None:
    """Keep a form's values; the secret to ask for them with. None when there is nothing, or far too much."""
    worth = {name: typed for name, typed in values.items() if name not in NOT_KEPT and any(typed)}
    size = sum(len(value) for typed in worth.values() for value in typed)
    if not worth or size > LARGEST:
        return None
    db.session.execute(delete(KeptForm).where(KeptForm.created_at < now - KEPT_FOR))
    token, hashed = new_token()
    db.session.add(KeptForm(token_hash=hashed, path=path[:200], values=worth, created_at=now))
    db.session.flush()
    return token


def kept_values(token: str | None, path: str, *, now: datetime) -> dict[str, list[str]]:
    """What was kept for this page; nothing when the secret is unknown, old or for another page."""
    if not token:
        return {}
    statement = select(KeptForm).where(
        KeptForm.token_hash == hash_token(token), KeptForm.path == path, KeptForm.created_at >= now - KEPT_FOR
    )
    found = db.session.execute(statement).scalar_one_or_none()
    return dict(found.values) if found else {}


def drop_kept(token: str | None) -> None:
    """Forget it: it has been stored as what it was meant to be."""
    if token:
        db.session.execute(delete(KeptForm).where(KeptForm.token_hash == hash_token(token)))
