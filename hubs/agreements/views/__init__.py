"""Pages of referral agreements: the list, drafting and editing, and one agreement with what can be done to it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("agreements", __name__)

from . import drafting, reading  # noqa: E402, F401
