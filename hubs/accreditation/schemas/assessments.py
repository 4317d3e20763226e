"""Assessments in the API: assessors, scores, checks, moderated levels, advice, hearings, declared interests."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import fields

from hubs.accreditation.deciding_rules import WAIVERS
from hubs.accreditation.lifecycle import ProposalState
from hubs.accreditation.operations.advising import OPINIONS
from hubs.accreditation.operations.entering import LARGEST
from hubs.accreditation.operations.hearing import FORMS
from hubs.agreements.schemas import PartyOut
from hubs.api.fields import Choice, Day, Flag, Id, Listed, Object, Pattern, Text, Whole
from hubs.api.listing import list_query
from hubs.api.schemas import Input, Shape
from hubs.guideline.criteria import TOP_LEVEL

_TEXT = 8000
_GROUND = {"description": "A code of the list `assessment_ground`; required where the answer does not meet it."}


class Amount(fields.Field):
    """A number as text or number, with two decimals at most."""

    default_error_messages = {"required": "required", "null": "null", "invalid": "not_number"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, str | int | float) or len(str(value)) > 30:
            raise self.make_error("invalid")
        try:
            amount = Decimal(str(value))
        except InvalidOperation as error:
            raise self.make_error("invalid") from error
        if not amount.is_finite() or not 0 <= amount <= LARGEST or amount != round(amount, 2):
            raise self.make_error("invalid")
        return amount


class Criterion(Pattern):
    """The code of a criterion."""

    def __init__(self, **more: Any) -> None:
        super().__init__(r"[A-Z]{1,3}[0-9]{1,3}", max=12, **more)


class AssessorPersonOut(Shape):
    id = fields.String()
    name = fields.String()


class AssessedProposalOut(Shape):
    id = fields.String()
    reference = fields.String()
    state = Choice(ProposalState)
    kind = fields.String()
    market = fields.String(allow_none=True)
    hub = Object(PartyOut)


class AssessmentOut(Shape):
    """One's own part of an assessment."""

    id = fields.String()
    proposal = Object(AssessedProposalOut)
    position = fields.Integer()
    state = fields.String(metadata={"description": "A code of the list `assessment_state`."})
    assigned_at = fields.DateTime()
    due_on = fields.Date(allow_none=True)
    finished_at = fields.DateTime(allow_none=True)
    done = fields.Integer(metadata={"description": "Criteria this person scored, and facts that either checked."})


class AssessorOut(Shape):
    """Who assesses or assessed; what they gave stands elsewhere."""

    id = fields.String()
    person = Object(AssessorPersonOut)
    position = fields.Integer()
    assigned_at = fields.DateTime()
    due_on = fields.Date(allow_none=True)
    finished_at = fields.DateTime(allow_none=True)
    ended_at = fields.DateTime(allow_none=True, metadata={"description": "Replaced: the scores no longer count."})


class ItemsOut(Shape):
    """A short list that is not paged."""


class AssessorsOut(ItemsOut):
    items = Listed(Object(AssessorOut))


class AssessorNew(Input):
    person = Id(required=True)
    position = Whole(min=1, max=2, required=True)
    due_on = Day(allow_none=True, load_default=None)


class PartAct(Input):
    action = Choice(["finish"], required=True, error="unknown_action")


class ScoreOut(Shape):
    """Somebody's level on one criterion; another's only when both have finished."""

    criterion = fields.String()
    person = fields.String(metadata={"description": "Id of the person."})
    level = fields.Integer()
    ground = fields.String(allow_none=True)
    reason = fields.String()
    saved_at = fields.DateTime()
    version = fields.Integer()


class ScoresOut(ItemsOut):
    items = Listed(Object(ScoreOut))
    all_open = fields.Boolean(metadata={"description": "Whether both have finished, so that every score is shown."})


class ScoreIn(Input):
    criterion = Criterion(required=True)
    level = Whole(max=TOP_LEVEL, required=True)
    ground = Text(max=64, allow_none=True, load_default=None, metadata=_GROUND)
    reason = Text(max=_TEXT, lines=True, allow_none=True, load_default=None)
    version = Whole(
        allow_none=True, load_default=None, metadata={"description": "Of the answer you saw; 0: none was there."}
    )


