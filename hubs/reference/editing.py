"""Reference data that administrators keep on pages: which tables there are, and what of them may be edited.

An area registers its own tables here (`register`), so that areas to the right of this one can. A local edit wins over
the file from then on; `take over` gives a field or a row back to the file (domain.md, Nouns).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.core.errors import BadInput, NotFound, NotPermitted, Problem, RuleViolation, Stale, WrongState
from hubs.core.events import record
from hubs.core.perform import NO_LONGER
from hubs.core.stamps import ROUTING, bump
from hubs.core.types import folded, new_id
from hubs.extensions import db
from hubs.reference.loading import content_hash
from hubs.reference.plans import forget_plan, plan_of
from hubs.reference.rows import Row

Choices = Callable[[str], list[tuple[str, str]]]  # locale -> (code, words)


class Kind(StrEnum):
    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CODES = "codes"  # a list of codes, one a line


@dataclass(frozen=True, slots=True)
class EditField:
    """One column as a form shows it. `fixed`: part of the key, filled in once."""

    name: str
    label: Any
    kind: Kind = Kind.TEXT
    required: bool = False
    longest: int = 250
    choices: Choices | None = None
    hint: Any = None
    fixed: bool = False
    least: int = 0
    most: int = 100_000


@dataclass(frozen=True)
class EditTable:
    """A table as administrators see it.

    `rows_of_file(scope)` gives what the loaded file says, for the value of the group column or (None) of all rows;
    None: no file knows this table. `check` finds problems in the values.
    """

    code: str
    label: Any
    note: Any
    model: Any
    key: tuple[str, ...]
    fields: tuple[EditField, ...]
    title: Callable[[Any, str], str]
    order: tuple[str, ...]
    rows_of_file: Callable[[str | None], Iterable[Row]] | None = None
    search: tuple[str, ...] = ()  # columns with folded text
    group: str | None = None  # the column a list can be narrowed by
    group_words: Callable[[str, str], str] = lambda code, _locale: code
    can_add: bool = True
    can_retire: bool = True
    check: Callable[[Mapping[str, Any], date], Iterable[Problem]] = lambda _values, _today: ()
    sub: Callable[[Any, str], str] = lambda _row, _locale: ""

    @property
    def is_filed(self) -> bool:
        return self.rows_of_file is not None

    def key_of(self, row: Any) -> tuple[Any, ...]:
        return tuple(getattr(row, part) for part in self.key)

    def address_of(self, row: Any) -> str:
        """The key as it stands in an address."""
        return "/".join(str(part) for part in self.key_of(row))

    def values_of(self, row: Any) -> dict[str, Any]:
        return {each.name: getattr(row, each.name) for each in self.fields}


TABLES: dict[str, EditTable] = {}


def register(table: EditTable) -> None:
    """Let administrators edit a table on the pages for reference data."""
    TABLES[table.code] = table


_FOLLOWING: dict[str, list[Callable[..., Any]]] = {}


def follow(code: str, work: Callable[..., Any]) -> None:
    """Do `work(row, actor=, now=)` after a row of this table changed, in the same transaction, the stamp raised."""
    _FOLLOWING.setdefault(code, []).append(work)


def table_called(code: str) -> EditTable:
    """Raises NotFound."""
    if code not in TABLES:
        raise NotFound()
    return TABLES[code]


def get_row(table: EditTable, address: str, *, lock: bool = False) -> Any:
    """The row behind an address. Raises NotFound."""
    parts = address.split("/", len(table.key) - 1)
    if len(parts) != len(table.key):
        raise NotFound()
    wanted = []
    for name, text in zip(table.key, parts, strict=True):
        column = getattr(table.model, name)
        if column.type.python_type is date:
            try:
                wanted.append(column == date.fromisoformat(text))
            except ValueError as error:
                raise NotFound() from error
        else:
            wanted.append(column == text)
    statement = select(table.model).where(*wanted).execution_options(populate_existing=True)
    found = db.session.execute(statement.with_for_update() if lock else statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


# --- what the file says ------------------------------------------------------------------------------------


def file_row(table: EditTable, row: Any) -> Row | None:
    """What the loaded file says of a row; None when it does not know it."""
    if table.rows_of_file is None:
        return None
    scope = getattr(row, table.group) if table.group else None
    wanted = table.key_of(row)
    return next((each for each in table.rows_of_file(scope) if each.key == wanted), None)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of which the file says something else than the row."""

    name: str
    here: Any
    there: Any


def differences(table: EditTable, row: Any, said: Row | None) -> list[Difference]:
    if said is None:
        return []
    return [
        Difference(each.name, getattr(row, each.name), said.values[each.name])
        for each in table.fields
        if each.name in said.values and getattr(row, each.name) != said.values[each.name]
    ]


# --- history and versions ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subject:
    """A row as events name it: rows with a key of several parts have no id of their own."""

    __tablename__: str
    id: str


def subject_of(table: EditTable, row: Any) -> Subject:
    digest = hashlib.sha256(f"{table.model.__tablename__}/{table.address_of(row)}".encode()).hexdigest()
    return Subject(table.model.__tablename__, digest[:26])


