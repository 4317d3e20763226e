"""What keeps a place from getting questions for a while, and who waits for it (domain.md, Capacity, Routing 3 and 6).

A pause follows from a no for want of capacity and counts until its day or until the hub lifts it. An excluded pair
follows from a conflict of interest. Both count when read, whether or not anything has run.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.accounts.models import Office
from hubs.core.types import Code, Id, JsonValue, UtcDateTime, new_id
from hubs.extensions import Base
from hubs.referrals.models import Referral


class CapacityPause(Base):
    """An office that said it is full for one kind of question, or for all, until a day of its own calendar."""

    __tablename__ = "capacity_pauses"
    __table_args__ = (Index("ix_capacity_pauses_office_id", "office_id", "until_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"), index=True)
    office_id: Mapped[str] = mapped_column(Id, ForeignKey("offices.id"))
    lineage_id: Mapped[str | None] = mapped_column(Id)  # of the agreement it came under; empty: whatever the agreement
    services: Mapped[list[str]] = mapped_column(JsonValue, default=list)  # empty: every service
    sector: Mapped[str | None] = mapped_column(Code)  # empty: every sector
    until_on: Mapped[date] = mapped_column(Date)  # the first day that it takes questions again
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when that day begins at the office
    referral_id: Mapped[str] = mapped_column(Id, ForeignKey("referrals.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str | None] = mapped_column(String(64))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by: Mapped[str | None] = mapped_column(String(64))

    office: Mapped[Office] = relationship()
    referral: Mapped[Referral] = relationship()

    def holds_at(self, now: datetime) -> bool:
        return self.lifted_at is None and self.until_at > now

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}}


class ExcludedPair(Base):
    """A hub that has a conflict of interest with a company. Nobody but the hub is told so."""

    __tablename__ = "excluded_pairs"
    __table_args__ = (Index("ix_excluded_pairs_company_id", "company_id", "organisation_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"), index=True)
    # a merge at the desk that owns the question leaves it: `moment._pairs` asks for merged companies, too
    company_id: Mapped[str] = mapped_column(Id, ForeignKey("companies.id"), info={"moves_with_company": False})
    referral_id: Mapped[str] = mapped_column(Id, ForeignKey("referrals.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str | None] = mapped_column(String(64))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by: Mapped[str | None] = mapped_column(String(64))

    referral: Mapped[Referral] = relationship()

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}}


class AwaitedOffice(Base):
    """An office that a question waits for: as soon as it has room the wait is over."""

    __tablename__ = "awaited_offices"

    support_request_id: Mapped[str] = mapped_column(Id, ForeignKey("support_requests.id"), primary_key=True)
    office_id: Mapped[str] = mapped_column(Id, ForeignKey("offices.id"), primary_key=True, index=True)
