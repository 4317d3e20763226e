"""Checks and exports the event chain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from hubs.core.events import GENESIS, Event, EventPersonal, EventSeal, commitment, seal_hash, sealed_content
from hubs.extensions import AnySession

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the chain stands: entries checked, events not yet sealed, and the first bad entry if there is one."""

    checked: int
    unsealed: int
    bad_number: int | None = None
    problem: str | None = None

    @property
    def is_whole(self) -> bool:
        return self.bad_number is None


def _sealed(session: AnySession) -> Iterator[tuple[EventSeal, Event | None]]:
    last = 0
    while True:
        statement = (
            select(EventSeal, Event)
            .outerjoin(Event, Event.id == EventSeal.event_id)
            .where(EventSeal.number > last)
            .order_by(EventSeal.number)
            .limit(CHUNK)
        )
        rows = session.execute(statement).all()
        if not rows:
            return
        for seal, entry in rows:
            last = seal.number
            yield seal, entry
        session.expunge_all()


def verify(session: AnySession) -> Verdict:
    """Walk the chain from its beginning; stops at the first entry that does not fit."""
    previous, expected = GENESIS, 1
    for seal, entry in _sealed(session):
        problem = _problem(session, seal, entry, previous, expected)
        if problem:
            return Verdict(expected - 1, 0, seal.number, problem)
        previous, expected = seal.hash, expected + 1
    sealed_events = select(EventSeal.event_id)
    unsealed = session.execute(
        select(func.count()).select_from(Event).where(Event.id.not_in(sealed_events))
    ).scalar_one()
    return Verdict(expected - 1, unsealed)


def _problem(session: AnySession, seal: EventSeal, entry: Event | None, previous: str, expected: int) -> str | None:
    if seal.number != expected:
        return "gap"
    if entry is None:
        return "event_missing"
    if seal_hash(previous, seal.number, entry) != seal.hash:
        return "hash_differs"
    if entry.commitments:
        kept = session.execute(select(EventPersonal).where(EventPersonal.event_id == entry.id)).scalars()
        if any(commitment(row.value, row.salt) != entry.commitments.get(row.field) for row in kept):
            return "personal_value_differs"
    return None


def export(session: AnySession, path: Path) -> int:
    """Write the sealed chain as JSON lines: number, hash, and the exact text that was hashed. How many entries."""
    written = 0
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("w", encoding="utf-8") as file:
        for seal, entry in _sealed(session):
            content = sealed_content(entry) if entry is not None else None
            file.write(json.dumps({"number": seal.number, "hash": seal.hash, "content": content}) + "\n")
            written += 1
    unfinished.replace(path)
    return written
