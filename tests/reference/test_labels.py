"""Names for codes in the reader's language, kept until the stamp says that something changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from hubs.core.stamps import ROUTING, bump
from hubs.extensions import babel, db
from hubs.reference.labels import instrument_name, label, market_name, sector_name, service_name
from hubs.reference.loading import LoadReport
from hubs.reference.models import CodeListEntry


@pytest.fixture
def app(tmp_path: Path, first_load: tuple[Path, LoadReport]) -> Iterator[Flask]:
    path = tmp_path / "labels.sqlite"
    path.write_bytes(first_load[0].read_bytes())
    app = Flask(__name__)
    app.config.update(SQLALCHEMY_DATABASE_URI=f"sqlite:///{path}", BABEL_DEFAULT_LOCALE="nl")
    db.init_app(app)
    babel.init_app(app, locale_selector=lambda: "en")
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


def test_names_in_both_languages_with_one_statement(app: Flask, statements: list[str]) -> None:
    with app.test_request_context():
        assert market_name("NL") == "Netherlands"
        assert market_name("NL", "nl") == "Nederland"
        assert sector_name("01", "nl").startswith("Landbouw")
        assert service_name("commercial_referral", "en").startswith("Referral to commercial")
        assert instrument_name("dhi").startswith("DHI")
        assert label("decline_reason", "no_capacity", "nl") == "Geen capaciteit"
        first = [statement for statement in statements if statement.startswith("SELECT")]
    assert len(first) == 2, "the stamp, and the names"
    with app.test_request_context():
        assert market_name("NL", "nl") == "Nederland"
    assert len([s for s in statements if s.startswith("SELECT")]) == 3, "only the stamp again"


def test_an_unknown_code_is_its_own_label_and_an_empty_one_has_none(app: Flask) -> None:
    with app.test_request_context():
        assert label("decline_reason", "nonsense") == "nonsense"
        assert market_name(None) == "" and label("channel", "") == ""


def test_an_edit_shows_at_the_next_request(app: Flask) -> None:
    with app.test_request_context():
        assert label("channel", "visit", "nl") == "Bezoek"
        db.session.get_one(CodeListEntry, ("channel", "visit")).set_names("Langsgaan", "Visit")
        bump(db.session(), ROUTING)
        db.session.commit()
    with app.test_request_context():
        assert label("channel", "visit", "nl") == "Langsgaan"


def test_an_edit_shows_in_a_worker_too(app: Flask) -> None:
    with app.app_context():
        assert label("channel", "visit", "nl") == "Bezoek"
        db.session.get_one(CodeListEntry, ("channel", "visit")).set_names("Langsgaan", "Visit")
        bump(db.session(), ROUTING)
        assert label("channel", "visit", "nl") == "Langsgaan"
        db.session.rollback()
