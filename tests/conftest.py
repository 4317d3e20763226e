"""Fixtures: one application on a real database; each test starts from a copy of a template database.

`HUBS_TEST_DATABASE=postgresql` runs the same suite on PostgreSQL. No app context is ever held around a test
client: Flask-Login's user would leak between clients and permission tests would prove nothing.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ["HUBS_ENV"] = "test"
os.environ["HUBS_DATA_DIR"] = tempfile.mkdtemp(prefix="hubs-tests-")
os.environ["LOG_LEVEL"] = os.environ.get("HUBS_TEST_LOG_LEVEL", "CRITICAL")
os.environ["RATELIMIT_ENABLED"] = "0"
for _name in ("DATABASE_URL", "BASE_URL", "SMTP_URL", "SECRET_KEY"):
    os.environ.pop(_name, None)

import pytest  # noqa: E402
from flask import Flask  # noqa: E402
from flask.testing import FlaskClient  # noqa: E402
from hypothesis import settings  # noqa: E402
from sqlalchemy import event  # noqa: E402

from hubs import create_app  # noqa: E402
from hubs.extensions import db  # noqa: E402
from tests import databases, world  # noqa: E402

# the same examples each run, so that no change is refused for bad luck; `--hypothesis-profile=explore` draws new ones
settings.register_profile("explore", derandomize=False)
settings.register_profile("same", derandomize=True)
settings.load_profile("same")


@pytest.fixture(scope="session")
def _databases() -> Iterator[Any]:
    made = databases.databases(Path(os.environ["HUBS_DATA_DIR"]))
    yield made
    made.drop()


@pytest.fixture(scope="session")
def _app(_databases: Any) -> Iterator[Flask]:
    """The application, once a session; the templates `reference` and `demo` are made here."""
    app = create_app({"SQLALCHEMY_DATABASE_URI": _databases.url})
    with app.app_context():
        _databases.create_empty()
        world.migrate()
        world.load_reference()
        db.session.commit()
        _let_go()
        _databases.keep("reference")
        app.extensions["test_world"] = world.build()
        db.session.commit()
        _let_go()
        _databases.keep("demo")
    yield app
    with app.app_context():
        _let_go()


def _let_go() -> None:
    db.session.remove()
    db.engine.dispose()


def _fresh(app: Flask, made: Any, template: str) -> None:
    with app.app_context():
        _let_go()
    made.restore(template)


def _keep(app: Flask, made: Any, template: str) -> None:
    """Keep the database as it is now as a template."""
    with app.app_context():
        _let_go()
    made.keep(template)


@pytest.fixture
def app(_app: Flask, _databases: Any, request: pytest.FixtureRequest) -> Flask:
    """The application on a fresh database: with the fictional world when the test asks for `demo`, else without."""
    _fresh(_app, _databases, "demo" if "demo" in request.fixturenames else "reference")
    return _app


@pytest.fixture(scope="session")
def _kept_worlds() -> dict[str, Any]:
    return {}


@pytest.fixture
def kept(app: Flask, _databases: Any, _kept_worlds: dict[str, Any]) -> Callable[[str, Callable[[], Any]], Any]:
    """`kept("fuzz", build)`: what `build` gives (ids, no live objects) and wrote; built once, then put back."""

    def world_of(name: str, build: Callable[[], Any]) -> Any:
        if name in _kept_worlds:
            _fresh(app, _databases, name)
        else:
            _kept_worlds[name] = build()
            _keep(app, _databases, name)
        return _kept_worlds[name]

    return world_of


@pytest.fixture
def in_app(app: Flask) -> Callable[[], Any]:
    """`with in_app() as session:` a context of its own for direct calls; over before any client is used."""

    @contextmanager
    def context() -> Iterator[Any]:
        with app.test_request_context("/?lang=en"):
            yield db.session
            db.session.rollback()
            db.session.remove()

    return context


@pytest.fixture
def demo(app: Flask) -> world.World:
    """The small fictional world of `tests/world.py`: ids, codes and e-mail addresses only, no live objects."""
    return app.extensions["test_world"]


@pytest.fixture
def client_for(app: Flask, demo: world.World) -> Callable[..., FlaskClient]:
    """`client_for('officer')`: a client signed in as that persona, through the sign-in page."""

    def make(persona: str, language: str = "en") -> FlaskClient:
        client = app.test_client()
        client.get(f"/sign-in?lang={language}")
        if persona != "anonymous":
            values = {"email": demo.people[persona].email, "password": world.PASSWORD}
            answer = client.post("/sign-in", data={**values, "csrf_token": csrf_of(client)})
            assert answer.status_code == 303, answer.get_data(as_text=True)[:3000]
        return client

    return make


@pytest.fixture
def api_for(app: Flask, demo: world.World) -> Callable[[str], Callable[..., Any]]:
    """`api_for('post')('GET', '/support-requests')`: a call with that client's bearer token ('' for none)."""

    def make(client_name: str) -> Callable[..., Any]:
        token = demo.tokens.get(client_name)
        headers = {"Authorization": f"Bearer {token}"} if token else {}

        def call(method: str, path: str, json: Any = None, **more: Any) -> Any:
            more_headers = {**headers, **more.pop("headers", {})}
            return app.test_client().open(f"/api/v1{path}", method=method, json=json, headers=more_headers, **more)

        return call

    return make


def csrf_of(client: FlaskClient, path: str = "/sign-in") -> str:
    """The CSRF token of a page of this client's session."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).get_data(as_text=True))
    assert found, f"no form on {path}"
    return found.group(1)


def without_tokens(text: str) -> str:
    """A page without what is made anew each time it is shown: its tokens and the key of each form."""
    names = "csrf[_-]token|csp-nonce|form_key|submission_key"
    return re.sub(rf'(name="(?:{names})"[^>]*(?:value|content)=")[^"]*', r"\1", text)


def post(client: FlaskClient, path: str, data: dict[str, Any] | None = None, page: str | None = None) -> Any:
    """Post a form of `page` (the same path unless told) with its CSRF token."""
    return client.post(path, data={**(data or {}), "csrf_token": csrf_of(client, page or path)})


@pytest.fixture
def statements(app: Flask) -> Callable[[], Any]:
    """`with statements() as listed:` collects the SQL statements that run, without transaction control."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        listed: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA")):
                listed.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield listed
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return collect
