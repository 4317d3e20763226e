"""What waits for a desk and what it waits for: one statement for the rows, one for the counts (sketch 05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from hubs.accounts.actor import Actor
from hubs.accounts.models import Office, Organisation, Person
from hubs.companies.models import CompanyRecord
from hubs.core.stamps import DEMO, ROUTING, Stamp, remember
from hubs.core.types import UtcDateTime
from hubs.directory.models import HubProfile
from hubs.referrals.lifecycle import RETURNED_TO_DESK, UNACCEPTED, ReferralState, RequestState
from hubs.referrals.lists import turns
from hubs.referrals.lists.asked import Asked
from hubs.referrals.lists.models import Snooze
from hubs.referrals.models import Message, Referral, RequestPart, SupportRequest, Term
from hubs.referrals.queries import requests_visible_to
from hubs.referrals.terms import CLIENT_ANSWER

R, F = RequestState, ReferralState
US, OTHERS = "us", "others"
SHOWN_US, SHOWN_OTHERS, SHOWN_AT_MOST = 50, 10, 200
_OPEN = (R.RECEIVED, R.IN_HAND, R.REFERRED, R.AWAITING_ENTREPRENEUR)


@dataclass(frozen=True, slots=True)
class Desk:
    """The actor's office with the stamp its calendar is kept under, when a hub last confirmed its profile, and how
    many days an entrepreneur gets to answer."""

    office: Office
    stamp: int
    confirmed_at: datetime | None
    answer_days: int


@dataclass(frozen=True, slots=True)
class Counts:
    late: int
    today: int
    week: int
    others: int
    nobody: int
    accepted: int
    us: int
    idle: int
    complaints: int  # that wait for an answer


@dataclass(frozen=True, slots=True)
class Moment:
    """What the list depends on besides what was asked: an entrepreneur who was asked something `asked_before` has had
    the time to answer; `limits` are the days without any action by role."""

    now: datetime
    day_ends: datetime
    week_ends: datetime
    asked_before: datetime
    limits: Mapping[str, int]


def desk_of(session: Session, actor: Actor) -> Desk | None:
    """The office the actor works at (its first when not one in particular); None for an organisation without."""
    stamp, demo = (select(Stamp.number).where(Stamp.name == name).scalar_subquery() for name in (ROUTING, DEMO))
    days = select(Term.outer_days).where(Term.code == CLIENT_ANSWER).scalar_subquery()
    statement = (
        select(Office, func.coalesce(stamp, 0), HubProfile.confirmed_at, func.coalesce(days, 0), func.coalesce(demo, 0))
        .outerjoin(HubProfile, HubProfile.id == Office.organisation_id)
        .where(Office.organisation_id == actor.organisation_id, Office.closed_on.is_(None))
        .order_by(Office.position, Office.id)
        .limit(1)
    )
    if actor.office_id:
        statement = statement.where(Office.id == actor.office_id)
    row = session.execute(statement).first()
    if row is None:
        return None
    remember({ROUTING: row[1], DEMO: row[4]})
    return Desk(row[0], row[1], row[2], row[3])


# --- whose turn it is ------------------------------------------------------------------------------------------------


def _own_requests(actor: Actor) -> ColumnElement[bool]:
    own = and_(
        SupportRequest.owner_id == actor.organisation_id,
        turns.OPEN_REQUESTS,
        or_(SupportRequest.state.in_(_OPEN), turns.own_draft()),
    )
    return and_(own, SupportRequest.office_id == actor.office_id) if actor.office_id else own


def _sent(actor: Actor) -> ColumnElement[bool]:
    own = and_(Referral.from_id == actor.organisation_id, turns.LIVE_REFERRALS)
    return and_(own, Referral.from_office_id == actor.office_id) if actor.office_id else own


def _received(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """What was received and is still open to the receiver at this moment (derived, rule 8)."""
    over = and_(Referral.state.in_(sorted(UNACCEPTED)), Referral.decide_due_at <= now)
    own = and_(
        Referral.to_id == actor.organisation_id,
        Referral.mode != "cold",
        turns.LIVE_REFERRALS,
        not_(and_(Referral.decide_due_at.is_not(None), over)),
        *turns.covered(actor),
    )
    return and_(own, Referral.to_office_id == actor.office_id) if actor.office_id else own


def _request_waits_for_others(asked_before: datetime) -> ColumnElement[bool]:
    """The entrepreneur was asked, or waits for room. With somebody else: the referral itself is listed."""
    waits = and_(SupportRequest.due_at.is_(None), SupportRequest.paused_at.is_not(None))
    return and_(waits, not_(turns.is_unanswered(asked_before)))


@dataclass(frozen=True, slots=True)
class Turns:
    """Of one kind of rows: which wait for us and which for others; what waits for us and is put aside stands there."""

    us: ColumnElement[bool]
    others: ColumnElement[bool]
    listed: ColumnElement[bool]  # either

    @property
    def turn(self) -> Any:
        """A column, of rows that are listed."""
        return case((self.us, US), else_=OTHERS).label("turn")


def _turns(actor: Actor, moment: Moment) -> dict[str, Turns]:
    owed, late = Referral.term == "answer", turns.sent_waits_for_us(moment.now)
    asked_before = moment.asked_before
    kinds = {
        "request": (
            _own_requests(actor),
            turns.request_waits_for_us(asked_before),
            _request_waits_for_others(asked_before),
        ),
        "sent": (_sent(actor), late, not_(late)),
        "received": (_received(actor, moment.now), not_(owed), owed),
    }
    found = {}
    for kind, (own, ours, theirs) in kinds.items():
        aside = turns.is_snoozed(_model(kind), actor, moment.now)
        us, others = and_(own, ours, not_(aside)), and_(own, or_(theirs, and_(ours, aside)))
        found[kind] = Turns(us, others, and_(own, or_(ours, theirs)))
    return found


def _model(kind: str) -> Any:
    return SupportRequest if kind == "request" else Referral


# --- counts ------------------------------------------------------------------------------------------------------


def counts_of(session: Session, actor: Actor, moment: Moment) -> Counts:
    """The figures over the list, in one statement."""
    now, day_ends, week_ends = moment.now, moment.day_ends, moment.week_ends
    branches = []
    for kind, which in _turns(actor, moment).items():
        model = _model(kind)
        statement = (
            select(
                which.turn,
                model.due_at.label("due_at"),
                _handler(kind).label("handler_id"),
                cast(literal(int(kind == "received")), Integer).label("received"),
                model.state.label("state"),
                case((turns.is_idle(model, _role(kind, actor), moment.limits, now), 1), else_=0).label("idle"),
            )
            .select_from(model)
            .where(which.listed)
        )
        if kind == "sent":
            statement = statement.join(SupportRequest, SupportRequest.id == Referral.support_request_id)
        branches.append(statement)
    rows = union_all(*branches).subquery()
    us = rows.c.turn == US

    def number(condition: ColumnElement[bool]) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    accepted = and_(us, rows.c.received == 1, rows.c.state.in_([F.ACCEPTED, F.CONTACT_MADE]))
    statement = select(
        number(and_(us, rows.c.due_at <= now)),
        number(and_(us, rows.c.due_at > now, rows.c.due_at <= day_ends)),
        number(and_(us, rows.c.due_at > day_ends, rows.c.due_at <= week_ends)),
        number(rows.c.turn == OTHERS),
        number(and_(us, rows.c.handler_id.is_(None))),
        number(accepted),
        number(us),
        number(rows.c.idle == 1),
        _complaints(actor),
    )
    return Counts(*(int(value) for value in session.execute(statement).one()))


def _complaints(actor: Actor) -> Any:
    """How many complaints the desk still has to answer, as a part of another statement."""
    waiting = requests_visible_to(actor).where(SupportRequest.complaint_due_at.is_not(None))
    return select(func.count()).select_from(waiting.with_only_columns(SupportRequest.id).subquery()).scalar_subquery()


# --- rows --------------------------------------------------------------------------------------------------------


def rows_of(session: Session, actor: Actor, asked: Asked, moment: Moment) -> tuple[list[Any], list[Any]]:
    """What waits for us and what waits for others, shortest term first, in one statement."""
    limits = {US: SHOWN_US, OTHERS: SHOWN_AT_MOST if asked.get("others") else SHOWN_OTHERS}
    if asked.is_filtered:
        limits = dict.fromkeys(limits, SHOWN_AT_MOST)
    branches = []
    for kind, which in _turns(actor, moment).items():
        first = [
            _narrowed(_ids(kind, condition, asked, limits[turn]), kind, turn, actor, asked, moment).subquery()
            for turn, condition in ((US, which.us), (OTHERS, which.others))
        ]
        listed = _model(kind).id.in_(union_all(*(select(ids.c.id) for ids in first)))
        branches.append(_branch(kind, which, listed, actor, moment.now))
    rows = sorted(session.execute(union_all(*branches)).all(), key=lambda row: _place(row, asked, moment.now))
    us, others = ([row for row in rows if row.turn == turn][: limits[turn]] for turn in (US, OTHERS))
    return us, others


def _ids(kind: str, condition: ColumnElement[bool], asked: Asked, limit: int) -> Select[Any]:
    """The first of one kind: so that what a line shows is read for these only."""
    model = _model(kind)
    statement = select(model.id).where(condition)
    if kind != "request":
        statement = statement.join(SupportRequest, SupportRequest.id == Referral.support_request_id)
    first = SupportRequest.waiting_since if asked.sort == "waiting" else model.due_at
    return statement.order_by(first.asc().nulls_last(), model.reference).limit(limit)


def _place(row: Any, asked: Asked, now: datetime) -> tuple[Any, ...]:
    if asked.sort == "waiting":
        return row.waiting_since is None, row.waiting_since or now, row.reference
    return row.due_at is None, row.due_at or now, row.reference


def _narrowed(statement: Select[Any], kind: str, turn: str, actor: Actor, asked: Asked, moment: Moment) -> Select[Any]:
    """The filters. Terms and handlers are asked of what waits for us; what it is about, of both lists."""
    model = _model(kind)
    for name, column in (("market", SupportRequest.market), ("sector", SupportRequest.sector)):
        if asked.get(name):
            statement = statement.where(column == asked.get(name))
    if asked.get("service"):
        part = select(RequestPart.id).where(
            RequestPart.support_request_id == SupportRequest.id, RequestPart.service == asked.get("service")
        )
        statement = statement.where(part.correlate(SupportRequest).exists())
    if asked.get("office"):
        offices = {"request": SupportRequest.office_id, "sent": Referral.from_office_id}
        statement = statement.where(offices.get(kind, Referral.to_office_id) == asked.get("office"))
    if asked.get("idle"):
        statement = statement.where(turns.is_idle(model, _role(kind, actor), moment.limits, moment.now))
    if asked.get("snoozed"):
        aside = turns.is_snoozed(model, actor, moment.now)
        statement = statement.where(aside if asked.get("snoozed") == "yes" else not_(aside))
    if asked.get("handler"):
        statement = statement.where(_handled_by(asked.get("handler"), _handler(kind), actor, moment.now))
    return statement.where(*_due(model.due_at, asked, moment)) if turn == US else statement


def _handled_by(wanted: str, column: Any, actor: Actor, now: datetime) -> ColumnElement[bool]:
    if wanted == "mine":
        return turns.is_mine(column, actor, now)
    return column.is_(None) if wanted == "none" else column == wanted


def _due(due: Any, asked: Asked, moment: Moment) -> Sequence[ColumnElement[bool]]:
    bounds: dict[str, Sequence[Any]] = {
        "late": (due <= moment.now,),
        "today": (due > moment.now, due <= moment.day_ends),
        "week": (due > moment.day_ends, due <= moment.week_ends),
    }
    return bounds.get(asked.get("due"), ())


def _branch(kind: str, which: Turns, condition: ColumnElement[bool], actor: Actor, now: datetime) -> Select[Any]:
    branch = _request_branch() if kind == "request" else _referral_branch(kind)
    return branch.where(condition).add_columns(which.turn, *_lately(kind, actor, now))


def _role(kind: str, actor: Actor) -> Any:
    """Whose limit of days without any action counts; for a referral by the kinds of both organisations."""
    return turns.request_role(actor.organisation_kind) if kind == "request" else _referral_role()


@cache
def _referral_role() -> Any:
    sender, receiver = aliased(Organisation), aliased(Organisation)
    kinds = [
        select(other.kind).where(other.id == key).correlate(Referral).scalar_subquery()
        for other, key in ((sender, Referral.from_id), (receiver, Referral.to_id))
    ]
    return turns.referral_role(*kinds)


def _lately(kind: str, actor: Actor, now: datetime) -> list[Any]:
    """What was put aside or lies still, who stands in, and the parts in question."""
    model = _model(kind)
    until = turns.snooze_column(Snooze.until_at, model, actor, now)
    return [
        turns.last_action(model).label("last_at"),
        _role(kind, actor).label("role"),
        type_coerce(until, UtcDateTime).label("snoozed_until"),
        turns.snooze_column(Snooze.reason, model, actor, now).label("snooze_reason"),
        turns.is_covered(_handler(kind), actor, now),
        _services(),
    ]


@cache
def _services() -> Any:
    services = select(func.aggregate_strings(RequestPart.service, ","))
    of_question = services.where(RequestPart.support_request_id == SupportRequest.id).correlate(SupportRequest)
    return of_question.scalar_subquery().label("services")


@cache
def _request_branch() -> Select[Any]:
    """A question with what came back last, if anything did."""
    back, place = aliased(Referral), aliased(Organisation)
    last = (
        select(func.max(Referral.number))
        .where(
            Referral.support_request_id == SupportRequest.id,
            Referral.state.in_(sorted(RETURNED_TO_DESK)),
        )
        .correlate(SupportRequest)
        .scalar_subquery()
    )
    asked = _last_question(Message.referral_id.is_(None), SupportRequest.id)
    return (
        select(
            *_columns("request", SupportRequest),
            SupportRequest.chosen_id.label("chosen_id"),
            SupportRequest.waits_until.label("waits_until"),
            cast(null(), String).label("to_kind"),
            place.name_nl.label("name_nl"),
            place.name_en.label("name_en"),
            back.state.label("back_state"),
            back.reason.label("back_reason"),
            asked.label("asked"),
            literal(None, String).label("accepted"),
            literal(None, String).label("keep"),
        )
        .join(Office, Office.id == SupportRequest.office_id)
        .outerjoin(CompanyRecord, _record_of_owner())
        .outerjoin(Person, Person.id == SupportRequest.handler_id)
        .outerjoin(back, and_(back.support_request_id == SupportRequest.id, back.number == last))
        .outerjoin(place, place.id == back.to_id)
    )


@cache
def _referral_branch(kind: str) -> Select[Any]:
    """A referral with the other side; who asks is told to the sender only."""
    other_id = Referral.to_id if kind == "sent" else Referral.from_id
    acts = case((Referral.term == "answer", Referral.from_office_id), else_=Referral.to_office_id)
    asked = _last_question(Message.referral_id == Referral.id, Referral.support_request_id)
    return (
        select(
            *_columns(kind, Referral),
            SupportRequest.chosen_id.label("chosen_id"),
            SupportRequest.waits_until.label("waits_until"),
            Organisation.kind.label("to_kind"),
            Organisation.name_nl.label("name_nl"),
            Organisation.name_en.label("name_en"),
            cast(null(), String).label("back_state"),
            cast(null(), String).label("back_reason"),
            asked.label("asked"),
            case((Referral.accepted_at.is_not(None), "yes"), else_=None).label("accepted"),
            case((turns.asks_to_keep(), "asked"), else_=None).label("keep"),
        )
        .join(SupportRequest, SupportRequest.id == Referral.support_request_id)
        .join(Office, Office.id == acts)
        .join(Organisation, Organisation.id == other_id)
        .outerjoin(CompanyRecord, and_(_record_of_owner(), literal(kind == "sent")))
        .outerjoin(Person, Person.id == _handler(kind))
    )


def _columns(kind: str, model: Any) -> list[Any]:
    return [
        literal(kind).label("kind"),
        model.id.label("id"),
        model.reference.label("reference"),
        model.state.label("state"),
        SupportRequest.text.label("text"),
        SupportRequest.channel.label("channel"),
        SupportRequest.market.label("market"),
        SupportRequest.waiting_since.label("waiting_since"),
        CompanyRecord.name.label("company_name"),
        Person.name.label("handler_name"),
        _handler(kind).label("handler_id"),
        model.term.label("term"),
        model.due_at.label("due_at"),
        model.warn_at.label("warn_at"),
        model.paused_at.label("paused_at"),
        Office.id.label("office_id"),
        Office.hours.label("office_hours"),
        Office.timezone.label("office_timezone"),
        Office.market.label("office_market"),
        Office.city.label("office_city"),
    ]


def _handler(kind: str) -> Any:
    """Who handles it at the reader's own organisation."""
    return Referral.handler_id if kind == "received" else SupportRequest.handler_id


def _record_of_owner() -> ColumnElement[bool]:
    return and_(
        CompanyRecord.company_id == SupportRequest.company_id,
        CompanyRecord.organisation_id == SupportRequest.owner_id,
    )


def _last_question(condition: ColumnElement[bool], request_id: Any) -> Any:
    return (
        select(Message.text)
        .where(Message.support_request_id == request_id, condition, Message.kind == "question")
        .order_by(Message.id.desc())
        .limit(1)
        .correlate(SupportRequest, Referral)
        .scalar_subquery()
    )
