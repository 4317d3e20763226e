"""What the page of an objection shows: its two clocks, who handles it, the hearing, what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation, OrganisationKind, Person
from hubs.accounts.permissions import P
from hubs.accreditation.lifecycle import DecisionState, ObjectionState
from hubs.accreditation.models import Decision, Hearing, Letter, Objection
from hubs.accreditation.operations.attempts import GROUNDS
from hubs.accreditation.operations.objecting import GIVING_WAY, OPEN, handlers_for, objection_period
from hubs.accreditation.pages.terms import TermPanel, objection_term
from hubs.accreditation.queries.conflicts import conflicts_on_objection
from hubs.accreditation.queries.hearings import hearings_on_objection
from hubs.accreditation.statutory import Term, amsterdam_day
from hubs.core.events import Event, EventPersonal
from hubs.core.perform import open_actions
from hubs.extensions import db


@dataclass(frozen=True)
class ObjectionPage:
    """Everything one objection shows to one reader."""

    objection: Objection
    for_ministry: bool
    period: Term
    term: TermPanel
    is_open: bool
    actions: dict[str, Any] = field(default_factory=dict)
    handlers: Sequence[Person] = ()
    conflicts: Sequence[Any] = ()
    may_handle: bool = False
    hearings: Sequence[Hearing] = ()
    letters: Sequence[Letter] = ()
    next_decision: Decision | None = None
    asks_new_decision: bool = False
    history: Sequence[Row[Any]] = ()


def objection_page(objection: Objection, actor: Actor, now: datetime) -> ObjectionPage:
    """The page of one objection; a hub sees its own objection, the letters and the outcome."""
    for_ministry = actor.organisation_kind == OrganisationKind.MINISTRY
    handles = for_ministry and actor.can(P.OBJECTION_HANDLE, objection)
    open_ = objection.state in OPEN
    conflicts = conflicts_on_objection(actor.person_id, objection) if handles and open_ and actor.person_id else []
    following = _next_decision(objection)
    return ObjectionPage(
        objection=objection,
        for_ministry=for_ministry,
        period=objection_period(objection.decision),
        term=objection_term(objection, amsterdam_day(now)),
        is_open=open_,
        actions={row.name: row.label for row in open_actions(objection, actor)},
        handlers=handlers_for(objection) if handles and open_ else (),
        conflicts=[GROUNDS[code] for code in conflicts],
        may_handle=handles and open_ and not conflicts,
        hearings=hearings_on_objection(objection.id) if for_ministry else (),
        letters=letters_on(objection),
        next_decision=following,
        asks_new_decision=actor.can(P.DECISION_DRAFT)
        and objection.state == ObjectionState.DECIDED
        and objection.outcome in GIVING_WAY
        and following is None,
        history=objection_history(objection, for_ministry=for_ministry),
    )


def letters_on(objection: Objection) -> list[Letter]:
    statement = select(Letter).where(Letter.objection_id == objection.id).order_by(Letter.id)
    return list(db.session.execute(statement).scalars())


def _next_decision(objection: Objection) -> Decision | None:
    statement = (
        select(Decision)
        .where(Decision.objection_id == objection.id, Decision.state != DecisionState.DROPPED)
        .order_by(Decision.id.desc())
        .limit(1)
    )
    return db.session.execute(statement).scalar_one_or_none()


def objection_history(objection: Objection, *, for_ministry: bool) -> list[Row[Any]]:
    """What happened to it, newest first; refused attempts are for the ministry only."""
    statement = (
        select(Event, Person.name, Organisation, EventPersonal.value)
        .outerjoin(Person, Person.id == Event.actor_id)
        .outerjoin(Organisation, Organisation.id == Event.organisation_id)
        .outerjoin(EventPersonal, and_(EventPersonal.event_id == Event.id, EventPersonal.field == "note"))
        .where(Event.subject_type == Objection.__tablename__, Event.subject_id == objection.id)
        .order_by(Event.id.desc())
    )
    if not for_ministry:
        statement = statement.where(Event.kind != "objection.attempt_refused")
    return list(db.session.execute(statement))
