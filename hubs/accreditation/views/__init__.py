"""The pages of accreditation; each module adds its own to `bp`."""

from flask import Blueprint

bp = Blueprint("accreditation", __name__)

from . import result  # noqa: E402, F401
