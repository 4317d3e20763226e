"""What is asked, answered and added; the words themselves stand in messages, never in events."""

from __future__ import annotations

from datetime import datetime

from hubs.core.perform import Actor
from hubs.core.types import new_id
from hubs.extensions import db
from hubs.referrals.models import Message, Referral, SupportRequest


def message_id_for(text: str | None) -> str | None:
    """The id under which a text will be written down, for the event that comes before it."""
    return new_id() if (text or "").strip() else None


def add_message(
    support_request: SupportRequest,
    kind: str,
    text: str | None,
    *,
    actor: Actor,
    now: datetime,
    referral: Referral | None = None,
    message_id: str | None = None,
) -> Message | None:
    """Write down a text; None when there is none (whether that is allowed is for the lifecycle's guard)."""
    words = (text or "").strip()
    if not words:
        return None
    message = Message(
        id=message_id or new_id(),
        support_request=support_request,
        referral_id=referral.id if referral is not None else None,
        kind=kind,
        author_kind=actor.kind if actor.kind in ("person", "client", "entrepreneur") else "person",
        author_id=actor.id,
        organisation_id=actor.organisation_id,
        text=words,
        at=now,
    )
    db.session.add(message)
    db.session.flush()
    return message
