"""Proposals, assessments, decisions and accreditations in the API; each module adds its own to `routes`."""

from hubs.api.endpoints import Routes

routes = Routes()

from . import (  # noqa: E402
    accreditations,  # noqa: F401
    advices,  # noqa: F401
    assessments,  # noqa: F401
    calibrations,  # noqa: F401
    casefile,  # noqa: F401
    decisions,  # noqa: F401
    desk,  # noqa: F401
    dossiers,  # noqa: F401
    letters,  # noqa: F401
    objections,  # noqa: F401
    proposals,  # noqa: F401
    results,  # noqa: F401
    self_tests,  # noqa: F401
    standing,  # noqa: F401
)
