"""The directory in the API: what the register shows, what organisations keep of themselves, changes to confirm."""

from __future__ import annotations

from hubs.api.endpoints import Routes

routes = Routes()

from . import changes, desk, register  # noqa: E402, F401
