"""Terms and calendars of the offices that must act: which clock runs on a subject, till when (domain rule 6).

The sums are `hubs.referrals.clocks`; here they meet the database. Calendars are kept in the process until
the stamp says that hours, holidays or closures changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Date, String, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from hubs.accounts.models import Office, Organisation
from hubs.core import stamps
from hubs.core.calendars import DueCode, WorkingCalendar, describe_remaining, parse_hours
from hubs.core.calendars import Term as TermLength
from hubs.core.errors import RuleViolation
from hubs.directory.models import Closure, OfficeHoliday
from hubs.reference.models import Holiday
from hubs.referrals.clocks import Clock, ClockStatus
from hubs.referrals.clocks import Pause as PausedTime
from hubs.referrals.lifecycle import ReferralState, RequestState
from hubs.referrals.models import Pause, Referral, SupportRequest, Term

BACK, AHEAD = timedelta(days=400), timedelta(days=500)
F = ReferralState
CLIENT_ANSWER = "client_answer"

TERM_WORDS = {
    "first_reply": _l("First reply"),
    "re_route": _l("Choose a new place"),
    "answer": _l("Answer the question"),
    "acknowledge": _l("Confirm receipt"),
    "decide": _l("Say yes or no"),
    "contact": _l("First contact"),
    "report": _l("Report what came of it"),
}


def term_words(code: str | None) -> str:
    return str(TERM_WORDS.get(code or "", code or ""))


# --- calendars ---------------------------------------------------------------------------------------------


@dataclass
class _Kept:
    """Calendars of one stamp and one day; replaced whole when either changes."""

    key: tuple[int, date] | None = None
    by_office: dict[str, WorkingCalendar] = field(default_factory=dict)


_kept = _Kept()


def calendars_of(
    session: Session, offices: Iterable[Office], now: datetime, stamp: int | None = None
) -> dict[str, WorkingCalendar]:
    """The calendar of each office by id: one statement for the stamp unless it is given, one more for what is new."""
    wanted = {office.id: office for office in offices}
    if not wanted:
        return {}
    key = (stamps.current(session, stamps.ROUTING) if stamp is None else stamp, now.date())
    if _kept.key != key:
        _kept.key, _kept.by_office = key, {}
    known = _kept.by_office
    missing = [office for identifier, office in wanted.items() if identifier not in known]
    if missing:
        known.update(_read_calendars(session, missing, now))
    return {identifier: known[identifier] for identifier in wanted}


def calendar_of(session: Session, office: Office, now: datetime) -> WorkingCalendar:
    return calendars_of(session, [office], now)[office.id]


def _read_calendars(session: Session, offices: list[Office], now: datetime) -> dict[str, WorkingCalendar]:
    """All days off of these offices in one statement: holidays of their markets, departures from them, closures."""
    ids = [office.id for office in offices]
    markets = sorted({office.market for office in offices if office.market})
    first, last = (now - BACK).date(), (now + AHEAD).date()
    rows = session.execute(
        union_all(
            select(literal("market"), Holiday.market, Holiday.on, cast(null(), Date)).where(
                Holiday.market.in_(markets),
                Holiday.on.between(first, last),
                Holiday.closes_offices.is_(True),
                Holiday.retired_on.is_(None),
            ),
            select(literal("off"), OfficeHoliday.office_id, OfficeHoliday.on, cast(null(), Date)).where(
                OfficeHoliday.office_id.in_(ids), OfficeHoliday.is_worked.is_(False)
            ),
            select(literal("worked"), OfficeHoliday.office_id, OfficeHoliday.on, cast(null(), Date)).where(
                OfficeHoliday.office_id.in_(ids), OfficeHoliday.is_worked.is_(True)
            ),
            select(literal("closed"), cast(Closure.office_id, String), Closure.starts_on, Closure.ends_on).where(
                Closure.office_id.in_(ids), Closure.ends_on >= first
            ),
        )
    ).all()
    found: dict[tuple[str, str], list[tuple[date, date | None]]] = {}
    for kind, key, starts, ends in rows:
        found.setdefault((kind, key), []).append((starts, ends))
    return {office.id: _built(office, found) for office in offices}


def _built(office: Office, found: Mapping[tuple[str, str], list[tuple[date, date | None]]]) -> WorkingCalendar:
    days = {day for day, _ in found.get(("market", office.market or ""), ())}
    days |= {day for day, _ in found.get(("off", office.id), ())}
    days -= {day for day, _ in found.get(("worked", office.id), ())}
    closures = tuple((start, end or start) for start, end in found.get(("closed", office.id), ()))
    return WorkingCalendar(office.timezone, parse_hours(office.hours or {}), frozenset(days), closures)


# --- terms -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a term is: working hours (None: elapsed days only) and the outer bound in days."""

    hours: int | None
    days: int

    @property
    def length(self) -> TermLength:
        # more hours than the bound holds: such a term ends at its bound and nowhere else
        return TermLength(self.hours or self.days * 24 + 1, self.days)


