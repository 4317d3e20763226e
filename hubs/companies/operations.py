"""Writing down companies, contact persons, consents and dealings, each for the organisation that does so.

An exact number links to the shared record in silence: the answer is the same whether somebody else knows the
company or not (domain.md, Company and contact person).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hubs.accounts.permissions import P
from hubs.companies.consenting import ASKED_BY_MAIL, RecipientsKind, transfer
from hubs.companies.identifying import NotUsable, checked_email, checked_number, checked_phone
from hubs.companies.models import ClientContact, Company, CompanyRecord, Consent, ConsentText, ContactPerson
from hubs.companies.queries import own_contact_persons, record_now, records_by_exact_name, texts_in_force
from hubs.core.errors import NotFound, NotPermitted, Problem, RuleViolation
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.core.types import folded
from hubs.extensions import db
from hubs.reference.regions import province


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyData:
    """A company as somebody typed it; `company_id` points at one already in the recorder's own scope."""

    name: str = ""
    registration_number: str | None = None
    country: str = "NL"
    city: str | None = None
    region: str | None = None
    company_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactData:
    """A contact person as somebody typed them."""

    name: str = ""
    email: str | None = None
    phone: str | None = None
    language: str = "nl"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentData:
    """What the entrepreneur agreed to: `recipients` is "market", or "organisations" with their ids."""

    recipients: str
    recipient_ids: tuple[str, ...] = ()
    text_version: str | None = None
    given_at: datetime | None = None
    channel: str | None = None


_WORDS: dict[str, tuple[Any, str]] = {
    "kvk_number": (_l("A KvK number has 8 digits."), "company_kvk_number"),
    "registration_number": (_l("Use at most 40 letters and digits."), "company_kvk_number"),
    "email": (_l("Fill in an e-mail address with an @, such as name@example.nl."), "contact_person_email"),
    "phone": (_l("Fill in a phone number that can be called, such as +31 20 123 4567."), "contact_person_phone"),
}


def problem_of(error: NotUsable) -> Problem:
    """What is wrong with a number or address, beside the field it was typed in."""
    message, field = _WORDS[error.code]
    return Problem(error.code, message, field)


def company_problems(data: CompanyData) -> list[Problem]:
    """Everything that keeps a company from being written down."""
    found = []
    if not data.company_id and not data.name.strip():
        found.append(Problem("company_required", _l("Fill in the name of the company."), "company_name"))
    if data.registration_number:
        try:
            checked_number(data.registration_number, data.country)
        except NotUsable as error:
            found.append(problem_of(error))
    return found


def contact_problems(data: ContactData, country: str = "NL") -> list[Problem]:
    """Everything that keeps a contact person from being written down."""
    found = []
    if not data.name.strip():
        found.append(Problem("contact_required", _l("Fill in who we can call or mail."), "contact_person_name"))
    try:
        if data.email:
            checked_email(data.email)
    except NotUsable as error:
        found.append(problem_of(error))
    try:
        if data.phone:
            checked_phone(data.phone, country)
    except NotUsable as error:
        found.append(problem_of(error))
    return found


def record_company(*, actor: Actor, now: datetime, data: CompanyData) -> CompanyRecord:
    """Write a company down for the actor's organisation, and return that organisation's record of it.

    Raises NotPermitted, RuleViolation; NotFound for a `company_id` outside the actor's own scope.
    """
    if not actor.can(P.COMPANY_WRITE) or actor.organisation_id is None:
        raise NotPermitted()
    return know_company(actor.organisation_id, data, actor=actor, now=now)


def know_company(organisation_id: str, data: CompanyData, *, actor: Actor, now: datetime) -> CompanyRecord:
    """As `record_company`, for an organisation that gets a question; who may do so was settled before.

    What a stranger types on the public page changes nothing that the organisation wrote down itself.
    """
    found = company_problems(data)
    if found:
        raise RuleViolation(problems=found)
    company = _company(organisation_id, data, now)
    kept = record_now(organisation_id, company.id)
    if kept is None:
        kept = _new_record(organisation_id, company, data, now)
        record(db.session(), "company.recorded", company, actor=actor, now=now, outbox=False)
    elif not data.company_id and actor.kind != "anonymous":
        kept.region = province(data.region) or kept.region
        kept.city = data.city or kept.city
        db.session.flush()
    return kept


