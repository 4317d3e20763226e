"""Letters in the API."""

from __future__ import annotations

from marshmallow import fields

from hubs.accreditation.letters.content import LetterKind
from hubs.api.fields import Choice, Flag, Id, Listed, Object, Text
from hubs.api.listing import list_query
from hubs.api.schemas import Input, Shape


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


_OWN_CLAUSE = "Empty: the words of the service."


class LetterTransition(Input):
    action = Choice(("send_again",), required=True, error="unknown_action")


class LetterSettingsPatch(Input):
    """What letters to come say."""

    sender_nl = Text(max=500, lines=True)
    sender_en = Text(max=500, lines=True)
    address = Text(max=500, lines=True, allow_none=True)
    signatory_function_nl = Text(max=200, allow_none=True)
    signatory_function_en = Text(max=200, allow_none=True)
    has_objection_clause = Flag()
    objection_clause_nl = Text(max=3000, lines=True, allow_none=True, metadata={"description": _OWN_CLAUSE})
    objection_clause_en = Text(max=3000, lines=True, allow_none=True, metadata={"description": _OWN_CLAUSE})


class LetterSettingsOut(Shape):
    """What every letter says."""

    sender_nl = fields.String()
    sender_en = fields.String()
    address = fields.String()
    signatory_function_nl = fields.String()
    signatory_function_en = fields.String()
    has_objection_clause = fields.Boolean()
    objection_clause_nl = fields.String()
    objection_clause_en = fields.String()
    updated_at = fields.DateTime(allow_none=True)


LetterQuery = list_query(
    "LetterQuery",
    ("-id", "id"),
    proposal=Id(metadata={"description": "Id of a proposal."}),
    decision=Id(metadata={"description": "Id of a decision."}),
    organisation=Id(metadata={"description": "Id of the organisation to whom it is."}),
)
