"""Reading companies: only what the actor's own organisation wrote down; never whether another one knows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, false, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from hubs.accounts.permissions import P
from hubs.companies.models import (
    ClientContact,
    Company,
    CompanyMerge,
    CompanyRecord,
    Consent,
    ConsentText,
    ContactPerson,
    RegisterCheck,
)
from hubs.core.errors import NotFound
from hubs.core.perform import Actor
from hubs.core.types import folded
from hubs.extensions import db


def companies_visible_to(actor: Actor) -> Select[CompanyRecord]:
    """The companies this actor's organisation wrote down, with the shared row loaded; merged ones are one."""
    statement = select(CompanyRecord).join(CompanyRecord.company).options(contains_eager(CompanyRecord.company))
    if not actor.can(P.COMPANY_READ) or actor.organisation_id is None:
        return statement.where(false())
    own = (CompanyRecord.organisation_id == actor.organisation_id, CompanyRecord.merged_into_id.is_(None))
    return statement.where(*own)


def get_visible_company(actor: Actor, company_id: str, *, lock: bool = False) -> CompanyRecord:
    """One of them; for one that went up in another, that other. Raises NotFound, also when only others know it."""
    statement = companies_visible_to(actor).where(CompanyRecord.company_id == present_id(actor, company_id))
    if lock:
        statement = statement.with_for_update(of=CompanyRecord)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def present_id(actor: Actor, company_id: str) -> Any:
    """The id itself, or that of the company it went up in, inside one's own scope."""
    old = select(CompanyRecord.merged_into_id).where(
        CompanyRecord.organisation_id == actor.organisation_id, CompanyRecord.company_id == company_id
    )
    return func.coalesce(old.scalar_subquery(), company_id)


def company_ids_now(organisation_id: str, company_id: str | None) -> Select[str]:
    """A company and those that went up in it, as this organisation sees it: for rows of others that stay where they
    are when two are merged."""
    merged = select(CompanyRecord.company_id).where(
        CompanyRecord.organisation_id == organisation_id, CompanyRecord.merged_into_id == company_id
    )
    return select(Company.id).where(or_(Company.id == company_id, Company.id.in_(merged)))


def companies_found(actor: Actor, words: str) -> Select[CompanyRecord]:
    """Those whose name begins with or holds what was typed, or whose number it is exactly."""
    statement = companies_visible_to(actor)
    wanted = folded(words)
    if not wanted:
        return statement
    number = "".join(wanted.replace(".", "").split()).upper()
    by_name = CompanyRecord.name_folded.contains(wanted, autoescape=True)
    by_number = or_(Company.registration_number == number, CompanyRecord.vat_number == number)
    merged = aliased(CompanyRecord)  # under a name or number it went by before
    before = (
        select(merged.merged_into_id)
        .join(Company, Company.id == merged.company_id)
        .where(
            merged.organisation_id == actor.organisation_id,
            merged.merged_into_id.is_not(None),
            or_(merged.name_folded.contains(wanted, autoescape=True), Company.registration_number == number),
        )
    )
    return statement.where(or_(by_name, by_number, CompanyRecord.company_id.in_(before)))


def own_record(organisation_id: str, company_id: str) -> Select[CompanyRecord]:
    """One's own record of a company, held against a merge and other writers until the transaction ends: two who may
    both fill in something never share it."""
    return (
        select(CompanyRecord)
        .where(CompanyRecord.organisation_id == organisation_id, CompanyRecord.company_id == company_id)
        .options(joinedload(CompanyRecord.company))
        .with_for_update(of=CompanyRecord, key_share=True)
        .execution_options(populate_existing=True)
    )


def record_now(organisation_id: str, company_id: str) -> CompanyRecord | None:
    """One's own record of a company, or of the one it went up in; None when there is none."""
    found = db.session.execute(own_record(organisation_id, company_id)).scalar_one_or_none()
    if found is None or found.merged_into_id is None:
        return found
    return db.session.execute(own_record(organisation_id, found.merged_into_id)).scalar_one_or_none()


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
        .limit(10)
    )


def own_contact_persons(organisation_id: str, company_id: str) -> Select[ContactPerson]:
    """The people of a company in one's own records; those who left come last."""
    return (
        select(ContactPerson)
        .where(ContactPerson.organisation_id == organisation_id, ContactPerson.company_id == company_id)
        .order_by(ContactPerson.retired_at.is_not(None), ContactPerson.id)
    )


def get_visible_person(actor: Actor, person_id: str, *, lock: bool = False) -> ContactPerson:
    """A contact person of the actor's own organisation. Raises NotFound."""
    statement = select(ContactPerson).where(
        ContactPerson.id == person_id, ContactPerson.organisation_id == actor.organisation_id
    )
    if lock:
        statement = statement.with_for_update(of=ContactPerson, key_share=True)
        statement = statement.execution_options(populate_existing=True)
    found = db.session.execute(statement).scalar_one_or_none() if actor.can(P.COMPANY_READ) else None
    if found is None:
        raise NotFound()
    return found


def people_counted(organisation_id: str, company_ids: Iterable[str]) -> dict[str, int]:
    """How many contact persons each of these companies has."""
    statement = (
        select(ContactPerson.company_id, func.count())
        .where(ContactPerson.organisation_id == organisation_id, ContactPerson.company_id.in_(list(company_ids)))
        .group_by(ContactPerson.company_id)
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}


def get_visible_merge(actor: Actor, merge_id: str, *, lock: bool = False) -> CompanyMerge:
    """A merge of the actor's own organisation. Raises NotFound."""
    statement = select(CompanyMerge).where(
        CompanyMerge.id == merge_id, CompanyMerge.organisation_id == actor.organisation_id
    )
    if lock:
        statement = statement.with_for_update(of=CompanyMerge)
    found = db.session.execute(statement).scalar_one_or_none() if actor.can(P.COMPANY_READ) else None
    if found is None:
        raise NotFound()
    return found


def merges_of(organisation_id: str, company_id: str) -> Select[CompanyMerge]:
    """The merges that a company took part in, newest first."""
    return (
        select(CompanyMerge)
        .where(
            CompanyMerge.organisation_id == organisation_id,
            or_(CompanyMerge.kept_id == company_id, CompanyMerge.gone_id == company_id),
        )
        .order_by(CompanyMerge.merged_at.desc(), CompanyMerge.id.desc())
    )


def latest_checks(organisation_id: str, company_id: str) -> Select[RegisterCheck]:
    """What registers answered about a company, newest first."""
    return (
        select(RegisterCheck)
        .where(RegisterCheck.organisation_id == organisation_id, RegisterCheck.company_id == company_id)
        .order_by(RegisterCheck.at.desc(), RegisterCheck.id.desc())
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
