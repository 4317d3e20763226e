"""How waits grow and end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hubs.accounts.throttle import account_key, wait_left

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "seconds_ago", "wait"),
    [
        (0, 0, 0),
        (4, 0, 0),
        (5, 0, 15),
        (5, 10, 5),
        (5, 15, 0),
        (5, 400, 0),
        (6, 0, 30),
        (8, 0, 120),
        (9, 0, 240),
        (10, 0, 300),
        (10_000, 0, 300),
    ],
)
def test_waits_double_up_to_five_minutes(failures: int, seconds_ago: int, wait: int) -> None:
    last = NOW - timedelta(seconds=seconds_ago) if failures else None
    assert wait_left(failures, last, NOW) == timedelta(seconds=wait)


def test_key_names_nobody_and_folds_case() -> None:
    key = account_key("secret", "Noor@Example.nl ")
    assert key == account_key("secret", "noor@example.nl")
    assert key != account_key("other", "noor@example.nl")
    assert "noor" not in key and len(key) == 64
