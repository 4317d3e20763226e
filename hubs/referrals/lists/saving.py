"""Saved views: made, changed, shared, put first and taken away. A shared view belongs to the organisation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from hubs.accounts.actor import Actor
from hubs.accounts.models import Membership
from hubs.accounts.permissions import P
from hubs.accounts.queries import in_force
from hubs.core.errors import NotFound, NotPermitted, Problem, RuleViolation
from hubs.core.events import record
from hubs.core.types import folded, new_id
from hubs.extensions import db
from hubs.referrals.lists.choices import VIEWS_AT_MOST, visible_views
from hubs.referrals.lists.models import DefaultView, SavedView

OWN_AT_MOST = 20


def get_visible_view(actor: Actor, view_id: str, *, lock: bool = False) -> SavedView:
    """One's own view or a shared one of the organisation one acts for. Raises NotFound."""
    statement = select(SavedView).where(SavedView.id == view_id, visible_views(actor))
    if lock:
        statement = statement.with_for_update(of=SavedView)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def save_view(
    list_name: str,
    name: str,
    query: Mapping[str, str],
    *,
    is_shared: bool,
    is_default: bool,
    actor: Actor,
    now: datetime,
) -> SavedView:
    """Keep a list under a name for oneself, or for everybody of the organisation. Raises RuleViolation."""
    if actor.organisation_id is None or actor.kind != "person":
        raise NotPermitted()
    _check(list_name, name, None, actor)
    view = SavedView(
        id=new_id(),
        list_name=list_name,
        name=" ".join(name.split()),
        organisation_id=actor.organisation_id,
        owner_id=actor.id or "",
        is_shared=is_shared,
        query=dict(query),
        created_at=now,
        changed_at=now,
    )
    db.session.add(view)
    db.session.flush()
    record(db.session, "saved_view.saved", view, actor=actor, now=now, data={"shared": is_shared}, outbox=False)
    if is_default:
        put_first(list_name, view, actor=actor, now=now)
    return view


def change_view(
    view: SavedView,
    *,
    name: str,
    is_shared: bool,
    query: Mapping[str, str] | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Another name, shared or not, other filters (None: as they were). Raises NotPermitted, RuleViolation."""
    _check_keeper(view, actor)
    _check(view.list_name, name, view.id, actor)
    view.name, view.is_shared, view.changed_at = " ".join(name.split()), is_shared, now
    if query is not None:
        view.query = dict(query)
    if not is_shared:
        others = DefaultView.person_id != view.owner_id
        db.session.execute(delete(DefaultView).where(DefaultView.view_id == view.id, others))
    db.session.flush()
    record(db.session, "saved_view.changed", view, actor=actor, now=now, data={"shared": is_shared}, outbox=False)


def drop_view(view: SavedView, *, actor: Actor, now: datetime) -> None:
    """Take a view away; lists that opened with it open with everything again. Raises NotPermitted."""
    _check_keeper(view, actor)
    record(db.session, "saved_view.dropped", view, actor=actor, now=now, outbox=False)
    db.session.execute(delete(DefaultView).where(DefaultView.view_id == view.id))
    db.session.delete(view)
    db.session.flush()


def put_first(list_name: str, view: SavedView | None, *, actor: Actor, now: datetime) -> None:
    """Open this list with that view from now on; None: with everything that is open."""
    if actor.organisation_id is None or actor.kind != "person" or actor.id is None:
        raise NotPermitted()
    key = (actor.id, actor.organisation_id, list_name)
    chosen = db.session.get(DefaultView, key)
    if view is None:
        if chosen is not None:
            db.session.delete(chosen)
    elif chosen is None:
        fresh = DefaultView(
            person_id=actor.id, organisation_id=actor.organisation_id, list_name=list_name, view_id=view.id
        )
        db.session.add(fresh)
    else:
        chosen.view_id = view.id
    db.session.flush()
    if view is not None:
        record(db.session, "saved_view.put_first", view, actor=actor, now=now, outbox=False)


def may_keep(view: SavedView, actor: Actor) -> bool:
    """Whose it is; a shared one also who keeps the organisation's people, and anybody when its maker has left."""
    if view.owner_id == actor.id:
        return True
    if not view.is_shared or view.organisation_id != actor.organisation_id:
        return False
    return actor.can(P.PEOPLE_MANAGE, view) or not _works_there(view)


def _works_there(view: SavedView) -> bool:
    statement = select(Membership.id).where(
        Membership.person_id == view.owner_id, Membership.organisation_id == view.organisation_id, in_force()
    )
    return db.session.execute(statement.limit(1)).scalar_one_or_none() is not None


def _check_keeper(view: SavedView, actor: Actor) -> None:
    if not may_keep(view, actor):
        raise NotPermitted(message=_l("Only who made this view, or who keeps your organisation's people, changes it."))


def _check(list_name: str, name: str, view_id: str | None, actor: Actor) -> None:
    """A name of its own among what the reader sees, and not too many."""
    problems = []
    wanted = folded(name)
    if not wanted:
        problems.append(Problem("name_required", _l("Give the view a name."), "name"))
    visible = visible_views(actor)
    rows = db.session.execute(
        select(SavedView.id, SavedView.name, SavedView.owner_id).where(visible, SavedView.list_name == list_name)
    ).all()
    if any(folded(row.name) == wanted and row.id != view_id for row in rows):
        problems.append(
            Problem("name_taken", _l("There is a view with this name already. Choose another one."), "name")
        )
    own = sum(1 for row in rows if row.owner_id == actor.id)
    if view_id is None and (own >= OWN_AT_MOST or len(rows) >= VIEWS_AT_MOST):
        problems.append(Problem("too_many_views", _l("There are many views already. Take one away first."), "name"))
    if problems:
        raise RuleViolation(problems=problems)
