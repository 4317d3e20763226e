"""A chamber's proposal: its sections, evidence, submissions with their frozen dossiers, and its statutory term."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.accounts.models import Organisation, Person
from hubs.accreditation.lifecycle import PROPOSAL, ProposalState
from hubs.core.stored_files import StoredFile
from hubs.core.types import Code, Id, JsonValue, UtcDateTime, new_id, one_of
from hubs.extensions import Base
from hubs.guideline.criteria import ProposalKind
from hubs.guideline.models import GuidelineVersion


class Proposal(Base):
    """A chamber's case for a new hub, one in development, a renewal or a change of scope."""

    __tablename__ = "proposals"
    __table_args__ = (
        one_of("state", ProposalState),
        one_of("kind", ProposalKind),
        Index("ix_proposals_board", "state", "due_on"),
        Index("ix_proposals_hub_id", "hub_id", "id"),
        Index("ix_proposals_market", "market", "state"),
    )
    lifecycle = PROPOSAL

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    reference: Mapped[str] = mapped_column(String(12), unique=True)  # V-7K4-29Q
    state: Mapped[str] = mapped_column(String(24), default=ProposalState.DRAFT)
    state_before_return: Mapped[str | None] = mapped_column(String(24))
    kind: Mapped[str] = mapped_column(String(20))
    hub_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    market: Mapped[str | None] = mapped_column(String(2), ForeignKey("markets.iso2"))  # the first of `markets`
    markets: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    guideline_version_id: Mapped[str] = mapped_column(Id, ForeignKey("guideline_versions.id"), index=True)
    renews_id: Mapped[str | None] = mapped_column(Id, ForeignKey("accreditations.id", use_alter=True))
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
    # rises with every change of anything a decision rests on; a signature binds one number
    file_number: Mapped[int] = mapped_column(Integer, default=1)

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the first time
    resubmitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the last time
    assessed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # withdrawn or not considered

    # the statutory term (Awb 4:13-4:15); `due_on` is recomputed by whatever changes it
    received_on: Mapped[date | None] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    extended_on: Mapped[date | None] = mapped_column(Date)
    extension_days: Mapped[int] = mapped_column(Integer, default=0)
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    overdue_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    hub: Mapped[Organisation] = relationship(foreign_keys=[hub_id])
    guideline_version: Mapped[GuidelineVersion] = relationship()
    sections: Mapped[list[ProposalSection]] = relationship(
        back_populates="proposal", cascade="all, delete-orphan", order_by="ProposalSection.code"
    )
    submissions: Mapped[list[Submission]] = relationship(back_populates="proposal", order_by="Submission.number")
    evidence: Mapped[list[Evidence]] = relationship(back_populates="proposal", order_by="Evidence.id")
    suspensions: Mapped[list[TermSuspension]] = relationship(
        back_populates="proposal", order_by="TermSuspension.starts_on, TermSuspension.id"
    )
    assessors: Mapped[list[Any]] = relationship(
        "ProposalAssessor", back_populates="proposal", order_by="ProposalAssessor.position"
    )
    advices: Mapped[list[Any]] = relationship("PostAdvice", back_populates="proposal", order_by="PostAdvice.id")

    @property
    def parties(self) -> dict[str, set[str]]:
        advisers = {row.post_id for row in self.advices}
        return {
            "own": {self.hub_id},
            "adviser": advisers,
            "reader": {self.hub_id, *advisers},
            "assessor": {row.person_id for row in self.assessors if row.ended_at is None},
        }

    def touch_file(self) -> None:
        """Something a decision rests on changed: what was signed or drafted on an older number no longer fits."""
        self.file_number += 1


class ProposalSection(Base):
    """One section of the file as it stands now; its own version, so that two people never overwrite each other."""

    __tablename__ = "proposal_sections"
    __table_args__ = (UniqueConstraint("proposal_id", "code"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    proposal_id: Mapped[str] = mapped_column(Id, ForeignKey("proposals.id"))
    code: Mapped[str] = mapped_column(Code)
    content: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))

    proposal: Mapped[Proposal] = relationship(back_populates="sections")
    updated_by: Mapped[Person | None] = relationship()


