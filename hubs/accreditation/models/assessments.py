"""What people of the ministry and posts make of a proposal: interests, scores, checks, advice, hearings."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.accounts.models import Organisation, Person
from hubs.accreditation.models.proposals import Proposal
from hubs.core.types import Code, Id, UtcDateTime, new_id, one_of
from hubs.extensions import Base


class Interest(Base):
    """A personal interest in a hub that somebody declared: they take no part in anything about it (Awb 2:4)."""

    __tablename__ = "interests"
    __table_args__ = (Index("ix_interests_person_id", "person_id", "hub_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("people.id"))
    hub_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"), index=True)
    note: Mapped[str | None] = mapped_column(Text)
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
    hub: Mapped[Organisation] = relationship()


class ProposalAssessor(Base):
    """One of the two people who score a proposal blind to one another; kept when somebody is replaced."""

    __tablename__ = "proposal_assessors"
    __table_args__ = (UniqueConstraint("proposal_id", "person_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    proposal_id: Mapped[str] = mapped_column(Id, ForeignKey("proposals.id"))
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("people.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)  # 1 or 2
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    assigned_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    due_on: Mapped[date | None] = mapped_column(Date)  # when this person's scores are wanted
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # from then on each sees the other's scores
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # replaced; their scores no longer count

    proposal: Mapped[Proposal] = relationship(back_populates="assessors")
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class Score(Base):
    """One assessor's level on one scale criterion, with the reason the letter may use and, where it fails, a ground."""

    __tablename__ = "scores"
    __table_args__ = (UniqueConstraint("proposal_id", "criterion_code", "person_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    proposal_id: Mapped[str] = mapped_column(Id, ForeignKey("proposals.id"))
    criterion_code: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("people.id"), index=True)
    level: Mapped[int] = mapped_column(Integer)
    ground: Mapped[str | None] = mapped_column(Code)
    reason: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FactCheck(Base):
    """A fact or document, checked once: the value found, or whether the document holds, and why."""

    __tablename__ = "fact_checks"
    __table_args__ = (UniqueConstraint("proposal_id", "criterion_code"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    proposal_id: Mapped[str] = mapped_column(Id, ForeignKey("proposals.id"))
    criterion_code: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("people.id"), index=True)
    value: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))  # number criteria
    answer: Mapped[bool | None] = mapped_column(Boolean)  # yes_no, document, agreement: yes, or accepted
    departs: Mapped[bool] = mapped_column(Boolean, default=False)  # from what the chamber handed in (Awb 4:7)
    ground: Mapped[str | None] = mapped_column(Code)
    reason: Mapped[str | None] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Moderation(Base):
    """What the two assessors made of a criterion on which they lay too far apart: the level that counts, and why."""

    __tablename__ = "moderations"
    __table_args__ = (UniqueConstraint("proposal_id", "criterion_code"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    proposal_id: Mapped[str] = mapped_column(Id, ForeignKey("proposals.id"))
    criterion_code: Mapped[str] = mapped_column(String(12))
    level: Mapped[int] = mapped_column(Integer)
    ground: Mapped[str | None] = mapped_column(Code)
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("people.id"), index=True)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PostAdvice(Base):
    """The opinion of a post on a proposal in its market; asked by the ministry, given on the post's own page."""

    __tablename__ = "post_advices"
    __table_args__ = (
        UniqueConstraint("proposal_id", "post_id"),
        one_of("opinion", ("positive", "positive_if", "negative", "no_opinion")),
        Index("ix_post_advices_post_id", "post_id", "given_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    proposal_id: Mapped[str] = mapped_column(Id, ForeignKey("proposals.id"))
    post_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    due_on: Mapped[date | None] = mapped_column(Date)
    opinion: Mapped[str | None] = mapped_column(String(20))
    text: Mapped[str | None] = mapped_column(Text)  # part of the file, the chamber reads it with the decision
    given_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    given_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"), index=True)

    proposal: Mapped[Proposal] = relationship(back_populates="advices")
    post: Mapped[Organisation] = relationship()
    given_by: Mapped[Person | None] = relationship(foreign_keys=[given_by_id])

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"adviser": {self.post_id}, "reader": {self.post_id}}


class InternalNote(Base):
    """Advice for internal deliberation, apart from the reasons in the letter; whoever writes one has advised."""

    __tablename__ = "internal_notes"
    __table_args__ = (Index("ix_internal_notes_proposal_id", "proposal_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    proposal_id: Mapped[str | None] = mapped_column(Id, ForeignKey("proposals.id"))
    accreditation_id: Mapped[str | None] = mapped_column(Id, ForeignKey("accreditations.id"), index=True)
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("people.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()


class Hearing(Base):
    """The chamber's view before something is decided against it (Awb 4:7, 4:8, 7:2), or why there was none."""

    __tablename__ = "hearings"
    __table_args__ = (
        one_of("article", ("4:7", "4:8", "7:2")),
        one_of("form", ("oral", "written", "waived")),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    article: Mapped[str] = mapped_column(String(5))
    proposal_id: Mapped[str | None] = mapped_column(Id, ForeignKey("proposals.id"), index=True)
    accreditation_id: Mapped[str | None] = mapped_column(Id, ForeignKey("accreditations.id"), index=True)
    objection_id: Mapped[str | None] = mapped_column(Id, ForeignKey("objections.id"), index=True)
    subject: Mapped[str | None] = mapped_column(Text)  # the facts, or the intention, on which the view is asked
    intended_kind: Mapped[str | None] = mapped_column(String(30))  # 4:8: suspend or withdraw
    invited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer_by: Mapped[date | None] = mapped_column(Date)
    held_on: Mapped[date | None] = mapped_column(Date)  # or the day the written view came in
    form: Mapped[str | None] = mapped_column(String(10))
    report: Mapped[str | None] = mapped_column(Text)
    waiver_reason: Mapped[str | None] = mapped_column(Code)  # coded, when the law lets it be left out
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
