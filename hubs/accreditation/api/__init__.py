"""Proposals, assessments, decisions and accreditations in the API; each module adds its own to `routes`."""

from hubs.api.endpoints import Routes

routes = Routes()

from . import accreditations, advices, assessments, decisions, desk, dossiers, letters, objections, proposals, results, standing  # noqa: E402, F401
from . import calibrations, casefile  # noqa: E402, F401
