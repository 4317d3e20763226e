"""Guideline versions in the API. Weights, thresholds and the pass mark are exact: numbers as text."""

from __future__ import annotations

from marshmallow import fields

from hubs.api.fields import AnyOf, Choice, Day, Flag, Id, Listed, Number, Object, Pattern, Text, Whole
from hubs.api.listing import list_query
from hubs.api.schemas import Input, Shape
from hubs.reference.market_lists import MARKET_LISTS

from .criteria import Answer, Better, Consequence, Moment, ProposalKind, Rule
from .lifecycle import GUIDELINE_VERSION, VersionState
from .versions import CODE, GROUP_CODE
from .words import UNIT_WORDS

_EXACT = {"description": "An exact number as text, such as 2.5."}


def exact(most: int, **more: object) -> AnyOf:
    """A number, or an exact one as text."""
    pattern = Pattern(r"[0-9]{1,10}(\.[0-9]{1,2})?", max=13)
    return AnyOf(Number(max=most), pattern, metadata={"description": "A number, or an exact one as text."}, **more)


class GroupOut(Shape):
    code = fields.String()
    name_nl = fields.String()
    name_en = fields.String()


class LevelOut(Shape):
    level = fields.Integer()
    title_nl = fields.String()
    title_en = fields.String()
    text_nl = fields.String()
    text_en = fields.String()


class CriterionOut(Shape):
    """A criterion as this version has it."""

    code = fields.String()
    group = fields.String()
    name_nl = fields.String()
    name_en = fields.String()
    explanation_nl = fields.String(allow_none=True)
    explanation_en = fields.String(allow_none=True)
    answer = Choice(Answer)
    unit = fields.String(allow_none=True)
    weight = fields.String(metadata=_EXACT)
    rule = Choice(Rule)
    threshold = fields.String(allow_none=True, metadata=_EXACT)
    better = Choice(Better, allow_none=True)
    moment = Choice(Moment)
    kinds = Listed(fields.String(), metadata={"description": "Kinds of proposal; empty: every kind."})
    market_lists = Listed(fields.String(), metadata={"description": "Market lists; empty: every market."})
    consequence = fields.String(allow_none=True, metadata={"description": "`in_development`, or nothing."})
    source = fields.String(allow_none=True)
    source_nl = fields.String(allow_none=True)
    levels = Listed(Object(LevelOut), metadata={"description": "What each level of a scale means."})


class GuidelineVersionOut(Shape):
    """A version without its criteria."""

    id = fields.String()
    name = fields.String()
    state = Choice(VersionState)
    is_in_force = fields.Boolean(metadata={"description": "Derived for today."})
    in_force_on = fields.Date(allow_none=True, metadata={"description": "First day."})
    retired_on = fields.Date(allow_none=True, metadata={"description": "First day on which it holds no longer."})
    is_proposal = fields.Boolean(metadata={"description": "Made here, not the ministry's official text."})
    based_on = fields.String(allow_none=True, attribute="based_on_id")
    note = fields.String(allow_none=True)
    pass_mark = fields.String(metadata=_EXACT)
    moderation_distance = fields.Integer()
    term_years = fields.Integer()
    mid_term_months = fields.Integer()
    development_months = fields.Integer()
    actions = Listed(fields.String())


class MissingOut(Shape):
    field = fields.String(allow_none=True)
    code = fields.String()
    message = fields.String()


class GuidelineVersionWhole(GuidelineVersionOut):
    """A version with its groups, its criteria and, while it is a draft, what is still missing."""

    groups = Listed(Object(GroupOut))
    criteria = Listed(Object(CriterionOut))
    missing = Listed(Object(MissingOut), metadata={"description": "What stands in the way, whatever day is chosen."})


class GroupInput(Input):
    code = Pattern(GROUP_CODE, max=41, required=True)
    name_nl = Text(max=250, required=True)
    name_en = Text(max=250, required=True)


class LevelInput(Input):
    level = Whole(min=0, max=4, required=True)
    title_nl = Text(max=80, allow_none=True)
    title_en = Text(max=80, allow_none=True)
    text_nl = Text(max=600, lines=True, allow_none=True)
    text_en = Text(max=600, lines=True, allow_none=True)


