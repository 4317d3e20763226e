"""What every write to the directory shares: who may, what changed, the event, the history and what moves clocks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.models import Office
from hubs.accounts.permissions import P
from hubs.core.errors import NotPermitted
from hubs.core.events import record
from hubs.core.stamps import ROUTING, bump
from hubs.core.types import new_id
from hubs.directory.models import Revision
from hubs.extensions import db

ONE_OFFICE = _l("You work for one office of your organisation. Somebody who leads all of it can change this.")


def check_may_edit(subject: Any, actor: Actor) -> None:
    """Who leads the organisation may; who leads one office of it, that office only. Raises NotPermitted."""
    if not actor.can(P.PROFILE_EDIT, subject):
        raise NotPermitted(message=_l("Your role may not do this here."))
    if not may_edit_whole(actor) and not (isinstance(subject, Office) and subject.id == actor.office_id):
        raise NotPermitted(message=ONE_OFFICE)


def may_edit_whole(actor: Actor) -> bool:
    """Whether the actor's rights reach further than one office."""
    return actor.office_id is None


def assign(subject: Any, names: Collection[str], values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set those of `names` that `values` holds; what changed, as {field: [old, new]}."""
    changed = {
        name: [_plain(getattr(subject, name)), _plain(values[name])]
        for name in names
        if name in values and getattr(subject, name) != values[name]
    }
    for name in changed:
        setattr(subject, name, values[name])
    return changed


def _plain(value: Any) -> Any:
    """As it can stand in a JSON column."""
    return value.isoformat() if isinstance(value, date | time) else value


def recorded(
    subject: Any, kind: str, changed: Collection[str], *, actor: Actor, now: datetime, **codes: str | int
) -> Any:
    """The event of a write, with the names of the fields only; routing is compiled anew."""
    db.session.flush()
    data: dict[str, Any] = {"fields": sorted(changed), **codes} if changed else dict(codes)
    record(db.session, kind, subject, actor=actor, now=now, data=data)
    bump(db.session, ROUTING)
    return subject


def calendar_changed(office: Office, *, actor: Actor, now: datetime) -> None:
    """Running clocks of this office are computed anew on this event."""
    db.session.flush()
    record(db.session, "office.calendar_changed", office, actor=actor, now=now, data={"office_id": office.id})
    bump(db.session, ROUTING)


def remember(
    organisation_id: str,
    subject: tuple[str, str, str | None],
    action: str,
    changes: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    by_ministry: bool = False,
) -> None:
    """Put a published change into the history; `subject` is its kind, id and label. Nothing when nothing changed."""
    if not changes and action == "edit":
        return
    kind, identifier, label = subject
    db.session.add(
        Revision(
            id=new_id(),
            organisation_id=organisation_id,
            subject_kind=kind,
            subject_id=identifier,
            subject_label=label[:100] if label else None,
            action=action,
            changes=dict(changes),
            at=now,
            by_person_id=actor.person_id,
            confirmed_by_ministry=by_ministry,
        )
    )
    db.session.flush()


def added(subject: Any, names: Collection[str]) -> dict[str, list[Any]]:
    """Everything that a new thing holds, as a change from nothing."""
    return {
        name: [None, _plain(getattr(subject, name))] for name in names if getattr(subject, name) not in (None, [], {})
    }


def removed(subject: Any, names: Collection[str]) -> dict[str, list[Any]]:
    """Everything that goes, as a change to nothing."""
    return {name: [old, None] for name, (_none, old) in added(subject, names).items()}
