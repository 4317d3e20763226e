"""The demonstration world as it is written down: the CSV files in `data/`."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
Row = dict[str, str]


@cache
def _read(name: str) -> tuple[Row, ...]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def rows_of(name: str) -> list[Row]:
    """The rows of one file, in its order; a fresh copy."""
    return [dict(row) for row in _read(name)]


def listed(text: str) -> list[str]:
    """A `;` list inside a field."""
    return [part.strip() for part in text.split(";") if part.strip()]


def is_yes(text: str) -> bool:
    return text == "yes"
