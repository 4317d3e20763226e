"""The indexed file of a case in the API: its inventory."""

from __future__ import annotations

from marshmallow import fields

from hubs.accreditation.casefile.pieces import PieceKind, Purpose, Treatment
from hubs.api.fields import Choice, Listed, Object
from hubs.api.schemas import Input, Shape


class PieceOut(Shape):
    number = fields.Integer()
    at = fields.DateTime()
    kind = Choice(PieceKind)
    title = fields.String()
    author = fields.String()
    treatment = Choice(Treatment)


class InventoryOut(Shape):
    """What the indexed file of a proposal would hold now; the archive itself is made on the page."""

    reference = fields.String()
    purpose = Choice(Purpose)
    pieces = Listed(Object(PieceOut))


class InventoryQuery(Input):
    purpose = Choice(Purpose, load_default=Purpose.OBJECTION.value)
