"""Absences: recorded by the person, or by who keeps the people; changed, cut short, withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l

from hubs.accounts.absences import absences_of, possible_deputies
from hubs.accounts.actor import Actor
from hubs.accounts.models import Absence, Membership
from hubs.accounts.permissions import P
from hubs.core.clock import local_day
from hubs.core.errors import NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.types import new_id
from hubs.extensions import db

LONGEST = timedelta(days=366)


def _check_may(membership: Membership, actor: Actor) -> None:
    own = actor.person_id == membership.person_id and actor.organisation_id == membership.organisation_id
    if not own and not actor.can(P.PEOPLE_MANAGE, membership):
        raise NotPermitted()


def record_absence(
    membership: Membership,
    *,
    starts_on: date,
    ends_on: date,
    deputy_membership_id: str | None,
    actor: Actor,
    now: datetime,
) -> Absence:
    """Somebody is away from `starts_on` to `ends_on`, both included. Raises NotPermitted, RuleViolation."""
    _check_may(membership, actor)
    today = local_day(now)
    problems = list(_problems(membership, starts_on, ends_on, deputy_membership_id, today))
    if starts_on < today:
        problems.append(Problem("starts_past", _l("Choose today or a later day."), "starts_on"))
    if problems:
        raise RuleViolation(problems=problems)
    absence = Absence(
        id=new_id(),
        membership=membership,
        starts_on=starts_on,
        ends_on=ends_on,
        deputy_membership_id=deputy_membership_id,
        recorded_at=now,
        recorded_by_id=actor.person_id,
    )
    db.session.add(absence)
    db.session.flush()
    _note("absence.recorded", absence, actor, now)
    return absence


def change_absence(
    absence: Absence,
    *,
    starts_on: date,
    ends_on: date,
    deputy_membership_id: str | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Other days or another deputy; a first day that has passed stays as it is. Raises NotPermitted, RuleViolation."""
    _check_may(absence.membership, actor)
    today = local_day(now)
    _check_not_over(absence, today)
    problems = list(_problems(absence.membership, starts_on, ends_on, deputy_membership_id, today, absence))
    if starts_on != absence.starts_on and min(starts_on, absence.starts_on) < today:
        problems.append(Problem("starts_past", _l("The first day has passed: leave it as it is."), "starts_on"))
    if problems:
        raise RuleViolation(problems=problems)
    absence.starts_on, absence.ends_on = starts_on, ends_on
    absence.deputy_membership_id = deputy_membership_id
    db.session.flush()
    _note("absence.changed", absence, actor, now)


def withdraw_absence(absence: Absence, *, actor: Actor, now: datetime) -> None:
    """Back from today on: what has begun ends yesterday, what has not is taken away.

    Raises NotPermitted, WrongState.
    """
    _check_may(absence.membership, actor)
    today = local_day(now)
    _check_not_over(absence, today)
    if absence.starts_on < today:
        absence.ends_on = today - timedelta(days=1)
    else:
        absence.withdrawn_at = now
    db.session.flush()
    _note("absence.withdrawn", absence, actor, now)


def _check_not_over(absence: Absence, today: date) -> None:
    if absence.withdrawn_at is not None or absence.ends_on < today:
        raise WrongState(_l("This absence is over already."))


def _problems(
    membership: Membership,
    starts_on: date,
    ends_on: date,
    deputy_membership_id: str | None,
    today: date,
    absence: Absence | None = None,
) -> Iterator[Problem]:
    if ends_on < starts_on:
        yield Problem("ends_early", _l("The last day lies before the first day."), "ends_on")
    elif ends_on < today:
        yield Problem("ends_past", _l("Choose today or a later day."), "ends_on")
    elif ends_on - starts_on > LONGEST:
        yield Problem("too_long", _l("Away for more than a year? Then end the role, or plan its last day."), "ends_on")
    others = absences_of(membership.person_id, membership.organisation_id, starts_on)
    for other in others:
        if (absence is None or other.id != absence.id) and other.starts_on <= ends_on:
            message = _l(
                "These days overlap with another absence, from %(first)s to %(last)s.",
                first=other.starts_on.isoformat(),
                last=other.ends_on.isoformat(),
            )
            yield Problem("overlap", message, "starts_on")
            break
    if deputy_membership_id:
        yield from _deputy_problems(membership, deputy_membership_id, ends_on, today)


def _deputy_problems(membership: Membership, deputy_id: str, ends_on: date, today: date) -> Iterator[Problem]:
    deputy = db.session.get(Membership, deputy_id)
    if deputy is not None and deputy.person_id == membership.person_id:
        yield Problem("own_deputy", _l("Choose somebody else: nobody is their own deputy."), "deputy_membership_id")
        return
    possible = possible_deputies(membership.person_id, membership.organisation_id, today)
    if deputy is None or deputy.person_id not in {each.person_id for each in possible}:
        message = _l("Choose a colleague of this organisation with the same rights.")
        yield Problem("deputy_unknown", message, "deputy_membership_id")
    elif deputy.ends_on is not None and deputy.ends_on < ends_on:
        message = _l("This colleague leaves before these days are over. Choose somebody else, or the desk.")
        yield Problem("deputy_leaves", message, "deputy_membership_id")


def _note(kind: str, absence: Absence, actor: Actor, now: datetime) -> None:
    deputy = db.session.get(Membership, absence.deputy_membership_id) if absence.deputy_membership_id else None
    data = {
        "person_id": absence.membership.person_id,
        "organisation_id": absence.membership.organisation_id,
        "starts_on": absence.starts_on.isoformat(),
        "ends_on": absence.ends_on.isoformat(),
        "deputy_id": deputy.person_id if deputy else None,
    }
    record(db.session, kind, absence, actor=actor, now=now, data=data, related=absence.membership.person)
