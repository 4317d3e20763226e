"""Hubs: accreditation of bilateral chambers and referral of entrepreneurs' questions. `create_app` only."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

from flask import Flask
from whitenoise import WhiteNoise

from config import ROOT, load_settings
from hubs import errors, security
from hubs.core import health, ids, logs, templating
from hubs.extensions import babel, csrf, db, limiter, login_manager, migrate

# every module that defines tables, leftmost first
MODELS = (
    "core.events",
    "core.stamps",
    "reference.models",
    "accounts.models",
    "directory.models",
    "companies.models",
    "agreements.models",
    "referrals.models",
    "api.models",
    "outbox.models",
)
PAGES = ("public", "accounts", "directory", "companies", "agreements", "referrals")
COMMANDS = ("reference", "demo", "referrals", "accounts", "outbox", "core")


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
    _pages(app)
    _commands(app)
    _static_files(app)
    security.init_app(app)
    return app


def _extensions(app: Flask) -> None:
    for name in MODELS:
        _module(name)
    db.init_app(app)
    migrate.init_app(app, db, directory=app.config["MIGRATIONS_DIR"])
    login_manager.init_app(app)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=security.reader_locale)
    limiter.init_app(app)


def _module(name: str) -> Any:
    found = f"hubs.{name}"
    parent = found.rsplit(".", 1)[0]
    if importlib.util.find_spec(parent) is None or importlib.util.find_spec(found) is None:
        return None
    try:
        return importlib.import_module(found)
    except ImportError as error:  # TEMPORARY while areas land
        import sys

        print("NOT LOADED", found, error, file=sys.stderr)
        return None


def _pages(app: Flask) -> None:
    for area in PAGES:
        views = _module(f"{area}.views")
        if views is not None and hasattr(views, "bp"):
            app.register_blueprint(views.bp)
    accounts = _module("accounts.access")
    if accounts is not None:
        accounts.init_app(app)
    api = _module("api.app")
    if api is not None:
        api.init_app(app)


def _commands(app: Flask) -> None:
    for area in COMMANDS:
        cli = _module(f"{area}.cli")
        if cli is not None:
            for group in cli.GROUPS:
                app.cli.add_command(group)


def _static_files(app: Flask) -> None:
    """WhiteNoise serves what carries a fingerprint for ever, the rest for an hour."""
    server = WhiteNoise(app.wsgi_app, autorefresh=app.config["HUBS_ENV"] == "development", max_age=3600)
    server.add_files(str(app.static_folder), prefix="static/")
    app.wsgi_app = server  # type: ignore[method-assign]
