"""Objections: lodged, acknowledged, assigned, heard, decided on (Awb 6:5-6:14, 7:1-7:12).

Nobody handles or decides on an objection to a decision they signed, drafted or took part in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from hubs.accounts.actor import THE_SERVICE, Actor
from hubs.accounts.models import Membership, OrganisationKind, Person, Role
from hubs.accounts.permissions import GRANTS, P
from hubs.accounts.queries import in_force
from hubs.accreditation.deciding_rules import OBJECTION_WAIVERS, WAIVERS
from hubs.accreditation.lifecycle import DecisionKind, DecisionState, ObjectionState, ProposalState
from hubs.accreditation.models import Decision, Hearing, Letter, LetterDelivery, Objection
from hubs.accreditation.models.objections import OUTCOMES
from hubs.accreditation.operations.attempts import Conflicted, check_no_interest, person_of
from hubs.accreditation.operations.sending import send_letter
from hubs.accreditation.operations.terms import equated_days
from hubs.accreditation.queries.conflicts import conflicts_on_objection
from hubs.accreditation.queries.hearings import hearings_on_objection, is_done
from hubs.accreditation.statutory import (
    ADJOURNMENT_WEEKS,
    Extension,
    Term,
    amsterdam_day,
    objection_due,
    objection_until,
)
from hubs.core.errors import NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import perform
from hubs.core.types import new_id
from hubs.extensions import db

OPEN = (ObjectionState.RECEIVED, ObjectionState.IN_HANDLING)
BY_POST_DAYS = 7  # Awb 6:9: posted in time and here within a week after the period
GIVING_WAY = ("upheld", "partly_upheld")
NOT_YOURS = _l("Your role may not do this here.")


# --- the two clocks --------------------------------------------------------------------------------------------


def sent_on(decision: Decision) -> date:
    """The day a decision was made known: the day its letter was first sent, else the day it was signed."""
    statement = (
        select(func.min(LetterDelivery.at))
        .join(Letter, Letter.id == LetterDelivery.letter_id)
        .where(Letter.decision_id == decision.id, LetterDelivery.status == "sent")
    )
    at = db.session.execute(statement).scalar_one_or_none() or decision.signed_at
    if at is None:
        raise WrongState(_l("One can only object to a decision that is signed."))
    return amsterdam_day(at)


def objection_period(decision: Decision) -> Term:
    """Until when one may object to a signed decision (Awb 6:7, 6:8)."""
    return objection_until(sent_on(decision), equated=equated_days())


def term_of_objection(objection: Objection) -> Term:
    """By when to decide (Awb 7:10); an objection that came late is counted from the day it came."""
    ended = max(objection_period(objection.decision).ends_on, objection.received_on)
    if objection.is_in_time:
        ended = objection_period(objection.decision).ends_on
    extensions = []
    if objection.adjourned_on is not None:
        extensions.append(Extension(objection.adjourned_on, 7 * ADJOURNMENT_WEEKS, "Awb 7:10.3"))
    return objection_due(ended, committee=objection.has_committee, extensions=extensions, equated=equated_days())


def _recompute(objection: Objection) -> None:
    due_on = term_of_objection(objection).ends_on
    if due_on != objection.due_on:
        objection.due_on, objection.reminded_at = due_on, None
    db.session.flush()


# --- from the hub ----------------------------------------------------------------------------------------------


def lodge_objection(decision: Decision, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> Objection:
    """Object to a signed decision: the hub itself, or the ministry that records what came by post.

    `values`: grounds, lateness_reason, file_id; by the ministry also received_on and posted_on. The receipt is
    sent at once (Awb 6:14). Raises NotPermitted, WrongState, RuleViolation.
    """
    by_ministry = _check_may_lodge(decision, actor)
    today = amsterdam_day(now)
    received_on = (values.get("received_on") if by_ministry else None) or today
    posted_on = values.get("posted_on") if by_ministry else None
    in_time = _is_in_time(decision, received_on, posted_on)
    problems = list(_lodging_problems(decision, values, received_on, today, in_time or by_ministry))
    if problems:
        raise RuleViolation(problems=problems)
    objection = Objection(
        id=new_id(),
        state=ObjectionState.RECEIVED,
        decision_id=decision.id,
        hub_id=decision.hub_id,
        received_on=received_on,
        received_at=now,
        lodged_by_id=None if by_ministry else actor.person_id,
        is_in_time=in_time,
        lateness_reason=(values.get("lateness_reason") or "").strip() or None,
        grounds=str(values["grounds"]).strip(),
        file_id=values.get("file_id"),
    )
    objection.decision = decision
    db.session.add(objection)
    _recompute(objection)
    data = {"decision": decision.id, "in_time": in_time, "by_post": by_ministry, "due_on": str(objection.due_on)}
    record(db.session, "objection.lodge", objection, actor=actor, now=now, data=data, related=decision.proposal)
    send_letter("objection_received", objection=objection, decision=decision, actor=actor, now=now)
    return objection


def _check_may_lodge(decision: Decision, actor: Actor) -> bool:
    """Whether the ministry records it. Raises NotPermitted, Conflicted, WrongState."""
    by_ministry = actor.organisation_kind == OrganisationKind.MINISTRY
    if not (actor.can(P.OBJECTION_HANDLE) if by_ministry else actor.can(P.OBJECTION_LODGE, decision)):
        raise NotPermitted(message=NOT_YOURS)
    if by_ministry:
        check_no_interest(decision, "lodge", decision.hub_id, actor)
    if decision.state != DecisionState.SIGNED:
        raise WrongState(_l("One can only object to a decision that is signed."))
    statement = select(Objection.id).where(Objection.decision_id == decision.id, Objection.state.in_(OPEN)).limit(1)
    if db.session.execute(statement).first() is not None:
        raise WrongState(_l("There is an objection to this decision already."), code="objection_exists")
    return by_ministry


def _is_in_time(decision: Decision, received_on: date, posted_on: date | None) -> bool:
    until = objection_period(decision).ends_on
    if received_on <= until:
        return True
    return posted_on is not None and posted_on <= until and received_on <= until + timedelta(days=BY_POST_DAYS)


def _lodging_problems(
    decision: Decision, values: Mapping[str, Any], received_on: date, today: date, reason_optional: bool
) -> Iterator[Problem]:
    if not str(values.get("grounds") or "").strip():
        yield Problem("grounds_required", _l("Say why you do not agree."), "grounds")
    if received_on > today:
        yield Problem("received_future", _l("This day is still to come."), "received_on")
    elif decision.signed_at is not None and received_on < amsterdam_day(decision.signed_at):
        yield Problem("received_before", _l("This is before the decision was signed."), "received_on")
    if not reason_optional and not str(values.get("lateness_reason") or "").strip():
        message = _l("The period to object is over. Say why the objection comes late.")
        yield Problem("lateness_reason_required", message, "lateness_reason")


def withdraw_objection(objection: Objection, *, actor: Actor, now: datetime, note: str = "") -> Objection:
    """The hub takes its objection back (Awb 6:21). Raises NotPermitted, WrongState."""
    perform(
        db.session,
        objection,
        "withdraw",
        actor=actor,
        now=now,
        personal={"note": note.strip()},
        related=objection.decision.proposal,
    )
    return objection


# --- handling --------------------------------------------------------------------------------------------------


def handlers_for(objection: Objection) -> list[Person]:
    """People of the ministry who may handle objections and took no part in this one, by name."""
    roles = [
        role
        for (kind, role), held in GRANTS.items()
        if kind == OrganisationKind.MINISTRY and P.OBJECTION_HANDLE in held
    ]
    statement = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.role.in_([Role(role) for role in roles]),
            in_force(),
            Membership.organisation.has(kind=OrganisationKind.MINISTRY),
        )
        .distinct()
        .order_by(Person.name, Person.id)
    )
    people = db.session.execute(statement).scalars()
    return [person for person in people if not conflicts_on_objection(person.id, objection)]


def assign_handler(
    objection: Objection, *, handler_id: str, has_committee: bool, actor: Actor, now: datetime
) -> Objection:
    """Give an objection to somebody who took no part in the decision.

    Raises Conflicted, NotPermitted, WrongState, RuleViolation.
    """
    check_no_interest(objection, "take_up", objection.hub_id, actor)
    if handler_id == actor.person_id:
        check_no_part(objection, "take_up", actor)
    allowed = {person.id for person in handlers_for(objection)}
    problems = []
    if handler_id not in allowed:
        message = _l("Choose somebody who neither signed, drafted, assessed nor advised, and has no interest.")
        problems.append(Problem("handler_conflicted", message, "handler_id"))
    perform(
        db.session,
        objection,
        "take_up",
        actor=actor,
        now=now,
        data={"handler_id": handler_id},
        event_data={"handler": handler_id, "committee": has_committee},
        related=objection.decision.proposal,
        problems=problems,
    )
    objection.has_committee = has_committee
    db.session.refresh(objection, ["handler"])
    _recompute(objection)
    return objection


def adjourn_objection(objection: Objection, *, actor: Actor, now: datetime) -> Objection:
    """Put the decision off once, by six weeks, before the term is over (Awb 7:10.3); the hub is told.

    Raises Conflicted, NotPermitted, WrongState, RuleViolation.
    """
    _check_handles(objection, actor, "adjourn")
    if objection.state not in OPEN:
        raise WrongState(_l("This is no longer possible: the situation has changed. Look at it again."))
    today = amsterdam_day(now)
    if objection.adjourned_on is not None:
        raise RuleViolation("already_adjourned", _l("This was put off already. That can be done once."))
    if objection.due_on is not None and today > objection.due_on:
        raise RuleViolation("term_over", _l("The term is over. It can only be put off before its last day has passed."))
    before = objection.due_on
    objection.adjourned_on = today
    _recompute(objection)
    data = {"before": str(before), "due_on": str(objection.due_on)}
    record(
        db.session, "objection.adjourn", objection, actor=actor, now=now, data=data,
        related=objection.decision.proposal,
    )  # fmt: skip
    send_letter("extension", objection=objection, actor=actor, now=now, extra={"before": before})
    return objection


def record_objection_hearing(
    objection: Objection, *, values: Mapping[str, Any], actor: Actor, now: datetime
) -> Hearing:
    """Write down the hearing of the hub, or why there was none (Awb 7:2, 7:3).

    `values`: form (oral, written, waived), held_on, report, waiver_reason. Raises Conflicted, NotPermitted,
    WrongState, RuleViolation.
    """
    _check_handles(objection, actor, "record_hearing")
    if objection.state not in OPEN:
        raise WrongState(_l("This is no longer possible: the situation has changed. Look at it again."))
    problems = list(hearing_problems(values, amsterdam_day(now), OBJECTION_WAIVERS))
    if problems:
        raise RuleViolation(problems=problems)
    hearing = Hearing(id=new_id(), article="7:2", objection_id=objection.id)
    put_hearing(hearing, values, actor=actor, now=now)
    data = {"form": hearing.form, "waiver_reason": hearing.waiver_reason}
    record(
        db.session, "objection.record_hearing", objection, actor=actor, now=now, data=data,
        related=objection.decision.proposal,
    )  # fmt: skip
    return hearing


def hearing_problems(values: Mapping[str, Any], today: date, waivers: Collection[str] = WAIVERS) -> Iterator[Problem]:
    """What a record of a hearing lacks; `waivers` are the grounds on which its article lets one go without."""
    form, held_on = values.get("form"), values.get("held_on")
    if form not in ("oral", "written", "waived"):
        yield Problem("form_required", _l("Choose how the hub was heard."), "form")
    elif form == "waived":
        if values.get("waiver_reason") not in waivers:
            yield Problem("waiver_required", _l("Choose why the hub was not heard."), "waiver_reason")
    else:
        if held_on is None:
            yield Problem("held_on_required", _l("Fill in the day."), "held_on")
        elif held_on > today:
            yield Problem("held_on_future", _l("This day is still to come."), "held_on")
        if not str(values.get("report") or "").strip():
            yield Problem("report_required", _l("Write down what the hub said."), "report")


def put_hearing(hearing: Hearing, values: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    """Fill in what came of a hearing; what does not go with its form stays empty."""
    waived = values["form"] == "waived"
    hearing.form = values["form"]
    hearing.held_on = None if waived else values["held_on"]
    hearing.report = str(values.get("report") or "").strip() or None
    hearing.waiver_reason = values["waiver_reason"] if waived else None
    hearing.recorded_at, hearing.recorded_by_id = now, actor.person_id
    db.session.add(hearing)
    db.session.flush()


def decide_objection(objection: Objection, *, outcome: str, reasons: str, actor: Actor, now: datetime) -> Objection:
    """Decide, with the letter in the same transaction (Awb 7:11, 7:12).

    What is upheld leads to a new decision in place of the old one, drafted afterwards. Raises Conflicted,
    NotPermitted, WrongState, RuleViolation.
    """
    person_id = check_no_part(objection, "decide", actor)
    perform(
        db.session,
        objection,
        "decide",
        actor=actor,
        now=now,
        data={"person_id": person_id, "outcome": outcome, "reasons": reasons.strip()},
        event_data={"outcome": outcome, "decision": objection.decision_id},
        related=objection.decision.proposal,
        problems=list(_outcome_problems(objection, outcome, reasons)),
    )
    proposal = objection.decision.proposal
    if (
        outcome in GIVING_WAY
        and objection.decision.kind == DecisionKind.NOT_CONSIDER
        and proposal is not None
        and proposal.state == ProposalState.NOT_CONSIDERED
    ):
        perform(db.session, proposal, "reopen", actor=THE_SERVICE, now=now, event_data={"objection": objection.id})
    send_letter("objection_decision", objection=objection, decision=objection.decision, actor=actor, now=now)
    return objection


def _outcome_problems(objection: Objection, outcome: str, reasons: str) -> Iterator[Problem]:
    if outcome not in OUTCOMES:
        yield Problem("outcome_required", _l("Choose the outcome."), "outcome")
    if not reasons.strip():
        yield Problem("reasons_required", _l("Write the reasons for the letter."), "reasons")
    needs_hearing = outcome in ("rejected", "partly_upheld")
    if needs_hearing and not any(is_done(row) for row in hearings_on_objection(objection.id)):
        yield Problem("hearing_required_72", _l("Hear the hub first, or record why not (Awb 7:2, 7:3)."))


def _check_handles(objection: Objection, actor: Actor, action: str) -> None:
    if not actor.can(P.OBJECTION_HANDLE, objection):
        raise NotPermitted(message=NOT_YOURS)
    check_no_part(objection, action, actor)


def check_no_part(objection: Objection, action: str, actor: Actor) -> str:
    """The person who acts, when they took no part in the decision. Raises Conflicted."""
    person_id = person_of(actor, objection, action)
    grounds = conflicts_on_objection(person_id, objection)
    if grounds:
        raise Conflicted(objection, action, grounds, actor)
    return person_id


# --- what the clock does by itself -----------------------------------------------------------------------------


def objections_to_warn(now: datetime) -> list[str]:
    """Ids of open objections that are due within two weeks and of which nobody was warned."""
    soon = amsterdam_day(now) + timedelta(days=14)
    statement = select(Objection.id).where(
        Objection.state.in_(OPEN), Objection.due_on <= soon, Objection.reminded_at.is_(None)
    )
    return list(db.session.execute(statement.order_by(Objection.due_on, Objection.id)).scalars())


def warn_objection(objection_id: str, *, now: datetime) -> bool:
    """Record that an objection is due soon; mails follow from the event. Whether anything was due."""
    if objection_id not in objections_to_warn(now):
        return False
    objection = db.session.execute(
        select(Objection).where(Objection.id == objection_id).with_for_update(of=Objection)
    ).scalar_one()
    objection.reminded_at = now
    data = {"due_on": str(objection.due_on)}
    record(db.session, "objection.term_warning", objection, actor=THE_SERVICE, now=now, data=data)
    return True
