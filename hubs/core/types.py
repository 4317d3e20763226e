"""Column types and identifiers that are the same on SQLite and PostgreSQL."""

from __future__ import annotations

import secrets
import time
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, DateTime, Dialect, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
_SPOKEN = "0123456789BCDFGHJKMNPQRSTVWXZ"
ID_LENGTH = 26


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive values; SQLite drops the offset, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JsonValue = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def new_id() -> str:
    """A fresh identifier: 48 bits of milliseconds and 80 random bits in lower-case base 32, 26 characters.

    Ordered by time so that indexes stay compact; random enough that one says nothing of another.
    """
    number = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    return "".join(_BASE32[(number >> shift) & 31] for shift in range(125, -1, -5))


def new_reference_body() -> str:
    """Six characters to say on the telephone, `7K4-29Q`: no vowels (no words), no L (looks like 1)."""
    body = "".join(secrets.choice(_SPOKEN) for _ in range(6))
    return f"{body[:3]}-{body[3:]}"


def folded(text: str | None) -> str:
    """Text as it is compared and sorted on both databases: no accents, no case, single spaces."""
    decomposed = unicodedata.normalize("NFKD", text or "")
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def one_of(column: str, values: Iterable[str] | type[StrEnum], name: str | None = None) -> CheckConstraint:
    """A CHECK that a code column holds one of `values`."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name or column)


Id = String(ID_LENGTH)
Code = String(64)


def as_json(value: Any) -> Any:
    """Sets and tuples as sorted lists or lists, for a JSON column."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    return value
