"""Offices: where, when open, how much a week, days they are shut; what changes opening times moves running clocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from hubs.accounts.actor import Actor
from hubs.accounts.models import Office, Organisation
from hubs.core.errors import NotPermitted, Problem, RuleViolation
from hubs.core.types import new_id
from hubs.directory.models import CapacityChange, Closure, OfficeHoliday
from hubs.extensions import db

from .rules import (
    ONE_OFFICE,
    added,
    assign,
    calendar_changed,
    check_may_edit,
    may_edit_whole,
    recorded,
    remember,
    removed,
)

OFFICE_FIELDS = ("city", "timezone", "hours", "email", "phone", "weekly_capacity")
CLOSURE_FIELDS = ("starts_on", "ends_on", "reason")
CAPACITY_FIELDS = ("starts_on", "ends_on", "weekly_capacity")
CALENDAR_FIELDS = frozenset({"timezone", "hours"})
LONGEST_CLOSURE_DAYS = 366


def add_office(
    organisation: Organisation, *, market: str | None, values: Mapping[str, Any], actor: Actor, now: datetime
) -> Office:
    """Open a further office. Raises NotPermitted."""
    check_may_edit(organisation, actor)
    position = db.session.execute(
        select(func.coalesce(func.max(Office.position), -1)).where(Office.organisation_id == organisation.id)
    ).scalar_one()
    office = Office(id=new_id(), organisation_id=organisation.id, position=position + 1, market=market)
    assign(office, OFFICE_FIELDS, values)
    db.session.add(office)
    recorded(office, "office.add", (), actor=actor, now=now)
    _remember(office, "office", "add", added(office, OFFICE_FIELDS), actor, now)
    return office


def edit_office(office: Office, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> Office:
    """Change an office's address, hours or weekly capacity. Raises NotPermitted."""
    check_may_edit(office, actor)
    changed = assign(office, OFFICE_FIELDS, values)
    recorded(office, "office.edit", changed, actor=actor, now=now)
    _remember(office, "office", "edit", changed, actor, now)
    if CALENDAR_FIELDS & set(changed):
        calendar_changed(office, actor=actor, now=now)
    return office


def close_office(office: Office, *, today: date, actor: Actor, now: datetime) -> Office:
    """Shut an office for good: no new questions from today. Raises NotPermitted, RuleViolation (the last one)."""
    check_may_edit(office, actor)
    if not may_edit_whole(actor):
        raise NotPermitted(message=ONE_OFFICE)
    others = db.session.execute(
        select(func.count()).where(
            Office.organisation_id == office.organisation_id, Office.id != office.id, Office.closed_on.is_(None)
        )
    ).scalar_one()
    if not others:
        raise RuleViolation("last_office", _l("This is your only office. Add another one before you close it."))
    office.closed_on = today
    _remember(office, "office", "remove", removed(office, OFFICE_FIELDS), actor, now)
    return recorded(office, "office.close", (), actor=actor, now=now)


# --- days shut -----------------------------------------------------------------------------------------------------


def add_closure(
    office: Office, *, starts_on: date, ends_on: date, reason: str | None, today: date, actor: Actor, now: datetime
) -> Closure:
    """Say on which days an office is shut, both included. Raises NotPermitted, RuleViolation (order, past, length)."""
    check_may_edit(office, actor)
    _check_days(starts_on, ends_on, today)
    closure = Closure(id=new_id(), office_id=office.id, starts_on=starts_on, ends_on=ends_on, reason=reason or None)
    db.session.add(closure)
    calendar_changed(office, actor=actor, now=now)
    _remember(office, "closure", "add", added(closure, CLOSURE_FIELDS), actor, now)
    return closure


def remove_closure(closure: Closure, *, actor: Actor, now: datetime) -> None:
    """Open after all on the days of a closure. Raises NotPermitted."""
    office = closure.office
    check_may_edit(office, actor)
    _remember(office, "closure", "remove", removed(closure, CLOSURE_FIELDS), actor, now)
    db.session.delete(closure)
    calendar_changed(office, actor=actor, now=now)


