"""What an accredited hub hands in and the ministry judges: plans, reports, reviews, conditions, concerns, public money.

Nobody at the ministry acts on a hub in which they declared an interest (domain.md, rule 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.actor import Actor
from hubs.accounts.models import Membership, Organisation, OrganisationKind, Person, Role
from hubs.accounts.permissions import P
from hubs.accounts.queries import in_force
from hubs.accreditation.lifecycle import AccreditationState, ConditionState
from hubs.accreditation.models import Accreditation, Concern, Condition, Funding, Obligation, Proposal
from hubs.accreditation.operations.attempts import check_no_interest, person_of
from hubs.accreditation.queries.activation import CONTACTS, activation_checks
from hubs.core.clock import local_day
from hubs.core.errors import NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import check_permitted, perform
from hubs.core.types import new_id
from hubs.core.uploads import Received, stored_file
from hubs.extensions import db
from hubs.guideline.criteria import ProposalKind

BY_HUB = ("yearly_plan", "yearly_report")  # the rest the ministry does, or a proposal
EARLIEST_YEAR, LATEST_AHEAD = 2000, 10
NOT_HERE = _l("Your role may not do this here.")
OWNERS = (Role.ASSESSOR, Role.DECISION_MAKER, Role.ADMINISTRATOR)


def _check_keeper(accreditation: Accreditation, action: str, actor: Actor) -> None:
    if not actor.can(P.ACCREDITATION_KEEP, accreditation):
        raise NotPermitted(message=NOT_HERE)
    check_no_interest(accreditation, action, accreditation.hub_id, actor)


def _written(text: str | None, field: str, message: Any) -> str:
    cleaned = (text or "").strip()
    if not cleaned:
        raise RuleViolation(f"{field}_required", message, field)
    return cleaned


# --- what the hub hands in ---------------------------------------------------------------------------------


def hand_in(
    obligation: Obligation, *, received: Received | None, note: str | None, actor: Actor, now: datetime
) -> Obligation:
    """The hub hands in a plan or a report; again until the ministry's next look. Raises NotPermitted, WrongState,
    RuleViolation without a file.
    """
    if not actor.can(P.ACCREDITATION_REPORT, obligation):
        raise NotPermitted(message=NOT_HERE)
    if obligation.kind not in BY_HUB or obligation.cancelled_at is not None:
        raise WrongState(_l("Nothing can be handed in for this any more."))
    if received is None:
        raise RuleViolation("file_required", _l("Choose the file you want to hand in."), "file")
    obligation.file_id = _stored(received, actor, now)
    obligation.note = (note or "").strip() or None
    obligation.done_at, obligation.done_by_id = now, actor.person_id
    db.session.flush()
    data = {
        "kind": obligation.kind,
        "year": obligation.year,
        "file": obligation.file_id,
        "late": _is_late(obligation, now),
    }
    record(
        db.session, "obligation.hand_in", obligation, actor=actor, now=now, data=data, related=obligation.accreditation
    )
    return obligation


def hand_in_evidence(
    condition: Condition, *, received: Received | None, note: str | None, actor: Actor, now: datetime
) -> Condition:
    """The hub shows that it met a condition; the ministry judges. Raises NotPermitted, WrongState, RuleViolation."""
    if not actor.can(P.ACCREDITATION_REPORT, condition):
        raise NotPermitted(message=NOT_HERE)
    if condition.state == ConditionState.MET:
        raise WrongState(_l("The ministry has found this condition met already."))
    text = (note or "").strip()
    if received is None and not text:
        raise RuleViolation(
            "evidence_required", _l("Add a file, or say what shows that you meet the condition."), "file"
        )
    if received is not None:
        condition.evidence_file_id = _stored(received, actor, now)
    condition.evidence_note, condition.evidence_at = text or None, now
    db.session.flush()
    data = {"file": condition.evidence_file_id, "late": local_day(now) > condition.due_on}
    record(db.session, "condition.hand_in", condition, actor=actor, now=now, data=data, related=condition.decision)
    return condition


def _stored(received: Received, actor: Actor, now: datetime) -> str:
    row = stored_file(received, by=actor.person_id or actor.id, now=now)
    db.session.add(row)
    db.session.flush()
    return row.id


def _is_late(obligation: Obligation, now: datetime) -> bool:
    return local_day(now) > obligation.due_on


def renewal_handed_in(proposal: Proposal, *, actor: Actor, now: datetime) -> None:
    """A proposal for renewal fulfils the duty to ask for one in time."""
    if proposal.kind != ProposalKind.RENEWAL or proposal.renews_id is None:
        return
    statement = select(Obligation).where(
        Obligation.accreditation_id == proposal.renews_id,
        Obligation.kind == "renewal",
        Obligation.done_at.is_(None),
        Obligation.cancelled_at.is_(None),
    )
    for obligation in db.session.execute(statement).scalars():
        obligation.done_at, obligation.done_by_id = now, actor.person_id
        db.session.flush()
        data = {"kind": obligation.kind, "proposal": proposal.id}
        related = obligation.accreditation
        record(db.session, "obligation.hand_in", obligation, actor=actor, now=now, data=data, related=related)


# --- what the ministry judges ------------------------------------------------------------------------------


def judge_condition(condition: Condition, action: str, *, note: str | None, actor: Actor, now: datetime) -> Condition:
    """Met, or not met in time; with the reason. Raises BadInput, NotPermitted, WrongState, RuleViolation."""
    check_permitted(condition, action, actor)
    check_no_interest(condition, action, condition.decision.hub_id, actor)
    person_id = person_of(actor, condition, action)
    data = {"note": note, "person_id": person_id}
    perform(
        db.session, condition, action, actor=actor, now=now, data=data, related=condition.decision,
        event_data={"criterion": condition.criterion_code}, personal={"note": (note or "").strip()},
    )  # fmt: skip
    return condition


def finish_review(obligation: Obligation, *, note: str | None, actor: Actor, now: datetime) -> Obligation:
    """The ministry records what the mid-term review found, or that a duty was fulfilled otherwise."""
    _check_keeper(obligation.accreditation, "finish", actor)
    if obligation.done_at is not None or obligation.cancelled_at is not None:
        raise WrongState(_l("This was done already."))
    obligation.note = _written(note, "note", _l("Write what you found."))
    obligation.done_at, obligation.done_by_id = now, actor.person_id
    db.session.flush()
    data = {"kind": obligation.kind, "year": obligation.year}
    record(
        db.session, "obligation.finish", obligation, actor=actor, now=now, data=data, related=obligation.accreditation
    )
    return obligation


def check_criterion(accreditation: Accreditation, code: str, *, actor: Actor, now: datetime) -> Accreditation:
    """A person says that a criterion of activation is met. Raises NotPermitted, WrongState, RuleViolation."""
    _check_keeper(accreditation, "check", actor)
    if accreditation.state not in (AccreditationState.GRANTED, AccreditationState.ACTIVE):
        raise WrongState(_l("This accreditation has ended."))
    checks = {check.code: check for check in activation_checks(accreditation, local_day(now))}
    if code not in checks or not checks[code].is_by_person:
        raise RuleViolation("unknown_criterion", _l("Choose a criterion from the list."), "criterion")
    seen = {"at": now.isoformat(), "person_id": actor.person_id}
    accreditation.checked = {**accreditation.checked, code: seen}
    if code == CONTACTS:
        accreditation.registers_contacts_at = now
    db.session.flush()
    record(db.session, "accreditation.check", accreditation, actor=actor, now=now, data={"criterion": code})
    return accreditation


# --- concerns ----------------------------------------------------------------------------------------------


def raise_concern(
    accreditation: Accreditation,
    *,
    text: str | None,
    owner_id: str | None,
    due_on: date | None,
    actor: Actor,
    now: datetime,
) -> Concern:
    """Somebody at the ministry looks into it by a day. Raises NotPermitted, RuleViolation."""
    _check_keeper(accreditation, "raise_concern", actor)
    problems = []
    if not (text or "").strip():
        problems.append(Problem("text_required", _l("Write what is the matter."), "text"))
    if owner_id not in {person.id for person in owners_of_concerns()}:
        problems.append(Problem("owner_required", _l("Choose who looks into it."), "owner"))
    if due_on is None or due_on < local_day(now):
        problems.append(Problem("due_on_required", _l("Give a day from today on."), "due_on"))
    if problems or due_on is None or owner_id is None:
        raise RuleViolation(problems=problems)
    concern = Concern(
        id=new_id(),
        hub_id=accreditation.hub_id,
        text=(text or "").strip(),
        raised_at=now,
        raised_by_id=actor.person_id,
        owner_id=owner_id,
        due_on=due_on,
    )
    db.session.add(concern)
    db.session.flush()
    data = {"hub": concern.hub_id, "owner": owner_id, "due_on": due_on.isoformat()}
    record(db.session, "concern.raise", concern, actor=actor, now=now, data=data)
    return concern


def close_concern(
    accreditation: Accreditation, concern: Concern, *, finding: str | None, actor: Actor, now: datetime
) -> Concern:
    """What was found. Raises NotPermitted, WrongState, RuleViolation."""
    _check_keeper(accreditation, "close_concern", actor)
    if concern.closed_at is not None:
        raise WrongState(_l("This concern is closed already."))
    concern.finding = _written(finding, "finding", _l("Write what you found."))
    concern.closed_at, concern.closed_by_id = now, actor.person_id
    db.session.flush()
    record(db.session, "concern.close", concern, actor=actor, now=now, data={"hub": concern.hub_id})
    return concern


def owners_of_concerns() -> list[Person]:
    """The people of the ministry who may look into a concern, by name."""
    statement = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(
            Organisation.kind == OrganisationKind.MINISTRY,
            Membership.role.in_(OWNERS),
            in_force(),
            Person.is_active.is_(True),
        )
        .distinct()
        .order_by(Person.name, Person.id)
    )
    return list(db.session.execute(statement).scalars())


# --- public money ------------------------------------------------------------------------------------------


def record_funding(accreditation: Accreditation, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> Funding:
    """Public money of one source in one year, with what the phase-out path says. Raises NotPermitted, RuleViolation."""
    _check_keeper(accreditation, "record_funding", actor)
    _check_funding(values, local_day(now))
    funding = Funding(
        id=new_id(),
        hub_id=accreditation.hub_id,
        recorded_at=now,
        recorded_by_id=actor.person_id,
        **_funding_columns(values),
    )
    db.session.add(funding)
    db.session.flush()
    record(db.session, "funding.record", funding, actor=actor, now=now, data={"hub": funding.hub_id, **_told(funding)})
    return funding


def change_funding(
    accreditation: Accreditation, funding: Funding, *, values: Mapping[str, Any], actor: Actor, now: datetime
) -> Funding:
    """Another amount, source or plan; what it was stays in the events. Raises NotPermitted, RuleViolation."""
    _check_keeper(accreditation, "change_funding", actor)
    _check_funding(values, local_day(now))
    before = _told(funding)
    for name, value in _funding_columns(values).items():
        setattr(funding, name, value)
    db.session.flush()
    data = {"hub": funding.hub_id, **_told(funding), "before": before}
    record(db.session, "funding.change", funding, actor=actor, now=now, data=data)
    return funding


FUNDING_FIELDS = ("year", "source", "amount_cents", "planned_cents", "is_de_minimis", "granted_on", "note")


def _funding_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: values.get(name) for name in FUNDING_FIELDS}
    return {**found, "is_de_minimis": bool(found["is_de_minimis"]), "note": (found["note"] or "").strip() or None}


def _check_funding(values: Mapping[str, Any], today: date) -> None:
    problems = []
    year = values.get("year")
    if year is None or not EARLIEST_YEAR <= year <= today.year + LATEST_AHEAD:
        problems.append(Problem("year", _l("Give a year."), "year"))
    if not (values.get("source") or "").strip():
        problems.append(Problem("source_required", _l("Say who gives it."), "source"))
    if values.get("amount_cents") is None or values["amount_cents"] < 0:
        problems.append(Problem("amount", _l("Give an amount of 0 or more."), "amount_cents"))
    if values.get("is_de_minimis") and values.get("granted_on") is None:
        message = _l(
            "For de-minimis aid, give the day on which it was granted: the ceiling counts three years from it."
        )
        problems.append(Problem("granted_on_required", message, "granted_on"))
    if problems:
        raise RuleViolation(problems=problems)


def _told(funding: Funding) -> dict[str, Any]:
    names = ("year", "amount_cents", "planned_cents", "is_de_minimis")
    return {name: getattr(funding, name) for name in names}
