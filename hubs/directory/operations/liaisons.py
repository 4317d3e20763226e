"""Liaisons: whom to call at an organisation, for whoever has an agreement with it. Personal, so not in the history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation
from hubs.core.errors import RuleViolation
from hubs.core.events import record
from hubs.core.types import new_id
from hubs.directory.models import Liaison
from hubs.directory.queries.desk import counterparts_of
from hubs.extensions import db

from .rules import assign, check_may_edit

LIAISON_FIELDS = ("market", "counterpart_id", "name", "function", "email", "phone", "note")


def add_liaison(organisation: Organisation, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> Liaison:
    """Name somebody to call. Raises NotPermitted, RuleViolation."""
    check_may_edit(organisation, actor)
    _check(values, actor)
    liaison = Liaison(id=new_id(), organisation_id=organisation.id)
    assign(liaison, LIAISON_FIELDS, values)
    db.session.add(liaison)
    return _recorded(liaison, "liaison.add", LIAISON_FIELDS, actor, now)


def edit_liaison(liaison: Liaison, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> Liaison:
    """Change who it is or how to reach them. Raises NotPermitted, RuleViolation."""
    check_may_edit(liaison, actor)
    _check({"phone": liaison.phone, "email": liaison.email, **values}, actor)
    return _recorded(liaison, "liaison.edit", assign(liaison, LIAISON_FIELDS, values), actor, now)


def remove_liaison(liaison: Liaison, *, actor: Actor, now: datetime) -> None:
    """Take somebody off the list; nothing of them is kept. Raises NotPermitted."""
    check_may_edit(liaison, actor)
    _recorded(liaison, "liaison.remove", (), actor, now)
    db.session.delete(liaison)
    db.session.flush()


def _check(values: Mapping[str, Any], actor: Actor) -> None:
    """Somebody to call has a number or an address, for a party with whom there can be agreements."""
    if not values.get("phone") and not values.get("email"):
        raise RuleViolation("unreachable", _l("Fill in a telephone number or an e-mail address."), "phone")
    wanted = values.get("counterpart_id")
    if wanted is not None and wanted not in {row.id for row in counterparts_of(actor)}:
        raise RuleViolation("unknown_party", _l("Choose from the list."), "counterpart_id")


def _recorded(liaison: Liaison, kind: str, fields: Any, actor: Actor, now: datetime) -> Liaison:
    db.session.flush()
    record(db.session, kind, liaison, actor=actor, now=now, data={"fields": sorted(fields)}, outbox=False)
    return liaison
