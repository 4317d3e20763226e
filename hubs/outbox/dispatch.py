"""Turns events into deliveries and sends them: claimed with a lease, at least once, with a stable Message-ID.

Killed at any moment nothing is lost or doubled: an event's deliveries and its `done_at` commit together, a
delivery is unique per event, template and address, and a lease that a dead worker left behind runs out.
"""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import CursorResult, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from hubs.core.clock import utcnow
from hubs.core.events import Event, OutboxItem, seal_new
from hubs.extensions import db, write_transaction
from hubs.outbox import formal
from hubs.outbox.mail import MailRefused, Send
from hubs.outbox.models import Delivery
from hubs.outbox.notifications import deliveries_of, written

log = structlog.get_logger()
LEASE = timedelta(seconds=120)
BATCH = 50
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
MOST_ATTEMPTS = 8
SEAL_LOCK = 7_205_759  # any number of our own: one sealer at a time on PostgreSQL


def _changed(statement: Any) -> bool:
    result = db.session.execute(statement)
    return isinstance(result, CursorResult) and result.rowcount == 1


def _free(model: Any, now: datetime) -> Any:
    return or_(model.lease_until.is_(None), model.lease_until < now)


def waiting_events(now: datetime) -> Sequence[int]:
    statement = (
        select(OutboxItem.event_id)
        .where(OutboxItem.done_at.is_(None), OutboxItem.attempts < MOST_ATTEMPTS, _free(OutboxItem, now))
        .order_by(OutboxItem.event_id)
        .limit(BATCH)
    )
    return db.session.execute(statement).scalars().all()


def expand(event_id: int, now: datetime) -> bool:
    """Write the deliveries of one event; False when another worker has it.

    The lease is taken in a transaction of its own: should this event bring the worker down, the next one
    goes on with the others and comes back to it when the lease has run out, a few times at most.
    """
    write_transaction()
    claim = (
        update(OutboxItem)
        .where(OutboxItem.event_id == event_id, OutboxItem.done_at.is_(None), _free(OutboxItem, now))
        .values(lease_until=now + LEASE, attempts=OutboxItem.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    if not _changed(claim):
        db.session.rollback()
        return False
    db.session.commit()
    write_transaction()
    for planned in deliveries_of(db.session.get_one(Event, event_id), now):
        _add(planned)
    db.session.execute(
        update(OutboxItem)
        .where(OutboxItem.event_id == event_id)
        .values(done_at=now, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return True


def _add(planned: Delivery) -> None:
    """A delivery that stands already is left as it is."""
    try:
        with db.session.begin_nested():
            db.session.add(planned)
    except IntegrityError:
        log.info("delivery_known", template=planned.template)


def waiting_deliveries(now: datetime) -> Sequence[str]:
    statement = (
        select(Delivery.id)
        .where(Delivery.state == "waiting", Delivery.next_try_at <= now, _free(Delivery, now))
        .order_by(Delivery.next_try_at, Delivery.id)
        .limit(BATCH)
    )
    return db.session.execute(statement).scalars().all()


def deliver(delivery_id: str, send: Send, now: datetime, *, sender: str) -> bool:
    """Claim, send outside any transaction, and note how it went; False when another worker has it."""
    write_transaction()
    claim = (
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == "waiting", _free(Delivery, now))
        .values(lease_until=now + LEASE, attempts=Delivery.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    if not _changed(claim):
        db.session.rollback()
        return False
    db.session.commit()
    delivery = db.session.get_one(Delivery, delivery_id)
    attempts = delivery.attempts
    try:
        message = written(delivery, sender=sender, now=now)
    except OSError as error:  # a file that goes with it cannot be read
        db.session.rollback()
        _retry(delivery_id, attempts, error)
        return True
    db.session.rollback()
    if message is None:
        _note(delivery_id, detail="dropped", state="dropped", lease_until=None)
        return True
    mail_id = str(message["Message-ID"])
    try:
        send(message)
    except MailRefused as error:
        _note(delivery_id, mail_id, _in_log(error), state="failed", error=str(error)[:500], lease_until=None)
    except (OSError, smtplib.SMTPException) as error:
        _retry(delivery_id, attempts, error, mail_id)
    else:
        _note(delivery_id, mail_id, state="sent", sent_at=utcnow(), error=None, lease_until=None)
    return True


def _retry(delivery_id: str, attempts: int, error: Exception, mail_id: str = "") -> None:
    log.warning("mail_not_sent", delivery=delivery_id, attempts=attempts, error=_in_log(error))
    if attempts > len(WAITS):
        _note(delivery_id, mail_id, _in_log(error), state="failed", error=str(error)[:500], lease_until=None)
        return
    _note(delivery_id, next_try_at=utcnow() + WAITS[attempts - 1], error=str(error)[:500], lease_until=None)


def _in_log(error: Exception) -> str:
    """What went wrong without the words of the server, which repeat addresses."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _words in error.recipients.values()]
    else:
        codes = [code for code in (getattr(error, "smtp_code", None), getattr(error, "errno", None)) if code]
    return " ".join([type(error).__name__, *(str(code) for code in codes)])


def _note(delivery_id: str, mail_id: str = "", detail: str = "", **values: Any) -> None:
    """Write down how a delivery stands; once it is over, also on the letter of the ministry it carried."""
    write_transaction()
    db.session.execute(
        update(Delivery).where(Delivery.id == delivery_id).values(**values).execution_options(synchronize_session=False)
    )
    if "state" in values:
        delivery = db.session.get_one(Delivery, delivery_id)
        status = "sent" if values["state"] == "sent" else "failed"
        formal.note_sending(delivery, status, utcnow(), message_id=mail_id, detail=detail)
    db.session.commit()


def seal(now: datetime) -> int:
    """Give new events their place in the chain; one worker at a time."""
    write_transaction()
    if db.session.connection().dialect.name == "postgresql":
        got = db.session.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": SEAL_LOCK}).scalar_one()
        if not got:
            db.session.rollback()
            return 0
    sealed = seal_new(db.session())
    db.session.commit()
    return sealed


def work_once(send: Send, *, sender: str) -> int:
    """One round: events into deliveries, deliveries out, new events sealed; how much was done."""
    done = 0
    now = utcnow()
    events = waiting_events(now)
    db.session.rollback()
    for event_id in events:
        done += expand(event_id, now)
    now = utcnow()
    deliveries = waiting_deliveries(now)
    db.session.rollback()
    for delivery_id in deliveries:
        done += deliver(delivery_id, send, utcnow(), sender=sender)
    done += seal(now)
    db.session.remove()
    return done
