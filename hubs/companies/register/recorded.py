"""A register that answers from stored replies of the documented shape, about fictional companies: for tests and
demonstrations (`KVK_API_URL=recorded`). It replays what a register would send; the adapters read it as they would."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .asking import Reply

FOLDER = Path(__file__).parent.parent / "data" / "register"
RECORDED = "recorded"


def replay(address: str, _headers: Mapping[str, str], body: Any = None) -> Reply | None:
    """The stored reply for a number; the register's own "not there" for one that was not stored."""
    if body is not None:
        stored = _stored("vies.json")
        return _reply(stored.get(f"{body['countryCode']}{body['vatNumber']}", stored["unknown"]))
    stored = _stored("kvk.json")
    return _reply(stored.get(address.rpartition("/")[2], stored["unknown"]))


def _reply(entry: dict[str, Any]) -> Reply | None:
    """None for a reply that never came."""
    return Reply(int(entry["status"]), entry["body"]) if entry.get("status") else None


def _stored(name: str) -> dict[str, dict[str, Any]]:
    listed: dict[str, dict[str, Any]] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return listed
