"""How a benchmark runs: once a database, each in a process of its own on a database made for it and thrown away."""

from __future__ import annotations

import json
import os
import subprocess  # noqa: S404  starts itself, with a list of arguments
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def median(values: Sequence[float]) -> float:
    """The middle one of an odd number of measurements; of an even number the upper of the two."""
    return sorted(values)[len(values) // 2]


def share(values: Sequence[float], part: float) -> float:
    """The value below which this part of the measurements lies: 0.99 is p99."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


@contextmanager
def fresh_databases(name: str) -> Iterator[list[tuple[str, str]]]:
    """(address, folder for its files) of an empty database on SQLite and, where the test requirements are, PostgreSQL.

    With DATABASE_URL set only that one: as it is, so that a large database need not be made anew.
    """
    given = os.environ.get("DATABASE_URL")
    with tempfile.TemporaryDirectory() as folder:
        if given:
            yield [(given, os.environ.get("HUBS_DATA_DIR", folder))]
            return
        server = _postgresql(folder, name)
        found = [(f"sqlite:///{folder}/{name}.db", folder)]
        if server is not None:
            found.append((server.url, folder))
        try:
            yield found
        finally:
            if server is not None:
                server.drop()


def _postgresql(folder: str, name: str) -> Any:
    """A database of a server from the test requirements; None where there is none."""
    try:
        from tests.databases import PostgresqlDatabases
    except ImportError:
        return None
    databases = PostgresqlDatabases(Path(folder))
    databases.name = f"hubs_bench_{name}_{os.getpid()}"
    databases.create_empty()
    return databases


def environment_for(url: str, folder: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": url,
        "HUBS_DATA_DIR": folder,
        "HUBS_ENV": "development",
        "LOG_LEVEL": "ERROR",
        "RATELIMIT_ENABLED": "0",
    }


def measured(module: str, url: str, folder: str, *words: str) -> Any:
    """What `python -m module words` prints as its last line of JSON, on this database."""
    found = subprocess.run(  # noqa: S603
        [sys.executable, "-m", module, *words],
        env=environment_for(url, folder),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(found.stdout.splitlines()[-1])


def flask(url: str, folder: str, *words: str) -> str:
    """Run a command of the service on this database; what it printed."""
    command = [str(Path(sys.executable).parent / "flask"), "--app", "wsgi", *words]
    done = subprocess.run(  # noqa: S603
        command, env=environment_for(url, folder), cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True
    )
    return done.stdout


def on_empty_database(module: str, name: str) -> list[dict[str, Any]]:
    """One row a database, of a benchmark that fills its database itself."""
    with fresh_databases(name) as databases:
        return [measured(module, url, folder) for url, folder in databases]


def with_reference_data(now: Any, fill: Any, times: Any) -> None:
    """The inside of such a process: an empty database migrated, loaded, filled by `fill`, then `times` printed."""
    from flask_migrate import upgrade

    from hubs import create_app
    from hubs.extensions import db, write_transaction
    from hubs.reference.cli import load_everything

    app = create_app()
    with app.app_context():
        upgrade()
        write_transaction()
        load_everything(now=now)
        fill()
        db.session.commit()
        analyse()
        print(json.dumps(times()))


def analyse() -> None:
    """As a database is after a night: statistics there, and on PostgreSQL the visibility map."""
    from hubs.extensions import db

    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if db.engine.dialect.name == "sqlite" else "VACUUM ANALYZE")
