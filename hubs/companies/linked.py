"""Every column that says which company, or which of its people, a row is about: found in the tables themselves, so
that a table made later is moved by a merge without anybody thinking of it (`tests/companies/test_merging.py`)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, FromClause, Table, UniqueConstraint, literal, select, update

from hubs.companies.models import Company, CompanyMerge, CompanyRecord
from hubs.extensions import Base, db

MOVES = "moves_with_company"  # in a column's info
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
    """A column that points at a company, and how a table says whose its rows are: by a column of its own, or by one
    of the row that `through` leads to (a participant is whose mission it is)."""

    table: Table
    column: Column[Any]
    owner: Column[Any]
    through: Column[Any] | None = None

    def owned_by(self, organisation_id: str, table: FromClause | None = None) -> Any:
        """The condition that a row (of `table`, when that is an alias) is this organisation's."""
        columns = (self.table if table is None else table).c
        if self.through is None:
            return columns[self.owner.name] == organisation_id
        parent = self.owner.table
        mine = select(parent.c.id).where(self.owner == organisation_id)
        return columns[self.through.name].in_(mine)

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
            if points_at_company(column) and (table.name, column.name) not in STAYS and _moves(column):
                yield Link(table, column, *_owner(table))


def points_at_company(column: Column[Any]) -> bool:
    """By its key, by its name, or because its model says so."""
    keyed = any(key.target_fullname == f"{Company.__tablename__}.id" for key in column.foreign_keys)
    return keyed or column.name == "company_id" or bool(column.info.get(MOVES))


def _moves(column: Column[Any]) -> bool:
    """A model may say that its rows stay: then what reads them asks for the companies merged into one, too."""
    return column.info.get(MOVES, True) is not False


def _owner(table: Table) -> tuple[Column[Any], Column[Any] | None]:
    for name in OWNERS:
        if name in table.columns:
            return table.columns[name], None
    for column in table.columns:
        for key in column.foreign_keys:
            parent = key.column.table
            if parent is not table and not column.nullable and parent.name != Company.__tablename__:
                owners = [parent.columns[name] for name in OWNERS if name in parent.columns]
                if owners:
                    return owners[0], column
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


def pointing_at(row: Any) -> list[Column[Any]]:
    """The columns of all tables that may hold the key of this row."""
    target = f"{row.__tablename__}.id"
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    return [each for each in columns if any(key.target_fullname == target for key in each.foreign_keys)]


def is_pointed_at(row: Any, *, besides: Collection[str] = ()) -> bool:
    """Whether a row of any table points at this one, leaving out the tables `besides`."""
    columns = [column for column in pointing_at(row) if column.table.name not in besides]
    return any(_exists(column.table, column == row.id) for column in columns)


def point_at(row: Any, instead_of: Any) -> None:
    """Every row that points at the one points at the other from now on."""
    for column in pointing_at(instead_of):
        changed = update(column.table).where(column == instead_of.id).values({column.name: row.id})
        db.session.execute(changed)
    db.session.expire_all()


def has_rows(organisation_id: str, company_id: str) -> bool:
    """Whether anything that this organisation wrote down, besides its record, is about a company."""
    return any(_exists(link.table, link.owned_by(organisation_id), link.column == company_id) for link in links())


def _exists(table: FromClause, *conditions: Any) -> bool:
    return db.session.execute(select(literal(1)).select_from(table).where(*conditions).limit(1)).first() is not None
