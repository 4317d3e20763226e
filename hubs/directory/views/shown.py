"""What a form of the directory shows of a stored thing."""

from __future__ import annotations

from typing import Any

from hubs.core.forms import Form


def data_of(form: type[Form], subject: Any) -> dict[str, Any]:
    """Its columns, and what the form itself words otherwise."""
    plain = {column.key: getattr(subject, column.key) for column in subject.__mapper__.column_attrs}
    worded = getattr(form, "data_of", None)
    return {**plain, **(worded(subject) if worded else {})}
