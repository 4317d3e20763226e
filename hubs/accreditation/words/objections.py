"""Objections in words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accreditation.lifecycle import ObjectionState

OUTCOME_OF_OBJECTION: dict[str, Any] = {
    "upheld": _l("The hub is right"),
    "partly_upheld": _l("The hub is right in part"),
    "rejected": _l("The decision stays as it is"),
    "inadmissible": _l("The objection cannot be dealt with"),
}
OUTCOME_HINTS: dict[str, Any] = {
    "upheld": _l("A new decision in place of the old one must be drafted."),
    "partly_upheld": _l("A new decision in place of the old one must be drafted."),
    "rejected": _l("Only after the hub was heard, or a reason why not."),
    "inadmissible": _l("It came late without a good reason, or lacks what the law asks."),
}
OBJECTION_TONES: dict[str, str] = {
    ObjectionState.RECEIVED: "active",
    ObjectionState.IN_HANDLING: "active",
    ObjectionState.DECIDED: "success",
    ObjectionState.WITHDRAWN: "neutral",
}
EVENT_WORDS: dict[str, Any] = {
    "objection.lodge": _l("Lodged"),
    "objection.take_up": _l("Given to somebody to handle"),
    "objection.adjourn": _l("Put off by six weeks"),
    "objection.record_hearing": _l("Hearing recorded"),
    "objection.decide": _l("Decided"),
    "objection.withdraw": _l("Withdrawn"),
    "objection.term_warning": _l("The term ends soon"),
    "objection.attempt_refused": _l("Somebody who took part was refused"),
}


def event_words(event: Any) -> str:
    """What an event of an objection was."""
    return str(EVENT_WORDS.get(event.kind, event.kind))
