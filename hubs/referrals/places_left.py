"""What offices can still take this week, and which said to leave them alone for a while (domain.md, Capacity)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from hubs.accounts.models import Office
from hubs.agreements.models import Agreement
from hubs.core.calendars import zone
from hubs.directory.capacity import limit_on
from hubs.directory.models import CapacityChange
from hubs.referrals.clocks import next_monday, week_of
from hubs.referrals.lifecycle import RETURNED_TO_DESK
from hubs.referrals.models import Referral, ReferralPart, RequestPart, SupportRequest
from hubs.referrals.room import CapacityPause
from hubs.referrals.routing import Paused

NO_CAPACITY = "no_capacity"


def this_week(offices: Iterable[Office], now: datetime) -> Any:
    """The referrals that take a place in the present local week of each office."""
    weeks: dict[str, list[str]] = {}
    for office in offices:
        weeks.setdefault(week_of(now, office.timezone), []).append(office.id)
    return or_(*(and_(Referral.capacity_week == week, Referral.to_office_id.in_(ids)) for week, ids in weeks.items()))


@dataclass(frozen=True, slots=True)
class Room:
    """Places of the present week: what is left and what the limit is by office, and services that have none left."""

    left: dict[str, int]
    limits: dict[str, int | None]
    paused: dict[str, list[Paused]]


def room_of(session: Session, offices: list[Office], services: Iterable[str], now: datetime) -> Room:
    """What the offices can still take this week of a question for these services (hubs.directory.capacity).

    A dated limit for one service holds for a question about that service alone; of a question about more, that
    service is paused once its own places are gone.
    """
    changes = _changes(session, offices, now)
    days = {office.id: now.astimezone(zone(office.timezone)).date() for office in offices}
    limits = {
        office.id: limit_on(office.weekly_capacity, changes.get(office.id, ()), days[office.id]) for office in offices
    }
    limited = [office for office in offices if limits[office.id] is not None]
    taken = _taken(session, limited, now)
    left = {office.id: max(0, (limits[office.id] or 0) - taken.get(office.id, 0)) for office in limited}
    paused: dict[str, list[Paused]] = {}
    wanted = set(services)
    for office in offices:
        for change in changes.get(office.id, ()):
            if change.service is None or change.service not in wanted:
                continue
            rest = max(0, change.weekly_capacity - _taken_by_service(session, office, change.service, now))
            if wanted == {change.service}:
                left[office.id] = rest
            elif rest == 0:
                monday = next_monday(now, office.timezone)
                until = change.ends_on + timedelta(days=1) if change.weekly_capacity == 0 else monday
                paused.setdefault(office.id, []).append(Paused(until.isoformat(), (change.service,)))
    return Room(left, limits, paused)


def _changes(session: Session, offices: list[Office], now: datetime) -> dict[str, list[CapacityChange]]:
    """The dated limits that hold at this moment, by office."""
    if not offices:
        return {}
    today = {office.id: now.astimezone(zone(office.timezone)).date() for office in offices}
    statement = (
        select(CapacityChange)
        .where(
            CapacityChange.office_id.in_(sorted(today)),
            CapacityChange.ends_on >= min(today.values()),
            CapacityChange.ended_at.is_(None),
        )
        .order_by(CapacityChange.id)
    )
    found: dict[str, list[CapacityChange]] = {}
    for change in session.execute(statement).scalars():
        if change.holds_on(today[change.office_id]):
            found.setdefault(change.office_id, []).append(change)
    return found


def capacity_now(session: Session, office: Office, now: datetime) -> int | None:
    """How many questions an office takes in the present week, every service together; None without a limit."""
    return room_of(session, [office], (), now).limits[office.id]


def _taken(session: Session, limited: list[Office], now: datetime) -> dict[str, int]:
    if not limited:
        return {}
    rows = session.execute(
        select(Referral.to_office_id, func.count())
        .where(this_week(limited, now), Referral.state.not_in(sorted(RETURNED_TO_DESK)))
        .group_by(Referral.to_office_id)
    )
    return {row[0]: row[1] for row in rows}


def _taken_by_service(session: Session, office: Office, service: str, now: datetime) -> int:
    statement = (
        select(func.count(func.distinct(Referral.id)))
        .join(ReferralPart, ReferralPart.referral_id == Referral.id)
        .join(RequestPart, RequestPart.id == ReferralPart.part_id)
        .where(
            Referral.to_office_id == office.id,
            Referral.capacity_week == week_of(now, office.timezone),
            Referral.state.not_in(sorted(RETURNED_TO_DESK)),
            RequestPart.service == service,
        )
    )
    return session.execute(statement).scalar_one()


def pauses_at(
    session: Session, offices: list[Office], support_request: SupportRequest, now: datetime
) -> list[CapacityPause]:
    """The pauses of these offices that hold, and those that ever followed from this question."""
    if not offices:
        return []
    own = [referral.id for referral in support_request.referrals if referral.reason == NO_CAPACITY]
    holding = and_(
        CapacityPause.office_id.in_([office.id for office in offices]),
        CapacityPause.lifted_at.is_(None),
        CapacityPause.until_at > now,
    )
    statement = select(CapacityPause).where(or_(holding, CapacityPause.referral_id.in_(own)) if own else holding)
    return list(session.execute(statement.order_by(CapacityPause.id)).scalars())


def paused_now(
    session: Session,
    pauses: Iterable[CapacityPause],
    agreement_ids: Iterable[str],
    by_service: Mapping[str, list[Paused]],
    now: datetime,
) -> dict[str, tuple[Paused, ...]]:
    """The pauses that hold now, as routing reads them; one under an agreement goes on under its newer versions."""
    holding = [pause for pause in pauses if pause.holds_at(now)]
    lineages = {pause.lineage_id for pause in holding if pause.lineage_id}
    versions: dict[str, list[str]] = {}
    if lineages:
        statement = select(Agreement.id, Agreement.lineage_id).where(
            Agreement.lineage_id.in_(sorted(lineages)), Agreement.id.in_(sorted(agreement_ids))
        )
        for identifier, lineage_id in session.execute(statement.order_by(Agreement.id)):
            versions.setdefault(lineage_id, []).append(identifier)
    found: dict[str, list[Paused]] = {office: list(rows) for office, rows in by_service.items()}
    for pause in holding:
        under = tuple(versions.get(pause.lineage_id, ())) if pause.lineage_id else ()
        if pause.lineage_id and not under:
            continue  # no version of that agreement plays a part here
        row = Paused(pause.until_on.isoformat(), tuple(sorted(pause.services)), pause.sector, under)
        found.setdefault(pause.office_id, []).append(row)
    return {office: tuple(rows) for office, rows in sorted(found.items())}


def taken_places(session: Session, office: Office, week: str, *, accepted_only: bool = False) -> int:
    """How many places of that week are taken; a decline, return, lapse or recall has freed its own."""
    statement = select(func.count()).where(
        Referral.to_office_id == office.id,
        Referral.capacity_week == week,
        Referral.state.not_in(sorted(RETURNED_TO_DESK)),
    )
    if accepted_only:
        statement = statement.where(Referral.accepted_at.is_not(None))
    return session.execute(statement).scalar_one()


def share_of(offices: Iterable[Office], hub_id: str, percent: int, limits: Mapping[str, int | None]) -> int | None:
    """The places a week that a share comes to, rounded up; None when an office of the hub has no limit now."""
    capacities = [limits[office.id] for office in offices if office.organisation_id == hub_id]
    known = [capacity for capacity in capacities if capacity is not None]
    if not capacities or len(known) < len(capacities):
        return None
    return math.ceil(sum(known) * percent / 100)
