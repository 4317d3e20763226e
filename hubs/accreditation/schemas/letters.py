"""Letters in the API."""

from __future__ import annotations

from marshmallow import fields

from hubs.accreditation.letters.content import LetterKind
from hubs.api.fields import Choice, Id, Listed, Object
from hubs.api.listing import list_query
from hubs.api.schemas import Shape


class DeliveryOut(Shape):
    at = fields.DateTime()
    status = Choice(("sent", "failed"))
    recipient = fields.String(allow_none=True, metadata={"description": "For the ministry only."})
    message_id = fields.String(allow_none=True)
    detail = fields.String(allow_none=True)


class LetterRowOut(Shape):
    """A letter as it went out; it never changes."""

    id = fields.String()
    kind = Choice(LetterKind)
    language = Choice(("nl", "en"))
    reference = fields.String()
    subject = fields.String()
    organisation = fields.String(attribute="hub_id", metadata={"description": "To whom: id of the organisation."})
    proposal = fields.String(attribute="proposal_id", allow_none=True)
    decision = fields.String(attribute="decision_id", allow_none=True)
    accreditation = fields.String(attribute="accreditation_id", allow_none=True)
    objection = fields.String(attribute="objection_id", allow_none=True)
    dated_on = fields.Date()
    made_at = fields.DateTime()
    file_name = fields.String()
    sha256 = fields.String()
    size = fields.Integer(metadata={"description": "Bytes."})
    deliveries = Listed(Object(DeliveryOut))


class LetterOut(LetterRowOut):
    pdf = fields.String(metadata={"description": "The PDF itself, base64.", "format": "byte"})


LetterQuery = list_query(
    "LetterQuery",
    ("-id", "id"),
    proposal=Id(metadata={"description": "Id of a proposal."}),
    decision=Id(metadata={"description": "Id of a decision."}),
    organisation=Id(metadata={"description": "Id of the organisation to whom it is."}),
)
