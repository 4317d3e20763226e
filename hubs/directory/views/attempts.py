"""How a form of the directory ends: stored, or shown again with what is wrong beside its fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hubs.core.errors import RuleViolation, WrongState
from hubs.core.forms import Form, put_problems
from hubs.extensions import db

STORED = 303


def attempt(form: Form, work: Callable[[], Any]) -> int:
    """Validate, do `work`, commit. The status to answer with: 303, or 422 or 409 with the form holding why not."""
    if not form.validate():
        return 422
    try:
        work()
    except (RuleViolation, WrongState) as refusal:
        db.session.rollback()
        put_problems(form, refusal)
        return 409 if isinstance(refusal, WrongState) else 422
    db.session.commit()
    return STORED


def data_of(form: type[Form], subject: Any) -> dict[str, Any]:
    """What a form shows of a stored thing: its columns, and what the form itself words otherwise."""
    plain = {column.key: getattr(subject, column.key) for column in subject.__mapper__.column_attrs}
    worded = getattr(form, "data_of", None)
    return {**plain, **(worded(subject) if worded else {})}
