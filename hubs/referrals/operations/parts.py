"""The parts of a question: which lie at the desk, which went where, and how they come back (domain.md, rule 3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from hubs.accounts.actor import THE_SERVICE
from hubs.core.events import record
from hubs.core.perform import Actor, perform
from hubs.extensions import db
from hubs.referrals import terms
from hubs.referrals.lifecycle import PartState, RequestState, set_parts, state_from_parts
from hubs.referrals.models import Referral, RequestPart, SupportRequest
from hubs.referrals.operations.receipts import receipt_for
from hubs.referrals.room import AwaitedOffice

NEXT_PLACES = 3


def open_parts(support_request: SupportRequest, services: Iterable[str] = ()) -> list[RequestPart]:
    """The parts that lie at the desk, only those for `services` when any are named."""
    wanted = set(services)
    return [
        part
        for part in support_request.parts
        if part.state == PartState.OPEN and (not wanted or part.service in wanted)
    ]


def let_go(referral: Referral, state: PartState) -> None:
    """The referral holds its parts no longer; those it still held are in `state` from now on."""
    held = [cover.part for cover in referral.covers if cover.is_live and cover.part.state == PartState.REFERRED]
    for cover in referral.covers:
        cover.is_live = False
    db.session.flush()
    set_parts(held, state)


def follow_parts(support_request: SupportRequest, *, now: datetime) -> None:
    """Bring the question's state in line with its parts; a question to the entrepreneur stays out meanwhile."""
    target = state_from_parts(support_request)
    if support_request.state == RequestState.AWAITING_ENTREPRENEUR and target != RequestState.CLOSED:
        support_request.state_before_pause = target
        return
    if support_request.state in (RequestState.WITHDRAWN, target):
        return
    if support_request.paused_at is not None:
        terms.resume_request(db.session(), support_request, now)
    perform(db.session, support_request, "follow_parts", actor=THE_SERVICE, now=now)


def settle_clock(support_request: SupportRequest, now: datetime) -> None:
    """The desk's clock stops when nothing of the question lies there any more."""
    if not open_parts(support_request):
        stop_waiting(support_request, now)
        terms.stop_term(support_request, now)


def stop_waiting(support_request: SupportRequest, now: datetime) -> None:
    """No more waiting for a place that is full; the desk's clock goes on if nothing else holds it."""
    support_request.waits_until = None
    db.session.execute(delete(AwaitedOffice).where(AwaitedOffice.support_request_id == support_request.id))
    is_asking = support_request.state == RequestState.AWAITING_ENTREPRENEUR
    if support_request.paused_at is not None and not is_asking:
        terms.resume_request(db.session(), support_request, now)


def withdraw_by_rule(referral: Referral, reason: str, *, by: Actor, now: datetime) -> None:
    """The service ends a running referral because its ground is gone; what becomes of its parts is the caller's."""
    perform(
        db.session,
        referral,
        "withdraw",
        actor=THE_SERVICE,
        now=now,
        data={"reason": reason},
        event_data={"reason": reason, "by": by.kind, "was_accepted": referral.accepted_at is not None},
        related=referral.support_request,
    )
    terms.follow_state(db.session(), referral, now)


def bring_back(
    referral: Referral,
    *,
    cause: str,
    actor: Actor,
    now: datetime,
    ranked: bool = True,
    data: dict[str, Any] | None = None,
) -> None:
    """A referral ended without result: its parts lie at the owning desk again, whose clock runs (rule 3).

    The next places are ranked at once and told in the event by which the desk is mailed.
    """
    support_request = referral.support_request
    let_go(referral, PartState.OPEN)
    follow_parts(support_request, now=now)
    if support_request.waits_until is not None:
        stop_waiting(support_request, now)  # a part came back: the desk looks again, the wait may be chosen again
    start_re_route(support_request, now)
    following, all_full = _next_places(support_request, referral, now) if ranked else ([], False)
    details = {
        "cause": cause,
        "reason": referral.reason,
        "referral_id": referral.id,
        "organisation_id": referral.to_id,
        "next": following,
        **({"all_full": True} if all_full else {}),
        **(data or {}),
    }
    record(db.session, "support_request.back_at_desk", support_request, actor=actor, now=now, data=details)


def start_re_route(support_request: SupportRequest, now: datetime) -> None:
    """Start the term to choose a new place, unless an earlier one is running that ends sooner."""
    running, was_due = support_request.term, support_request.due_at
    held = support_request.paused_at
    if held is not None:  # the entrepreneur was asked something: the clock goes on, or begins, with the answer
        if running is None:
            terms.start_request_term(db.session(), support_request, "re_route", now)
            support_request.paused_at, support_request.due_at, support_request.warn_at = held, None, None
        return
    kept = (running, support_request.term_started_at, support_request.term_hours, support_request.term_outer_days)
    marks = (support_request.due_at, support_request.warn_at, support_request.warned_at, support_request.breached_at)
    terms.start_request_term(db.session(), support_request, "re_route", now)
    if was_due is not None and support_request.due_at is not None and was_due <= support_request.due_at:
        support_request.term, support_request.term_started_at = kept[0], kept[1]
        support_request.term_hours, support_request.term_outer_days = kept[2], kept[3]
        support_request.due_at, support_request.warn_at = marks[0], marks[1]
        support_request.warned_at, support_request.breached_at = marks[2], marks[3]


def _next_places(support_request: SupportRequest, referral: Referral, now: datetime) -> tuple[list[str], bool]:
    """Who stands first now, the one it came back from left off; and whether every hub that could help is full."""
    db.session.expire(support_request, ["referrals"])
    receipt = receipt_for(support_request, now=now)
    ranked = [place.organisation_id for place in receipt.destinations if not place.own_choice]
    return [place for place in dict.fromkeys(ranked) if place != referral.to_id][:NEXT_PLACES], receipt.is_all_full
