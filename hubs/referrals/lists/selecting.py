"""Lists of questions and of referrals in the order and with the filters that were asked for; one statement a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, not_, or_, select, type_coerce
from sqlalchemy.orm import aliased, contains_eager, joinedload

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation, Person
from hubs.companies.models import CompanyRecord
from hubs.core.calendars import zone
from hubs.core.types import UtcDateTime
from hubs.extensions import db
from hubs.referrals.lists import turns
from hubs.referrals.lists.asked import US, Asked
from hubs.referrals.lists.from_missions import is_of_mission
from hubs.referrals.lists.models import Snooze
from hubs.referrals.models import Referral, RequestPart, SupportRequest
from hubs.referrals.pages.words import REFERRAL_BADGES, REQUEST_BADGES
from hubs.referrals.queries import inbox_of, requests_visible_to, sent_from
from hubs.referrals.reading import seen_column
from hubs.referrals.searching import with_words

Keys = Sequence[tuple[Any, str]]


@dataclass(frozen=True, slots=True)
class Moment:
    """What the conditions of a list depend on besides its parameters."""

    now: datetime
    timezone: str  # of the reader's desk, for days that were asked for
    asked_before: datetime  # an entrepreneur who was asked something then has had the time to answer
    limits: Mapping[str, int]  # of days without any action, by role

    def day_begins(self, day: Any) -> datetime:
        return datetime.combine(day, time(), zone(self.timezone))


# --- questions ----------------------------------------------------------------------------------------------


def questions(actor: Actor, asked: Asked, moment: Moment) -> tuple[Select[Any], Keys]:
    """Rows of questions with what a line shows, and the keys of their order."""
    statement = _narrowed(requests_visible_to(actor), actor, asked, moment)
    role = turns.request_role(actor.organisation_kind)
    if asked.get("idle"):
        statement = statement.where(turns.is_idle(SupportRequest, role, moment.limits, moment.now))
    own = and_(
        CompanyRecord.company_id == SupportRequest.company_id, CompanyRecord.organisation_id == SupportRequest.owner_id
    )
    statement = (
        statement.outerjoin(CompanyRecord, own)
        .outerjoin(Person, Person.id == SupportRequest.handler_id)
        .options(
            contains_eager(SupportRequest.company_record),
            contains_eager(SupportRequest.handler),
            joinedload(SupportRequest.office),
        )
    )
    keys = _question_keys(asked.sort)
    columns = (
        *(column for column, _way in keys),
        role.label("role"),
        *_shown_columns(SupportRequest, SupportRequest.id, SupportRequest.handler_id, actor, moment.now),
    )
    return statement.add_columns(*columns), keys


def counted_questions(actor: Actor, asked: Asked, moment: Moment) -> Select[Any]:
    """Their ids only, to count."""
    statement = _narrowed(requests_visible_to(actor), actor, asked, moment)
    if asked.get("idle"):
        role = turns.request_role(actor.organisation_kind)
        statement = statement.where(turns.is_idle(SupportRequest, role, moment.limits, moment.now))
    return statement.with_only_columns(SupportRequest.id)


def _shown_columns(model: Any, request_id: Any, handler: Any, actor: Actor, now: datetime) -> list[Any]:
    services = (
        select(func.aggregate_strings(RequestPart.service, ","))
        .where(RequestPart.support_request_id == request_id)
        .correlate(model, SupportRequest)
        .scalar_subquery()
    )
    return [
        turns.last_action(model).label("last_at"),
        services.label("services"),
        type_coerce(turns.snooze_column(Snooze.until_at, model, actor, now), UtcDateTime).label("snoozed_until"),
        turns.snooze_column(Snooze.reason, model, actor, now).label("snooze_reason"),
        turns.is_covered(handler, actor, now),
        seen_column(model, actor),
    ]


def _question_keys(sort: str) -> Keys:
    by_id = (SupportRequest.id, "asc")
    named = case((CompanyRecord.name_folded.is_(None), 1), else_=0).label("without_name")
    nobody = case((Person.name.is_(None), 1), else_=0).label("without_handler")
    orders: dict[str, Keys] = {
        "oldest": [by_id],
        "due": [(SupportRequest.due_at, "asc"), by_id],
        "waiting": [(SupportRequest.waiting_since, "asc"), by_id],
        "market": [(SupportRequest.market, "asc"), by_id],
        "company": [(named, "asc"), (func.coalesce(CompanyRecord.name_folded, "").label("company_name"), "asc"), by_id],
        "handler": [(nobody, "asc"), (func.coalesce(Person.name, "").label("handler_name"), "asc"), by_id],
    }
    return orders.get(sort, [(SupportRequest.id, "desc")])


def _narrowed(statement: Select[Any], actor: Actor, asked: Asked, moment: Moment) -> Select[Any]:
    """Open questions unless another state, or all, is asked for."""
    state = asked.get("state")
    if state in REQUEST_BADGES:
        statement = statement.where(SupportRequest.state == state)
    elif state != "all":
        statement = statement.where(turns.OPEN_REQUESTS)
    if asked.get("turn"):
        ours = turns.question_is_ours(moment.now, moment.asked_before)
        aside = turns.is_snoozed(SupportRequest, actor, moment.now)
        statement = statement.where(turns.OPEN_REQUESTS)
        statement = statement.where(and_(ours, not_(aside)) if asked.get("turn") == US else or_(not_(ours), aside))
    for name, column in (("channel", SupportRequest.channel), ("office", SupportRequest.office_id)):
        if asked.get(name):
            statement = statement.where(column == asked.get(name))
    if asked.get("mission"):
        statement = statement.where(is_of_mission(actor, asked.get("mission")))
    statement = _about(statement, asked)
    statement = _handled(statement, SupportRequest.handler_id, actor, asked, moment.now)
    statement = _put_aside(statement, SupportRequest, actor, asked, moment.now)
    statement = _due(statement, SupportRequest, asked, moment)
    statement = _between(statement, SupportRequest.received_at, asked, moment)
    return with_words(db.session(), statement, actor, asked.get("q")) if asked.get("q") else statement


def _about(statement: Select[Any], asked: Asked) -> Select[Any]:
    """By market, sector and service of the question."""
    if asked.get("market"):
        statement = statement.where(SupportRequest.market == asked.get("market"))
    if asked.get("sector"):
        statement = statement.where(SupportRequest.sector == asked.get("sector"))
    if asked.get("service"):
        part = select(RequestPart.id).where(
            RequestPart.support_request_id == SupportRequest.id, RequestPart.service == asked.get("service")
        )
        statement = statement.where(part.correlate(SupportRequest).exists())
    return statement


def _handled(statement: Select[Any], column: Any, actor: Actor, asked: Asked, now: datetime) -> Select[Any]:
    handler = asked.get("handler")
    if handler == "none":
        return statement.where(column.is_(None))
    if handler == "mine":
        return statement.where(turns.is_mine(column, actor, now))
    return statement.where(column == handler) if handler else statement


def _put_aside(statement: Select[Any], model: Any, actor: Actor, asked: Asked, now: datetime) -> Select[Any]:
    if not asked.get("snoozed"):
        return statement
    aside = turns.is_snoozed(model, actor, now)
    return statement.where(aside if asked.get("snoozed") == "yes" else not_(aside))


def _due(statement: Select[Any], model: Any, asked: Asked, moment: Moment) -> Select[Any]:
    """Late; later today; later this week; by the reader's own days."""
    if not asked.get("due"):
        return statement
    local = moment.now.astimezone(zone(moment.timezone))
    midnight = moment.day_begins(local.date() + timedelta(days=1))
    week = moment.day_begins(local.date() + timedelta(days=7 - local.weekday()))
    bounds = {
        "late": (model.due_at <= moment.now,),
        "today": (model.due_at > moment.now, model.due_at <= midnight),
        "week": (model.due_at > midnight, model.due_at <= week),
    }
    return statement.where(*bounds[asked.get("due")])