def _company(organisation_id: str, data: CompanyData, now: datetime) -> Company:
    if data.company_id:
        known = record_now(organisation_id, data.company_id)
        if known is None:
            raise NotFound()
        return known.company
    if data.registration_number:
        return _shared_company(data.country, checked_number(data.registration_number, data.country), now)
    named = db.session.execute(records_by_exact_name(organisation_id, data.name, data.country)).scalars().all()
    same = {each.merged_into_id or each.company_id for each in named}
    if len(same) == 1:
        return db.session.get_one(Company, same.pop())
    company = Company(country=data.country, created_at=now)
    db.session.add(company)
    db.session.flush()
    return company


def _shared_company(country: str, number: str, now: datetime) -> Company:
    """The one row of a number; two desks may write it at the same moment."""
    wanted = select(Company).where(Company.country == country, Company.registration_number == number)
    found = db.session.execute(wanted).scalar_one_or_none()
    if found is not None:
        return found
    try:
        with db.session.begin_nested():
            company = Company(country=country, registration_number=number, created_at=now)
            db.session.add(company)
            db.session.flush()
        return company
    except IntegrityError:
        return db.session.execute(wanted).scalar_one()


def _new_record(organisation_id: str, company: Company, data: CompanyData, now: datetime) -> CompanyRecord:
    name = " ".join(data.name.split())[:200]
    kept = CompanyRecord(
        organisation_id=organisation_id,
        company_id=company.id,
        name=name,
        name_folded=folded(name)[:200],
        city=data.city or None,
        region=province(data.region),
        created_at=now,
    )
    kept.company = company
    db.session.add(kept)
    db.session.flush()
    return kept


def change_company_record(kept: CompanyRecord, *, actor: Actor, now: datetime, note: str | None) -> None:
    """Change one's own note about a company. Raises NotPermitted."""
    if not actor.can(P.COMPANY_WRITE, kept):
        raise NotPermitted()
    kept.note = note or None
    record(db.session(), "company.noted", kept.company, actor=actor, now=now, outbox=False)


def know_contact_person(
    organisation_id: str, company: Company, data: ContactData, *, now: datetime, is_stranger: bool = False
) -> ContactPerson:
    """The contact person in this organisation's scope: the one already known by address or name, else a new one.

    Always a new one for what a stranger typed: mails about other questions must not follow a stranger's address.
    Raises RuleViolation.
    """
    found = contact_problems(data, company.country)
    if found:
        raise RuleViolation(problems=found)
    email = checked_email(data.email) if data.email else None
    phone = checked_phone(data.phone, company.country) if data.phone else None
    known = () if is_stranger else db.session.execute(own_contact_persons(organisation_id, company.id)).scalars().all()
    person = _same_person(known, data.name, email)
    if person is None:
        person = ContactPerson(organisation_id=organisation_id, company_id=company.id, created_at=now)
        person.name = " ".join(data.name.split())[:120]
        db.session.add(person)
    person.email, person.phone = email or person.email, phone or person.phone
    person.language = data.language
    db.session.flush()
    return person


def change_contact_person(person: ContactPerson, data: ContactData, *, country: str = "NL") -> None:
    """Correct what is known of a contact person. Raises RuleViolation."""
    found = contact_problems(data, country)
    if found:
        raise RuleViolation(problems=found)
    person.name = " ".join(data.name.split())[:120]
    person.email = checked_email(data.email) if data.email else None
    person.phone = checked_phone(data.phone, country) if data.phone else None
    db.session.flush()


def _same_person(known: Iterable[ContactPerson], name: str, email: str | None) -> ContactPerson | None:
    for person in known:
        if person.retired_at is not None:
            continue
        same_name = folded(person.name) == folded(name)
        if same_name and (email is None or person.email is None or folded(person.email) == folded(email)):
            return person
    return None


