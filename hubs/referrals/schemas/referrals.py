"""Referrals in the API: what each side may see, and what it may do."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from hubs.api.fields import Choice, Id, Instant, Listed, Object, Pattern, Text
from hubs.api.listing import list_query
from hubs.api.schemas import Shape, optional
from hubs.reference.schemas import KEY, Coded, CodedInput, known_codes
from hubs.referrals.intake.data import TEXT_LENGTH
from hubs.referrals.lifecycle import REFERRAL, ReferralState
from hubs.referrals.operations.consequences import SCOPES
from hubs.referrals.state_words import HIDDEN, KINDS, MODES

from .shared import CompanyShown, ContactPersonShown, MessageOut, OrganisationOut, actions_of

_REASONS = ("decline_reason", "return_reason")


class ReferralTransition(CodedInput):
    action = actions_of(REFERRAL)
    reason = Pattern(KEY, allow_none=True, metadata={"description": "A code of decline_reason or return_reason."})
    outcome = Coded("referral_outcome", allow_none=True)
    note = Text(max=TEXT_LENGTH, lines=True, allow_none=True)
    channel = Coded("channel", allow_none=True)
    partner_reference = Text(max=60, allow_none=True)
    handler = Id(allow_none=True)
    pause_until = fields.Date(
        allow_none=True, metadata={"description": "After a decline for no_capacity: the first day with room again."}
    )
    pause_scope = Choice(SCOPES, allow_none=True, metadata={"description": "What the office is full for."})

    @validates_schema(skip_on_field_errors=False)
    def check_reason(self, data: Any, **_more: Any) -> None:
        """A code of neither list is no code; one of the other list is the operation's matter."""
        reason = data.get("reason")
        if reason is not None and not known_codes({(name, reason) for name in _REASONS}):
            raise ValidationError({"reason": ["not_in_list"]})


class ReferralOut(Shape):
    """A referral as the caller's side may see it now. What may not be seen is not in the answer."""

    id = fields.String()
    reference = fields.String()
    state = Choice(ReferralState)
    kind = Choice(KINDS)
    mode = Choice(MODES)
    side = Choice(("sender", "receiver"))
    sender = Object(OrganisationOut)
    receiver = Object(OrganisationOut)
    receiver_office = fields.String()
    handler = fields.String(allow_none=True)
    agreement = fields.String(allow_none=True)
    instrument = fields.String(allow_none=True)
    partner_reference = fields.String(allow_none=True)
    sent_at = fields.DateTime()
    acknowledged_at = fields.DateTime(allow_none=True)
    accepted_at = fields.DateTime(allow_none=True)
    contact_at = fields.DateTime(allow_none=True)
    ended_at = fields.DateTime(allow_none=True)
    term = fields.String(allow_none=True)
    due_at = fields.DateTime(allow_none=True)
    decide_due_at = fields.DateTime(allow_none=True, metadata={"description": "Not accepted by then: lapses."})
    is_paused = fields.Boolean()
    reason = fields.String(allow_none=True)
    outcome = fields.String(allow_none=True)
    hidden_because = Choice(HIDDEN, allow_none=True)
    actions = Listed(fields.String())
    support_request = optional(fields.String(metadata={"description": "Its question; the sender's only."}))
    override_reason = optional(fields.String(allow_none=True))
    # the question, unless the referral has ended for the caller
    services = optional(Listed(fields.String()))
    text = optional(fields.String())
    title = optional(fields.String())
    market = optional(fields.String(allow_none=True))
    city = optional(fields.String(allow_none=True))
    sector = optional(fields.String(allow_none=True))
    facts = optional(fields.Dict())
    company_size = optional(fields.String(allow_none=True))
    target_groups = optional(Listed(fields.String()))
    language = optional(fields.String(allow_none=True))
    languages = optional(Listed(fields.String()))
    urgency = optional(fields.String(allow_none=True))
    messages = optional(Listed(Object(MessageOut)))
    # who asks, only for those who may know it
    company = optional(Object(CompanyShown, allow_none=True))
    contact_person = optional(Object(ContactPersonShown, allow_none=True))
    private_notes = optional(fields.String(allow_none=True))


ReferralQuery = list_query(
    "ReferralQuery",
    ("-sentAt", "sentAt", "dueAt", "-dueAt"),
    state=Choice(ReferralState),
    side=Choice(("sender", "receiver")),
    kind=Choice(KINDS),
    support_request=Id(metadata={"description": "Of one's own questions."}),
    market=Coded("market"),
    service=Coded("service"),
    sector=Coded("sector"),
    office=Id(metadata={"description": "Of one's own organisation, on either side."}),
    handler=Id(metadata={"description": "Of one's own organisation: of the referral received, of the question sent."}),
    updated_since=Instant(metadata={"description": "Something happened to it since."}),
    reference=Pattern("D-[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9]{1,3}", max=16),
)
