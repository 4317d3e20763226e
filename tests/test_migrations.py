"""Migrations: up, equal to the models, down to nothing and up again, on the database under test."""

from __future__ import annotations

import re
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from hubs.extensions import Base, db


def _tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version", "sqlite_sequence"}


def test_models_equal_migrations(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_down_and_up_again(app: Flask) -> None:
    folder = app.config["MIGRATIONS_DIR"]
    with app.app_context():
        before = _tables()
        downgrade(directory=folder, revision="base")
        assert _tables() == set()
        upgrade(directory=folder)
        assert _tables() == before


def test_migrations_stand_alone() -> None:
    """A migration never imports the application: it must mean the same in ten years."""
    folder = Path(__file__).resolve().parent.parent / "migrations" / "versions"
    assert list(folder.glob("*.py"))
    for path in folder.glob("*.py"):
        assert not re.search(r"^\s*(from|import) hubs\b", path.read_text(encoding="utf-8"), re.M), path


def test_events_are_insert_only_in_the_database(app: Flask) -> None:
    insert = (
        "INSERT INTO events (kind, subject_type, subject_id, at, actor_kind, data, commitments) "
        "VALUES ('test', 'x', 'x', '2026-01-01 00:00:00+00', 'system', '{}', '{}')"
    )
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(text(insert))
        for statement in ("UPDATE events SET kind = 'other'", "DELETE FROM events"):
            try:
                with db.engine.begin() as connection:
                    connection.execute(text(statement))
            except DatabaseError as error:
                assert "insert-only" in str(error)
            else:
                raise AssertionError(f"{statement} was allowed")


def test_standings_set_before_periods_were_kept_are_taken_over(app: Flask) -> None:
    """Those of the audit trail, and one that was stored without a word there."""
    folder = app.config["MIGRATIONS_DIR"]
    with app.app_context():
        downgrade(directory=folder, revision="0001")
        with db.engine.begin() as connection:
            hubs = connection.execute(text("SELECT id FROM hub_profiles ORDER BY id LIMIT 3")).scalars().all()
            for action, status, day in (("accredit", "accredited", "02"), ("suspend", "suspended", "05")):
                connection.execute(
                    text(
                        "INSERT INTO events (kind, subject_type, subject_id, at, actor_kind, data, commitments) VALUES "
                        f"('hub_status.{action}', 'hub_profiles', :hub, '2026-03-{day} 10:00:00+00', 'system', "
                        f"'{{\"to\": \"{status}\"}}', '{{}}')"
                    ),
                    {"hub": hubs[0]},
                )
            connection.execute(
                text(
                    "UPDATE hub_profiles SET state = 'conditional', status_since = '2026-02-01 09:00:00+00' "
                    "WHERE id = :hub"
                ),
                {"hub": hubs[1]},
            )
        upgrade(directory=folder)
        with db.engine.connect() as connection:
            statement = text("SELECT hub_id, status, ground FROM standing_periods ORDER BY from_at, id")
            found = [tuple(row) for row in connection.execute(statement)]
    assert found == [
        (hubs[1], "conditional", "administrator"),
        (hubs[0], "accredited", "administrator"),
        (hubs[0], "suspended", "administrator"),
    ]
