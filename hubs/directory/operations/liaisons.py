"""Liaisons: whom to call at an organisation, for whoever has an agreement with it. Personal, so not in the history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation
from hubs.core.events import record
from hubs.core.types import new_id
from hubs.directory.models import Liaison
from hubs.extensions import db

from .rules import assign, check_may_edit

LIAISON_FIELDS = ("market", "counterpart_id", "name", "function", "email", "phone", "note")


def add_liaison(organisation: Organisation, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> Liaison:
    """Name somebody to call. Raises NotPermitted."""
    check_may_edit(organisation, actor)
    liaison = Liaison(id=new_id(), organisation_id=organisation.id)
    assign(liaison, LIAISON_FIELDS, values)
    db.session.add(liaison)
    return _recorded(liaison, "liaison.add", LIAISON_FIELDS, actor, now)


def edit_liaison(liaison: Liaison, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> Liaison:
    """Change who it is or how to reach them. Raises NotPermitted."""
    check_may_edit(liaison, actor)
    return _recorded(liaison, "liaison.edit", assign(liaison, LIAISON_FIELDS, values), actor, now)


def remove_liaison(liaison: Liaison, *, actor: Actor, now: datetime) -> None:
    """Take somebody off the list; nothing of them is kept. Raises NotPermitted."""
    check_may_edit(liaison, actor)
    _recorded(liaison, "liaison.remove", (), actor, now)
    db.session.delete(liaison)
    db.session.flush()


def _recorded(liaison: Liaison, kind: str, fields: Any, actor: Actor, now: datetime) -> Liaison:
    db.session.flush()
    record(db.session, kind, liaison, actor=actor, now=now, data={"fields": sorted(fields)}, outbox=False)
    return liaison
