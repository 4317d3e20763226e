"""Profiles of posts, hubs and partners, what they offer, where and when (domain.md, Hub profile)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.accounts.models import Office, Organisation, Person
from hubs.core.clock import local_day
from hubs.core.events import BigId
from hubs.core.types import Code, Id, JsonValue, UtcDateTime, new_id, one_of
from hubs.directory.lifecycle import HUB_STATUS, PROFILE_CHANGE, ChangeState, Coming, HubStatus, status_on
from hubs.directory.profile_fields import CONFIRMED
from hubs.extensions import Base

CAPACITY_REASONS = ("mission", "declined", "other")


class HubProfile(Base):
    """A chamber as the register knows it, with its standing. Reference facts come from the loaded register."""

    __tablename__ = "hub_profiles"
    __table_args__ = (one_of("state", HubStatus),)
    lifecycle = HUB_STATUS

    id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    state: Mapped[str] = mapped_column(String(20), default=HubStatus.REGISTERED, index=True)
    status_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status_reason: Mapped[str | None] = mapped_column(Text)
    standing_ends_on: Mapped[date | None] = mapped_column(Date)  # last day of the term; past it the standing is over
    follows_decisions: Mapped[bool] = mapped_column(Boolean, default=False)  # from its first submitted proposal on
    # a renewal that was granted in time: it takes over on that day by itself
    next_state: Mapped[str | None] = mapped_column(String(20))
    next_from_on: Mapped[date | None] = mapped_column(Date)
    next_ends_on: Mapped[date | None] = mapped_column(Date)
    hub_type: Mapped[str | None] = mapped_column(String(40))  # bilateral_chamber, business_council, ...
    seated_in_nl: Mapped[bool] = mapped_column(Boolean, default=False)
    founded_year: Mapped[int | None] = mapped_column(Integer)
    legal_form: Mapped[str | None] = mapped_column(String(80))
    member_count: Mapped[int | None] = mapped_column(Integer)
    staff_count: Mapped[int | None] = mapped_column(Integer)
    website: Mapped[str | None] = mapped_column(String(200))
    nlib_accredited: Mapped[str | None] = mapped_column(String(20))
    languages: Mapped[list[str]] = mapped_column(JsonValue, default=list)  # ISO 639-1
    markets: Mapped[list[str]] = mapped_column(JsonValue, default=list)  # ISO 3166-1 alpha-2 served
    summary_nl: Mapped[str | None] = mapped_column(Text)
    summary_en: Mapped[str | None] = mapped_column(Text)
    contact_email: Mapped[str | None] = mapped_column(String(254))
    contact_phone: Mapped[str | None] = mapped_column(String(40))
    first_talk_free: Mapped[bool | None] = mapped_column(Boolean)  # None: not said yet
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # profile said to be still right
    confirmation_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # last mail that asked so

    organisation: Mapped[Organisation] = relationship()

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.id}}

    @property
    def coming(self) -> Coming | None:
        if self.next_state is None or self.next_from_on is None:
            return None
        return Coming(self.next_state, self.next_from_on, self.next_ends_on)

    def status_on(self, on: date) -> str:
        """The standing on a day from now on; the past is told by the standing periods."""
        return status_on(self.state, self.standing_ends_on, on, self.coming)

    def since_on(self, on: date) -> date | None:
        """Since which day it has the standing it has on this day."""
        status, coming = self.status_on(on), self.coming
        if coming is not None and coming.from_on <= on and status == coming.status:
            return coming.from_on
        ends_on = coming.ends_on if coming is not None and coming.from_on <= on else self.standing_ends_on
        if status != self.state and ends_on is not None:
            return ends_on + timedelta(days=1)
        return local_day(self.status_since) if self.status_since else None

    def last_day_on(self, on: date) -> date | None:
        """The last day of the term that runs on this day; None when nothing with a term stands."""
        coming = self.coming
        return coming.ends_on if coming is not None and coming.from_on <= on else self.standing_ends_on

    def summary(self, locale: str) -> str | None:
        return (self.summary_nl or self.summary_en) if locale.startswith("nl") else (self.summary_en or self.summary_nl)


class StandingPeriod(Base):
    """From when a hub had a standing, and on what ground; insert-only, the next row ends the one before.

    Together with `ends_on`, which holds whether or not a scheduler ran, it answers "as of" for every day. The ids of
    what accreditation decided are kept without keys: this area does not know that one (docs/adr).
    """

    __tablename__ = "standing_periods"
    __table_args__ = (Index("ix_standing_periods_hub_id", "hub_id", "from_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    hub_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    status: Mapped[str] = mapped_column(String(20))
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_on: Mapped[date | None] = mapped_column(Date)  # last day of the term, included
    ground: Mapped[str] = mapped_column(String(20))  # decision, administrator, rule
    accreditation_id: Mapped[str | None] = mapped_column(Id)
    decision_id: Mapped[str | None] = mapped_column(Id)
    guideline_version_id: Mapped[str | None] = mapped_column(Id)
    by_person_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))

    hub: Mapped[Organisation] = relationship()
    by_person: Mapped[Person | None] = relationship()


class HubMarket(Base):
    """A market a hub serves, one row each, for filters and routing."""

    __tablename__ = "hub_markets"

    hub_id: Mapped[str] = mapped_column(Id, ForeignKey("hub_profiles.id"), primary_key=True)
    market: Mapped[str] = mapped_column(String(2), ForeignKey("markets.iso2"), primary_key=True, index=True)


class HubAnswerRecord(Base):
    """How fast a hub answered lately, counted by the clocks of referrals; shown in the register."""

    __tablename__ = "hub_answer_records"

    hub_id: Mapped[str] = mapped_column(Id, ForeignKey("hub_profiles.id"), primary_key=True)
    answers: Mapped[int] = mapped_column(Integer)  # accepted or declined in the period
    usual_minutes: Mapped[int] = mapped_column(Integer)  # median, in open time of the office that answered
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PostProfile(Base):
    """An embassy, consulate-general or business support office; status as evidenced."""

    __tablename__ = "post_profiles"

    id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"), primary_key=True)
    post_type: Mapped[str] = mapped_column(String(40), index=True)
    status: Mapped[str] = mapped_column(String(20))  # in_feed, listed_YYYY, closed, unknown
    is_open: Mapped[bool] = mapped_column(Boolean, default=True)  # questions may be routed to it
    evidence_year: Mapped[int | None] = mapped_column(Integer)
    supervising_post_id: Mapped[str | None] = mapped_column(Id, ForeignKey("organisations.id"))
    district_cities: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    automatic_services: Mapped[list[str]] = mapped_column(JsonValue, default=list)  # first places go out by themselves
    notes: Mapped[str | None] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmation_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(foreign_keys=[id])
    supervising_post: Mapped[Organisation | None] = relationship(foreign_keys=[supervising_post_id])

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.id}}


class PostCoverage(Base):
    """A market that a post covers, as host or from elsewhere, dated."""

    __tablename__ = "post_coverage"
    __table_args__ = (
        UniqueConstraint("post_id", "market", "coverage_kind"),
        Index("ix_post_coverage_market", "market"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    post_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    market: Mapped[str] = mapped_column(String(2), ForeignKey("markets.iso2"))
    coverage_kind: Mapped[str] = mapped_column(String(40))  # host, host_region, side_...
    is_economic: Mapped[bool] = mapped_column(Boolean, default=True)
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str | None] = mapped_column(Text)
    source_date: Mapped[str | None] = mapped_column(String(40))
    loaded_hash: Mapped[str | None] = mapped_column(String(64))
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_on: Mapped[date | None] = mapped_column(Date)


class PartnerProfile(Base):
    """A partner (RVO, Invest International, a regional agency) that receives signposts."""

    __tablename__ = "partner_profiles"

    id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"), primary_key=True)
    partner_type: Mapped[str | None] = mapped_column(String(60))
    regions: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    website: Mapped[str | None] = mapped_column(String(200))
    contact_email: Mapped[str | None] = mapped_column(String(254))
    contact_phone: Mapped[str | None] = mapped_column(String(40))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmation_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship()

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.id}}


class ServiceOffer(Base):
    """A service a hub or partner offers: sectors, languages, price with VAT or free, lead time."""

    __tablename__ = "service_offers"
    __table_args__ = (UniqueConstraint("organisation_id", "service"), Index("ix_service_offers_service", "service"))

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    service: Mapped[str] = mapped_column(Code, ForeignKey("services.code"))
    sectors: Mapped[list[str]] = mapped_column(JsonValue, default=list)  # empty: every sector
    languages: Mapped[list[str]] = mapped_column(JsonValue, default=list)  # empty: those of the profile
    price_cents: Mapped[int | None] = mapped_column(Integer)  # None: no price yet; 0: free
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    price_unit: Mapped[str | None] = mapped_column(String(20))  # hour, fixed
    price_includes_vat: Mapped[bool] = mapped_column(Boolean, default=False)
    lead_time_days: Mapped[int | None] = mapped_column(Integer)
    is_published: Mapped[bool] = mapped_column(Boolean, default=False)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    organisation: Mapped[Organisation] = relationship()

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}}


class Closure(Base):
    """Days on which an office is shut besides its public holidays; both days included."""

    __tablename__ = "closures"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    office_id: Mapped[str] = mapped_column(Id, ForeignKey("offices.id"), index=True)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(String(200))

    office: Mapped[Office] = relationship()


class CapacityChange(Base):
    """Another weekly capacity of an office for some weeks; a mission that is in town, say. Both days included."""

    __tablename__ = "capacity_changes"
    __table_args__ = (
        one_of("reason", CAPACITY_REASONS),
        Index("ix_capacity_changes_office_id", "office_id", "ends_on"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    office_id: Mapped[str] = mapped_column(Id, ForeignKey("offices.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    weekly_capacity: Mapped[int] = mapped_column(Integer)  # what holds in those weeks instead
    service: Mapped[str | None] = mapped_column(Code, ForeignKey("services.code"))  # None: every service
    reason: Mapped[str] = mapped_column(String(20), default="other")
    mission_id: Mapped[str | None] = mapped_column(Id)  # without a key: this area does not know missions
    created_by: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # taken back before its last day

    office: Mapped[Office] = relationship()

    def holds_on(self, day: date) -> bool:
        return self.ended_at is None and self.starts_on <= day <= self.ends_on


class OfficeHoliday(Base):
    """A departure of one office from its market's holiday list: an extra day off, or a day worked after all."""

    __tablename__ = "office_holidays"

    office_id: Mapped[str] = mapped_column(Id, ForeignKey("offices.id"), primary_key=True)
    on: Mapped[date] = mapped_column("on_date", Date, primary_key=True)
    is_worked: Mapped[bool] = mapped_column(Boolean, default=False)
    name: Mapped[str | None] = mapped_column(String(100))  # of an extra day off


