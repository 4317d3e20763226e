"""Reading versions: what was put in force is public, a draft is the ministry's; in force is derived for a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import selectinload

from hubs.accounts.actor import Actor
from hubs.accounts.models import Person
from hubs.accounts.permissions import P
from hubs.core.errors import NotFound
from hubs.core.events import Event
from hubs.extensions import db

from .content import Term
from .lifecycle import VersionState
from .models import GuidelineVersion


def versions_visible_to(actor: Actor) -> Select[GuidelineVersion]:
    """Every version for who may read drafts, else those that were put in force."""
    statement = select(GuidelineVersion)
    if actor.can(P.GUIDELINE_READ):
        return statement
    return statement.where(GuidelineVersion.state != VersionState.DRAFT)


def whole(statement: Select[Any]) -> Select[Any]:
    """The same, with groups and criteria loaded beside it."""
    return statement.options(selectinload(GuidelineVersion.groups), selectinload(GuidelineVersion.criteria))


def get_visible_version(actor: Actor, version_id: str, *, lock: bool = False) -> GuidelineVersion:
    """One version, whole. Raises NotFound for what is absent and for a draft that is not the actor's to see."""
    statement = whole(versions_visible_to(actor).where(GuidelineVersion.id == version_id))
    return _one(statement, lock)


def get_version(version_id: str, *, lock: bool = False) -> GuidelineVersion:
    """One version, whole, for whoever's permission is asked beside it. Raises NotFound."""
    return _one(whole(select(GuidelineVersion).where(GuidelineVersion.id == version_id)), lock)


def _one(statement: Select[GuidelineVersion], lock: bool) -> GuidelineVersion:
    if lock:
        statement = statement.with_for_update(of=GuidelineVersion)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def holding_on(day: date) -> Select[GuidelineVersion]:
    """The version in force on a day: at most one, by the rules for putting one in force."""
    return (
        select(GuidelineVersion)
        .where(
            GuidelineVersion.state != VersionState.DRAFT,
            GuidelineVersion.in_force_on <= day,
            or_(GuidelineVersion.retired_on.is_(None), GuidelineVersion.retired_on > day),
        )
        .order_by(GuidelineVersion.in_force_on.desc())
        .limit(1)
    )


def version_in_force(on: date) -> GuidelineVersion | None:
    """The version in force on this day in the Netherlands, whole; None when there is none."""
    return db.session.execute(whole(holding_on(on))).scalar_one_or_none()


def versions_in_order(actor: Actor) -> list[GuidelineVersion]:
    """Every version one may see, newest first: drafts, then by first day."""
    statement = versions_visible_to(actor).order_by(
        GuidelineVersion.in_force_on.desc().nulls_first(), GuidelineVersion.id.desc()
    )
    return list(db.session.execute(statement.limit(200)).scalars())


def put_in_force_before(version: GuidelineVersion, *, lock: bool = False) -> list[GuidelineVersion]:
    """Every other version that was put in force, oldest first day first."""
    statement = (
        select(GuidelineVersion)
        .where(GuidelineVersion.state != VersionState.DRAFT, GuidelineVersion.id != version.id)
        .order_by(GuidelineVersion.in_force_on, GuidelineVersion.id)
    )
    if lock:
        statement = statement.with_for_update()
    return list(db.session.execute(statement).scalars())


def terms_of(versions: Iterable[GuidelineVersion]) -> list[Term]:
    """From when until when each holds; drafts have no term."""
    return [Term(one.in_force_on, one.retired_on) for one in versions if one.in_force_on is not None]


def version_history(version: GuidelineVersion) -> list[Row[Any]]:
    """What happened to a version, newest first: event and person."""
    statement = (
        select(Event, Person.name)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(Event.subject_type == GuidelineVersion.__tablename__, Event.subject_id == version.id)
        .order_by(Event.id.desc())
        .limit(50)
    )
    return list(db.session.execute(statement))
