"""Dealings that somebody writes down by hand; requests and referrals write their own (letter, rec. 2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.permissions import P
from hubs.companies.models import ClientContact
from hubs.companies.operations import record_client_contact
from hubs.companies.queries import client_contacts_visible_to, companies_visible_to
from hubs.core.errors import NotFound, NotPermitted, Problem, RuleViolation
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.extensions import db

from .models import CompanyRecord


def get_visible_contact(actor: Actor, contact_id: str) -> ClientContact:
    """One dealing of the actor's organisation. Raises NotFound."""
    statement = client_contacts_visible_to(actor).where(ClientContact.id == contact_id)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def write_down_contact(
    *, company_id: str, at: datetime | None, actor: Actor, now: datetime, **what: Any
) -> ClientContact:
    """Write down a dealing with a company of one's own; `what` is channel, market, sector, service and result.

    Raises NotPermitted, RuleViolation (a company that is not in one's own scope, a moment to come).
    """
    if not actor.can(P.COMPANY_WRITE) or actor.organisation_id is None:
        raise NotPermitted()
    problems = []
    known = companies_visible_to(actor).where(CompanyRecord.company_id == company_id)
    if db.session.execute(select(known.exists())).scalar_one() is False:
        problems.append(Problem("unknown_company", _l("This company is not in your records."), "company"))
    if at is not None and at > now:
        problems.append(Problem("in_future", _l("This moment has not come yet."), "at"))
    if problems:
        raise RuleViolation(problems=problems)
    contact = record_client_contact(
        organisation_id=actor.organisation_id, company_id=company_id, now=at or now, actor=actor, **what
    )
    codes = {name: value for name, value in what.items() if value}
    record(db.session(), "client_contact.recorded", contact, actor=actor, now=now, data=codes, outbox=False)
    return contact
