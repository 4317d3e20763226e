"""`reference load` from the outside: complete, repeatable, and JSON only when asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, session
from sqlalchemy import func, select

from hubs.accounts.models import Organisation
from hubs.extensions import Base, babel, db
from hubs.reference.cli import reference_cli
from hubs.reference.models import Market


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = Flask(__name__)
    app.config.update(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'cli.sqlite'}", BABEL_DEFAULT_LOCALE="en")
    db.init_app(app)
    babel.init_app(app, locale_selector=lambda: session["language"])  # as the application does
    app.cli.add_command(reference_cli)
    with app.app_context():
        Base.metadata.create_all(db.engine)
    yield app
    with app.app_context():
        db.engine.dispose()


def test_load_twice(app: Flask) -> None:
    first = app.test_cli_runner().invoke(args=["reference", "load", "--json"])
    assert first.exit_code == 0, first.output
    report = json.loads(first.stdout)
    assert report["markets"]["added"] == 250
    assert report["posts"]["added"] == 169
    assert report["hubs"]["added"] == 50
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Organisation)) == 169 + 50 + 24 + 2

    second = app.test_cli_runner().invoke(args=["reference", "load"])
    assert second.exit_code == 0, second.output
    assert "markets: 0 added, 0 changed, 250 unchanged, 0 kept, 0 retired" in second.stdout


def test_a_missing_file_is_said_and_nothing_is_stored(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise FileNotFoundError(2, "No such file", "posts.csv")

    monkeypatch.setattr("hubs.reference.cli.load_directory", missing)
    result = app.test_cli_runner().invoke(args=["reference", "load", "--json"])
    assert result.exit_code == 1
    assert "posts.csv" in result.stderr and result.stdout == ""
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Market)) == 0
