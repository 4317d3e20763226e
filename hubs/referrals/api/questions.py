"""Support requests: recorded, changed, routed, and everything their desk does with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from hubs.accounts.permissions import P
from hubs.api.call import Answer, Call
from hubs.api.dumping import dumper
from hubs.api.listing import Listing, both_ways, listing
from hubs.api.schemas import camel
from hubs.core.errors import WrongState
from hubs.extensions import db
from hubs.referrals.intake import FACT_KEYS, RouteWouldChange, create_requests, edit_request
from hubs.referrals.intake.renewing import consent_again
from hubs.referrals.intake_by_api import consent_of, intake_of, intake_of_change, office_for
from hubs.referrals.lists.by_api import updated_requests
from hubs.referrals.models import Referral, RequestPart, SupportRequest
from hubs.referrals.operations import act_on_request, do_not_tell, receipt_for, withdraw_consent
from hubs.referrals.queries import get_visible_request, requests_visible_to, with_case
from hubs.referrals.routing import Receipt
from hubs.referrals.routing_shaping import routing_shown
from hubs.referrals.schemas import (
    RoutingOut,
    SupportRequestNew,
    SupportRequestOut,
    SupportRequestPatch,
    SupportRequestQuery,
    SupportRequestTransition,
)
from hubs.referrals.searching import with_words
from hubs.referrals.shaping import request_listed, request_shown

from . import routes

TAG = "support-requests"
_PATHS: Mapping[str, str] = {
    "company_name": "company.name",
    "company_kvk_number": "company.kvkNumber",
    "contact_person_name": "contactPerson.name",
    "contact_person_email": "contactPerson.email",
    "contact_person_phone": "contactPerson.phone",
    "consent_recipients": "consent.recipients",
    "consent_text_version": "consent.textVersion",
    "consent_given_at": "consent.givenAt",
    **{f"facts_{key}": f"facts.{camel(key)}" for key in FACT_KEYS},
}
_FOR_LIST = (
    joinedload(SupportRequest.owner),
    joinedload(SupportRequest.company_record),
    selectinload(SupportRequest.parts),
    selectinload(SupportRequest.referrals).joinedload(Referral.receiver),
)
_SORTS = both_ways(
    createdAt=[(SupportRequest.id, "asc")],  # ids are ordered by time
    dueAt=[(SupportRequest.due_at, "asc"), (SupportRequest.id, "asc")],
    waitingSince=[(SupportRequest.waiting_since, "asc"), (SupportRequest.id, "asc")],
)


def _filtered(statement: Select[Any], query: Mapping[str, Any]) -> Select[Any]:
    columns = {
        "state": SupportRequest.state,
        "market": SupportRequest.market,
        "sector": SupportRequest.sector,
        "channel": SupportRequest.channel,
        "office": SupportRequest.office_id,
        "company": SupportRequest.company_id,
        "handler": SupportRequest.handler_id,
        "reference": SupportRequest.reference,
    }
    for name, column in columns.items():
        if query.get(name):
            statement = statement.where(column == query[name])
    if query.get("service"):
        asked = select(RequestPart.support_request_id).where(RequestPart.service == query["service"])
        statement = statement.where(SupportRequest.id.in_(asked))
    return updated_requests(statement, query["updated_since"]) if query.get("updated_since") else statement


def _answer(call: Call, support_request: SupportRequest, location: str | None = None) -> Answer:
    return Answer(request_shown(support_request, call.actor), support_request.version_id, location)


@routes.get(
    "/support-requests",
    P.SUPPORT_REQUEST_READ,
    answer=SupportRequestOut,
    query=SupportRequestQuery,
    summary="The questions of one's own desk",
    tag=TAG,
)
def support_request_list(call: Call) -> Listing:
    query = call.query()
    statement = _filtered(requests_visible_to(call.actor), query)
    if query.get("q"):
        statement = with_words(db.session(), statement, call.actor, query["q"])
    page = listing(statement, query, _SORTS, options=_FOR_LIST)
    return page.showing([request_listed(support_request, call.actor) for support_request in page.items])


@routes.get(
    "/support-requests/<id:request_id>",
    P.SUPPORT_REQUEST_READ,
    answer=SupportRequestOut,
    summary="A question",
    tag=TAG,
)
def support_request_show(call: Call, request_id: str) -> Answer:
    statement = with_case(requests_visible_to(call.sight).where(SupportRequest.id == request_id))
    support_request = db.session.execute(statement).unique().scalar_one_or_none()
    if support_request is None:
        support_request = get_visible_request(call.sight, request_id)
    call.may(support_request)
    return _answer(call, support_request)


@routes.create(
    "/support-requests",
    P.SUPPORT_REQUEST_CREATE,
    body=SupportRequestNew,
    answer=SupportRequestOut,
    summary="Record a question at one's own desk",
    tag=TAG,
    fields=_PATHS,
)
def support_request_create(call: Call) -> Answer:
    values = call.body()
    office = office_for(call.actor, values.get("office"))
    data = intake_of(values, now=call.now)
    created = create_requests(actor=call.actor, now=call.now, office=office, data=data)[0]
    return _answer(call, created, f"/api/v1/support-requests/{created.id}")


@routes.patch(
    "/support-requests/<id:request_id>",
    P.SUPPORT_REQUEST_HANDLE,
    body=SupportRequestPatch,
    answer=SupportRequestOut,
    summary="Change an open question; a change that leads to other places while somebody has it is said first (409)",
    tag=TAG,
    fields=_PATHS,
)
def support_request_edit(call: Call, request_id: str) -> Answer:
    support_request = get_visible_request(call.sight, request_id, lock=True)
    call.may(support_request)
    values = dict(call.body())
    call.match(support_request.version_id)
    confirmed = values.pop("confirmed_receipt_hash", None)
    steering: dict[str, Any] = {name: values.pop(name) for name in ("consent", "do_not_tell") if name in values}
    data = intake_of_change(support_request, values)
    try:
        edit_request(support_request, actor=call.actor, now=call.now, data=data, confirmed=confirmed)
    except RouteWouldChange as refusal:
        raise _with_receipt(refusal, refusal.after) from refusal
    _steer(call, support_request, steering)
    return _answer(call, support_request)


def _steer(call: Call, support_request: SupportRequest, values: Mapping[str, Any]) -> None:
    """What the entrepreneur says of who may know: referrals that it speaks against end at once."""
    if "do_not_tell" in values:
        do_not_tell(support_request, values["do_not_tell"] or (), actor=call.actor, now=call.now)
    if values.get("consent"):
        consent_again(support_request, consent_of(values["consent"], call.now), actor=call.actor, now=call.now)
    elif "consent" in values:
        withdraw_consent(support_request, actor=call.actor, now=call.now)


@routes.endpoint(
    "POST",
    "/support-requests/<id:request_id>/routing",
    P.SUPPORT_REQUEST_READ,
    answer=RoutingOut,
    summary="The advice as of now; changes nothing",
    tag=TAG,
)
def support_request_route(call: Call, request_id: str) -> Answer:
    support_request = get_visible_request(call.sight, request_id)
    call.may(support_request)
    call.body()
    receipt = receipt_for(support_request, now=call.now)
    return Answer(routing_shown(receipt), receipt.hash[:16])


@routes.transitions(
    "/support-requests/<id:request_id>/transitions",
    P.SUPPORT_REQUEST_READ,
    body=SupportRequestTransition,
    answer=SupportRequestOut,
    summary="Take, refer, signpost, serve, ask, answer, close, withdraw or reopen",
    tag=TAG,
    description="When the places changed since `receiptHash`, 409 `receipt_changed` holds the new advice in `receipt`.",
)
def support_request_act(call: Call, request_id: str) -> Answer:
    support_request = get_visible_request(call.sight, request_id, lock=True)
    call.may_act(support_request)
    values = dict(call.body())
    call.match(support_request.version_id)
    action = values.pop("action")
    values["handler_id"] = values.pop("handler", None)
    try:
        act_on_request(support_request, action, actor=call.actor, now=call.now, data=values)
    except WrongState as refusal:
        receipt = refusal.extra.get("receipt")
        raise (_with_receipt(refusal, receipt) if receipt else refusal) from refusal.__cause__
    db.session.expire(support_request, ["referrals", "messages", "parts"])
    return _answer(call, support_request)


def _with_receipt(refusal: WrongState, receipt: Receipt) -> WrongState:
    """The refusal with the new advice as it goes out."""
    shown = dumper(RoutingOut)(routing_shown(receipt))
    return WrongState(refusal.message, code=refusal.code, extra={"receipt": shown}, problems=refusal.problems)