def default_limit(session: Session, code: str) -> Limit:
    """The limit of terms.csv as edited. Raises RuleViolation when the terms were never loaded."""
    term = session.get(Term, code)
    if term is None:
        raise RuleViolation("term_unknown", _l("The term %(code)s is not set up.", code=code))
    return Limit(term.working_hours, term.outer_days)


def referral_limit(session: Session, referral: Referral, code: str) -> Limit:
    """The agreement's limit, else the default; a signpost has its own defaults."""
    agreement = referral.agreement
    if agreement is None or code == "answer":
        own = referral.kind == "signpost" and code != "answer"
        return default_limit(session, f"signpost_{code}" if own else code)
    if code == "report":
        return Limit(None, agreement.report_days)
    return Limit(getattr(agreement, f"{code}_hours"), getattr(agreement, f"{code}_outer_days"))


def client_answer_by(session: Session, support_request: SupportRequest) -> datetime | None:
    """By when the entrepreneur is asked to answer (domain.md, Routing 7: a question back, with a date); else None."""
    if support_request.state != RequestState.AWAITING_ENTREPRENEUR or support_request.paused_at is None:
        return None
    return support_request.paused_at + timedelta(days=default_limit(session, CLIENT_ANSWER).days)


def start_request_term(session: Session, support_request: SupportRequest, code: str, now: datetime) -> None:
    """Start a clock at the owning desk; the one that ran before is over."""
    support_request.paused_at = None
    _start(session, support_request, code, default_limit(session, code), now, support_request.office, now)


def note_late(subject: Any, now: datetime) -> None:
    """Keep for good that a term of this subject was over, whether or not the schedule ran in time."""
    if subject.late_at is None and subject.due_at is not None and subject.due_at <= now:
        subject.late_at = subject.due_at


def stop_term(subject: Any, now: datetime) -> None:
    """Nothing is asked of the office any more."""
    note_late(subject, now)
    subject.term = subject.term_started_at = subject.term_hours = subject.term_outer_days = None
    subject.due_at = subject.warn_at = subject.warned_at = subject.breached_at = subject.paused_at = None


def _start(
    session: Session, subject: Any, code: str, limit: Limit, started_at: datetime, office: Office, now: datetime
) -> None:
    note_late(subject, now)
    subject.term, subject.term_started_at = code, started_at
    subject.term_hours, subject.term_outer_days = limit.hours, limit.days
    subject.warned_at = subject.breached_at = None
    recalculate(session, subject, office, now)


def recalculate(session: Session, subject: Any, office: Office, now: datetime) -> None:
    """Set `due_at` and `warn_at` from the term, the pauses and the office's calendar as it is now."""
    if subject.term is None or subject.paused_at is not None:
        subject.due_at = subject.warn_at = None
        return
    clock = clock_of(session, subject, calendar_of(session, office, now))
    subject.due_at, subject.warn_at = clock.due_at(now), clock.warn_at(now)


def clock_of(session: Session, subject: Any, calendar: WorkingCalendar) -> Clock:
    """The running clock of a subject with a term."""
    limit = Limit(subject.term_hours, subject.term_outer_days)
    pauses = () if subject.term == "answer" else pauses_of(session, subject)
    return Clock(subject.term_started_at, limit.length, calendar, pauses)


def pauses_of(session: Session, subject: Any) -> tuple[PausedTime, ...]:
    rows = session.execute(
        select(Pause)
        .where(Pause.subject_type == subject.__tablename__, Pause.subject_id == subject.id)
        .order_by(Pause.started_at)
    ).scalars()
    return tuple(PausedTime(row.started_at, row.ended_at) for row in rows)


