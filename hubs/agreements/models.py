"""Referral agreement between one hub and one or several posts, each of which signs and ends for itself."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.accounts.models import Organisation
from hubs.agreements.lifecycle import AGREEMENT, AgreementState
from hubs.core.types import Id, JsonValue, UtcDateTime, new_id, one_of
from hubs.extensions import Base

# who may send to whom under an agreement
DIRECTIONS = ("post_to_hub", "hub_to_post", "hub_to_hub")


class Agreement(Base):
    """One version of the terms; a change is a new version that supersedes this one when it starts."""

    __tablename__ = "agreements"
    __table_args__ = (
        one_of("state", AgreementState),
        one_of("either_to", ("hub", "post")),
        UniqueConstraint("lineage_id", "version_number"),
        Index("ix_agreements_hub_id", "hub_id", "state"),
    )
    lifecycle = AGREEMENT

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    lineage_id: Mapped[str] = mapped_column(Id)  # the first version's id
    version_number: Mapped[int] = mapped_column(Integer, default=1)
    state: Mapped[str] = mapped_column(String(20), default=AgreementState.DRAFT, index=True)
    hub_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    drafted_by_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))  # the side that offers
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)

    # scope; an empty list means: no restriction
    directions: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    services: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    sectors: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    markets: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    cities: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    target_groups: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    either_to: Mapped[str] = mapped_column(String(10), default="hub")

    # term
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)  # last day, included
    notice_days: Mapped[int] = mapped_column(Integer, default=60)
    conditional_on_accreditation: Mapped[bool] = mapped_column(Boolean, default=False)
    review_month: Mapped[int | None] = mapped_column(Integer)

    # limits: working hours of the receiving office, with an outer bound in elapsed days
    acknowledge_hours: Mapped[int] = mapped_column(Integer, default=8)
    acknowledge_outer_days: Mapped[int] = mapped_column(Integer, default=4)
    decide_hours: Mapped[int] = mapped_column(Integer, default=16)
    decide_outer_days: Mapped[int] = mapped_column(Integer, default=7)
    contact_hours: Mapped[int] = mapped_column(Integer, default=16)
    contact_outer_days: Mapped[int] = mapped_column(Integer, default=7)
    quote_days: Mapped[int] = mapped_column(Integer, default=10)
    report_days: Mapped[int] = mapped_column(Integer, default=60)  # elapsed days from first contact to closing

    capacity_share: Mapped[int | None] = mapped_column(Integer)  # percent of the hub's weekly capacity
    first_talk_free: Mapped[bool] = mapped_column(Boolean, default=True)
    no_membership: Mapped[bool] = mapped_column(Boolean, default=True)
    no_commission: Mapped[bool] = mapped_column(Boolean, default=True)
    non_exclusive: Mapped[bool] = mapped_column(Boolean, default=True)
    consent_text_version: Mapped[str | None] = mapped_column(String(20), ForeignKey("consent_texts.version"))
    data_fields: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    decline_reasons: Mapped[list[str]] = mapped_column(JsonValue, default=list)  # empty: the whole code list
    liaison_hub: Mapped[str | None] = mapped_column(String(200))
    liaison_posts: Mapped[str | None] = mapped_column(String(200))

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    offered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hub_signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hub_signed_by: Mapped[str | None] = mapped_column(String(64))
    hub_ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pause_reason: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(String(20))  # terminated, expired, superseded

    hub: Mapped[Organisation] = relationship(foreign_keys=[hub_id])
    posts: Mapped[list[AgreementPost]] = relationship(
        back_populates="agreement", cascade="all, delete-orphan", order_by="AgreementPost.post_id"
    )

    @property
    def post_ids(self) -> list[str]:
        return [row.post_id for row in self.posts if row.ended_at is None]

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"party": {self.hub_id, *(row.post_id for row in self.posts)}, "drafter": {self.drafted_by_id}}

    @property
    def signed_party_ids(self) -> set[str]:
        signed = {row.post_id for row in self.posts if row.signed_at is not None}
        return signed | ({self.hub_id} if self.hub_signed_at else set())

    @property
    def is_signed_by_both(self) -> bool:
        """The hub and at least one post signed; further posts may sign later, each for itself."""
        return self.hub_signed_at is not None and any(row.signed_at for row in self.posts)

    @property
    def has_two_sides(self) -> bool:
        """Whether the hub and at least one signing post still stand behind it."""
        hub_stands = self.hub_ended_at is None
        return hub_stands and any(row.signed_at and row.ended_at is None for row in self.posts)

    def end_side(self, organisation_id: str, now: datetime) -> None:
        if organisation_id == self.hub_id:
            self.hub_ended_at = now
        for row in self.posts:
            if row.post_id == organisation_id:
                row.ended_at = now

    def drop_signatures(self) -> None:
        self.hub_signed_at = self.hub_signed_by = None
        for row in self.posts:
            row.signed_at = row.signed_by = None

    def put_signature(self, organisation_id: str, person_id: str, now: datetime) -> None:
        if organisation_id == self.hub_id:
            self.hub_signed_at, self.hub_signed_by = now, person_id
            return
        for row in self.posts:
            if row.post_id == organisation_id:
                row.signed_at, row.signed_by = now, person_id


class AgreementPost(Base):
    """One post's side of an agreement."""

    __tablename__ = "agreement_posts"
    __table_args__ = (Index("ix_agreement_posts_post_id", "post_id"),)

    agreement_id: Mapped[str] = mapped_column(Id, ForeignKey("agreements.id"), primary_key=True)
    post_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"), primary_key=True)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    agreement: Mapped[Agreement] = relationship(back_populates="posts")
    post: Mapped[Organisation] = relationship()
