"""What an entrepreneur said of a question that was closed, and what came of it later (domain.md, Nouns)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.core.types import Code, Id, UtcDateTime, new_id, one_of
from hubs.extensions import Base
from hubs.referrals.models import SupportRequest

ANSWERS = ("helped", "partly", "not_helped")
UNHAPPY = ("partly", "not_helped")
BUSINESS = ("yes", "not_yet", "no")
YES_NO = ("yes", "no")
DEAL_SIZES = ("up_to_10k", "up_to_100k", "up_to_1m", "above_1m", "not_said")


class Feedback(Base):
    """One answer for each time a question was closed; changed freely until the desk has dealt with it."""

    __tablename__ = "feedback"
    __table_args__ = (
        one_of("answer", ANSWERS),
        UniqueConstraint("support_request_id", "closing_at"),
        Index("ix_feedback_recent", "organisation_id", "answered_at", "id"),
        Index("ix_feedback_open", "organisation_id", "handled_at", "answer"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    support_request_id: Mapped[str] = mapped_column(Id, ForeignKey("support_requests.id"))
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))  # the desk that closed it
    closing_at: Mapped[datetime] = mapped_column(UtcDateTime)  # which closing it is about
    answer: Mapped[str] = mapped_column(Code)
    words: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reopened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # somebody at the desk dealt with it
    handled_by: Mapped[str | None] = mapped_column(String(64))

    support_request: Mapped[SupportRequest] = relationship()

    @property
    def is_unhappy(self) -> bool:
        return self.answer in UNHAPPY

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}, "owner": {self.organisation_id}, "reader": {self.organisation_id}}


class FollowUp(Base):
    """The mail 6, 12 or 36 months after closing, and what was answered; never two of one age for a question."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("support_request_id", "months"),
        Index("ix_follow_ups_recent", "organisation_id", "answered_at", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    support_request_id: Mapped[str] = mapped_column(Id, ForeignKey("support_requests.id"))
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    months: Mapped[int] = mapped_column(Integer)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    business: Mapped[str | None] = mapped_column(Code)  # did it lead to business
    entered_market: Mapped[str | None] = mapped_column(Code)
    deal_size: Mapped[str | None] = mapped_column(Code)
    hub_contact: Mapped[str | None] = mapped_column(Code)  # is the hub still in contact
    words: Mapped[str | None] = mapped_column(Text)

    support_request: Mapped[SupportRequest] = relationship()

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}, "owner": {self.organisation_id}, "reader": {self.organisation_id}}
