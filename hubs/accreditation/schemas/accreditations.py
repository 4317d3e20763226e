"""Accreditations in the API: what stands, what is owed, and the standing of a hub on a day."""

from __future__ import annotations

from marshmallow import fields

from hubs.accreditation.lifecycle import ACCREDITATION, CONDITION, AccreditationState, ConditionState
from hubs.accreditation.models.accreditations import OBLIGATIONS
from hubs.accreditation.words.accreditations import GROUNDS
from hubs.agreements.schemas import PartyOut
from hubs.api.fields import Choice, Day, Flag, Id, Listed, Object, Text, Upload, Whole
from hubs.api.listing import list_query
from hubs.api.schemas import Input, Shape, optional
from hubs.directory.lifecycle import HubStatus

LONG = 4000
MOST_CENTS = 2**31 - 1


class CheckOut(Shape):
    """One criterion of the moment of activation."""

    criterion = fields.String()
    is_required = fields.Boolean()
    is_met = fields.Boolean()
    by_person = fields.Boolean(metadata={"description": "Somebody checks it; else a signed agreement satisfies it."})
    checked_at = fields.DateTime(allow_none=True)


class DutyConditionOut(Shape):
    """A condition of the decision, and what became of it."""

    id = fields.String()
    state = Choice(ConditionState)
    text = fields.String()
    text_en = fields.String(allow_none=True)
    owner = fields.String()
    due_on = fields.Date()
    is_late = fields.Boolean()
    evidence_wanted = fields.String()
    evidence_at = fields.DateTime(allow_none=True)
    evidence_note = fields.String(allow_none=True)
    judged_at = fields.DateTime(allow_none=True)
    judgement = fields.String(allow_none=True)
    criterion = fields.String(attribute="criterion_code", allow_none=True)
    actions = Listed(fields.String())


class ObligationOut(Shape):
    """Something handed in or undergone by a day."""

    id = fields.String()
    kind = Choice(OBLIGATIONS)
    year = fields.Integer(allow_none=True)
    due_on = fields.Date()
    state = fields.String(metadata={"description": "open, late, done or cancelled."})
    done_at = fields.DateTime(allow_none=True)
    note = fields.String(allow_none=True)
    file_name = fields.String(allow_none=True)


class ConcernOut(Shape):
    """A flag that something may be wrong; for the ministry only."""

    id = fields.String()
    text = fields.String()
    owner = fields.String(metadata={"description": "Who looks into it."})
    due_on = fields.Date()
    raised_at = fields.DateTime()
    closed_at = fields.DateTime(allow_none=True)
    finding = fields.String(allow_none=True)


class FundingOut(Shape):
    """Public money of one source in one year."""

    id = fields.String()
    year = fields.Integer()
    source = fields.String()
    amount_cents = fields.Integer()
    planned_cents = fields.Integer(allow_none=True, metadata={"description": "What the phase-out path says."})
    is_de_minimis = fields.Boolean()
    granted_on = fields.Date(allow_none=True)
    note = fields.String(allow_none=True)


class DeMinimisOut(Shape):
    """De-minimis aid over three years (Regulation (EU) 2023/2831)."""

    since = fields.Date()
    total_cents = fields.Integer()
    ceiling_cents = fields.Integer()
    left_cents = fields.Integer()
    is_over = fields.Boolean()


class AccreditationOut(Shape):
    """The standing a decision gave a hub, for a term."""

    id = fields.String()
    state = Choice(AccreditationState)
    hub = Object(PartyOut)
    decision = fields.String(attribute="decision_id")
    guideline_version = fields.String(attribute="guideline_version_id")
    replaces = fields.String(attribute="replaces_id", allow_none=True)
    in_development = fields.Boolean()
    has_conditions = fields.Boolean()
    markets = Listed(fields.String())
    services = Listed(fields.String())
    starts_on = fields.Date()
    ends_on = fields.Date(metadata={"description": "Last day, included."})
    granted_at = fields.DateTime()
    activated_at = fields.DateTime(allow_none=True)
    ended_at = fields.DateTime(allow_none=True)
    open_conditions = fields.Integer()
    late_obligations = fields.Integer()
    open_concerns = optional(fields.Integer(metadata={"description": "For the ministry only."}))
    actions = Listed(fields.String())


class AccreditationWholeOut(AccreditationOut):
    """One accreditation with everything owed under it."""

    checks = Listed(Object(CheckOut), metadata={"description": "What is asked before it becomes active."})
    conditions = Listed(Object(DutyConditionOut))
    obligations = Listed(Object(ObligationOut))
    fundings = Listed(Object(FundingOut))
    de_minimis = Object(DeMinimisOut)
    concerns = optional(Listed(Object(ConcernOut), metadata={"description": "For the ministry only."}))


AccreditationQuery = list_query("AccreditationQuery", ("id", "-id"), hub=Id(), state=Choice(AccreditationState))


class AccreditationTransition(Input):
    action = Choice([row.name for row in ACCREDITATION.transitions.values() if not row.by_rule], required=True,
                    error="unknown_action")  # fmt: skip


class CheckNew(Input):
    criterion = Text(max=12, required=True)


class ConditionTransition(Input):
    action = Choice(list(CONDITION.transitions), required=True, error="unknown_action")
    note = Text(max=LONG, lines=True, allow_none=True)


class ObligationTransition(Input):
    action = Choice(("finish",), required=True, error="unknown_action")
    note = Text(max=LONG, lines=True, allow_none=True)


class HandedIn(Input):
    """A file, with a word about it."""

    file = Upload(required=True)
    note = Text(max=LONG, lines=True, allow_none=True)


class ConcernNew(Input):
    text = Text(max=LONG, lines=True, required=True)
    owner = Id(required=True, metadata={"description": "A person of the ministry."})
    due_on = Day(required=True)


class ConcernTransition(Input):
    action = Choice(("close",), required=True, error="unknown_action")
    finding = Text(max=LONG, lines=True, allow_none=True)


class FundingPatch(Input):
    year = Whole(min=2000, max=2100)
    source = Text(max=200)
    amount_cents = Whole(max=MOST_CENTS)
    planned_cents = Whole(max=MOST_CENTS, allow_none=True)
    is_de_minimis = Flag()
    granted_on = Day(allow_none=True)
    note = Text(max=LONG, lines=True, allow_none=True)


class FundingNew(FundingPatch):
    year = Whole(min=2000, max=2100, required=True)
    source = Text(max=200, required=True)
    amount_cents = Whole(max=MOST_CENTS, required=True)


class StandingQuery(Input):
    on = Day(metadata={"description": "A day in the Netherlands, up to today; today when left out."})


class AgreementThenOut(Shape):
    id = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date()
    posts = Listed(Object(PartyOut))


class StandingOut(Shape):
    """What a hub's standing was at the end of a day, and what it rested on."""

    hub = fields.String()
    on = fields.Date()
    status = Choice(HubStatus)
    is_accredited = fields.Boolean(metadata={"description": "Accredited, with conditions, or in development."})
    since = fields.Date(allow_none=True)
    ends_on = fields.Date(allow_none=True, metadata={"description": "Last day of the term it rested on."})
    ground = Choice(GROUNDS)
    changed_that_day = fields.Boolean()
    status_the_day_before = Choice(HubStatus)
    decision = fields.String(allow_none=True, metadata={"description": "Reference."})
    guideline_version = fields.String(allow_none=True, metadata={"description": "Name."})
    accreditation = fields.String(allow_none=True)
    agreements = Listed(Object(AgreementThenOut), metadata={"description": "In force at the end of that day."})
    decided_by = optional(fields.String(metadata={"description": "For the ministry only."}))
