"""Pages of the guideline: the version in force for everybody, every version, comparing, and the editor of drafts."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("guideline", __name__)

from . import editing, reading  # noqa: E402, F401
