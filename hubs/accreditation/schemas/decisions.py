"""Decisions and objections in the API."""

from __future__ import annotations

from marshmallow import fields

from hubs.accreditation.deciding_rules import DEPARTURES, OBJECTION_WAIVERS, WAIVERS
from hubs.accreditation.lifecycle import DECISION, DecisionKind, DecisionState, ObjectionState
from hubs.accreditation.models.objections import OUTCOMES
from hubs.agreements.schemas import PartyOut
from hubs.api.fields import Choice, Day, Flag, Id, Listed, Object, Text
from hubs.api.listing import list_query
from hubs.api.schemas import Input, Shape, optional
from hubs.reference.schemas import Coded, CodedInput

OWNERS = ("hub", "post", "ministry")
FORMS = ("oral", "written", "waived")
LONG, SHORT = 20_000, 2_000


class LackOut(Shape):
    """What keeps a draft from being signed."""

    code = fields.String()
    field = fields.String(allow_none=True)
    message = fields.String()


class ConditionOut(Shape):
    id = fields.String()
    position = fields.Integer()
    state = fields.String()
    text = fields.String()
    text_en = fields.String(allow_none=True)
    owner = fields.String()
    due_on = fields.Date()
    evidence_wanted = fields.String()
    criterion = fields.String(attribute="criterion_code", allow_none=True)


class DecisionOut(Shape):
    """A decision; a draft is seen by the ministry only."""

    id = fields.String()
    reference = fields.String()
    state = Choice(DecisionState)
    kind = Choice(DecisionKind)
    hub = Object(PartyOut)
    proposal = fields.String(allow_none=True, metadata={"description": "Id of the proposal it is about."})
    proposal_reference = fields.String(allow_none=True)
    accreditation = fields.String(allow_none=True)
    replaces = fields.String(allow_none=True, metadata={"description": "The decision it takes the place of."})
    objection = fields.String(allow_none=True)
    computed_outcome = fields.String(allow_none=True)
    departs = fields.Boolean(metadata={"description": "Whether it is another than the computed outcome leads to."})
    departure_reason = fields.String(allow_none=True)
    departure_note = fields.String(allow_none=True)
    reasons = fields.String()
    reasons_en = fields.String(allow_none=True)
    starts_on = fields.Date(allow_none=True)
    ends_on = fields.Date(allow_none=True, metadata={"description": "Last day, included."})
    markets = Listed(fields.String())
    services = Listed(fields.String())
    conditions = Listed(Object(ConditionOut))
    file_number = fields.Integer(allow_none=True)
    digest = fields.String(allow_none=True, metadata={"description": "Of the file it was drafted on."})
    drafted_at = fields.DateTime()
    signed_at = fields.DateTime(allow_none=True)
    signed_by = fields.String(allow_none=True, metadata={"description": "Name of the person who signed."})
    objection_until = fields.Date(allow_none=True)
    actions = Listed(fields.String())


class DecisionWholeOut(DecisionOut):
    """One decision, with what only its own page asks for."""

    lacking = Listed(Object(LackOut))
    file_changes = Listed(
        fields.Dict(), metadata={"description": "What changed since the draft was bound to the file."}
    )
    similar = Listed(fields.String(), metadata={"description": "References of earlier decisions like it."})
    letters = Listed(fields.String(), metadata={"description": "Ids of its letters."})
    replaced_by = fields.String(allow_none=True)
    internal_notes = optional(Listed(fields.Dict()))


class ConditionIn(Input):
    text = Text(max=SHORT, lines=True, required=True)
    text_en = Text(max=SHORT, lines=True, allow_none=True)
    owner = Choice(OWNERS, load_default="hub")
    due_on = Day(required=True)
    evidence_wanted = Text(max=SHORT, lines=True, required=True)
    criterion_code = Text(max=12, allow_none=True)


class DecisionPatch(CodedInput):
    """What a draft says; saving it binds it to the file as it lies there now."""

    kind = Choice(DecisionKind)
    reasons = Text(max=LONG, lines=True, allow_none=True)
    reasons_en = Text(max=LONG, lines=True, allow_none=True)
    departure_reason = Choice(DEPARTURES, allow_none=True)
    departure_note = Text(max=SHORT, lines=True, allow_none=True)
    starts_on = Day(allow_none=True, metadata={"description": "Empty: the day of the signature."})
    ends_on = Day(allow_none=True, metadata={"description": "Last day. Empty: as long as the guideline says."})
    markets = Listed(Coded("market"), max=50)
    services = Listed(Coded("service"), max=100)
    conditions = Listed(Object(ConditionIn), max=30)
    internal_note = Text(
        max=LONG, lines=True, allow_none=True, metadata={"description": "Not in the letter; its writer cannot sign."}
    )


class DecisionNew(DecisionPatch):
    """A draft on a proposal, or on an accreditation that stands: one of the two."""

    kind = Choice(DecisionKind, required=True)
    proposal = Id(allow_none=True)
    accreditation = Id(allow_none=True)
    objection = Id(allow_none=True, metadata={"description": "The upheld objection this decision answers."})


