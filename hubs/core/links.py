"""Addresses that work outside a page: in mails and API answers."""

from __future__ import annotations

from flask import current_app


def external(path: str) -> str:
    """`path` of this service as a full address, under the configured BASE_URL."""
    return f"{current_app.config['BASE_URL']}{path}"
