"""Lifecycles as data: states, transitions, who may, guard and effect (domain.md, Lifecycles).

One frozen table per thing feeds URLs, buttons, API, permissions, CHECK constraints, documentation and tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from hubs.core.errors import Problem


@dataclass(frozen=True, slots=True)
class Change:
    """What a guard or an effect may know: the moment, the validated input, and what the operation looked up."""

    now: datetime
    data: Mapping[str, Any]


Guard = Callable[[Any, Change], Iterable[Problem]]
Effect = Callable[[Any, Change], None]
Target = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of a lifecycle table.

    `target` is a state, or a function of the subject where the state follows from something it holds (the
    state before a pause). `implies` names a transition that is performed first when the subject is still in
    that one's source. `by_rule` marks what only the service itself does (a clock, a withdrawn consent); a row with
    `only_when` is offered to people only while that holds (its guard refuses otherwise).
    """

    name: str
    label: Any
    sources: frozenset[str]
    target: str | Target
    permission: str
    guard: Guard | None = None
    effect: Effect | None = None
    implies: str | None = None
    by_rule: bool = False
    only_when: Callable[[Any], bool] | None = None

    def target_for(self, subject: Any) -> str:
        return self.target(subject) if callable(self.target) else self.target


def t(
    name: str,
    label: Any,
    sources: Iterable[str],
    target: str | Target,
    permission: str,
    *,
    guard: Guard | None = None,
    effect: Effect | None = None,
    implies: str | None = None,
    by_rule: bool = False,
    only_when: Callable[[Any], bool] | None = None,
) -> Transition:
    """A row, with its sources frozen."""
    return Transition(name, label, frozenset(sources), target, permission, guard, effect, implies, by_rule, only_when)


class Lifecycle:
    """A checked table of transitions over the states of one thing."""

    def __init__(self, kind: str, states: type[StrEnum], initial: str, transitions: Iterable[Transition]) -> None:
        self.kind = kind
        self.states = states
        self.initial = initial
        self.transitions = {row.name: row for row in transitions}
        self._check(tuple(transitions) if isinstance(transitions, tuple) else tuple(self.transitions.values()))

    def _check(self, rows: tuple[Transition, ...]) -> None:
        known = set(self.states)
        if self.initial not in known:
            raise ValueError(f"{self.kind}: unknown initial state {self.initial}")
        for row in self.transitions.values():
            unknown = set(row.sources) - known
            if unknown or (isinstance(row.target, str) and row.target not in known):
                raise ValueError(f"{self.kind}.{row.name}: unknown state {unknown or row.target}")
            if row.implies and row.implies not in self.transitions:
                raise ValueError(f"{self.kind}.{row.name}: implies unknown {row.implies}")

    def get(self, name: str) -> Transition | None:
        return self.transitions.get(name)

    def sources_of(self, name: str) -> frozenset[str]:
        """States in which `name` is open, those where it implies an earlier step included."""
        row = self.transitions[name]
        if row.implies is None:
            return row.sources
        return row.sources | self.transitions[row.implies].sources

    def open_in(self, state: str) -> tuple[Transition, ...]:
        """The transitions people may do from `state`, in the table's order."""
        return tuple(row for row in self.transitions.values() if not row.by_rule and state in self.sources_of(row.name))

    def event_kind(self, name: str) -> str:
        return f"{self.kind}.{name}"
