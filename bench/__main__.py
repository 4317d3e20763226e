"""`make bench`: runs every benchmark, prints a table, writes var/bench.json and appends to its history."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from bench import dossier, guideline, routing, world

FOLDER = Path(os.environ.get("HUBS_DATA_DIR", Path(__file__).resolve().parent.parent / "var"))
BENCHES = {"routing": routing, "desks": world, "dossier": dossier, "guideline": guideline}


def main() -> None:
    rows = {}
    for name, bench in BENCHES.items():
        rows[name] = bench.run()
        bench.show(rows[name])
    found = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        **rows,
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "bench.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    with (FOLDER / "bench-history.jsonl").open("a", encoding="utf-8") as history:
        history.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
