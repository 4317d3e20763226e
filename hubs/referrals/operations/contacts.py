"""Requests and referrals write their own client contacts (letter, rec. 2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select

from hubs.companies.models import ClientContact, CompanyRecord, Consent, ContactPerson
from hubs.companies.operations import CompanyData, know_company, record_client_contact
from hubs.core.perform import Actor
from hubs.extensions import db
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import Referral, RequestPart, SupportRequest
from hubs.referrals.operations.accepting import is_covered


def write_desk_contact(
    support_request: SupportRequest, parts: list[RequestPart], result: str | None, *, actor: Actor, now: datetime
) -> None:
    """That the company asked (no result yet), or what its desk did for it; nothing when no company is known."""
    if support_request.company_id is None or _completed(support_request, support_request.owner_id, result):
        return
    record_client_contact(
        organisation_id=support_request.owner_id,
        company_id=support_request.company_id,
        now=now,
        channel=support_request.channel,
        actor=actor,
        market=support_request.market,
        sector=support_request.sector,
        service=parts[0].service if parts else None,
        result=result,
        subject=support_request,
    )


def write_receiver_contact(
    referral: Referral, *, actor: Actor, now: datetime, channel: str | None = None, result: str | None = None
) -> None:
    """That the receiver spoke to the company, in the receiver's own records."""
    if result is not None and _completed(referral, referral.to_id, result):
        return
    company_id = _known_to_receiver(referral, actor, now)
    if company_id is None:
        return
    support_request = referral.support_request
    services = [cover.part.service for cover in referral.covers if cover.part.service]
    record_client_contact(
        organisation_id=referral.to_id,
        company_id=company_id,
        now=now,
        channel=channel or "telephone",
        actor=actor,
        market=support_request.market,
        sector=support_request.sector,
        service=services[0] if services else None,
        result=result,
        subject=referral,
    )


def _completed(subject: Any, organisation_id: str, result: str | None) -> bool:
    """Whether the dealing was written down before; what came of it is added to it."""
    statement = select(ClientContact).where(
        ClientContact.organisation_id == organisation_id,
        ClientContact.subject_type == subject.__tablename__,
        ClientContact.subject_id == subject.id,
    )
    known = db.session.execute(statement.order_by(ClientContact.at.desc()).limit(1)).scalar_one_or_none()
    if known is None:
        return False
    known.result = result
    return True


def _known_to_receiver(referral: Referral, actor: Actor, now: datetime) -> str | None:
    """The company in the receiver's scope, written down with the name the owning desk gave."""
    support_request = referral.support_request
    company, name = support_request.company, support_request.company_name
    if company is None or not name:
        return None
    known = CompanyData(name=name, registration_number=company.registration_number, country=company.country)
    return know_company(referral.to_id, known, actor=actor, now=now).company_id


def forget_company(referral: Referral) -> None:
    """Consent is withdrawn: the receiver's record of the company goes, unless it knows the company by itself."""
    written = select(ClientContact.company_id).where(
        ClientContact.organisation_id == referral.to_id, ClientContact.subject_id == referral.id
    )
    for company_id in set(db.session.execute(written).scalars()):
        if not _has_own_dealings(referral, company_id):
            of_it = or_(CompanyRecord.company_id == company_id, CompanyRecord.merged_into_id == company_id)
            records = select(CompanyRecord).where(CompanyRecord.organisation_id == referral.to_id, of_it)
            for kept in db.session.execute(records).scalars().all():
                db.session.delete(kept)
    db.session.flush()


def _has_own_dealings(referral: Referral, company_id: str) -> bool:
    own_requests = select(SupportRequest.id).where(
        SupportRequest.owner_id == referral.to_id, SupportRequest.company_id == company_id
    )
    own_people = select(ContactPerson.id).where(
        ContactPerson.organisation_id == referral.to_id, ContactPerson.company_id == company_id
    )
    own_consents = select(Consent.id).where(Consent.organisation_id == referral.to_id, Consent.company_id == company_id)
    known = (own_requests, own_people, own_consents)
    return _has_other_contacts(referral, company_id) or any(
        db.session.execute(select(exists(rows))).scalar_one() for rows in known
    )


def _has_other_contacts(referral: Referral, company_id: str) -> bool:
    """Dealings of its own, or under a referral that it may still see."""
    statement = select(ClientContact).where(
        ClientContact.organisation_id == referral.to_id,
        ClientContact.company_id == company_id,
        ClientContact.subject_id.is_distinct_from(referral.id),
    )
    return any(_is_own(contact) for contact in db.session.execute(statement).scalars())


def _is_own(contact: ClientContact) -> bool:
    if contact.subject_type != Referral.__tablename__:
        return True
    other = db.session.get(Referral, contact.subject_id)
    if other is None or other.support_request.state == RequestState.WITHDRAWN:
        return False
    return is_covered(other, standing="accredited")  # a dealing under a referral: it was accepted
