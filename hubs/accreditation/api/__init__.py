"""Proposals, assessments, decisions and accreditations in the API; each module adds its own to `routes`."""

from hubs.api.endpoints import Routes

routes = Routes()

from . import advices, assessments, decisions, letters, objections, proposals, results  # noqa: E402, F401
