"""Objections, and the intentions on which a hub is heard before a suspension or withdrawal, in the API."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation import words as names
from hubs.accreditation.lifecycle import OBJECTION, DecisionState
from hubs.accreditation.models import Accreditation, Decision, Hearing, Objection
from hubs.accreditation.operations import intending, objecting
from hubs.accreditation.queries.accreditations import get_visible_accreditation
from hubs.accreditation.queries.decisions import get_visible_decision, get_visible_objection, objections_visible_to
from hubs.accreditation.queries.hearings import hearings_on_accreditation
from hubs.accreditation.schemas.decisions import (
    IntentionNew,
    IntentionOut,
    IntentionQuery,
    IntentionView,
    ObjectionNew,
    ObjectionOut,
    ObjectionQuery,
    ObjectionTransition,
)
from hubs.accreditation.words.decisions import OBJECTION_WAIVER_WORDS
from hubs.accreditation.words.objections import OUTCOME_OF_OBJECTION
from hubs.agreements.shaping import party_shown
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, both_ways, listing
from hubs.core.errors import NotFound
from hubs.extensions import db

from . import routes

codes.add_lifecycle(OBJECTION, names.OBJECTION_WORDS)
codes.add("objection_outcome", "outcome", OUTCOME_OF_OBJECTION)
codes.add("objection_hearing_waiver", "reason", OBJECTION_WAIVER_WORDS)
_COLUMNS = (
    "id", "state", "decision_id", "received_on", "is_in_time", "lateness_reason", "grounds", "has_committee",
    "due_on", "adjourned_on", "outcome", "outcome_reasons", "decided_at",
)  # fmt: skip


@routes.get(
    "/objections",
    P.OBJECTION_READ,
    answer=ObjectionOut,
    query=ObjectionQuery,
    summary="Objections of one's own hub; for the ministry all",
    tag="objections",
)
def objection_list(call: Call) -> Listing:
    query = call.query()
    statement = objections_visible_to(call.actor)
    for name, column in (("state", Objection.state), ("decision", Objection.decision_id)):
        if query.get(name):
            statement = statement.where(column == query[name])
    options = (joinedload(Objection.hub), joinedload(Objection.decision), joinedload(Objection.handler))
    page = listing(statement, query, both_ways(id=[(Objection.id, "asc")]), options=options)
    following = _following([row.id for row in page.items], call)
    return page.showing([_shown(row, call, following) for row in page.items])


@routes.get(
    "/objections/<id:objection_id>", P.OBJECTION_READ, answer=ObjectionOut, summary="An objection", tag="objections"
)
def objection_show(call: Call, objection_id: str) -> Answer:
    objection = get_visible_objection(call.sight, objection_id)
    call.may(objection)
    return _answer(objection, call)


@routes.create(
    "/objections",
    P.OBJECTION_READ,
    body=ObjectionNew,
    answer=ObjectionOut,
    summary="Object to a decision; the ministry records what came by post",
    tag="objections",
)
def objection_create(call: Call) -> Answer:
    values = dict(call.body())
    decision = get_visible_decision(call.actor, values.pop("decision"), lock=True)
    made = objecting.lodge_objection(decision, values=values, actor=call.actor, now=call.now)
    return _answer(made, call, f"/api/v1/objections/{made.id}")


@routes.transitions(
    "/objections/<id:objection_id>/transitions",
    P.OBJECTION_READ,
    body=ObjectionTransition,
    answer=ObjectionOut,
    summary="Assign a handler, put off, record a hearing, decide, or withdraw",
    fields={"handler_id": "handler"},
    tag="objections",
)
def objection_act(call: Call, objection_id: str) -> Answer:
    objection = get_visible_objection(call.sight, objection_id, lock=True)
    action = call.payload.action()
    if action == "decide" and call.actor.organisation_kind == OrganisationKind.MINISTRY:
        objecting.check_no_part(objection, action, call.actor)
    call.may_act(objection)
    values = call.body()
    call.match(objection.version_id)
    _act(objection, values, call)
    return _answer(objection, call)


def _act(objection: Objection, values: dict[str, Any], call: Call) -> None:
    who: dict[str, Any] = {"actor": call.actor, "now": call.now}
    action = values["action"]
    if action == "take_up":
        objecting.assign_handler(
            objection,
            handler_id=values.get("handler") or "",
            has_committee=values.get("has_committee", objection.has_committee),
            **who,
        )
    elif action == "adjourn":
        objecting.adjourn_objection(objection, **who)
    elif action == "record_hearing":
        objecting.record_objection_hearing(objection, values=values, **who)
    elif action == "decide":
        objecting.decide_objection(
            objection, outcome=values.get("outcome") or "", reasons=values.get("reasons") or "", **who
        )
    else:
        objecting.withdraw_objection(objection, note=values.get("note") or "", **who)


def _answer(objection: Objection, call: Call, location: str | None = None) -> Answer:
    shown = _shown(objection, call, _following([objection.id], call))
    return Answer(shown, objection.version_id, location)


def _following(objection_ids: list[str], call: Call) -> dict[str, str]:
    """References of the decisions that objections led to; drafts for the ministry only."""
    statement = select(Decision.objection_id, Decision.reference).where(
        Decision.objection_id.in_(objection_ids), Decision.state != DecisionState.DROPPED
    )
    if call.actor.organisation_kind != OrganisationKind.MINISTRY:
        statement = statement.where(Decision.state == DecisionState.SIGNED)
    return {str(row.objection_id): row.reference for row in db.session.execute(statement)}


def _shown(objection: Objection, call: Call, following: dict[str, str]) -> dict[str, Any]:
    ministry = call.actor.organisation_kind == OrganisationKind.MINISTRY
    return {
        **{name: getattr(objection, name) for name in _COLUMNS},
        "decision_reference": objection.decision.reference,
        "hub": party_shown(objection.hub),
        "handler": objection.handler.name if objection.handler and ministry else None,
        "new_decision": following.get(objection.id),
        "actions": call.actions(objection),
    }


# --- intentions ------------------------------------------------------------------------------------------------


@routes.get(
    "/accreditations/<id:accreditation_id>/intentions",
    P.DECISION_DRAFT,
    answer=IntentionOut,
    query=IntentionQuery,
    summary="Intentions to suspend or withdraw, with what the hub said",
    tag="objections",
)
def intention_list(call: Call, accreditation_id: str) -> Listing:
    accreditation = _accreditation(call, accreditation_id)
    query = call.query()
    statement = select(Hearing).where(Hearing.accreditation_id == accreditation.id)
    return listing(statement, query, both_ways(id=[(Hearing.id, "asc")]))


@routes.create(
    "/accreditations/<id:accreditation_id>/intentions",
    P.DECISION_DRAFT,
    body=IntentionNew,
    answer=IntentionOut,
    summary="Announce an intention, or record why the hub is not heard (Awb 4:8, 4:11)",
    tag="objections",
)
def intention_create(call: Call, accreditation_id: str) -> Answer:
    accreditation = _accreditation(call, accreditation_id, lock=True)
    values = call.body()
    who: dict[str, Any] = {"actor": call.actor, "now": call.now}
    if values.get("waiver_reason"):
        told = {"waiver_reason": values["waiver_reason"], "report": values.get("subject")}
        made = intending.waive_view(accreditation, intended_kind=values["intended_kind"], values=told, **who)
    else:
        made = intending.announce_intention(
            accreditation,
            intended_kind=values["intended_kind"],
            subject=values.get("subject") or "",
            answer_by=values.get("answer_by"),
            **who,
        )
    return Answer(made, made.version_id)


@routes.transitions(
    "/accreditations/<id:accreditation_id>/intentions/<id:hearing_id>/transitions",
    P.DECISION_DRAFT,
    body=IntentionView,
    answer=IntentionOut,
    summary="Record what the hub said about an intention",
    tag="objections",
)
def intention_act(call: Call, accreditation_id: str, hearing_id: str) -> Answer:
    accreditation = _accreditation(call, accreditation_id, lock=True)
    hearing = next((row for row in hearings_on_accreditation(accreditation.id) if row.id == hearing_id), None)
    if hearing is None:
        raise NotFound()
    values = call.body()
    call.match(hearing.version_id)
    intending.record_view(hearing, accreditation, values=values, actor=call.actor, now=call.now)
    return Answer(hearing, hearing.version_id)


def _accreditation(call: Call, accreditation_id: str, *, lock: bool = False) -> Accreditation:
    """The accreditation, for who may draft decisions. Raises NotFound, NotPermitted."""
    accreditation = get_visible_accreditation(call.sight, accreditation_id, lock=lock)
    call.may(accreditation)
    return accreditation
