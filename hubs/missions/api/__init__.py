"""Missions in the API: the organising desk's own, and for a hub those it was asked to make room for."""

from __future__ import annotations

from hubs.api.endpoints import Routes

routes = Routes()

from . import missions, participants, steps  # noqa: E402, F401