def _between(statement: Select[Any], column: Any, asked: Asked, moment: Moment) -> Select[Any]:
    if asked.first_day is not None:
        statement = statement.where(column >= moment.day_begins(asked.first_day))
    if asked.last_day is not None:
        statement = statement.where(column < moment.day_begins(asked.last_day + timedelta(days=1)))
    return statement


# --- referrals ----------------------------------------------------------------------------------------------


def referrals(actor: Actor, asked: Asked, moment: Moment) -> tuple[Select[Any], Keys]:
    """Rows of referrals that were received, or sent, with what a line shows, and the keys of their order."""
    statement = _referrals_narrowed(actor, asked, moment)
    is_out = asked.get("box") == "out"
    handler = SupportRequest.handler_id if is_out else Referral.handler_id
    named = and_(Person.id == handler, _still_own(actor)) if is_out else Person.id == handler
    statement = statement.outerjoin(Person, named)
    options = (
        contains_eager(Referral.support_request).options(
            joinedload(SupportRequest.consent), joinedload(SupportRequest.company_record)
        ),
        joinedload(Referral.sender),
        joinedload(Referral.receiver),
        joinedload(Referral.sender_office),
        joinedload(Referral.receiver_office),
        joinedload(Referral.handler),
    )
    keys = _referral_keys(asked.sort)
    role = _referral_role().label("role")
    columns = (
        *(column for column, _way in keys),
        role,
        Person.name.label("own_handler"),
        *_shown_columns(Referral, SupportRequest.id, handler, actor, moment.now),
    )
    return statement.options(*options).add_columns(*columns), keys


