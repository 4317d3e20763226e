"""A mission itself, the steps of its life, and the hubs that are asked to make room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import joinedload, selectinload

from hubs.accounts.permissions import P
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, both_ways, listing
from hubs.core.errors import NotFound
from hubs.missions.lifecycle import MISSION, MISSION_HUB
from hubs.missions.models import Mission, MissionHub, MissionMarket
from hubs.missions.operations import MissionData, act_on_mission, answer_ask, ask_hub, create_mission, edit_mission
from hubs.missions.queries import get_ask, get_visible_mission, missions_visible_to, sees_ask
from hubs.missions.schemas import (
    MissionHubNew,
    MissionHubOut,
    MissionHubTransition,
    MissionNew,
    MissionOut,
    MissionPatch,
    MissionQuery,
    MissionTransition,
)
from hubs.missions.shaping import ask_shown, missions_shown
from hubs.missions.words import ASK_WORDS, PHASE_WORDS
from hubs.referrals.intake_by_api import office_for

from . import routes

TAG = "missions"
codes.add_lifecycle(MISSION, {state: PHASE_WORDS[state][0] for state in MISSION.states})
codes.add_lifecycle(MISSION_HUB, {state: ASK_WORDS[state][0] for state in MISSION_HUB.states})
codes.add("mission_phase", "state", {phase: words for phase, (words, _tone) in PHASE_WORDS.items()})
_TYPED = ("name_nl", "name_en", "starts_on", "ends_on", "theme")
_FOR_LIST = (joinedload(Mission.office), selectinload(Mission.markets), selectinload(Mission.hubs))


@routes.get(
    "/missions",
    P.MISSION_READ,
    answer=MissionOut,
    query=MissionQuery,
    summary="Missions of one's own desk; for a hub those it was asked to make room for",
    tag=TAG,
)
def mission_list(call: Call) -> Listing:
    query = call.query()
    statement = missions_visible_to(call.actor)
    if query.get("state"):
        statement = statement.where(Mission.state == query["state"])
    if query.get("market"):
        statement = statement.where(Mission.markets.any(MissionMarket.market == query["market"]))
    page = listing(statement, query, both_ways(id=[(Mission.id, "asc")]), options=_FOR_LIST)
    return page.showing(missions_shown(page.items, actor=call.actor, now=call.now))


def _answer(call: Call, mission: Mission, location: str | None = None) -> Answer:
    return Answer(missions_shown([mission], actor=call.actor, now=call.now)[0], mission.version_id, location)


@routes.get("/missions/<id:mission_id>", P.MISSION_READ, answer=MissionOut, summary="A mission", tag=TAG)
def mission_show(call: Call, mission_id: str) -> Answer:
    mission = get_visible_mission(call.sight, mission_id)
    call.may(mission)
    return _answer(call, mission)


@routes.create(
    "/missions",
    P.MISSION_EDIT,
    body=MissionNew,
    answer=MissionOut,
    summary="Write down a mission; a draft that only its own desk sees",
    tag=TAG,
)
def mission_create(call: Call) -> Answer:
    values = dict(call.body())
    office = office_for(call.actor, values.pop("office", None))
    mission = create_mission(_data(values, {}), office=office, actor=call.actor, now=call.now)
    return _answer(call, mission, f"/api/v1/missions/{mission.id}")


@routes.patch(
    "/missions/<id:mission_id>",
    P.MISSION_EDIT,
    body=MissionPatch,
    answer=MissionOut,
    summary="Change a mission of one's own desk; with other dates the hubs that agreed are asked anew",
    tag=TAG,
)
def mission_edit(call: Call, mission_id: str) -> Answer:
    mission = get_visible_mission(call.sight, mission_id, lock=True)
    call.may(mission)
    values = call.body()
    call.match(mission.version_id)
    present = {**{name: getattr(mission, name) for name in (*_TYPED, "sectors")}, "markets": mission.market_codes}
    edit_mission(mission, _data(values, present), actor=call.actor, now=call.now)
    return _answer(call, mission)


def _data(values: Mapping[str, Any], present: Mapping[str, Any]) -> MissionData:
    """What was sent over what there is."""
    whole: dict[str, Any] = {**present, **values}
    whole.update({name: tuple(whole.get(name) or ()) for name in ("markets", "sectors")})
    return MissionData(**whole)


@routes.transitions(
    "/missions/<id:mission_id>/transitions",
    P.MISSION_READ,
    body=MissionTransition,
    answer=MissionOut,
    summary="Announce a mission, say that everything is done, open it again or cancel it",
    tag=TAG,
)
def mission_act(call: Call, mission_id: str) -> Answer:
    mission = get_visible_mission(call.sight, mission_id, lock=True)
    call.may_act(mission)
    values = call.body()
    call.match(mission.version_id)
    act_on_mission(mission, values["action"], actor=call.actor, now=call.now)
    return _answer(call, mission)


@routes.create(
    "/missions/<id:mission_id>/hubs",
    P.MISSION_EDIT,
    body=MissionHubNew,
    answer=MissionHubOut,
    summary="Ask a hub to have room for more questions in the days of the mission",
    tag=TAG,
)
def mission_hub_create(call: Call, mission_id: str) -> Answer:
    mission = get_visible_mission(call.sight, mission_id, lock=True)
    call.may(mission)
    values = call.body()
    ask = ask_hub(mission, values["office"], values["weekly_capacity"], actor=call.actor, now=call.now)
    return Answer(ask_shown(ask, call.actor), ask.version_id, f"/api/v1/missions/{mission_id}")


@routes.transitions(
    "/missions/<id:mission_id>/hubs/<id:ask_id>/transitions",
    P.MISSION_READ,
    body=MissionHubTransition,
    answer=MissionHubOut,
    summary="Agree to make room or decline, by the hub; ask again or withdraw, by the desk",
    tag=TAG,
)
def mission_hub_act(call: Call, mission_id: str, ask_id: str) -> Answer:
    ask = _visible_ask(call, mission_id, ask_id)
    call.may_act(ask)
    values = call.body()
    call.match(ask.version_id)
    number, note = values.get("weekly_capacity"), values.get("note")
    answer_ask(ask, values["action"], actor=call.actor, now=call.now, weekly=number, note=note)
    return Answer(ask_shown(ask, call.actor), ask.version_id)


def _visible_ask(call: Call, mission_id: str, ask_id: str) -> MissionHub:
    """Raises NotFound for what another hub was asked."""
    mission = get_visible_mission(call.sight, mission_id, lock=True)
    ask = get_ask(mission, ask_id)
    if not sees_ask(ask, mission, call.actor):
        raise NotFound()
    return ask
