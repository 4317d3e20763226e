"""What waits for a desk and what it waits for: one statement for the rows, one for the counts (sketch 05)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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
    union_all,
)
from sqlalchemy.orm import Session, aliased

from hubs.accounts.actor import Actor
from hubs.accounts.models import Office, Organisation, OrganisationKind, Person
from hubs.companies.consenting import RecipientsKind
from hubs.companies.models import CompanyRecord, Consent
from hubs.core.stamps import DEMO, ROUTING, Stamp, remember
from hubs.directory.models import HubProfile
from hubs.referrals.lifecycle import LIVE, RETURNED_TO_DESK, UNACCEPTED, ReferralState, RequestState
from hubs.referrals.models import Message, Referral, SupportRequest, Term
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


@dataclass(frozen=True, slots=True)
class Filters:
    """`due` is late, today or week; `handler` is mine or none."""

    due: str = ""
    handler: str = ""
    all_others: bool = False


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
        or_(SupportRequest.state.in_(_OPEN), _own_draft()),
    )
    return and_(own, SupportRequest.office_id == actor.office_id) if actor.office_id else own


def _own_draft() -> ColumnElement[bool]:
    return and_(SupportRequest.state == R.DRAFT, SupportRequest.created_by.is_not(None))


def _sent(actor: Actor) -> ColumnElement[bool]:
    own = and_(Referral.from_id == actor.organisation_id, Referral.state.in_(sorted(LIVE)))
    return and_(own, Referral.from_office_id == actor.office_id) if actor.office_id else own


def _received(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """What was received and is still open to the receiver at this moment (derived, rule 8)."""
    over = and_(Referral.state.in_(sorted(UNACCEPTED)), Referral.decide_due_at <= now)
    own = and_(
        Referral.to_id == actor.organisation_id,
        Referral.mode != "cold",
        Referral.state.in_(sorted(LIVE)),
        not_(and_(Referral.decide_due_at.is_not(None), over)),
        *_covered(actor),
    )
    return and_(own, Referral.to_office_id == actor.office_id) if actor.office_id else own


def _covered(actor: Actor) -> list[ColumnElement[bool]]:
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


def _request_waits_for_us(asked_before: datetime) -> ColumnElement[bool]:
    """A clock of ours runs, a draft is not finished, or the entrepreneur has had the time to answer."""
    return or_(SupportRequest.due_at.is_not(None), _own_draft(), _is_unanswered(asked_before))


def _is_unanswered(asked_before: datetime) -> ColumnElement[bool]:
    return and_(SupportRequest.state == R.AWAITING_ENTREPRENEUR, SupportRequest.paused_at <= asked_before)


def _request_waits_for_others(asked_before: datetime) -> ColumnElement[bool]:
    """The entrepreneur was asked, or waits for room. With somebody else: the referral itself is listed."""
    waits = and_(SupportRequest.due_at.is_(None), SupportRequest.paused_at.is_not(None))
    return and_(waits, not_(_is_unanswered(asked_before)))


def _sent_waits_for_us(now: datetime) -> ColumnElement[bool]:
    """An answer that is owed, what is late at somebody else's, and whether one stays at a hub without standing."""
    return or_(Referral.term == "answer", Referral.due_at <= now, _asks_to_keep())


def _asks_to_keep() -> ColumnElement[bool]:
    return and_(Referral.keep_asked_at.is_not(None), Referral.kept_at.is_(None))


def _turns(actor: Actor, now: datetime, asked_before: datetime) -> dict[str, list[tuple[str, ColumnElement[bool]]]]:
    """For each list its kinds of rows with their condition."""
    owed = Referral.term == "answer"
    late = _sent_waits_for_us(now)
    return {
        US: [
            ("request", and_(_own_requests(actor), _request_waits_for_us(asked_before))),
            ("sent", and_(_sent(actor), late)),
            ("received", and_(_received(actor, now), not_(owed))),
        ],
        OTHERS: [
            ("request", and_(_own_requests(actor), _request_waits_for_others(asked_before))),
            ("sent", and_(_sent(actor), not_(late))),
            ("received", and_(_received(actor, now), owed)),
        ],
    }


# --- counts ------------------------------------------------------------------------------------------------------


