"""Claim, release, put aside and move one question or referral; many at once go through the same doors (`bulk.py`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import format_datetime
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from hubs.accounts.actor import Actor
from hubs.accounts.models import Office, Person
from hubs.accounts.permissions import P
from hubs.core.calendars import zone
from hubs.core.errors import NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import Event, record
from hubs.core.types import new_id
from hubs.extensions import db
from hubs.referrals import terms
from hubs.referrals.lifecycle import LIVE, UNACCEPTED
from hubs.referrals.lifecycle import RequestState as R
from hubs.referrals.lists import turns
from hubs.referrals.lists.models import REASON_LENGTH, Snooze
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations.assigning import check_handler, put_handler

SNOOZE_AT_MOST = timedelta(days=90)
OVER = (R.CLOSED, R.WITHDRAWN)


def kind_of(subject: Any) -> str:
    return "support_request" if isinstance(subject, SupportRequest) else "referral"


def desk_of(subject: Any) -> str:
    """The organisation whose people handle it."""
    return str(subject.owner_id if isinstance(subject, SupportRequest) else subject.to_id)


def may_handle(subject: Any, actor: Actor) -> bool:
    """Whether the actor may put a handler on it, put it aside or move it: the desk's people, the receiver's people."""
    right = P.SUPPORT_REQUEST_HANDLE if isinstance(subject, SupportRequest) else P.REFERRAL_RECEIVE
    return actor.can(right, subject)


def is_over(subject: Any) -> bool:
    return subject.state in OVER if isinstance(subject, SupportRequest) else subject.state not in LIVE


def _check(subject: Any, actor: Actor) -> None:
    if not may_handle(subject, actor):
        raise NotPermitted(message=_l("Your role may not do this here."))
    check_open(subject)


def check_open(subject: Any) -> None:
    """Raises WrongState when it has ended."""
    if is_over(subject):
        raise WrongState(_l("This has ended. There is nothing to handle any more."))


def name_of(person_id: str | None) -> str:
    """The name of a handler, as a colleague reads it."""
    found = db.session.execute(select(Person.name).where(Person.id == person_id)).scalar_one_or_none()
    return found or ""


# --- claim and release --------------------------------------------------------------------------------------


def claim(subject: Any, *, actor: Actor, now: datetime) -> None:
    """Take it on oneself. Who comes second is told who has it. Raises NotPermitted, WrongState, RuleViolation."""
    _check(subject, actor)
    person_id = _person_of(actor)
    if subject.handler_id == person_id:
        return
    if subject.handler_id is not None:
        has_it = _l("%(name)s has this already.", name=name_of(subject.handler_id))
        raise WrongState(has_it, code="claimed")
    problems = check_handler(desk_of(subject), person_id)
    if problems:
        raise RuleViolation(problems=problems)
    put_handler(subject, person_id, actor=actor, now=now)


def _person_of(actor: Actor) -> str:
    """The human being who acts, behind a personal token too."""
    if actor.person_id is None:
        message = _l("Nobody stands behind this token. Use assign and name the handler.")
        raise RuleViolation("nobody_behind_token", message, "action")
    return actor.person_id


def release(subject: Any, *, actor: Actor, now: datetime) -> None:
    """Let go of it, so that colleagues see that nobody has it. Only one's own, or what one stands in for.

    Raises NotPermitted, WrongState, RuleViolation.
    """
    _check(subject, actor)
    _person_of(actor)
    if subject.handler_id is None:
        return
    if not has_it(subject, actor, now):
        told = _l(
            "%(name)s has this. Only they, or who stands in for them, let go of it.", name=name_of(subject.handler_id)
        )
        raise WrongState(told, code="not_yours")
    put_handler(subject, None, actor=actor, now=now)


def has_it(subject: Any, actor: Actor, now: datetime) -> bool:
    """Whether the actor handles it, or stands in for who does."""
    if subject.handler_id == actor.person_id:
        return True
    covered = turns.covered_people(actor, now).where(turns.away_person() == subject.handler_id)
    return db.session.execute(covered.limit(1)).scalar_one_or_none() is not None


# --- put aside ----------------------------------------------------------------------------------------------


def snooze_problems(subject: Any, until: datetime | None, reason: str, now: datetime) -> list[Problem]:
    """Why it cannot be put aside till then; a term is never slept through."""
    found = []
    if until is None:
        found.append(Problem("until_required", _l("Choose a day."), "until"))
    elif until <= now:
        found.append(Problem("until_past", _l("Choose a day that is still to come."), "until"))
    elif until > now + SNOOZE_AT_MOST:
        found.append(Problem("until_far", _l("Choose a day within three months."), "until"))
    elif subject is not None and subject.due_at is not None and until > subject.due_at:
        at = format_datetime(subject.due_at.astimezone(zone(_office(subject).timezone)), "EEEE d MMMM, HH:mm")
        found.append(
            Problem("until_after_due", _l("Our term ends %(moment)s. Choose a day before it.", moment=at), "until")
        )
    if not reason.strip():
        found.append(Problem("reason_required", _l("Say why, so that a colleague knows."), "reason"))
    return found


def _office(subject: Any) -> Office:
    return terms.acting_office(subject)


def snooze(subject: Any, until: datetime | None, reason: str, *, actor: Actor, now: datetime) -> Snooze:
    """Put it aside until a moment, for the whole desk. No clock stops; what happens to it brings it back at once.

    Raises NotPermitted, WrongState, RuleViolation.
    """
    _check(subject, actor)
    problems = snooze_problems(subject, until, reason, now)
    if problems or until is None:
        raise RuleViolation(problems=problems)
    _end_running(subject, actor, now)
    row_id = new_id()
    event = record(
        db.session,
        f"{kind_of(subject)}.snoozed",
        subject,
        actor=actor,
        now=now,
        data={"until": until.isoformat(), "snooze_id": row_id},
        personal={"reason": reason.strip()[:REASON_LENGTH]},
        related=None,  # the question itself is not woken by what is done to its referral's place in a list
        outbox=False,
    )
    row = Snooze(
        id=row_id,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        organisation_id=actor.organisation_id or "",
        until_at=until,
        reason=reason.strip()[:REASON_LENGTH],
        set_by_id=actor.id if actor.kind == "person" else None,
        set_at=now,
        event_id=event.id,
    )
    db.session.add(row)
    db.session.flush()
    return row


def unsnooze(subject: Any, *, actor: Actor, now: datetime) -> None:
    """Bring it back now. Raises NotPermitted, WrongState."""
    _check(subject, actor)
    if running_snooze(subject, actor, now) is None:
        raise WrongState(_l("This is not put aside any more."))
    _end_running(subject, actor, now)
    record(db.session, f"{kind_of(subject)}.unsnoozed", subject, actor=actor, now=now, outbox=False)


def _end_running(subject: Any, actor: Actor, now: datetime) -> None:
    own = (Snooze.subject_id == subject.id, Snooze.organisation_id == actor.organisation_id, Snooze.ended_at.is_(None))
    db.session.execute(update(Snooze).where(*own).values(ended_at=now).execution_options(synchronize_session="fetch"))


def running_snooze(subject: Any, actor: Actor, now: datetime) -> Snooze | None:
    """The snooze in force: its day still to come, no term over, and nothing happened since."""
    if subject.due_at is not None and subject.due_at <= now:
        return None
    statement = (
        select(Snooze)
        .where(
            Snooze.subject_id == subject.id,
            Snooze.organisation_id == actor.organisation_id,
            Snooze.ended_at.is_(None),
            Snooze.until_at > now,
        )
        .order_by(Snooze.id.desc())
        .limit(1)
    )
    row = db.session.execute(statement).scalar_one_or_none()
    return None if row is None or _happened_since(subject, row) else row


def _happened_since(subject: Any, row: Snooze) -> bool:
    own = (Event.subject_type == subject.__tablename__) & (Event.subject_id == subject.id)
    if isinstance(subject, SupportRequest):
        own = own | ((Event.related_type == subject.__tablename__) & (Event.related_id == subject.id))
    statement = select(Event.id).where(own, Event.id > row.event_id).limit(1)
    return db.session.execute(statement).scalar_one_or_none() is not None


# --- to another office of the same organisation -------------------------------------------------------------


def offices_for(actor: Actor) -> list[Office]:
    """Where the actor may move something to: the open offices of their organisation."""
    statement = select(Office).where(Office.organisation_id == actor.organisation_id, Office.closed_on.is_(None))
    return list(db.session.execute(statement.order_by(Office.position, Office.id)).scalars())


def office_of(subject: Any) -> str:
    return str(subject.office_id if isinstance(subject, SupportRequest) else subject.to_office_id)


def move_problems(subject: Any, actor: Actor) -> list[Problem]:
    """Why it cannot lie at another office: a membership of one office sees no other, and room was taken at this one."""
    if actor.office_id:
        return [Problem("one_office", _l("You work for one office. Ask a colleague who works for all."), "office_id")]
    if isinstance(subject, Referral) and subject.capacity_week is not None:
        taken = _l("It was accepted at this office and counts in its week. Give it back instead.")
        return [Problem("capacity_taken", taken, "office_id")]
    return []


def move(subject: Any, office_id: str, *, actor: Actor, now: datetime) -> None:
    """To another office of one's organisation, whose calendar its clock follows from now on.

    Raises NotPermitted, WrongState, RuleViolation.
    """
    _check(subject, actor)
    problems = move_problems(subject, actor)
    office = next((one for one in offices_for(actor) if one.id == office_id), None)
    if office is None:
        problems = [*problems, Problem("office_unknown", _l("Choose one of your own offices."), "office_id")]
    if problems or office is None:
        raise RuleViolation(problems=problems)
    before = office_of(subject)
    if before == office.id:
        return
    _put_office(subject, office, now)
    related = subject.support_request if isinstance(subject, Referral) else None
    details = {"office_before": before, "office_id": office.id}
    record(db.session, f"{kind_of(subject)}.moved", subject, actor=actor, now=now, data=details, related=related)


def _put_office(subject: Any, office: Office, now: datetime) -> None:
    """The clock goes on with the same beginning in the other office's hours; a term already over stays over."""
    if isinstance(subject, SupportRequest):
        subject.office = office
    else:
        subject.receiver_office = office
    db.session.flush()
    follows = terms.acting_office(subject).id == office.id
    if isinstance(subject, Referral) and subject.state in UNACCEPTED:
        terms.set_decide_due(db.session(), subject, now)
    if follows and subject.due_at is not None and subject.due_at > now:
        terms.recalculate(db.session(), subject, office, now)
    db.session.flush()
