"""Puts reference files into the tables: a local edit always wins, what left a file is retired, never deleted.

Laid down in domain.md (Nouns). The same rules serve the organisations in `hubs.directory.loading`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hubs.core.stamps import ROUTING, bump

from .models import CodeListEntry, Holiday, Instrument, Market, Sector, Service, TradeFigure
from .plans import planned_keys
from .rows import (
    DATA,
    Row,
    code_list_rows,
    holiday_rows,
    instrument_rows,
    market_rows,
    sector_rows,
    service_rows,
    trade_rows,
)

HOME_ZONE = ZoneInfo("Europe/Amsterdam")
YEARS_BACK, YEARS_AHEAD = 1, 2


@dataclass(slots=True)
class TableReport:
    """What a load did to one table; the lists hold keys, joined with a slash."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)  # edited here, so left alone
    differing: list[str] = field(default_factory=list)  # those of `kept` where the file says something new
    retired: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "kept": len(self.kept),
            "retired": len(self.retired),
            "kept_keys": self.kept,
            "differing_keys": self.differing,
            "retired_keys": self.retired,
        }


@dataclass(slots=True)
class LoadReport:
    """What a load did, table by table, in the order of loading."""

    tables: dict[str, TableReport] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {name: table.as_json() for name, table in self.tables.items()}

    @property
    def has_changes(self) -> bool:
        return any(table.added or table.changed or table.retired for table in self.tables.values())

    def merge(self, other: LoadReport) -> LoadReport:
        """Both reports in one."""
        return LoadReport({**self.tables, **other.tables})


def content_hash(row: Row) -> str:
    """A fingerprint of what the file says about a row."""
    text = json.dumps([row.values, row.beside], sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def load_rows(
    session: Session,
    model: Any,
    key: Sequence[str],
    rows: Iterable[Row],
    *,
    today: date,
    within: Sequence[ColumnElement[bool]] = (),
    attach: Callable[[Any, Row], None] | None = None,
) -> TableReport:
    """Bring one table in line with its rows; `within` limits which stored rows the file speaks about.

    `attach` stores what a new or changed row holds beside its own table. A row without `loaded_hash` was made
    here by hand: no file retires it, and none retires a row before its planned day. Flushes, does not commit.
    """
    known = session.scalars(select(model).where(*within))
    stored = {tuple(getattr(found, part) for part in key): found for found in known}
    report = TableReport()
    taken: list[tuple[Any, Row]] = []
    for row in rows:
        found = stored.pop(row.key, None)
        if found is None:
            found = model(**row.values, **row.initial, loaded_hash=content_hash(row))
            session.add(found)
            report.added += 1
            taken.append((found, row))
        elif _refreshed(found, row, report):
            taken.append((found, row))
    planned = planned_keys(session, model.__tablename__) if stored else set()
    for gone, found in stored.items():
        _retire(found, gone, today, report, is_planned=_key_text(gone) in planned)
    session.flush()
    if attach is not None:
        for found, row in taken:
            attach(found, row)
        session.flush()
    return report


def _refreshed(found: Any, row: Row, report: TableReport) -> bool:
    """Whether the stored row took over what the file says."""
    said = content_hash(row)
    if found.edited_at is not None:
        report.kept.append(_key_text(row.key))
        if found.loaded_hash != said:
            report.differing.append(_key_text(row.key))
            found.loaded_hash = said
        return False
    if found.loaded_hash == said and found.retired_on is None:
        report.unchanged += 1
        return False
    for column, value in row.values.items():
        setattr(found, column, value)
    found.loaded_hash, found.retired_on = said, None
    report.changed += 1
    return True


def _retire(found: Any, key: tuple[Any, ...], today: date, report: TableReport, *, is_planned: bool) -> None:
    """Unless people said otherwise here: by an edit, or by the day they chose for it to retire."""
    if found.loaded_hash is None or found.retired_on is not None:
        return
    if found.edited_at is not None or is_planned:
        report.kept.append(_key_text(key))
        report.differing.append(_key_text(key))
        return
    found.retired_on = today
    report.retired.append(_key_text(key))


def _key_text(key: tuple[Any, ...]) -> str:
    return "/".join(str(part) for part in key)


def load_reference(session: Session, *, now: datetime, folder: Path = DATA) -> LoadReport:
    """Load markets, sectors, services, instruments, code lists, trade figures and the holidays around `now`.

    Running it again changes nothing. Raises `OSError` when a file is missing, `ValueError` when a field is
    not what its column holds; the caller's transaction then ends without effect.
    """
    today = now.astimezone(HOME_ZONE).date()
    report = LoadReport()
    tables: tuple[tuple[Any, tuple[str, ...], Iterable[Row]], ...] = (
        (Market, ("iso2",), market_rows(folder)),
        (Sector, ("code",), sector_rows(folder)),
        (Service, ("code",), service_rows(folder)),
        (Instrument, ("instrument_id",), instrument_rows(folder)),
        (CodeListEntry, ("list_code", "code"), code_list_rows(folder)),
        (TradeFigure, ("reporter", "market", "flow", "year", "unit", "source"), trade_rows(folder)),
    )
    for model, key, rows in tables:
        report.tables[model.__tablename__] = load_rows(session, model, key, rows, today=today)
    report.tables[Holiday.__tablename__] = load_holidays(session, today=today, folder=folder)
    if report.has_changes:
        bump(session, ROUTING)
    return report


def load_holidays(session: Session, *, today: date, folder: Path = DATA) -> TableReport:
    """Fill the holidays of last year, this year and two years ahead for every open market."""
    first, last = date(today.year - YEARS_BACK, 1, 1), date(today.year + YEARS_AHEAD, 12, 31)
    markets = session.scalars(select(Market.iso2).where(Market.retired_on.is_(None)).order_by(Market.iso2)).all()
    return load_rows(
        session,
        Holiday,
        ("market", "on"),
        holiday_rows(markets, range(first.year, last.year + 1), folder),
        today=today,
        within=(Holiday.on >= first, Holiday.on <= last),
    )
