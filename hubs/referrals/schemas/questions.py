"""Support requests in the API, as handles.md spells them."""

from __future__ import annotations

from marshmallow import fields

from hubs.api.fields import AnyOf, Choice, Email, Flag, Id, Instant, Listed, Number, Object, Pattern, Text, Whole
from hubs.api.listing import list_query
from hubs.api.schemas import Input, Shape, optional
from hubs.reference.schemas import Coded, CodedInput
from hubs.referrals.intake.data import LEGAL_FORMS, MOST_SERVICES, TEXT_LENGTH
from hubs.referrals.lifecycle import SUPPORT_REQUEST, PartState, ReferralState, RequestState
from hubs.referrals.state_words import CONSENTS, KINDS, MODES

from .shared import CompanyShown, ContactPersonShown, MessageOut, OrganisationOut, actions_of

_LANGUAGES = ("nl", "en")


_CLASS = "market"  # consent for accredited hubs in the question's market


class ConsentShown(Shape):
    standing = Choice(CONSENTS)
    text_version = fields.String()
    recipients = AnyOf(Choice([_CLASS]), Listed(Id()))
    given_at = fields.DateTime()
    channel = fields.String()
    confirmed_at = fields.DateTime(allow_none=True)
    withdrawn_at = fields.DateTime(allow_none=True)


class PartOut(Shape):
    service = fields.String(allow_none=True, metadata={"description": "Null: the need is not known yet."})
    state = Choice(PartState)


class ReferralInRequest(Shape):
    """A referral as its sender's question lists it."""

    id = fields.String()
    reference = fields.String()
    state = Choice(ReferralState)
    kind = Choice(KINDS)
    mode = Choice(MODES)
    to = Object(OrganisationOut)
    services = optional(Listed(fields.String()))
    instrument = fields.String(allow_none=True)
    sent_at = fields.DateTime()
    due_at = fields.DateTime(allow_none=True)
    reason = fields.String(allow_none=True)
    outcome = fields.String(allow_none=True)


class SupportRequestOut(Shape):
    """One company's question about one market. A list leaves out texts, parties and the tracking link."""

    id = fields.String()
    reference = fields.String()
    state = Choice(RequestState)
    title = fields.String()
    owner = Object(OrganisationOut)
    office = fields.String(attribute="office_id")
    handler = fields.String(attribute="handler_id", allow_none=True)
    group = fields.String(attribute="group_id", allow_none=True)
    market = fields.String(allow_none=True)
    city = fields.String(allow_none=True)
    sector = fields.String(allow_none=True)
    services = Listed(fields.String())
    parts = Listed(Object(PartOut))
    company_size = fields.String(allow_none=True)
    target_groups = Listed(fields.String())
    facts = fields.Dict()
    language = fields.String()
    urgency = fields.String()
    channel = fields.String()
    company_name = fields.String(allow_none=True)
    created_at = fields.DateTime()
    received_at = fields.DateTime(allow_none=True)
    waiting_since = fields.DateTime(allow_none=True)
    taken_at = fields.DateTime(allow_none=True)
    closed_at = fields.DateTime(allow_none=True)
    term = fields.String(allow_none=True)
    due_at = fields.DateTime(allow_none=True)
    is_paused = fields.Boolean()
    outcome = fields.String(allow_none=True)
    has_gap = fields.Boolean()
    gap_causes = Listed(fields.String())
    chosen = fields.String(attribute="chosen_id", allow_none=True, metadata={"description": "By the entrepreneur."})
    referrals = Listed(Object(ReferralInRequest))
    actions = Listed(fields.String())
    text = optional(fields.String())
    private_notes = optional(fields.String(allow_none=True))
    company = optional(Object(CompanyShown, allow_none=True))
    contact_person = optional(Object(ContactPersonShown, allow_none=True))
    consent = optional(Object(ConsentShown, allow_none=True))
    do_not_tell = optional(Listed(fields.String()))
    messages = optional(Listed(Object(MessageOut)))
    tracking_url = optional(fields.String(metadata={"description": "The entrepreneur's link; a secret."}))


class FactsIn(Input):
    """What instruments' terms turn on."""

    legal_form = Choice(LEGAL_FORMS, allow_none=True)
    contract_value_eur = Number(allow_none=True)
    amount_eur = Number(allow_none=True)
    privately_insurable = AnyOf(Flag(), Choice(("yes", "no", "unknown")), allow_none=True)
    export_share_percent = Number(max=100, allow_none=True)
    parties = Whole(max=100_000, allow_none=True)
    credit_days = Whole(max=36_500, allow_none=True)


