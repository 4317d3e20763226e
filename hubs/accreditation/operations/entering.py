"""What scores, checks and moderations have in common: who may enter one, which version was seen, what it must say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.assessment import answer_of, asks_ground
from hubs.accreditation.lifecycle import ProposalState as S
from hubs.accreditation.models import Proposal
from hubs.accreditation.operations.attempts import check_no_interest, person_of
from hubs.accreditation.queries.assessments import asked_of
from hubs.core.errors import NotPermitted, Problem, RuleViolation, Stale, WrongState
from hubs.extensions import db
from hubs.guideline.criteria import SCALE_LEVELS, Answer, Criterion
from hubs.reference.models import CodeListEntry
from hubs.reference.queries import code_list

NOT_ASSIGNED = _l("You do not assess this proposal.")
NOT_RUNNING = _l("This proposal is not in assessment now, so nothing can be changed.")
SEEN_OLDER = _l("Somebody changed this while you had it open. What you typed is kept; check it and send again.")
LARGEST = Decimal(10) ** 11
GROUNDS = "assessment_ground"


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer as it was typed: what does not belong to the criterion's kind of answer stays None."""

    reason: str = ""
    ground: str | None = None
    level: int | None = None
    value: Decimal | None = None
    answer: bool | None = None
    departs: bool = False


def may_enter(proposal: Proposal, action: str, actor: Actor) -> str:
    """The person, when they may answer for this assessment now. Raises NotPermitted, Conflicted, WrongState."""
    if not actor.can(P.ASSESSMENT_SCORE, proposal):
        raise NotPermitted(message=NOT_ASSIGNED)
    person_id = person_of(actor, proposal, action)
    check_no_interest(proposal, action, proposal.hub_id, actor)
    if proposal.state != S.IN_ASSESSMENT:
        raise WrongState(NOT_RUNNING)
    return person_id


def criterion_asked(proposal: Proposal, code: str) -> Criterion:
    """A criterion this assessment weighs. Raises RuleViolation."""
    found = next((item for item in asked_of(proposal) if item.code == code), None)
    if found is None:
        raise RuleViolation("unknown_criterion", _l("This criterion is not asked here."), "criterion")
    return found


def check_seen(row: Any, version: int | None) -> None:
    """409 (412) when another version was seen: 0 means that there was nothing yet. Raises Stale."""
    if version is not None and version != (row.version_id if row is not None else 0):
        raise Stale(SEEN_OLDER)


def open_grounds() -> frozenset[str]:
    """The codes of grounds that may be chosen now."""
    statement = code_list(GROUNDS).with_only_columns(CodeListEntry.code).order_by(None)
    return frozenset(db.session.execute(statement).scalars())


def entry_problems(criterion: Criterion, entry: Entry) -> Iterator[Problem]:
    """Everything that is wrong with an answer, at once."""
    yield from _answer_problems(criterion, entry)
    given = answer_of(criterion, level=entry.level, value=entry.value, answer=entry.answer)
    is_there = any(each is not None for each in (entry.level, entry.value, entry.answer))
    fails = is_there and asks_ground(criterion, given)
    if fails and not entry.ground:
        yield Problem("ground_required", _l("This is not met. Choose a ground."), "ground")
    elif fails and entry.ground not in open_grounds():
        yield Problem("not_in_list", _l("Choose a ground from the list."), "ground")
    if not entry.reason.strip() and (criterion.answer == Answer.SCALE or fails or entry.departs):
        yield Problem("reason_required", _l("Explain why. The applicant may read this in the letter."), "reason")


def _answer_problems(criterion: Criterion, entry: Entry) -> Iterator[Problem]:
    if criterion.answer == Answer.SCALE:
        if entry.level not in SCALE_LEVELS:
            yield Problem("level_required", _l("Choose a score from 0 to 4."), "level")
    elif criterion.answer == Answer.NUMBER:
        if entry.value is None:
            yield Problem("value_required", _l("Fill in the number you found."), "value")
        elif not 0 <= entry.value <= LARGEST:
            yield Problem("value_range", _l("Fill in a number from 0, not larger than 100 billion."), "value")
    elif entry.answer is None:
        yield Problem("answer_required", _l("Choose yes or no."), "answer")
