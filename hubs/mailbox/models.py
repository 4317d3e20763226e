"""Mails that arrived. What a mail holds is kept for thirty days after it was dealt with; then only that it came."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.accounts.models import Organisation
from hubs.core.stored_files import StoredFile
from hubs.core.types import Id, JsonValue, UtcDateTime, new_id, one_of
from hubs.extensions import Base
from hubs.mailbox.lifecycle import INCOMING_MAIL, MailState
from hubs.referrals.models import SupportRequest


class IncomingMail(Base):
    """One mail to one address of ours. The same one twice is one row (`fingerprint`)."""

    __tablename__ = "incoming_mails"
    __table_args__ = (
        one_of("state", MailState),
        Index("ix_incoming_mails_desk", "organisation_id", "state", "id"),
        Index("ix_incoming_mails_kept", "forgotten_at", "arrived_at"),
    )
    lifecycle = INCOMING_MAIL

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    state: Mapped[str] = mapped_column(String(16), default=MailState.RECEIVED)
    reason: Mapped[str | None] = mapped_column(String(24))  # why it was set apart
    discard_reason: Mapped[str | None] = mapped_column(String(24))
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))  # whose desk looks at it
    office_id: Mapped[str | None] = mapped_column(Id, ForeignKey("offices.id"))
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    recipient: Mapped[str] = mapped_column(String(254))
    arrived_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    size: Mapped[int] = mapped_column(Integer)

    # what it says; emptied when it is forgotten
    sender_address: Mapped[str | None] = mapped_column(String(254))
    sender_name: Mapped[str | None] = mapped_column(String(200))
    is_from_desk: Mapped[bool] = mapped_column(Boolean, default=False)  # the address is that of somebody there
    original_address: Mapped[str | None] = mapped_column(String(254))  # who wrote what was forwarded
    original_name: Mapped[str | None] = mapped_column(String(200))
    subject: Mapped[str | None] = mapped_column(String(300))
    body: Mapped[str | None] = mapped_column(Text)
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue, default=list)  # name, size, refused (code)
    stored_file_id: Mapped[str | None] = mapped_column(Id, ForeignKey("stored_files.id"))  # as it came

    support_request_id: Mapped[str | None] = mapped_column(Id, ForeignKey("support_requests.id"), index=True)
    message_row_id: Mapped[str | None] = mapped_column(Id)  # the message it became
    delivery_id: Mapped[str | None] = mapped_column(Id)  # the mail of ours that came back

    organisation: Mapped[Organisation] = relationship()
    stored: Mapped[StoredFile | None] = relationship()
    support_request: Mapped[SupportRequest | None] = relationship()

    @property
    def refused(self) -> list[dict[str, Any]]:
        """Attachments that were not taken."""
        return [each for each in self.attachments if each.get("refused")]

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}, "owner": {self.organisation_id}}