def plain(value: Any) -> Any:
    """A column's value as an event or a fingerprint holds it."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def version_of(table: EditTable, row: Any) -> str:
    """A fingerprint of what a page showed of a row, to find out that it changed since."""
    shown = [plain(value) for value in table.values_of(row).values()]
    plan = plan_of(table, row)
    days = [plain(getattr(row, "retired_on", None)), plain(plan.on) if plan is not None else None]
    text = json.dumps([shown, *days], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def check_seen(table: EditTable, row: Any, seen: str | None) -> None:
    """409 when the row changed after the page was made."""
    if seen != version_of(table, row):
        raise Stale(_l("Somebody changed this while you had it open. What you typed is kept; check it and send again."))


# --- operations --------------------------------------------------------------------------------------------


def check_may(actor: Any) -> None:
    """Raises NotPermitted."""
    if not actor.can("reference:edit"):
        raise NotPermitted()


def add_row(table: EditTable, values: Mapping[str, Any], *, actor: Any, now: datetime, today: date) -> Any:
    """A row made by hand: no file retires it. Raises NotPermitted, RuleViolation."""
    check_may(actor)
    if not table.can_add:
        raise WrongState(NO_LONGER)
    _check(table, values, today)
    given = dict(values)
    if "id" in table.key:
        given["id"] = new_id()
    row = table.model(**given)
    known = select(table.model).where(*(getattr(table.model, part) == given[part] for part in table.key))
    if db.session.execute(known).first() is not None:
        raise RuleViolation("exists", _l("This is in the list already."), _key_field(table))
    _fold_names(row)
    row.edited_at, row.loaded_hash = now, None
    db.session.add(row)
    db.session.flush()
    changes = {name: [None, plain(value)] for name, value in values.items() if value not in (None, "", [])}
    written("reference.added", table, row, changes, actor=actor, now=now)
    return row


def edit_row(
    table: EditTable, row: Any, values: Mapping[str, Any], *, actor: Any, now: datetime, today: date
) -> list[str]:
    """Store what was changed; the names of the fields. From now on a reload leaves the row alone, unless only what no
    file speaks of was changed. Raises NotPermitted, RuleViolation.
    """
    check_may(actor)
    _check(table, values, today)
    fixed = {each.name for each in table.fields if each.fixed}
    changes = {
        name: [plain(getattr(row, name)), plain(value)]
        for name, value in values.items()
        if name not in fixed and getattr(row, name) != value
    }
    if not changes:
        return []
    for name in changes:
        setattr(row, name, values[name])
    _fold_names(row)
    said = file_row(table, row)
    if said is None or changes.keys() & said.values.keys():
        row.edited_at = now
    db.session.flush()
    written("reference.edited", table, row, changes, actor=actor, now=now)
    return list(changes)


def take_field(table: EditTable, row: Any, name: str, *, actor: Any, now: datetime) -> None:
    """Give one field the file's value; once nothing differs the row follows its file again.

    Raises NotPermitted, BadInput, WrongState when the file does not know it.
    """
    check_may(actor)
    said = file_row(table, row)
    if said is None:
        raise WrongState(_l("The loaded file does not have this row."))
    found = next((each for each in differences(table, row, said) if each.name == name), None)
    if found is None:
        raise BadInput([Problem("no_difference", _l("The file says the same."), "action")])
    setattr(row, name, found.there)
    _fold_names(row)
    if not differences(table, row, said) and getattr(row, "retired_on", None) is None:
        row.edited_at, row.loaded_hash = None, content_hash(said)
    db.session.flush()
    changes = {name: [plain(found.here), plain(found.there)]}
    written("reference.taken_over", table, row, changes, actor=actor, now=now)


def take_row(table: EditTable, row: Any, *, actor: Any, now: datetime) -> None:
    """Give the whole row back to the file; a planned retirement ends. Raises NotPermitted, WrongState."""
    check_may(actor)
    said = file_row(table, row)
    if said is None:
        raise WrongState(_l("The loaded file does not have this row."))
    found = differences(table, row, said)
    for column, value in said.values.items():
        setattr(row, column, value)
    row.edited_at, row.loaded_hash = None, content_hash(said)
    changes = {each.name: [plain(each.here), plain(each.there)] for each in found}
    if table.can_retire:
        row.retired_on, planned = None, forget_plan(table, row)
        changes |= {"retires_on": [plain(planned), None]} if planned else {}
    db.session.flush()
    written("reference.taken_over", table, row, changes, actor=actor, now=now)


def _check(table: EditTable, values: Mapping[str, Any], today: date) -> None:
    problems = list(table.check(values, today))
    if problems:
        raise RuleViolation(problems=problems)


def _key_field(table: EditTable) -> str | None:
    return next((part for part in table.key if part != "id"), None)


def _fold_names(row: Any) -> None:
    """Sorting and searching follow the names."""
    if hasattr(row, "name_nl_folded"):
        row.name_nl_folded, row.name_en_folded = folded(row.name_nl), folded(row.name_en)


def recorded(
    kind: str, table: EditTable, row: Any, changes: Mapping[str, Any], *, actor: Any, now: datetime, **more: Any
) -> None:
    """The event of a change; `more` are codes and ids it holds besides."""
    data = {"table": table.code, "key": table.address_of(row), "changes": dict(changes), **more}
    record(db.session, kind, subject_of(table, row), actor=actor, now=now, data=data, outbox=False)


def written(
    kind: str, table: EditTable, row: Any, changes: Mapping[str, Any], *, actor: Any, now: datetime, **more: Any
) -> None:
    """The event, the stamp under which processes keep names, tables and calendars, and what follows from it."""
    recorded(kind, table, row, changes, actor=actor, now=now, **more)
    bump(db.session, ROUTING)
    for follow in _FOLLOWING.get(table.code, ()):
        follow(row, actor=actor, now=now)


def dates_in_order(first: str, last: str) -> Callable[[Mapping[str, Any], date], Iterator[Problem]]:
    """A check: the last day does not lie before the first."""

    def check(values: Mapping[str, Any], _today: date) -> Iterator[Problem]:
        starts, ends = values.get(first), values.get(last)
        if starts is not None and ends is not None and ends < starts:
            yield Problem("ends_early", _l("The last day lies before the first day."), last)

    return check
