"""Questions in the small world, made without intake, so that tests of what follows do not lean on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from hubs.accounts.actor import Actor, actor_of_entrepreneur, actor_of_membership
from hubs.accounts.models import Membership, Office, Organisation
from hubs.companies.models import Company, CompanyRecord, Consent, ContactPerson
from hubs.core.clock import utcnow
from hubs.core.types import folded, new_reference_body
from hubs.extensions import db
from hubs.referrals.models import RequestPart, SupportRequest
from hubs.referrals.operations import act_on_request

CANARY = {
    "company": "Kanarie Koeltechniek",
    "person": "Tessa Kanarievogel",
    "email": "tessa@kanarie-voorbeeld.nl",
    "phone": "+31 20 555 0100",
    "kvk": "90001234",
    "notes": "Belt het liefst voor elf uur, kanarienotitie.",
}
TEXT = "Wij nemen in januari drie monteurs aan en zoeken een advocaat die de contracten opstelt."


def actor_for(demo: Any, persona: str) -> Actor:
    """The actor of a persona, as sign-in would make it."""
    card = demo.people[persona]
    rows = db.session.execute(select(Membership).where(Membership.person_id == card.id)).scalars().all()
    return actor_of_membership(list(rows), "en")


def entrepreneur(support_request: SupportRequest) -> Actor:
    return actor_of_entrepreneur(support_request.id)


def question(
    demo: Any,
    *,
    owner: str = "post",
    services: tuple[str, ...] = ("commercial_referral",),
    market: str | None = "CO",
    consent: Any = "market",
    submit: bool = True,
    now: datetime | None = None,
    kvk: str | None = CANARY["kvk"],
    **values: Any,
) -> SupportRequest:
    """A question of the desk `owner`; `consent` is "market", a list of short names, or None."""
    now = now or utcnow()
    organisation = db.session.get(Organisation, demo.organisations[owner])
    office = db.session.execute(
        select(Office).where(Office.organisation_id == organisation.id).order_by(Office.position).limit(1)
    ).scalar_one()
    record = _company(organisation.id, kvk, now)
    person = ContactPerson(
        organisation_id=organisation.id,
        company_id=record.company_id,
        name=CANARY["person"],
        email=CANARY["email"],
        phone=CANARY["phone"],
        created_at=now,
    )
    db.session.add(person)
    db.session.flush()
    made: dict[str, Any] = {
        "city": "Bogotá" if market == "CO" else None,
        "sector": "33",
        "company_size": "small",
        "target_groups": ["sme"],
        "channel": "telephone",
        "text": TEXT,
        "private_notes": CANARY["notes"],
        **values,
    }
    support_request = SupportRequest(
        reference=f"H-{new_reference_body()}",
        owner_id=organisation.id,
        office_id=office.id,
        company_id=record.company_id,
        contact_person_id=person.id,
        consent=_consent(demo, organisation.id, record.company_id, person.id, consent, market, now),
        market=market,
        created_at=now,
        created_by=demo.people["officer"].id,
        **made,
    )
    support_request.parts = [
        RequestPart(position=place, service=service) for place, service in enumerate(services or (None,))
    ]
    db.session.add(support_request)
    db.session.flush()
    if submit:
        act_on_request(support_request, "submit", actor=_someone_of(demo, owner), now=now)
    return support_request


def _someone_of(demo: Any, owner: str) -> Actor:
    persona = next(name for name, card in demo.people.items() if card.organisation_id == demo.organisations[owner])
    return actor_for(demo, persona)


def _company(organisation_id: str, kvk: str | None, now: datetime) -> CompanyRecord:
    company = None
    if kvk:
        company = db.session.execute(
            select(Company).where(Company.registration_number == kvk, Company.country == "NL")
        ).scalar_one_or_none()
    if company is None:
        company = Company(country="NL", registration_number=kvk, created_at=now)
        db.session.add(company)
        db.session.flush()
    record = db.session.get(CompanyRecord, (organisation_id, company.id))
    if record is None:
        name = CANARY["company"]
        record = CompanyRecord(
            organisation_id=organisation_id,
            company_id=company.id,
            name=name,
            name_folded=folded(name),
            created_at=now,
        )
        db.session.add(record)
        db.session.flush()
    return record


def _consent(
    demo: Any,
    organisation_id: str,
    company_id: str,
    person_id: str,
    recipients: Any,
    market: str | None,
    now: datetime,
) -> Consent | None:
    from hubs.companies.operations import text_in_force

    if recipients is None:
        return None
    named = recipients != "market"
    return Consent(
        organisation_id=organisation_id,
        company_id=company_id,
        contact_person_id=person_id,
        text_version=text_in_force(now.date()).version,
        recipients_kind="organisations" if named else "market",
        market=None if named else market,
        recipient_ids=sorted(demo.organisations[name] for name in recipients) if named else [],
        given_at=now,
        channel="telephone",
    )


def destinations(demo: Any, *names: str, services: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return [{"organisation": demo.organisations[name], "services": list(services)} for name in names]