class GuidelineVersionNew(Input):
    """A draft that says what another version says."""

    based_on = Id(required=True)
    name = Text(max=40, required=True)
    note = Text(max=2000, lines=True, allow_none=True)


class GuidelineVersionPatch(Input):
    """The head, the numbers and the groups of a draft; what is not sent stays."""

    name = Text(max=40)
    note = Text(max=2000, lines=True, allow_none=True)
    is_proposal = Flag()
    pass_mark = exact(100)
    moderation_distance = Whole(max=4)
    term_years = Whole(min=1, max=10)
    mid_term_months = Whole(min=1, max=119)
    development_months = Whole(min=1, max=120)
    groups = Listed(Object(GroupInput), max=40, metadata={"description": "All of them, in their order."})


class CriterionPatch(Input):
    """What a criterion says; what is not sent stays."""

    code = Pattern(CODE.pattern, max=6, metadata={"description": "Another code than the address has renames it."})
    group = Pattern(GROUP_CODE, max=41)
    name_nl = Text(max=250)
    name_en = Text(max=250)
    explanation_nl = Text(max=4000, lines=True, allow_none=True)
    explanation_en = Text(max=4000, lines=True, allow_none=True)
    answer = Choice(Answer)
    unit = Choice(UNIT_WORDS, allow_none=True)
    weight = exact(100)
    rule = Choice(Rule)
    threshold = exact(10**10, allow_none=True)
    better = Choice(Better, allow_none=True)
    moment = Choice(Moment)
    kinds = Listed(Choice(ProposalKind), max=len(ProposalKind))
    market_lists = Listed(Choice(MARKET_LISTS), max=len(MARKET_LISTS))
    consequence = Choice([one for one in Consequence if one], allow_none=True)
    source = Text(max=500, allow_none=True)
    source_nl = Text(max=500, allow_none=True)
    levels = Listed(Object(LevelInput), max=5)


class CriterionPut(CriterionPatch):
    """A whole criterion: what is not sent is empty."""

    class Meta(Input.Meta):
        exclude = ("code",)

    group = Pattern(GROUP_CODE, max=41, required=True)
    name_nl = Text(max=250, required=True)
    name_en = Text(max=250, required=True)
    answer = Choice(Answer, required=True)
    rule = Choice(Rule, required=True)
    moment = Choice(Moment, required=True)


class GuidelineVersionTransition(Input):
    action = Choice([row.name for row in GUIDELINE_VERSION.transitions.values()], required=True, error="unknown_action")
    in_force_on = Day(allow_none=True, metadata={"description": "First day; required to put in force."})
    retired_on = Day(allow_none=True, metadata={"description": "First day without it; required to retire."})


class FieldChangeOut(Shape):
    field = fields.String()
    level = fields.Integer(allow_none=True)
    before = AnyOf(fields.String(), Listed(fields.String()), allow_none=True)
    after = AnyOf(fields.String(), Listed(fields.String()), allow_none=True)


class ChangedOut(Shape):
    code = fields.String()
    changes_results = fields.Boolean(metadata={"description": "Words alone never change a result."})
    changes = Listed(Object(FieldChangeOut))


class ComparisonOut(Shape):
    """What `after` says otherwise than `before`."""

    before = fields.String()
    after = fields.String()
    numbers = Listed(Object(FieldChangeOut))
    groups_added = Listed(fields.String())
    groups_removed = Listed(fields.String())
    groups_changed = Listed(Object(ChangedOut))
    added = Listed(fields.String())
    removed = Listed(fields.String())
    changed = Listed(Object(ChangedOut))
    unchanged = fields.Integer()


class ComparisonQuery(Input):
    before = Id(
        metadata={"description": "The version to compare with; without it the one this was made from, or this one."}
    )


GuidelineVersionQuery = list_query(
    "GuidelineVersionQuery",
    ("-id", "id"),
    state=Choice(VersionState),
    on=Day(metadata={"description": "The version in force on this day."}),
)
