"""Companies and what each organisation recorded of them (domain.md, Company and contact person, Consent).

One shared record per KvK or foreign registration number holds register facts only; contacts, notes, consents
and questions belong to the organisation that recorded them.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.core.types import Code, Id, JsonValue, UtcDateTime, new_id, one_of
from hubs.extensions import Base


def _timeless_id() -> str:
    """An id that does not tell when it was made: a number links to a row that may be older than the reader's."""
    return "".join(secrets.choice("0123456789abcdefghjkmnpqrstvwxyz") for _ in range(26))


class Company(Base):
    """A company as a register knows it. The number is all that organisations share: what one of them typed, the
    name too, is on its own record, so that nobody learns from this row that somebody else knows the company."""

    __tablename__ = "companies"
    __table_args__ = (UniqueConstraint("country", "registration_number"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=_timeless_id)
    country: Mapped[str] = mapped_column(String(2), default="NL")
    registration_number: Mapped[str | None] = mapped_column(String(40))  # KvK number for NL; empty: its recorder's own
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CompanyRecord(Base):
    """That an organisation knows a company, as it wrote it down: the scope in which it may be searched by name."""

    __tablename__ = "company_records"
    __table_args__ = (
        Index("ix_company_records_company_id", "company_id"),
        Index("ix_company_records_name", "organisation_id", "name_folded", "company_id"),
    )

    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"), primary_key=True)
    company_id: Mapped[str] = mapped_column(Id, ForeignKey("companies.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(200))
    city: Mapped[str | None] = mapped_column(String(100))
    region: Mapped[str | None] = mapped_column(String(60))  # Dutch province
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    company: Mapped[Company] = relationship()

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}}


class ContactPerson(Base):
    """Somebody at a company, as one organisation recorded them."""

    __tablename__ = "contact_persons"
    __table_args__ = (Index("ix_contact_persons_scope", "organisation_id", "company_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    company_id: Mapped[str] = mapped_column(Id, ForeignKey("companies.id"))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2), default="nl")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    company: Mapped[Company] = relationship()

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}}


class ConsentText(Base):
    """What was read out or shown, by version; never changed once used."""

    __tablename__ = "consent_texts"

    version: Mapped[str] = mapped_column(String(20), primary_key=True)
    text_nl: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(String(40), default="referral")
    fields: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)

    def text(self, locale: str) -> str:
        return self.text_nl if locale.startswith("nl") else self.text_en


class Consent(Base):
    """Permission to show who asks to named recipients or to a class of them, for one company's question(s)."""

    __tablename__ = "consents"
    __table_args__ = (one_of("recipients_kind", ("market", "organisations")),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"), index=True)
    company_id: Mapped[str] = mapped_column(Id, ForeignKey("companies.id"), index=True)
    contact_person_id: Mapped[str | None] = mapped_column(Id, ForeignKey("contact_persons.id"))
    text_version: Mapped[str] = mapped_column(String(20), ForeignKey("consent_texts.version"))
    purpose: Mapped[str] = mapped_column(String(40), default="referral")
    fields: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    recipients_kind: Mapped[str] = mapped_column(String(20))  # market: accredited hubs in it; organisations: named
    market: Mapped[str | None] = mapped_column(String(2))
    recipient_ids: Mapped[list[str]] = mapped_column(JsonValue, default=list)  # organisations
    transfer_country: Mapped[str | None] = mapped_column(String(2))  # outside the EEA
    transfer_ground: Mapped[str | None] = mapped_column(String(40))  # explicit_consent (GDPR 49(1)(a))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    channel: Mapped[str] = mapped_column(Code)
    recorded_by: Mapped[str | None] = mapped_column(String(64))  # actor id
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by the mailed link, when given by telephone
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_valid(self) -> bool:
        return self.withdrawn_at is None

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}}


class ClientContact(Base):
    """Any dealing with a company: by whom, when, market, sector, service, what came of it (letter, rec. 2)."""

    __tablename__ = "client_contacts"
    __table_args__ = (
        Index("ix_client_contacts_scope", "organisation_id", "at", "id"),
        Index("ix_client_contacts_company", "company_id", "organisation_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    company_id: Mapped[str] = mapped_column(Id, ForeignKey("companies.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    channel: Mapped[str] = mapped_column(Code)
    market: Mapped[str | None] = mapped_column(String(2))
    sector: Mapped[str | None] = mapped_column(Code)
    service: Mapped[str | None] = mapped_column(Code)
    result: Mapped[str | None] = mapped_column(Code)
    subject_type: Mapped[str | None] = mapped_column(String(40))  # support_requests or referrals
    subject_id: Mapped[str | None] = mapped_column(Id)
    recorded_by: Mapped[str | None] = mapped_column(String(64))

    company: Mapped[Company] = relationship()

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}}
