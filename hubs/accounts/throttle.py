"""How guessing at one account slows down: waits that double, for known and unknown addresses alike.

A slow-down and no lock: whoever means harm must not be able to keep somebody out for long.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from hubs.core.types import folded

SIGN_IN = "sign_in"
RESET = "reset"

PERIOD = timedelta(minutes=15)  # failures older than this are forgiven
FREE_FAILURES = 5
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=5)
RESET_PERIOD = timedelta(hours=1)
RESETS_A_PERIOD = 3
KEPT = timedelta(days=1)


def account_key(secret: str, email: str) -> str:
    """A keyed hash of an address, so that the list of attempts names nobody."""
    return hmac.new(secret.encode(), folded(email).encode(), hashlib.sha256).hexdigest()


def wait_left(failures: int, last: datetime | None, now: datetime) -> timedelta:
    """How long an account must still wait after `failures` in the last `PERIOD`; zero when it need not."""
    if last is None or failures < FREE_FAILURES:
        return timedelta()
    wait = min(FIRST_WAIT * 2 ** min(failures - FREE_FAILURES, 10), LONGEST_WAIT)
    return max(last + wait - now, timedelta())
