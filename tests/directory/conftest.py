"""Sending the directory's forms as a browser does."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    return found.group(1) if found else ""


@pytest.fixture
def post() -> Callable[..., Any]:
    """`post(client, '/organisation', page='/organisation', action='confirm')`: with the token of `page`."""

    def send(client: FlaskClient, path: str, *, page: str | None = None, **data: Any) -> Any:
        shown = client.get(page or path).get_data(as_text=True)
        fields = {"csrf_token": hidden(shown, "csrf_token"), **data}
        return client.post(path, data={name: value for name, value in fields.items() if value is not None})

    return send


@pytest.fixture
def text() -> Callable[[Any], str]:
    return lambda answer: answer.get_data(as_text=True)
