"""One delivery a recipient of an event."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hubs.core.events import BigId
from hubs.core.types import Id, UtcDateTime, new_id, one_of
from hubs.extensions import Base


class Delivery(Base):
    """A mail to one address about one event. Its Message-ID follows from its id, so a repeat is recognised."""

    __tablename__ = "deliveries"
    __table_args__ = (
        one_of("state", ("waiting", "sent", "failed", "dropped")),
        UniqueConstraint("event_id", "template", "address"),
        Index("ix_deliveries_open", "state", "next_try_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id"))
    template: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    organisation_id: Mapped[str | None] = mapped_column(Id, ForeignKey("organisations.id"))  # whose eyes it is for
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
