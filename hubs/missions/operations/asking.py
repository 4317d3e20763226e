"""Room for a mission: a hub is asked, its manager agrees or not, and for those days another capacity holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.actor import Actor
from hubs.accounts.models import Office, OrganisationKind
from hubs.accounts.permissions import P
from hubs.core.calendars import zone
from hubs.core.errors import NotPermitted, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import perform
from hubs.core.stamps import ROUTING, bump
from hubs.core.types import new_id
from hubs.directory.models import CapacityChange, HubMarket
from hubs.directory.operations import change_capacity
from hubs.extensions import db
from hubs.missions.lifecycle import AskState, MissionState
from hubs.missions.models import Mission, MissionHub

MOST_A_WEEK = 500
NOTE_LENGTH = 500


def ask_hub(mission: Mission, office_id: str | None, weekly: int | None, *, actor: Actor, now: datetime) -> MissionHub:
    """Ask a hub that works for one of the countries to have room. Raises NotPermitted, WrongState, RuleViolation."""
    if not actor.can(P.MISSION_EDIT, mission):
        raise NotPermitted()
    if mission.state != MissionState.ANNOUNCED:
        raise WrongState(_l("Announce the mission first. Then you can ask hubs."))
    office = db.session.get(Office, office_id) if office_id else None
    if office is None or office.closed_on is not None or not _works_there(office, mission):
        raise RuleViolation("unknown_hub", _l("Choose a hub that works for one of these countries."), "office")
    if weekly is None or not 0 < weekly <= MOST_A_WEEK:
        message = _l("Fill in a number from 1 to %(largest)s.", largest=MOST_A_WEEK)
        raise RuleViolation("number_required", message, "weekly_capacity")
    if any(each.office_id == office.id for each in mission.hubs):
        raise RuleViolation("asked_already", _l("This hub has been asked already."), "office")
    ask = MissionHub(
        id=new_id(), mission=mission, organisation_id=office.organisation_id, office_id=office.id, weekly_asked=weekly,
        asked_at=now,
    )  # fmt: skip
    db.session.add(ask)
    db.session.flush()
    record(db.session, "mission_hub.ask", ask, actor=actor, now=now, data={"weekly_capacity": weekly}, related=mission)
    return ask


def _works_there(office: Office, mission: Mission) -> bool:
    if office.organisation.kind != OrganisationKind.HUB or office.organisation.retired_on is not None:
        return False
    statement = select(HubMarket.market).where(
        HubMarket.hub_id == office.organisation_id, HubMarket.market.in_(mission.market_codes)
    )
    return db.session.execute(statement.limit(1)).first() is not None


def answer_ask(
    ask: MissionHub, action: str, *, actor: Actor, now: datetime, weekly: int | None = None, note: str | None = None
) -> None:
    """Agree (with a number of one's own) or decline; ask again or withdraw, by the organising desk.

    Raises BadInput, NotPermitted, WrongState, RuleViolation.
    """
    mission = ask.mission
    if action in ("agree", "ask_again") and mission.state != MissionState.ANNOUNCED:
        raise WrongState(_l("This mission is over or cancelled."))
    if note and len(note) > NOTE_LENGTH:
        raise RuleViolation("too_long", _l("Use at most %(number)s characters.", number=NOTE_LENGTH), "note")
    data: dict[str, Any] = {"weekly_capacity": weekly if weekly is not None else ask.weekly_asked}
    perform(db.session, ask, action, actor=actor, now=now, data=data, event_data=data, related=mission)
    if action == "agree":
        ask.note = (note or "").strip() or None
        ask.capacity_change_id = _make_room(ask, actor, now)
    elif action == "decline":
        ask.note = (note or "").strip() or None
    elif action == "withdraw":
        _end_change(ask, actor, now)
    db.session.flush()


def _make_room(ask: MissionHub, actor: Actor, now: datetime) -> str:
    mission, today = ask.mission, now.astimezone(zone(ask.office.timezone)).date()
    if mission.starts_on is None or mission.ends_on is None or mission.ends_on < today:
        raise WrongState(_l("This mission is over or cancelled."))
    change = change_capacity(
        ask.office,
        starts_on=max(mission.starts_on, today),
        ends_on=mission.ends_on,
        weekly_capacity=ask.weekly_agreed or ask.weekly_asked,
        today=today,
        actor=actor,
        now=now,
        reason="mission",
        mission_id=mission.id,
    )
    db.session.flush()
    bump(db.session, ROUTING)
    return change.id


def _end_change(ask: MissionHub, actor: Actor, now: datetime) -> None:
    """The hub's own number counts again; the desk takes back no more than what it asked for."""
    change = db.session.get(CapacityChange, ask.capacity_change_id) if ask.capacity_change_id else None
    ask.capacity_change_id = None
    if change is not None and change.ended_at is None and change.mission_id == ask.mission_id:
        change.ended_at = now
        details = {"capacity_change": change.id, "mission_id": ask.mission_id}
        record(db.session, "office.capacity_restored", ask.office, actor=actor, now=now, data=details)
        bump(db.session, ROUTING)


def close_asks(mission: Mission, *, actor: Actor, now: datetime) -> None:
    """A cancelled mission needs no room."""
    for ask in mission.hubs:
        if ask.state in (AskState.ASKED, AskState.AGREED):
            answer_ask(ask, "withdraw", actor=actor, now=now)


def move_changes(mission: Mission, *, now: datetime) -> None:
    """Other dates than a hub agreed to: what it promised ends, and it is asked anew."""
    for ask in mission.hubs:
        if ask.state == AskState.AGREED and mission.state == MissionState.ANNOUNCED:
            actor = Actor("system", id="service", organisation_id=mission.organisation_id, permissions=_EDIT)
            answer_ask(ask, "withdraw", actor=actor, now=now)
            answer_ask(ask, "ask_again", actor=actor, now=now)


_EDIT = frozenset({P.MISSION_EDIT})
