"""The demonstration world, loaded once and kept as a template: loading it takes a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from hubs.core.clock import utcnow
from hubs.demo.load import load_demo
from hubs.extensions import db, write_transaction
from tests.conftest import _fresh, _keep

LOADED_AT = utcnow().replace(microsecond=0) - timedelta(seconds=30)


@pytest.fixture(scope="session")
def _loaded(_app: Flask, _databases: Any) -> None:
    _fresh(_app, _databases, "reference")
    with _app.test_request_context("/?lang=en"):
        write_transaction()
        load_demo(now=LOADED_AT)
        db.session.commit()
    _keep(_app, _databases, "loaded")


@pytest.fixture
def loaded(_app: Flask, _databases: Any, _loaded: None) -> Flask:
    """The application with the demonstration world."""
    _fresh(_app, _databases, "loaded")
    return _app
