"""What a list offers to choose from: colleagues, offices, saved views and missions, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, case, cast, func, literal, null, or_, select, type_coerce, union_all

from hubs.accounts.actor import Actor
from hubs.accounts.models import Membership, Office, Person
from hubs.accounts.queries import in_force
from hubs.core.templating import NETHERLANDS, locale_code
from hubs.core.types import JsonValue
from hubs.extensions import AnySession
from hubs.referrals.lists.from_missions import mission_choices
from hubs.referrals.lists.models import DefaultView, SavedView
from hubs.referrals.lists.turns import covered_people

VIEWS_AT_MOST = 40


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as a list offers it."""

    id: str
    name: str
    is_shared: bool
    is_own: bool
    is_default: bool
    owner_name: str
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choices:
    """Colleagues and offices as (id, name); the reader's own and shared views, own ones first."""

    people: list[tuple[str, str]]
    offices: list[tuple[str, str]]
    views: list[View]
    stands_in_for: list[str]
    timezone: str  # of the desk; of its first office when there are several
    missions: list[tuple[str, str]] = field(default_factory=list)  # newest first; of the list of questions only

    def view(self, view_id: str) -> View | None:
        return next((view for view in self.views if view.id == view_id), None)

    @property
    def default(self) -> View | None:
        return next((view for view in self.views if view.is_default), None)


def visible_views(actor: Actor) -> Any:
    """Own views, and those that are shared within the organisation one acts for."""
    return and_(
        SavedView.organisation_id == actor.organisation_id,
        or_(SavedView.is_shared.is_(True), SavedView.owner_id == actor.id),
    )


def choices_for(session: AnySession, actor: Actor, list_name: str, now: datetime) -> Choices:
    """Everything a list's form offers."""
    parts = [_people(actor, now), _offices(actor), _views(actor, list_name)]
    parts += _missions(actor) if list_name == "questions" else []
    rows = session.execute(union_all(*(select(part.subquery()) for part in parts))).all()
    people = sorted(((row.name or "", row.id) for row in rows if row.kind == "person"), key=lambda one: one[0].lower())
    offices = sorted((row.place or 0, row.id, row.name or "") for row in rows if row.kind == "office")
    views = [_view(row) for row in rows if row.kind == "view"]
    return Choices(
        [(key, name) for name, key in people],
        [(key, name) for _place, key, name in offices],
        sorted(views, key=lambda view: (not view.is_own, view.name.lower(), view.id)),
        [row.name for row in rows if row.kind == "person" and row.flag],
        next((row.more for row in sorted(rows, key=lambda one: one.place or 0) if row.kind == "office"), NETHERLANDS),
        _mission_names(rows),
    )


def _mission_names(rows: Sequence[Any]) -> list[tuple[str, str]]:
    """Newest first, by their names in the reader's language."""
    found = sorted((row for row in rows if row.kind == "mission"), key=lambda row: str(row.id), reverse=True)
    return [(row.id, (row.name if locale_code() == "nl" else row.more) or "") for row in found]


def views_for(session: AnySession, actor: Actor, list_name: str) -> list[View]:
    """The views alone."""
    rows = session.execute(_views(actor, list_name)).all()
    return sorted((_view(row) for row in rows), key=lambda view: (not view.is_own, view.name.lower(), view.id))


def _view(row: Any) -> View:
    return View(row.id, row.name, bool(row.flag), row.other == "own", bool(row.place), row.more or "", row.query or {})


def _columns(kind: str, key: Any, name: Any, place: Any, flag: Any, other: Any, more: Any, query: Any) -> list[Any]:
    return [
        literal(kind).label("kind"), key.label("id"), cast(name, String).label("name"), place.label("place"),
        flag.label("flag"), other.label("other"), more.label("more"), query.label("query"),
    ]  # fmt: skip


def _no_text() -> Any:
    return cast(null(), String)


def _no_query() -> Any:
    return type_coerce(cast(null(), JsonValue), JsonValue)


def _people(actor: Actor, now: datetime) -> Any:
    covered = func.max(case((Person.id.in_(covered_people(actor, now)), 1), else_=0))
    columns = _columns("person", Person.id, Person.name, literal(0), covered, _no_text(), _no_text(), _no_query())
    return (
        select(*columns)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == actor.organisation_id, in_force(), Person.is_active.is_(True))
        .group_by(Person.id, Person.name)
    )


def _missions(actor: Actor) -> list[Any]:
    listed = mission_choices(actor)
    if listed is None:
        return []
    own = listed.subquery().c
    columns = _columns(
        "mission", own.id, own.name_nl, literal(0), literal(0), _no_text(), cast(own.name_en, String), _no_query()
    )
    return [select(*columns)]


def _offices(actor: Actor) -> Any:
    columns = _columns(
        "office", Office.id, Office.city, Office.position, literal(0), _no_text(), Office.timezone, _no_query()
    )
    own = select(*columns).where(Office.organisation_id == actor.organisation_id, Office.closed_on.is_(None))
    return own.where(Office.id == actor.office_id) if actor.office_id else own


def _views(actor: Actor, list_name: str) -> Any:
    chosen = and_(
        DefaultView.view_id == SavedView.id,
        DefaultView.person_id == actor.id,
        DefaultView.organisation_id == actor.organisation_id,
        DefaultView.list_name == list_name,
    )
    columns = _columns(
        "view",
        SavedView.id,
        SavedView.name,
        case((DefaultView.view_id.is_not(None), 1), else_=0),
        case((SavedView.is_shared.is_(True), 1), else_=0),
        case((SavedView.owner_id == actor.id, "own"), else_="other"),
        Person.name,
        SavedView.query,
    )
    return (
        select(*columns)
        .join(Person, Person.id == SavedView.owner_id)
        .outerjoin(DefaultView, chosen)
        .where(visible_views(actor), SavedView.list_name == list_name)
        .order_by(SavedView.name, SavedView.id)
        .limit(VIEWS_AT_MOST)
    )
