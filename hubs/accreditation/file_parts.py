"""What a decision rests on, part by part: a signature binds the file as it was when the decision was drafted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True, slots=True)
class FileChange:
    """One part that is not as it was: `part` says what kind (section, evidence, score …), `key` which one."""

    part: str
    key: str
    change: str


def fingerprint(value: Any) -> str:
    """A short hash of anything that JSON can hold."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def digest_of(parts: Mapping[str, str]) -> str:
    """One hash over all parts, whatever order they are listed in."""
    text = "\n".join(f"{name}={parts[name]}" for name in sorted(parts))
    return hashlib.sha256(text.encode()).hexdigest()


def changes_between(before: Mapping[str, str], after: Mapping[str, str]) -> list[FileChange]:
    """Which parts came, went or changed, by name."""
    found = []
    for name in sorted({*before, *after}):
        if before.get(name) == after.get(name):
            continue
        change = ADDED if name not in before else REMOVED if name not in after else CHANGED
        part, _colon, key = name.partition(":")
        found.append(FileChange(part, key, change))
    return found
