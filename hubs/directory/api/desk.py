"""What an organisation keeps of its own desk: whom to call, how much a week for some weeks, days it is shut."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from hubs.accounts.actor import Actor
from hubs.accounts.models import Office
from hubs.accounts.permissions import P
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, both_ways, listing
from hubs.core.calendars import zone
from hubs.core.errors import NotFound, RuleViolation
from hubs.directory import operations
from hubs.directory.models import CapacityChange, Closure, Liaison
from hubs.directory.queries import closures_visible_to, get_own_office, get_own_organisation
from hubs.directory.queries.desk import (
    capacity_changes_visible_to,
    get_own_liaison,
    liaisons_visible_to,
)
from hubs.directory.schemas import (
    CapacityChangeNew,
    CapacityChangeOut,
    CapacityChangeQuery,
    LiaisonNew,
    LiaisonOut,
    LiaisonPatch,
    LiaisonQuery,
    OfficeClosureNew,
    OfficeClosureOut,
    OfficeClosureQuery,
)
from hubs.directory.shaping import columns
from hubs.extensions import db
from hubs.referrals.operations import hold_clocks, recompute_office

from . import routes

codes.add(
    "capacity_reason",
    "reason",
    {"mission": _l("A mission"), "declined": _l("Declined for want of room"), "other": _l("Other")},
)
_LIAISON_PATHS = {"counterpart_id": "counterpart"}


# --- liaisons ------------------------------------------------------------------------------------------------


@routes.get(
    "/liaisons",
    P.DIRECTORY_READ,
    answer=LiaisonOut,
    query=LiaisonQuery,
    summary="Whom others may call at one's own organisation",
    tag="liaisons",
)
def liaison_list(call: Call) -> Listing:
    query = call.query()
    statement = liaisons_visible_to(call.actor)
    for name, column in (("market", Liaison.market), ("counterpart", Liaison.counterpart_id)):
        if query.get(name):
            statement = statement.where(column == query[name])
    return listing(statement, query, both_ways(id=[(Liaison.id, "asc")]))


@routes.get("/liaisons/<id:liaison_id>", P.DIRECTORY_READ, answer=LiaisonOut, summary="A liaison", tag="liaisons")
def liaison_show(call: Call, liaison_id: str) -> Answer:
    liaison = get_own_liaison(call.actor, liaison_id)
    call.may(liaison)
    return Answer(liaison, liaison.version_id)


@routes.create(
    "/liaisons",
    P.PROFILE_EDIT,
    body=LiaisonNew,
    answer=LiaisonOut,
    summary="Name somebody to call, for one market, one party or all",
    tag="liaisons",
    fields=_LIAISON_PATHS,
)
def liaison_create(call: Call) -> Answer:
    values = _of_liaison(call.body())
    organisation = get_own_organisation(call.actor)
    liaison = operations.add_liaison(organisation, values=values, actor=call.actor, now=call.now)
    return Answer(liaison, liaison.version_id, f"/api/v1/liaisons/{liaison.id}")


@routes.patch(
    "/liaisons/<id:liaison_id>",
    P.PROFILE_EDIT,
    body=LiaisonPatch,
    answer=LiaisonOut,
    summary="Change who it is or how to reach them",
    tag="liaisons",
    fields=_LIAISON_PATHS,
)
def liaison_edit(call: Call, liaison_id: str) -> Answer:
    liaison = get_own_liaison(call.actor, liaison_id)
    call.may(liaison)
    body = call.body()
    call.match(liaison.version_id)
    operations.edit_liaison(liaison, values=_of_liaison(body), actor=call.actor, now=call.now)
    return Answer(liaison, liaison.version_id)


@routes.endpoint(
    "DELETE",
    "/liaisons/<id:liaison_id>",
    P.PROFILE_EDIT,
    answer=LiaisonOut,
    writes=True,
    match="optional",
    refuses=(409, 412, 422),
    summary="Take somebody off the list; answers who it was, and nothing of them is kept",
    tag="liaisons",
)
def liaison_remove(call: Call, liaison_id: str) -> Answer:
    liaison = get_own_liaison(call.actor, liaison_id)
    call.may(liaison)
    call.body()
    call.match(liaison.version_id)
    shown = {**columns(liaison, ("id", *operations.LIAISON_FIELDS))}
    operations.remove_liaison(liaison, actor=call.actor, now=call.now)
    return Answer(shown)


def _of_liaison(body: Mapping[str, Any]) -> dict[str, Any]:
    return {_named(name): value for name, value in body.items()}


def _named(name: str) -> str:
    return "counterpart_id" if name == "counterpart" else name


# --- capacity ------------------------------------------------------------------------------------------------


@routes.get(
    "/capacity-changes",
    P.DIRECTORY_READ,
    answer=CapacityChangeOut,
    query=CapacityChangeQuery,
    summary="Weeks in which one's own offices take another number of new questions",
    tag="capacity-changes",
)
def capacity_change_list(call: Call) -> Listing:
    return _by_day(capacity_changes_visible_to(call.actor), CapacityChange, call)


@routes.get(
    "/capacity-changes/<id:change_id>",
    P.DIRECTORY_READ,
    answer=CapacityChangeOut,
    summary="A change of capacity",
    tag="capacity-changes",
)
def capacity_change_show(call: Call, change_id: str) -> Answer:
    change = _one(capacity_changes_visible_to(call.actor).where(CapacityChange.id == change_id))
    call.may(change.office)
    return Answer(change)


@routes.create(
    "/capacity-changes",
    P.PROFILE_EDIT,
    body=CapacityChangeNew,
    answer=CapacityChangeOut,
    summary="Another number of new questions a week, from one day up to and including another",
    tag="capacity-changes",
)
def capacity_change_create(call: Call) -> Answer:
    values = dict(call.body())
    office = _own_office(call.actor, values.pop("office"))
    change = operations.change_capacity(office, **values, today=_today(office, call), actor=call.actor, now=call.now)
    return Answer(change, location=f"/api/v1/capacity-changes/{change.id}")


@routes.endpoint(
    "DELETE",
    "/capacity-changes/<id:change_id>",
    P.PROFILE_EDIT,
    answer=CapacityChangeOut,
    writes=True,
    refuses=(409, 422),
    summary="Take it back: the office's own number counts again from now on",
    tag="capacity-changes",
)
def capacity_change_end(call: Call, change_id: str) -> Answer:
    statement = capacity_changes_visible_to(call.actor).where(CapacityChange.id == change_id)
    found = _one(statement)
    call.may(found.office)
    call.body()
    _own_office(call.actor, found.office_id)
    db.session.expire(found)
    change = _one(statement)
    operations.end_capacity_change(change, actor=call.actor, now=call.now)
    return Answer(change)


# --- days shut -----------------------------------------------------------------------------------------------


@routes.get(
    "/closures",
    P.DIRECTORY_READ,
    answer=OfficeClosureOut,
    query=OfficeClosureQuery,
    summary="Days on which one's own offices are shut, besides public holidays",
    tag="closures",
)
def closure_list(call: Call) -> Listing:
    return _by_day(closures_visible_to(call.actor), Closure, call)


@routes.get("/closures/<id:closure_id>", P.DIRECTORY_READ, answer=OfficeClosureOut, summary="A closure", tag="closures")
def closure_show(call: Call, closure_id: str) -> Answer:
    closure = _one(closures_visible_to(call.actor).where(Closure.id == closure_id))
    call.may(closure.office)
    return Answer(closure)


@routes.create(
    "/closures",
    P.PROFILE_EDIT,
    body=OfficeClosureNew,
    answer=OfficeClosureOut,
    summary="Say on which days an office is shut; terms that run there move along",
    tag="closures",
)
def closure_create(call: Call) -> Answer:
    values = dict(call.body())
    office = _held_office(call.actor, values.pop("office"))
    given = {"reason": None, **values}
    closure = operations.add_closure(office, **given, today=_today(office, call), actor=call.actor, now=call.now)
    recompute_office(office, actor=call.actor, now=call.now)
    return Answer(closure, location=f"/api/v1/closures/{closure.id}")


@routes.endpoint(
    "DELETE",
    "/closures/<id:closure_id>",
    P.PROFILE_EDIT,
    answer=OfficeClosureOut,
    writes=True,
    refuses=(409, 422),
    summary="Open after all on these days; terms that run there move along",
    tag="closures",
)
def closure_remove(call: Call, closure_id: str) -> Answer:
    statement = closures_visible_to(call.actor).where(Closure.id == closure_id)
    found = _one(statement)
    call.may(found.office)
    call.body()
    office = _held_office(call.actor, found.office_id)
    closure = _one(statement)
    shown = columns(closure, ("id", "office_id", "starts_on", "ends_on", "reason"))
    operations.remove_closure(closure, actor=call.actor, now=call.now)
    recompute_office(office, actor=call.actor, now=call.now)
    return Answer(shown)


def _by_day(statement: Select[Any], model: Any, call: Call) -> Listing:
    query = call.query()
    if query.get("office"):
        statement = statement.where(model.office_id == query["office"])
    return listing(statement, query, both_ways(startsOn=[(model.starts_on, "asc"), (model.id, "asc")]))


def _one(statement: Select[Any]) -> Any:
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def _own_office(actor: Actor, office_id: str, *, lock: bool = True) -> Office:
    """An open office of one's own. Raises RuleViolation: the body names it, the address does not."""
    try:
        return get_own_office(actor, office_id, lock=lock)
    except NotFound as error:
        raise RuleViolation("unknown_office", _l("Choose an office of your own organisation."), "office") from error


def _held_office(actor: Actor, office_id: str) -> Office:
    """To change its calendar: the clocks that follow it come first, then the office."""
    office = _own_office(actor, office_id, lock=False)
    hold_clocks(office.id)
    db.session.expire(office)
    return _own_office(actor, office_id)


def _today(office: Office, call: Call) -> date:
    return call.now.astimezone(zone(office.timezone)).date()
