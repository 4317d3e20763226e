"""Referral agreements in the API."""

from __future__ import annotations

from marshmallow import fields

from hubs.api.fields import Choice, Day, Flag, Id, Listed, Object, Text, Whole
from hubs.api.listing import list_query
from hubs.api.schemas import Input, Shape
from hubs.reference.schemas import Coded, CodedInput

from .lifecycle import AGREEMENT, AgreementState
from .standing import Why
from .terms import DATA_FIELDS, DIRECTIONS, EITHER_TO

_MAIN = "ISO 3166-1 alpha-2 codes; empty: no limit."


class PartyOut(Shape):
    id = fields.String()
    kind = fields.String()
    code = fields.String()
    name = fields.String(metadata={"description": "In the reader's language."})


class AgreementPostOut(Shape):
    organisation = Object(PartyOut)
    signed_at = fields.DateTime(allow_none=True)
    ended_at = fields.DateTime(allow_none=True)
    is_in_force = fields.Boolean()


class WhyOut(Shape):
    code = Choice(Why)
    value = fields.String()
    on = fields.Date(allow_none=True)


class AgreementOut(Shape):
    """One version of the terms between a hub and posts."""

    id = fields.String()
    lineage = fields.String(attribute="lineage_id", metadata={"description": "Id of the first version."})
    version_number = fields.Integer()
    state = Choice(AgreementState)
    is_in_force = fields.Boolean(metadata={"description": "Derived now: signed, within its term, standing holds."})
    not_in_force_because = Listed(Object(WhyOut))
    hub = Object(PartyOut)
    posts = Listed(Object(AgreementPostOut))
    drafted_by = fields.String(attribute="drafted_by_id")
    directions = Listed(fields.String())
    services = Listed(fields.String())
    sectors = Listed(fields.String())
    markets = Listed(fields.String())
    cities = Listed(fields.String())
    target_groups = Listed(fields.String())
    either_to = Choice(EITHER_TO)
    starts_on = fields.Date(allow_none=True)
    ends_on = fields.Date(allow_none=True)
    notice_days = fields.Integer()
    conditional_on_accreditation = fields.Boolean()
    review_month = fields.Integer(allow_none=True)
    acknowledge_hours = fields.Integer()
    acknowledge_outer_days = fields.Integer()
    decide_hours = fields.Integer()
    decide_outer_days = fields.Integer()
    contact_hours = fields.Integer()
    contact_outer_days = fields.Integer()
    quote_days = fields.Integer()
    report_days = fields.Integer()
    capacity_share = fields.Integer(allow_none=True)
    first_talk_free = fields.Boolean()
    no_membership = fields.Boolean()
    no_commission = fields.Boolean()
    non_exclusive = fields.Boolean()
    consent_text_version = fields.String(allow_none=True)
    data_fields = Listed(fields.String())
    decline_reasons = Listed(fields.String())
    liaison_hub = fields.String(allow_none=True)
    liaison_posts = fields.String(allow_none=True)
    offered_at = fields.DateTime(allow_none=True)
    hub_signed_at = fields.DateTime(allow_none=True)
    hub_ended_at = fields.DateTime(allow_none=True)
    ended_at = fields.DateTime(allow_none=True)
    end_reason = fields.String(allow_none=True)
    actions = Listed(fields.String())


class AgreementPatch(CodedInput):
    """The terms; what is not sent stays. Hours are working hours of the receiving office, days are elapsed."""

    posts = Listed(Id(), max=50)
    directions = Listed(Choice(DIRECTIONS), max=len(DIRECTIONS))
    services = Listed(Coded("service"), max=100)
    sectors = Listed(Coded("sector"), max=200)
    markets = Listed(Coded("market"), max=250)
    cities = Listed(Text(max=100), max=200)
    target_groups = Listed(Coded("target_group"), max=20)
    either_to = Choice(EITHER_TO)
    starts_on = Day(allow_none=True)
    ends_on = Day(allow_none=True, metadata={"description": "Last day, included."})
    notice_days = Whole(max=730)
    conditional_on_accreditation = Flag()
    review_month = Whole(min=1, max=12, allow_none=True)
    acknowledge_hours = Whole(min=1, max=400)
    acknowledge_outer_days = Whole(min=1, max=90)
    decide_hours = Whole(min=1, max=400)
    decide_outer_days = Whole(min=1, max=90)
    contact_hours = Whole(min=1, max=400)
    contact_outer_days = Whole(min=1, max=90)
    quote_days = Whole(min=1, max=365)
    report_days = Whole(min=1, max=730)
    capacity_share = Whole(min=1, max=100, allow_none=True)
    first_talk_free = Flag()
    no_membership = Flag()
    no_commission = Flag()
    non_exclusive = Flag()
    consent_text_version = Text(max=20, allow_none=True)
    data_fields = Listed(Choice(DATA_FIELDS), max=len(DATA_FIELDS))
    decline_reasons = Listed(Coded("decline_reason"), max=20)
    liaison_hub = Text(max=200, allow_none=True)
    liaison_posts = Text(max=200, allow_none=True)


class AgreementNew(AgreementPatch):
    """A draft; what is not sent is as in the model agreement."""

    hub = Id(required=True)
    posts = Listed(Id(), max=50, min=1, required=True)


class AgreementTransition(Input):
    action = Choice(
        [row.name for row in AGREEMENT.transitions.values() if not row.by_rule], required=True, error="unknown_action"
    )
    note = Text(max=4000, lines=True, allow_none=True, metadata={"description": "Why; required to terminate."})


AgreementQuery = list_query(
    "AgreementQuery",
    ("-id", "id"),
    state=Choice(AgreementState),
    hub=Id(),
    post=Id(),
)