class Evidence(Base):
    """A document in the file; after the first submission nothing is taken out and what comes is marked late."""

    __tablename__ = "proposal_evidence"
    __table_args__ = (Index("ix_proposal_evidence_proposal_id", "proposal_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    proposal_id: Mapped[str] = mapped_column(Id, ForeignKey("proposals.id"))
    criterion_code: Mapped[str | None] = mapped_column(String(12))  # empty: for the file as a whole
    title: Mapped[str] = mapped_column(String(200))
    document_on: Mapped[date | None] = mapped_column(Date)  # the date of the document itself
    file_id: Mapped[str] = mapped_column(Id, ForeignKey("stored_files.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    is_late: Mapped[bool] = mapped_column(Boolean, default=False)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # before the first submission only

    proposal: Mapped[Proposal] = relationship(back_populates="evidence")
    file: Mapped[StoredFile] = relationship()
    added_by: Mapped[Person | None] = relationship()


class Submission(Base):
    """The file as it was handed in: unchangeable (a trigger refuses updates)."""

    __tablename__ = "proposal_submissions"
    __table_args__ = (UniqueConstraint("proposal_id", "number"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    proposal_id: Mapped[str] = mapped_column(Id, ForeignKey("proposals.id"))
    number: Mapped[int] = mapped_column(Integer)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    # sections by code, and the evidence as it lay there then: id, title, criterion, sha256, whether it came late
    content: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    sha256: Mapped[str] = mapped_column(String(64))

    proposal: Mapped[Proposal] = relationship(back_populates="submissions")
    dossier: Mapped[Dossier | None] = relationship(back_populates="submission", uselist=False)


class Dossier(Base):
    """The market need as computed and frozen at a submission (letter rec. 4 and 9): unchangeable, by a trigger."""

    __tablename__ = "dossiers"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    proposal_id: Mapped[str] = mapped_column(Id, ForeignKey("proposals.id"), index=True)
    submission_id: Mapped[str] = mapped_column(Id, ForeignKey("proposal_submissions.id"), unique=True)
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    payload: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    sha256: Mapped[str] = mapped_column(String(64))

    submission: Mapped[Submission] = relationship(back_populates="dossier")


class TermSuspension(Base):
    """A stretch in which the statutory term stands still (Awb 4:15): the chamber completes its file, or agreed."""

    __tablename__ = "term_suspensions"
    __table_args__ = (
        Index("ix_term_suspensions_proposal_id", "proposal_id"),
        one_of("ground", ("completion", "consent", "delay_by_applicant", "force_majeure")),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    proposal_id: Mapped[str] = mapped_column(Id, ForeignKey("proposals.id"))
    ground: Mapped[str] = mapped_column(String(20))
    starts_on: Mapped[date] = mapped_column(Date)  # the day of the invitation; counting begins the day after
    until_on: Mapped[date | None] = mapped_column(Date)  # the last day the chamber was given
    ended_on: Mapped[date | None] = mapped_column(Date)  # the day it was complete, or the period had passed
    is_completed: Mapped[bool] = mapped_column(Boolean, default=False)
    note: Mapped[str | None] = mapped_column(Text)  # what is missing, as the chamber reads it

    proposal: Mapped[Proposal] = relationship(back_populates="suspensions")


class Hint(Base):
    """What an automatic check noticed in a file before a person looked; it decides nothing."""

    __tablename__ = "proposal_hints"
    __table_args__ = (UniqueConstraint("proposal_id", "code", "subject"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    proposal_id: Mapped[str] = mapped_column(Id, ForeignKey("proposals.id"))
    code: Mapped[str] = mapped_column(Code)  # accounts_old, statutes_undated, website_unreachable, ...
    subject: Mapped[str] = mapped_column(String(120), default="")  # the field, document or address meant
    values: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)
    noticed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # no longer so
