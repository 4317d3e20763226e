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
