"""Until when a hub is full, for the register: what its offices take in a week, what they took, and what they paused.

Pauses of one service, sector or agreement do not make a hub full; a hub is full when every open office is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Integer, String, and_, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from hubs.accounts.models import Office
from hubs.core.calendars import zone
from hubs.directory.capacity import limit_on
from hubs.directory.models import CapacityChange
from hubs.referrals.clocks import next_monday, week_of
from hubs.referrals.lifecycle import RETURNED_TO_DESK
from hubs.referrals.models import Referral
from hubs.referrals.room import CapacityPause

LOOK_AHEAD_DAYS = 92


@dataclass(slots=True)
class _Change:
    """A dated capacity, as `limit_on` takes it."""

    starts_on: date
    ends_on: date
    weekly_capacity: int
    service: str | None = None

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


@dataclass(slots=True)
class _Room:
    taken: int = 0
    paused_until: date | None = None
    changes: list[_Change] = field(default_factory=list)


def full_until(session: Session, offices: Mapping[str, Iterable[Office]], now: datetime) -> dict[str, date]:
    """The day on which a full organisation takes questions again; absent: it has room now. One statement for all.

    `offices` are the open ones of each organisation.
    """
    listed = {organisation_id: list(rows) for organisation_id, rows in offices.items()}
    rooms = _rooms(session, [office for rows in listed.values() for office in rows], now)
    found: dict[str, date] = {}
    for organisation_id, rows in listed.items():
        days = [_open_again(office, rooms.get(office.id, _Room()), now) for office in rows]
        shut = [day for day in days if day is not None]
        if days and len(shut) == len(days):
            found[organisation_id] = min(shut)
    return found


def _open_again(office: Office, room: _Room, now: datetime) -> date | None:
    """The first day with a free place; None when that is today."""
    today = now.astimezone(zone(office.timezone)).date()
    monday = next_monday(now, office.timezone)
    for ahead in range(LOOK_AHEAD_DAYS):
        day = today + timedelta(days=ahead)
        limit = limit_on(office.weekly_capacity, room.changes, day)
        taken = room.taken if day < monday else 0
        is_paused = room.paused_until is not None and day < room.paused_until
        if not is_paused and (limit is None or limit > taken):
            return None if ahead == 0 else day
    return today + timedelta(days=LOOK_AHEAD_DAYS)


def _rooms(session: Session, offices: list[Office], now: datetime) -> dict[str, _Room]:
    ids = [office.id for office in offices]
    if not ids:
        return {}
    found: dict[str, _Room] = {}
    for kind, office_id, number, starts_on, ends_on in session.execute(
        union_all(_taken(offices, now), _changes(ids, now), _pauses(ids, now))
    ):
        room = found.setdefault(office_id, _Room())
        if kind == "taken":
            room.taken = number
        elif kind == "change":
            room.changes.append(_Change(starts_on, ends_on, number))
        else:
            room.paused_until = max(filter(None, (room.paused_until, ends_on)))
    return found


def _columns(kind: str, office_id: Any, number: Any, starts_on: Any, ends_on: Any) -> Any:
    return select(
        literal(kind).label("kind"),
        cast(office_id, String(26)).label("office_id"),
        cast(number, Integer).label("number"),
        (cast(null(), Date) if starts_on is None else starts_on).label("starts_on"),
        (cast(null(), Date) if ends_on is None else ends_on).label("ends_on"),
    )


def _taken(offices: list[Office], now: datetime) -> Any:
    weeks: dict[str, list[str]] = {}
    for office in offices:
        weeks.setdefault(week_of(now, office.timezone), []).append(office.id)
    this_week = or_(
        *(and_(Referral.capacity_week == week, Referral.to_office_id.in_(ids)) for week, ids in weeks.items())
    )
    return (
        _columns("taken", Referral.to_office_id, func.count(), None, None)
        .where(this_week, Referral.state.not_in(sorted(RETURNED_TO_DESK)))
        .group_by(Referral.to_office_id)
    )


def _changes(office_ids: list[str], now: datetime) -> Any:
    return _columns(
        "change",
        CapacityChange.office_id,
        CapacityChange.weekly_capacity,
        CapacityChange.starts_on,
        CapacityChange.ends_on,
    ).where(
        CapacityChange.office_id.in_(office_ids),
        CapacityChange.service.is_(None),
        CapacityChange.ended_at.is_(None),
        CapacityChange.ends_on >= now.date() - timedelta(days=1),
    )


def _pauses(office_ids: list[str], now: datetime) -> Any:
    return _columns("pause", CapacityPause.office_id, null(), None, CapacityPause.until_on).where(
        CapacityPause.office_id.in_(office_ids),
        CapacityPause.lifted_at.is_(None),
        CapacityPause.until_at > now,
        CapacityPause.sector.is_(None),
        CapacityPause.lineage_id.is_(None),
        cast(CapacityPause.services, String) == "[]",
    )
