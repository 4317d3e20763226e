"""Intake: a question written down by a desk, an API client or the entrepreneur, and changed later."""

from .asking import ask_requests, confirm_asked, drop_unconfirmed
from .creating import create_requests, stored_requests
from .data import FACT_KEYS, IntakeData
from .editing import RouteWouldChange, edit_request

__all__ = [
    "FACT_KEYS",
    "IntakeData",
    "RouteWouldChange",
    "ask_requests",
    "confirm_asked",
    "create_requests",
    "drop_unconfirmed",
    "edit_request",
    "stored_requests",
]
