"""Events: audit trail and history at once, insert-only from the first migration.

An event holds ids, codes, numbers and salted commitments only; personal values that history needs stand in
`event_personal`, which can be erased without breaking the chain. A worker seals events, in order, into a
hash chain (`event_seals`). The outbox row is written in the same transaction as its event.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, event, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.core.types import Id, JsonValue, UtcDateTime
from hubs.extensions import AnySession, Base

BigId = BigInteger().with_variant(Integer, "sqlite")
GENESIS = "0" * 64


class Event(Base):
    """One thing that happened: who did what to which object, when, acting for whom."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_subject", "subject_type", "subject_id", "id"),
        Index("ix_events_related", "related_type", "related_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(64), index=True)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(Id)
    related_type: Mapped[str | None] = mapped_column(String(40))  # the request a referral belongs to
    related_id: Mapped[str | None] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_kind: Mapped[str] = mapped_column(String(20))  # person, client, entrepreneur, system
    actor_id: Mapped[str | None] = mapped_column(String(64))
    organisation_id: Mapped[str | None] = mapped_column(Id)
    data: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)
    commitments: Mapped[dict[str, str]] = mapped_column(JsonValue, default=dict)

    personal: Mapped[list[EventPersonal]] = relationship(back_populates="event", viewonly=True)


class EventPersonal(Base):
    """A personal value an event refers to; erasing it leaves the commitment, and so the chain, whole."""

    __tablename__ = "event_personal"

    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id"), primary_key=True)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    salt: Mapped[str] = mapped_column(String(32))

    event: Mapped[Event] = relationship(back_populates="personal", viewonly=True)


class EventSeal(Base):
    """The place of an event in the chain: its number and the hash over it and the seal before."""

    __tablename__ = "event_seals"

    number: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id"), unique=True)
    hash: Mapped[str] = mapped_column(String(64))


class OutboxItem(Base):
    """An event that still has to be turned into deliveries; claimed with a lease, done at the end."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_open", "done_at", "lease_until", "event_id"),)

    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id"), primary_key=True)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)

    event: Mapped[Event] = relationship()


def commitment(value: str, salt: str) -> str:
    """What the chain keeps of a personal value."""
    return hashlib.sha256(f"{salt}\x00{value}".encode()).hexdigest()


def record(
    session: AnySession,
    kind: str,
    subject: Any,
    *,
    actor: Any,
    now: datetime,
    data: Mapping[str, Any] | None = None,
    personal: Mapping[str, str] | None = None,
    related: Any = None,
    outbox: bool = True,
) -> Event:
    """Write an event, its personal values and its outbox row into the running transaction.

    `subject` and `related` are models with `id` and `__tablename__`; `data` holds ids, codes and numbers only.
    """
    salted = {name: (value, secrets.token_hex(16)) for name, value in (personal or {}).items() if value}
    entry = Event(
        kind=kind,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        related_type=related.__tablename__ if related is not None else None,
        related_id=related.id if related is not None else None,
        at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        organisation_id=actor.organisation_id,
        data=dict(data or {}),
        commitments={name: commitment(value, salt) for name, (value, salt) in salted.items()},
    )
    session.add(entry)
    session.flush()
    for name, (value, salt) in salted.items():
        session.add(EventPersonal(event_id=entry.id, field=name, value=value, salt=salt))
    if outbox:
        session.add(OutboxItem(event_id=entry.id))
    return entry


def sealed_content(entry: Event) -> str:
    """The canonical text of an event as it goes into the chain."""
    return json.dumps(
        {
            "id": entry.id,
            "kind": entry.kind,
            "subject": [entry.subject_type, entry.subject_id],
            "related": [entry.related_type, entry.related_id],
            "at": entry.at.isoformat(),
            "actor": [entry.actor_kind, entry.actor_id, entry.organisation_id],
            "data": entry.data,
            "commitments": entry.commitments,
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )


def seal_hash(previous: str, number: int, entry: Event) -> str:
    """The hash that binds an event to its place and to the whole chain before it."""
    return hashlib.sha256(f"{previous}\n{number}\n{sealed_content(entry)}".encode()).hexdigest()


def seal_new(session: AnySession, limit: int = 1000) -> int:
    """Seal up to `limit` events that have no place in the chain yet, oldest first; how many were sealed."""
    last = session.execute(select(EventSeal).order_by(EventSeal.number.desc()).limit(1)).scalar_one_or_none()
    number, previous = (last.number, last.hash) if last else (0, GENESIS)
    unsealed = (
        select(Event)
        .outerjoin(EventSeal, EventSeal.event_id == Event.id)
        .where(EventSeal.number.is_(None))
        .order_by(Event.id)
        .limit(limit)
    )
    entries = session.execute(unsealed).scalars().all()
    for entry in entries:
        number += 1
        previous = seal_hash(previous, number, entry)
        session.add(EventSeal(number=number, event_id=entry.id, hash=previous))
    session.flush()
    return len(entries)


@event.listens_for(Event, "before_update")
@event.listens_for(Event, "before_delete")
def _insert_only(_mapper: Any, _connection: Any, _target: Event) -> None:
    raise RuntimeError("events are insert-only")
