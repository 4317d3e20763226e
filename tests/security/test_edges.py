"""What odd input does at the edge: no internal error, no other host, no flood of labels, nothing personal in logs."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest
import structlog
from flask import Flask
from sqlalchemy.exc import DataError, OperationalError

from hubs.core import health
from hubs.extensions import db
from hubs.referrals.screening import Known, screen
from tests.conftest import csrf_of

KNOWN = Known(person="Jan Proef", company="Proef Koffie Import BV", registration_number="12345678", phone="0612345678")
LENGTH = 8000
QUICK = 1.5  # seconds; before the patterns were bounded the worst of these took minutes


@pytest.mark.parametrize(
    "pattern",
    ["a", "1", "1.", "a.", "a-", "_", "1 ", " 000", "+1", "01", "kvk ", "eur 1", "x@", "€1", "1\u00a0", "proef_", "."],
)
def test_no_text_keeps_the_screening_busy(pattern: str) -> None:
    text = ("1" + pattern * LENGTH)[:LENGTH] + " 0"
    started = time.process_time()
    screen(text, KNOWN)
    assert time.process_time() - started < QUICK


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mail naar:jan@proef.example graag", "email"),
        ("zie ...proefkoffie.nl", "web"),
        ("(www.proef-koffie.nl)", "web"),
        ("jan.proef(at)mail.example", "email"),
    ],
)
def test_bounded_patterns_still_find(text: str, code: str) -> None:
    assert code in {finding.code for finding in screen(text, Known(company="Proefkoffie"))}


@pytest.mark.parametrize(
    "query", ["endpoint=x", "_external=1&_scheme=javascript", "_method=FOO", "_anchor=x", "_scheme=http", "a=1&a=2"]
)
def test_the_other_language_takes_any_query(client_for: Any, query: str) -> None:
    client = client_for("anonymous")
    for path in ("/", "/register", "/sign-in"):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == 200
        assert "javascript:" not in answer.get_data(as_text=True).casefold()


def test_the_other_language_of_an_absent_page_stays_here(client_for: Any) -> None:
    client = client_for("anonymous")
    for path in ("//elders.example/pad", "/absent//elders.example", "/absent/%2F%2Felders", "/%5Celders.example"):
        page = client.get(path, follow_redirects=True).get_data(as_text=True)
        assert 'href="//' not in page and 'href="/\\' not in page and "?lang=" in page


@pytest.mark.parametrize(
    "address", ["/questions/new?company=%00", "/questions?handler=%00&market=%00a", "/referrals?handler=%00"]
)
def test_what_no_database_takes_is_no_internal_error(client_for: Any, address: str) -> None:
    assert client_for("officer").get(address).status_code in (200, 400, 404)


@pytest.mark.parametrize("address", ["/people?organisation=%00", "/people/invite?organisation=%00"])
def test_a_nul_in_an_organisation(client_for: Any, address: str) -> None:
    assert client_for("head").get(address).status_code in (400, 404)


def test_a_nul_in_a_form(client_for: Any) -> None:
    client = client_for("officer")
    values = {"action": "end", "sign_in_id": "\x00", "csrf_token": csrf_of(client, "/account")}
    assert client.post("/account/sign-ins", data=values).status_code in (400, 404)


class _Refused(Exception):
    def __init__(self, sqlstate: str | None = None) -> None:
        super().__init__("DETAIL: Failing row contains (CANARY-IN-A-ROW)")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("SELECT 1", {}, _Refused("40P01")), 409),
        (OperationalError("SELECT 1", {}, _Refused("40001")), 409),
        (OperationalError("SELECT 1", {}, _Refused()), 503),
        (DataError("SELECT 1", {}, _Refused("22021")), 400),
    ],
)
def test_refusals_of_the_database(
    app: Flask, client_for: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def refuse(**_values: Any) -> Any:
        raise error

    monkeypatch.setitem(app.view_functions, "public.privacy", refuse)
    assert client_for("anonymous").get("/privacy").status_code == status


def test_an_unexpected_error_logs_neither_link_nor_parameters(
    app: Flask, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert app.config["SQLALCHEMY_ENGINE_OPTIONS"]["hide_parameters"] is True
    with app.app_context():
        assert db.engine.hide_parameters

    def break_down(**_values: Any) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setitem(app.view_functions, "referrals.track", break_down)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    written = io.StringIO()
    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        logger_factory=structlog.PrintLoggerFactory(written),
    )
    try:
        assert client_for("anonymous").get("/track/secret-of-the-link").status_code == 500
    finally:
        structlog.configure(**before)
    assert "unexpected_error" in written.getvalue()
    assert "secret-of-the-link" not in written.getvalue()


def test_methods_that_somebody_makes_up_are_no_labels(client_for: Any) -> None:
    client = client_for("anonymous")
    for number in range(3):
        client.open("/privacy", method=f"MADEUP{number}")
    page = client.get("/metrics").get_data(as_text=True)
    assert "MADEUP" not in page and 'method="other"' in page
    assert "GET" in health.METHODS
