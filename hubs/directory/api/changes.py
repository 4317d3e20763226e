"""Changes of profiles by API: one's own hub's, and for the ministry those that wait."""

from __future__ import annotations

from hubs.accounts.permissions import P
from hubs.accreditation.operations.confirming import act_on_profile_change
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, listing
from hubs.api.schemas import camel
from hubs.directory.change_words import CHANGE_WORDS
from hubs.directory.lifecycle import PROFILE_CHANGE
from hubs.directory.models import ProfileChange
from hubs.directory.profile_fields import BY_NAME
from hubs.directory.queries.changes import changes_visible_to, get_visible_change
from hubs.directory.schemas import ProfileChangeOut, ProfileChangeQuery, ProfileChangeTransition
from hubs.directory.shaping import change_shown

from . import routes

_FIELDS = {camel(name): name for name in BY_NAME}
codes.add_lifecycle(PROFILE_CHANGE, CHANGE_WORDS)


@routes.get(
    "/profile-changes",
    P.DIRECTORY_READ,
    answer=ProfileChangeOut,
    query=ProfileChangeQuery,
    summary="Changes of one's own profile; for the ministry those handed in",
    tag="profile-changes",
)
def profile_change_list(call: Call) -> Listing:
    query = call.query()
    statement = changes_visible_to(call.actor)
    if query.get("state"):
        statement = statement.where(ProfileChange.state == query["state"])
    if query.get("hub"):
        statement = statement.where(ProfileChange.hub_id == query["hub"])
    order = {"id": [(ProfileChange.id, "asc")], "-id": [(ProfileChange.id, "desc")]}
    page = listing(statement, query, order)
    return page.showing([change_shown(change, actor=call.actor) for change in page.items])


@routes.get(
    "/profile-changes/<id:change_id>",
    P.DIRECTORY_READ,
    answer=ProfileChangeOut,
    summary="A change of a profile: what is published and what was drafted",
    tag="profile-changes",
)
def profile_change_show(call: Call, change_id: str) -> Answer:
    change = get_visible_change(call.actor, change_id)
    call.may()
    return Answer(change_shown(change, actor=call.actor), change.version_id)


@routes.transitions(
    "/profile-changes/<id:change_id>/transitions",
    P.DIRECTORY_READ,
    body=ProfileChangeTransition,
    answer=ProfileChangeOut,
    summary="Hand in or take back a change; for the ministry confirm it or send it back with why",
    tag="profile-changes",
)
def profile_change_act(call: Call, change_id: str) -> Answer:
    change = get_visible_change(call.actor, change_id, lock=True)
    call.may_act(change)
    values = call.body()
    call.match(change.version_id)
    reasons = {_FIELDS.get(row["field"], "reason"): row["reason"] for row in values.get("reasons") or ()}
    if values.get("reason"):
        reasons["reason"] = values["reason"]
    act_on_profile_change(change, values["action"], actor=call.actor, now=call.now, reasons=reasons)
    return Answer(change_shown(change, actor=call.actor), change.version_id)
