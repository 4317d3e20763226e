"""What the API tells of missions: to the desk that organises them everything, to a hub that was asked no more than
the mission and its own answer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from hubs.accounts.actor import Actor
from hubs.core.calendars import zone
from hubs.core.perform import open_actions
from hubs.missions.lifecycle import phase_of
from hubs.missions.models import Mission, MissionHub, Participant
from hubs.missions.queries import numbers_of, sees_ask

HOME = "NL"
_MISSION = (
    "id", "state", "organisation_id", "office_id", "name_nl", "name_en", "sectors", "theme", "starts_on", "ends_on",
)  # fmt: skip
_ASK = (
    "id", "organisation_id", "office_id", "state", "weekly_asked", "weekly_agreed", "note", "asked_at", "answered_at",
)  # fmt: skip
_PARTICIPANT = ("id", "services", "question", "language", "consent", "support_request_id")


def missions_shown(missions: Collection[Mission], *, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Missions as `MissionOut` takes them; the numbers of all in one statement."""
    own = [each for each in missions if each.organisation_id == actor.organisation_id]
    numbers = numbers_of(own)
    return [_shown(each, numbers.get(each.id, (0, 0)) if each in own else None, actor, now) for each in missions]


def _shown(mission: Mission, numbers: tuple[int, int] | None, actor: Actor, now: datetime) -> dict[str, Any]:
    today: date = now.astimezone(zone(mission.office.timezone)).date()
    participants, made = numbers or (None, None)
    return {
        **{name: getattr(mission, name) for name in _MISSION},
        "phase": str(phase_of(mission.state, mission.starts_on, mission.ends_on, today)),
        "markets": mission.market_codes,
        "participants": participants,
        "support_requests": made,
        "hubs": [ask_shown(ask, actor) for ask in mission.hubs if sees_ask(ask, mission, actor)],
        "actions": [row.name for row in open_actions(mission, actor)],
    }


def ask_shown(ask: MissionHub, actor: Actor) -> dict[str, Any]:
    """What a hub was asked, as `MissionHubOut` takes it."""
    actions = [row.name for row in open_actions(ask, actor)]
    return {**{name: getattr(ask, name) for name in _ASK}, "actions": actions}


def participant_shown(participant: Participant) -> dict[str, Any]:
    """Somebody who takes part, for the organising desk."""
    company = participant.company
    return {
        **{name: getattr(participant, name) for name in _PARTICIPANT},
        "company": {
            "id": company.id,
            "name": participant.company_name,
            "kvk_number": company.registration_number if company.country == HOME else None,
        },
        "contact_person": participant.contact_person,
    }
