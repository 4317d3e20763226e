"""The one door to a state: permission, state, guard, effect, new state, event and outbox row, in that order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from flask_babel import lazy_gettext as _l

from hubs.core.errors import BadInput, NotPermitted, Problem, RuleViolation, Stale, WrongState
from hubs.core.events import Event, record
from hubs.core.lifecycle import Change, Lifecycle, Transition
from hubs.extensions import AnySession

NO_LONGER = _l("This is no longer possible: the situation has changed. Look at it again.")


class Actor(Protocol):
    """Who acts: a person for one organisation, an API client, an entrepreneur with a link, or the service."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> str | None: ...
    @property
    def organisation_id(self) -> str | None: ...
    def can(self, permission: str, subject: Any = None) -> bool: ...


def transition_of(lifecycle: Lifecycle, action: str) -> Transition:
    """The row for `action`; unknown, or open to the service alone: bad input."""
    row = lifecycle.get(action)
    if row is None:
        message = _l("This action does not exist here.")
        raise BadInput([Problem("unknown_action", message, "action")], message)
    return row


def check_permitted(subject: Any, action: str, actor: Actor) -> Transition:
    """Refuse with 403 before the body is read (handles.md, order of refusals); an unknown action passes to 400."""
    row = transition_of(subject.lifecycle, action)
    by_service = row.by_rule and actor.kind != "system"
    if by_service or not actor.can(row.permission, subject):
        raise NotPermitted(message=_l("Your role may not do this here."))
    return row


def check_state(subject: Any, action: str) -> None:
    """409 when `action` is not open in the present state."""
    if subject.state not in subject.lifecycle.sources_of(action):
        raise WrongState(NO_LONGER)


def check_version(subject: Any, version: int | None) -> None:
    """409 (412 by API) when the reader saw an older version than the present one."""
    if version is not None and int(version) != subject.version_id:
        raise Stale(_l("Somebody changed this while you had it open. What you typed is kept; check it and send again."))


def open_actions(subject: Any, actor: Actor) -> list[Transition]:
    """What this actor may do to `subject` now, for buttons and the API's `actions`."""
    lifecycle: Lifecycle = subject.lifecycle
    offered = (row for row in lifecycle.open_in(subject.state) if row.only_when is None or row.only_when(subject))
    return [row for row in offered if actor.can(row.permission, subject)]


def perform(
    session: AnySession,
    subject: Any,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    data: Mapping[str, Any] | None = None,
    event_data: Mapping[str, Any] | None = None,
    personal: Mapping[str, str] | None = None,
    related: Any = None,
    problems: Iterable[Problem] = (),
) -> Event:
    """Do `action` to `subject`: the only place that assigns a state.

    `data` is the validated input for guard and effect; `event_data` holds ids, codes and numbers for the event;
    `problems` are refusals the operation found in other objects, reported together with the guard's.
    Raises BadInput, NotPermitted, WrongState, RuleViolation.
    """
    row = check_permitted(subject, action, actor)
    check_state(subject, action)
    change = Change(now, data or {})
    found = [*problems, *(row.guard(subject, change) if row.guard else ())]
    if found:
        raise RuleViolation(problems=found)
    if row.implies and subject.state not in row.sources:
        perform(session, subject, row.implies, actor=actor, now=now, related=related)
    before = subject.state
    if row.effect:
        row.effect(subject, change)
    subject.state = row.target_for(subject)
    session.flush()
    details = {"from": before, "to": subject.state, **(event_data or {})}
    kind = subject.lifecycle.event_kind(action)
    return record(session, kind, subject, actor=actor, now=now, data=details, personal=personal, related=related)
