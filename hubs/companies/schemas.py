"""Companies, client contacts and consent texts in the API."""

from __future__ import annotations

from marshmallow import fields

from hubs.api.fields import Id, Instant, Listed, Pattern, Text
from hubs.api.listing import list_query
from hubs.api.schemas import Input, Shape
from hubs.reference.schemas import Coded, CodedInput

from .identifying import FOREIGN_LENGTH

_COUNTRY = "ISO 3166-1 alpha-2; NL unless said otherwise."


class CompanyOut(Shape):
    """A company as one's own organisation wrote it down; nobody else's words."""

    id = fields.String()
    name = fields.String()
    country = fields.String()
    kvk_number = fields.String(allow_none=True)
    registration_number = fields.String(allow_none=True, metadata={"description": "The number in its own register."})
    city = fields.String(allow_none=True)
    region = fields.String(allow_none=True)
    vat_number = fields.String(allow_none=True)
    establishment_number = fields.String(allow_none=True)
    rsin = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    created_at = fields.DateTime()


class CompanyNew(CodedInput):
    name = Text(max=200, required=True)
    kvk_number = Text(max=20, allow_none=True, metadata={"description": "Eight digits; for companies in NL."})
    registration_number = Text(max=FOREIGN_LENGTH, allow_none=True, metadata={"description": "For other countries."})
    country = Coded("market", load_default="NL", metadata={"description": _COUNTRY})
    city = Text(max=100, allow_none=True)
    region = Text(max=60, allow_none=True, metadata={"description": "Dutch province."})


class CompanyPatch(Input):
    name = Text(max=200)
    city = Text(max=100, allow_none=True)
    region = Text(max=60, allow_none=True, metadata={"description": "Dutch province."})
    vat_number = Text(max=30, allow_none=True)
    establishment_number = Text(max=20, allow_none=True, metadata={"description": "Twelve digits."})
    rsin = Text(max=15, allow_none=True)
    note = Text(max=8000, lines=True, allow_none=True, metadata={"description": "One's own note."})


class ClientContactOut(Shape):
    id = fields.String()
    company = fields.String(attribute="company_id")
    at = fields.DateTime()
    channel = fields.String()
    market = fields.String(allow_none=True)
    sector = fields.String(allow_none=True)
    service = fields.String(allow_none=True)
    result = fields.String(allow_none=True)
    subject_type = fields.String(allow_none=True, metadata={"description": "support_requests or referrals."})
    subject = fields.String(attribute="subject_id", allow_none=True)


class ClientContactNew(CodedInput):
    company = Id(required=True)
    at = Instant(allow_none=True, metadata={"description": "Now unless said otherwise."})
    channel = Coded("channel", required=True)
    market = Coded("market", allow_none=True)
    sector = Coded("sector", allow_none=True)
    service = Coded("service", allow_none=True)
    result = Coded("referral_outcome", allow_none=True)


class ConsentTextOut(Shape):
    version = fields.String()
    text_nl = fields.String()
    text_en = fields.String()
    purpose = fields.String()
    fields_shown = Listed(
        fields.String(), attribute="fields", data_key="fields", metadata={"description": "What recipients may see."}
    )
    starts_on = fields.Date()
    ends_on = fields.Date(allow_none=True)
    is_in_force = fields.Boolean()


CompanyQuery = list_query(
    "CompanyQuery",
    ("name", "-name", "createdAt", "-createdAt"),
    q=Text(max=100, metadata={"description": "Part of the name, or the exact number."}),
    kvk_number=Pattern("[0-9]{8}", max=8),
)
ClientContactQuery = list_query(
    "ClientContactQuery",
    ("-at", "at"),
    company=Id(),
    market=Coded("market"),
    service=Coded("service"),
    since=Instant(metadata={"description": "This moment and later."}),
)
ConsentTextQuery = list_query("ConsentTextQuery", ("-startsOn", "startsOn"))
