"""Missions, always through what the actor may see: one's own desk's, and for a hub those it was asked for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from hubs.accounts.actor import Actor
from hubs.accounts.models import Office, Organisation, OrganisationKind
from hubs.accounts.permissions import P
from hubs.core.errors import NotFound
from hubs.directory.models import HubMarket
from hubs.extensions import db
from hubs.missions.lifecycle import AskState, MissionState
from hubs.missions.models import FollowUpStep, Mission, MissionHub, Participant
from hubs.referrals.models import SupportRequest


def missions_visible_to(actor: Actor) -> Select[Any]:
    """Missions of the actor's own desk; for a hub that was asked, those that were announced."""
    statement = select(Mission)
    if not actor.can(P.MISSION_READ) or actor.organisation_id is None:
        return statement.where(false())
    own = Mission.organisation_id == actor.organisation_id
    if actor.office_id:
        own = and_(own, Mission.office_id == actor.office_id)
    asked = select(MissionHub.mission_id).where(MissionHub.organisation_id == actor.organisation_id)
    if actor.office_id:
        asked = asked.where(MissionHub.office_id == actor.office_id)
    return statement.where(or_(own, and_(Mission.id.in_(asked), Mission.state != MissionState.DRAFT)))


def get_visible_mission(actor: Actor, mission_id: str, *, lock: bool = False) -> Mission:
    """One mission. Raises NotFound."""
    statement = missions_visible_to(actor).where(Mission.id == mission_id)
    if lock:
        statement = statement.with_for_update(of=Mission)
    else:
        statement = statement.options(
            joinedload(Mission.organisation), joinedload(Mission.office), selectinload(Mission.markets),
            selectinload(Mission.hubs).joinedload(MissionHub.organisation),
            selectinload(Mission.hubs).joinedload(MissionHub.office),
        )  # fmt: skip
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def get_own_mission(actor: Actor, mission_id: str, *, lock: bool = False) -> Mission:
    """A mission of one's own desk: its participants are nobody else's. Raises NotFound."""
    mission = get_visible_mission(actor, mission_id, lock=lock)
    if mission.organisation_id != actor.organisation_id:
        raise NotFound()
    return mission


def participants_of(mission: Mission) -> Select[Any]:
    """Who takes part, by company, with contact person and question."""
    return (
        select(Participant)
        .where(Participant.mission_id == mission.id)
        .options(joinedload(Participant.contact_person), joinedload(Participant.support_request))
        .order_by(Participant.company_name, Participant.id)
    )


def with_steps(statement: Select[Any]) -> Select[Any]:
    """The same with the steps of the follow-up and the handler of each question."""
    return statement.options(
        selectinload(Participant.follow_ups).joinedload(FollowUpStep.person),
        joinedload(Participant.support_request).joinedload(SupportRequest.handler),
    )


def get_participant(mission: Mission, participant_id: str, *, lock: bool = False) -> Participant:
    """A participant of this mission. Raises NotFound."""
    statement = select(Participant).where(Participant.id == participant_id, Participant.mission_id == mission.id)
    if lock:
        statement = statement.with_for_update(of=Participant)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def get_step(mission: Mission, step_id: str) -> FollowUpStep:
    """A step of this mission. Raises NotFound."""
    statement = (
        select(FollowUpStep)
        .join(FollowUpStep.participant)
        .where(FollowUpStep.id == step_id, Participant.mission_id == mission.id)
        .with_for_update(of=FollowUpStep)
    )
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def steps_of(mission: Mission) -> Select[Any]:
    """The follow-up of a mission, every participant together."""
    return select(FollowUpStep).join(FollowUpStep.participant).where(Participant.mission_id == mission.id)


def get_ask(mission: Mission, ask_id: str) -> MissionHub:
    """What a hub was asked for this mission, locked. Raises NotFound."""
    statement = select(MissionHub).where(MissionHub.id == ask_id, MissionHub.mission_id == mission.id)
    found = db.session.execute(statement.with_for_update(of=MissionHub)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def sees_ask(ask: MissionHub, mission: Mission, actor: Actor) -> bool:
    """Whether a hub's answer is the actor's to read: the organising desk's, that hub's, that office's of it."""
    if mission.organisation_id == actor.organisation_id:
        return True
    return ask.organisation_id == actor.organisation_id and actor.office_id in (None, ask.office_id)


def numbers_of(missions: list[Mission]) -> dict[str, tuple[int, int]]:
    """mission -> (participants, questions made), in one statement."""
    statement = (
        select(Participant.mission_id, func.count(Participant.id), func.count(Participant.support_request_id))
        .where(Participant.mission_id.in_([each.id for each in missions]))
        .group_by(Participant.mission_id)
    )
    return {mission: (people, made) for mission, people, made in db.session.execute(statement)} if missions else {}


def offices_to_ask(mission: Mission) -> Select[Any]:
    """Offices of hubs that work for one of the countries and were not asked yet."""
    works_there = select(HubMarket.hub_id).where(HubMarket.market.in_(mission.market_codes))
    asked = [each.office_id for each in mission.hubs]
    return (
        select(Office)
        .join(Organisation, Organisation.id == Office.organisation_id)
        .where(
            Organisation.kind == OrganisationKind.HUB, Organisation.retired_on.is_(None), Office.closed_on.is_(None),
            Organisation.id.in_(works_there), Office.id.not_in(asked),
        )
        .options(joinedload(Office.organisation))
        .order_by(Organisation.name_folded, Office.position, Office.id)
    )  # fmt: skip


def asks_waiting(actor: Actor) -> Select[Any]:
    """What the actor's hub is asked and has not answered, for a list of work."""
    statement = select(MissionHub).join(MissionHub.mission).where(MissionHub.state == AskState.ASKED)
    if not actor.can(P.MISSION_ANSWER):
        return statement.where(false())
    statement = statement.where(
        MissionHub.organisation_id == actor.organisation_id, Mission.state == MissionState.ANNOUNCED
    )
    return statement.where(MissionHub.office_id == actor.office_id) if actor.office_id else statement
