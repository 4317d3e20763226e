"""Pages of the directory: the public register, one's own organisation, and the ministry's list of standings."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("directory", __name__)

from . import (  # noqa: E402, F401
    automatic,
    changes,
    drafting,
    history,
    liaisons,
    offers,
    offices,
    organisation,
    posts,
    register,
    standing,
    still_right,
)