class ProfileChange(Base):
    """What a hub drafted for its profile and the register does not show yet: only the fields that differ.

    A hub has at most one that lies with itself, and one that waits for the ministry.
    """

    __tablename__ = "profile_changes"
    __table_args__ = (
        one_of("state", ChangeState),
        Index("ix_profile_changes_state", "state", "submitted_at", "id"),
        Index(
            "uq_profile_changes_unfinished", "hub_id", unique=True,
            sqlite_where=text("state IN ('draft', 'sent_back')"),
            postgresql_where=text("state IN ('draft', 'sent_back')"),
        ),
        Index(
            "uq_profile_changes_submitted", "hub_id", unique=True,
            sqlite_where=text("state = 'submitted'"), postgresql_where=text("state = 'submitted'"),
        ),
    )  # fmt: skip
    lifecycle = PROFILE_CHANGE

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    hub_id: Mapped[str] = mapped_column(Id, ForeignKey("hub_profiles.id"))
    state: Mapped[str] = mapped_column(String(20), default=ChangeState.DRAFT)
    values: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)
    reasons: Mapped[dict[str, str]] = mapped_column(JsonValue, default=dict)  # why sent back, by field
    edited_by: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    hub: Mapped[HubProfile] = relationship()
    editor: Mapped[Person | None] = relationship()

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.hub_id}}

    @property
    def is_as_handed_in(self) -> bool:
        """Whether the values are those the ministry got: after it was sent back the hub goes on drafting in it."""
        return self.submitted_at is not None and self.edited_at <= self.submitted_at

    @property
    def waits_for_ministry(self) -> bool:
        return bool(CONFIRMED & set(self.values))

    @property
    def added_services(self) -> list[str]:
        return self.values.get("added_services") or []


