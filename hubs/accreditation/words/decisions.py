"""Decisions in words: why one departs from the computed result, what changed in a file, who owes a condition."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubs.accreditation.file_parts import FileChange
from hubs.accreditation.lifecycle import DecisionKind, DecisionState

DEPARTURE_WORDS: dict[str, Any] = {
    "facts_weighed_otherwise": _l("The facts weigh otherwise than the scores say"),
    "market_need": _l("The need in the market"),
    "policy": _l("Policy of the ministry"),
    "proportionality": _l("The outcome would be out of proportion"),
    "advice_of_post": _l("The advice of the post"),
    "hearing": _l("What the chamber said when heard"),
    "other": _l("Another reason"),
}
OWNER_WORDS: dict[str, Any] = {
    "hub": _l("The hub"),
    "post": _l("The post"),
    "ministry": _l("The ministry"),
}
WAIVER_WORDS: dict[str, Any] = {
    "urgent": _l("There is no time for it (Awb 4:11)"),
    "known_view": _l("The hub gave its view before, and nothing is new (Awb 4:11)"),
    "would_defeat_purpose": _l("It works only when the hub does not know of it before (Awb 4:11)"),
    "declined": _l("The hub does not want to be heard, or did not answer in time"),
}
OBJECTION_WAIVER_WORDS: dict[str, Any] = {
    "manifestly_inadmissible": _l("It is plain that the objection is inadmissible (Awb 7:3)"),
    "manifestly_unfounded": _l("It is plain that the objection is unfounded (Awb 7:3)"),
    "declined": WAIVER_WORDS["declined"],
    "fully_met": _l("The hub gets what it asks, and nobody is harmed (Awb 7:3)"),
}
ANY_WAIVER_WORDS: dict[str, Any] = {**WAIVER_WORDS, **OBJECTION_WAIVER_WORDS}
FORM_WORDS: dict[str, Any] = {
    "oral": _l("In a talk"),
    "written": _l("In writing"),
    "waived": _l("Not heard"),
}
DECISION_TONES: dict[str, str] = {
    DecisionState.DRAFT: "active",
    DecisionState.SIGNED: "success",
    DecisionState.DROPPED: "neutral",
}
DECIDED_WORDS: dict[str, Any] = {
    DecisionKind.ACCREDIT: _l("Accredited"),
    DecisionKind.ACCREDIT_WITH_CONDITIONS: _l("Accredited with conditions"),
    DecisionKind.IN_DEVELOPMENT: _l("Accepted as hub in development"),
    DecisionKind.REFUSE: _l("Refused"),
    DecisionKind.NOT_CONSIDER: _l("Not considered"),
    DecisionKind.SUSPEND: _l("Accreditation suspended"),
    DecisionKind.LIFT_SUSPENSION: _l("Suspension lifted"),
    DecisionKind.WITHDRAW: _l("Accreditation withdrawn"),
}
PART_WORDS: dict[str, Any] = {
    "section": _l("Part of the file: %(key)s"),
    "submission": _l("Submission %(key)s"),
    "dossier": _l("The market-need dossier"),
    "evidence": _l("A document: %(key)s"),
    "score": _l("A score on criterion %(key)s"),
    "check": _l("The check of criterion %(key)s"),
    "moderation": _l("The moderated level of criterion %(key)s"),
    "advice": _l("The advice of a post"),
    "hearing": _l("A hearing"),
    "file": _l("The file as a whole"),
}
CHANGE_WORDS: dict[str, Any] = {
    "added": _l("%(part)s: new"),
    "removed": _l("%(part)s: gone"),
    "changed": _l("%(part)s: changed"),
}


def change_words(change: FileChange, names: dict[str, str] | None = None) -> str:
    """What is not as it was when a decision was drafted; `names` gives titles for ids of documents."""
    key = (names or {}).get(change.key, change.key.split("/")[0])
    part = str(PART_WORDS.get(change.part, _l("The file as a whole"))) % {"key": key}
    return str(CHANGE_WORDS[change.change]) % {"part": part}


def title_of(decision: Any, hub: str) -> str:
    """What a decision is called on a page."""
    if decision.state == DecisionState.SIGNED:
        return _("%(hub)s: %(what)s", hub=hub, what=DECIDED_WORDS[decision.kind])
    return _("Draft decision about %(hub)s", hub=hub)


EVENT_WORDS: dict[str, Any] = {
    "decision.draft": _l("Drafted"),
    "decision.edit": _l("Draft changed"),
    "decision.sign": _l("Signed"),
    "decision.drop": _l("Draft dropped"),
    "decision.lapse": _l("Draft lapsed: the proposal was withdrawn"),
    "decision.attempt_refused": _l("An attempt to sign was refused"),
}


def event_words(event: Any) -> str:
    """What an event of a decision was."""
    return str(EVENT_WORDS.get(event.kind, event.kind))
