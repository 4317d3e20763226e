"""Answers from schemas, compiled once: a plan of keys instead of marshmallow's walk for every value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from marshmallow import Schema, fields

Dump = Callable[[Any], Any]
_MISSING = object()


def instant(value: datetime) -> str:
    """A moment in UTC as `2026-11-22T09:30:00Z`."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _converter(field: fields.Field) -> Dump | None:
    if isinstance(field, fields.Nested):
        inner = dumper(type(field.schema))
        return (lambda rows: [inner(row) for row in rows]) if field.many else inner
    if isinstance(field, fields.List):
        each = _converter(field.inner)
        return (lambda rows: [each(row) for row in rows]) if each else list
    if isinstance(field, fields.DateTime):
        return instant
    if isinstance(field, fields.Date):
        return date.isoformat
    return None


@cache
def dumper(schema: type[Schema]) -> Dump:
    """The function that turns an object or a dict with the schema's names into the answer.

    A field with metadata `optional` is left out when a dict lacks its name.
    """
    plan = [
        (field.data_key or name, field.attribute or name, _converter(field), not field.required)
        for name, field in schema().dump_fields.items()
    ]

    def dump(source: Any) -> dict[str, Any]:
        answer = {}
        is_dict = isinstance(source, dict)
        for key, name, convert, may_miss in plan:
            if is_dict:
                value = source.get(name, _MISSING) if may_miss else source[name]
                if value is _MISSING:
                    continue
            else:
                value = getattr(source, name)
            answer[key] = value if convert is None or value is None else convert(value)
        return answer

    return dump
