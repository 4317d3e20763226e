"""Bearer tokens, and how many calls one of them may make."""

from __future__ import annotations

from datetime import datetime
from math import ceil

from flask import Flask, current_app, request
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import TooManyRequests, Unauthorized

from hubs.accounts.actor import Actor
from hubs.accounts.queries import actor_of_token

CALLS = parse("1200 per minute")
_LONGEST_TOKEN = 200
_STATE = "api_throttle"


def init_app(app: Flask) -> None:
    app.extensions[_STATE] = FixedWindowRateLimiter(storage_from_string(app.config["RATELIMIT_STORAGE_URI"]))


def authenticated(now: datetime) -> Actor:
    """The client behind the bearer token. Raises Unauthorized, in one wording whatever is wrong."""
    given = request.authorization
    token = given.token if given is not None and given.type == "bearer" else None
    actor = actor_of_token(token, now) if token and len(token) <= _LONGEST_TOKEN else None
    if actor is None:
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "hubs"}))
    return actor


def throttled(actor: Actor, now: datetime) -> TooManyRequests | None:
    """Count this call; the refusal when the token has had its share of this minute.

    429 is the last of the refusals, so it is handed back and raised when nothing else was wrong.
    """
    if not current_app.config["RATELIMIT_ENABLED"]:
        return None
    limiter: FixedWindowRateLimiter = current_app.extensions[_STATE]
    if limiter.hit(CALLS, "api", str(actor.id)):
        return None
    wait = limiter.get_window_stats(CALLS, "api", str(actor.id)).reset_time - now.timestamp()
    return TooManyRequests(retry_after=max(1, ceil(wait)))
