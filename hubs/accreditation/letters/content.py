"""What a letter says, before it is typeset. Everything in it is plain text: nothing is ever read as markup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class LetterKind(StrEnum):
    """Why the ministry writes, with the article of the Algemene wet bestuursrecht (Awb) where one asks for it."""

    DECISION_ACCREDIT = "decision_accredit"
    DECISION_CONDITIONS = "decision_conditions"
    DECISION_DEVELOPMENT = "decision_development"
    DECISION_REFUSE = "decision_refuse"
    NOT_CONSIDERED = "not_considered"  # Awb 4:5
    COMPLETION_REQUEST = "completion_request"  # Awb 4:5
    EXTENSION = "extension"  # Awb 4:14
    HEARING_INVITATION = "hearing_invitation"  # Awb 4:7, 4:8
    INTENTION = "intention"  # Awb 4:8
    SUSPENSION = "suspension"
    LIFT_SUSPENSION = "lift_suspension"
    WITHDRAWAL = "withdrawal"
    OBJECTION_RECEIVED = "objection_received"  # Awb 6:14
    OBJECTION_DECISION = "objection_decision"  # Awb 7:12
    ADVICE_REQUEST = "advice_request"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs and, under them, a list."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    bullets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground of a decision, as the assessors wrote it for the applicant."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Condition:
    """What the hub still has to do: who, by which day, and what shows it."""

    text: str
    owner: str
    due_on: date | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Line:
    """A fact: its name and its value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class LetterContent:
    """A letter in one language. Dates are the sender's (Europe/Amsterdam). `labels` are the fixed words of the page.

    Keys of `labels`: date, reference, your_reference, about, result, reasons, conditions, number, condition, owner,
    due_on, evidence, objection, enclosures, page (with {page} and {pages}), demonstration, draft.
    """

    language: str  # nl or en
    kind: LetterKind
    reference: str
    dated: date
    sender: tuple[str, ...]  # first line: the name
    addressee: tuple[str, ...]
    subject: str
    salutation: str
    opening: tuple[str, ...]
    labels: Mapping[str, str]
    about: str = ""
    your_reference: str = ""
    result: tuple[Line, ...] = ()
    result_text: tuple[str, ...] = ()
    reasons_text: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    conditions: tuple[Condition, ...] = ()
    conditions_text: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    objection: tuple[str, ...] = ()  # empty: the ministry has not switched the clause on
    closing: tuple[str, ...] = ()
    farewell: str = ""
    signatory: tuple[str, ...] = ()  # name, function
    enclosures: tuple[str, ...] = ()
    demonstration: bool = False
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a heading row. `widths` are shares of the page's width; `notes` stand under it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a document: facts, text and tables under a heading of level 1 to 3."""

    heading: str
    level: int = 1
    facts: tuple[Line, ...] = ()
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None
    empty: str = ""  # said when there is nothing else


@dataclass(frozen=True, slots=True)
class DocumentContent:
    """A readable paper of the file: an inventory, a submission, a set of scores. `labels`: page, demonstration."""

    language: str
    title: str
    dated: date
    facts: tuple[Line, ...]
    chapters: tuple[Chapter, ...]
    labels: Mapping[str, str]
    introduction: tuple[str, ...] = ()
    demonstration: bool = False
    landscape: bool = False
    marks: tuple[str, ...] = field(default=())  # said above the title: internal advice, draft …
