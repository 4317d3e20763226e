"""What answers about questions and referrals share."""

from __future__ import annotations

from marshmallow import fields

from hubs.api.fields import Choice
from hubs.api.schemas import Shape, optional
from hubs.referrals.state_words import MESSAGES


class OrganisationOut(Shape):
    id = fields.String()
    kind = fields.String()
    code = fields.String(metadata={"description": "Key of the reference data."})
    name = fields.String(metadata={"description": "In the reader's language."})


class CompanyShown(Shape):
    id = optional(fields.String())
    name = fields.String(allow_none=True)
    kvk_number = fields.String(allow_none=True)
    registration_number = fields.String(allow_none=True)
    country = fields.String()
    region = fields.String(allow_none=True)


class ContactPersonShown(Shape):
    name = fields.String()
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)


class MessageOut(Shape):
    kind = Choice(MESSAGES)
    author_kind = fields.String()
    organisation = fields.String(attribute="organisation_id", allow_none=True)
    text = fields.String()
    at = fields.DateTime()


def actions_of(lifecycle: object) -> Choice:
    names = [row.name for row in lifecycle.transitions.values() if not row.by_rule]  # type: ignore[attr-defined]
    return Choice(names, required=True, error="unknown_action")