class FactCheckOut(Shape):
    criterion = fields.String()
    person = fields.String()
    value = fields.String(allow_none=True, metadata={"description": "A decimal number."})
    answer = fields.Boolean(allow_none=True)
    departs = fields.Boolean(metadata={"description": "From what the chamber handed in (Awb 4:7)."})
    ground = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    saved_at = fields.DateTime()
    version = fields.Integer()


class FactChecksOut(ItemsOut):
    items = Listed(Object(FactCheckOut))


class FactCheckIn(Input):
    criterion = Criterion(required=True)
    value = Amount(allow_none=True, load_default=None, metadata={"description": "For a number."})
    answer = Flag(allow_none=True, load_default=None, metadata={"description": "For yes or no, documents, agreements."})
    departs = Flag(load_default=False)
    ground = Text(max=64, allow_none=True, load_default=None, metadata=_GROUND)
    reason = Text(max=_TEXT, lines=True, allow_none=True, load_default=None)
    version = Whole(allow_none=True, load_default=None)


class ModerationsOut(ItemsOut):
    items = Listed(Object(ScoreOut))
    wanted = Listed(fields.String(), metadata={"description": "Criteria on which the scores lie too far apart."})


class AdviceOut(Shape):
    id = fields.String()
    post = Object(PartyOut)
    asked_at = fields.DateTime()
    due_on = fields.Date(allow_none=True)
    opinion = Choice(OPINIONS, allow_none=True)
    text = fields.String(allow_none=True)
    given_at = fields.DateTime(allow_none=True)
    version = fields.Integer()


class AdvicesOut(ItemsOut):
    items = Listed(Object(AdviceOut))


class AdvicesNew(Input):
    posts = Listed(Id(), max=20, min=1, required=True)
    due_on = Day(allow_none=True, load_default=None)


class AdviceGiven(Input):
    opinion = Choice(OPINIONS, required=True)
    text = Text(max=_TEXT, lines=True, required=True)


class ProposalHearingOut(Shape):
    id = fields.String()
    article = fields.String()
    subject = fields.String(allow_none=True)
    invited_at = fields.DateTime(allow_none=True)
    answer_by = fields.Date(allow_none=True)
    form = Choice(FORMS, allow_none=True)
    held_on = fields.Date(allow_none=True)
    report = fields.String(allow_none=True)
    waiver_reason = fields.String(allow_none=True)
    recorded_at = fields.DateTime(allow_none=True)
    version = fields.Integer()


class ProposalHearingsOut(ItemsOut):
    items = Listed(Object(ProposalHearingOut))
    departing_facts = Listed(fields.String(), metadata={"description": "Criteria whose facts depart from the file."})


class ProposalHearingNew(Input):
    """An invitation: `subject` and `answerBy`; or, with `waiverReason`, that the chamber is not heard."""

    subject = Text(max=_TEXT, lines=True, allow_none=True, load_default=None)
    answer_by = Day(allow_none=True, load_default=None)
    waiver_reason = Choice(WAIVERS, allow_none=True, load_default=None)
    report = Text(max=_TEXT, lines=True, allow_none=True, load_default=None)


class ProposalHearingPatch(Input):
    form = Choice(FORMS, required=True)
    held_on = Day(allow_none=True, load_default=None)
    report = Text(max=_TEXT, lines=True, allow_none=True, load_default=None)
    waiver_reason = Choice(WAIVERS, allow_none=True, load_default=None)


class InterestOut(Shape):
    id = fields.String()
    person = Object(AssessorPersonOut)
    hub = Object(PartyOut)
    note = fields.String(allow_none=True)
    declared_at = fields.DateTime()
    ended_at = fields.DateTime(allow_none=True)


class InterestNew(Input):
    hub = Id(required=True)
    note = Text(max=2000, lines=True, allow_none=True, load_default=None)


class InterestAct(Input):
    action = Choice(["end"], required=True, error="unknown_action")


class InternalNoteOut(Shape):
    id = fields.String()
    person = Object(AssessorPersonOut)
    text = fields.String()
    written_at = fields.DateTime()


class InternalNotesOut(ItemsOut):
    items = Listed(Object(InternalNoteOut))


class InternalNoteNew(Input):
    text = Text(max=_TEXT, lines=True, required=True)


AssessmentQuery = list_query("AssessmentQuery", ("-id", "id"))
InterestQuery = list_query("InterestQuery", ("-id", "id"), hub=Id())
