"""A file somebody handed in: what it is and where it came from; the bytes lie under HUBS_DATA_DIR (`core.uploads`)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hubs.core.types import Id, UtcDateTime, new_id, one_of
from hubs.extensions import Base

NAME_LENGTH = 160


class Scan(StrEnum):
    """What the virus scanner said; a file it calls infected is never stored."""

    CLEAN = "clean"
    NOT_SCANNED = "not_scanned"


class StoredFile(Base):
    """One handing-in of one content; the same content handed in twice is two rows and one file on disk."""

    __tablename__ = "stored_files"
    __table_args__ = (
        one_of("scan", Scan),
        CheckConstraint("size > 0", name="size"),
        Index("ix_stored_files_sha256", "sha256"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Integer)  # bytes
    media_type: Mapped[str] = mapped_column(String(100))  # as the content says, never as the sender said
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))  # for display and download only, never a path
    scan: Mapped[str] = mapped_column(String(20), default=Scan.NOT_SCANNED)
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stored_by: Mapped[str | None] = mapped_column(String(64))  # the person