def pause_request(session: Session, support_request: SupportRequest, now: datetime) -> None:
    """Our clock stands still while the entrepreneur is asked something."""
    _open_pause(session, support_request, now)
    support_request.due_at = support_request.warn_at = None


def resume_request(session: Session, support_request: SupportRequest, now: datetime) -> None:
    _end_pause(session, support_request, now)
    recalculate(session, support_request, support_request.office, now)


def _open_pause(session: Session, subject: Any, now: datetime) -> None:
    session.add(Pause(subject_type=subject.__tablename__, subject_id=subject.id, started_at=now))
    session.flush()
    subject.paused_at = now


def _end_pause(session: Session, subject: Any, now: datetime) -> None:
    rows = session.execute(
        select(Pause).where(
            Pause.subject_type == subject.__tablename__, Pause.subject_id == subject.id, Pause.ended_at.is_(None)
        )
    ).scalars()
    for row in rows:
        row.ended_at = max(now, row.started_at)
    session.flush()
    subject.paused_at = None


# --- the clock of a referral follows its state ----------------------------------------------------------------

# state -> (term, the attribute that holds when it started)
_TERM_OF_STATE = {
    F.SENT: ("acknowledge", "sent_at"),
    F.ACKNOWLEDGED: ("decide", "sent_at"),
    F.ACCEPTED: ("contact", "accepted_at"),
    F.CONTACT_MADE: ("report", "contact_at"),
}


def follow_state(session: Session, referral: Referral, now: datetime) -> None:
    """Set the clock that belongs to the referral's present state; call after every change of state."""
    if referral.state == F.PAUSED:
        _open_pause(session, referral, now)
        limit = referral_limit(session, referral, "answer")
        referral.paused_at, held = None, referral.paused_at
        _start(session, referral, "answer", limit, now, referral.sender_office, now)
        referral.paused_at, referral.decide_due_at = held, None
        return
    if referral.paused_at is not None:
        _end_pause(session, referral, now)
    running = _TERM_OF_STATE.get(F(referral.state))
    if running is None:
        stop_term(referral, now)
        return
    code, since = running
    limit = referral_limit(session, referral, code)
    _start(session, referral, code, limit, getattr(referral, since), referral.receiver_office, now)
    if referral.accepted_at is None:
        set_decide_due(session, referral, now)


def set_decide_due(session: Session, referral: Referral, now: datetime) -> None:
    """When an unaccepted referral lapses."""
    calendar = calendar_of(session, referral.receiver_office, now)
    limit = referral_limit(session, referral, "decide")
    referral.decide_due_at = Clock(referral.sent_at, limit.length, calendar, pauses_of(session, referral)).due_at(now)


def contact_due(session: Session, referral: Referral, now: datetime) -> datetime:
    """By when the first contact would be due if the referral were accepted now."""
    calendar = calendar_of(session, referral.receiver_office, now)
    return referral_limit(session, referral, "contact").length.due_at(now, calendar)


def decide_due(session: Session, office: Office, limit: Limit, now: datetime) -> datetime:
    """By when an office would have to say yes or no to a referral sent now."""
    return limit.length.due_at(now, calendar_of(session, office, now))


def clock_status(subject: Any, calendar: WorkingCalendar | None, now: datetime) -> ClockStatus | None:
    """What to show of a subject's clock from its stored moments; None when none runs."""
    if subject.term is None:
        return None
    if subject.due_at is None:
        return ClockStatus(DueCode.PAUSED, None, None, None, subject.paused_at)
    remaining = describe_remaining(now, subject.due_at, calendar or ALWAYS, soon_at=subject.warn_at)
    return ClockStatus(remaining.code, subject.due_at, subject.warn_at, remaining)


ALWAYS = WorkingCalendar("UTC", {})


def acting_office(subject: Any) -> Office:
    """The office whose calendar the running clock follows."""
    if isinstance(subject, SupportRequest):
        return subject.office
    return subject.sender_office if subject.term == "answer" else subject.receiver_office


def office_of(session: Session, organisation: Organisation, office_id: str | None = None) -> Office | None:
    """The office named, else the organisation's first that is not shut for good."""
    statement = (
        select(Office)
        .where(Office.organisation_id == organisation.id, Office.closed_on.is_(None))
        .order_by(Office.position, Office.id)
    )
    offices = session.execute(statement).scalars().all()
    return next((office for office in offices if office.id == office_id), offices[0] if offices else None)
