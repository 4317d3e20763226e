"""The five days a desk works, from a market's weekend."""

from __future__ import annotations

import pytest

from hubs.reference.working_week import default_hours, working_days


@pytest.mark.parametrize(
    ("weekend", "days"),
    [
        ({5, 6}, [0, 1, 2, 3, 4]),
        ({4, 5}, [0, 1, 2, 3, 6]),
        ({3, 4}, [0, 1, 2, 5, 6]),
        ({4}, [0, 1, 2, 5, 6]),
        ({6}, [0, 1, 2, 3, 4]),
        ({4, 6}, [0, 1, 2, 3, 5]),
        (set(), [0, 1, 2, 3, 4]),
    ],
)
def test_working_days(weekend: set[int], days: list[int]) -> None:
    assert working_days(weekend) == days


def test_default_hours() -> None:
    assert default_hours({4, 5})["6"] == [["09:00", "16:30"]]
    assert set(default_hours({4, 5})) == {"0", "1", "2", "3", "6"}
