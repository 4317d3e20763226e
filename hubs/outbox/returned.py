"""A mail of ours that came back: the delivery is marked, and the desk hears that the entrepreneur did not get it."""

from __future__ import annotations

from datetime import datetime

from hubs.accounts.actor import THE_SERVICE
from hubs.core.events import Event, record
from hubs.extensions import db
from hubs.outbox import formal
from hubs.outbox.models import Delivery
from hubs.referrals.models import Referral, SupportRequest

NOTED = "incoming_mail.note_return"
MAIL_RETURNED = "support_request.mail_returned"


def is_about(entry: Event) -> bool:
    """Whether an event says that a mail came back."""
    return entry.kind == NOTED


def note(entry: Event, now: datetime) -> None:
    """Mark the delivery; a second report about the same mail changes nothing."""
    delivery = db.session.get(Delivery, str(entry.data.get("delivery_id") or ""))
    if delivery is None or delivery.state != "sent":
        return
    delivery.state, delivery.error = "failed", f"returned {entry.data.get('status') or ''}".strip()
    formal.note_sending(delivery, "failed", now, message_id="", detail="returned")
    about = db.session.get(Event, delivery.event_id)
    support_request = _request_of(about) if delivery.organisation_id is None else None
    if support_request is not None:
        details = {"delivery_id": delivery.id, "status": entry.data.get("status")}
        record(db.session(), MAIL_RETURNED, support_request, actor=THE_SERVICE, now=now, data=details)


def _request_of(entry: Event | None) -> SupportRequest | None:
    if entry is None:
        return None
    if entry.subject_type == Referral.__tablename__:
        referral = db.session.get(Referral, entry.subject_id)
        return referral.support_request if referral is not None else None
    if entry.subject_type == SupportRequest.__tablename__:
        return db.session.get(SupportRequest, entry.subject_id)
    return None