def record_consent(
    organisation_id: str,
    company: Company,
    contact_person: ContactPerson | None,
    data: ConsentData,
    *,
    actor: Actor,
    now: datetime,
    market: str | None,
    countries: Iterable[str | None] = (),
    asks_confirmation: bool = True,
) -> Consent:
    """Write down what the entrepreneur agreed to, with the text that was read out.

    `countries` are those of named recipients. `asks_confirmation` is False for the second and later consents of
    one conversation, so that the entrepreneur gets one mail. Raises RuleViolation.
    """
    text = _text(data.text_version, now)
    kind = RecipientsKind(data.recipients)
    country, ground = transfer([market, *countries])
    consent = Consent(
        organisation_id=organisation_id,
        company_id=company.id,
        contact_person_id=contact_person.id if contact_person else None,
        text_version=text.version,
        purpose=text.purpose,
        fields=list(text.fields),
        recipients_kind=kind,
        market=market if kind == RecipientsKind.MARKET else None,
        recipient_ids=sorted(data.recipient_ids) if kind == RecipientsKind.ORGANISATIONS else [],
        transfer_country=country,
        transfer_ground=ground,
        given_at=data.given_at or now,
        channel=data.channel or "telephone",
        recorded_by=actor.id,
    )
    db.session.add(consent)
    db.session.flush()
    details = {"version": text.version, "recipients": str(kind), "channel": consent.channel}
    record(db.session(), "consent.recorded", consent, actor=actor, now=now, data=details, outbox=asks_confirmation)
    return consent


def _text(version: str | None, now: datetime) -> ConsentText:
    """The version named, when it was ever in force; else the one in force now."""
    if version:
        text = db.session.get(ConsentText, version)
        if text is not None and text.starts_on <= now.date():
            return text
        raise RuleViolation("text_version", _l("This consent text does not exist."), "consent_text_version")
    text = text_in_force(now.date())
    if text is None:
        raise RuleViolation("no_consent_text", _l("There is no consent text in force."), "consent_recipients")
    return text


def text_in_force(on: date) -> ConsentText | None:
    """The newest text that holds on this day."""
    return db.session.execute(texts_in_force(on).limit(1)).scalars().first()


def confirm_consents(consents: Iterable[Consent], *, actor: Actor, now: datetime) -> None:
    """The entrepreneur says yes on the mailed link; a second yes changes nothing."""
    for consent in consents:
        if consent.is_valid and consent.confirmed_at is None:
            consent.confirmed_at = now
            if consent.channel == ASKED_BY_MAIL:
                consent.given_at = now
            record(db.session(), "consent.confirmed", consent, actor=actor, now=now)
    db.session.flush()


def withdraw_consents(consents: Iterable[Consent], *, actor: Actor, now: datetime) -> None:
    """Withdraw the consents themselves; what that does to referrals is the caller's (hubs.referrals)."""
    for consent in consents:
        if consent.is_valid:
            consent.withdrawn_at = now
            record(db.session(), "consent.withdrawn", consent, actor=actor, now=now)
    db.session.flush()


def record_client_contact(
    *,
    organisation_id: str,
    company_id: str,
    now: datetime,
    channel: str,
    actor: Actor,
    market: str | None = None,
    sector: str | None = None,
    service: str | None = None,
    result: str | None = None,
    subject: Any = None,
) -> ClientContact:
    """Write down a dealing with a company (letter, rec. 2); `subject` is the request or referral it was about."""
    contact = ClientContact(
        organisation_id=organisation_id,
        company_id=company_id,
        at=now,
        channel=channel,
        market=market,
        sector=sector,
        service=service,
        result=result,
        subject_type=subject.__tablename__ if subject is not None else None,
        subject_id=subject.id if subject is not None else None,
        recorded_by=actor.id,
    )
    db.session.add(contact)
    db.session.flush()
    return contact
