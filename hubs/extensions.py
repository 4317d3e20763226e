"""The Flask extensions, made once and bound in `create_app`; and the two ways a transaction begins."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import current_app, has_request_context
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import MetaData, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, Session, scoped_session

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every model's base: one metadata, constraint names that are the same on both databases."""

    metadata = MetaData(naming_convention=NAMING)


AnySession = Session | scoped_session[Any]  # what functions that are handed a session accept

db = SQLAlchemy(model_class=Base)
migrate = Migrate(render_as_batch=True, compare_type=True)
login_manager = LoginManager()
csrf = CSRFProtect()
babel = Babel()
limiter = Limiter(key_func=get_remote_address, default_limits=[])


@event.listens_for(Engine, "connect")
def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    """SQLite as a server would be: WAL, full durability, foreign keys, transactions begun by us."""
    if isinstance(dbapi_connection, sqlite3.Connection):
        dbapi_connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=10000",
            "cache_size=-8192",
        ):
            dbapi_connection.execute("PRAGMA " + pragma)


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql("BEGIN " + mode)


def write_transaction(*, once: bool = True) -> None:
    """Begin the transaction that writes; must come before its first query.

    A form that was stored before is not stored again (`hubs.core.sent_forms`; raises AlreadySent), unless `once` is
    off: for what may well be repeated, and must be when its answer never arrived, such as signing in.

    On SQLite one writer holds the database (`BEGIN IMMEDIATE`); what was read before (sign-in, parsing) is
    rolled back first, because a read transaction that turns into a write loses updates. On PostgreSQL rows
    that can run out are locked by the queries themselves.
    """
    once_only = current_app.extensions.get("once_only") if once and has_request_context() else None
    sent = once_only.read() if once_only else None
    db.session.rollback()
    db.session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
    if once_only and sent:
        once_only.claim(sent)
