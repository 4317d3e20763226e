"""What the environment may say, and what is told when it says something else."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from flask import Flask

from config import DEVELOPMENT_SECRET, ROOT, SettingsError, load_settings

PRODUCTION = {"HUBS_ENV": "production", "SECRET_KEY": "0123456789" * 4, "RATELIMIT_ENABLED": "1"}


def settings(monkeypatch: pytest.MonkeyPatch, **given: str) -> dict[str, Any]:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return load_settings()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"HUBS_ENV": "staging"}, "HUBS_ENV"),
        ({"PORT": "http"}, "PORT"),
        ({"UPLOAD_MAX_MB": "0"}, "UPLOAD_MAX_MB"),
        ({"VIRUS_SCANNER": "http://localhost:3310"}, "VIRUS_SCANNER"),
        ({"EMBED_ORIGINS": "https://a.example/*"}, "EMBED_ORIGINS"),
        ({"WEBSITE_CHECKS": "perhaps"}, "WEBSITE_CHECKS"),
        ({"RATELIMIT_ENABLED": "perhaps"}, "RATELIMIT_ENABLED"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
        ({"DATABASE_URL": "mysql://localhost/hubs"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://localhost/hubs"}, "DATABASE_URL"),
        ({**PRODUCTION, "SECRET_KEY": DEVELOPMENT_SECRET}, "SECRET_KEY"),
        ({**PRODUCTION, "SECRET_KEY": ""}, "SECRET_KEY"),
        ({**PRODUCTION, "RATELIMIT_ENABLED": "0"}, "RATELIMIT_ENABLED"),
    ],
)
def test_what_cannot_be_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        settings(monkeypatch, **given)


@pytest.mark.parametrize(("address", "secure"), [("https://hubs.example", True), ("http://hubs.example", False)])
def test_cookies_follow_the_address(monkeypatch: pytest.MonkeyPatch, address: str, secure: bool) -> None:
    found = settings(monkeypatch, **PRODUCTION, BASE_URL=address + "/")
    assert found["BASE_URL"] == address
    assert (found["SESSION_COOKIE_SECURE"], found["SESSION_COOKIE_NAME"].startswith("__Host-")) == (secure, secure)


def test_a_wrong_setting_ends_the_start_with_one_clear_line() -> None:
    environment = {**os.environ, "HUBS_ENV": "production", "SECRET_KEY": DEVELOPMENT_SECRET}
    ended = subprocess.run(
        [sys.executable, "-c", "import wsgi"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 3 and ended.stdout == ""
    assert ended.stderr.startswith("Hubs does not start: ") and "Traceback" not in ended.stderr


def test_in_production_no_mail_quietly_becomes_a_file(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "HUBS_ENV", "production")
    monkeypatch.setitem(app.config, "SMTP_URL", "")
    result = app.test_cli_runner().invoke(args=["worker", "run", "--once"])
    assert result.exit_code != 0 and "SMTP_URL" in result.output
