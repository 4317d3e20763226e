"""What follows from a hub's no, and how the hub takes it back (domain.md, Routing 3, 6 and 7).

No capacity: the office counts as full for that kind of question until a day. Conflict of interest: the hub gets no
question of that company any more. Public task: the part goes to the post. Outside coverage: a gap, with its cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from hubs.accounts.actor import service_for
from hubs.accounts.models import Office, OrganisationKind
from hubs.accounts.permissions import P
from hubs.core.calendars import zone
from hubs.core.errors import NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.extensions import db
from hubs.referrals.clocks import next_monday
from hubs.referrals.models import Referral
from hubs.referrals.moment import CONFLICT, PUBLIC_TASK
from hubs.referrals.operations.receipts import receipt_for
from hubs.referrals.operations.sending import refer
from hubs.referrals.places_left import NO_CAPACITY
from hubs.referrals.room import AwaitedOffice, CapacityPause, ExcludedPair
from hubs.referrals.routing.route import COVERAGE_REASONS

SAME_KIND, EVERYTHING = "same_kind", "everything"
SCOPES = (SAME_KIND, EVERYTHING)
LONGEST_PAUSE = timedelta(days=92)
Data = Mapping[str, Any]


def first_day(referral: Referral, now: datetime) -> date:
    """The first day a pause may end on: tomorrow at the office."""
    return now.astimezone(zone(referral.receiver_office.timezone)).date() + timedelta(days=1)


def usual_day(referral: Referral, now: datetime) -> date:
    """Until when an office is full that names no day: next Monday of its own calendar."""
    return next_monday(now, referral.receiver_office.timezone)


def pause_problems(referral: Referral, data: Data, now: datetime) -> Iterator[Problem]:
    """What is wrong with the day and the extent of a pause that somebody asks for."""
    if data.get("reason") != NO_CAPACITY:
        return
    until, earliest = data.get("pause_until"), first_day(referral, now)
    if until is not None and not earliest <= until <= earliest + LONGEST_PAUSE:
        yield Problem("pause_until", _l("Choose a day from tomorrow on, at most three months ahead."), "pause_until")
    if data.get("pause_scope") not in (None, *SCOPES):
        yield Problem("pause_scope", _l("Choose what you are full for."), "pause_scope")


def pause_details(referral: Referral, data: Data, now: datetime) -> dict[str, Any]:
    """Until when a no pauses the office, for the event that both sides read; nothing for other reasons."""
    if data.get("reason") != NO_CAPACITY or referral.receiver.kind != OrganisationKind.HUB:
        return {}
    return {"pause_until": (data.get("pause_until") or usual_day(referral, now)).isoformat()}


def follow_no(referral: Referral, data: Data, *, actor: Actor, now: datetime) -> None:
    """Everything that follows from a decline or return, before the next places are ranked."""
    if referral.receiver.kind != OrganisationKind.HUB:
        return
    if referral.reason == NO_CAPACITY:
        _pause(referral, data, actor=actor, now=now)
    elif referral.reason == CONFLICT:
        _exclude(referral, actor=actor, now=now)


def follow_back(referral: Referral, *, now: datetime) -> None:
    """What follows once the parts are back: a gap is counted, a public task goes to the post."""
    if referral.receiver.kind != OrganisationKind.HUB:
        return
    if referral.reason in COVERAGE_REASONS:
        _count_gap(referral, now)
    elif referral.reason in PUBLIC_TASK:
        _hand_to_post(referral, now)


def _services(referral: Referral) -> list[str]:
    return sorted({cover.part.service for cover in referral.covers if cover.part.service})


def _pause(referral: Referral, data: Data, *, actor: Actor, now: datetime) -> None:
    office, is_whole = referral.receiver_office, data.get("pause_scope") == EVERYTHING
    until = data.get("pause_until") or usual_day(referral, now)
    agreement = referral.agreement
    pause = CapacityPause(
        organisation_id=referral.to_id,
        office_id=office.id,
        lineage_id=agreement.lineage_id if agreement and not is_whole else None,
        services=[] if is_whole else _services(referral),
        sector=None if is_whole else referral.support_request.sector,
        until_on=until,
        until_at=_start_of(office, until),
        referral_id=referral.id,
        created_at=now,
        created_by=actor.id,
    )
    db.session.add(pause)
    db.session.flush()
    details = {"office_id": office.id, "services": pause.services, "sector": pause.sector, "until": until.isoformat()}
    details |= {"lineage_id": pause.lineage_id, "referral_id": referral.id}
    record(db.session, "capacity_pause.begin", pause, actor=actor, now=now, data=details)


def _start_of(office: Office, day: date) -> datetime:
    return datetime.combine(day, time(), zone(office.timezone)).astimezone(UTC)


def _exclude(referral: Referral, *, actor: Actor, now: datetime) -> None:
    company_id = referral.support_request.company_id
    if company_id is None:
        return
    pair = ExcludedPair(
        organisation_id=referral.to_id,
        company_id=company_id,
        referral_id=referral.id,
        created_at=now,
        created_by=actor.id,
    )
    db.session.add(pair)
    db.session.flush()
    details = {"organisation_id": referral.to_id, "referral_id": referral.id}
    record(db.session, "excluded_pair.begin", pair, actor=actor, now=now, data=details)


def _count_gap(referral: Referral, now: datetime) -> None:
    """The hub that routing counted on does not cover this: a gap at once, unless another hub can take it."""
    support_request = referral.support_request
    receipt = receipt_for(support_request, now=now)
    if receipt.gap:
        causes = {*support_request.gap_causes, *receipt.gap_causes, COVERAGE_REASONS[referral.reason or ""]}
        support_request.has_gap, support_request.gap_causes = True, sorted(causes)


def _hand_to_post(referral: Referral, now: datetime) -> None:
    """The part returns to the post: it lies there already, or goes there with the post's own clock."""
    support_request, services = referral.support_request, set(_services(referral))
    if support_request.owner.kind == OrganisationKind.POST:
        return
    places = [place for place in receipt_for(support_request, now=now).destinations if place.kind == "post"]
    place = next((place for place in places if services & set(place.services) and not place.at_owning_desk), None)
    if place is None:
        return
    actor = service_for(support_request.owner_id)
    wanted = {"organisation": place.organisation_id, "services": sorted(services & set(place.services))}
    try:
        with db.session.begin_nested():
            refer(support_request, actor=actor, now=now, data={"destinations": [wanted], "because": PUBLIC_TASK[0]})
    except (RuleViolation, WrongState):
        return  # something a person must look at first: it stays at the desk, whose clock runs


