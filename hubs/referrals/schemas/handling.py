"""Who handles a question or a referral, and until when it is put aside, in the API."""

from __future__ import annotations

from marshmallow import fields

from hubs.api.fields import Choice, Id, Instant, Text
from hubs.api.listing import list_query
from hubs.api.schemas import Input, Shape
from hubs.referrals.lists.bulk import ACTIONS
from hubs.referrals.lists.models import REASON_LENGTH


class HandlingIn(Input):
    """Which fields count depends on the action: assign takes `handler`, snooze `until` and `reason`, move `office`."""

    action = Choice(ACTIONS, required=True, error="unknown_action")
    handler = Id(allow_none=True, metadata={"description": "Of /colleagues; null with assign: nobody."})
    office = Id(allow_none=True, metadata={"description": "Of one's own organisation."})
    until = Instant(allow_none=True)
    reason = Text(max=REASON_LENGTH, allow_none=True)


class HandlingOut(Shape):
    """What a desk keeps about its own work; no other side reads it."""

    id = fields.String(metadata={"description": "Of the question or referral."})
    reference = fields.String()
    handler = fields.String(allow_none=True)
    office = fields.String()
    snoozed_until = fields.DateTime(
        allow_none=True, metadata={"description": "Ends earlier when something happens to it, or its term is over."}
    )
    snooze_reason = fields.String(allow_none=True)


class ColleagueOut(Shape):
    """Somebody of one's own organisation who can handle something."""

    id = fields.String()
    name = fields.String()
    away_until = fields.Date(allow_none=True, metadata={"description": "Last day of absence, included."})
    deputy = fields.String(allow_none=True, metadata={"description": "Who stands in; null: the desk itself."})


ColleagueQuery = list_query("ColleagueQuery", ("name",))
