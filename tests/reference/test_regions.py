"""Provinces under the names people give them."""

from __future__ import annotations

import pytest

from hubs.reference.regions import PROVINCES, province


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Friesland", "Fryslân"),
        ("fryslan", "Fryslân"),
        ("Noord Brabant", "Noord-Brabant"),
        ("brabant", "Noord-Brabant"),
        ("  zuid-holland ", "Zuid-Holland"),
        ("Vlaanderen", None),
        ("", None),
        (None, None),
    ],
)
def test_province(text: str | None, found: str | None) -> None:
    assert province(text) == found


def test_every_province_is_itself() -> None:
    assert [province(name) for name in PROVINCES] == list(PROVINCES)
