"""Missions as a filter of the list of questions: those of one's own desk, because whose questions they became is
nobody else's to know."""

from __future__ import annotations

from typing import Any

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.missions.models import Mission, Participant
from hubs.missions.queries import missions_visible_to
from hubs.referrals.lists.from_missions import Missions, register_missions

OFFERED = 100  # the newest


def _own(actor: Actor) -> Any:
    return missions_visible_to(actor).where(Mission.organisation_id == actor.organisation_id)


def _choices(actor: Actor) -> Any:
    if not actor.can(P.MISSION_EDIT):
        return None
    columns = Mission.id, Mission.name_nl, Mission.name_en
    return _own(actor).with_only_columns(*columns).order_by(Mission.id.desc()).limit(OFFERED)


def _questions(actor: Actor, mission_id: str) -> Any:
    asked = _own(actor).join(Mission.participants).where(Mission.id == mission_id)
    return asked.where(Participant.support_request_id.is_not(None)).with_only_columns(
        Participant.support_request_id, maintain_column_froms=True
    )


register_missions(Missions(_choices, _questions))
