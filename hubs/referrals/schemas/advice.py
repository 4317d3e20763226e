"""Routing advice in the API, as handles.md spells it."""

from __future__ import annotations

from marshmallow import fields

from hubs.api.fields import Choice, Listed, Object
from hubs.api.schemas import Shape
from hubs.referrals.state_words import ROUTING_OUTCOMES, ROUTING_RULES

from .shared import OrganisationOut


class ScorePartOut(Shape):
    code = fields.String()
    value = fields.String()
    text = fields.String()


class DestinationOut(Shape):
    rank = fields.Integer()
    part = fields.String(metadata={"description": "public, private or partner."})
    services = Listed(fields.String())
    organisation = Object(OrganisationOut)
    office = fields.String(allow_none=True)
    agreement = fields.String(allow_none=True)
    instrument = fields.String(allow_none=True)
    score = fields.String()
    parts = Listed(Object(ScorePartOut))
    at_owning_desk = fields.Boolean(metadata={"description": "This part stays where it is, without a referral."})
    own_choice = fields.Boolean(metadata={"description": "In development: by an officer's own choice only."})
    consent = fields.String(allow_none=True, metadata={"description": "given, ask, or null where none is needed."})


class FailedOut(Shape):
    rule = Choice(ROUTING_RULES)
    value = fields.String()
    text = fields.String()


class ExcludedOut(Shape):
    organisation = Object(OrganisationOut)
    failed = Listed(Object(FailedOut))


class CausedOut(Shape):
    code = fields.String()
    text = fields.String()


class QuestionOut(Shape):
    code = fields.String()
    candidates = Listed(fields.String())
    text = fields.String()


class NoteOut(Shape):
    code = fields.String()
    value = fields.String()
    text = fields.String()


class InstrumentExcludedOut(Shape):
    instrument = fields.String()
    failed = Listed(fields.String())


class TieBreakOut(Shape):
    method = fields.String()
    seed = fields.String()
    order = Listed(fields.String())


class RoutingOut(Shape):
    """The ranked list of places, with reasons for each place on it and each left off. Asking changes nothing."""

    outcome = Choice(ROUTING_OUTCOMES)
    outcome_text = fields.String()
    gap = fields.Boolean(metadata={"description": "The post takes what a hub would have got."})
    gap_causes = Listed(Object(CausedOut))
    receipt_hash = fields.String(metadata={"description": "The same until a place changes."})
    destinations = Listed(Object(DestinationOut))
    excluded = Listed(Object(ExcludedOut))
    instruments_excluded = Listed(Object(InstrumentExcludedOut))
    missing = Listed(fields.String(), metadata={"description": "Facts that would change the outcome."})
    questions = Listed(Object(QuestionOut))
    out_of_scope = Listed(fields.String())
    unserved = Listed(fields.String())
    notes = Listed(Object(NoteOut))
    sanctions_check = fields.Boolean()
    rules_version = fields.String()
    tie_break = Object(TieBreakOut)
    as_of = fields.DateTime()
