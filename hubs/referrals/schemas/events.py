"""The audit trail in the API."""

from __future__ import annotations

from marshmallow import fields

from hubs.api.fields import Choice, Id, Instant, Pattern
from hubs.api.listing import list_query
from hubs.api.schemas import Shape


class EventOut(Shape):
    """One entry of the audit trail; ids, codes and numbers only."""

    id = fields.Integer()
    kind = fields.String()
    subject_type = fields.String()
    subject = fields.String(attribute="subject_id")
    related_type = fields.String(allow_none=True)
    related = fields.String(attribute="related_id", allow_none=True)
    at = fields.DateTime()
    actor_kind = fields.String()
    actor = fields.String(attribute="actor_id", allow_none=True)
    organisation = fields.String(attribute="organisation_id", allow_none=True)
    data = fields.Dict()
    commitments = fields.Dict()


EventQuery = list_query(
    "EventQuery",
    ("-id", "id"),
    kind=Pattern("[a-z_]+(?:[.][a-z_]+)?"),
    subject_type=Pattern("[a-z_]+", max=40),
    subject=Id(),
    organisation=Id(),
    since=Instant(),
    actor_kind=Choice(("person", "client", "entrepreneur", "system")),
)
