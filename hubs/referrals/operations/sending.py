"""Sending a question, or parts of it, to hubs, posts and partners (domain.md, Referral; rules 1, 3, 4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from hubs.accounts.models import Office, OrganisationKind
from hubs.core.errors import Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import Actor, check_permitted, check_state, perform
from hubs.extensions import db
from hubs.referrals import terms
from hubs.referrals.clocks import week_of
from hubs.referrals.lifecycle import PartState, ReferralState
from hubs.referrals.models import Referral, ReferralPart, RoutingReceipt, SupportRequest
from hubs.referrals.operations.parts import settle_clock
from hubs.referrals.operations.planning import (
    CLIENT_CHOICE,
    Sending,
    consent_problems,
    lock_places,
    plan,
    problems_of,
)
from hubs.referrals.operations.receipts import count_gap, receipt_for, store_receipt
from hubs.referrals.routing import Receipt

COLD, WARM = "cold", "warm"
GIVEN = "information_given"


def refer(support_request: SupportRequest, *, actor: Actor, now: datetime, data: Mapping[str, Any]) -> None:
    """Send parts to the places chosen from the advice; partners get a warm signpost. See `act_on_request`."""
    check_permitted(support_request, "refer", actor)
    check_state(support_request, "refer")
    receipt, sendings, problems = _prepared(support_request, now, data)
    data = _with_clients_choice(support_request, sendings, data)
    problems += problems_of(support_request, sendings, receipt, data, now)
    _go(support_request, "refer", sendings, receipt, problems, WARM, actor=actor, now=now, data=data)


def signpost(support_request: SupportRequest, *, actor: Actor, now: datetime, data: Mapping[str, Any]) -> None:
    """Point to partners. Cold: the entrepreneur gets the address and no data leave. Warm: consented and answered."""
    check_permitted(support_request, "signpost", actor)
    check_state(support_request, "signpost")
    mode = data.get("mode")
    receipt, sendings, problems = _prepared(support_request, now, data)
    if mode not in (COLD, WARM):
        problems.append(Problem("mode_required", _l("Choose how to signpost."), "mode"))
    if any(not sending.is_partner for sending in sendings):
        problems.append(Problem("not_a_partner", _l("Only a partner can be signposted to."), "destinations"))
    if mode == WARM:
        for sending in sendings:
            problems += consent_problems(support_request, sending, now)
    _go(support_request, "signpost", sendings, receipt, problems, str(mode), actor=actor, now=now, data=data)


def _prepared(
    support_request: SupportRequest, now: datetime, data: Mapping[str, Any]
) -> tuple[Receipt, list[Sending], list[Problem]]:
    """The advice as of now with the places held, what to send, and what is wrong with the choice.

    Raises WrongState with the new advice when places changed since the one that was seen.
    """
    destinations = data.get("destinations") or ()
    lock_places(str(row.get("organisation") or "") for row in destinations)
    receipt = receipt_for(support_request, now=now)
    sendings, problems = plan(support_request, receipt, destinations)
    seen = data.get("receipt_hash")
    if seen and seen != receipt.hash:
        raise WrongState(
            _l("The places have changed since you saw them. Look at the new advice."),
            code="receipt_changed",
            extra={"receipt": receipt},
        )
    return receipt, sendings, problems


def _with_clients_choice(
    support_request: SupportRequest, sendings: list[Sending], data: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The entrepreneur chose this place: that is the reason, unless the officer gives another."""
    chosen = any(sending.organisation.id == support_request.chosen_id for sending in sendings)
    return {**data, "reason": CLIENT_CHOICE} if chosen and not data.get("reason") else data


