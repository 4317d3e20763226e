"""Behind trusted proxies the visitor's own address counts; otherwise nobody's word for it is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import request

from hubs import create_app


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_whose_address_counts(proxies: int, seen: str, tmp_path: Path) -> None:
    app = create_app(
        {"TRUSTED_PROXIES": proxies, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'p.db'}", "TESTING": True}
    )
    app.add_url_rule("/who", "who", lambda: request.remote_addr or "")
    answer = app.test_client().get("/who", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert answer.get_data(as_text=True) == seen
