"""Decisions with their conditions and letters. A signed decision never changes; a mistake is mended by a new one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.accounts.models import Organisation, Person
from hubs.accreditation.lifecycle import CONDITION, DECISION, ConditionState, DecisionKind, DecisionState
from hubs.accreditation.models.proposals import Proposal
from hubs.core.stored_files import StoredFile
from hubs.core.types import Code, Id, JsonValue, UtcDateTime, new_id, one_of
from hubs.extensions import Base


class Decision(Base):
    """A decision with legal effect: on a proposal, or on an accreditation that stands."""

    __tablename__ = "decisions"
    __table_args__ = (
        one_of("state", DecisionState),
        one_of("kind", DecisionKind),
        Index("ix_decisions_proposal_id", "proposal_id"),
        Index("ix_decisions_hub_id", "hub_id", "signed_at"),
    )
    lifecycle = DECISION

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    reference: Mapped[str] = mapped_column(String(16), unique=True)  # B-7K4-29Q
    state: Mapped[str] = mapped_column(String(20), default=DecisionState.DRAFT, index=True)
    kind: Mapped[str] = mapped_column(String(30))
    hub_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    proposal_id: Mapped[str | None] = mapped_column(Id, ForeignKey("proposals.id"))
    accreditation_id: Mapped[str | None] = mapped_column(Id, ForeignKey("accreditations.id", use_alter=True))
    replaces_id: Mapped[str | None] = mapped_column(Id, ForeignKey("decisions.id"), index=True)
    objection_id: Mapped[str | None] = mapped_column(Id, ForeignKey("objections.id", use_alter=True))
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)

    computed_outcome: Mapped[str | None] = mapped_column(String(20))  # what the reckoning said when it was drafted
    computed: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)  # its derivation, kept
    departure_reason: Mapped[str | None] = mapped_column(Code)  # coded, when departing from it
    departure_note: Mapped[str | None] = mapped_column(Text)
    reasons: Mapped[str] = mapped_column(Text, default="")  # as the letter gives them, in the letter's first language
    reasons_en: Mapped[str | None] = mapped_column(Text)
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)  # last day, included
    markets: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    services: Mapped[list[str]] = mapped_column(JsonValue, default=list)

    file_number: Mapped[int | None] = mapped_column(Integer)  # of the proposal, when drafted
    digest: Mapped[str | None] = mapped_column(String(64))  # of the file it was drafted on
    signed_digest: Mapped[str | None] = mapped_column(String(64))
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drafted_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"), index=True)

    hub: Mapped[Organisation] = relationship(foreign_keys=[hub_id])
    proposal: Mapped[Proposal | None] = relationship()
    accreditation: Mapped[Any] = relationship("Accreditation", foreign_keys=[accreditation_id])
    replaces: Mapped[Decision | None] = relationship(remote_side=[id])
    signed_by: Mapped[Person | None] = relationship(foreign_keys=[signed_by_id])
    drafted_by: Mapped[Person | None] = relationship(foreign_keys=[drafted_by_id])
    conditions: Mapped[list[Condition]] = relationship(back_populates="decision", order_by="Condition.position")
    letters: Mapped[list[Letter]] = relationship(back_populates="decision", order_by="Letter.id")

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.hub_id}, "reader": {self.hub_id}}


class Condition(Base):
    """A condition of a decision: what, who has to do it, by when, and what shows that it was done."""

    __tablename__ = "conditions"
    __table_args__ = (
        one_of("state", ConditionState),
        one_of("owner", ("hub", "post", "ministry")),
        Index("ix_conditions_decision_id", "decision_id"),
        Index("ix_conditions_due", "state", "due_on"),
    )
    lifecycle = CONDITION

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    decision_id: Mapped[str] = mapped_column(Id, ForeignKey("decisions.id"))
    position: Mapped[int] = mapped_column(Integer, default=0)
    state: Mapped[str] = mapped_column(String(20), default=ConditionState.OPEN)
    criterion_code: Mapped[str | None] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(20), default="hub")
    due_on: Mapped[date] = mapped_column(Date)
    evidence_wanted: Mapped[str] = mapped_column(Text)
    evidence_file_id: Mapped[str | None] = mapped_column(Id, ForeignKey("stored_files.id"))
    evidence_note: Mapped[str | None] = mapped_column(Text)
    evidence_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    judged_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    judgement: Mapped[str | None] = mapped_column(Text)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    overdue_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    decision: Mapped[Decision] = relationship(back_populates="conditions")
    evidence_file: Mapped[StoredFile | None] = relationship()

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.decision.hub_id}, "reader": {self.decision.hub_id}}


class Letter(Base):
    """A letter as it went out, in one language: unchangeable (a trigger refuses updates)."""

    __tablename__ = "letters"
    __table_args__ = (Index("ix_letters_proposal_id", "proposal_id"), Index("ix_letters_hub_id", "hub_id"))

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2))
    reference: Mapped[str] = mapped_column(String(40))
    hub_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))  # to whom
    proposal_id: Mapped[str | None] = mapped_column(Id, ForeignKey("proposals.id"))
    decision_id: Mapped[str | None] = mapped_column(Id, ForeignKey("decisions.id"), index=True)
    accreditation_id: Mapped[str | None] = mapped_column(Id, ForeignKey("accreditations.id"), index=True)
    objection_id: Mapped[str | None] = mapped_column(Id, ForeignKey("objections.id"), index=True)
    dated_on: Mapped[date] = mapped_column(Date)
    content: Mapped[dict[str, Any]] = mapped_column(JsonValue)  # what the template was given
    file_id: Mapped[str] = mapped_column(Id, ForeignKey("stored_files.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))

    hub: Mapped[Organisation] = relationship()
    decision: Mapped[Decision | None] = relationship(back_populates="letters")
    file: Mapped[StoredFile] = relationship()
    deliveries: Mapped[list[LetterDelivery]] = relationship(back_populates="letter", order_by="LetterDelivery.id")

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.hub_id}, "reader": {self.hub_id}}


class LetterDelivery(Base):
    """One sending of a letter to one address, and what came of it; insert-only."""

    __tablename__ = "letter_deliveries"
    __table_args__ = (Index("ix_letter_deliveries_letter_id", "letter_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    letter_id: Mapped[str] = mapped_column(Id, ForeignKey("letters.id"))
    recipient: Mapped[str] = mapped_column(String(254))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(20))  # sent, failed, opened
    message_id: Mapped[str | None] = mapped_column(String(200))
    detail: Mapped[str | None] = mapped_column(String(200))

    letter: Mapped[Letter] = relationship(back_populates="deliveries")


class LetterSettings(Base):
    """What the ministry says in every letter; one row. The objection clause is there only when switched on."""

    __tablename__ = "letter_settings"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)  # always 1
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    sender_nl: Mapped[str] = mapped_column(Text)
    sender_en: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text, default="")
    signatory_function_nl: Mapped[str] = mapped_column(String(200), default="")
    signatory_function_en: Mapped[str] = mapped_column(String(200), default="")
    has_objection_clause: Mapped[bool] = mapped_column(Boolean, default=False)
    objection_clause_nl: Mapped[str] = mapped_column(Text, default="")
    objection_clause_en: Mapped[str] = mapped_column(Text, default="")
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
