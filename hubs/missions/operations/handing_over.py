"""What lies with one person by name in missions: steps of the follow-up that are not done.

A mission itself is its desk's and nobody's by name. Registered as open work, so that an account closes only once these
steps are somebody else's or nobody's (domain.md, Who takes part).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists, select
from sqlalchemy.orm import contains_eager

from hubs.accounts.models import Membership, Person
from hubs.accounts.open_work import OpenItem, WorkKind, register
from hubs.accounts.permissions import P
from hubs.accounts.queries import in_force
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.extensions import db
from hubs.missions.lifecycle import MissionState
from hubs.missions.models import FollowUpStep, Mission, Participant

_IS_OPEN = (FollowUpStep.done_at.is_(None), Mission.state.in_((MissionState.DRAFT, MissionState.ANNOUNCED)))


def _steps_of(*where: Any) -> Select[Any]:
    return (
        select(FollowUpStep)
        .join(FollowUpStep.participant)
        .join(Participant.mission)
        .where(*_IS_OPEN, *where)
        .order_by(FollowUpStep.id)
    )


def _open(person_id: str, organisation_id: str | None) -> Iterator[OpenItem]:
    statement = _steps_of(FollowUpStep.person_id == person_id)
    if organisation_id is not None:
        statement = statement.where(Mission.organisation_id == organisation_id)
    loaded = contains_eager(FollowUpStep.participant).contains_eager(Participant.mission)
    for step in db.session.execute(statement.options(loaded)).scalars():
        mission = step.participant.mission
        yield OpenItem(
            kind="mission_step",
            id=step.id,
            reference=step.id[-6:].upper(),
            organisation_id=mission.organisation_id,
            right=P.MISSION_EDIT,
            read=P.MISSION_READ,
            state=_l("Not done yet"),
            title=f"{mission.name_nl}: {step.text}",
            office_id=mission.office_id,
            path=f"/missions/{mission.id}/follow-up",
        )


def _give(identifier: str, person_id: str | None, *, actor: Actor, now: datetime) -> None:
    step = db.session.get_one(FollowUpStep, identifier, with_for_update={"of": FollowUpStep}, populate_existing=True)
    before, step.person_id = step.person_id, person_id
    db.session.flush()
    data = {"step_id": step.id, "from_person": before, "person": person_id}
    mission = step.participant.mission
    record(db.session, "mission.step_handed_over", mission, actor=actor, now=now, data=data, outbox=False)


def _stray(day: date) -> Iterator[tuple[str, str]]:
    """Steps in the name of somebody who no longer works for the desk."""
    works_there = exists().where(
        Membership.person_id == FollowUpStep.person_id,
        Membership.organisation_id == Mission.organisation_id,
        in_force(day),
        Person.id == Membership.person_id,
        Person.is_active,
    )
    statement = _steps_of(FollowUpStep.person_id.is_not(None), ~works_there).order_by(None)
    pairs = statement.with_only_columns(FollowUpStep.person_id, Mission.organisation_id).distinct()
    yield from ((str(row[0]), row[1]) for row in db.session.execute(pairs))


def _missions_of(ids: Sequence[str]) -> Select[Any]:
    """A mission is held before its steps."""
    return select(Participant.mission_id).join(Participant.follow_ups).where(FollowUpStep.id.in_(ids))


register(
    WorkKind("mission_step", _l("Steps after missions"), _open, _give, _stray, (Mission, _missions_of)),
)
