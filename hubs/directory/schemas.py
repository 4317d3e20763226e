"""Hubs, posts, partners and service offers in the API."""

from __future__ import annotations

from babel.numbers import list_currencies
from marshmallow import fields

from hubs.api.fields import Choice, Day, Email, Flag, Id, Listed, Object, Pattern, Text, Whole
from hubs.api.listing import list_query
from hubs.api.schemas import Input, Shape
from hubs.reference.schemas import Coded, CodedInput

from .languages import LANGUAGES
from .lifecycle import HUB_STATUS, PROFILE_CHANGE, ChangeState, HubStatus
from .prices import PRICE_UNITS
from .profile_fields import HUB_TYPES

_WEB = r"https?://[A-Za-z0-9.-]+\.[A-Za-z]{2,}(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~:/?#@!$&()*+,;=%-]*)?"
_PHONE = r"\+?[0-9 ()/.-]{5,40}"


class ClosureOut(Shape):
    starts_on = Day()
    ends_on = Day(metadata={"description": "Last day, included."})


class OfficeOut(Shape):
    id = fields.String()
    city = fields.String(allow_none=True)
    market = fields.String(allow_none=True)
    timezone = fields.String()
    hours = fields.Dict(metadata={"description": 'Opening times by weekday, 0 is Monday: {"0": [["09:00", "17:00"]]}.'})
    is_main = fields.Boolean()
    closures = Listed(Object(ClosureOut))


class PendingOut(Shape):
    """What a hub changed and the register does not show yet: the ministry confirms it first."""

    id = fields.String(metadata={"description": "See /profile-changes."})
    submitted_at = fields.DateTime()
    published = fields.Dict(metadata={"description": "What the register says of these fields now."})
    proposed = fields.Dict(metadata={"description": "What it will say when the ministry confirms."})


class HubOut(Shape):
    """A chamber as the register knows it, with its standing."""

    id = fields.String()
    code = fields.String()
    name_nl = fields.String()
    name_en = fields.String()
    state = Choice(HubStatus)
    status_since = fields.DateTime(allow_none=True)
    standing_ends_on = Day(allow_none=True, metadata={"description": "Last day of the term, included."})
    follows_decisions = fields.Boolean(
        metadata={"description": "True from the first proposal on: only a signed decision changes the standing."}
    )
    hub_type = fields.String(allow_none=True)
    seat = fields.String(allow_none=True, metadata={"description": "Market of the seat."})
    markets = Listed(fields.String())
    languages = Listed(fields.String())
    services = Listed(fields.String(), metadata={"description": "Published offers; see /service-offers."})
    summary_nl = fields.String(allow_none=True)
    summary_en = fields.String(allow_none=True)
    website = fields.String(allow_none=True)
    contact_email = fields.String(allow_none=True)
    contact_phone = fields.String(allow_none=True)
    legal_form = fields.String(allow_none=True)
    founded_year = fields.Integer(allow_none=True)
    member_count = fields.Integer(allow_none=True)
    staff_count = fields.Integer(allow_none=True)
    first_talk_free = fields.Boolean(allow_none=True)
    usual_answer_days = fields.Integer(allow_none=True, metadata={"description": "Working days; null: not known yet."})
    confirmed_at = fields.DateTime(allow_none=True)
    is_stale = fields.Boolean(metadata={"description": "Not confirmed by the hub for six months."})
    is_demo = fields.Boolean()
    offices = Listed(Object(OfficeOut))
    pending = Object(PendingOut, allow_none=True, metadata={"description": "For the hub itself and the ministry."})
    actions = Listed(fields.String(), metadata={"description": "What the caller may do now."})


