"""How companies and contact persons are found: only within the organisation that wrote them down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, func, select

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.companies.models import Company, CompanyRecord, ContactPerson
from hubs.companies.queries import companies_visible_to
from hubs.core.searching.sources import Document, Named, Source, Watched, named_columns, register, register_named
from hubs.extensions import AnySession

COMPANY, CONTACT = "company", "contact"


def _scopes(actor: Actor) -> Sequence[str]:
    return (actor.organisation_id,) if actor.can(P.COMPANY_READ) and actor.organisation_id else ()


def _link(row: Any) -> str:
    return f"/companies/{row.key}"


def _companies(session: AnySession, ids: Sequence[str]) -> Iterable[Document]:
    statement = (
        select(
            CompanyRecord.company_id,
            CompanyRecord.organisation_id,
            CompanyRecord.name,
            CompanyRecord.city,
            CompanyRecord.vat_number,
            Company.registration_number,
        )
        .join(Company, Company.id == CompanyRecord.company_id)
        .where(CompanyRecord.company_id.in_(ids))
    )
    for row in session.execute(statement):
        texts = (row.name, row.city, row.registration_number, row.vat_number)
        yield Document(row.company_id, row.organisation_id, texts)


def _company_ids(session: AnySession, after: str, most: int) -> Sequence[str]:
    statement = select(Company.id).where(Company.id > after).order_by(Company.id).limit(most)
    return session.execute(statement).scalars().all()


def _company_rows(actor: Actor, ids: Sequence[str]) -> Select[Any]:
    columns = named_columns(
        COMPANY,
        CompanyRecord.company_id,
        CompanyRecord.company_id,
        CompanyRecord.name,
        CompanyRecord.name,
        CompanyRecord.city,
        func.coalesce(Company.registration_number, "") + " " + func.coalesce(CompanyRecord.vat_number, ""),
    )
    visible = companies_visible_to(actor).with_only_columns(*columns, maintain_column_froms=True)
    return visible.where(CompanyRecord.company_id.in_(ids))


register(
    Source(
        COMPANY,
        _companies,
        _company_ids,
        {
            CompanyRecord: Watched(("name", "city", "company_id", "vat_number"), lambda row: [row.company_id]),
            Company: Watched(("registration_number",), lambda row: [row.id]),
        },
    )
)
register_named(Named(COMPANY, _l("Companies"), _scopes, _company_rows, _link))


def _contacts(session: AnySession, ids: Sequence[str]) -> Iterable[Document]:
    columns = (ContactPerson.id, ContactPerson.organisation_id, ContactPerson.name, ContactPerson.email)
    for row in session.execute(select(*columns, ContactPerson.phone).where(ContactPerson.id.in_(ids))):
        yield Document(row.id, row.organisation_id, (row.name, row.email, row.phone))


def _contact_ids(session: AnySession, after: str, most: int) -> Sequence[str]:
    statement = select(ContactPerson.id).where(ContactPerson.id > after).order_by(ContactPerson.id).limit(most)
    return session.execute(statement).scalars().all()


def _contact_rows(actor: Actor, ids: Sequence[str]) -> Select[Any]:
    columns = named_columns(
        CONTACT,
        ContactPerson.id,
        ContactPerson.company_id,
        ContactPerson.name,
        ContactPerson.name,
        CompanyRecord.name,
        func.coalesce(ContactPerson.email, "") + " " + func.coalesce(ContactPerson.phone, ""),
    )
    own = and_(
        CompanyRecord.company_id == ContactPerson.company_id,
        CompanyRecord.organisation_id == ContactPerson.organisation_id,
    )
    return (
        select(*columns)
        .select_from(ContactPerson)
        .join(CompanyRecord, own)
        .where(ContactPerson.id.in_(ids), ContactPerson.organisation_id.in_(_scopes(actor)))
    )


register(
    Source(
        CONTACT,
        _contacts,
        _contact_ids,
        {ContactPerson: Watched(("name", "email", "phone"), lambda row: [row.id])},
    )
)
register_named(Named(CONTACT, _l("Contact persons"), _scopes, _contact_rows, _link))
