"""The pages of accreditation; each module adds its own to `bp`."""

from flask import Blueprint

bp = Blueprint("accreditation", __name__)

from . import decisions, evidence, intentions, letters, objections, proposals, result, sections, self_test, tryout  # noqa: E402, F401
