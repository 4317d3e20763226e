"""Whose turn it is, what is put aside and what is idle, as conditions for the database: derived at every read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, false, literal, not_, or_, select, text
from sqlalchemy.orm import aliased

from hubs.accounts.absences import WORKING, rights_of
from hubs.accounts.actor import Actor
from hubs.accounts.models import Absence, Membership, OrganisationKind, Role
from hubs.accounts.queries import in_force
from hubs.companies.consenting import RecipientsKind
from hubs.companies.models import Consent
from hubs.core.clock import local_day
from hubs.core.events import Event
from hubs.core.types import UtcDateTime
from hubs.referrals.lifecycle import LIVE, RequestState
from hubs.referrals.lists.models import Snooze
from hubs.referrals.models import Referral, SupportRequest

R = RequestState
# as the partial indexes have it, word for word, so that they are used
OPEN_REQUESTS = text("support_requests.state NOT IN ('closed', 'withdrawn')")
LIVE_REFERRALS = text("referrals.state IN ('accepted', 'acknowledged', 'contact_made', 'paused', 'sent')")
ENTREPRENEUR, PARTNER = "entrepreneur", "partner"
ROLES = (str(Role.OFFICER), str(Role.STAFF), PARTNER, ENTREPRENEUR)
_ROLE_AT = {
    str(OrganisationKind.HUB): str(Role.STAFF),
    str(OrganisationKind.PARTNER): PARTNER,
}


def role_at(organisation_kind: str | None) -> str:
    """Whose limit counts at an organisation of this kind."""
    return _ROLE_AT.get(str(organisation_kind), str(Role.OFFICER))


# --- whose turn ---------------------------------------------------------------------------------------------


def own_draft() -> ColumnElement[bool]:
    return and_(SupportRequest.state == R.DRAFT, SupportRequest.created_by.is_not(None))


def is_unanswered(asked_before: datetime) -> ColumnElement[bool]:
    """The entrepreneur has had the time to answer."""
    return and_(SupportRequest.state == R.AWAITING_ENTREPRENEUR, SupportRequest.paused_at <= asked_before)


def request_waits_for_us(asked_before: datetime) -> ColumnElement[bool]:
    """A clock of ours runs, a draft is not finished, or the entrepreneur has had the time to answer."""
    return or_(SupportRequest.due_at.is_not(None), own_draft(), is_unanswered(asked_before))


def asks_to_keep() -> ColumnElement[bool]:
    return and_(Referral.keep_asked_at.is_not(None), Referral.kept_at.is_(None))


def sent_waits_for_us(now: datetime) -> ColumnElement[bool]:
    """An answer that is owed, what is late at somebody else's, and whether one stays at a hub without standing."""
    return or_(Referral.term == "answer", Referral.due_at <= now, asks_to_keep())


def question_is_ours(now: datetime, asked_before: datetime) -> ColumnElement[bool]:
    """In the list of questions: its own clock, or a referral of it that asks something of its desk."""
    behind = exists().where(
        Referral.support_request_id == SupportRequest.id,
        Referral.from_id == SupportRequest.owner_id,
        Referral.state.in_(sorted(LIVE)),
        sent_waits_for_us(now),
    )
    return or_(request_waits_for_us(asked_before), behind)


def covered(actor: Actor) -> list[ColumnElement[bool]]:
    """A hub or partner sees nothing of it without the entrepreneur's consent (domain.md, rule 1); posts need none."""
    if actor.organisation_kind not in (OrganisationKind.HUB, OrganisationKind.PARTNER):
        return []
    own = f'"{actor.organisation_id}"'
    by_class = and_(Consent.recipients_kind == RecipientsKind.MARKET, Consent.market == SupportRequest.market)
    given = (
        select(SupportRequest.id)
        .join(Consent, Consent.id == SupportRequest.consent_id)
        .where(
            SupportRequest.id == Referral.support_request_id,
            Consent.withdrawn_at.is_(None),
            or_(by_class, cast(Consent.recipient_ids, String).contains(own)),
            not_(cast(SupportRequest.do_not_tell, String).contains(own)),
        )
        .correlate(Referral)
    )
    return [given.exists()]


# --- handlers, and who stands in for them -------------------------------------------------------------------


_AWAY, _DEPUTY, _HELD = aliased(Membership), aliased(Membership), aliased(Membership)


def covered_people(actor: Actor, now: datetime) -> Any:
    """The people of this organisation for whom the actor stands in today, as far as right and office reach
    (`accounts.absences.may_stand_in`)."""
    today = local_day(now)
    return (
        select(_AWAY.person_id)
        .select_from(Absence)
        .join(_AWAY, _AWAY.id == Absence.membership_id)
        .join(_DEPUTY, _DEPUTY.id == Absence.deputy_membership_id)
        .where(
            _DEPUTY.person_id == actor.person_id,
            _DEPUTY.organisation_id == actor.organisation_id,
            _AWAY.organisation_id == actor.organisation_id,
            Absence.starts_on <= today,
            Absence.ends_on >= today,
            Absence.withdrawn_at.is_(None),
            not_(_beyond(actor, today)),
        )
    )