def _still_own(actor: Actor) -> Any:
    """Of a question that went back to the post its first desk reads nothing any more."""
    return SupportRequest.owner_id == actor.organisation_id


def counted_referrals(actor: Actor, asked: Asked, moment: Moment) -> Select[Any]:
    return _referrals_narrowed(actor, asked, moment).with_only_columns(Referral.id)


def _referral_role() -> Any:
    """By the kind of the two organisations, each read where it is needed."""
    sender, receiver = aliased(Organisation), aliased(Organisation)

    def kind(other: Any, key: Any) -> Any:
        return select(other.kind).where(other.id == key).correlate(Referral).scalar_subquery()

    return turns.referral_role(kind(sender, Referral.from_id), kind(receiver, Referral.to_id))


def _referral_keys(sort: str) -> Keys:
    by_id = (Referral.id, "asc")
    nobody = case((Person.name.is_(None), 1), else_=0).label("without_handler")
    orders: dict[str, Keys] = {
        "newest": [(Referral.id, "desc")],
        "oldest": [by_id],
        "waiting": [(SupportRequest.waiting_since.label("waiting_key"), "asc"), by_id],
        "handler": [(nobody, "asc"), (func.coalesce(Person.name, "").label("handler_name"), "asc"), by_id],
    }
    return orders.get(sort, [(Referral.due_at, "asc"), by_id])


def _referrals_narrowed(actor: Actor, asked: Asked, moment: Moment) -> Select[Any]:
    """Those that run unless another state, or all, is asked for."""
    is_out = asked.get("box") == "out"
    statement = (sent_from if is_out else inbox_of)(actor).join(
        SupportRequest, SupportRequest.id == Referral.support_request_id
    )
    state = asked.get("state")
    if state in REFERRAL_BADGES:
        statement = statement.where(Referral.state == state)
    elif state != "all":
        statement = statement.where(turns.LIVE_REFERRALS)
    if asked.get("turn"):
        owed = Referral.term == "answer"
        ours = turns.sent_waits_for_us(moment.now) if is_out else or_(Referral.term.is_(None), not_(owed))
        aside = turns.is_snoozed(Referral, actor, moment.now)
        statement = statement.where(turns.LIVE_REFERRALS)
        statement = statement.where(and_(ours, not_(aside)) if asked.get("turn") == US else or_(not_(ours), aside))
    if asked.get("office"):
        office = Referral.from_office_id if is_out else Referral.to_office_id
        statement = statement.where(office == asked.get("office"))
    if not is_out and any(asked.get(name) for name in ("market", "sector", "service")):
        # what a receiver may not read any more, it cannot find by what was in it either
        statement = statement.where(turns.LIVE_REFERRALS, *turns.covered(actor))
    if is_out and any(asked.get(name) for name in ("market", "sector", "service", "handler")):
        statement = statement.where(_still_own(actor))
    statement = _about(statement, asked)
    handler = SupportRequest.handler_id if is_out else Referral.handler_id
    statement = _handled(statement, handler, actor, asked, moment.now)
    statement = _put_aside(statement, Referral, actor, asked, moment.now)
    statement = _due(statement, Referral, asked, moment)
    statement = _between(statement, Referral.sent_at, asked, moment)
    if asked.get("idle"):
        statement = statement.where(turns.is_idle(Referral, _referral_role(), moment.limits, moment.now))
    return statement


# --- how many each view holds -------------------------------------------------------------------------------

COUNTED = 99


def counted(statements: Sequence[Select[Any]]) -> list[int]:
    """How many rows each of these has, one more than `COUNTED` at most; one statement for all."""
    if not statements:
        return []
    columns = []
    for statement in statements:
        few = statement.order_by(None).limit(COUNTED + 1).subquery()
        columns.append(select(func.count()).select_from(few).scalar_subquery())
    return [int(number) for number in db.session.execute(select(*columns)).one()]
