"""Hubs: accreditation of bilateral chambers and referral of entrepreneurs' questions. `create_app` only."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from config import ROOT, load_settings
from hubs import errors, security
from hubs.accounts import access
from hubs.api import app as api
from hubs.compression import Compressed
from hubs.core import health, ids, logs, templating, uploads
from hubs.core import views as core_views
from hubs.extensions import babel, csrf, db, limiter, login_manager, migrate

# every module that defines tables, leftmost first
MODELS = (
    "core.events",
    "core.sent_forms",
    "core.stamps",
    "core.stored_files",
    "core.searching.models",
    "reference.models",
    "accounts.models",
    "directory.models",
    "companies.models",
    "agreements.models",
    "referrals.models",
    "referrals.lists.models",
    "referrals.room",
    "referrals.intake.models",
    "referrals.complaints.models",
    "referrals.feedback.models",
    "missions.models",
    "mailbox.models",
    "guideline.models",
    "accreditation.models",
    "api.models",
    "outbox.models",
)
PAGES = (
    "public",
    "reference",
    "accounts",
    "directory",
    "companies",
    "agreements",
    "referrals",
    "missions",
    "mailbox",
    "guideline",
    "accreditation",
)
COMMANDS = (
    "core",
    "core.searching",
    "reference",
    "accounts",
    "referrals",
    "mailbox",
    "accreditation",
    "outbox",
    "demo",
)

# what can be found by the search over everything; each module says it of its area
SEARCHED = ("accounts", "companies", "agreements", "referrals", "missions", "accreditation")


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """The application: extensions, blueprints, errors, commands."""
    settings = {**load_settings(), **(overrides or {})}
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder="static")
    app.config.update(settings, MIGRATIONS_DIR=str(ROOT / "migrations"))
    Path(app.config["HUBS_DATA_DIR"]).mkdir(parents=True, exist_ok=True)
    logs.configure(app.config["LOG_LEVEL"], as_json=app.config["HUBS_ENV"] == "production")
    _extensions(app)
    ids.init_app(app)
    templating.init_app(app)
    errors.init_app(app)
    logs.init_app(app)
    health.init_app(app)
    uploads.init_app(app)
    core_views.init_app(app)
    _pages(app)
    _commands(app)
    _static_files(app)
    security.init_app(app)
    _behind_proxies(app)
    return app


def _module(name: str) -> Any:
    return importlib.import_module(f"hubs.{name}")


def _extensions(app: Flask) -> None:
    for name in MODELS:
        _module(name)
    for area in SEARCHED:
        _module(f"{area}.searchable")
    db.init_app(app)
    migrate.init_app(app, db, directory=app.config["MIGRATIONS_DIR"])
    login_manager.init_app(app)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=security.reader_locale)
    limiter.init_app(app)


def _pages(app: Flask) -> None:
    for area in PAGES:
        app.register_blueprint(_module(f"{area}.views").bp)
    access.init_app(app)
    api.init_app(app)


def _commands(app: Flask) -> None:
    for area in COMMANDS:
        for group in _module(f"{area}.cli").GROUPS:
            app.cli.add_command(group)


def _behind_proxies(app: Flask) -> None:
    """The visitor's address as the proxies before us tell it; nobody is believed when there are none."""
    proxies = app.config["TRUSTED_PROXIES"]
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]


def _static_files(app: Flask) -> None:
    """WhiteNoise serves what carries a fingerprint for ever, the rest for an hour."""
    server = WhiteNoise(app.wsgi_app, autorefresh=app.config["HUBS_ENV"] == "development", max_age=3600)
    server.add_files(str(app.static_folder), prefix="static/")
    app.wsgi_app = Compressed(server, "/static/")  # type: ignore[method-assign]
