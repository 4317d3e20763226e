"""The facts of the moment an advice turns on: room, closures, answers, exclusions, consent (domain.md, Routing)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from hubs.accounts.models import Office
from hubs.agreements.models import Agreement
from hubs.agreements.standing import local_day
from hubs.companies.consenting import RecipientsKind
from hubs.companies.queries import company_ids_now
from hubs.core.events import Event
from hubs.reference.models import Market
from hubs.referrals.clocks import week_of
from hubs.referrals.lifecycle import RETURNED_TO_DESK, ReferralState
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.places_left import NO_CAPACITY, paused_now, pauses_at, room_of, share_of, this_week
from hubs.referrals.room import ExcludedPair
from hubs.referrals.routing import Moment, RoutingInput, RoutingTable
from hubs.referrals.routing.route import COVERAGE_REASONS
from hubs.referrals.terms import calendars_of, default_limit

F = ReferralState
ANSWERS_COUNT_FOR = timedelta(days=365)
CONFLICT, NOT_AVAILABLE = "conflict_of_interest", "not_available"
PUBLIC_TASK = ("public_task", "part_public")  # of a decline, of a return
NOT_PUBLIC = "support_request.not_public"  # the desk sees that otherwise
BY_ENTREPRENEUR = ("client_refused", "not_to_be_told")


def input_of(support_request: SupportRequest) -> RoutingInput:
    """The question as routing sees it: what lies at the desk or was sent on; nothing that says who asks."""
    language = support_request.language
    return RoutingInput(
        market=support_request.market,
        city=support_request.city,
        region=support_request.region,
        sector=support_request.sector,
        services=tuple(support_request.services),
        facts=dict(support_request.facts or {}),
        target_groups=frozenset(support_request.target_groups or ()),
        size=support_request.company_size,
        languages=(language,) if language else (),
        urgency=support_request.urgency,
        sender_id=support_request.owner_id,
        sender_kind=support_request.owner.kind,
    )


def moment_for(session: Session, support_request: SupportRequest, table: RoutingTable, now: datetime) -> Moment:
    """What a receipt for this question needs to know of this moment."""
    scope = table.scope(support_request.market)
    offices = _offices(session, scope.office_ids)
    outer = now + timedelta(days=default_limit(session, "decide").days)
    pauses = pauses_at(session, offices, support_request, now)
    room = room_of(session, offices, support_request.services, now)
    excluded = _excluded_by_history(support_request)
    for organisation_id in _full_by_own_word(support_request, offices, now, {row.referral_id for row in pauses}):
        excluded.setdefault(organisation_id, NO_CAPACITY)
    pairs = _pairs(session, support_request.company_id, support_request.owner_id)
    conflicts = _conflicts(support_request, pairs)
    for organisation_id in {pair.organisation_id for pair in pairs if pair.lifted_at is None} - conflicts:
        excluded.setdefault(organisation_id, NOT_AVAILABLE)
    consent = support_request.consent if support_request.consent and support_request.consent.is_valid else None
    named = consent is not None and consent.recipients_kind == RecipientsKind.ORGANISATIONS
    return Moment(
        as_of=now,
        outer_bound=outer,
        capacity_left=room.left,
        agreement_left=_agreement_left(session, scope.agreement_ids, offices, room.limits, now),
        closed_until=_closed_until(session, offices, now, outer),
        paused=paused_now(session, pauses, scope.agreement_ids, room.paused, now),
        public_services=public_services(session, support_request),
        answer_record=_answer_record(session, scope.hub_ids, now),
        conflicts=conflicts,
        excluded=excluded,
        consent_ids=frozenset(consent.recipient_ids) if consent and named else frozenset(),
        consent_market=bool(consent and not named and consent.market == support_request.market),
        sanctions=has_sanctions_flag(session, support_request.market, now),
        rotation_seed=support_request.id,
    )


def has_sanctions_flag(session: Session, market: str | None, now: datetime) -> bool:
    row = session.get(Market, market) if market else None
    return row is not None and row.has_sanctions_flag(local_day(now))


def _offices(session: Session, office_ids: Iterable[str]) -> list[Office]:
    ids = sorted(office_ids)
    if not ids:
        return []
    return list(session.execute(select(Office).where(Office.id.in_(ids)).order_by(Office.id)).scalars())


# --- room ---------------------------------------------------------------------------------------------------------


def _agreement_left(
    session: Session,
    agreement_ids: Iterable[str],
    offices: list[Office],
    limits: Mapping[str, int | None],
    now: datetime,
) -> dict[str, int | None]:
    """What is left of the share of the hub's weekly capacity that an agreement sets; its versions count together."""
    ids = sorted(agreement_ids)
    if not ids or not offices:
        return {}
    shared = list(
        session.execute(
            select(Agreement.id, Agreement.lineage_id, Agreement.hub_id, Agreement.capacity_share).where(
                Agreement.id.in_(ids), Agreement.capacity_share.is_not(None)
            )
        )
    )
    if not shared:
        return {}
    taken = session.execute(
        select(Agreement.lineage_id, func.count())
        .join(Referral, Referral.agreement_id == Agreement.id)
        .where(
            Agreement.lineage_id.in_({row.lineage_id for row in shared}),
            this_week(offices, now),
            Referral.state.not_in(sorted(RETURNED_TO_DESK)),
        )
        .group_by(Agreement.lineage_id)
    )
    counts = {row[0]: row[1] for row in taken}
    left: dict[str, int | None] = {}
    for row in shared:
        places = share_of(offices, row.hub_id, row.capacity_share, limits)
        if places is not None:
            left[row.id] = max(0, places - counts.get(row.lineage_id, 0))
    return left


