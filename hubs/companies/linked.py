"""Every column that says which company, or which of its people, a row is about: found in the tables themselves, so
that a table made later is moved by a merge without anybody thinking of it (`tests/companies/test_merging.py`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, UniqueConstraint

from hubs.companies.models import Company, CompanyMerge, CompanyRecord
from hubs.extensions import Base

OWNERS = ("organisation_id", "owner_id")  # the column that says whose row it is, the first that a table has
# the record of a company itself stays as it is, and a merge says between which two it was
STAYS = frozenset(
    {
        (CompanyRecord.__tablename__, "company_id"),
        (CompanyMerge.__tablename__, "kept_id"),
        (CompanyMerge.__tablename__, "gone_id"),
    }
)


@dataclass(frozen=True, slots=True)
class Link:
    """A column that points at a company, and the column that says whose row it is."""

    table: Table
    column: Column[Any]
    owner: Column[Any]

    def key_of(self, row: Mapping[str, Any]) -> str:
        """The primary key of a row, as it is written down."""
        return json.dumps([row[name.name] for name in self.table.primary_key])

    def matches(self, key: str) -> Any:
        """The condition that finds the row of a key again."""
        pairs = zip(self.table.primary_key, json.loads(key), strict=True)
        return [column == value for column, value in pairs if column.name != self.column.name]  # that one moved


class NoOwner(RuntimeError):
    """A table points at companies without saying whose rows they are: nobody could merge."""


def links() -> Iterator[Link]:
    """The columns a merge moves, in the order of the tables. Raises NoOwner."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if points_at_company(column) and (table.name, column.name) not in STAYS:
                yield Link(table, column, _owner(table))


def points_at_company(column: Column[Any]) -> bool:
    """By its key, by its name, or because its model says so."""
    keyed = any(key.target_fullname == f"{Company.__tablename__}.id" for key in column.foreign_keys)
    return keyed or column.name == "company_id" or bool(column.info.get("moves_with_company"))


def _owner(table: Table) -> Column[Any]:
    for name in OWNERS:
        if name in table.columns:
            return table.columns[name]
    raise NoOwner(f"{table.name} points at companies and has none of {', '.join(OWNERS)}")


def unique_with(link: Link) -> Iterator[list[Column[Any]]]:
    """What must differ between rows of one company, besides the company: two such rows cannot become one's."""
    sets = [list(each.columns) for each in link.table.constraints if isinstance(each, UniqueConstraint)]
    sets += [list(index.columns) for index in link.table.indexes if index.unique]
    sets.append(list(link.table.primary_key))
    for columns in sets:
        names = [column.name for column in columns]
        if link.column.name in names:
            yield [column for column in columns if column.name != link.column.name]
