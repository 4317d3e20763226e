"""The pages of missions; each module adds its own to `bp`."""

from flask import Blueprint

bp = Blueprint("missions", __name__)

from hubs.missions.views import hubs, intake, missions, participants, steps  # noqa: E402, F401