def _go(
    support_request: SupportRequest,
    action: str,
    sendings: list[Sending],
    receipt: Receipt,
    problems: list[Problem],
    mode: str,
    *,
    actor: Actor,
    now: datetime,
    data: Mapping[str, Any],
) -> None:
    parts = [part for sending in sendings for part in sending.parts]
    part_state = PartState.SIGNPOSTED if mode == COLD else PartState.REFERRED
    if problems:
        raise RuleViolation(problems=problems)
    stored = store_receipt(support_request, receipt, now=now)
    perform(
        db.session,
        support_request,
        action,
        actor=actor,
        now=now,
        data={**data, "part_ids": {part.id for part in parts}, "part_state": part_state},
        event_data={
            "receipt_id": stored.id,
            "receipt_hash": stored.hash,
            "destinations": [sending.organisation.id for sending in sendings],
            "mode": mode,
            "sanctions_checked": bool(data.get("sanctions_checked")) if receipt.sanctions_check else None,
            **_by_itself(actor, data),
        },
    )
    kinds = {sending.organisation.kind for sending in sendings}
    if kinds & {OrganisationKind.POST, OrganisationKind.HUB}:
        count_gap(support_request, receipt, taken_by_post=OrganisationKind.POST in kinds)
    for sending in sendings:
        _send(support_request, sending, stored, mode, actor=actor, now=now, data=data)
    support_request.chosen_id = None
    settle_clock(support_request, now)
    db.session.flush()


def _send(
    support_request: SupportRequest,
    sending: Sending,
    stored: RoutingReceipt,
    mode: str,
    *,
    actor: Actor,
    now: datetime,
    data: Mapping[str, Any],
) -> Referral:
    """One referral with its parts, clock and event. Raises WrongState when another one holds a part."""
    office = _receiving_office(sending)
    is_live = mode != COLD
    try:
        with db.session.begin_nested():
            referral = _new_referral(support_request, sending, office, stored, mode, actor, now, data)
            referral.covers = [ReferralPart(part=part, is_live=is_live) for part in sending.parts]
            db.session.add(referral)
            db.session.flush()
    except IntegrityError as error:
        raise WrongState(
            _l("Somebody else has just referred this part of the question."), code="already_referred"
        ) from error
    if is_live:
        terms.follow_state(db.session(), referral, now)
    details = {
        "from": support_request.owner_id,
        "to": sending.organisation.id,
        "kind": referral.kind,
        "mode": referral.mode,
        "services": [part.service for part in sending.parts],
        "rank": referral.rank,
        "reason": referral.override_reason,
        "agreement_id": referral.agreement_id,
        "instrument": referral.instrument,
        **_by_itself(actor, data),
    }
    record(db.session, "referral.send", referral, actor=actor, now=now, data=details, related=support_request)
    return referral


def _by_itself(actor: Actor, data: Mapping[str, Any]) -> dict[str, Any]:
    """Whether nobody chose it, and because of what, when that is not the post's own choice beforehand."""
    if actor.kind != "system":
        return {}
    return {"automatic": True, **({"because": data["because"]} if data.get("because") else {})}


def _receiving_office(sending: Sending) -> Office:
    office = terms.office_of(db.session(), sending.organisation, sending.place.office_id)
    if office is None:
        raise RuleViolation("no_office", _l("This organisation has no office to send to."), "destinations")
    return office


def _new_referral(
    support_request: SupportRequest,
    sending: Sending,
    office: Office,
    stored: RoutingReceipt,
    mode: str,
    actor: Actor,
    now: datetime,
    data: Mapping[str, Any],
) -> Referral:
    """The row; a cold signpost is done as soon as it is given."""
    number = max((referral.number for referral in support_request.referrals), default=0) + 1
    is_partner = sending.organisation.kind == OrganisationKind.PARTNER
    ended: dict[str, Any] = {}
    if mode == COLD:
        ended = {"state": ReferralState.CLOSED, "ended_at": now, "outcome": GIVEN}
    return Referral(
        reference=f"D{support_request.reference[1:]}-{number}",
        support_request=support_request,
        number=number,
        kind="signpost" if is_partner else "referral",
        mode=mode,
        is_demo=support_request.is_demo,
        from_id=support_request.owner_id,
        from_office_id=support_request.office_id,
        to_id=sending.organisation.id,
        to_office_id=office.id,
        agreement_id=sending.place.agreement_id,
        receipt_id=stored.id,
        instrument=sending.place.instrument,
        rank=sending.place.rank,
        override_reason=data.get("reason") if sending.is_departure else None,
        note=data.get("note") or None,
        capacity_week=week_of(now, office.timezone),
        sent_at=now,
        sent_by=actor.id,
        **ended,
    )
