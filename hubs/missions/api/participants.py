"""Who takes part in a mission of one's own desk: by hand or from a sheet; and the question that is made of each."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import joinedload

from hubs.accounts.permissions import P
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, both_ways, listing
from hubs.api.versions import content_version
from hubs.companies.queries import record_now
from hubs.core.errors import Problem, RuleViolation
from hubs.extensions import db
from hubs.missions.models import Mission, Participant
from hubs.missions.operations import (
    Checked,
    ParticipantData,
    add_participant,
    ask_for,
    check_rows,
    edit_participant,
    keep_rows,
    remove_participant,
    take_over,
)
from hubs.missions.operations.importing import rows_of
from hubs.missions.operations.participants import check_open
from hubs.missions.queries import get_own_mission, get_participant, participants_of
from hubs.missions.schemas import (
    MissionImportNew,
    MissionImportOut,
    ParticipantAsk,
    ParticipantNew,
    ParticipantOut,
    ParticipantPatch,
    ParticipantQuery,
)
from hubs.missions.shaping import participant_shown
from hubs.missions.sheets import LARGEST
from hubs.missions.words import CONSENT_WORDS

from . import routes

TAG = "missions"
codes.add("participant_consent", "list", CONSENT_WORDS)
_PATHS = {
    "company": "company.name",
    "kvk_number": "company.kvkNumber",
    "contact": "contactPerson.name",
    "email": "contactPerson.email",
    "phone": "contactPerson.phone",
}


@routes.get(
    "/missions/<id:mission_id>/participants",
    P.MISSION_READ,
    answer=ParticipantOut,
    query=ParticipantQuery,
    summary="Who takes part in a mission of one's own desk",
    tag=TAG,
)
def participant_list(call: Call, mission_id: str) -> Listing:
    mission = get_own_mission(call.sight, mission_id)
    call.may(mission)
    query = call.query()
    statement = participants_of(mission)
    if "has_support_request" in query:
        made = Participant.support_request_id.is_not(None)
        statement = statement.where(made if query["has_support_request"] else ~made)
    orders = both_ways(company=[(Participant.company_name, "asc"), (Participant.id, "asc")])
    page = listing(statement, query, orders, options=(joinedload(Participant.company),))
    return page.showing([participant_shown(each) for each in page.items])


def _answer(participant: Participant, location: str | None = None) -> Answer:
    return Answer(participant_shown(participant), _version(participant), location)


def _version(participant: Participant) -> str:
    names = ("services", "question", "consent", "support_request_id")
    return content_version(*(getattr(participant, name) for name in names))


@routes.get(
    "/missions/<id:mission_id>/participants/<id:participant_id>",
    P.MISSION_READ,
    answer=ParticipantOut,
    summary="Somebody who takes part",
    tag=TAG,
)
def participant_show(call: Call, mission_id: str, participant_id: str) -> Answer:
    mission = get_own_mission(call.sight, mission_id)
    participant = get_participant(mission, participant_id)
    call.may(mission)
    return _answer(participant)


@routes.create(
    "/missions/<id:mission_id>/participants",
    P.MISSION_EDIT,
    body=ParticipantNew,
    answer=ParticipantOut,
    summary="Write down who takes part; a company that does already is left as it is",
    tag=TAG,
    fields=_PATHS,
)
def participant_create(call: Call, mission_id: str) -> Answer:
    mission = get_own_mission(call.sight, mission_id, lock=True)
    call.may(mission)
    participant, _is_new = add_participant(mission, _data(call.body()), actor=call.actor, now=call.now)
    return _answer(participant, f"/api/v1/missions/{mission_id}/participants/{participant.id}")


def _data(values: dict[str, Any]) -> ParticipantData:
    company, person = values["company"], values["contact_person"]
    return ParticipantData(
        company=company["name"],
        kvk_number=company.get("kvk_number"),
        contact=person["name"],
        email=person.get("email"),
        phone=person.get("phone"),
        services=tuple(values.get("services") or ()),
        question=values.get("question"),
        language=values.get("language") or "nl",
        consent=values.get("consent") or "ask",
    )


@routes.patch(
    "/missions/<id:mission_id>/participants/<id:participant_id>",
    P.MISSION_EDIT,
    body=ParticipantPatch,
    answer=ParticipantOut,
    summary="Change what they want to know, until a question is made of it",
    tag=TAG,
)
def participant_edit(call: Call, mission_id: str, participant_id: str) -> Answer:
    participant = _held(call, mission_id, participant_id)
    body = call.body()
    call.match(_version(participant))
    values = {**{name: getattr(participant, name) for name in ("services", "question", "consent")}, **body}
    values["services"] = tuple(values["services"])
    edit_participant(participant, **values, actor=call.actor, now=call.now)
    return _answer(participant)


@routes.endpoint(
    "DELETE",
    "/missions/<id:mission_id>/participants/<id:participant_id>",
    P.MISSION_EDIT,
    answer=ParticipantOut,
    writes=True,
    refuses=(409, 422),
    summary="Take somebody off the list, as long as nothing came of it; answers who it was",
    tag=TAG,
)
def participant_remove(call: Call, mission_id: str, participant_id: str) -> Answer:
    participant = _held(call, mission_id, participant_id)
    call.body()
    shown = participant_shown(participant)
    remove_participant(participant, actor=call.actor, now=call.now)
    return Answer(shown)


@routes.create(
    "/missions/<id:mission_id>/participants/<id:participant_id>/support-request",
    P.MISSION_EDIT,
    body=ParticipantAsk,
    answer=ParticipantOut,
    summary="Make the question of a participant, once however often it is asked for",
    tag=TAG,
    description="The token also needs the scope `support-requests:write`.",
)
def participant_ask(call: Call, mission_id: str, participant_id: str) -> Answer:
    mission = get_own_mission(call.sight, mission_id)
    found = get_participant(mission, participant_id)
    call.may(mission)
    values = call.body()
    record_now(mission.organisation_id, found.company_id)  # a merge, too, holds the company first
    db.session.expire(found)
    participant = get_participant(mission, participant_id, lock=True)
    market = values.get("market") or next(iter(mission.market_codes), "")
    ask_for(participant, market, actor=call.actor, now=call.now)
    return _answer(participant)


def _held(call: Call, mission_id: str, participant_id: str) -> Participant:
    """Somebody who takes part, to be changed by who may."""
    mission = get_own_mission(call.sight, mission_id, lock=True)
    participant = get_participant(mission, participant_id, lock=True)
    call.may(mission)
    return participant


# --- from a sheet --------------------------------------------------------------------------------------------


@routes.upload(
    "/missions/<id:mission_id>/imports",
    P.MISSION_EDIT,
    body=MissionImportNew,
    answer=MissionImportOut,
    summary="Everybody in a sheet, or nobody when a row is not right",
    tag=TAG,
)
def mission_import_create(call: Call, mission_id: str) -> Answer:
    mission = get_own_mission(call.sight, mission_id)
    call.may(mission)
    values = call.body()
    checked = _checked(call, mission, values)
    call.begin()
    held = get_own_mission(call.sight, mission_id, lock=True)
    new = take_over(held, keep_rows(held, checked, actor=call.actor, now=call.now), actor=call.actor, now=call.now)
    return Answer({"rows": len(checked), "new": new})


def _checked(call: Call, mission: Mission, values: dict[str, Any]) -> list[Checked]:
    """The rows of the sheet. Raises RuleViolation with what is wrong, by row: `rows.2.email`."""
    check_open(mission, call.actor)
    rows = rows_of(values["file"].stream.read(LARGEST + 1))
    checked = check_rows(mission, rows, consent=values["consent"], language=values["language"])
    problems = [
        Problem(problem.code, problem.message, f"rows.{row.number}.{problem.field or 'company'}")
        for row in checked
        for problem in row.problems
    ]
    if problems:
        raise RuleViolation(problems=problems)
    return checked
