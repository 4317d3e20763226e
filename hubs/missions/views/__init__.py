"""The pages of missions; each module adds its own to `bp`."""

from flask import Blueprint

bp = Blueprint("missions", __name__)

from hubs.missions import listing, work  # noqa: E402, F401  (on the lists of questions and of work)
from hubs.missions.operations import handing_over  # noqa: E402, F401  (registers what can be handed over)
from hubs.missions.views import hubs, intake, missions, participants, steps  # noqa: E402, F401
