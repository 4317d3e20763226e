"""Plans to retire a row on a later day: kept beside the rows, which stay as they are until that day (domain.md, Nouns).

Everything that offers rows asks `retired_on` only; `hubs.reference.retiring` fills that in when the day has come.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, String, cast, select

from hubs.extensions import AnySession, db
from hubs.reference.models import PlannedRetirement

if TYPE_CHECKING:
    from hubs.reference.editing import EditTable


def plan_of(table: EditTable, row: Any) -> PlannedRetirement | None:
    """The plan to retire this row; a row that is retired may still have one, which has nothing left to do."""
    if not table.can_retire:
        return None
    return db.session.get(PlannedRetirement, (table.model.__tablename__, table.address_of(row)))


def forget_plan(table: EditTable, row: Any) -> date | None:
    """The plan ends; the day it was for."""
    plan = plan_of(table, row)
    if plan is None:
        return None
    db.session.delete(plan)
    return plan.on


def days_planned(table: EditTable, rows: Iterable[Any]) -> dict[str, date]:
    """On which day rows retire, by their address; in one statement."""
    addresses = [table.address_of(row) for row in rows if table.can_retire and row.retired_on is None]
    statement = select(PlannedRetirement.row_key, PlannedRetirement.on).where(
        PlannedRetirement.table_name == table.model.__tablename__, PlannedRetirement.row_key.in_(addresses)
    )
    return {found.row_key: found.on for found in db.session.execute(statement)} if addresses else {}


def is_planned(table: EditTable) -> ColumnElement[bool]:
    """A condition on the rows of a table: they retire on a later day."""
    address: ColumnElement[str] | None = None
    for part in table.key:
        text = cast(getattr(table.model, part), String)
        address = text if address is None else address.concat("/").concat(text)
    assert address is not None, "a table has a key"
    kept = select(PlannedRetirement.row_key).where(PlannedRetirement.table_name == table.model.__tablename__)
    return table.model.retired_on.is_(None) & address.in_(kept)


def planned_keys(session: AnySession, table_name: str) -> set[str]:
    """The addresses of the rows of a table that have a plan."""
    statement = select(PlannedRetirement.row_key).where(PlannedRetirement.table_name == table_name)
    return set(session.execute(statement).scalars())