def lift_pause(pause: CapacityPause, *, actor: Actor, now: datetime) -> None:
    """The office takes these questions again. Raises NotPermitted, WrongState when it does already."""
    if not actor.can(P.PROFILE_EDIT, pause):
        raise NotPermitted()
    if not pause.holds_at(now):
        raise WrongState(_l("This pause is over already."))
    pause.lifted_at, pause.lifted_by = now, actor.id
    record(db.session, "capacity_pause.lift", pause, actor=actor, now=now, data={"office_id": pause.office_id})


def lift_exclusion(pair: ExcludedPair, *, actor: Actor, now: datetime) -> None:
    """There is no conflict of interest any more. Raises NotPermitted, WrongState when that was said already."""
    if not actor.can(P.PROFILE_EDIT, pair):
        raise NotPermitted()
    if pair.lifted_at is not None:
        raise WrongState(_l("This was taken back already."))
    pair.lifted_at, pair.lifted_by = now, actor.id
    record(db.session, "excluded_pair.lift", pair, actor=actor, now=now, data={"referral_id": pair.referral_id})


def await_offices(support_request_id: str, organisation_ids: list[str]) -> None:
    """Remember whom a question waits for."""
    stop_awaiting(support_request_id)
    statement = select(Office.id).where(Office.organisation_id.in_(organisation_ids), Office.closed_on.is_(None))
    for office_id in db.session.execute(statement.order_by(Office.id)).scalars().all():
        db.session.add(AwaitedOffice(support_request_id=support_request_id, office_id=office_id))
    db.session.flush()


def stop_awaiting(support_request_id: str) -> None:
    db.session.execute(delete(AwaitedOffice).where(AwaitedOffice.support_request_id == support_request_id))
