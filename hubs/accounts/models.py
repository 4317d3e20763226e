"""Organisations with their offices, and the people who act for them (domain.md, Who takes part)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from hubs.core.types import Code, Id, JsonValue, UtcDateTime, folded, new_id, one_of
from hubs.extensions import Base


class OrganisationKind(StrEnum):
    MINISTRY = "ministry"
    POST = "post"
    HUB = "hub"
    PARTNER = "partner"
    STEERING_TEAM = "steering_team"


class Role(StrEnum):
    ASSESSOR = "assessor"
    DECISION_MAKER = "decision_maker"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    OFFICER = "officer"
    HEAD = "head"
    STAFF = "staff"
    MANAGER = "manager"
    MEMBER = "member"


ROLES_OF = {
    OrganisationKind.MINISTRY: (Role.ASSESSOR, Role.DECISION_MAKER, Role.ADMINISTRATOR, Role.AUDITOR, Role.OFFICER),
    OrganisationKind.POST: (Role.OFFICER, Role.HEAD),
    OrganisationKind.HUB: (Role.STAFF, Role.MANAGER),
    OrganisationKind.PARTNER: (Role.STAFF, Role.MANAGER),
    OrganisationKind.STEERING_TEAM: (Role.MEMBER,),
}


class Organisation(Base):
    """A party: ministry, post, hub, partner or steering team; `code` is its key in the reference data."""

    __tablename__ = "organisations"
    __table_args__ = (
        UniqueConstraint("kind", "code"),
        one_of("kind", OrganisationKind),
        Index("ix_organisations_kind_name", "kind", "name_folded"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(Code)
    name_nl: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(200))
    market: Mapped[str | None] = mapped_column(String(2), index=True)  # ISO 3166-1 alpha-2 of the seat
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
    retired_on: Mapped[date | None] = mapped_column(Date)

    # what the reference data said at the last load, and whether a person edited it since
    source: Mapped[str | None] = mapped_column(Text)
    source_date: Mapped[str | None] = mapped_column(String(40))
    loaded_hash: Mapped[str | None] = mapped_column(String(64))
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    offices: Mapped[list[Office]] = relationship(back_populates="organisation", order_by="Office.position")
    memberships: Mapped[list[Membership]] = relationship(back_populates="organisation")

    def name(self, locale: str) -> str:
        return self.name_nl if locale.startswith("nl") else self.name_en

    def set_names(self, name_nl: str, name_en: str) -> None:
        self.name_nl, self.name_en, self.name_folded = name_nl, name_en, folded(f"{name_nl} {name_en}")[:200]

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.id}}


class Office(Base):
    """A desk with its own inbox, calendar and capacity; a post or partner has one, a hub one or more."""

    __tablename__ = "offices"
    __table_args__ = (Index("ix_offices_organisation_id", "organisation_id", "position"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    position: Mapped[int] = mapped_column(Integer, default=0)  # 0 is the main office
    city: Mapped[str | None] = mapped_column(String(100))
    city_folded: Mapped[str | None] = mapped_column(String(100), index=True)  # to search by; follows city
    market: Mapped[str | None] = mapped_column(String(2))
    timezone: Mapped[str] = mapped_column(String(40), default="Europe/Amsterdam")
    hours: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)  # {"0": [["09:00", "17:00"]]}, 0 = Monday
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    weekly_capacity: Mapped[int | None] = mapped_column(Integer)  # None: no limit
    closes_on: Mapped[date | None] = mapped_column(Date)  # planned: shut for good from this day on, by a closure
    closed_on: Mapped[date | None] = mapped_column(Date)  # shut for good

    organisation: Mapped[Organisation] = relationship(back_populates="offices")

    @validates("city")
    def _fold_city(self, _key: str, city: str | None) -> str | None:
        self.city_folded = folded(city)[:100] if city else None
        return city

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}}


class Person(Base):
    """Somebody who can sign in; belongs to organisations through memberships."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    email_folded: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2), default="nl")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    memberships: Mapped[list[Membership]] = relationship(back_populates="person")


class Membership(Base):
    """A role of a person in an organisation, for as long as it lasts; `office_id` empty: every office."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("person_id", "organisation_id", "role"),
        one_of("role", Role),
        Index("ix_memberships_organisation_id", "organisation_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("people.id"))
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    office_id: Mapped[str | None] = mapped_column(Id, ForeignKey("offices.id"))
    role: Mapped[str] = mapped_column(String(20))
    invited_as: Mapped[str | None] = mapped_column(String(120))  # the name the inviter typed; empty once accepted
    ends_on: Mapped[date | None] = mapped_column(Date)  # planned last day, included; past it nothing is open any more
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship(back_populates="memberships")
    office: Mapped[Office | None] = relationship()

    def is_in_force_on(self, day: date) -> bool:
        """Accepted, not ended, and the planned last day not over, whether or not anybody wrote the end down."""
        is_over = self.ends_on is not None and self.ends_on < day
        return self.ended_at is None and self.invited_as is None and not is_over

    @property
    def email_folded(self) -> str:
        return self.person.email_folded

    @property
    def shown_name(self) -> str:
        """The name as this organisation may know it: the person's own only after they accepted."""
        return self.invited_as or self.person.name

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}}


class Absence(Base):
    """Days on which somebody is away from one organisation, and which colleague stands in; both ends included."""

    __tablename__ = "absences"
    __table_args__ = (
        Index("ix_absences_membership_id", "membership_id", "ends_on"),
        Index("ix_absences_deputy", "deputy_membership_id", "ends_on"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    membership_id: Mapped[str] = mapped_column(Id, ForeignKey("memberships.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    deputy_membership_id: Mapped[str | None] = mapped_column(Id, ForeignKey("memberships.id"))  # empty: the desk
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    membership: Mapped[Membership] = relationship(foreign_keys=[membership_id])
    deputy: Mapped[Membership | None] = relationship(foreign_keys=[deputy_membership_id])

    def covers(self, day: date) -> bool:
        return self.withdrawn_at is None and self.starts_on <= day <= self.ends_on

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.membership.organisation_id}}


class AccountLink(Base):
    """A single-use link by mail: an invitation or a password reset. Only the hash of its token is kept."""

    __tablename__ = "account_links"
    __table_args__ = (one_of("purpose", ("invitation", "reset")),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("people.id"), index=True)
    organisation_id: Mapped[str | None] = mapped_column(Id, ForeignKey("organisations.id"))  # who invites
    purpose: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation | None] = relationship()

    def is_open(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at and self.person.is_active


class AccountAttempt(Base):
    """A failed sign-in or a request for a reset link, kept a day, so that guessing slows down.

    `account_key` is a keyed hash of the address typed, whether or not it is known: the answer must not tell.
    """

    __tablename__ = "account_attempts"
    __table_args__ = (
        one_of("purpose", ("sign_in", "reset")),
        Index("ix_account_attempts_account_key", "account_key", "purpose", "at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    account_key: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class SignIn(Base):
    """A session kept on the server, so that it can be ended: the cookie holds only its secret's hash pre-image."""

    __tablename__ = "sign_ins"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("people.id"), index=True)
    membership_id: Mapped[str | None] = mapped_column(Id, ForeignKey("memberships.id"))  # acting for
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
    membership: Mapped[Membership | None] = relationship()


class ApiClient(Base):
    """A chamber's or post's own system, with scopes; acts for one organisation."""

    __tablename__ = "api_clients"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(20))  # whose rights it has, narrowed by its scopes
    person_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))  # a personal token: who stands behind it
    scopes: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship()