class ProfileChangeOut(Shape):
    """A change of a hub's profile that was drafted, waits, came back or was published."""

    id = fields.String()
    hub = fields.String(attribute="hub_id")
    state = Choice(ChangeState)
    published = fields.Dict(metadata={"description": "What the register says of these fields now."})
    proposed = fields.Dict(metadata={"description": "What they were changed to."})
    reasons = fields.Dict(metadata={"description": "Why it was sent back, by field; `reason` in general."})
    edited_at = fields.DateTime()
    submitted_at = fields.DateTime(allow_none=True)
    decided_at = fields.DateTime(allow_none=True)
    actions = Listed(fields.String(), metadata={"description": "What the caller may do now."})


class PostOut(Shape):
    """An embassy, consulate-general or business support office."""

    id = fields.String()
    code = fields.String()
    name_nl = fields.String()
    name_en = fields.String()
    post_type = fields.String()
    status = fields.String()
    is_open = fields.Boolean(metadata={"description": "Whether questions may be routed to it."})
    evidence_year = fields.Integer(allow_none=True)
    seat = fields.String(allow_none=True)
    markets = Listed(fields.String(), metadata={"description": "Markets it covers, its host country first."})
    district_cities = Listed(fields.String())
    automatic_services = Listed(
        fields.String(), metadata={"description": "Services whose questions go to the first place by themselves."}
    )
    confirmed_at = fields.DateTime(allow_none=True)
    supervising_post_id = fields.String(allow_none=True)
    offices = Listed(Object(OfficeOut))


class PartnerOut(Shape):
    id = fields.String()
    code = fields.String()
    name_nl = fields.String()
    name_en = fields.String()
    partner_type = fields.String(allow_none=True)
    regions = Listed(fields.String())
    website = fields.String(allow_none=True)
    contact_email = fields.String(allow_none=True)
    contact_phone = fields.String(allow_none=True)


class ServiceOfferOut(Shape):
    id = fields.String()
    organisation = fields.String(attribute="organisation_id")
    service = fields.String()
    sectors = Listed(fields.String(), metadata={"description": "Empty: every sector."})
    languages = Listed(fields.String(), metadata={"description": "Empty: those of the profile."})
    price_cents = fields.Integer(allow_none=True, metadata={"description": "0 is free, null is no price yet."})
    currency = fields.String()
    price_unit = fields.String(allow_none=True)
    price_includes_vat = fields.Boolean()
    lead_time_days = fields.Integer(allow_none=True)
    is_published = fields.Boolean()


class HubPatch(CodedInput):
    """What a hub may say of itself; what is not sent stays."""

    summary_nl = Text(max=600, lines=True, allow_none=True)
    summary_en = Text(max=600, lines=True, allow_none=True)
    languages = Listed(Choice(LANGUAGES), max=len(LANGUAGES))
    markets = Listed(Coded("market"), max=250)
    website = Pattern(_WEB, max=200, allow_none=True)
    contact_email = Email(allow_none=True)
    contact_phone = Pattern(_PHONE, max=40, allow_none=True)
    first_talk_free = Flag(allow_none=True)
    legal_form = Text(max=80, allow_none=True)
    founded_year = Whole(min=1600, max=2100, allow_none=True)
    member_count = Whole(max=1_000_000, allow_none=True)
    staff_count = Whole(max=100_000, allow_none=True)
    hub_type = Choice(HUB_TYPES, allow_none=True)
    seated_in_nl = Flag()


class PostPatch(CodedInput):
    """What a post keeps of itself."""

    district_cities = Listed(Text(max=100), max=200)
    automatic_services = Listed(Coded("service"), max=100)


class FieldReason(Input):
    field = Text(max=40, required=True)
    reason = Text(max=600, lines=True, required=True)


class ProfileChangeTransition(Input):
    action = Choice(PROFILE_CHANGE.transitions, required=True, error="unknown_action")
    reason = Text(max=600, lines=True, allow_none=True, metadata={"description": "In general, when sent back."})
    reasons = Listed(Object(FieldReason), max=20, metadata={"description": "By field, when sent back."})


class HubTransition(Input):
    action = Choice(HUB_STATUS.transitions, required=True, error="unknown_action")
    reason = Text(max=2000, lines=True, allow_none=True, metadata={"description": "Kept with the decision."})


