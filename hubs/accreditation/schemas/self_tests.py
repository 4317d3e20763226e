"""The self-test in the API."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields

from hubs.accreditation.schemas.proposals import Content
from hubs.api.fields import Choice, Listed, Object
from hubs.api.schemas import Shape
from hubs.guideline.criteria import ProposalKind, Rule
from hubs.reference.schemas import Coded, CodedInput

LONGEST = 40


class Answers(Content):
    """Answers by code of criterion, as they would be typed."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> dict[str, str]:
        given = super()._deserialize(value, attr, data, **more)
        return {code: _typed(answer) for code, answer in given.items() if answer is not None}


def _typed(answer: Any) -> str:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, int | float | str) and len(str(answer)) <= LONGEST:
        return str(answer)
    raise ValidationError("bad_format")


class SelfTestNew(CodedInput):
    """What a chamber would answer today."""

    kind = Choice((ProposalKind.NEW, ProposalKind.IN_DEVELOPMENT), load_default=ProposalKind.NEW.value)
    market = Coded("market", allow_none=True, load_default=None)
    answers = Answers(
        load_default=dict,
        metadata={"description": "By code of criterion: true or false, a number, or a level of 0 to 4."},
    )


class SelfTestItemOut(Shape):
    code = fields.String()
    name = fields.String()
    explanation = fields.String(allow_none=True)
    rule = Choice(Rule)
    is_met = fields.Boolean(allow_none=True, metadata={"description": "Null: not answered."})


class SelfTestOut(Shape):
    """Judged as an assessment would, on the chamber's own word; lists hold codes of criteria."""

    items = Listed(Object(SelfTestItemOut))
    missed = Listed(fields.String(), metadata={"description": "Hard requirements not met: reason to refuse."})
    limiting = Listed(fields.String(), metadata={"description": "Not met: at most a hub in development."})
    open = Listed(fields.String(), metadata={"description": "Not answered yet."})
    prepare = Listed(fields.String(), metadata={"description": "Asked with a proposal as well."})
    later = Listed(fields.String(), metadata={"description": "Asked before the hub starts."})
