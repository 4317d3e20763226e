"""Who may not decide: whoever assessed, checked, moderated, advised, or has an interest in the hub (domain rule 2)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, literal, or_, select, union_all

from hubs.accreditation.models import (
    Decision,
    FactCheck,
    Interest,
    InternalNote,
    Moderation,
    Objection,
    PostAdvice,
    Proposal,
    ProposalAssessor,
    Score,
)
from hubs.core.events import Event
from hubs.extensions import db

ADVISED = ("proposal.advise", "proposal.change_advice")
DRAFTED = ("decision.draft", "decision.edit")
Ground = tuple[str, ColumnElement[bool]]  # a code, and when it holds


def has_interest(person_id: str, hub_id: str) -> bool:
    """Whether this person declared an interest in this hub that still stands."""
    statement = select(Interest.id).where(
        Interest.person_id == person_id, Interest.hub_id == hub_id, Interest.ended_at.is_(None)
    )
    return db.session.execute(statement.limit(1)).first() is not None


def conflicts_of(person_id: str, decision: Decision) -> list[str]:
    """Why this person may not sign this decision, as codes; empty when nothing stands in the way.

    assessed, checked, moderated, advised, interest; contested: they signed the decision an objection is about.
    """
    found = [*_in_proposal(person_id, decision.proposal_id), *_elsewhere(person_id, decision)]
    statement = union_all(*(select(literal(code)).where(condition) for code, condition in found))
    codes = set(db.session.execute(statement).scalars())
    proposal_id = decision.proposal_id
    if proposal_id is not None and _did(person_id, Proposal.__tablename__, proposal_id, ADVISED):
        codes.add("advised")
    return sorted(codes)


def _in_proposal(person_id: str, proposal_id: str | None) -> Iterator[Ground]:
    """What somebody did in the proposal that is decided on."""
    if proposal_id is None:
        return
    yield "assessed", _both(ProposalAssessor, proposal_id, person_id)
    yield "assessed", _both(Score, proposal_id, person_id)
    yield "checked", _both(FactCheck, proposal_id, person_id)
    yield "moderated", _both(Moderation, proposal_id, person_id)
    advice = select(PostAdvice.id).where(PostAdvice.proposal_id == proposal_id, PostAdvice.given_by_id == person_id)
    yield "advised", advice.exists()


def _elsewhere(person_id: str, decision: Decision) -> Iterator[Ground]:
    """Notes on the file or the accreditation, the decision an objection is about, an interest in the hub."""
    keys = (
        (InternalNote.proposal_id, decision.proposal_id),
        (InternalNote.accreditation_id, decision.accreditation_id),
    )
    noted = [column == value for column, value in keys if value is not None]
    if noted:
        note = select(InternalNote.id).where(InternalNote.person_id == person_id, or_(*noted))
        yield "advised", note.exists()
    if decision.objection_id is not None:
        contested = (
            select(Decision.id)
            .join(Objection, Objection.decision_id == Decision.id)
            .where(Objection.id == decision.objection_id, Decision.signed_by_id == person_id)
        )
        yield "contested", contested.exists()
    interest = select(Interest.id).where(
        Interest.person_id == person_id, Interest.hub_id == decision.hub_id, Interest.ended_at.is_(None)
    )
    yield "interest", interest.exists()


def _did(person_id: str, table: str, subject_id: str, kinds: tuple[str, ...]) -> bool:
    """Whether this person did one of these, also when a colleague wrote over it later: the events keep who."""
    statement = select(Event.actor_id, Event.data).where(
        Event.subject_type == table, Event.subject_id == subject_id, Event.kind.in_(kinds)
    )
    return any(person_id in (by, data.get("person")) for by, data in db.session.execute(statement))


def conflicts_on_objection(person_id: str, objection: Objection) -> list[str]:
    """Why this person may not handle or decide on this objection: they signed, drafted or took part before."""
    decision = objection.decision
    found = set(conflicts_of(person_id, decision))
    if decision.signed_by_id == person_id:
        found.add("contested")
    if decision.drafted_by_id == person_id or _did(person_id, Decision.__tablename__, decision.id, DRAFTED):
        found.add("drafted")
    return sorted(found)


def _both(
    model: type[ProposalAssessor | Score | FactCheck | Moderation], proposal_id: str, person_id: str
) -> ColumnElement[bool]:
    return select(model.id).where(model.proposal_id == proposal_id, model.person_id == person_id).exists()
