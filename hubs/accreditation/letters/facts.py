"""What a letter is about, in plain values; `operations.letter_facts` brings it together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hubs.accreditation.letters.content import Condition, Line, Reason


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What a letter is about: names, days and the texts people typed. Texts are in the letter's own language."""

    reference: str
    dated: date
    sender: tuple[str, ...]
    addressee: tuple[str, ...]
    hub: str
    signatory: tuple[str, ...] = ()
    proposal: str = ""  # reference
    markets: str = ""  # their names
    decision: str = ""  # reference of the decision an objection or a correction is about
    decision_on: date | None = None
    received_on: date | None = None
    asked_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None  # last day, included
    answer_by: date | None = None  # last day, included
    due_before: date | None = None  # the last day that held before
    due_on: date | None = None  # the last day for our decision
    held_on: date | None = None
    place: str = ""
    intended: str = ""  # suspend, withdraw, refuse
    outcome: str = ""  # of an objection: upheld, partly_upheld, rejected, inadmissible
    missing: tuple[str, ...] = ()
    body: tuple[str, ...] = ()  # what a person wrote for this letter
    result: tuple[Line, ...] = ()
    about_objection: bool = False
    goes_on: bool = False  # it follows on an accreditation that holds, with its agreements
    departs: bool = False  # from the computed result
    departure: str = ""
    reasons: tuple[Reason, ...] = ()
    conditions: tuple[Condition, ...] = ()
    has_objection_clause: bool = False
    objection_clause: str = ""  # the ministry's own words; empty: those below
    demonstration: bool = False
    draft: bool = False
