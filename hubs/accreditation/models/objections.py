"""Objections to decisions (Awb 6 and 7): an object of its own, handled by somebody other than the signer."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.accounts.models import Organisation, Person
from hubs.accreditation.lifecycle import OBJECTION, ObjectionState
from hubs.accreditation.models.decisions import Decision
from hubs.core.stored_files import StoredFile
from hubs.core.types import Code, Id, UtcDateTime, new_id, one_of
from hubs.extensions import Base

OUTCOMES = ("upheld", "partly_upheld", "rejected", "inadmissible")


class Objection(Base):
    """An objection of a hub to a signed decision, with its own clock and its own outcome."""

    __tablename__ = "objections"
    __table_args__ = (one_of("state", ObjectionState), Index("ix_objections_board", "state", "due_on"))
    lifecycle = OBJECTION

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    state: Mapped[str] = mapped_column(String(20), default=ObjectionState.RECEIVED)
    decision_id: Mapped[str] = mapped_column(Id, ForeignKey("decisions.id"), index=True)
    hub_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"), index=True)
    received_on: Mapped[date] = mapped_column(Date)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lodged_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    is_in_time: Mapped[bool] = mapped_column(Boolean, default=True)
    lateness_reason: Mapped[str | None] = mapped_column(Text)
    grounds: Mapped[str] = mapped_column(Text)
    file_id: Mapped[str | None] = mapped_column(Id, ForeignKey("stored_files.id"))
    has_committee: Mapped[bool] = mapped_column(Boolean, default=False)  # Awb 7:13: twelve weeks instead of six
    adjourned_on: Mapped[date | None] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    handler_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"), index=True)
    taken_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    outcome: Mapped[str | None] = mapped_column(Code)
    outcome_reasons: Mapped[str | None] = mapped_column(Text)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    decision: Mapped[Decision] = relationship(foreign_keys=[decision_id])
    hub: Mapped[Organisation] = relationship()
    handler: Mapped[Person | None] = relationship(foreign_keys=[handler_id])
    file: Mapped[StoredFile | None] = relationship()

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.hub_id}, "reader": {self.hub_id}}
