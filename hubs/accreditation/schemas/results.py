"""The computed result, and the try-out of a guideline version, in the API. Exact numbers are text."""

from __future__ import annotations

from marshmallow import fields

from hubs.accreditation.scoring import WHY, Outcome
from hubs.accreditation.tryout import REASONS, Unknown
from hubs.api.fields import Choice, Listed, Object
from hubs.api.schemas import Input, Shape
from hubs.guideline.criteria import Rule

_EXACT = "Exact, as a whole number or a fraction such as 975/14."
ASPECTS = ("level", "moderated", "scored", "yes_no", "number", "document", "agreement")


class ResultRowOut(Shape):
    """One criterion in the derivation."""

    code = fields.String()
    rule = Choice(Rule)
    answer = fields.String(allow_none=True, metadata={"description": "In the reader's language."})
    weight = fields.String()
    points = fields.String(allow_none=True, metadata={"description": f"From 0 to 4; null: carries none. {_EXACT}"})
    part = fields.String(metadata={"description": f"Of the total, in percentage points. {_EXACT}"})
    most = fields.String(metadata={"description": f"What full points would bring. {_EXACT}"})
    is_met = fields.Boolean()
    why = Choice(WHY)


class ChangeOut(Shape):
    """One answer that would have to be another one for another outcome."""

    code = fields.String()
    aspect = Choice(ASPECTS)
    before = fields.String(allow_none=True)
    after = fields.String(allow_none=True)
    beyond = fields.Boolean(metadata={"description": "A number worse than `after`, however little."})
    outcome = Choice(Outcome)
    text = fields.String(metadata={"description": "In the reader's language."})


class ResultOut(Shape):
    """What the answers come to. The service computes and advises; people decide."""

    outcome = Choice(Outcome)
    text = fields.String(metadata={"description": "The outcome in one sentence, in the reader's language."})
    total = fields.String(metadata={"description": "Percent, two decimals, rounded down."})
    total_exact = fields.String(metadata={"description": _EXACT})
    pass_mark = fields.String()
    is_below_pass_mark = fields.Boolean()
    is_limited_by_kind = fields.Boolean(metadata={"description": "Asked for in development, so no more than that."})
    knock_outs = Listed(fields.String(), metadata={"description": "Hard requirements that are not met."})
    mandatory = Listed(fields.String(), metadata={"description": "Required criteria that are not met."})
    consequences = Listed(fields.String(), metadata={"description": "Criteria that leave at most in development."})
    missing = Listed(fields.String(), metadata={"description": "Criteria without an answer."})
    rows = Listed(Object(ResultRowOut))
    changes = Listed(Object(ChangeOut), metadata={"description": "What one answer would change."})


class TryOutNew(Input):
    """How to count what nobody was asked then."""

    unanswered = Choice(Unknown, load_default=str(Unknown.LEFT_OUT))


class OutcomeOut(Shape):
    outcome = Choice(Outcome)
    total = fields.String(metadata={"description": "Percent, two decimals, rounded down."})


class ReasonOut(Shape):
    code = Choice(REASONS)
    criteria = Listed(fields.String())


class FlipOut(Shape):
    """A past proposal whose result would be another one."""

    proposal = fields.String()
    reference = fields.String()
    hub = fields.String()
    before = Object(OutcomeOut)
    after = Object(OutcomeOut)
    reasons = Listed(Object(ReasonOut))
    unanswered_criteria = Listed(fields.String())


class OutcomeCountOut(Shape):
    before = Choice(Outcome)
    after = Choice(Outcome)
    count = fields.Integer()


class UnansweredCriterionOut(Shape):
    code = fields.String()
    count = fields.Integer()


class TryOutOut(Shape):
    """A version of the guideline on every past proposal; nothing is changed or kept."""

    version = fields.String()
    unanswered = Choice(Unknown)
    tried = fields.Integer()
    flips = Listed(Object(FlipOut))
    counts = Listed(Object(OutcomeCountOut))
    unanswered_criteria = Listed(Object(UnansweredCriterionOut))
