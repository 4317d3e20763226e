"""Saved views, what was put aside for later, what was done to many at once, and how long nothing may happen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.accounts.models import Person
from hubs.core.events import BigId
from hubs.core.types import Id, JsonValue, UtcDateTime, new_id, one_of
from hubs.extensions import Base

LISTS = ("work", "questions", "referrals")
NAME_LENGTH = 80
REASON_LENGTH = 200


class IdleLimit(Base):
    """After how many days without any action something is idle, by the role that is to act."""

    __tablename__ = "idle_limits"

    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    days: Mapped[int] = mapped_column(Integer)  # elapsed days
    loaded_hash: Mapped[str | None] = mapped_column(String(64))
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by a person: a reload leaves it alone


class SavedView(Base):
    """A list as somebody wants to see it again: filters, order and columns under a name.

    It belongs to the organisation: a shared one stays when who made it leaves.
    """

    __tablename__ = "saved_views"
    __table_args__ = (
        one_of("list_name", LISTS),
        Index("ix_saved_views_organisation", "organisation_id", "list_name", "name"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    list_name: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    owner_id: Mapped[str] = mapped_column(Id, ForeignKey("people.id"))
    is_shared: Mapped[bool] = mapped_column(Boolean, default=False)
    query: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)  # the parameters of its address
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    owner: Mapped[Person] = relationship()

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}}


class DefaultView(Base):
    """The view with which a list opens for somebody at one organisation."""

    __tablename__ = "default_views"

    person_id: Mapped[str] = mapped_column(Id, ForeignKey("people.id"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"), primary_key=True)
    list_name: Mapped[str] = mapped_column(String(12), primary_key=True)
    view_id: Mapped[str] = mapped_column(Id, ForeignKey("saved_views.id"), index=True)


class Snooze(Base):
    """Put aside until a moment, with a reason. Whether it still is, is derived when read (`snoozing.py`)."""

    __tablename__ = "snoozes"
    __table_args__ = (Index("ix_snoozes_subject_id", "subject_id", "organisation_id", "until_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(Id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))
    set_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    event_id: Mapped[int] = mapped_column(BigId)  # whatever happens to the subject after this event ends it
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # taken back by hand


class BulkAction(Base):
    """Something done to several questions or referrals at once, so that it can be undone."""

    __tablename__ = "bulk_actions"
    __table_args__ = (Index("ix_bulk_actions_organisation", "organisation_id", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("people.id"))
    action: Mapped[str] = mapped_column(String(20))
    target_id: Mapped[str | None] = mapped_column(Id)  # the handler or office
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    items: Mapped[list[BulkItem]] = relationship(back_populates="bulk_action", order_by="BulkItem.position")

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}}


class BulkItem(Base):
    """One question or referral of it: what it held before and after, and what undoing made of it."""

    __tablename__ = "bulk_items"

    bulk_action_id: Mapped[str] = mapped_column(Id, ForeignKey("bulk_actions.id"), primary_key=True)
    subject_id: Mapped[str] = mapped_column(Id, primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(String(16))
    position: Mapped[int] = mapped_column(Integer)
    before: Mapped[str | None] = mapped_column(Id)  # handler or office or snooze
    after: Mapped[str | None] = mapped_column(Id)
    undoing: Mapped[str | None] = mapped_column(String(20))  # restored, changed_since, no_longer

    bulk_action: Mapped[BulkAction] = relationship(back_populates="items")
