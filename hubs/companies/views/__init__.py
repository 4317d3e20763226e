"""Pages of companies: the list, what is written down of one, its people, its registers. A company's own page, with its
questions, and merging are in `referrals`."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("companies", __name__)

from . import editing, listing, people, registers  # noqa: E402, F401
