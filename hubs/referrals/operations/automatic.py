"""Referrals that go out by themselves, for services that a post chose beforehand (domain.md, Routing 5).

Each question is looked at once, before anybody took it up: it goes to its first place as an officer would send it,
or stays at the desk with the reason on record. What comes back is never sent on like this again.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, exists, select

from hubs.accounts.actor import Actor, service_for
from hubs.core.errors import RuleViolation, WrongState
from hubs.core.events import Event, record
from hubs.directory.models import PostProfile
from hubs.directory.queries import REFERRED_SERVICES
from hubs.extensions import db
from hubs.reference.models import Service
from hubs.referrals.lifecycle import PartState, RequestState
from hubs.referrals.models import Referral, RequestPart, SupportRequest
from hubs.referrals.operations.parts import open_parts
from hubs.referrals.operations.planning import text_problems
from hubs.referrals.operations.receipts import receipt_for
from hubs.referrals.operations.requests import act_on_request
from hubs.referrals.queries import lock_request
from hubs.referrals.routing import Destination, Receipt

STAYED = "support_request.not_automatic"


class Blocker(StrEnum):
    """Why a question, or a part of it, does not go out by itself."""

    CLIENT_CHOICE = "client_choice"
    QUESTIONS = "questions"
    MISSING = "missing"
    SANCTIONS = "sanctions"
    IDENTITY_IN_TEXT = "identity_in_text"
    IN_DEVELOPMENT = "in_development"
    CAPACITY = "capacity"
    NO_HUB = "no_hub"
    CONSENT = "consent"
    REFUSED = "refused"


def due_automatic(now: datetime, limit: int = 100) -> list[str]:
    """Questions nobody took up whose every service for a hub is one their post lets go by itself, oldest first."""
    rows = db.session.execute(select(PostProfile.id, PostProfile.automatic_services).order_by(PostProfile.id))
    found: list[str] = []
    for post_id, services in [(row[0], row[1]) for row in rows if row[1]]:
        statement = _waiting(post_id, services).where(SupportRequest.received_at <= now)
        ordered = statement.order_by(SupportRequest.received_at, SupportRequest.id).limit(limit - len(found))
        found += db.session.execute(ordered).scalars()
        if len(found) >= limit:
            break
    return found


def refer_automatically(request_id: str, *, now: datetime) -> bool:
    """Send it to its first places, or record why it stays. False: nothing to do any more, or not at this moment."""
    support_request = lock_request(request_id)
    chosen = _chosen_services(support_request.owner_id) if support_request is not None else []
    if support_request is None or not chosen:
        return False
    waiting = _waiting(support_request.owner_id, chosen).where(SupportRequest.id == support_request.id)
    if db.session.execute(waiting).scalar_one_or_none() is None:
        return False
    actor = service_for(support_request.owner_id)
    receipt = receipt_for(support_request, now=now)
    places, kept = _first_places(support_request, receipt, chosen)
    against = _against(support_request, receipt)
    try:
        if places and not against:
            against = _send(support_request, places, receipt, actor=actor, now=now)
    except WrongState:
        return False  # a place changed at this very moment: looked at again in the next round
    is_sent = bool(places) and not against
    if kept or not is_sent:
        _record_stay(support_request, against, kept, is_sent, actor=actor, now=now)
    return True


def _waiting(post_id: str, services: Collection[str]) -> Select[Any]:
    """Received, taken by nobody, never sent or looked at before, with open parts for hubs in `services` only."""
    at_hubs = (
        exists()
        .where(
            RequestPart.support_request_id == SupportRequest.id,
            RequestPart.state == PartState.OPEN,
            RequestPart.service == Service.code,
            Service.default_provider.in_(REFERRED_SERVICES),
        )
        .correlate(SupportRequest)
    )
    looked_at = exists().where(
        Event.subject_type == SupportRequest.__tablename__,
        Event.subject_id == SupportRequest.id,
        Event.kind == STAYED,
    )
    return select(SupportRequest.id).where(
        SupportRequest.owner_id == post_id,
        SupportRequest.state == RequestState.RECEIVED,
        SupportRequest.handler_id.is_(None),
        SupportRequest.taken_at.is_(None),
        at_hubs.where(RequestPart.service.in_(services)),
        ~at_hubs.where(RequestPart.service.not_in(services)),
        ~exists().where(Referral.support_request_id == SupportRequest.id),
        ~looked_at,
    )


def _chosen_services(post_id: str) -> list[str]:
    """What the post lets go by itself, held until this transaction ends: its head may be changing it now."""
    statement = select(PostProfile).where(PostProfile.id == post_id).with_for_update(read=True)
    post = db.session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()
    return list(post.automatic_services or ()) if post is not None else []


def _against(support_request: SupportRequest, receipt: Receipt) -> set[Blocker]:
    """What keeps the whole question at the desk; every reason, not just the first."""
    holds = {
        Blocker.CLIENT_CHOICE: bool(support_request.chosen_id or support_request.waits_until),
        Blocker.QUESTIONS: bool(receipt.questions),
        Blocker.MISSING: bool(receipt.missing),
        Blocker.SANCTIONS: receipt.moment.sanctions,
        Blocker.IDENTITY_IN_TEXT: bool(text_problems(support_request)),
    }
    return {blocker for blocker, is_so in holds.items() if is_so}


def _first_places(
    support_request: SupportRequest, receipt: Receipt, chosen: Collection[str]
) -> tuple[dict[str, list[str]], dict[str, Blocker]]:
    """The services for each hub that stands first and may have them; and why each other service stays."""
    places: dict[str, list[str]] = {}
    kept: dict[str, Blocker] = {}
    lying = [part.service for part in open_parts(support_request, chosen) if part.service]
    for service in lying:
        first = next((place for place in receipt.first("private") if service in place.services), None)
        blocker = _why_not(first, receipt, service)
        if blocker is not None:
            kept[service] = blocker
        elif first is not None:
            places.setdefault(first.organisation_id, []).append(service)
    return places, kept


def _why_not(first: Destination | None, receipt: Receipt, service: str) -> Blocker | None:
    """What speaks against the first place for a service; None when nothing does."""
    if first is not None and not first.own_choice and first.agreement_id is not None:
        return None if first.consent == "given" else Blocker.CONSENT
    if any({failure.rule for failure in row.failed} == {"capacity"} for row in receipt.excluded):
        return Blocker.CAPACITY
    is_new = any(place.own_choice and service in place.services for place in receipt.destinations)
    return Blocker.IN_DEVELOPMENT if is_new else Blocker.NO_HUB


def _send(
    support_request: SupportRequest, places: dict[str, list[str]], receipt: Receipt, *, actor: Actor, now: datetime
) -> set[Blocker]:
    """Refer as an officer would, on this very advice; what the officer's own checks refuse stays as it was."""
    destinations = [{"organisation": place, "services": services} for place, services in places.items()]
    data = {"destinations": destinations, "receipt_hash": receipt.hash}
    try:
        with db.session.begin_nested():
            act_on_request(support_request, "refer", actor=actor, now=now, data=data)
    except RuleViolation:
        return {Blocker.REFUSED}
    return set()


def _record_stay(
    support_request: SupportRequest,
    against: set[Blocker],
    kept: dict[str, Blocker],
    is_sent: bool,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Why it stays at the desk, once: for its history, and so that nobody looks again."""
    reasons = against | set(kept.values())
    if against & {Blocker.QUESTIONS, Blocker.MISSING}:
        reasons -= {Blocker.NO_HUB, Blocker.IN_DEVELOPMENT}  # that follows from what is not known
    codes = [str(blocker) for blocker in Blocker if blocker in reasons]
    details = {"code": codes[0], "codes": codes, "services": sorted(kept), "sent": is_sent}
    record(db.session, STAYED, support_request, actor=actor, now=now, data=details)
    db.session.flush()
