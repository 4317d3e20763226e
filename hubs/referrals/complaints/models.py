"""Complaints about how a question is dealt with; their words stand in messages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.core.types import Id, UtcDateTime, new_id
from hubs.extensions import Base
from hubs.referrals.models import Message, SupportRequest


class Complaint(Base):
    """One complaint, with the moment by which the owning desk answers it."""

    __tablename__ = "complaints"
    __table_args__ = (Index("ix_complaints_question", "support_request_id", "answered_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    support_request_id: Mapped[str] = mapped_column(Id, ForeignKey("support_requests.id"))
    message_id: Mapped[str] = mapped_column(Id, ForeignKey("messages.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str | None] = mapped_column(String(64))
    answer_id: Mapped[str | None] = mapped_column(Id)  # the message that answers it

    support_request: Mapped[SupportRequest] = relationship()
    message: Mapped[Message] = relationship(lazy="joined", innerjoin=True)

    def is_late(self, now: datetime) -> bool:
        return self.answered_at is None and self.due_at <= now
