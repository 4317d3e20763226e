"""Who handles a question or a referral: optional, and only somebody of the own organisation (domain.md, office)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.models import Membership, Person
from hubs.accounts.permissions import P
from hubs.accounts.queries import in_force
from hubs.core.errors import NotPermitted, Problem, RuleViolation
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.extensions import db
from hubs.referrals.models import Referral, SupportRequest


def check_handler(organisation_id: str, person_id: str | None) -> list[Problem]:
    """A problem when this person cannot handle things for that organisation."""
    if person_id is None:
        return []
    works_there = (
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.person_id == person_id,
            in_force(),
            Person.is_active.is_(True),
        )
        .limit(1)
        .with_for_update(of=Membership, read=True)  # whose account closes at this moment waits, and sees it
    )
    if db.session.execute(works_there).scalar_one_or_none() is not None:
        return []
    return [Problem("handler_unknown", _l("Choose somebody of your own organisation."), "handler_id")]


def _desk_of(subject: Any) -> str:
    return str(subject.owner_id if isinstance(subject, SupportRequest) else subject.to_id)


def assign_handler(subject: Any, person_id: str | None, *, actor: Actor, now: datetime) -> None:
    """Give a question or a referral to a handler, or to nobody. Raises NotPermitted, RuleViolation."""
    is_request = isinstance(subject, SupportRequest)
    if not actor.can(P.SUPPORT_REQUEST_HANDLE if is_request else P.REFERRAL_RECEIVE, subject):
        raise NotPermitted()
    problems = check_handler(_desk_of(subject), person_id)
    if problems:
        raise RuleViolation(problems=problems)
    put_handler(subject, person_id, actor=actor, now=now)


def put_handler(subject: Any, person_id: str | None, *, actor: Actor, now: datetime) -> None:
    """Put the handler's name on it, with its event; whether they may is the caller's matter."""
    before, subject.handler_id = subject.handler_id, person_id
    kind = "support_request.assign" if isinstance(subject, SupportRequest) else "referral.assign"
    related = subject.support_request if isinstance(subject, Referral) else None
    details = {"handler_before": before, "handler_id": person_id}
    record(db.session, kind, subject, actor=actor, now=now, data=details, related=related)
