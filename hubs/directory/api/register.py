"""Hubs, posts, partners and service offers: what the register shows, and what a hub says of itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation.queries.scope import is_outside_scope
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, both_ways, listing
from hubs.core.clock import local_day
from hubs.core.errors import NotPermitted, RuleViolation
from hubs.directory import operations
from hubs.directory.by_id import (
    get_hub,
    get_profile,
    get_readable_offer,
    offers_readable_by,
    partners_in_directory,
)
from hubs.directory.lifecycle import HUB_STATUS, HubStatus
from hubs.directory.models import PartnerProfile, PostProfile, ServiceOffer
from hubs.directory.queries import (
    REGISTER_ORDER,
    RegisterFilters,
    get_own_organisation,
    hubs_in_register,
    posts_in_directory,
    services_for_hubs,
)
from hubs.directory.schemas import (
    HubOut,
    HubPatch,
    HubQuery,
    HubTransition,
    PartnerOut,
    PartnerQuery,
    PostOut,
    PostPatch,
    PostQuery,
    ServiceOfferNew,
    ServiceOfferOut,
    ServiceOfferPatch,
    ServiceOfferQuery,
)
from hubs.directory.shaping import columns, hubs_shown, partner_shown, posts_shown
from hubs.directory.versions import version_of
from hubs.directory.words import POST_TYPES, STATUS_WORDS, UNITS
from hubs.referrals.operations import set_hub_status

from . import routes

_ORDER = both_ways(name=list(REGISTER_ORDER))
_OFFERING = (OrganisationKind.HUB, OrganisationKind.PARTNER)
codes.add_lifecycle(HUB_STATUS, STATUS_WORDS)
codes.add("post_type", "list", POST_TYPES)
codes.add("price_unit", "list", UNITS)


@routes.get("/hubs", P.DIRECTORY_READ, answer=HubOut, query=HubQuery, summary="The register of hubs", tag="hubs")
def hub_list(call: Call) -> Listing:
    query = call.query()
    filters = RegisterFilters(
        q=query.get("q") or "",
        market=query.get("market"),
        service=query.get("service"),
        languages=(query["language"],) if query.get("language") else (),
        statuses=(query["state"],) if query.get("state") else tuple(HubStatus),
    )
    page = listing(hubs_in_register(filters, local_day(call.now)), query, _ORDER, scalars=False)
    return page.showing(hubs_shown([(row[0], row[1]) for row in page.items], actor=call.actor, now=call.now))


@routes.get("/hubs/<id:hub_id>", P.DIRECTORY_READ, answer=HubOut, summary="A hub", tag="hubs")
def hub_show(call: Call, hub_id: str) -> Answer:
    profile, record = get_hub(hub_id)
    call.may()
    return Answer(hubs_shown([(profile, record)], actor=call.actor, now=call.now)[0], profile.version_id)


@routes.patch(
    "/hubs/<id:hub_id>", P.PROFILE_EDIT, body=HubPatch, answer=HubOut, summary="Change one's own profile", tag="hubs"
)
def hub_edit(call: Call, hub_id: str) -> Answer:
    """What needs no confirmation is published; the rest waits, and stands under `pending` in the answer."""
    profile, record = get_hub(hub_id, lock=True)
    call.may(profile)
    values = call.body()
    call.match(profile.version_id)
    operations.edit_hub_profile(profile, values=values, actor=call.actor, now=call.now)
    return Answer(hubs_shown([(profile, record)], actor=call.actor, now=call.now)[0], profile.version_id)


@routes.transitions(
    "/hubs/<id:hub_id>/transitions",
    P.HUB_STATUS_SET,
    body=HubTransition,
    answer=HubOut,
    summary="Give a hub another standing, with a reason; its agreements and open referrals follow",
    tag="hubs",
)
def hub_act(call: Call, hub_id: str) -> Answer:
    profile, record = get_hub(hub_id, lock=True)
    call.may_act(profile)
    values = call.body()
    call.match(profile.version_id)
    reason = values.get("reason") or ""
    set_hub_status(profile, values["action"], actor=call.actor, now=call.now, reason=reason)
    return Answer(hubs_shown([(profile, record)], actor=call.actor, now=call.now)[0], profile.version_id)


@routes.get("/posts", P.DIRECTORY_READ, answer=PostOut, query=PostQuery, summary="Posts, closed ones too", tag="posts")
def post_list(call: Call) -> Listing:
    query = call.query()
    statement = posts_in_directory(query.get("q") or "", query.get("market"))
    page = listing(statement, query, _ORDER, scalars=False)
    return page.showing(posts_shown([row[0] for row in page.items], now=call.now))


@routes.get("/posts/<id:post_id>", P.DIRECTORY_READ, answer=PostOut, summary="A post", tag="posts")
def post_show(call: Call, post_id: str) -> Answer:
    post = get_profile(PostProfile, post_id)
    call.may()
    return Answer(posts_shown([post], now=call.now)[0], version_of(post))


@routes.patch(
    "/posts/<id:post_id>",
    P.PROFILE_EDIT,
    body=PostPatch,
    answer=PostOut,
    summary="Keep one's own post: its district, and services whose questions go to the first place by themselves",
    tag="posts",
)
def post_edit(call: Call, post_id: str) -> Answer:
    post = get_profile(PostProfile, post_id, lock=True)
    call.may(post)
    values = call.body()
    call.match(version_of(post))
    if "automatic_services" in values:
        _check_referred(values["automatic_services"])
        operations.choose_automatic(post, values["automatic_services"], actor=call.actor, now=call.now)
    if "district_cities" in values:
        operations.edit_post_profile(post, values=values, actor=call.actor, now=call.now)
    return Answer(posts_shown([post], now=call.now)[0], version_of(post))


def _check_referred(services: Collection[str]) -> None:
    """Only what a post may hand to a hub can go out by itself."""
    known = {service.code for service in services_for_hubs("en")}
    if set(services) - known:
        message = _l("Questions about this service do not go to hubs.")
        raise RuleViolation("not_referred", message, "automatic_services")


@routes.get("/partners", P.DIRECTORY_READ, answer=PartnerOut, query=PartnerQuery, summary="Partners", tag="partners")
def partner_list(call: Call) -> Listing:
    query = call.query()
    page = listing(partners_in_directory(query.get("q") or ""), query, _ORDER, scalars=False)
    return page.showing([partner_shown(row[0]) for row in page.items])


@routes.get("/partners/<id:partner_id>", P.DIRECTORY_READ, answer=PartnerOut, summary="A partner", tag="partners")
def partner_show(call: Call, partner_id: str) -> Answer:
    partner = get_profile(PartnerProfile, partner_id)
    call.may()
    return Answer(partner_shown(partner))


@routes.get(
    "/service-offers",
    P.DIRECTORY_READ,
    answer=ServiceOfferOut,
    query=ServiceOfferQuery,
    summary="Published offers, and one's own drafts",
    tag="service-offers",
)
def service_offer_list(call: Call) -> Listing:
    query = call.query()
    statement = offers_readable_by(call.actor)
    if query.get("organisation"):
        statement = statement.where(ServiceOffer.organisation_id == query["organisation"])
    if query.get("service"):
        statement = statement.where(ServiceOffer.service == query["service"])
    if "is_published" in query:
        statement = statement.where(ServiceOffer.is_published.is_(query["is_published"]))
    return listing(statement, query, both_ways(service=[(ServiceOffer.service, "asc"), (ServiceOffer.id, "asc")]))


@routes.get(
    "/service-offers/<id:offer_id>",
    P.DIRECTORY_READ,
    answer=ServiceOfferOut,
    summary="An offer",
    tag="service-offers",
)
def service_offer_show(call: Call, offer_id: str) -> Answer:
    offer = get_readable_offer(call.actor, offer_id)
    call.may()
    return Answer(offer, offer.version_id)


@routes.create(
    "/service-offers",
    P.PROFILE_EDIT,
    body=ServiceOfferNew,
    answer=ServiceOfferOut,
    summary="Offer a service",
    tag="service-offers",
)
def service_offer_create(call: Call) -> Answer:
    if call.actor.organisation_kind not in _OFFERING:
        raise NotPermitted(message=_l("Only hubs and partners offer services."))
    values = _priced(call.body())
    organisation = get_own_organisation(call.actor)
    waits = is_outside_scope(organisation.id, values["service"], local_day(call.now))
    offer = operations.add_offer(organisation, values=values, actor=call.actor, now=call.now, waits=waits)
    return Answer(offer, offer.version_id, f"/api/v1/service-offers/{offer.id}")


@routes.patch(
    "/service-offers/<id:offer_id>",
    P.PROFILE_EDIT,
    body=ServiceOfferPatch,
    answer=ServiceOfferOut,
    summary="Change one's own offer",
    tag="service-offers",
)
def service_offer_edit(call: Call, offer_id: str) -> Answer:
    offer = get_readable_offer(call.actor, offer_id, lock=True)
    call.may(offer)
    values = call.body()
    call.match(offer.version_id)
    _priced({**columns(offer, operations.OFFER_FIELDS), **values})
    waits = is_outside_scope(offer.organisation_id, values.get("service", offer.service), local_day(call.now))
    operations.edit_offer(offer, values=values, actor=call.actor, now=call.now, waits=waits)
    return Answer(offer, offer.version_id)


def _priced(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """An amount says what it is for."""
    if values.get("price_cents") and not values.get("price_unit"):
        raise RuleViolation("price_unit_required", _l("Say whether this is a price per hour or fixed."), "price_unit")
    return values
