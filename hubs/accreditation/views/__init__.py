"""The pages of accreditation; each module adds its own to `bp`."""

from flask import Blueprint

bp = Blueprint("accreditation", __name__)

from . import accreditations, decisions, duties, evidence, intentions, letters, objections, proposals, result, sections, self_test, standing, tryout  # noqa: E402, F401
from . import advising, assessing, calibration, coordinating, dossier, interests  # noqa: E402, F401
from . import files  # noqa: E402, F401
