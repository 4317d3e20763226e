"""Runs migrations on SQLite and PostgreSQL alike."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

config = context.config
engine = current_app.extensions["migrate"].db.engine
metadata = current_app.extensions["migrate"].db.metadatas[None]


def _include_name(name: str | None, type_: str, _parents: Any) -> bool:
    """Search tables that SQLite makes by itself are not ours to compare."""
    return not (type_ == "table" and name is not None and name.startswith("sqlite_"))


def _render_item(type_: str, item: Any, autogen_context: Any) -> Any:
    """Own column types by what they are in the database, so that a migration never imports the application."""
    if type_ != "type":
        return False
    name = type(item).__name__
    if name == "UtcDateTime":
        return "sa.DateTime(timezone=True)"
    if name == "JSON":
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")'
    if name == "BigInteger":
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    return False


def run() -> None:
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # a batch move with foreign keys on would delete children; detach, or OFF leaks into the pool
            connection.detach()
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=metadata,
            include_name=_include_name,
            render_item=_render_item,
            render_as_batch=True,
            compare_type=True,
            transactional_ddl=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