class DecisionTransition(Input):
    action = Choice(
        [row.name for row in DECISION.transitions.values() if not row.by_rule], required=True, error="unknown_action"
    )


class ObjectionOut(Shape):
    """An objection to a decision, with its own clock."""

    id = fields.String()
    state = Choice(ObjectionState)
    decision = fields.String(attribute="decision_id")
    decision_reference = fields.String()
    hub = Object(PartyOut)
    received_on = fields.Date()
    is_in_time = fields.Boolean()
    lateness_reason = fields.String(allow_none=True)
    grounds = fields.String()
    has_committee = fields.Boolean()
    due_on = fields.Date(allow_none=True)
    adjourned_on = fields.Date(allow_none=True)
    handler = fields.String(allow_none=True, metadata={"description": "Name; for the ministry only."})
    outcome = fields.String(allow_none=True)
    outcome_reasons = fields.String(allow_none=True)
    new_decision = fields.String(allow_none=True, metadata={"description": "Reference of the decision it led to."})
    decided_at = fields.DateTime(allow_none=True)
    actions = Listed(fields.String())


class ObjectionNew(Input):
    decision = Id(required=True)
    grounds = Text(max=LONG, lines=True, required=True)
    lateness_reason = Text(max=4000, lines=True, allow_none=True)
    received_on = Day(allow_none=True, metadata={"description": "By the ministry, for what came by post."})
    posted_on = Day(allow_none=True, metadata={"description": "By the ministry, for what came by post (Awb 6:9)."})


class ObjectionTransition(Input):
    """take_up: handler, hasCommittee. decide: outcome, reasons. record_hearing: form, heldOn, report, waiverReason."""

    action = Choice(
        ("take_up", "adjourn", "record_hearing", "decide", "withdraw"), required=True, error="unknown_action"
    )
    handler = Id(allow_none=True)
    has_committee = Flag()
    outcome = Choice(OUTCOMES, allow_none=True)
    reasons = Text(max=LONG, lines=True, allow_none=True)
    form = Choice(FORMS, allow_none=True)
    held_on = Day(allow_none=True)
    report = Text(max=LONG, lines=True, allow_none=True)
    waiver_reason = Choice(OBJECTION_WAIVERS, allow_none=True, metadata={"description": "Awb 7:3."})
    note = Text(max=4000, lines=True, allow_none=True)


class IntentionNew(Input):
    """The intention to suspend or withdraw, on which the hub is heard (Awb 4:8)."""

    intended_kind = Choice(("suspend", "withdraw"), required=True)
    subject = Text(max=LONG, lines=True, allow_none=True, metadata={"description": "Why; the hub reads this."})
    answer_by = Day(allow_none=True)
    waiver_reason = Choice(WAIVERS, allow_none=True, metadata={"description": "Instead: why the hub is not heard."})


class IntentionView(Input):
    action = Choice(("record_hearing",), required=True, error="unknown_action")
    form = Choice(FORMS, allow_none=True)
    held_on = Day(allow_none=True)
    report = Text(max=LONG, lines=True, allow_none=True)
    waiver_reason = Choice(WAIVERS, allow_none=True)


class IntentionOut(Shape):
    id = fields.String()
    article = fields.String()
    intended_kind = fields.String(allow_none=True)
    subject = fields.String(allow_none=True)
    invited_at = fields.DateTime(allow_none=True)
    answer_by = fields.Date(allow_none=True)
    form = fields.String(allow_none=True)
    held_on = fields.Date(allow_none=True)
    report = fields.String(allow_none=True)
    waiver_reason = fields.String(allow_none=True)
    recorded_at = fields.DateTime(allow_none=True)


class TermStepOut(Shape):
    code = fields.String()
    on = fields.Date()
    article = fields.String()
    days = fields.Integer()
    text = fields.String()


class TermOut(Shape):
    """The statutory term of a proposal, with how its last day follows."""

    due_on = fields.Date(allow_none=True)
    counted_to = fields.Date(allow_none=True, metadata={"description": "Before the Algemene termijnenwet."})
    is_running = fields.Boolean()
    is_suspended = fields.Boolean()
    not_consider_until = fields.Date(allow_none=True)
    steps = Listed(Object(TermStepOut))


class ExtensionNew(Input):
    action = Choice(("extend",), required=True, error="unknown_action")
    days = fields.Integer(required=True, strict=True)
    reason = Text(max=SHORT, lines=True, required=True)


DecisionQuery = list_query(
    "DecisionQuery",
    ("-id", "id"),
    state=Choice(DecisionState),
    kind=Choice(DecisionKind),
    proposal=Id(),
    hub=Id(),
)
ObjectionQuery = list_query("ObjectionQuery", ("-id", "id"), state=Choice(ObjectionState), decision=Id())
IntentionQuery = list_query("IntentionQuery", ("-id", "id"))
