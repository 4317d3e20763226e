"""Retiring a row of reference data, today or on a later day, and bringing it back (domain.md, Nouns).

A day is a day in Amsterdam. A row that retires later works as before until then; the scheduler retires it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.core.errors import NotFound, Problem, RuleViolation, WrongState
from hubs.core.perform import NO_LONGER
from hubs.extensions import db
from hubs.reference.editing import TABLES, EditTable, check_may, get_row, plain, recorded, written
from hubs.reference.models import PlannedRetirement
from hubs.reference.plans import forget_plan, plan_of

YEARS_AHEAD = 5


def latest_day(today: date) -> date:
    """The last day a retirement can be planned for."""
    is_leap_day = (today.month, today.day) == (2, 29)
    return today.replace(year=today.year + YEARS_AHEAD, day=28 if is_leap_day else today.day)


def _problems(on: date, today: date) -> Iterator[Problem]:
    if on < today:
        yield Problem("past", _l("Choose today or a later day."), "retires_on")
    if on > latest_day(today):
        yield Problem("too_late", _l("Choose a day within five years from now."), "retires_on")


def retire_row(table: EditTable, row: Any, *, on: date, actor: Any, now: datetime, today: date) -> None:
    """From this day on it can no longer be chosen; what has it keeps it, and nothing is deleted.

    A later day is a plan, in the place of the plan there was. Raises NotPermitted, WrongState, RuleViolation.
    """
    check_may(actor)
    if not table.can_retire or row.retired_on is not None:
        raise WrongState(NO_LONGER)
    problems = list(_problems(on, today))
    if problems:
        raise RuleViolation(problems=problems)
    if on > today:
        _plan(table, row, on, actor=actor, now=now)
    else:
        forget_plan(table, row)
        _retire(table, row, on, actor=actor, now=now)


def _plan(table: EditTable, row: Any, on: date, *, actor: Any, now: datetime) -> None:
    plan = plan_of(table, row)
    before = plan.on if plan is not None else None
    if before == on:
        return
    if plan is None:
        plan = PlannedRetirement(table_name=table.model.__tablename__, row_key=table.address_of(row))
        db.session.add(plan)
    plan.on, plan.planned_by, plan.planned_at = on, actor.id, now
    db.session.flush()
    changes = {"retires_on": [plain(before), plain(on)]}
    recorded("reference.retirement_planned", table, row, changes, actor=actor, now=now)


def _retire(table: EditTable, row: Any, on: date, *, actor: Any, now: datetime, **more: Any) -> None:
    row.retired_on, row.edited_at = on, now
    db.session.flush()
    written("reference.retired", table, row, {"retired_on": [None, plain(on)]}, actor=actor, now=now, **more)


def take_plan_back(table: EditTable, row: Any, *, actor: Any, now: datetime) -> None:
    """It does not retire after all. Raises NotPermitted, WrongState."""
    check_may(actor)
    planned = forget_plan(table, row) if table.can_retire and row.retired_on is None else None
    if planned is None:
        raise WrongState(NO_LONGER)
    db.session.flush()
    changes = {"retires_on": [plain(planned), None]}
    recorded("reference.retirement_withdrawn", table, row, changes, actor=actor, now=now)


def reinstate_row(table: EditTable, row: Any, *, actor: Any, now: datetime) -> None:
    """It can be chosen again. Raises NotPermitted, WrongState."""
    check_may(actor)
    if not table.can_retire or row.retired_on is None:
        raise WrongState(NO_LONGER)
    forget_plan(table, row)  # left over when a file retired the row before its day
    before, row.retired_on = row.retired_on, None
    row.edited_at = now
    db.session.flush()
    written("reference.reinstated", table, row, {"retired_on": [plain(before), None]}, actor=actor, now=now)


# --- when the day has come ---------------------------------------------------------------------------------


def due_retirements(today: date) -> list[tuple[str, str]]:
    """The plans whose day has come."""
    statement = select(PlannedRetirement.table_name, PlannedRetirement.row_key).where(PlannedRetirement.on <= today)
    ordered = statement.order_by(PlannedRetirement.on, PlannedRetirement.table_name, PlannedRetirement.row_key)
    return [(table_name, row_key) for table_name, row_key in db.session.execute(ordered)]


def retire_planned(table_name: str, row_key: str, *, actor: Any, now: datetime, today: date) -> bool:
    """Retire a row as from its planned day, however late this runs; a plan without a row in use just ends."""
    table = next((each for each in TABLES.values() if each.model.__tablename__ == table_name), None)
    row = _locked(table, row_key) if table is not None else None
    plan = db.session.get(PlannedRetirement, (table_name, row_key), with_for_update=True, populate_existing=True)
    if plan is None or plan.on > today:
        return False
    db.session.delete(plan)
    if table is not None and row is not None and row.retired_on is None:
        _retire(table, row, plan.on, actor=actor, now=now, planned_by=plan.planned_by)
    return True


def _locked(table: EditTable, row_key: str) -> Any:
    try:
        return get_row(table, row_key, lock=True)
    except NotFound:
        return None
