"""Who handles a question or a referral: optional, and only somebody of the own organisation (domain.md, office)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.actor import THE_SERVICE
from hubs.accounts.models import Membership, Person
from hubs.accounts.permissions import P
from hubs.core.errors import NotPermitted, Problem, RuleViolation
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.extensions import db
from hubs.referrals.lifecycle import LIVE
from hubs.referrals.lifecycle import RequestState as R
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
            Membership.ended_at.is_(None),
            Membership.invited_as.is_(None),
            Person.is_active.is_(True),
        )
        .limit(1)
    )
    if db.session.execute(works_there).scalar_one_or_none() is not None:
        return []
    return [Problem("handler_unknown", _l("Choose somebody of your own organisation."), "handler_id")]


def let_go_of_handler(person_id: str, organisation_id: str | None, *, now: datetime) -> int:
    """Somebody no longer works there (`None`: nowhere): what they handled and is still open is nobody's again, so
    that the desk sees it. Does nothing for somebody who still does. How many were let go.
    """
    requests = select(SupportRequest).where(
        SupportRequest.handler_id == person_id, SupportRequest.state.not_in((R.CLOSED, R.WITHDRAWN))
    )
    referrals = select(Referral).where(Referral.handler_id == person_id, Referral.state.in_(sorted(LIVE)))
    if organisation_id is not None:
        requests = requests.where(SupportRequest.owner_id == organisation_id)
        referrals = referrals.where(Referral.to_id == organisation_id)
    held: list[Any] = list(db.session.execute(requests.order_by(SupportRequest.id)).scalars())
    held += db.session.execute(referrals.order_by(Referral.id)).scalars()
    gone = [subject for subject in held if check_handler(_desk_of(subject), person_id)]
    for subject in gone:
        _put_handler(subject, None, actor=THE_SERVICE, now=now)
    db.session.flush()
    return len(gone)


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
    _put_handler(subject, person_id, actor=actor, now=now)


def _put_handler(subject: Any, person_id: str | None, *, actor: Actor, now: datetime) -> None:
    before, subject.handler_id = subject.handler_id, person_id
    kind = "support_request.assign" if isinstance(subject, SupportRequest) else "referral.assign"
    related = subject.support_request if isinstance(subject, Referral) else None
    details = {"handler_before": before, "handler_id": person_id}
    record(db.session, kind, subject, actor=actor, now=now, data=details, related=related)