class CompanyIn(CodedInput):
    name = Text(max=200, required=True)
    kvk_number = Text(max=20, allow_none=True)
    registration_number = Text(max=40, allow_none=True, metadata={"description": "For companies outside NL."})
    country = Coded("market", load_default="NL")
    city = Text(max=100, allow_none=True)
    region = Text(max=60, allow_none=True)


class ContactPersonIn(Input):
    name = Text(max=120, required=True)
    email = Email(allow_none=True)
    phone = Text(max=40, allow_none=True)


class ConsentIn(CodedInput):
    text_version = Text(max=20, allow_none=True, metadata={"description": "Null: the one in force."})
    recipients = AnyOf(
        Choice([_CLASS]),
        Listed(Id(), min=1, max=100),
        required=True,
        metadata={"description": "`market`: accredited hubs in it; else organisations by id."},
    )
    given_at = Instant(allow_none=True)
    channel = Coded("channel", allow_none=True)


class _Question(CodedInput):
    market = Coded("market", allow_none=True)
    city = Text(max=100, allow_none=True)
    sector = Coded("sector", allow_none=True)
    services = Listed(Coded("service"), max=MOST_SERVICES, allow_none=True)
    company_size = Coded("company_size", allow_none=True)
    target_groups = Listed(Coded("target_group"), max=20, allow_none=True)
    facts = Object(FactsIn, allow_none=True)
    language = Choice(_LANGUAGES)
    urgency = Coded("urgency")
    private_notes = Text(max=TEXT_LENGTH, lines=True, allow_none=True, metadata={"description": "After acceptance."})
    do_not_tell = Listed(Id(), max=100, allow_none=True)


class SupportRequestNew(_Question):
    text = Text(max=TEXT_LENGTH, lines=True, required=True, metadata={"description": "What a receiver reads."})
    channel = Coded("channel", load_default="api")
    office = Id(allow_none=True, metadata={"description": "Of one's own organisation; null: the main office."})
    company = Object(CompanyIn, required=True)
    contact_person = Object(ContactPersonIn, required=True)
    consent = Object(ConsentIn, allow_none=True)


class SupportRequestPatch(_Question):
    text = Text(max=TEXT_LENGTH, lines=True)
    region = Text(max=60, allow_none=True)
    contact_person = Object(ContactPersonIn)
    consent = Object(
        ConsentIn, allow_none=True, metadata={"description": "Given again: replaces the one before. Null: withdrawn."}
    )
    confirmed_receipt_hash = Pattern(
        "[0-9a-f]{64}",
        allow_none=True,
        metadata={"description": "The hash of the new advice, when a change leads to other places while one has it."},
    )


class DestinationIn(CodedInput):
    organisation = Id(required=True)
    services = Listed(Coded("service"), max=MOST_SERVICES, allow_none=True)


class SupportRequestTransition(CodedInput):
    """Which fields count depends on the action: refer and signpost take destinations, ask and answer a note."""

    action = actions_of(SUPPORT_REQUEST)
    destinations = Listed(Object(DestinationIn), max=20, allow_none=True)
    receipt_hash = Pattern("[0-9a-f]{64}", allow_none=True)
    mode = Choice(MODES, allow_none=True)
    services = Listed(Coded("service"), max=MOST_SERVICES, allow_none=True)
    reason = Coded("override_reason", allow_none=True)
    note = Text(max=TEXT_LENGTH, lines=True, allow_none=True)
    sanctions_checked = Flag(allow_none=True)
    handler = Id(allow_none=True)


SupportRequestQuery = list_query(
    "SupportRequestQuery",
    ("-createdAt", "createdAt", "dueAt", "-dueAt", "waitingSince", "-waitingSince"),
    q=Text(max=200, metadata={"description": "Words, names and numbers, typing errors forgiven; all must be there."}),
    state=Choice(RequestState),
    market=Coded("market"),
    service=Coded("service"),
    sector=Coded("sector"),
    channel=Coded("channel"),
    office=Id(),
    company=Id(),
    handler=Id(),
    reference=Pattern("H-[0-9A-Z]{3}-[0-9A-Z]{3}", max=12),
    updated_since=Instant(metadata={"description": "Something happened to it or to its referrals since."}),
)
