"""What became of the mails about a case, for its desk: the outbox's own table, read only.

The outbox lies to the right of referrals, so its table is named here by its columns and never written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import BigInteger, String, column, or_, select, table

from hubs.core.durations import when_words
from hubs.core.events import Event
from hubs.core.types import UtcDateTime
from hubs.extensions import db
from hubs.referrals.models import SupportRequest
from hubs.referrals.pages.timeline.shown import MailShown

MOST = 200
_deliveries = table(
    "deliveries",
    column("id", String),
    column("event_id", BigInteger),
    column("template", String),
    column("state", String),
    column("sent_at", UtcDateTime),
)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail about an event of the case."""

    event_id: int
    reader: str  # entrepreneur or receiver
    state: str
    at: datetime
    sent_at: datetime | None


def mails_of(support_request: SupportRequest) -> list[Mail]:
    """The mails to the entrepreneur and to receivers, newest event first; one statement."""
    own, related = Event.subject_type == SupportRequest.__tablename__, Event.related_type == "support_requests"
    mine = or_(own & (Event.subject_id == support_request.id), related & (Event.related_id == support_request.id))
    sent_to = or_(_deliveries.c.template.like("entrepreneur:%"), _deliveries.c.template.like("receiver:%"))
    statement = (
        select(_deliveries.c.event_id, _deliveries.c.template, _deliveries.c.state, _deliveries.c.sent_at, Event.at)
        .join(Event, Event.id == _deliveries.c.event_id)
        .where(mine, sent_to)
        .order_by(Event.id.desc())
        .limit(MOST)
    )
    rows = db.session.execute(statement).all()
    return [Mail(row.event_id, row.template.partition(":")[0], row.state, row.at, row.sent_at) for row in rows]


def mail_words(mail: Mail, place: str, timezone: str, now: datetime) -> MailShown:
    """One line about a mail under its step."""
    who = _("the entrepreneur") if mail.reader == "entrepreneur" else place
    if mail.state == "sent" and mail.sent_at is not None:
        moment = when_words(mail.sent_at, timezone, now, short=True)
        words = _("Mail to %(name)s sent, %(moment)s", name=who, moment=moment)
    elif mail.state == "failed":
        words = _("Mail to %(name)s could not be delivered", name=who)
    elif mail.state == "waiting":
        words = _("Mail to %(name)s is on its way", name=who)
    else:
        words = _("Mail to %(name)s was not needed any more", name=who)
    return MailShown(mail.state, words)


def bounced(mails: Sequence[Mail]) -> Mail | None:
    """The newest mail to the entrepreneur, when it came back; a later one that arrived makes it good."""
    known: list[Any] = [m for m in mails if m.reader == "entrepreneur" and m.state in ("sent", "failed")]
    newest = max(known, key=lambda mail: mail.event_id, default=None)
    return newest if newest is not None and newest.state == "failed" else None
