"""What a mail held is forgotten thirty days after it was dealt with, or after it came when nobody looked at it.

That it came, and what became of it, stays: the same mail sent again is still known. A draft keeps its mail until it is
completed or discarded.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select

from hubs.accounts.actor import THE_SERVICE
from hubs.core.events import record
from hubs.core.stored_files import StoredFile
from hubs.extensions import db
from hubs.mailbox.lifecycle import MailState
from hubs.mailbox.models import IncomingMail
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import SupportRequest

KEPT_FOR = timedelta(days=30)
GONE = "…"  # the words of a draft that was discarded


def forget_mails(now: datetime, limit: int = 100) -> int:
    """Empty what is old; how many. The file itself is removed by `files tidy`."""
    since = func.coalesce(IncomingMail.handled_at, IncomingMail.arrived_at)
    statement = (
        select(IncomingMail)
        .outerjoin(IncomingMail.support_request)
        .where(
            IncomingMail.forgotten_at.is_(None),
            since < now - KEPT_FOR,
            or_(
                IncomingMail.state != MailState.DRAFTED,
                SupportRequest.id.is_(None),
                SupportRequest.state != RequestState.DRAFT,
            ),
        )
        .order_by(IncomingMail.arrived_at, IncomingMail.id)
        .limit(limit)
        .with_for_update(of=IncomingMail)
    )
    found = db.session.execute(statement).scalars().all()
    for row in found:
        _forget(row, now)
    return len(found)


def _forget(row: IncomingMail, now: datetime) -> None:
    stored_id = row.stored_file_id
    row.sender_address = row.sender_name = row.original_address = row.original_name = None
    row.subject = row.body = row.stored_file_id = None
    row.attachments, row.forgotten_at = [], now
    draft = row.support_request
    if row.state == MailState.DISCARDED and row.message_row_id is None and draft is not None and not draft.received_at:
        draft.text, draft.private_notes = GONE, None
    db.session.flush()
    if stored_id:
        db.session.execute(delete(StoredFile).where(StoredFile.id == stored_id))
    record(db.session(), "incoming_mail.forgotten", row, actor=THE_SERVICE, now=now, outbox=False)
