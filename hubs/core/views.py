"""How a form that writes ends, on every page: stored, or shown again with what is wrong beside its fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hubs.core.errors import BadInput, DomainError, RuleViolation, WrongState
from hubs.core.forms import put_problems
from hubs.extensions import db

STORED = 303
Put = Callable[[Any, DomainError], Any]


def attempt_for(form: Any, work: Callable[[], Any], put: Put = put_problems) -> tuple[int, Any]:
    """Validate, do `work`, commit. The status to answer with and, when stored, what `work` gave.

    422 or 409 with the form holding why not (`put` places a refusal); whatever else `work` raises is no matter of
    the form. `work` gives plain values: after the commit its objects are read anew.
    """
    if not form.validate():
        return 422, None
    try:
        made = work()
    except (RuleViolation, WrongState, BadInput) as refusal:
        db.session.rollback()
        put(form, refusal)
        return (409 if isinstance(refusal, WrongState) else 422), None
    db.session.commit()
    return STORED, made


def attempt(form: Any, work: Callable[[], Any], put: Put = put_problems) -> int:
    """`attempt_for` where only the status matters."""
    return attempt_for(form, work, put)[0]
