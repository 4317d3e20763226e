"""Missions: markets, dates, participants, the hubs that are asked to make room, and the follow-up (domain.md).

Participants belong to the organising desk. A hub that is asked sees the mission and numbers, never who takes part.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.accounts.models import Office, Organisation, Person
from hubs.companies.models import Company, ContactPerson
from hubs.core.types import Code, Id, JsonValue, UtcDateTime, new_id, one_of
from hubs.extensions import Base
from hubs.missions.lifecycle import MISSION, MISSION_HUB, AskState, MissionState
from hubs.referrals.models import SupportRequest


class Mission(Base):
    """A trade mission or visit of several companies, organised by one desk."""

    __tablename__ = "missions"
    __table_args__ = (
        one_of("state", MissionState),
        Index("ix_missions_desk", "organisation_id", "starts_on", "id"),
    )
    lifecycle = MISSION

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    state: Mapped[str] = mapped_column(String(12), default=MissionState.DRAFT)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))  # who organises it
    office_id: Mapped[str] = mapped_column(Id, ForeignKey("offices.id"))
    name_nl: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    theme: Mapped[str | None] = mapped_column(Code)
    sectors: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)  # included
    announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str | None] = mapped_column(String(64))
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)

    organisation: Mapped[Organisation] = relationship()
    office: Mapped[Office] = relationship()
    markets: Mapped[list[MissionMarket]] = relationship(
        back_populates="mission", cascade="all, delete-orphan", order_by="MissionMarket.position"
    )
    hubs: Mapped[list[MissionHub]] = relationship(back_populates="mission", order_by="MissionHub.id")
    participants: Mapped[list[Participant]] = relationship(back_populates="mission", order_by="Participant.id")

    def name(self, locale: str) -> str:
        return self.name_nl if locale.startswith("nl") else self.name_en

    @property
    def market_codes(self) -> list[str]:
        return [each.market for each in self.markets]

    @property
    def parties(self) -> dict[str, set[str]]:
        """Its desk; and once it is announced the hubs that were asked."""
        invited = set() if self.state == MissionState.DRAFT else {each.organisation_id for each in self.hubs}
        return {"own": {self.organisation_id}, "reader": {self.organisation_id} | invited}


class MissionMarket(Base):
    """A country a mission goes to."""

    __tablename__ = "mission_markets"

    mission_id: Mapped[str] = mapped_column(Id, ForeignKey("missions.id"), primary_key=True)
    market: Mapped[str] = mapped_column(String(2), ForeignKey("markets.iso2"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, default=0)

    mission: Mapped[Mission] = relationship(back_populates="markets")


class MissionHub(Base):
    """A hub asked to have room for more questions in the days of a mission, and what it said."""

    __tablename__ = "mission_hubs"
    __table_args__ = (
        one_of("state", AskState),
        UniqueConstraint("mission_id", "office_id"),
        Index("ix_mission_hubs_organisation_id", "organisation_id", "mission_id"),
    )
    lifecycle = MISSION_HUB

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    mission_id: Mapped[str] = mapped_column(Id, ForeignKey("missions.id"))
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    office_id: Mapped[str] = mapped_column(Id, ForeignKey("offices.id"))
    state: Mapped[str] = mapped_column(String(12), default=AskState.ASKED)
    weekly_asked: Mapped[int] = mapped_column(Integer)
    weekly_agreed: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str | None] = mapped_column(Text)  # of the hub, with its answer
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    capacity_change_id: Mapped[str | None] = mapped_column(Id)

    mission: Mapped[Mission] = relationship(back_populates="hubs")
    organisation: Mapped[Organisation] = relationship()
    office: Mapped[Office] = relationship()

    @property
    def parties(self) -> dict[str, set[str]]:
        own = {self.mission.organisation_id}
        return {"own": own, "invited": {self.organisation_id}, "reader": own | {self.organisation_id}}


class Participant(Base):
    """A company that takes part, with what it wants to know; at most one question comes of it."""

    __tablename__ = "mission_participants"
    __table_args__ = (
        UniqueConstraint("mission_id", "company_id"),
        Index("ix_mission_participants_mission_id", "mission_id", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    mission_id: Mapped[str] = mapped_column(Id, ForeignKey("missions.id"))
    company_id: Mapped[str] = mapped_column(Id, ForeignKey("companies.id"))
    contact_person_id: Mapped[str | None] = mapped_column(Id, ForeignKey("contact_persons.id"))
    company_name: Mapped[str] = mapped_column(String(200))  # as the desk wrote it down
    services: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    question: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2), default="nl")
    consent: Mapped[str] = mapped_column(String(10), default="ask")  # given: on the form they signed up with
    support_request_id: Mapped[str | None] = mapped_column(Id, ForeignKey("support_requests.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str | None] = mapped_column(String(64))

    mission: Mapped[Mission] = relationship(back_populates="participants")
    company: Mapped[Company] = relationship()
    contact_person: Mapped[ContactPerson | None] = relationship()
    support_request: Mapped[SupportRequest | None] = relationship()
    follow_ups: Mapped[list[FollowUpStep]] = relationship(back_populates="participant", order_by="FollowUpStep.id")

    @property
    def parties(self) -> dict[str, set[str]]:
        return self.mission.parties | {"reader": {self.mission.organisation_id}}


class FollowUpStep(Base):
    """What has to be done for a participant after the mission, by whom and when."""

    __tablename__ = "mission_steps"
    __table_args__ = (Index("ix_mission_steps_participant_id", "participant_id", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    participant_id: Mapped[str] = mapped_column(Id, ForeignKey("mission_participants.id"))
    text: Mapped[str] = mapped_column(String(300))
    person_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    due_on: Mapped[date | None] = mapped_column(Date)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    participant: Mapped[Participant] = relationship(back_populates="follow_ups")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])


class MissionImport(Base):
    """Rows of a sheet that were looked at and not taken over yet; a day at most."""

    __tablename__ = "mission_imports"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    mission_id: Mapped[str] = mapped_column(Id, ForeignKey("missions.id"), index=True)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    created_by: Mapped[str | None] = mapped_column(String(64))
