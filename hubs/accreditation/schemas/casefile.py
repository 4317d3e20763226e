"""The indexed file of a case in the API: its inventory, and the archive."""

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
    """What the indexed file of a case would hold now."""

    reference = fields.String()
    purpose = Choice(Purpose)
    pieces = Listed(Object(PieceOut))


class CaseFileOut(InventoryOut):
    """The indexed file of a case: an archive with an inventory and the numbered pieces."""

    file_name = fields.String()
    sha256 = fields.String(metadata={"description": "Of the archive."})
    size = fields.Integer(metadata={"description": "Bytes."})
    archive = fields.String(metadata={"description": "The zip itself, base64.", "format": "byte"})


class InventoryQuery(Input):
    purpose = Choice(Purpose, load_default=Purpose.OBJECTION.value)


class CaseFileNew(Input):
    purpose = Choice(Purpose, required=True)
