"""Who handles a question or a referral, putting it aside, and the colleagues who can handle something."""

from __future__ import annotations

from typing import Any

from hubs.accounts.absences import away_from
from hubs.accounts.permissions import P
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, in_memory
from hubs.core.clock import local_day
from hubs.extensions import db
from hubs.referrals.lists import handling
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations.assigning import assign_handler
from hubs.referrals.queries import colleagues_of, get_visible_referral, get_visible_request
from hubs.referrals.schemas.handling import ColleagueOut, ColleagueQuery, HandlingIn, HandlingOut

from . import routes

OF_QUESTION, OF_REFERRAL = "support-requests", "referrals"
_FIELDS = {"handler_id": "handler", "office_id": "office"}
_ABOUT = (
    "`assign` names a handler or nobody; `claim` and `release` are for a personal token. What is put aside comes back "
    "at `until`, or as soon as something happens to it; no term stops."
)


@routes.get(
    "/support-requests/<id:request_id>/handling",
    P.SUPPORT_REQUEST_READ,
    answer=HandlingOut,
    summary="Who handles a question, and until when it is put aside",
    tag=OF_QUESTION,
)
def support_request_handling(call: Call, request_id: str) -> Answer:
    support_request = get_visible_request(call.sight, request_id)
    call.may(support_request)
    return _answer(call, support_request)


@routes.transitions(
    "/support-requests/<id:request_id>/handling",
    P.SUPPORT_REQUEST_HANDLE,
    body=HandlingIn,
    answer=HandlingOut,
    summary="Assign, claim, release, put aside, bring back, or move to another office",
    tag=OF_QUESTION,
    description=_ABOUT,
    fields=_FIELDS,
)
def support_request_handle(call: Call, request_id: str) -> Answer:
    return _handled(call, get_visible_request(call.sight, request_id, lock=True))


@routes.get(
    "/referrals/<id:referral_id>/handling",
    P.REFERRAL_RECEIVE,
    answer=HandlingOut,
    summary="Who handles a referral at its receiver, and until when it is put aside there",
    tag=OF_REFERRAL,
)
def referral_handling(call: Call, referral_id: str) -> Answer:
    referral = get_visible_referral(call.sight, referral_id)
    call.may(referral)
    return _answer(call, referral)


@routes.transitions(
    "/referrals/<id:referral_id>/handling",
    P.REFERRAL_RECEIVE,
    body=HandlingIn,
    answer=HandlingOut,
    summary="Assign, claim, release, put aside, bring back, or move to another office; by the receiver",
    tag=OF_REFERRAL,
    description=_ABOUT,
    fields=_FIELDS,
)
def referral_handle(call: Call, referral_id: str) -> Answer:
    return _handled(call, get_visible_referral(call.sight, referral_id, lock=True))


def _handled(call: Call, subject: SupportRequest | Referral) -> Answer:
    call.may(subject)
    values = call.body()
    call.match(subject.version_id)
    handling.check_open(subject)
    by: dict[str, Any] = {"actor": call.actor, "now": call.now}
    match values["action"]:
        case "assign":
            assign_handler(subject, values.get("handler"), **by)
        case "claim":
            handling.claim(subject, **by)
        case "release":
            handling.release(subject, **by)
        case "snooze":
            handling.snooze(subject, values.get("until"), values.get("reason") or "", **by)
        case "unsnooze":
            handling.unsnooze(subject, **by)
        case "move":
            handling.move(subject, values.get("office") or "", **by)
    db.session.flush()
    return _answer(call, subject)


def _answer(call: Call, subject: SupportRequest | Referral) -> Answer:
    running = handling.running_snooze(subject, call.actor, call.now)
    shown: dict[str, Any] = {
        "id": subject.id,
        "reference": subject.reference,
        "handler": subject.handler_id,
        "office": handling.office_of(subject),
        "snoozed_until": running.until_at if running else None,
        "snooze_reason": running.reason if running else None,
    }
    return Answer(shown, subject.version_id)


@routes.get(
    "/colleagues",
    P.SUPPORT_REQUEST_READ,
    answer=ColleagueOut,
    query=ColleagueQuery,
    summary="Who of one's own organisation can handle something, and who is away",
    tag="colleagues",
)
def colleague_list(call: Call) -> Listing:
    query = call.query()
    people = list(db.session.execute(colleagues_of(call.actor)).scalars())
    page = in_memory(people, query, lambda person: f"{person.name} {person.id}")
    away = away_from(str(call.actor.organisation_id), local_day(call.now))
    return page.showing([_colleague(person, away.get(person.id)) for person in page.items])


def _colleague(person: Any, away: Any) -> dict[str, Any]:
    deputy = away.deputy.person_id if away and away.deputy else None
    return {"id": person.id, "name": person.name, "away_until": away.until if away else None, "deputy": deputy}