def counts_of(
    session: Session, actor: Actor, now: datetime, day_ends: datetime, week_ends: datetime, asked_before: datetime
) -> Counts:
    """The figures over the list, in one statement."""
    branches = []
    for turn, kinds in _turns(actor, now, asked_before).items():
        for kind, condition in kinds:
            model: Any = SupportRequest if kind == "request" else Referral
            handler = _handler(kind)
            statement = (
                select(
                    literal(turn).label("turn"),
                    model.due_at.label("due_at"),
                    handler.label("handler_id"),
                    cast(literal(int(kind == "received")), Integer).label("received"),
                    model.state.label("state"),
                )
                .select_from(model)
                .where(condition)
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
    )
    return Counts(*(int(value) for value in session.execute(statement).one()))


# --- rows --------------------------------------------------------------------------------------------------------


def rows_of(
    session: Session,
    actor: Actor,
    now: datetime,
    filters: Filters,
    day_ends: datetime,
    week_ends: datetime,
    asked_before: datetime,
) -> tuple[list[Any], list[Any]]:
    """What waits for us and what waits for others, shortest term first, in one statement.

    `asked_before`: an entrepreneur who was asked something then has had the time to answer.
    """
    parts: list[Any] = []
    for turn, kinds in _turns(actor, now, asked_before).items():
        branches = [_branch(turn, kind, condition, actor) for kind, condition in kinds]
        if turn == US:
            branches = [_filtered(branch, actor, filters, now, day_ends, week_ends) for branch in branches]
        joined = union_all(*(branch for branch in branches)).subquery()
        limit = SHOWN_US if turn == US else SHOWN_AT_MOST if filters.all_others else SHOWN_OTHERS
        if turn == US and (filters.due or filters.handler):
            limit = SHOWN_AT_MOST
        ordered = select(joined).order_by(joined.c.no_due, joined.c.due_at, joined.c.reference).limit(limit).subquery()
        parts.append(select(ordered))
    rows = list(session.execute(union_all(*parts)).all())
    rows.sort(key=lambda row: (row.no_due, row.due_at or now, row.reference))
    return [row for row in rows if row.turn == US], [row for row in rows if row.turn == OTHERS]


def _filtered(
    statement: Select[Any], actor: Actor, filters: Filters, now: datetime, day_ends: datetime, week_ends: datetime
) -> Select[Any]:
    due, handler = statement.selected_columns.due_at, statement.selected_columns.handler_id
    bounds: dict[str, Sequence[Any]] = {
        "late": (due <= now,),
        "today": (due > now, due <= day_ends),
        "week": (due > day_ends, due <= week_ends),
    }
    statement = statement.where(*bounds.get(filters.due, ()))
    if filters.handler == "mine":
        statement = statement.where(handler == actor.id)
    elif filters.handler == "none":
        statement = statement.where(handler.is_(None))
    return statement


def _branch(turn: str, kind: str, condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    return _request_branch(turn, condition) if kind == "request" else _referral_branch(turn, kind, condition)


def _request_branch(turn: str, condition: ColumnElement[bool]) -> Select[Any]:
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
            *_columns(turn, "request", SupportRequest),
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
        .where(condition)
    )


def _referral_branch(turn: str, kind: str, condition: ColumnElement[bool]) -> Select[Any]:
    """A referral with the other side; who asks is told to the sender only."""
    other_id = Referral.to_id if kind == "sent" else Referral.from_id
    acts = case((Referral.term == "answer", Referral.from_office_id), else_=Referral.to_office_id)
    asked = _last_question(Message.referral_id == Referral.id, Referral.support_request_id)
    return (
        select(
            *_columns(turn, kind, Referral),
            SupportRequest.chosen_id.label("chosen_id"),
            SupportRequest.waits_until.label("waits_until"),
            Organisation.kind.label("to_kind"),
            Organisation.name_nl.label("name_nl"),
            Organisation.name_en.label("name_en"),
            cast(null(), String).label("back_state"),
            cast(null(), String).label("back_reason"),
            asked.label("asked"),
            case((Referral.accepted_at.is_not(None), "yes"), else_=None).label("accepted"),
            case((_asks_to_keep(), "asked"), else_=None).label("keep"),
        )
        .join(SupportRequest, SupportRequest.id == Referral.support_request_id)
        .join(Office, Office.id == acts)
        .join(Organisation, Organisation.id == other_id)
        .outerjoin(CompanyRecord, and_(_record_of_owner(), literal(kind == "sent")))
        .outerjoin(Person, Person.id == _handler(kind))
        .where(condition)
    )


def _columns(turn: str, kind: str, model: Any) -> list[Any]:
    return [
        literal(turn).label("turn"),
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
        case((model.due_at.is_(None), 1), else_=0).label("no_due"),
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
