"""Calibration: a sample of concluded assessments is scored again, blind, so that weak criteria show."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.accounts.models import Person
from hubs.accreditation.models.proposals import Proposal
from hubs.core.types import Code, Id, UtcDateTime, new_id
from hubs.extensions import Base


class CalibrationRound(Base):
    """A sample drawn at random under one guideline version; the seed is kept, so that the draw can be checked."""

    __tablename__ = "calibration_rounds"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    guideline_version_id: Mapped[str] = mapped_column(Id, ForeignKey("guideline_versions.id"), index=True)
    seed: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Integer)
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drawn_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))

    items: Mapped[list[CalibrationItem]] = relationship(back_populates="round", order_by="CalibrationItem.id")


class CalibrationItem(Base):
    """One proposal of a sample, for one person who did not score it before."""

    __tablename__ = "calibration_items"
    __table_args__ = (UniqueConstraint("round_id", "proposal_id"), Index("ix_calibration_items_person_id", "person_id"))

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    round_id: Mapped[str] = mapped_column(Id, ForeignKey("calibration_rounds.id"))
    proposal_id: Mapped[str] = mapped_column(Id, ForeignKey("proposals.id"))
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("people.id"))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    round: Mapped[CalibrationRound] = relationship(back_populates="items")
    proposal: Mapped[Proposal] = relationship()
    person: Mapped[Person] = relationship()
    scores: Mapped[list[CalibrationScore]] = relationship(back_populates="item")

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"assessor": {self.person_id}}


class CalibrationScore(Base):
    """A level given again, without sight of the first ones."""

    __tablename__ = "calibration_scores"
    __table_args__ = (UniqueConstraint("item_id", "criterion_code"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    item_id: Mapped[str] = mapped_column(Id, ForeignKey("calibration_items.id"))
    criterion_code: Mapped[str] = mapped_column(String(12))
    level: Mapped[int] = mapped_column(Integer)
    ground: Mapped[str | None] = mapped_column(Code)
    reason: Mapped[str | None] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    item: Mapped[CalibrationItem] = relationship(back_populates="scores")
