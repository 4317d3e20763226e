"""Consent given again to the desk: it replaces the one before (domain.md, Consent)."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.models import Organisation, OrganisationKind
from hubs.accounts.permissions import P
from hubs.companies.consenting import CONFIRMED_BY_MAIL, RecipientsKind
from hubs.companies.models import Consent
from hubs.companies.operations import ConsentData, record_consent
from hubs.core.errors import NotPermitted, Problem, RuleViolation
from hubs.core.perform import Actor
from hubs.extensions import db
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations import give_consent

RECIPIENTS = (OrganisationKind.HUB, OrganisationKind.PARTNER, OrganisationKind.POST)


def consent_again(support_request: SupportRequest, data: ConsentData, *, actor: Actor, now: datetime) -> Consent:
    """Write down what the entrepreneur now agrees to. Raises NotPermitted, RuleViolation."""
    if not actor.can(P.SUPPORT_REQUEST_SPEAK, support_request):
        raise NotPermitted()
    company, person = support_request.company, support_request.contact_person
    named = _markets_of(data.recipient_ids)
    problems = []
    if company is None:
        problems.append(Problem("consent_impossible", _l("Write down who asks first."), "consent_recipients"))
    if data.recipients == RecipientsKind.ORGANISATIONS and len(named) != len(set(data.recipient_ids)):
        message = _l("Choose who may see the question.")
        problems.append(Problem("unknown_organisation", message, "consent_recipients"))
    channel = data.channel or support_request.channel
    if channel in CONFIRMED_BY_MAIL and not (person and person.email):
        message = _l("Consent given by telephone is confirmed by mail: fill in an e-mail address.")
        problems.append(Problem("email_for_consent", message, "contact_person_email"))
    if problems or company is None:
        raise RuleViolation(problems=problems)
    consent = record_consent(
        support_request.owner_id,
        company,
        person,
        dataclasses.replace(data, channel=channel, given_at=data.given_at or now),
        actor=actor,
        now=now,
        market=support_request.market,
        countries=named,
    )
    give_consent(support_request, consent, actor=actor, now=now)
    return consent


def _markets_of(organisation_ids: tuple[str, ...]) -> list[str | None]:
    """The seats of those named that exist and may be told."""
    statement = select(Organisation.market).where(
        Organisation.id.in_(organisation_ids), Organisation.kind.in_(RECIPIENTS), Organisation.retired_on.is_(None)
    )
    return list(db.session.execute(statement).scalars())
