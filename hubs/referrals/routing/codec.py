"""Records to JSON and back, and the one way in which content is hashed: sorted keys, no spaces, UTF-8."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


def canonical(value: Any) -> str:
    """The same text for the same content, whatever order it was built in."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def content_hash(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def plain(value: Any) -> Any:
    """A record as JSON: sets sorted, dates as ISO text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value


def plain_list(records: Iterable[Any]) -> list[Any]:
    return [plain(record) for record in records]


def revive(kind: Any, data: Mapping[str, Any]) -> Any:
    """A record from its JSON; the inverse of `plain`."""
    hints = _hints(kind)
    return kind(**{name: _value(hints[name], value) for name, value in data.items()})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (UnionType, Union):
        return _value(next(item for item in arguments if item is not type(None)), value)
    if origin is tuple:
        return tuple(_value(arguments[0], item) for item in value)
    if is_dataclass(hint):
        return revive(hint, value)
    return date.fromisoformat(value) if hint is date else value