def set_holiday(office: Office, day: date, *, is_worked: bool, actor: Actor, now: datetime) -> None:
    """Work on a public holiday of the market after all, or keep it again. Raises NotPermitted."""
    check_may_edit(office, actor)
    departure = db.session.get(OfficeHoliday, (office.id, day))
    changes: dict[str, Any] = {}
    if departure is None and is_worked:
        db.session.add(OfficeHoliday(office_id=office.id, on=day, is_worked=True))
        changes = {"worked_on": [None, day.isoformat()]}
    elif departure is not None and not is_worked:
        name = "worked_on" if departure.is_worked else "day_off"
        db.session.delete(departure)
        changes = {name: [day.isoformat(), None]}
    calendar_changed(office, actor=actor, now=now)
    _remember(office, "holiday", "edit", changes, actor, now)


def add_day_off(
    office: Office, day: date, *, name: str | None, today: date, actor: Actor, now: datetime
) -> OfficeHoliday:
    """Keep a day free that the country's list lacks. Raises NotPermitted, RuleViolation (past, there already)."""
    check_may_edit(office, actor)
    if day < today:
        raise RuleViolation("closure_past", _l("These days are over."), "on")
    departure = db.session.get(OfficeHoliday, (office.id, day))
    if departure is not None and not departure.is_worked:
        raise RuleViolation("day_off_exists", _l("This day is on your list already."), "on")
    if departure is None:
        departure = OfficeHoliday(office_id=office.id, on=day)
        db.session.add(departure)
    departure.is_worked, departure.name = False, name or None
    calendar_changed(office, actor=actor, now=now)
    _remember(office, "holiday", "edit", {"day_off": [None, day.isoformat()]}, actor, now)
    return departure


def _check_days(starts_on: date, ends_on: date, today: date) -> None:
    found = []
    if ends_on < starts_on:
        found.append(Problem("closure_order", _l("The last day must not come before the first."), "ends_on"))
    elif ends_on < today:
        found.append(Problem("closure_past", _l("These days are over."), "ends_on"))
    elif (ends_on - starts_on).days >= LONGEST_CLOSURE_DAYS:
        found.append(
            Problem("closure_too_long", _l("That is more than a year. Close the office for good instead."), "ends_on")
        )
    if found:
        raise RuleViolation(problems=found)


# --- capacity ------------------------------------------------------------------------------------------------------


def change_capacity(
    office: Office,
    *,
    starts_on: date,
    ends_on: date,
    weekly_capacity: int,
    today: date,
    actor: Actor,
    now: datetime,
    reason: str = "other",
    service: str | None = None,
    mission_id: str | None = None,
) -> CapacityChange:
    """Another number of new questions a week from one day up to and including another.

    Raises NotPermitted, RuleViolation (order, past, length, overlap with another change).
    """
    check_may_edit(office, actor)
    _check_days(starts_on, ends_on, today)
    _check_no_overlap(office.id, starts_on, ends_on, service)
    change = CapacityChange(
        id=new_id(), office_id=office.id, starts_on=starts_on, ends_on=ends_on, weekly_capacity=weekly_capacity,
        service=service, reason=reason, mission_id=mission_id, created_by=actor.person_id, created_at=now,
    )  # fmt: skip
    db.session.add(change)
    recorded(office, "office.capacity_changed", (), actor=actor, now=now, capacity_change=change.id)
    _remember(office, "capacity", "add", added(change, CAPACITY_FIELDS), actor, now)
    return change


def end_capacity_change(change: CapacityChange, *, actor: Actor, now: datetime) -> CapacityChange:
    """The office's own number counts again from now on. Raises NotPermitted."""
    check_may_edit(change.office, actor)
    if change.ended_at is None:
        change.ended_at = now
        recorded(change.office, "office.capacity_restored", (), actor=actor, now=now, capacity_change=change.id)
        _remember(change.office, "capacity", "remove", removed(change, CAPACITY_FIELDS), actor, now)
    return change


def _check_no_overlap(office_id: str, starts_on: date, ends_on: date, service: str | None) -> None:
    statement = select(CapacityChange.id).where(
        CapacityChange.office_id == office_id,
        CapacityChange.ended_at.is_(None),
        CapacityChange.starts_on <= ends_on,
        CapacityChange.ends_on >= starts_on,
        CapacityChange.service.is_(None) if service is None else CapacityChange.service == service,
    )
    if db.session.execute(statement.limit(1)).first():
        message = _l("Another change holds on some of these days. Remove that one first.")
        raise RuleViolation("capacity_overlap", message, "starts_on")


def _remember(office: Office, kind: str, action: str, changes: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    remember(office.organisation_id, (kind, office.id, office.city), action, changes, actor=actor, now=now)
