"""Collections: filters, an order, one page by keyset and the address of the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request
from marshmallow import Schema
from sqlalchemy import Select

from hubs.api.fields import Choice
from hubs.api.schemas import ListQuery
from hubs.core.links import external
from hubs.core.pagination import COUNT_UP_TO, bad_cursor, count_up_to, keyset
from hubs.extensions import db

Keys = Sequence[tuple[Any, str]]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a collection, not yet dumped."""

    items: list[Any]
    next: str | None
    total: int | None

    def showing(self, items: list[Any]) -> Listing:
        """The same page with its items put together for the answer."""
        return Listing(items, self.next, self.total)


def list_query(name: str, sorts: Iterable[str], **filters: Any) -> type[Schema]:
    """The query schema of a collection; the first of `sorts` is the order when none is asked for."""
    orders = list(sorts)
    sort = Choice(orders, load_default=orders[0], metadata={"description": "A minus turns the order round."})
    members: dict[str, Any] = {**filters, "sort": sort}
    return type(name, (ListQuery,), members)


def _next_address(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    kept = {name: value for name, value in request.args.items() if name != "cursor" and value != ""}
    return external(f"{request.path}?{urlencode({**kept, 'cursor': cursor})}")


def listing(
    statement: Select[Any],
    query: Mapping[str, Any],
    sorts: Mapping[str, Keys],
    *,
    options: Sequence[Any] = (),
    scalars: bool = True,
) -> Listing:
    """The page that `query` asks for, and how many there are, exactly up to 10,000.

    Without `scalars` the rows hold the key columns; a column `total` among them is how many there are.
    """
    page = keyset(
        db.session(),
        statement.options(*options).order_by(None),
        sorts[query["sort"]],
        cursor=query.get("cursor"),
        size=query["page_size"],
        scalars=scalars,
    )
    return Listing(page.items, _next_address(page.next_cursor), _total(statement, page.items))


def _total(statement: Select[Any], rows: Sequence[Any]) -> int | None:
    counted = getattr(rows[0], "total", None) if rows else None
    if counted is None:
        return count_up_to(db.session(), statement)
    return counted if counted <= COUNT_UP_TO else None


def in_memory(rows: Sequence[Any], query: Mapping[str, Any], key: Callable[[Any], str]) -> Listing:
    """A page of a list that is short and not in the database; the cursor is the last key of the page before.

    Raises BadInput for a foreign cursor.
    """
    ordered = sorted(rows, key=key)
    after = query.get("cursor")
    if after is not None and after not in {key(row) for row in ordered}:
        raise bad_cursor()
    rest = [row for row in ordered if after is None or key(row) > after]
    page = rest[: query["page_size"]]
    last = key(page[-1]) if len(rest) > len(page) else None
    return Listing(page, _next_address(last), len(ordered))


def both_ways(**sorts: Keys) -> dict[str, Keys]:
    """Each order, and turned round under a minus."""
    turned = {"asc": "desc", "desc": "asc"}
    return {
        named: keys
        for name, listed in sorts.items()
        for named, keys in (
            (name, listed),
            (f"-{name}", [(column, turned[way]) for column, way in listed]),
        )
    }
