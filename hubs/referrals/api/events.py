"""The audit trail, for auditors; everybody else finds the history of a thing with the thing itself."""

from __future__ import annotations

from sqlalchemy import select

from hubs.accounts.permissions import P
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, both_ways, listing
from hubs.core.errors import NotFound
from hubs.core.events import Event
from hubs.extensions import db
from hubs.referrals.schemas import EventOut, EventQuery

from . import routes


@routes.get("/events", P.EVENT_READ, answer=EventOut, query=EventQuery, summary="The audit trail", tag="events")
def event_list(call: Call) -> Listing:
    query = call.query()
    statement = select(Event)
    columns = {
        "kind": Event.kind,
        "subject_type": Event.subject_type,
        "subject": Event.subject_id,
        "organisation": Event.organisation_id,
        "actor_kind": Event.actor_kind,
    }
    for name, column in columns.items():
        if query.get(name):
            statement = statement.where(column == query[name])
    if query.get("since"):
        statement = statement.where(Event.at >= query["since"])
    return listing(statement, query, both_ways(id=[(Event.id, "asc")]))


@routes.get(
    "/events/<int(max=9223372036854775807):event_id>",
    P.EVENT_READ,
    answer=EventOut,
    summary="An entry of the audit trail",
    tag="events",
)
def event_show(call: Call, event_id: int) -> Answer:
    entry = db.session.get(Event, event_id)
    if entry is None:
        raise NotFound()
    call.may()
    return Answer(entry)
