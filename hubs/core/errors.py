"""What an operation may refuse. Raised below, turned into a page or a JSON problem in `hubs.errors` only."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a stable code, a sentence for the reader, and the field it belongs to."""

    code: str
    message: Any  # a string or a lazy translation
    field: str | None = None
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class DomainError(Exception):
    """The root of all refusals."""

    code = "error"
    is_kept = False  # whether it leaves something behind: see `keep`

    def __init__(self, problems: Iterable[Problem] = (), message: Any = None) -> None:
        self.problems = tuple(problems)
        self.message = message
        super().__init__(self.code)

    def keep(self, now: datetime, channel: str) -> None:
        """Write down what must outlive the transaction this refusal undid; for most, nothing.

        The edge begins the transaction and ends it (`hubs.core.views.keep_refusal`).
        """


class NotFound(DomainError):
    """Absent, or outside the actor's scope: the two must not be told apart."""

    code = "not_found"


class NotPermitted(DomainError):
    """Inside the scope, but this role may not do this."""

    code = "not_permitted"


class BadInput(DomainError):
    """The body is malformed: 400 by API, 422 on a page. Carries every problem at once."""

    code = "bad_input"


class WrongState(DomainError):
    """The action is not open in the present state, or the object changed since it was read."""

    code = "wrong_state"

    def __init__(
        self,
        message: Any = None,
        *,
        code: str | None = None,
        extra: Mapping[str, Any] | None = None,
        problems: Iterable[Problem] = (),
    ) -> None:
        super().__init__(problems, message)
        if code:
            self.code = code
        self.extra = dict(extra or {})


class Stale(WrongState):
    """The version sent along is not the present one."""

    code = "stale"


class RuleViolation(DomainError):
    """A rule of the domain says no; every rule that does is listed."""

    code = "rule_violation"

    def __init__(
        self,
        code: str | None = None,
        message: Any = None,
        field: str | None = None,
        *,
        problems: Iterable[Problem] = (),
    ) -> None:
        listed = tuple(problems) or (Problem(code or self.code, message, field),)
        super().__init__(listed, message)
        self.code = code or listed[0].code
