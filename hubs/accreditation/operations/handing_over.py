"""What lies with one person of the ministry by name: a place as assessor, a draft of a decision, an objection.

Registered as open work, so that an account closes only once these have gone to somebody else or back to the desk
(domain.md, Who takes part). A part of an assessment that is finished keeps its scores and its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select

from hubs.accounts.models import Membership, Organisation, OrganisationKind, Person
from hubs.accounts.open_work import OpenItem, WorkKind, register
from hubs.accounts.permissions import P
from hubs.accounts.queries import in_force
from hubs.accreditation.lifecycle import DecisionState, ObjectionState
from hubs.accreditation.models import Decision, Objection, Proposal, ProposalAssessor
from hubs.accreditation.operations.assigning import ASSIGNABLE, assign_assessor
from hubs.accreditation.operations.moderating import drop_moderations
from hubs.accreditation.operations.objecting import handlers_for
from hubs.accreditation.queries.assessments import present_assessors
from hubs.accreditation.queries.interests import interested_in
from hubs.accreditation.statutory import amsterdam_day
from hubs.accreditation.words import OBJECTION_WORDS, PROPOSAL_WORDS
from hubs.core.errors import RuleViolation
from hubs.core.events import record
from hubs.extensions import db

_OPEN_OBJECTIONS = (ObjectionState.RECEIVED, ObjectionState.IN_HANDLING)


def _ministry() -> Any:
    return select(Organisation.id).where(Organisation.kind == OrganisationKind.MINISTRY)


def ministry_id(organisation_id: str | None) -> str | None:
    """The ministry's id, when work of that organisation (None: of all) is asked for."""
    found = db.session.execute(_ministry().limit(1)).scalar_one_or_none()
    return found if organisation_id in (None, found) else None


# --- places as assessor ------------------------------------------------------------------------------------


def _open_places() -> Any:
    return (
        ProposalAssessor.ended_at.is_(None),
        ProposalAssessor.finished_at.is_(None),
        ProposalAssessor.proposal.has(Proposal.state.in_(sorted(ASSIGNABLE))),
    )


def _places(person_id: str, organisation_id: str | None) -> Iterator[OpenItem]:
    ministry = ministry_id(organisation_id)
    if ministry is None:
        return
    statement = select(ProposalAssessor).where(ProposalAssessor.person_id == person_id, *_open_places())
    for row in db.session.execute(statement.order_by(ProposalAssessor.id)).scalars():
        proposal = row.proposal
        others = {each.person_id for each in present_assessors(proposal)} - {person_id}
        yield OpenItem(
            kind="assessment",
            id=row.id,
            reference=proposal.reference,
            organisation_id=ministry,
            right=P.ASSESSMENT_SCORE,
            read=P.PROPOSAL_READ,
            state=PROPOSAL_WORDS[proposal.state],
            title=proposal.hub.name_nl,
            path=f"/proposals/{proposal.reference}",
            refused=interested_in(proposal.hub_id) | others,
        )


def _give_place(identifier: str, person_id: str | None, *, actor: Any, now: datetime) -> None:
    row = db.session.get_one(ProposalAssessor, identifier)
    if person_id is None:
        leave_place(row, actor=actor, now=now)
        return
    today = amsterdam_day(now)
    due_on = row.due_on if row.due_on is not None and row.due_on > today else None
    assign_assessor(row.proposal, person_id=person_id, position=row.position, due_on=due_on, actor=actor, now=now)


def leave_place(row: ProposalAssessor, *, actor: Any, now: datetime) -> None:
    """The place is empty again: who coordinates assigns somebody; what was scored stays on record."""
    proposal = row.proposal
    row.ended_at = now
    drop_moderations(proposal, actor=actor, now=now)
    proposal.touch_file()
    db.session.flush()
    data = {"person": row.person_id, "position": row.position}
    record(db.session, "proposal.unassign", proposal, actor=actor, now=now, data=data)


# --- drafts of decisions -----------------------------------------------------------------------------------


