"""Support requests, routing advice, referrals and events in the API, as handles.md spells them."""

from __future__ import annotations

from marshmallow import fields

from hubs.api.fields import AnyOf, Choice, Email, Flag, Id, Instant, Listed, Number, Object, Pattern, Text, Whole
from hubs.api.listing import list_query
from hubs.api.schemas import Input, Shape, optional
from hubs.reference.schemas import KEY, Coded, CodedInput

from .intake.data import LEGAL_FORMS, MOST_SERVICES, TEXT_LENGTH
from .lifecycle import REFERRAL, SUPPORT_REQUEST, PartState, ReferralState, RequestState
from .state_words import CONSENTS, HIDDEN, KINDS, MESSAGES, MODES, ROUTING_OUTCOMES, ROUTING_RULES

_LANGUAGES = ("nl", "en")
_CLASS = "market"  # consent for accredited hubs in the question's market


class OrganisationOut(Shape):
    id = fields.String()
    kind = fields.String()
    code = fields.String(metadata={"description": "Key of the reference data."})
    name = fields.String(metadata={"description": "In the reader's language."})


class PersonOut(Shape):
    id = fields.String()
    name = fields.String()


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


class MessageOut(Shape):
    kind = Choice(MESSAGES)
    author_kind = fields.String()
    organisation = fields.String(attribute="organisation_id", allow_none=True)
    text = fields.String()
    at = fields.DateTime()


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


def _actions(lifecycle: object) -> Choice:
    names = [row.name for row in lifecycle.transitions.values() if not row.by_rule]  # type: ignore[attr-defined]
    return Choice(names, required=True, error="unknown_action")


class SupportRequestTransition(CodedInput):
    """Which fields count depends on the action: refer and signpost take destinations, ask and answer a note."""

    action = _actions(SUPPORT_REQUEST)
    destinations = Listed(Object(DestinationIn), max=20, allow_none=True)
    receipt_hash = Pattern("[0-9a-f]{64}", allow_none=True)
    mode = Choice(MODES, allow_none=True)
    services = Listed(Coded("service"), max=MOST_SERVICES, allow_none=True)
    reason = Coded("override_reason", allow_none=True)
    note = Text(max=TEXT_LENGTH, lines=True, allow_none=True)
    sanctions_checked = Flag(allow_none=True)
    handler = Id(allow_none=True)


class ReferralTransition(CodedInput):
    action = _actions(REFERRAL)
    reason = Pattern(KEY, allow_none=True, metadata={"description": "A code of decline_reason or return_reason."})
    outcome = Coded("referral_outcome", allow_none=True)
    note = Text(max=TEXT_LENGTH, lines=True, allow_none=True)
    channel = Coded("channel", allow_none=True)
    partner_reference = Text(max=60, allow_none=True)
    handler = Id(allow_none=True)


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


class ScorePartOut(Shape):
    code = fields.String()
    value = fields.String()
    text = fields.String()


class DestinationOut(Shape):
    rank = fields.Integer()
    part = fields.String(metadata={"description": "public, private or partner."})
    services = Listed(fields.String())
    organisation = Object(OrganisationOut)
    office = fields.String(allow_none=True)
    agreement = fields.String(allow_none=True)
    instrument = fields.String(allow_none=True)
    score = fields.String()
    parts = Listed(Object(ScorePartOut))
    at_owning_desk = fields.Boolean(metadata={"description": "This part stays where it is, without a referral."})
    own_choice = fields.Boolean(metadata={"description": "In development: by an officer's own choice only."})
    consent = fields.String(allow_none=True, metadata={"description": "given, ask, or null where none is needed."})


class FailedOut(Shape):
    rule = Choice(ROUTING_RULES)
    value = fields.String()
    text = fields.String()


class ExcludedOut(Shape):
    organisation = Object(OrganisationOut)
    failed = Listed(Object(FailedOut))


class CausedOut(Shape):
    code = fields.String()
    text = fields.String()


class QuestionOut(Shape):
    code = fields.String()
    candidates = Listed(fields.String())
    text = fields.String()


class NoteOut(Shape):
    code = fields.String()
    value = fields.String()
    text = fields.String()


class InstrumentExcludedOut(Shape):
    instrument = fields.String()
    failed = Listed(fields.String())


class TieBreakOut(Shape):
    method = fields.String()
    seed = fields.String()
    order = Listed(fields.String())


class RoutingOut(Shape):
    """The ranked list of places, with reasons for each place on it and each left off. Asking changes nothing."""

    outcome = Choice(ROUTING_OUTCOMES)
    outcome_text = fields.String()
    gap = fields.Boolean(metadata={"description": "The post takes what a hub would have got."})
    gap_causes = Listed(Object(CausedOut))
    receipt_hash = fields.String(metadata={"description": "The same until a place changes."})
    destinations = Listed(Object(DestinationOut))
    excluded = Listed(Object(ExcludedOut))
    instruments_excluded = Listed(Object(InstrumentExcludedOut))
    missing = Listed(fields.String(), metadata={"description": "Facts that would change the outcome."})
    questions = Listed(Object(QuestionOut))
    out_of_scope = Listed(fields.String())
    unserved = Listed(fields.String())
    notes = Listed(Object(NoteOut))
    sanctions_check = fields.Boolean()
    rules_version = fields.String()
    tie_break = Object(TieBreakOut)
    as_of = fields.DateTime()


class EventOut(Shape):
    """One entry of the audit trail; ids, codes and numbers only."""

    id = fields.Integer()
    kind = fields.String()
    subject_type = fields.String()
    subject = fields.String(attribute="subject_id")
    related_type = fields.String(allow_none=True)
    related = fields.String(attribute="related_id", allow_none=True)
    at = fields.DateTime()
    actor_kind = fields.String()
    actor = fields.String(attribute="actor_id", allow_none=True)
    organisation = fields.String(attribute="organisation_id", allow_none=True)
    data = fields.Dict()
    commitments = fields.Dict()


SupportRequestQuery = list_query(
    "SupportRequestQuery",
    ("-createdAt", "createdAt", "dueAt", "-dueAt"),
    state=Choice(RequestState),
    market=Coded("market"),
    service=Coded("service"),
    company=Id(),
    handler=Id(),
    reference=Pattern("H-[0-9A-Z]{3}-[0-9A-Z]{3}", max=12),
)
ReferralQuery = list_query(
    "ReferralQuery",
    ("-sentAt", "sentAt", "dueAt", "-dueAt"),
    state=Choice(ReferralState),
    side=Choice(("sender", "receiver")),
    kind=Choice(KINDS),
    support_request=Id(metadata={"description": "Of one's own questions."}),
    reference=Pattern("D-[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9]{1,3}", max=16),
)
EventQuery = list_query(
    "EventQuery",
    ("-id", "id"),
    kind=Pattern("[a-z_]+(?:[.][a-z_]+)?"),
    subject_type=Pattern("[a-z_]+", max=40),
    subject=Id(),
    organisation=Id(),
    since=Instant(),
    actor_kind=Choice(("person", "client", "entrepreneur", "system")),
)
