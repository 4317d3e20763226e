"""What is on record of hearing a hub before something is decided against it (Awb 4:7, 4:8, 7:2)."""

from __future__ import annotations

from sqlalchemy import or_, select

from hubs.accreditation.deciding_rules import HearingFact
from hubs.accreditation.models import Accreditation, Decision, FactCheck, Hearing
from hubs.extensions import db


def is_done(hearing: Hearing) -> bool:
    """Held, or waived with a coded reason."""
    if hearing.recorded_at is None:
        return False
    return bool(hearing.waiver_reason) if hearing.form == "waived" else hearing.held_on is not None


def hearings_about(decision: Decision) -> list[HearingFact]:
    """Hearings on the proposal or the accreditation this decision is about, or on what the one it mends gave."""
    about = (
        Hearing.proposal_id == decision.proposal_id
        if decision.proposal_id
        else Hearing.accreditation_id == decision.accreditation_id
    )
    if decision.proposal_id and decision.replaces_id:
        given = select(Accreditation.id).where(Accreditation.decision_id == decision.replaces_id)
        about = or_(about, Hearing.accreditation_id.in_(given))
    rows = db.session.execute(select(Hearing).where(about).order_by(Hearing.id)).scalars()
    return [HearingFact(row.article, is_done(row), row.intended_kind) for row in rows]


def hearings_on_accreditation(accreditation_id: str) -> list[Hearing]:
    """Intentions to suspend or withdraw, with what came of hearing the hub; newest first."""
    statement = select(Hearing).where(Hearing.accreditation_id == accreditation_id).order_by(Hearing.id.desc())
    return list(db.session.execute(statement).scalars())


def hearings_on_objection(objection_id: str) -> list[Hearing]:
    statement = select(Hearing).where(Hearing.objection_id == objection_id).order_by(Hearing.id.desc())
    return list(db.session.execute(statement).scalars())


def has_departing_facts(proposal_id: str) -> bool:
    """Whether a checked fact departs from what the chamber handed in."""
    statement = select(FactCheck.id).where(FactCheck.proposal_id == proposal_id, FactCheck.departs.is_(True)).limit(1)
    return db.session.execute(statement).first() is not None
