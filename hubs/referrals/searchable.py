"""How questions and referrals are found: a desk's own by everything it wrote down, a receiver's by the question and,
once it may know who asks, by that too. What may be shown is decided again when it is read (`searching.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, and_, select

from hubs.accounts.models import Organisation, OrganisationKind
from hubs.companies.models import Company, CompanyRecord, ContactPerson
from hubs.core.searching.sources import Document, Source, Watched, register
from hubs.extensions import AnySession
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import Referral, SupportRequest

QUESTION, REFERRAL = "question", "referral"


def reference_texts(reference: str) -> tuple[str, str]:
    """A reference as it is written, and its letters and digits in one word."""
    return reference, "".join(reference.split("-")[1:3])


def _who_asks(statement: Any) -> Any:
    own = and_(
        CompanyRecord.company_id == SupportRequest.company_id, CompanyRecord.organisation_id == SupportRequest.owner_id
    )
    return (
        statement.add_columns(
            SupportRequest.private_notes,
            CompanyRecord.name.label("company"),
            Company.registration_number.label("number"),
            ContactPerson.name.label("contact"),
            ContactPerson.email,
            ContactPerson.phone,
        )
        .outerjoin(CompanyRecord, own)
        .outerjoin(Company, Company.id == SupportRequest.company_id)
        .outerjoin(ContactPerson, ContactPerson.id == SupportRequest.contact_person_id)
    )


def _identity(row: Any) -> tuple[str | None, ...]:
    return row.company, row.number, row.contact, row.email, row.phone, row.private_notes


def _questions(session: AnySession, ids: Sequence[str]) -> Iterable[Document]:
    statement = select(
        SupportRequest.id, SupportRequest.owner_id, SupportRequest.reference, SupportRequest.text, SupportRequest.city
    ).select_from(SupportRequest)
    unconfirmed = and_(SupportRequest.state == RequestState.DRAFT, SupportRequest.created_by.is_(None))
    statement = _who_asks(statement).where(SupportRequest.id.in_(ids), ~unconfirmed)
    for row in session.execute(statement):
        yield Document(row.id, row.owner_id, (*reference_texts(row.reference), *_identity(row), row.text, row.city))


def _referrals(session: AnySession, ids: Sequence[str]) -> Iterable[Document]:
    """For the receiver only; the sender finds the question."""
    statement = (
        select(
            Referral.id,
            Referral.to_id,
            Referral.reference,
            Referral.accepted_at,
            Organisation.kind.label("to_kind"),
            SupportRequest.text,
            SupportRequest.city,
        )
        .select_from(Referral)
        .join(SupportRequest, SupportRequest.id == Referral.support_request_id)
        .join(Organisation, Organisation.id == Referral.to_id)
    )
    for row in session.execute(_who_asks(statement).where(Referral.id.in_(ids), Referral.mode != "cold")):
        known = row.accepted_at is not None or row.to_kind != OrganisationKind.HUB
        texts = (*reference_texts(row.reference), *(_identity(row) if known else ()), row.text, row.city)
        yield Document(row.id, row.to_id, texts)


def _ids_of(model: Any) -> Any:
    def every_id(session: AnySession, after: str, most: int) -> Sequence[str]:
        statement = select(model.id).where(model.id > after).order_by(model.id).limit(most)
        return session.execute(statement).scalars().all()

    return every_id


def _questions_of_record(row: CompanyRecord) -> Select[Any]:
    return select(SupportRequest.id).where(
        SupportRequest.company_id == row.company_id, SupportRequest.owner_id == row.organisation_id
    )


def _questions_of_contact(row: ContactPerson) -> Select[Any]:
    return select(SupportRequest.id).where(
        SupportRequest.company_id == row.company_id, SupportRequest.contact_person_id == row.id
    )


def _referrals_of(questions: Any) -> Any:
    return lambda row: select(Referral.id).where(Referral.support_request_id.in_(questions(row)))


_TOLD = ("text", "private_notes", "company_id", "contact_person_id", "city")
_CONTACT = ("name", "email", "phone")

register(
    Source(
        QUESTION,
        _questions,
        _ids_of(SupportRequest),
        {
            SupportRequest: Watched((*_TOLD, "owner_id", "reference", "received_at"), lambda row: [row.id]),
            CompanyRecord: Watched(("name", "company_id"), _questions_of_record, is_whole=False),
            ContactPerson: Watched(_CONTACT, _questions_of_contact, is_whole=False),
        },
    )
)
register(
    Source(
        REFERRAL,
        _referrals,
        _ids_of(Referral),
        {
            Referral: Watched(("accepted_at", "to_id", "mode"), lambda row: [row.id]),
            SupportRequest: Watched(
                _TOLD, lambda row: select(Referral.id).where(Referral.support_request_id == row.id), is_whole=False
            ),
            CompanyRecord: Watched(("name", "company_id"), _referrals_of(_questions_of_record), is_whole=False),
            ContactPerson: Watched(_CONTACT, _referrals_of(_questions_of_contact), is_whole=False),
        },
    )
)