class ServiceOfferPatch(CodedInput):
    service = Coded("service")
    sectors = Listed(Coded("sector"), max=100)
    languages = Listed(Choice(LANGUAGES), max=len(LANGUAGES))
    price_cents = Whole(max=100_000_000, allow_none=True)
    currency = Choice(sorted(list_currencies()))
    price_unit = Choice(PRICE_UNITS, allow_none=True)
    price_includes_vat = Flag()
    lead_time_days = Whole(max=365, allow_none=True)
    is_published = Flag()


class ServiceOfferNew(ServiceOfferPatch):
    service = Coded("service", required=True)


class LiaisonOut(Shape):
    """Whom to call at one's own organisation; shown to whoever has an agreement with it."""

    id = fields.String()
    name = fields.String()
    function = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    note = fields.String(allow_none=True, metadata={"description": "When or how to call."})
    market = fields.String(allow_none=True, metadata={"description": "Null: every market."})
    counterpart = fields.String(
        attribute="counterpart_id", allow_none=True, metadata={"description": "Null: every party to an agreement."}
    )


class LiaisonPatch(CodedInput):
    name = Text(max=120)
    function = Text(max=120, allow_none=True)
    email = Email(allow_none=True)
    phone = Pattern(_PHONE, max=40, allow_none=True)
    note = Text(max=200, allow_none=True)
    market = Coded("market", allow_none=True)
    counterpart = Id(
        allow_none=True, metadata={"description": "For a hub the id of a post, for a post or partner that of a hub."}
    )


class LiaisonNew(LiaisonPatch):
    name = Text(max=120, required=True)


class CapacityChangeOut(Shape):
    """Another number of new questions a week from one day up to and including another."""

    id = fields.String()
    office = fields.String(attribute="office_id")
    starts_on = Day()
    ends_on = Day(metadata={"description": "Last day, included; after it the office's own number counts again."})
    weekly_capacity = fields.Integer()
    reason = fields.String()
    mission = fields.String(attribute="mission_id", allow_none=True, metadata={"description": "For which it is."})


class CapacityChangeNew(Input):
    office = Id(required=True, metadata={"description": "Of one's own organisation."})
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    weekly_capacity = Whole(max=10_000, required=True)


class OfficeClosureOut(Shape):
    """Days on which an office is shut, besides its public holidays."""

    id = fields.String()
    office = fields.String(attribute="office_id")
    starts_on = Day()
    ends_on = Day(metadata={"description": "Last day, included."})
    reason = fields.String(allow_none=True)


class OfficeClosureNew(Input):
    office = Id(required=True, metadata={"description": "Of one's own organisation."})
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    reason = Text(max=200, allow_none=True)


_WORDS = Text(max=100, metadata={"description": "Words of name, city or service."})
_BY_NAME = ("name", "-name")
HubQuery = list_query(
    "HubQuery",
    _BY_NAME,
    q=_WORDS,
    market=Coded("market"),
    service=Coded("service"),
    language=Choice(LANGUAGES),
    state=Choice(HubStatus),
)
PostQuery = list_query("PostQuery", _BY_NAME, q=_WORDS, market=Coded("market"))
ProfileChangeQuery = list_query("ProfileChangeQuery", ("-id", "id"), state=Choice(ChangeState), hub=Id())
PartnerQuery = list_query("PartnerQuery", _BY_NAME, q=_WORDS)
ServiceOfferQuery = list_query(
    "ServiceOfferQuery",
    ("service", "-service"),
    organisation=Id(),
    service=Coded("service"),
    is_published=Flag(from_text=True),
)
LiaisonQuery = list_query("LiaisonQuery", ("id", "-id"), market=Coded("market"), counterpart=Id())
_BY_DAY = ("startsOn", "-startsOn")
CapacityChangeQuery = list_query("CapacityChangeQuery", _BY_DAY, office=Id())
OfficeClosureQuery = list_query("OfficeClosureQuery", _BY_DAY, office=Id())
