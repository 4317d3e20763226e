"""The public page: a draft at the responsible desk, which the mailed link turns into a question.

It lands at the post responsible for the market, without a market at the ministry's central desk (domain.md).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.actor import actor_of_entrepreneur
from hubs.accounts.models import Office, Organisation, OrganisationKind
from hubs.agreements.standing import local_day
from hubs.companies.linked import has_rows, is_pointed_at
from hubs.companies.models import CompanyRecord
from hubs.core.errors import RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.extensions import db
from hubs.referrals.intake.creating import store_once, stored_requests
from hubs.referrals.intake.data import IntakeData, check_intake, tidy_facts
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations import act_on_request
from hubs.referrals.routing import AUTHORITY_SERVICES
from hubs.referrals.table import current_table

LINK_DAYS = 7


def ask_requests(*, actor: Actor, now: datetime, data: IntakeData, submission_key: str) -> list[SupportRequest]:
    """Store what an entrepreneur asks as drafts, one for each market, and have one link mailed that sends them.

    Sent twice it is stored once. Raises BadInput, RuleViolation.
    """
    data = dataclasses.replace(data, facts=tidy_facts(data.facts), submit=False)
    offices = [responsible_office(market, data, now) for market in data.markets or (None,)]
    stored = stored_requests(offices[0].organisation_id, submission_key)
    if stored:
        return stored
    check_intake(dataclasses.replace(data, submit=True))
    created = store_once(offices, data, submission_key, actor=actor, now=now)
    ask_confirmation(created[0], now=now)
    return created


def ask_confirmation(support_request: SupportRequest, *, now: datetime) -> None:
    """Have the link mailed that sends the question."""
    entrepreneur = actor_of_entrepreneur(support_request.id, support_request.language)
    record(db.session(), "support_request.asked", support_request, actor=entrepreneur, now=now)


def responsible_office(market: str | None, data: IntakeData, now: datetime) -> Office:
    """The main office of the post that answers for a market, else of the central desk. Raises RuleViolation."""
    if market is not None:
        authority = bool(AUTHORITY_SERVICES & set(data.services))
        post = current_table(now).responsible_post(market, data.city, authority, local_day(now))
        office = _main_office(post.organisation_id) if post else None
        if office is not None:
            return office
    office = _main_office(_central_desk_id())
    if office is None:
        raise RuleViolation("no_desk", _l("There is no desk for this question yet. Try again later."))
    return office


def _main_office(organisation_id: str | None) -> Office | None:
    statement = (
        select(Office)
        .where(Office.organisation_id == organisation_id, Office.closed_on.is_(None))
        .order_by(Office.position, Office.id)
        .limit(1)
    )
    return db.session.execute(statement).scalar_one_or_none() if organisation_id else None


def _central_desk_id() -> str | None:
    statement = (
        select(Organisation.id)
        .where(Organisation.kind == OrganisationKind.MINISTRY, Organisation.retired_on.is_(None))
        .order_by(Organisation.id)
        .limit(1)
    )
    return db.session.execute(statement).scalar_one_or_none()


def asked_together(support_request: SupportRequest, *, lock: bool = False) -> Sequence[SupportRequest]:
    """A question and those about other markets that were asked with it."""
    if support_request.group_id is None:
        return [support_request]
    statement = select(SupportRequest).where(SupportRequest.group_id == support_request.group_id)
    if lock:
        statement = statement.with_for_update(of=SupportRequest)
    return db.session.execute(statement.order_by(SupportRequest.id)).scalars().all()


def is_confirmable(support_request: SupportRequest, now: datetime) -> bool:
    """Whether the mailed link still sends the question: a draft of the public page, at most a week old."""
    fresh = now <= support_request.created_at + timedelta(days=LINK_DAYS)
    return support_request.state == RequestState.DRAFT and support_request.created_by is None and fresh


def confirm_asked(support_request: SupportRequest, *, now: datetime) -> Sequence[SupportRequest]:
    """Send the draft and those asked with it. Raises WrongState when the link was used or is too old."""
    together = asked_together(support_request, lock=True)
    open_ones = [each for each in together if is_confirmable(each, now)]
    if not open_ones:
        raise WrongState(_l("This link has been used, or is older than a week."))
    for each in open_ones:
        act_on_request(each, "submit", actor=actor_of_entrepreneur(each.id, each.language), now=now)
    return together


def drop_unconfirmed(now: datetime, limit: int = 100) -> int:
    """Delete what was asked on the public page and never confirmed, with what was written down for it alone."""
    old = (
        select(SupportRequest)
        .where(
            SupportRequest.state == RequestState.DRAFT,
            SupportRequest.created_by.is_(None),
            SupportRequest.created_at < now - timedelta(days=LINK_DAYS),
        )
        .order_by(SupportRequest.id)
        .limit(limit)
        .with_for_update(of=SupportRequest)
    )
    found = db.session.execute(old).scalars().all()
    for support_request in found:
        _forget(support_request)
    db.session.flush()
    return len(found)


def _forget(support_request: SupportRequest) -> None:
    for file in list(support_request.files):
        stored = file.stored
        db.session.delete(file)
        db.session.flush()
        db.session.delete(stored)
    consent, person, kept = support_request.consent, support_request.contact_person, support_request.company_record
    owner_id, company_id = support_request.owner_id, support_request.company_id
    db.session.delete(support_request)
    db.session.flush()
    for row in (consent, person):
        if row is not None and not is_pointed_at(row):
            db.session.delete(row)
            db.session.flush()
    if kept is not None and not kept.note and not _is_known(owner_id, str(company_id)):
        db.session.delete(kept)
        db.session.flush()


def _is_known(organisation_id: str, company_id: str) -> bool:
    """Whether the organisation knows the company from elsewhere, or another one went up in it."""
    merged = (CompanyRecord.organisation_id == organisation_id, CompanyRecord.merged_into_id == company_id)
    went_up = select(CompanyRecord.company_id).where(*merged).limit(1)
    return db.session.execute(went_up).first() is not None or has_rows(organisation_id, company_id)
