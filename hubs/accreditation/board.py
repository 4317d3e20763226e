"""Where a proposal stands for the ministry's desk: its stage, the next step, and who holds it (pure).

Derived from the file when read; nobody keeps a to-do list beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SOON_DAYS = 14


class Stage(StrEnum):
    """The columns of the board, in the order of the procedure."""

    SUBMITTED = "submitted"
    IN_ASSESSMENT = "in_assessment"
    RETURNED = "returned"
    ASSESSED = "assessed"
    DECISION_DRAFTED = "decision_drafted"
    ENDED = "ended"


class Step(StrEnum):
    """What has to happen next."""

    ASSIGN = "assign"
    SCORE = "score"
    WAIT_FOR_ADVICE = "wait_for_advice"
    CONCLUDE = "conclude"
    COMPLETE = "complete"
    NOT_CONSIDER = "not_consider"
    DRAFT = "draft"
    SIGN = "sign"
    NOTHING = "nothing"


class Holder(StrEnum):
    """Who has to do it."""

    COORDINATORS = "coordinators"
    ASSESSORS = "assessors"
    POSTS = "posts"
    CHAMBER = "chamber"
    DECISION_MAKERS = "decision_makers"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Scorer:
    """An assigned assessor, and whether they are done."""

    person_id: str
    name: str
    is_finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the next step of one proposal follows from."""

    state: str
    due_on: date | None = None
    scorers: Sequence[Scorer] = ()
    posts_asked: Sequence[str] = ()  # names of the posts whose advice is still out
    complete_by: date | None = None  # last day the chamber was given, while its file is with it


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer for one row: stage, step, holder with names, and the people meant."""

    stage: Stage
    step: Step
    holder: Holder
    names: tuple[str, ...] = ()
    person_ids: frozenset[str] = frozenset()


_ENDED = frozenset({"decided", "not_considered", "withdrawn"})


def standing_of(facts: Facts, today: date) -> Standing:
    """Stage, next step and holder of a proposal on a day."""
    if facts.state in _ENDED:
        return Standing(Stage.ENDED, Step.NOTHING, Holder.NOBODY)
    if facts.state == "returned":
        return _returned(facts, today)
    if facts.state == "in_assessment":
        return _in_assessment(facts)
    if facts.state == "assessed":
        return Standing(Stage.ASSESSED, Step.DRAFT, Holder.COORDINATORS)
    if facts.state == "decision_drafted":
        return Standing(Stage.DECISION_DRAFTED, Step.SIGN, Holder.DECISION_MAKERS)
    return Standing(Stage.SUBMITTED, Step.ASSIGN, Holder.COORDINATORS)


def _returned(facts: Facts, today: date) -> Standing:
    """The chamber's until its last day has passed; then somebody decides whether to go on (Awb 4:5)."""
    if facts.complete_by is not None and facts.complete_by < today:
        return Standing(Stage.RETURNED, Step.NOT_CONSIDER, Holder.COORDINATORS)
    return Standing(Stage.RETURNED, Step.COMPLETE, Holder.CHAMBER)


def _in_assessment(facts: Facts) -> Standing:
    busy = [scorer for scorer in facts.scorers if not scorer.is_finished]
    if len(facts.scorers) < 2:
        return Standing(Stage.IN_ASSESSMENT, Step.ASSIGN, Holder.COORDINATORS)
    if busy:
        names, people = tuple(one.name for one in busy), frozenset(one.person_id for one in busy)
        return Standing(Stage.IN_ASSESSMENT, Step.SCORE, Holder.ASSESSORS, names, people)
    if facts.posts_asked:
        return Standing(Stage.IN_ASSESSMENT, Step.WAIT_FOR_ADVICE, Holder.POSTS, tuple(facts.posts_asked))
    names, people = tuple(one.name for one in facts.scorers), frozenset(one.person_id for one in facts.scorers)
    return Standing(Stage.IN_ASSESSMENT, Step.CONCLUDE, Holder.ASSESSORS, names, people)


def due_code(due_on: date | None, today: date, *, is_suspended: bool, is_ended: bool = False) -> str:
    """How pressing the statutory term is: late, soon, later or paused; empty when none runs."""
    if due_on is None or is_ended:
        return ""
    if is_suspended:
        return "paused"
    if due_on < today:
        return "late"
    return "soon" if (due_on - today).days <= SOON_DAYS else "later"
