"""The pages of accreditation; each module adds its own to `bp`."""

from flask import Blueprint

bp = Blueprint("accreditation", __name__)

from hubs.accreditation.operations import (  # noqa: E402, F401  (register what can be handed over)
    calibration_places,
    handing_over,
)

from . import (  # noqa: E402
    accreditations,  # noqa: F401
    advising,  # noqa: F401
    assessing,  # noqa: F401
    calibration,  # noqa: F401
    coordinating,  # noqa: F401
    decisions,  # noqa: F401
    dossier,  # noqa: F401
    duties,  # noqa: F401
    evidence,  # noqa: F401
    files,  # noqa: F401
    intentions,  # noqa: F401
    interests,  # noqa: F401
    letters,  # noqa: F401
    objections,  # noqa: F401
    proposals,  # noqa: F401
    result,  # noqa: F401
    sections,  # noqa: F401
    self_test,  # noqa: F401
    standing,  # noqa: F401
    tryout,  # noqa: F401
)
