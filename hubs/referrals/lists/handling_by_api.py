"""Handling by API, where the caller is a system: claiming and releasing is for the person behind a personal token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.core.errors import RuleViolation, WrongState
from hubs.referrals.lists import handling
from hubs.referrals.operations.assigning import assign_handler

Values = Mapping[str, Any]


def act_on_handling(subject: Any, values: Values, *, actor: Actor, now: datetime) -> None:
    """One action on a question or a referral. Raises NotPermitted, WrongState, RuleViolation."""
    if handling.is_over(subject):
        raise WrongState(_l("This has ended. There is nothing to handle any more."))
    _DOORS[values["action"]](subject, values, actor, now)


def _assign(subject: Any, values: Values, actor: Actor, now: datetime) -> None:
    assign_handler(subject, values.get("handler"), actor=actor, now=now)


def _claim(subject: Any, _values: Values, actor: Actor, now: datetime) -> None:
    """Who comes second is told who has it."""
    person_id = _person_behind(actor)
    if subject.handler_id == person_id:
        return
    if subject.handler_id is not None:
        has_it = _l("%(name)s has this already.", name=handling.name_of(subject.handler_id))
        raise WrongState(has_it, code="claimed")
    assign_handler(subject, person_id, actor=actor, now=now)


def _release(subject: Any, _values: Values, actor: Actor, now: datetime) -> None:
    """One's own, or what one stands in for."""
    person_id = _person_behind(actor)
    if subject.handler_id is None:
        return
    if not handling.has_it(subject, replace(actor, id=person_id), now):
        name = handling.name_of(subject.handler_id)
        told = _l("%(name)s has this. Only they, or who stands in for them, let go of it.", name=name)
        raise WrongState(told, code="not_yours")
    assign_handler(subject, None, actor=actor, now=now)


def _person_behind(actor: Actor) -> str:
    if actor.person_id is None:
        message = _l("Nobody stands behind this token. Use assign and name the handler.")
        raise RuleViolation("nobody_behind_token", message, "action")
    return actor.person_id


def _snooze(subject: Any, values: Values, actor: Actor, now: datetime) -> None:
    handling.snooze(subject, values.get("until"), values.get("reason") or "", actor=actor, now=now)


def _unsnooze(subject: Any, _values: Values, actor: Actor, now: datetime) -> None:
    handling.unsnooze(subject, actor=actor, now=now)


def _move(subject: Any, values: Values, actor: Actor, now: datetime) -> None:
    handling.move(subject, values.get("office") or "", actor=actor, now=now)


_DOORS: Mapping[str, Callable[[Any, Values, Actor, datetime], None]] = {
    "assign": _assign,
    "claim": _claim,
    "release": _release,
    "snooze": _snooze,
    "unsnooze": _unsnooze,
    "move": _move,
}
