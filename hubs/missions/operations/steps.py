"""What has to be done after a mission, by whom and when; ticked off once it is."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core.errors import NotPermitted, RuleViolation
from hubs.core.events import record
from hubs.core.types import new_id
from hubs.extensions import db
from hubs.missions.models import FollowUpStep, Participant
from hubs.referrals.operations.assigning import check_handler

TEXT_LENGTH = 300
MOST_STEPS = 20


def add_step(
    participant: Participant,
    text: str | None,
    *,
    person_id: str | None,
    due_on: date | None,
    actor: Actor,
    now: datetime,
) -> FollowUpStep:
    """Write down a next step. Raises NotPermitted, RuleViolation."""
    mission, words = participant.mission, " ".join((text or "").split())
    if not actor.can(P.MISSION_EDIT, mission):
        raise NotPermitted()
    if not words:
        raise RuleViolation("text_required", _l("Write what has to be done."), "text")
    if len(words) > TEXT_LENGTH:
        raise RuleViolation("too_long", _l("Use at most %(number)s characters.", number=TEXT_LENGTH), "text")
    problems = list(check_handler(mission.organisation_id, person_id)) if person_id else []
    if problems:
        raise RuleViolation("unknown_person", _l("Choose somebody of your own desk."), "person")
    counted = select(func.count()).where(FollowUpStep.participant_id == participant.id)
    if db.session.execute(counted).scalar_one() >= MOST_STEPS:
        message = _l("There are %(number)s steps already.", number=MOST_STEPS)
        raise RuleViolation("too_many", message, "text")
    step = FollowUpStep(
        id=new_id(), participant=participant, text=words, person_id=person_id, due_on=due_on, created_at=now
    )
    db.session.add(step)
    db.session.flush()
    record(db.session, "mission.step_added", mission, actor=actor, now=now, data={"step_id": step.id}, outbox=False)
    return step


def tick_step(step: FollowUpStep, *, done: bool, actor: Actor, now: datetime) -> None:
    """Done, or not after all. Raises NotPermitted."""
    mission = step.participant.mission
    if not actor.can(P.MISSION_EDIT, mission):
        raise NotPermitted()
    step.done_at, step.done_by = (now, actor.person_id) if done else (None, None)
    db.session.flush()
    details = {"step_id": step.id, "done": done}
    record(db.session, "mission.step_ticked", mission, actor=actor, now=now, data=details, outbox=False)
