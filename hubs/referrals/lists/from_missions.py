"""Questions by the mission they came from: missions lie to the right of this area, so they say themselves which there
are for an actor and which questions are theirs (`hubs.missions.listing`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false

from hubs.accounts.actor import Actor
from hubs.referrals.models import SupportRequest


@dataclass(frozen=True, slots=True)
class Missions:
    """`choices` selects id, name_nl and name_en, or is None for who has none; `questions` selects the ids of the
    questions of one mission, none of it when the actor may not see that mission."""

    choices: Callable[[Actor], Any]
    questions: Callable[[Actor, str], Any]


_REGISTERED: list[Missions] = []


def register_missions(missions: Missions) -> None:
    """Let the list of questions be narrowed by mission from now on."""
    _REGISTERED[:] = [missions]


def mission_choices(actor: Actor) -> Any:
    """A select of the missions to choose from; None for who has none."""
    return _REGISTERED[0].choices(actor) if _REGISTERED else None


def is_of_mission(actor: Actor, mission_id: str) -> ColumnElement[bool]:
    """Whether a question came from this mission; of none that the actor may not see."""
    return SupportRequest.id.in_(_REGISTERED[0].questions(actor, mission_id)) if _REGISTERED else false()
