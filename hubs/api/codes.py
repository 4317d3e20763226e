"""Codes that are laid down in the program: states, actions, outcomes. Areas add theirs; one list shows all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale

from hubs.core.lifecycle import Lifecycle


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list with a label, lazily translated, for each code."""

    code: str
    kind: str  # state, action, reason, outcome, list
    labels: tuple[tuple[str, Any], ...]


_LISTS: dict[str, CodeList] = {}


def add(code: str, kind: str, labels: Mapping[Any, Any] | Iterable[tuple[Any, Any]]) -> None:
    """Make a list known; once for each list code."""
    pairs = labels.items() if isinstance(labels, Mapping) else labels
    _LISTS[code] = CodeList(code, kind, tuple((str(name), label) for name, label in pairs))


def add_lifecycle(lifecycle: Lifecycle, state_labels: Mapping[Any, Any]) -> None:
    """The states and the actions of a lifecycle; every state needs a label."""
    unnamed = [state for state in lifecycle.states if state not in state_labels]
    if unnamed:
        raise ValueError(f"{lifecycle.kind}: no label for {unnamed}")
    add(f"{lifecycle.kind}_state", "state", [(state, state_labels[state]) for state in lifecycle.states])
    add(f"{lifecycle.kind}_action", "action", [(row.name, row.label) for row in lifecycle.transitions.values()])


def declared() -> list[dict[str, Any]]:
    """Every declared list, with both names of each code."""
    dutch, english = _names("nl"), _names("en")
    return [
        {
            "code": listed.code,
            "kind": listed.kind,
            "entries": [
                {"code": code, "name_nl": dutch[listed.code, code], "name_en": english[listed.code, code]}
                for code, _label in listed.labels
            ],
        }
        for listed in _LISTS.values()
    ]


def _names(locale: str) -> dict[tuple[str, str], str]:
    with force_locale(locale):
        return {(listed.code, code): _word(label) for listed in _LISTS.values() for code, label in listed.labels}


def _word(label: Any) -> str:
    """A lazy translation, or a function that makes the word."""
    return str(label() if callable(label) else label)
