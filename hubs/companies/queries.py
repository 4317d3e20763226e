"""Reading companies: only what the actor's own organisation wrote down; never whether another one knows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import Select, false, select
from sqlalchemy.orm import contains_eager, joinedload

from hubs.accounts.permissions import P
from hubs.companies.identifying import NotUsable, checked_number
from hubs.companies.models import ClientContact, Company, CompanyRecord, Consent, ConsentText, ContactPerson
from hubs.core.errors import NotFound
from hubs.core.perform import Actor
from hubs.core.types import folded
from hubs.extensions import db

ALIKE = 82  # rapidfuzz score from which two names are worth a look
LOOKED_AT = 2000  # names compared at most, newest first
SHOWN = 5


def companies_visible_to(actor: Actor) -> Select[CompanyRecord]:
    """The companies this actor's organisation wrote down, with the shared row loaded."""
    statement = select(CompanyRecord).join(CompanyRecord.company).options(contains_eager(CompanyRecord.company))
    if not actor.can(P.COMPANY_READ) or actor.organisation_id is None:
        return statement.where(false())
    return statement.where(CompanyRecord.organisation_id == actor.organisation_id)


def get_visible_company(actor: Actor, company_id: str, *, lock: bool = False) -> CompanyRecord:
    """One of them. Raises NotFound, also when only others know it."""
    statement = companies_visible_to(actor).where(CompanyRecord.company_id == company_id)
    if lock:
        statement = statement.with_for_update(of=CompanyRecord)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def companies_found(actor: Actor, words: str) -> Select[CompanyRecord]:
    """Those whose name begins with or holds what was typed, or whose number it is exactly."""
    statement = companies_visible_to(actor)
    wanted = folded(words)
    if not wanted:
        return statement
    number = "".join(wanted.split()).upper()
    by_name = CompanyRecord.name_folded.contains(wanted, autoescape=True)
    return statement.where(by_name | (Company.registration_number == number))


@dataclass(frozen=True, slots=True)
class Alike:
    """A company of one's own that may be the one being typed; `is_exact` when the number is the same."""

    record: CompanyRecord
    is_exact: bool


def duplicates_for(actor: Actor, name: str, number: str = "", country: str = "NL") -> list[Alike]:
    """Own companies that look like the one being typed, best first, at most five."""
    exact = _by_number(actor, number, country)
    wanted = folded(name)
    alike = _by_name(actor, wanted) if len(wanted) >= 3 else []
    first = [Alike(found, True) for found in exact]
    seen = {found.company_id for found in exact}
    return [*first, *(Alike(found, False) for found in alike if found.company_id not in seen)][:SHOWN]


def _by_number(actor: Actor, number: str, country: str) -> Sequence[CompanyRecord]:
    try:
        checked = checked_number(number, country)
    except NotUsable:
        return []
    wanted = (Company.registration_number == checked, Company.country == country)
    return db.session.execute(companies_visible_to(actor).where(*wanted)).scalars().all()


def _by_name(actor: Actor, wanted: str) -> list[CompanyRecord]:
    recent = companies_visible_to(actor).order_by(CompanyRecord.created_at.desc()).limit(LOOKED_AT)
    records = list(db.session.execute(recent).scalars())
    names = {index: record.name_folded for index, record in enumerate(records)}
    found = process.extract(wanted, names, scorer=_likeness, score_cutoff=ALIKE, limit=SHOWN)
    return [records[index] for _name, _score, index in found]


def _likeness(typed: str, stored: str, **_options: Any) -> float:
    """How alike two folded names are; what is being typed may be only the beginning."""
    whole = fuzz.token_sort_ratio(typed, stored)
    return max(whole, 90.0) if stored.startswith(typed) or typed in stored.split() else whole


def own_record(organisation_id: str, company_id: str) -> Select[CompanyRecord]:
    return (
        select(CompanyRecord)
        .where(CompanyRecord.organisation_id == organisation_id, CompanyRecord.company_id == company_id)
        .options(joinedload(CompanyRecord.company))
    )


def records_by_exact_name(organisation_id: str, name: str, country: str) -> Select[CompanyRecord]:
    """Own records of that very name in that country: the same company typed again without its number."""
    return (
        select(CompanyRecord)
        .join(CompanyRecord.company)
        .options(contains_eager(CompanyRecord.company))
        .where(
            CompanyRecord.organisation_id == organisation_id,
            CompanyRecord.name_folded == folded(name)[:200],
            Company.country == country,
        )
        .limit(2)
    )


def own_contact_persons(organisation_id: str, company_id: str) -> Select[ContactPerson]:
    return (
        select(ContactPerson)
        .where(ContactPerson.organisation_id == organisation_id, ContactPerson.company_id == company_id)
        .order_by(ContactPerson.id)
    )


def texts_in_force(on: date) -> Select[ConsentText]:
    """The consent texts that hold on this day, newest first."""
    return (
        select(ConsentText)
        .where(ConsentText.starts_on <= on, ConsentText.ends_on.is_(None) | (ConsentText.ends_on >= on))
        .order_by(ConsentText.starts_on.desc(), ConsentText.version.desc())
    )


def all_texts() -> Select[ConsentText]:
    return select(ConsentText).order_by(ConsentText.starts_on, ConsentText.version)


def consents_given_together(consent: Consent) -> Select[Consent]:
    """A consent and those given in the same conversation: one yes or no on the mailed link goes for all."""
    return (
        select(Consent)
        .where(
            Consent.organisation_id == consent.organisation_id,
            Consent.company_id == consent.company_id,
            Consent.contact_person_id == consent.contact_person_id,
            Consent.given_at == consent.given_at,
            Consent.text_version == consent.text_version,
        )
        .order_by(Consent.id)
    )


def address_of(consent: Consent) -> str | None:
    """Where whoever gave a consent reads mail now."""
    statement = select(ContactPerson.email).where(ContactPerson.id == consent.contact_person_id)
    return db.session.execute(statement).scalar_one_or_none()


def client_contacts_visible_to(actor: Actor) -> Select[ClientContact]:
    """The dealings of this actor's organisation, the companies' shared rows loaded."""
    statement = select(ClientContact).options(joinedload(ClientContact.company))
    if not actor.can(P.COMPANY_READ) or actor.organisation_id is None:
        return statement.where(false())
    return statement.where(ClientContact.organisation_id == actor.organisation_id)
