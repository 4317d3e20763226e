"""What the pages of a question and of a referral share: that somebody looked, and what is wrong with a message."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hubs.accounts.actor import Actor
from hubs.extensions import db, write_transaction
from hubs.referrals.forms.conversation import MessageForm
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.reading import is_unread, put_visit, seen_at


def visited(subject: SupportRequest | Referral, actor: Actor, now: datetime) -> None:
    """Nothing said till now is new to this person any more. Writes only when something was."""
    if actor.kind != "person" or not is_unread(subject, seen_at(subject, actor)):
        return
    subject_id = subject.id
    write_transaction()
    put_visit(subject_id, actor, now)
    db.session.commit()


def message_problems(form: MessageForm | None) -> list[dict[str, Any]]:
    """For the summary at the top of the page."""
    if form is None:
        return []
    ids = {"to": "message-to", "text": "message-text", "file": "message-file"}
    found = [{"message": message, "id": ids.get(field.name)} for field in form for message in field.errors]
    return found + [{"message": message, "id": None} for message in form.form_errors]
