"""What has to be done after a mission of one's own desk, by whom and when."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hubs.accounts.permissions import P
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, both_ways, listing
from hubs.api.versions import content_version
from hubs.core.errors import NotFound, RuleViolation
from hubs.extensions import db
from hubs.missions.models import FollowUpStep
from hubs.missions.operations import add_step, tick_step
from hubs.missions.queries import get_own_mission, get_participant, get_step, steps_of
from hubs.missions.schemas import FollowUpStepNew, FollowUpStepOut, FollowUpStepPatch, FollowUpStepQuery

from . import routes

TAG = "missions"


@routes.get(
    "/missions/<id:mission_id>/follow-ups",
    P.MISSION_READ,
    answer=FollowUpStepOut,
    query=FollowUpStepQuery,
    summary="The follow-up of a mission of one's own desk",
    tag=TAG,
)
def follow_up_list(call: Call, mission_id: str) -> Listing:
    mission = get_own_mission(call.sight, mission_id)
    call.may(mission)
    query = call.query()
    statement = steps_of(mission)
    if query.get("participant"):
        statement = statement.where(FollowUpStep.participant_id == query["participant"])
    if "is_done" in query:
        done = FollowUpStep.done_at.is_not(None)
        statement = statement.where(done if query["is_done"] else ~done)
    return listing(statement, query, both_ways(id=[(FollowUpStep.id, "asc")]))


@routes.create(
    "/missions/<id:mission_id>/follow-ups",
    P.MISSION_EDIT,
    body=FollowUpStepNew,
    answer=FollowUpStepOut,
    summary="Write down a next step for a participant",
    tag=TAG,
)
def follow_up_create(call: Call, mission_id: str) -> Answer:
    mission = get_own_mission(call.sight, mission_id, lock=True)
    call.may(mission)
    values = call.body()
    try:
        participant = get_participant(mission, values["participant"])
    except NotFound as error:
        raise RuleViolation("unknown_participant", _l("Choose a participant."), "participant") from error
    step = add_step(
        participant, values["text"], person_id=values.get("person"), due_on=values.get("due_on"), actor=call.actor,
        now=call.now,
    )  # fmt: skip
    return Answer(step, _version(step), f"/api/v1/missions/{mission_id}/follow-ups/{step.id}")


@routes.get(
    "/missions/<id:mission_id>/follow-ups/<id:step_id>",
    P.MISSION_READ,
    answer=FollowUpStepOut,
    summary="A step of the follow-up",
    tag=TAG,
)
def follow_up_show(call: Call, mission_id: str, step_id: str) -> Answer:
    mission = get_own_mission(call.sight, mission_id)
    step = db.session.execute(steps_of(mission).where(FollowUpStep.id == step_id)).scalar_one_or_none()
    if step is None:
        raise NotFound()
    call.may(mission)
    return Answer(step, _version(step))


@routes.patch(
    "/missions/<id:mission_id>/follow-ups/<id:step_id>",
    P.MISSION_EDIT,
    body=FollowUpStepPatch,
    answer=FollowUpStepOut,
    summary="Done, or not after all",
    tag=TAG,
)
def follow_up_edit(call: Call, mission_id: str, step_id: str) -> Answer:
    mission = get_own_mission(call.sight, mission_id, lock=True)
    step = get_step(mission, step_id)
    call.may(mission)
    values = call.body()
    call.match(_version(step))
    tick_step(step, done=values["is_done"], actor=call.actor, now=call.now)
    return Answer(step, _version(step))


def _version(step: FollowUpStep) -> str:
    return content_version(step.person_id, step.done_at)
