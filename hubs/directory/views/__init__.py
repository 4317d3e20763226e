"""Pages of the directory: the public register, one's own organisation, and the ministry's list of standings."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("directory", __name__)

from . import automatic, offers, offices, organisation, posts, register, standing  # noqa: E402, F401
