"""What stands after a decision: accreditations with their term and duties, money, concerns."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.accounts.models import Organisation, Person
from hubs.accreditation.lifecycle import ACCREDITATION, AccreditationState
from hubs.accreditation.models.decisions import Decision
from hubs.core.events import BigId
from hubs.core.stored_files import StoredFile
from hubs.core.types import Id, JsonValue, UtcDateTime, new_id, one_of
from hubs.extensions import Base
from hubs.guideline.models import GuidelineVersion

OBLIGATIONS = ("yearly_plan", "yearly_report", "mid_term_review", "renewal")


class Accreditation(Base):
    """The standing a decision gave a hub, for a term; the hub's status follows from it."""

    __tablename__ = "accreditations"
    __table_args__ = (one_of("state", AccreditationState), Index("ix_accreditations_hub_id", "hub_id", "starts_on"))
    lifecycle = ACCREDITATION

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    state: Mapped[str] = mapped_column(String(20), default=AccreditationState.GRANTED, index=True)
    hub_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    decision_id: Mapped[str] = mapped_column(Id, ForeignKey("decisions.id"), unique=True)  # that gave it
    guideline_version_id: Mapped[str] = mapped_column(Id, ForeignKey("guideline_versions.id"))
    replaces_id: Mapped[str | None] = mapped_column(Id, ForeignKey("accreditations.id"))
    in_development: Mapped[bool] = mapped_column(Boolean, default=False)
    has_conditions: Mapped[bool] = mapped_column(Boolean, default=False)
    markets: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    services: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date, index=True)  # last day, included
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    registers_contacts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # checked at activation (letter rec. 2)
    # what a person checked of the criteria asked at activation: code -> {"at", "person_id"}
    checked: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ending_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)

    hub: Mapped[Organisation] = relationship(foreign_keys=[hub_id])
    decision: Mapped[Decision] = relationship(foreign_keys=[decision_id])
    guideline_version: Mapped[GuidelineVersion] = relationship()
    obligations: Mapped[list[Obligation]] = relationship(back_populates="accreditation", order_by="Obligation.due_on")

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.hub_id}, "reader": {self.hub_id}}


class Obligation(Base):
    """Something an accredited hub hands in or undergoes by a date: yearly plan and report, review, renewal."""

    __tablename__ = "obligations"
    __table_args__ = (
        one_of("kind", OBLIGATIONS),
        UniqueConstraint("accreditation_id", "kind", "due_on"),
        Index("ix_obligations_due", "done_at", "due_on"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    accreditation_id: Mapped[str] = mapped_column(Id, ForeignKey("accreditations.id"))
    kind: Mapped[str] = mapped_column(String(20))
    year: Mapped[int | None] = mapped_column(Integer)  # the year a plan or report is about
    due_on: Mapped[date] = mapped_column(Date)
    file_id: Mapped[str | None] = mapped_column(Id, ForeignKey("stored_files.id"))
    note: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    overdue_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the accreditation ended before

    accreditation: Mapped[Accreditation] = relationship(back_populates="obligations")
    file: Mapped[StoredFile | None] = relationship()

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.accreditation.hub_id}, "reader": {self.accreditation.hub_id}}


class Concern(Base):
    """A flag that something may be wrong with a hub, with somebody who looks into it by a date."""

    __tablename__ = "concerns"
    __table_args__ = (
        Index("ix_concerns_hub_id", "hub_id", "closed_at"),
        Index("ix_concerns_due", "closed_at", "due_on"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    hub_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    text: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    raised_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    owner_id: Mapped[str] = mapped_column(Id, ForeignKey("people.id"), index=True)
    due_on: Mapped[date] = mapped_column(Date)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    overdue_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    finding: Mapped[str | None] = mapped_column(Text)

    hub: Mapped[Organisation] = relationship()
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])


class Funding(Base):
    """Public money a hub gets or is promised in a year, with the path along which it is phased out (rec. 9)."""

    __tablename__ = "hub_fundings"
    __table_args__ = (Index("ix_hub_fundings_hub_id", "hub_id", "year"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    hub_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    year: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(200))  # who gives it
    amount_cents: Mapped[int] = mapped_column(BigId)
    planned_cents: Mapped[int | None] = mapped_column(BigId)  # what the phase-out path says for this year
    is_de_minimis: Mapped[bool] = mapped_column(Boolean, default=False)
    granted_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))

    hub: Mapped[Organisation] = relationship()

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.hub_id}, "reader": {self.hub_id}}