def _drafts(person_id: str, organisation_id: str | None) -> Iterator[OpenItem]:
    ministry = ministry_id(organisation_id)
    if ministry is None:
        return
    statement = select(Decision).where(Decision.drafted_by_id == person_id, Decision.state == DecisionState.DRAFT)
    for decision in db.session.execute(statement.order_by(Decision.id)).scalars():
        yield OpenItem(
            kind="decision_draft",
            id=decision.id,
            reference=decision.reference,
            organisation_id=ministry,
            right=P.DECISION_DRAFT,
            read=P.DECISION_READ,
            state=_l("Draft"),
            title=decision.hub.name_nl,
            path=f"/decisions/{decision.reference}",
            refused=interested_in(decision.hub_id),
        )


def _give_draft(identifier: str, person_id: str | None, *, actor: Any, now: datetime) -> None:
    decision = db.session.get_one(Decision, identifier, with_for_update=True)
    before, decision.drafted_by_id = decision.drafted_by_id, person_id
    db.session.flush()
    data = {"from_person": before, "person": person_id}
    record(db.session, "decision.hand_over", decision, actor=actor, now=now, data=data)


# --- objections --------------------------------------------------------------------------------------------


def _objections(person_id: str, organisation_id: str | None) -> Iterator[OpenItem]:
    ministry = ministry_id(organisation_id)
    if ministry is None:
        return
    statement = select(Objection).where(Objection.handler_id == person_id, Objection.state.in_(_OPEN_OBJECTIONS))
    for objection in db.session.execute(statement.order_by(Objection.id)).scalars():
        allowed = {person.id for person in handlers_for(objection)}
        people = db.session.execute(select(Membership.person_id).where(Membership.organisation_id == ministry))
        yield OpenItem(
            kind="objection",
            id=objection.id,
            reference=objection.decision.reference,
            organisation_id=ministry,
            right=P.OBJECTION_HANDLE,
            read=P.OBJECTION_READ,
            state=OBJECTION_WORDS[objection.state],
            title=objection.hub.name_nl,
            path=f"/objections/{objection.id}",
            refused=frozenset(set(people.scalars()) - allowed),
        )


def _give_objection(identifier: str, person_id: str | None, *, actor: Any, now: datetime) -> None:
    objection = db.session.get_one(Objection, identifier, with_for_update=True)
    if person_id is not None and person_id not in {person.id for person in handlers_for(objection)}:
        message = _l("Choose somebody who neither signed, drafted, assessed nor advised, and has no interest.")
        raise RuleViolation("handler_conflicted", message)
    before, objection.handler_id = objection.handler_id, person_id
    db.session.flush()
    data = {"handler_before": before, "handler": person_id}
    record(db.session, "objection.hand_over", objection, actor=actor, now=now, data=data)


# --- registered --------------------------------------------------------------------------------------------


def _stray(model: Any, holder: Any, *is_open: Any) -> Any:
    """Open work in the name of somebody who no longer works for the ministry, whatever their role."""

    def find(day: date) -> Iterator[tuple[str, str]]:
        ministry = ministry_id(None)
        works_there = exists().where(
            Membership.person_id == holder,
            Membership.organisation_id == ministry,
            in_force(day),
            Person.id == Membership.person_id,
            Person.is_active,
        )
        statement = select(holder).select_from(model).where(holder.is_not(None), *is_open, ~works_there).distinct()
        yield from ((person_id, str(ministry)) for person_id in db.session.execute(statement).scalars())

    return find


def _proposals_of(model: Any) -> Any:
    """A proposal is held before its assessors and its decision."""
    return Proposal, lambda ids: select(model.proposal_id).where(model.id.in_(ids))


register(
    WorkKind(
        "assessment",
        _l("Assessments"),
        _places,
        _give_place,
        _stray(ProposalAssessor, ProposalAssessor.person_id, *_open_places()),
        _proposals_of(ProposalAssessor),
    )
)
register(
    WorkKind(
        "decision_draft",
        _l("Drafts of decisions"),
        _drafts,
        _give_draft,
        _stray(Decision, Decision.drafted_by_id, Decision.state == DecisionState.DRAFT),
        _proposals_of(Decision),
    )
)
register(
    WorkKind(
        "objection",
        _l("Objections"),
        _objections,
        _give_objection,
        _stray(Objection, Objection.handler_id, Objection.state.in_(_OPEN_OBJECTIONS)),
    )
)
