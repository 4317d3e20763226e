"""The ministry's desk in the API: the board, tasks, and the map of markets."""

from __future__ import annotations

from marshmallow import fields

from hubs.accreditation.board import Holder, Stage, Step
from hubs.accreditation.lifecycle import ProposalState
from hubs.agreements.schemas import PartyOut
from hubs.api.fields import Choice, Flag, Listed, Object
from hubs.api.listing import list_query
from hubs.api.schemas import Shape
from hubs.guideline.criteria import ProposalKind
from hubs.reference.schemas import Coded


class BoardRowOut(Shape):
    """A proposal that was handed in, with what happens next and who holds it; derived when read."""

    id = fields.String()
    reference = fields.String()
    kind = Choice(ProposalKind)
    state = Choice(ProposalState)
    hub = Object(PartyOut)
    market = fields.String(allow_none=True)
    stage = Choice(Stage)
    next_step = Choice(Step)
    held_by = Choice(Holder)
    held_by_names = Listed(fields.String(), metadata={"description": "Assessors or posts; empty for a whole role."})
    due_on = fields.Date(allow_none=True)
    term = fields.String(metadata={"description": "late, soon, later or paused; empty when no term runs."})
    rivals = fields.Integer(metadata={"description": "Other open proposals for the same market."})
    interests = fields.Integer(metadata={"description": "Interests in this chamber that people declared."})


BoardQuery = list_query(
    "BoardQuery",
    ("dueOn",),
    stage=Choice((*(stage for stage in Stage),)),
    market=Coded("market"),
    kind=Choice(ProposalKind),
    mine=Flag(),
    late=Flag(),
)


class TaskOut(Shape):
    kind = fields.String()
    key = fields.String(metadata={"description": "Reference or id of what it is about."})
    hub = fields.String(metadata={"description": "The chamber, in the reader's language."})
    what = fields.String(metadata={"description": "In the reader's language."})
    market = fields.String()
    due_on = fields.Date(allow_none=True)
    term = fields.String()


class TasksOut(Shape):
    items = Listed(Object(TaskOut))


class MarketNeedOut(Shape):
    """Numbers of questions in twelve months; null is hidden because it is small or would give a small one away."""

    market = fields.String()
    hubs = fields.Dict(keys=fields.String(), values=fields.Integer(), metadata={"description": "By standing."})
    open_proposals = fields.Integer()
    questions = fields.Integer(allow_none=True)
    unmet = fields.Integer(allow_none=True)
    verdict = Choice(("wanted", "unmet", "rivals", "covered", "quiet"))


class MarketMapOut(Shape):
    since = fields.Date()
    items = Listed(Object(MarketNeedOut))
