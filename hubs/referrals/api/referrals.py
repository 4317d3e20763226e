"""Referrals: what was sent and received, as far as each side may see it, and what each may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, both_ways, listing
from hubs.directory.models import HubProfile
from hubs.extensions import db
from hubs.referrals.lists.by_api import narrowed_referrals
from hubs.referrals.models import Referral, ReferralPart, SupportRequest
from hubs.referrals.operations import act_on_referral
from hubs.referrals.queries import get_visible_referral, inbox_of, referrals_visible_to, sent_from
from hubs.referrals.schemas import ReferralOut, ReferralQuery, ReferralTransition
from hubs.referrals.shaping import referral_shown

from . import routes

TAG = "referrals"
_question = joinedload(Referral.support_request)
_FOR_LIST = (
    joinedload(Referral.sender),
    joinedload(Referral.receiver),
    selectinload(Referral.covers).joinedload(ReferralPart.part),
    _question.options(
        joinedload(SupportRequest.company),
        joinedload(SupportRequest.company_record),
        joinedload(SupportRequest.contact_person),
        joinedload(SupportRequest.consent),
        selectinload(SupportRequest.messages),
    ),
)
_SORTS = both_ways(
    sentAt=[(Referral.id, "asc")],  # ids are ordered by time
    dueAt=[(Referral.due_at, "asc"), (Referral.id, "asc")],
)


def _asked_for(actor: Actor, query: Mapping[str, Any]) -> Select[Any]:
    sides = {"sender": sent_from, "receiver": inbox_of}
    statement = sides.get(query.get("side") or "", referrals_visible_to)(actor)
    for name, column in (("state", Referral.state), ("kind", Referral.kind), ("reference", Referral.reference)):
        if query.get(name):
            statement = statement.where(column == query[name])
    if query.get("support_request"):
        own = Referral.from_id == actor.organisation_id
        statement = statement.where(Referral.support_request_id == query["support_request"], own)
    return narrowed_referrals(statement, actor, query)


@routes.get(
    "/referrals",
    P.REFERRAL_READ,
    answer=ReferralOut,
    query=ReferralQuery,
    summary="Referrals one sent or received",
    tag=TAG,
)
def referral_list(call: Call) -> Listing:
    query = call.query()
    page = listing(_asked_for(call.actor, query), query, _SORTS, options=_FOR_LIST)
    receivers = {referral.to_id for referral in page.items}
    # held until the page is made, so that each standing is read once
    held = db.session.execute(select(HubProfile).where(HubProfile.id.in_(receivers))).scalars().all()
    answer = page.showing([referral_shown(referral, call.actor, call.now) for referral in page.items])
    del held
    return answer


@routes.get("/referrals/<id:referral_id>", P.REFERRAL_READ, answer=ReferralOut, summary="A referral", tag=TAG)
def referral_show(call: Call, referral_id: str) -> Answer:
    referral = get_visible_referral(call.sight, referral_id)
    call.may(referral)
    return Answer(referral_shown(referral, call.actor, call.now), referral.version_id)


@routes.transitions(
    "/referrals/<id:referral_id>/transitions",
    P.REFERRAL_READ,
    body=ReferralTransition,
    answer=ReferralOut,
    summary="Acknowledge, accept, decline, ask, answer, record contact, return, recall, keep or close",
    tag=TAG,
)
def referral_act(call: Call, referral_id: str) -> Answer:
    referral = get_visible_referral(call.sight, referral_id, lock=True)
    call.may_act(referral)
    values = dict(call.body())
    call.match(referral.version_id)
    action = values.pop("action")
    values["handler_id"] = values.pop("handler", None)
    act_on_referral(referral, action, actor=call.actor, now=call.now, data=values)
    db.session.expire(referral.support_request, ["messages"])
    return Answer(referral_shown(referral, call.actor, call.now), referral.version_id)
