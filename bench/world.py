"""The demonstration world on a thousand questions and on a hundred thousand, made by `demo load --scale`, timed."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench import desk, memory, sizes
from bench.runs import flask, fresh_databases, measured

SMALL = 2  # of `demo load --scale`: the story, and a thousand questions more
LARGE = int(os.environ.get("SCALE", "100"))


def run() -> list[dict[str, Any]]:
    """One row a database: loading, the desk's calls at both sizes, the sizes compared, memory under load."""
    with _loaded(SMALL, "small") as small, _loaded(LARGE, "large") as large:
        return [_row(first, second) for first, second in zip(small, large, strict=True)]


def show(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        loading = row["loading"]
        print(f"\nDemonstration world, {loading['questions']:,} questions: loaded in {loading['seconds']:.0f} s")
    desk.show([one for row in rows for one in row["desk"]])
    sizes.show([(row["sizes"][0], row["sizes"][1]) for row in rows])
    memory.show([row["memory"] for row in rows])


Loaded = tuple[str, str, dict[str, Any]]


@contextmanager
def _loaded(scale: int, name: str) -> Iterator[list[Loaded]]:
    with fresh_databases(name) as databases:
        yield [(url, folder, _load(url, folder, scale)) for url, folder in databases]


def _load(url: str, folder: str, scale: int) -> dict[str, Any]:
    flask(url, folder, "db", "upgrade")
    flask(url, folder, "reference", "load")
    started = time.perf_counter()
    loaded = json.loads(flask(url, folder, "demo", "load", "--scale", str(scale), "--json"))
    return {"questions": loaded["requests"], "seconds": round(time.perf_counter() - started, 1), "scale": scale}


def _row(small: Loaded, large: Loaded) -> dict[str, Any]:
    """The desk last: what bare Flask writes there has references that no page knows."""
    both = (small[:2], large[:2])
    row: dict[str, Any] = {"loading": large[2]}
    parts = {
        "sizes": lambda: sizes.in_turns(both),
        "memory": lambda: memory.measure(*large[:2]),
        "desk": lambda: [measured("bench.desk", *where) for where in both],
    }
    for name, part in parts.items():
        row[name] = part()
        print(f"{name}: {json.dumps(row[name])}", file=sys.stderr, flush=True)  # a long run that breaks off tells this
    return row
