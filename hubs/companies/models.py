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

MOVES = {"moves_with_company": True}  # a column that follows its company when two are merged


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
        Index("ix_company_records_vat_number", "organisation_id", "vat_number"),
        Index("ix_company_records_merged_into_id", "organisation_id", "merged_into_id"),
    )

    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"), primary_key=True)
    company_id: Mapped[str] = mapped_column(Id, ForeignKey("companies.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(200))
    city: Mapped[str | None] = mapped_column(String(100))
    region: Mapped[str | None] = mapped_column(String(60))  # Dutch province
    note: Mapped[str | None] = mapped_column(Text)
    vat_number: Mapped[str | None] = mapped_column(String(20))
    establishment_number: Mapped[str | None] = mapped_column(String(12))
    rsin: Mapped[str | None] = mapped_column(String(9))
    merged_into_id: Mapped[str | None] = mapped_column(Id, info=MOVES)  # the company it turned out to be
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
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # works there no more: not offered any longer
    no_follow_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # asked not to be mailed how it went

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
        Index("ix_client_contacts_subject", "subject_id", "organisation_id", "at"),
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


class CompanyMerge(Base):
    """Two companies of one organisation turned out to be one. Undone, every row in `rows` is where it was."""

    __tablename__ = "company_merges"
    __table_args__ = (
        Index("ix_company_merges_kept_id", "organisation_id", "kept_id"),
        Index("ix_company_merges_gone_id", "organisation_id", "gone_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    kept_id: Mapped[str] = mapped_column(Id, ForeignKey("companies.id"))
    gone_id: Mapped[str] = mapped_column(Id, ForeignKey("companies.id"))
    fields: Mapped[dict[str, list[str | None]]] = mapped_column(JsonValue, default=dict)  # field -> [before, after]
    reason: Mapped[str | None] = mapped_column(Code)  # why two numbers are one company
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    merged_by: Mapped[str | None] = mapped_column(String(64))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(64))

    rows: Mapped[list[CompanyMergeRow]] = relationship(back_populates="merge", passive_deletes=True)

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}}


class CompanyMergeRow(Base):
    """One column of one row that a merge moved from the company that is gone to the one that is kept."""

    __tablename__ = "company_merge_rows"

    merge_id: Mapped[str] = mapped_column(Id, ForeignKey("company_merges.id"), primary_key=True)
    table_name: Mapped[str] = mapped_column(String(60), primary_key=True)
    column_name: Mapped[str] = mapped_column(String(60), primary_key=True)
    row_key: Mapped[str] = mapped_column(String(200), primary_key=True)  # the primary key as JSON

    merge: Mapped[CompanyMerge] = relationship(back_populates="rows")


class CompanyPairApart(Base):
    """Somebody looked: these two are not one company, and are not put forward again."""

    __tablename__ = "company_pairs_apart"

    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"), primary_key=True)
    first_id: Mapped[str] = mapped_column(Id, primary_key=True)  # the smaller id
    second_id: Mapped[str] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str | None] = mapped_column(String(64))


class RegisterCheck(Base):
    """What a register answered about a number on a day, for the organisation that asked."""

    __tablename__ = "register_checks"
    __table_args__ = (Index("ix_register_checks_company", "organisation_id", "company_id", "at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    company_id: Mapped[str] = mapped_column(Id, ForeignKey("companies.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(Code)  # kvk, vies
    number: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(Code)  # found, name_differs, struck_off, not_found, not_available
    found_name: Mapped[str | None] = mapped_column(String(200))
    found_city: Mapped[str | None] = mapped_column(String(100))
    ended_on: Mapped[date | None] = mapped_column(Date)
    checked_by: Mapped[str | None] = mapped_column(String(64))

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}}


class EmailChange(Base):
    """A new mail address of a contact person, asked for; it holds once somebody shows that the box is theirs."""

    __tablename__ = "email_changes"
    __table_args__ = (Index("ix_email_changes_contact_person_id", "contact_person_id", "asked_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    contact_person_id: Mapped[str] = mapped_column(Id, ForeignKey("contact_persons.id"))
    old_email: Mapped[str | None] = mapped_column(String(254))
    new_email: Mapped[str] = mapped_column(String(254))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_kind: Mapped[str] = mapped_column(String(20))  # person, client, entrepreneur
    asked_by: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_by_kind: Mapped[str | None] = mapped_column(String(20))  # entrepreneur: by the link; person: an officer
    confirmed_by: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(Code)  # how an officer made sure without the link
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # stopped, or a newer one took its place

    contact_person: Mapped[ContactPerson] = relationship()

    def is_open(self, now: datetime) -> bool:
        return self.confirmed_at is None and self.ended_at is None and now < self.expires_at

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}}