def _full_by_own_word(
    support_request: SupportRequest, offices: list[Office], now: datetime, paused: Container[str]
) -> list[str]:
    """Hubs that said `no capacity` to this question in the present local week: full for it until Monday.

    Only where no pause followed from it (`paused`: referrals), as before there were any.
    """
    zones = {office.id: office.timezone for office in offices}
    return [
        referral.to_id
        for referral in support_request.referrals
        if referral.state == F.DECLINED
        and referral.reason == NO_CAPACITY
        and referral.id not in paused
        and referral.ended_at is not None
        and (zone := zones.get(referral.to_office_id)) is not None
        and week_of(referral.ended_at, zone) == week_of(now, zone)
    ]


def _closed_until(session: Session, offices: list[Office], now: datetime, outer: datetime) -> dict[str, datetime]:
    """Offices that do not open before the outer bound, with when they do (a year ahead when nobody knows)."""
    found = {}
    calendars = calendars_of(session, offices, now)
    for office in offices:
        opens = calendars[office.id].next_opening(now) if office.hours else now
        if opens is None or opens > outer:
            found[office.id] = opens or now + timedelta(days=365)
    return found


# --- what happened before -----------------------------------------------------------------------------------------


def _excluded_by_history(support_request: SupportRequest) -> dict[str, str]:
    """Places that said no, let it lapse or gave it back on this question, and those the entrepreneur does not want."""
    found: dict[str, str] = {}
    for referral in support_request.referrals:
        why = _why_not_again(referral)
        if why:
            found[referral.to_id] = why
    return {**found, **dict.fromkeys(support_request.do_not_tell or (), "entrepreneur")}


def _why_not_again(referral: Referral) -> str | None:
    if referral.state == F.WITHDRAWN:
        return "entrepreneur" if referral.reason in BY_ENTREPRENEUR else None
    if referral.state == F.DECLINED and referral.reason == NO_CAPACITY:
        return None  # full this week only: told by the capacity rule
    if referral.reason == CONFLICT:
        return None  # told by the conflict rule
    if referral.state == F.DECLINED and referral.reason in COVERAGE_REASONS:
        return referral.reason
    words: Mapping[str, str] = {F.DECLINED: "declined", F.LAPSED: "lapsed", F.RETURNED: "returned"}
    return words.get(referral.state)


def _conflicts(support_request: SupportRequest, pairs: Iterable[ExcludedPair]) -> frozenset[str]:
    """Hubs that said so of this very question and did not take it back.

    Of the company's other questions it is only said that they are not available.
    """
    taken_back = {pair.referral_id for pair in pairs if pair.lifted_at is not None}
    return frozenset(
        referral.to_id
        for referral in support_request.referrals
        if referral.reason == CONFLICT and referral.id not in taken_back
    )


def _pairs(session: Session, company_id: str | None, owner_id: str) -> list[ExcludedPair]:
    """Conflicts of interest with this company, or one that its desk merged into it; those taken back too."""
    if company_id is None:
        return []
    statement = select(ExcludedPair).where(ExcludedPair.company_id.in_(company_ids_now(owner_id, company_id)))
    return list(session.execute(statement.order_by(ExcludedPair.id)).scalars())


def public_services(session: Session, support_request: SupportRequest) -> frozenset[str]:
    """The services of parts that a hub left to the post because they are a public task, unless its desk said since
    that they are none."""
    said: dict[str, datetime] = {}
    for referral in support_request.referrals:
        if referral.reason in PUBLIC_TASK and referral.ended_at is not None:
            for cover in referral.covers:
                if cover.part.service:
                    said[cover.part.service] = max(referral.ended_at, said.get(cover.part.service, referral.ended_at))
    denied = _denied(session, support_request) if said else {}
    return frozenset(service for service, at in said.items() if service not in denied or denied[service] < at)


def _denied(session: Session, support_request: SupportRequest) -> dict[str, datetime]:
    """For each service when the desk last said that it is no public task."""
    mine = (Event.subject_type == SupportRequest.__tablename__, Event.subject_id == support_request.id)
    statement = select(Event.at, Event.data).where(*mine, Event.kind == NOT_PUBLIC).order_by(Event.id)
    return {service: row.at for row in session.execute(statement) for service in row.data.get("services") or ()}


def _answer_record(session: Session, hub_ids: Iterable[str], now: datetime) -> dict[str, tuple[int, int]]:
    """For each hub how many of the questions it was sent in a year it answered in time, yes or no."""
    ids = sorted(hub_ids)
    if not ids:
        return {}
    answered = case((Referral.accepted_at.is_not(None), Referral.accepted_at), else_=Referral.ended_at)
    in_time = case((and_(Referral.state != F.LAPSED, answered <= Referral.decide_due_at), 1), else_=0)
    rows = session.execute(
        select(Referral.to_id, func.sum(in_time), func.count())
        .where(
            Referral.to_id.in_(ids),
            Referral.sent_at >= now - ANSWERS_COUNT_FOR,
            or_(Referral.accepted_at.is_not(None), Referral.state.in_([F.DECLINED, F.LAPSED])),
        )
        .group_by(Referral.to_id)
    )
    return {hub_id: (int(good or 0), total) for hub_id, good, total in rows}
