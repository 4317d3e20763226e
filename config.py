"""Settings, read from the environment only (docs/developing.md lists them)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from environs import Env, EnvError

ROOT = Path(__file__).parent
DEVELOPMENT_SECRET = "development-only-not-a-secret"  # noqa: S105


class SettingsError(RuntimeError):
    """The environment does not describe a service that may start."""


def load_settings() -> dict[str, Any]:
    """The settings as Flask wants them. Raises SettingsError for one that cannot be."""
    try:
        settings = _read(Env())
    except EnvError as error:
        raise SettingsError(str(error)) from error
    _check(settings)
    settings.update(_derived(settings))
    return settings


def _read(env: Env) -> dict[str, Any]:
    environment = env.str("HUBS_ENV", "development")
    data_dir = Path(env.str("HUBS_DATA_DIR", str(ROOT / "var"))).resolve()
    port = env.int("PORT", 5000)
    return {
        "HUBS_ENV": environment,
        "TESTING": environment == "test",
        "HUBS_DATA_DIR": str(data_dir),
        "PORT": port,
        "BASE_URL": env.str("BASE_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        "SECRET_KEY": env.str("SECRET_KEY", DEVELOPMENT_SECRET),
        "SQLALCHEMY_DATABASE_URI": env.str("DATABASE_URL", f"sqlite:///{data_dir / 'hubs.db'}"),
        "SMTP_URL": env.str("SMTP_URL", ""),
        "MAIL_FROM": env.str("MAIL_FROM", "Hubs <noreply@hubs.example>"),
        "MAIL_IN_LISTEN": env.str("MAIL_IN_LISTEN", ""),
        "MAIL_IN_MAX_MB": env.int("MAIL_IN_MAX_MB", 30),
        "MAIL_IN_DOMAIN": env.str("MAIL_IN_DOMAIN", "").strip().lower(),
        "RATELIMIT_ENABLED": env.bool("RATELIMIT_ENABLED", True),
        "RATELIMIT_STORAGE_URI": env.str("RATELIMIT_STORAGE_URL", "memory://"),
        "RATELIMIT_HEADERS_ENABLED": True,
        "TRUSTED_PROXIES": env.int("TRUSTED_PROXIES", 0),
        "LOG_LEVEL": env.str("LOG_LEVEL", "INFO").upper(),
        "UPLOAD_MAX_MB": env.int("UPLOAD_MAX_MB", 10),
        "VIRUS_SCANNER": env.str("VIRUS_SCANNER", ""),
        "EMBED_ORIGINS": tuple(env.str("EMBED_ORIGINS", "").replace(",", " ").split()),
        "WEBSITE_CHECKS": env.bool("WEBSITE_CHECKS", environment == "production"),
        "KVK_API_URL": env.str("KVK_API_URL", ""),  # empty: the register is not asked
        "KVK_API_KEY": env.str("KVK_API_KEY", ""),
        "VIES_URL": env.str("VIES_URL", ""),
    }


def _check(settings: dict[str, Any]) -> None:
    if settings["HUBS_ENV"] not in ("development", "test", "production"):
        raise SettingsError("HUBS_ENV must be development, test or production")
    if not settings["SQLALCHEMY_DATABASE_URI"].startswith(("sqlite:", "postgresql+psycopg:")):
        raise SettingsError("DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")
    if settings["LOG_LEVEL"] not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        raise SettingsError("LOG_LEVEL must be debug, info, warning, error or critical")
    if not 1 <= settings["UPLOAD_MAX_MB"] <= 100:
        raise SettingsError("UPLOAD_MAX_MB must be a whole number from 1 to 100")
    if settings["VIRUS_SCANNER"] and not re.fullmatch(r"clamd://[^/:@]+:[0-9]{1,5}/?", settings["VIRUS_SCANNER"]):
        raise SettingsError("VIRUS_SCANNER must be empty or clamd://host:port")
    if not 1 <= settings["MAIL_IN_MAX_MB"] <= 200:
        raise SettingsError("MAIL_IN_MAX_MB must be a whole number from 1 to 200")
    if settings["MAIL_IN_LISTEN"] and not re.fullmatch(
        r"(?:[^/:@\s]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}", settings["MAIL_IN_LISTEN"]
    ):
        raise SettingsError("MAIL_IN_LISTEN must be empty or host:port")
    if settings["MAIL_IN_DOMAIN"] and not re.fullmatch(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", settings["MAIL_IN_DOMAIN"]):
        raise SettingsError("MAIL_IN_DOMAIN must be empty or a domain such as hubs.example")
    for origin in settings["EMBED_ORIGINS"]:
        if not re.fullmatch(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?", origin):
            raise SettingsError("EMBED_ORIGINS must be empty or addresses of sites such as https://www.example.nl")
    if settings["HUBS_ENV"] == "production":
        _check_production(settings)


def _check_production(settings: dict[str, Any]) -> None:
    if settings["SECRET_KEY"] == DEVELOPMENT_SECRET or len(settings["SECRET_KEY"]) < 32:
        raise SettingsError("production needs a SECRET_KEY of at least 32 characters of its own")
    if not settings["RATELIMIT_ENABLED"]:
        raise SettingsError("RATELIMIT_ENABLED=0 is not allowed in production")


def _derived(settings: dict[str, Any]) -> dict[str, Any]:
    secure = settings["BASE_URL"].startswith("https://")
    engine_options: dict[str, Any] = {"hide_parameters": True}  # what people typed is no matter for logs
    if settings["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        engine_options.update(pool_pre_ping=True, connect_args={"options": "-c timezone=UTC"})
    return {
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options,
        "SESSION_COOKIE_NAME": "__Host-hubs" if secure else "hubs",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,  # views that take a file take more: hubs.core.uploads
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        "WTF_CSRF_TIME_LIMIT": None,
        "IS_SECURE": secure,
    }
