"""Keyset pagination: a page is a place in an order, not a number of rows to skip."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, false, func, inspect, or_, select

from hubs.core.errors import BadInput, Problem
from hubs.core.types import UtcDateTime
from hubs.extensions import AnySession

COUNT_UP_TO = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """The items of one page and the cursor of the next, None at the end."""

    items: list[Any]
    next_cursor: str | None


def encode_cursor(values: Sequence[Any]) -> str:
    listed = [value.isoformat() if isinstance(value, date | datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(listed).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, size: int) -> list[Any]:
    """The values of a cursor. Raises BadInput for one that was not made here."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.urlsafe_b64decode(padded.encode("ascii", "strict")))
    except (ValueError, RecursionError, binascii.Error) as error:
        raise bad_cursor() from error
    scalars = isinstance(values, list) and all(v is None or isinstance(v, str | int | float) for v in values)
    if not scalars or len(values) != size or any(isinstance(v, str) and "\x00" in v for v in values):
        raise bad_cursor()
    return values


def bad_cursor() -> BadInput:
    """The refusal of a cursor that was not made here."""
    return BadInput([Problem("bad_cursor", _l("This place in the list does not exist."), "cursor")])


def _typed(column: Any, value: Any) -> Any:
    """A cursor's JSON value as the column's own type; what no database could compare is a bad cursor."""
    if value is None:
        return None
    wanted = datetime if isinstance(column.type, UtcDateTime) else column.type.python_type
    try:
        if wanted is datetime:
            return _instant(value)
        if wanted is date:
            return date.fromisoformat(str(value))
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise ValueError(value)
        if isinstance(value, int) and abs(value) >= 2**63:
            raise ValueError(value)
        if isinstance(value, str):
            value.encode()  # half a surrogate pair is no text
    except ValueError as error:
        raise bad_cursor() from error
    return value


def _instant(value: Any) -> datetime:
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None or not 1 < moment.year < 9999:
        raise ValueError(value)
    return moment


def _after(keys: Sequence[tuple[Any, str]], values: Sequence[Any]) -> Any:
    """The condition 'behind this place' for mixed directions; NULL sorts last on both databases."""
    branches = []
    equal: list[Any] = []
    for (column, direction), value in zip(keys, values, strict=True):
        typed = _typed(column, value)
        if typed is None:
            beyond: Any = false()
            same = column.is_(None)
        else:
            further = column > typed if direction == "asc" else column < typed
            beyond = further if _is_key(column) else or_(further, column.is_(None))
            same = column == typed
        branches.append(and_(*equal, beyond))
        equal.append(same)
    return or_(*branches)


def _is_key(column: Any) -> bool:
    """Of a primary key, which is never NULL: said to a database that cannot know, "NULLS LAST" keeps it from its
    index (PostgreSQL reads one backwards only in the order that it has)."""
    return bool(getattr(getattr(column, "expression", column), "primary_key", False))


def _ordered(column: Any, way: str) -> Any:
    order = column.asc() if way == "asc" else column.desc()
    return order if _is_key(column) else order.nulls_last()


def keyset(
    session: AnySession,
    statement: Select[Any],
    keys: Sequence[tuple[Any, str]],
    *,
    cursor: str | None = None,
    size: int = 25,
    scalars: bool = True,
) -> Page:
    """One page of `statement` in the order of `keys` [(column, 'asc'|'desc')], the last one unique.

    The statement selects one entity (`scalars`) whose attributes are the key columns, or rows that hold them
    under the columns' names. Raises BadInput for a foreign cursor.
    """
    if cursor:
        statement = statement.where(_after(keys, decode_cursor(cursor, len(keys))))
    order = [_ordered(column, way) for column, way in keys]
    result = session.execute(statement.order_by(*order).limit(size + 1))
    rows = list(result.scalars().unique()) if scalars else list(result)
    more = len(rows) > size
    rows = rows[:size]
    last = encode_cursor([getattr(rows[-1], column.key) for column, _ in keys]) if more else None
    return Page(rows, last)


def count_up_to(session: AnySession, statement: Select[Any], limit: int = COUNT_UP_TO) -> int | None:
    """How many rows, exactly up to `limit`; None when there are more."""
    inner = _keys_only(statement).order_by(None).limit(limit + 1).subquery()
    number = session.execute(select(func.count()).select_from(inner)).scalar_one()
    return None if number > limit else number


def _keys_only(statement: Select[Any]) -> Select[Any]:
    """The same rows as their keys alone, where they are rows of one model: to count them nothing else is read."""
    described = statement.column_descriptions
    entity = described[0]["entity"] if len(described) == 1 else None
    if entity is None or described[0]["expr"] is not entity:
        return statement
    return statement.with_only_columns(*inspect(entity).primary_key, maintain_column_froms=True)
