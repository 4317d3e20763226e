"""A database file of its own, loaded once and copied for each test: the loaders need no application."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from hubs.extensions import Base
from hubs.reference.loading import LoadReport, load_reference
from tests.reference.tables import loaded_tables

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def first_load(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, LoadReport]:
    """The database after the very first load, and what that load reported."""
    path = tmp_path_factory.mktemp("reference") / "loaded.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine, tables=loaded_tables())
    with Session(engine) as session:
        report = load_reference(session, now=NOW)
        session.commit()
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path, report


@pytest.fixture
def store(tmp_path: Path, first_load: tuple[Path, LoadReport]) -> Iterator[Session]:
    """A session on a loaded database of the test's own."""
    path = shutil.copy(first_load[0], tmp_path / "reference.sqlite")
    engine = create_engine(f"sqlite:///{path}")
    with Session(engine) as session:
        yield session
    engine.dispose()
