"""Calibration in the API: samples, one's own files, agreement. Exact numbers are text."""

from __future__ import annotations

from marshmallow import fields

from hubs.accreditation.calibration import Weakness
from hubs.accreditation.operations.calibrating import LARGEST
from hubs.api.fields import Choice, Id, Listed, Object, Text, Whole
from hubs.api.listing import list_query
from hubs.api.schemas import Input, Shape
from hubs.guideline.criteria import TOP_LEVEL, ProposalKind

_EXACT = "Exact, as a whole number or a fraction."


class ScoringAgreementOut(Shape):
    """How far two rounds of scoring agree on one criterion under one version."""

    version = fields.String(metadata={"description": "Name of the guideline version."})
    criterion = fields.String()
    pairs = fields.Integer(metadata={"description": "Each file gives one for each of the first two assessors."})
    same_level = fields.String(metadata={"description": f"Share of the pairs. {_EXACT}"})
    within_one = fields.String(metadata={"description": f"Share at most one level apart. {_EXACT}"})
    mean_difference = fields.String(metadata={"description": f"Again less first. {_EXACT}"})
    kappa = fields.String(
        allow_none=True, metadata={"description": f"Quadratic weighted; null when all gave one level. {_EXACT}"}
    )
    weak = Listed(Choice(Weakness))
    enough = fields.Boolean(metadata={"description": "Whether there are pairs enough to say anything."})


class CalibrationOut(Shape):
    """A sample that was drawn; never which files are in it."""

    id = fields.String()
    guideline_version = fields.String()
    version = fields.String(metadata={"description": "Name of the guideline version."})
    seed = fields.String()
    size = fields.Integer(metadata={"description": "How many were asked for."})
    drawn = fields.Integer()
    finished = fields.Integer()
    drawn_at = fields.DateTime()


class CalibrationWhole(CalibrationOut):
    agreement = Listed(Object(ScoringAgreementOut))


class CalibrationNew(Input):
    guideline_version = Id(required=True)
    size = Whole(required=True, min=1, max=LARGEST)
    seed = Text(max=64, load_default=None, allow_none=True, metadata={"description": "Made when left out."})


class ScoringAgreementQuery(Input):
    guideline_version = Id()


class ScoringAgreementListOut(Shape):
    items = Listed(Object(ScoringAgreementOut))


class AgainOut(Shape):
    criterion = fields.String()
    level = fields.Integer(allow_none=True)
    ground = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)


class CalibrationItemOut(Shape):
    """A file of one's own to score again; nothing of the first time, and not whose it is."""

    id = fields.String()
    calibration = fields.String()
    guideline_version = fields.String()
    kind = Choice(ProposalKind)
    market = fields.String(allow_none=True)
    finished_at = fields.DateTime(allow_none=True)
    scores = Listed(Object(AgainOut))


class AgainNew(Input):
    criterion = Text(required=True, max=12)
    level = Whole(required=True, min=0, max=TOP_LEVEL)
    ground = Text(max=64, load_default=None, allow_none=True)
    reason = Text(required=True, max=8000, lines=True)


class ItemTransition(Input):
    action = Choice(("finish",), required=True, error="unknown_action")


CalibrationQuery = list_query("CalibrationQuery", ("-id", "id"), guideline_version=Id())
CalibrationItemQuery = list_query("CalibrationItemQuery", ("id", "-id"))
