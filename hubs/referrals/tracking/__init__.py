"""The entrepreneur's way to their question: signed links, and the page that says where it is."""

from .links import (
    asked_request,
    confirmation_token,
    confirmation_url,
    request_id_of,
    tracked_request,
    tracking_token,
    tracking_url,
)

__all__ = [
    "asked_request",
    "confirmation_token",
    "confirmation_url",
    "request_id_of",
    "tracked_request",
    "tracking_token",
    "tracking_url",
]