def _beyond(actor: Actor, today: date) -> Any:
    """Whether who is away holds a role whose work this actor may not do, or works at another office."""
    kind = str(actor.organisation_kind)
    roles = [role for role in Role if rights_of(kind, [role]) & WORKING <= actor.permissions]
    outside: ColumnElement[bool] = _HELD.role.not_in(roles)
    if actor.office_id is not None:
        outside = or_(outside, _HELD.office_id.is_(None), _HELD.office_id != actor.office_id)
    there = (_HELD.person_id == _AWAY.person_id, _HELD.organisation_id == _AWAY.organisation_id)
    return exists().where(*there, in_force(today, _HELD), outside)


def away_person() -> Any:
    """Who is away, in `covered_people`."""
    return _AWAY.person_id


def is_mine(handler: Any, actor: Actor, now: datetime) -> ColumnElement[bool]:
    """What I handle, and what I stand in for."""
    return or_(handler == actor.id, handler.in_(covered_people(actor, now)))


def is_covered(handler: Any, actor: Actor, now: datetime) -> Any:
    """A column: 1 when the actor stands in for the handler today."""
    return case((handler.in_(covered_people(actor, now)), 1), else_=0).label("is_covered")


# --- put aside ----------------------------------------------------------------------------------------------


def _after_snooze(model: Any) -> ColumnElement[bool]:
    """Something happened to it since it was put aside: a question also by what happens to its referrals."""
    own = and_(Event.subject_type == model.__tablename__, Event.subject_id == model.id, Event.id > Snooze.event_id)
    happened = exists().where(own).correlate(model, Snooze)
    if model is not SupportRequest:
        return happened
    related = and_(Event.related_type == model.__tablename__, Event.related_id == model.id, Event.id > Snooze.event_id)
    return or_(happened, exists().where(related).correlate(model, Snooze))


def _held(model: Any, actor: Actor, now: datetime) -> ColumnElement[bool]:
    return and_(
        Snooze.subject_id == model.id,
        Snooze.organisation_id == actor.organisation_id,
        Snooze.ended_at.is_(None),
        Snooze.until_at > now,
        ~_after_snooze(model),
    )


def is_snoozed(model: Any, actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Put aside by this organisation, not past its term, and nothing happened since."""
    in_time = or_(model.due_at.is_(None), model.due_at > now)
    return and_(exists().where(_held(model, actor, now)).correlate(model), in_time)


def snooze_column(column: Any, model: Any, actor: Actor, now: datetime) -> Any:
    """A value of the snooze in force, for a row; empty when there is none."""
    in_time = or_(model.due_at.is_(None), model.due_at > now)
    return (
        select(column)
        .where(_held(model, actor, now), in_time)
        .order_by(Snooze.id.desc())
        .limit(1)
        .correlate(model)
        .scalar_subquery()
    )


# --- idle ---------------------------------------------------------------------------------------------------


def last_action(model: Any) -> Any:
    """When something was last done: by the newest event about it."""
    return (
        select(Event.at)
        .where(Event.subject_type == model.__tablename__, Event.subject_id == model.id)
        .order_by(Event.id.desc())
        .limit(1)
        .correlate(model)
        .scalar_subquery()
    )


def request_role(owner_kind: str | None) -> Any:
    """Who is to act on a question of this desk: the entrepreneur, the desk, or nobody of these (it lies elsewhere)."""
    return case(
        (SupportRequest.state == R.AWAITING_ENTREPRENEUR, ENTREPRENEUR),
        (and_(SupportRequest.state == R.REFERRED, SupportRequest.due_at.is_(None)), ""),
        (SupportRequest.state.in_((R.CLOSED, R.WITHDRAWN)), ""),
        else_=role_at(owner_kind),
    )


def referral_role(sender_kind: Any, receiver_kind: Any) -> Any:
    """Who is to act on a referral that runs; the kinds are columns."""

    def role(kind: Any) -> Any:
        return case(
            (kind == str(OrganisationKind.HUB), str(Role.STAFF)),
            (kind == str(OrganisationKind.PARTNER), PARTNER),
            else_=str(Role.OFFICER),
        )

    over = Referral.state.not_in(sorted(LIVE))
    return case((over, ""), (Referral.term == "answer", role(sender_kind)), else_=role(receiver_kind))


def is_idle(model: Any, role: Any, limits: Mapping[str, int], now: datetime) -> ColumnElement[bool]:
    """Nothing was done for longer than the limit of who is to act."""
    if not limits:
        return false()
    since = {code: literal(now - timedelta(days=days), UtcDateTime) for code, days in sorted(limits.items())}
    return last_action(model) < case(since, value=role)


def idle_days(role: str, last: datetime | None, limits: Mapping[str, int], now: datetime) -> int:
    """For a row that was read: how many days nothing happened, 0 when that is within the limit."""
    limit = limits.get(role)
    if limit is None or last is None or now - last <= timedelta(days=limit):
        return 0
    return (now - last).days
