"""6, 12 and 36 months after a question was closed its entrepreneur is asked how it went, once for each.

Only whoever gave consent, can be mailed and did not ask to be left alone; counted from the last closing, so that a
question opened again moves it. What is answered becomes a client contact of the desk (letter, rec. 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select

from hubs.accounts.actor import THE_SERVICE
from hubs.companies.models import Consent, ContactPerson
from hubs.companies.operations import record_client_contact
from hubs.core.errors import Problem, RuleViolation
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.extensions import db
from hubs.referrals.feedback.models import BUSINESS, DEAL_SIZES, YES_NO, FollowUp
from hubs.referrals.feedback.moments import FOLLOW_UP_MONTHS, due_between
from hubs.referrals.feedback.operations import WORDS
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import SupportRequest
from hubs.referrals.queries import lock_request

OUTCOMES = ("served", "signposted")  # of the others nothing can have come
_RESULTS = {"yes": "contract", "not_yet": "unknown", "no": "no_go"}  # as a client contact says it
_CHOICES = {"business": BUSINESS, "entered_market": YES_NO, "deal_size": DEAL_SIZES, "hub_contact": YES_NO}


def due_follow_ups(now: datetime) -> list[tuple[str, int]]:
    """Questions whose entrepreneur is to be asked now, with how many months ago they were closed."""
    found: list[tuple[str, int]] = []
    for months in FOLLOW_UP_MONTHS:
        after, until = due_between(now, months)
        asked = exists().where(FollowUp.support_request_id == SupportRequest.id, FollowUp.months == months)
        statement = (
            select(SupportRequest.id)
            .join(ContactPerson, ContactPerson.id == SupportRequest.contact_person_id)
            .join(Consent, Consent.id == SupportRequest.consent_id)
            .where(
                SupportRequest.closed_at > after,
                SupportRequest.closed_at <= until,
                SupportRequest.state == RequestState.CLOSED,
                SupportRequest.outcome.in_(OUTCOMES),
                ContactPerson.email.is_not(None),
                ContactPerson.no_follow_up_at.is_(None),
                ContactPerson.retired_at.is_(None),
                Consent.withdrawn_at.is_(None),
                ~asked,
            )
            .order_by(SupportRequest.closed_at)
        )
        found += [(identifier, months) for identifier in db.session.execute(statement).scalars()]
    return found


def send_follow_up(support_request_id: str, months: int, *, now: datetime) -> bool:
    """Ask, if it is still due; looked at again under the question's lock, so that nobody is asked twice."""
    support_request = lock_request(support_request_id)
    if support_request is None or not _is_due(support_request, months, now):
        return False
    follow_up = FollowUp(
        support_request_id=support_request.id, organisation_id=support_request.owner_id, months=months, sent_at=now
    )
    db.session.add(follow_up)
    db.session.flush()
    details = {"months": months}
    record(db.session(), "follow_up.sent", follow_up, actor=THE_SERVICE, now=now, data=details, related=support_request)
    return True


def _is_due(support_request: SupportRequest, months: int, now: datetime) -> bool:
    person, consent, closed_at = support_request.contact_person, support_request.consent, support_request.closed_at
    after, until = due_between(now, months)
    if support_request.state != RequestState.CLOSED or closed_at is None or not after < closed_at <= until:
        return False
    if person is None or not person.email or person.no_follow_up_at or person.retired_at:
        return False
    if consent is None or not consent.is_valid or support_request.outcome not in OUTCOMES:
        return False
    statement = select(FollowUp.id).where(FollowUp.support_request_id == support_request.id, FollowUp.months == months)
    return db.session.execute(statement).first() is None


def answer_follow_up(follow_up: FollowUp, values: Mapping[str, str | None], *, actor: Actor, now: datetime) -> None:
    """Write the answers down; the desk's client contact tells what came of it. Raises RuleViolation."""
    problems = [
        Problem("unknown_answer", _l("Choose an answer."), name)
        for name, known in _CHOICES.items()
        if values.get(name) and values[name] not in known
    ]
    words = (values.get("words") or "").strip() or None
    if not values.get("business"):
        problems.append(Problem("answer_required", _l("Choose an answer."), "business"))
    if words and len(words) > WORDS:
        problems.append(Problem("too_long", _l("Use at most %(number)s characters.", number=WORDS), "words"))
    if problems:
        raise RuleViolation(problems=problems)
    is_first = follow_up.answered_at is None
    for name in _CHOICES:
        setattr(follow_up, name, values.get(name) or None)
    follow_up.words, follow_up.answered_at = words, follow_up.answered_at or now
    db.session.flush()
    support_request = follow_up.support_request
    data = {name: getattr(follow_up, name) for name in _CHOICES}
    record(
        db.session(), "follow_up.answered", follow_up, actor=actor, now=now, data=data, related=support_request,
        outbox=False,
    )  # fmt: skip
    if is_first and support_request.company_id and support_request.owner_id == follow_up.organisation_id:
        _as_client_contact(follow_up, actor=actor, now=now)


def _as_client_contact(follow_up: FollowUp, *, actor: Actor, now: datetime) -> None:
    support_request = follow_up.support_request
    result = _RESULTS[str(follow_up.business)]
    if result != "contract" and follow_up.entered_market == "yes":
        result = "market_entry"
    record_client_contact(
        organisation_id=follow_up.organisation_id,
        company_id=str(support_request.company_id),
        now=now,
        channel="email",
        actor=actor,
        market=support_request.market,
        sector=support_request.sector,
        result=result,
        subject=follow_up,
    )


def opt_out(follow_up: FollowUp, *, actor: Actor, now: datetime) -> None:
    """No more of these mails to this person."""
    person = follow_up.support_request.contact_person
    if person is not None and person.no_follow_up_at is None:
        person.no_follow_up_at = now
        related = follow_up.support_request
        record(db.session(), "follow_up.opted_out", follow_up, actor=actor, now=now, related=related, outbox=False)
        db.session.flush()