class Revision(Base):
    """One published change: what was and what is, field by field; insert-only by the house's operations."""

    __tablename__ = "revisions"
    __table_args__ = (Index("ix_revisions_organisation_id", "organisation_id", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    subject_kind: Mapped[str] = mapped_column(String(20))  # profile, offer, office, closure, holiday, capacity
    subject_id: Mapped[str] = mapped_column(Id)
    subject_label: Mapped[str | None] = mapped_column(String(100))  # service code of an offer, city of an office
    action: Mapped[str] = mapped_column(String(20))  # add, edit, remove
    changes: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)  # {field: [old, new]}
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_person_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    confirmed_by_ministry: Mapped[bool] = mapped_column(Boolean, default=False)

    by_person: Mapped[Person | None] = relationship()

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}}


class Liaison(Base):
    """Whom to call at an organisation, for one market, one partner in an agreement, or in general."""

    __tablename__ = "liaisons"
    __table_args__ = (Index("ix_liaisons_organisation_id", "organisation_id", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    market: Mapped[str | None] = mapped_column(String(2), ForeignKey("markets.iso2"))  # None: every market
    counterpart_id: Mapped[str | None] = mapped_column(Id, ForeignKey("organisations.id"))  # None: every party
    name: Mapped[str] = mapped_column(String(120))
    function: Mapped[str | None] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str | None] = mapped_column(String(200))  # when to call, say

    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    counterpart: Mapped[Organisation | None] = relationship(foreign_keys=[counterpart_id])

    @property
    def parties(self) -> dict[str, set[str]]:
        return {"own": {self.organisation_id}}


DETAILS: dict[str, Any] = {"hub": HubProfile, "post": PostProfile, "partner": PartnerProfile}
