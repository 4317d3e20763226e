"""What an entrepreneur filled in on the public page and did not send yet: seven days, behind a signed link."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.core.stored_files import StoredFile
from hubs.core.types import Id, JsonValue, UtcDateTime, new_id
from hubs.extensions import Base


class KeptAsk(Base):
    """A question that is being filled in. Sent, only the fact that it was sent stays until the link is too old."""

    __tablename__ = "kept_asks"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    values: Mapped[dict[str, list[str]]] = mapped_column(JsonValue, default=dict)  # as typed, by field
    step: Mapped[str] = mapped_column(String(20), default="question")  # where to go on
    language: Mapped[str] = mapped_column(String(2), default="nl")
    source: Mapped[str | None] = mapped_column(String(60))  # the site or page it was begun from
    mail_to: Mapped[str | None] = mapped_column(String(254))  # where the link is to be mailed
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mails: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    files: Mapped[list[KeptAskFile]] = relationship(
        back_populates="kept_ask", cascade="all, delete-orphan", order_by="KeptAskFile.id"
    )


class KeptAskFile(Base):
    """A file that goes along with a question that is being filled in."""

    __tablename__ = "kept_ask_files"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    kept_ask_id: Mapped[str] = mapped_column(Id, ForeignKey("kept_asks.id"), index=True)
    stored_file_id: Mapped[str] = mapped_column(Id, ForeignKey("stored_files.id"))

    kept_ask: Mapped[KeptAsk] = relationship(back_populates="files")
    stored: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)
