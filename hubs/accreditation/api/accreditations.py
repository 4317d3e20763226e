"""Accreditations in the API: what stands, making it active, and what is owed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import joinedload

from hubs.accounts.permissions import P
from hubs.accreditation import words as names
from hubs.accreditation.duties import de_minimis_on
from hubs.accreditation.lifecycle import ACCREDITATION, CONDITION, ConditionState
from hubs.accreditation.models import Accreditation, Concern, Condition, Funding, Obligation
from hubs.accreditation.operations import duties as operations
from hubs.accreditation.operations.standing import activate
from hubs.accreditation.queries import duties as queries
from hubs.accreditation.queries.accreditations import accreditations_visible_to, get_visible_accreditation
from hubs.accreditation.queries.activation import activation_checks
from hubs.accreditation.schemas.accreditations import (
    AccreditationOut,
    AccreditationQuery,
    AccreditationTransition,
    AccreditationWholeOut,
    CheckNew,
    ConcernNew,
    ConcernOut,
    ConcernTransition,
    ConditionTransition,
    DutyConditionOut,
    FundingNew,
    FundingOut,
    FundingPatch,
    HandedIn,
    ObligationOut,
    ObligationTransition,
)
from hubs.accreditation.words.accreditations import obligation_state
from hubs.agreements.shaping import party_shown
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, both_ways, listing
from hubs.core.clock import local_day
from hubs.core.uploads import receive

from . import routes

TAG = "accreditations"
codes.add_lifecycle(ACCREDITATION, names.ACCREDITATION_WORDS)
codes.add_lifecycle(CONDITION, names.CONDITION_WORDS)
codes.add("obligation", "list", names.OBLIGATION_WORDS)
_COLUMNS = (
    "id", "state", "decision_id", "guideline_version_id", "replaces_id", "in_development", "has_conditions", "markets",
    "services", "starts_on", "ends_on", "granted_at", "activated_at", "ended_at",
)  # fmt: skip


# --- what stands ---------------------------------------------------------------------------------------------


@routes.get(
    "/accreditations",
    P.ACCREDITATION_READ,
    answer=AccreditationOut,
    query=AccreditationQuery,
    summary="Accreditations of one's own hub; for the ministry all",
    tag=TAG,
)
def accreditation_list(call: Call) -> Listing:
    query = call.query()
    statement = accreditations_visible_to(call.actor)
    for name, column in (("hub", Accreditation.hub_id), ("state", Accreditation.state)):
        if query.get(name):
            statement = statement.where(column == query[name])
    page = listing(
        statement, query, both_ways(id=[(Accreditation.id, "asc")]), options=(joinedload(Accreditation.hub),)
    )
    counts = queries.open_counts([row.id for row in page.items], local_day(call.now))
    return page.showing([_shown(row, call, counts.get(row.id, (0, 0, 0))) for row in page.items])


@routes.get(
    "/accreditations/<id:accreditation_id>",
    P.ACCREDITATION_READ,
    answer=AccreditationWholeOut,
    summary="An accreditation, with everything owed under it",
    tag=TAG,
)
def accreditation_show(call: Call, accreditation_id: str) -> Answer:
    accreditation = get_visible_accreditation(call.sight, accreditation_id)
    call.may(accreditation)
    return _answer(accreditation, call)


@routes.transitions(
    "/accreditations/<id:accreditation_id>/transitions",
    P.ACCREDITATION_READ,
    body=AccreditationTransition,
    answer=AccreditationWholeOut,
    summary="Make it active when everything asked at activation is met; one that starts later is planned",
    tag=TAG,
)
def accreditation_act(call: Call, accreditation_id: str) -> Answer:
    accreditation = get_visible_accreditation(call.sight, accreditation_id, lock=True)
    call.may_act(accreditation)
    call.body()
    call.match(accreditation.version_id)
    activate(accreditation, actor=call.actor, now=call.now)
    return _answer(accreditation, call)


@routes.transitions(
    "/accreditations/<id:accreditation_id>/checks",
    P.ACCREDITATION_KEEP,
    body=CheckNew,
    answer=AccreditationWholeOut,
    summary="Record that a criterion of activation, which a person looks at, is met",
    tag=TAG,
)
def accreditation_check(call: Call, accreditation_id: str) -> Answer:
    accreditation = get_visible_accreditation(call.sight, accreditation_id, lock=True)
    call.may(accreditation)
    code = call.body()["criterion"]
    call.match(accreditation.version_id)
    operations.check_criterion(accreditation, code, actor=call.actor, now=call.now)
    return _answer(accreditation, call)


def _answer(accreditation: Accreditation, call: Call) -> Answer:
    return Answer(_whole(accreditation, call), accreditation.version_id)


def _shown(accreditation: Accreditation, call: Call, counts: tuple[int, int, int]) -> dict[str, Any]:
    conditions, late, concerns = counts
    found: dict[str, Any] = {
        **{name: getattr(accreditation, name) for name in _COLUMNS},
        "hub": party_shown(accreditation.hub),
        "open_conditions": conditions,
        "late_obligations": late,
        "actions": call.actions(accreditation),
    }
    return {**found, "open_concerns": concerns} if queries.is_ministry(call.actor) else found


def _whole(accreditation: Accreditation, call: Call) -> dict[str, Any]:
    today = local_day(call.now)
    counts = queries.open_counts([accreditation.id], today).get(accreditation.id, (0, 0, 0))
    fundings = queries.fundings_of(accreditation.hub_id)
    found: dict[str, Any] = {
        **_shown(accreditation, call, counts),
        "checks": [
            {
                "criterion": check.code,
                "is_required": check.is_required,
                "is_met": check.is_met,
                "by_person": check.is_by_person,
                "checked_at": check.checked_at,
            }
            for check in activation_checks(accreditation, today)
        ],
        "conditions": [_condition(row, call) for row in queries.conditions_of(accreditation)],
        "obligations": [_obligation(row, call.now) for row in queries.obligations_of(accreditation)],
        "fundings": [_funding(row) for row in fundings],
        "de_minimis": de_minimis_on(today, fundings),
    }
    if queries.is_ministry(call.actor):
        found["concerns"] = [_concern(row) for row in queries.concerns_about(call.actor, accreditation.hub_id)]
    return found


# --- conditions and duties -----------------------------------------------------------------------------------


def _condition(row: Condition, call: Call) -> dict[str, Any]:
    columns = (
        "id", "state", "text", "text_en", "owner", "due_on", "evidence_wanted", "evidence_at", "evidence_note",
        "judged_at", "judgement", "criterion_code",
    )  # fmt: skip
    is_late = row.state == ConditionState.OPEN and row.due_on < local_day(call.now)
    shown = {name: getattr(row, name) for name in columns}
    return {**shown, "is_late": is_late, "actions": call.actions(row)}


def _obligation(row: Obligation, now: datetime) -> dict[str, Any]:
    columns = ("id", "kind", "year", "due_on", "done_at", "note")
    code, _words, _tone = obligation_state(row, local_day(now))
    shown = {name: getattr(row, name) for name in columns}
    return {**shown, "state": code, "file_name": row.file.name if row.file else None}


@routes.transitions(
    "/accreditations/<id:accreditation_id>/conditions/<id:condition_id>/transitions",
    P.ACCREDITATION_KEEP,
    body=ConditionTransition,
    answer=DutyConditionOut,
    summary="Find a condition met, or not met in time",
    tag=TAG,
)
def condition_act(call: Call, accreditation_id: str, condition_id: str) -> Answer:
    accreditation = get_visible_accreditation(call.sight, accreditation_id)
    condition = queries.get_condition(accreditation, condition_id, lock=True)
    call.may_act(condition)
    values = call.body()
    call.match(condition.version_id)
    operations.judge_condition(condition, values["action"], note=values.get("note"), actor=call.actor, now=call.now)
    return Answer(_condition(condition, call), condition.version_id)


@routes.upload(
    "/accreditations/<id:accreditation_id>/conditions/<id:condition_id>/evidence",
    P.ACCREDITATION_REPORT,
    body=HandedIn,
    answer=DutyConditionOut,
    summary="Hand in what shows that a condition is met",
    tag=TAG,
)
def condition_evidence_create(call: Call, accreditation_id: str, condition_id: str) -> Answer:
    call.may(queries.get_condition(get_visible_accreditation(call.sight, accreditation_id), condition_id))
    given = call.body()
    received = receive(given["file"].stream, given["file"].filename)
    call.begin()
    accreditation = get_visible_accreditation(call.sight, accreditation_id)
    condition = queries.get_condition(accreditation, condition_id, lock=True)
    note = given.get("note")
    operations.hand_in_evidence(condition, received=received, note=note, actor=call.actor, now=call.now)
    shown = _condition(condition, call)
    return Answer(shown, location=f"/api/v1/accreditations/{accreditation_id}")


@routes.transitions(
    "/accreditations/<id:accreditation_id>/obligations/<id:obligation_id>/transitions",
    P.ACCREDITATION_KEEP,
    body=ObligationTransition,
    answer=ObligationOut,
    summary="Record what a review found, or that a duty was fulfilled otherwise",
    tag=TAG,
)
def obligation_act(call: Call, accreditation_id: str, obligation_id: str) -> Answer:
    accreditation = get_visible_accreditation(call.sight, accreditation_id)
    obligation = queries.get_obligation(accreditation, obligation_id, lock=True)
    call.may(obligation)
    values = call.body()
    call.match(obligation.version_id)
    operations.finish_review(obligation, note=values.get("note"), actor=call.actor, now=call.now)
    return Answer(_obligation(obligation, call.now), obligation.version_id)


@routes.upload(
    "/accreditations/<id:accreditation_id>/obligations/<id:obligation_id>/file",
    P.ACCREDITATION_REPORT,
    body=HandedIn,
    answer=ObligationOut,
    summary="Hand in a yearly plan or report",
    tag=TAG,
)
def obligation_file_create(call: Call, accreditation_id: str, obligation_id: str) -> Answer:
    call.may(queries.get_obligation(get_visible_accreditation(call.sight, accreditation_id), obligation_id))
    given = call.body()
    received = receive(given["file"].stream, given["file"].filename)
    call.begin()
    accreditation = get_visible_accreditation(call.sight, accreditation_id)
    obligation = queries.get_obligation(accreditation, obligation_id, lock=True)
    operations.hand_in(obligation, received=received, note=given.get("note"), actor=call.actor, now=call.now)
    shown = _obligation(obligation, call.now)
    return Answer(shown, location=f"/api/v1/accreditations/{accreditation_id}")


# --- concerns and public money -------------------------------------------------------------------------------


def _concern(row: Concern) -> dict[str, Any]:
    columns = ("id", "text", "due_on", "raised_at", "closed_at", "finding")
    return {**{name: getattr(row, name) for name in columns}, "owner": row.owner.name}


@routes.create(
    "/accreditations/<id:accreditation_id>/concerns",
    P.ACCREDITATION_KEEP,
    body=ConcernNew,
    answer=ConcernOut,
    summary="Flag that something may be wrong, with who looks into it by when",
    tag=TAG,
)
def concern_create(call: Call, accreditation_id: str) -> Answer:
    accreditation = get_visible_accreditation(call.sight, accreditation_id)
    call.may(accreditation)
    values = call.body()
    concern = operations.raise_concern(
        accreditation,
        text=values["text"],
        owner_id=values["owner"],
        due_on=values["due_on"],
        actor=call.actor,
        now=call.now,
    )
    return Answer(_concern(concern), concern.version_id, f"/api/v1/accreditations/{accreditation_id}")


@routes.transitions(
    "/accreditations/<id:accreditation_id>/concerns/<id:concern_id>/transitions",
    P.ACCREDITATION_KEEP,
    body=ConcernTransition,
    answer=ConcernOut,
    summary="Close a concern with what was found",
    tag=TAG,
)
def concern_act(call: Call, accreditation_id: str, concern_id: str) -> Answer:
    accreditation = get_visible_accreditation(call.sight, accreditation_id)
    concern = queries.get_concern(call.actor, accreditation, concern_id, lock=True)
    call.may(accreditation)
    values = call.body()
    call.match(concern.version_id)
    finding = values.get("finding")
    operations.close_concern(accreditation, concern, finding=finding, actor=call.actor, now=call.now)
    return Answer(_concern(concern), concern.version_id)


def _funding(row: Funding) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", *operations.FUNDING_FIELDS)}


@routes.create(
    "/accreditations/<id:accreditation_id>/fundings",
    P.ACCREDITATION_KEEP,
    body=FundingNew,
    answer=FundingOut,
    summary="Record public money of one source in one year",
    tag=TAG,
)
def funding_create(call: Call, accreditation_id: str) -> Answer:
    accreditation = get_visible_accreditation(call.sight, accreditation_id)
    call.may(accreditation)
    funding = operations.record_funding(accreditation, values=call.body(), actor=call.actor, now=call.now)
    return Answer(_funding(funding), funding.version_id, f"/api/v1/accreditations/{accreditation_id}")


@routes.patch(
    "/accreditations/<id:accreditation_id>/fundings/<id:funding_id>",
    P.ACCREDITATION_KEEP,
    body=FundingPatch,
    answer=FundingOut,
    summary="Change what was recorded; what it was stays in the events",
    tag=TAG,
)
def funding_edit(call: Call, accreditation_id: str, funding_id: str) -> Answer:
    accreditation = get_visible_accreditation(call.sight, accreditation_id)
    funding = queries.get_funding(accreditation, funding_id, lock=True)
    call.may(accreditation)
    values = {**_funding(funding), **call.body()}
    call.match(funding.version_id)
    operations.change_funding(accreditation, funding, values=values, actor=call.actor, now=call.now)
    return Answer(_funding(funding), funding.version_id)
