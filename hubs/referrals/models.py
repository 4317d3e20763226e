"""Support requests with their parts, routing receipts, referrals, messages and pauses (domain.md, Nouns)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, and_, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from hubs.accounts.actor import THE_SERVICE
from hubs.accounts.models import Office, Organisation, OrganisationKind, Person
from hubs.agreements.models import Agreement
from hubs.companies.models import Company, CompanyRecord, Consent, ContactPerson
from hubs.core.stored_files import StoredFile
from hubs.core.types import Code, Id, JsonValue, UtcDateTime, new_id, one_of
from hubs.extensions import Base
from hubs.referrals.lifecycle import LIVE, REFERRAL, SUPPORT_REQUEST, PartState, ReferralState, RequestState
from hubs.referrals.titles import title_of


class ClockColumns:
    """The running term of a subject: what it is, from when, and when it warns, is due and was said to be late."""

    term: Mapped[str | None] = mapped_column(String(20))  # first_reply, re_route, acknowledge, decide, contact, report
    term_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    term_hours: Mapped[int | None] = mapped_column(Integer)  # working hours; None: elapsed days only
    term_outer_days: Mapped[int | None] = mapped_column(Integer)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    warn_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    breached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a question is out: the clock stands still
    late_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when a term was over first; stays, to be counted


class Term(Base):
    """A time limit where no agreement sets one: working hours of the office that must act, with an outer bound."""

    __tablename__ = "terms"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    working_hours: Mapped[int | None] = mapped_column(Integer)  # None: elapsed days only
    outer_days: Mapped[int] = mapped_column(Integer)
    loaded_hash: Mapped[str | None] = mapped_column(String(64))
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by a person: a reload leaves it alone


def _where(name: str, columns: tuple[str, ...], condition: str) -> Index:
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


def _open(name: str, *columns: str) -> Index:
    """Of questions that are not over; a list says so in the same words (`lists.turns`), so that it is used."""
    return _where(name, columns, "state NOT IN ('closed', 'withdrawn')")


def _live(name: str, *columns: str) -> Index:
    return _where(name, columns, "state IN ('accepted', 'acknowledged', 'contact_made', 'paused', 'sent')")


class SupportRequest(ClockColumns, Base):
    """One company's question about one market, with one or more services; owned by exactly one desk."""

    __tablename__ = "support_requests"
    __table_args__ = (
        one_of("state", RequestState),
        Index("ix_support_requests_desk", "owner_id", "state", "due_at"),
        # with what tells a question that is not sent yet, so that a desk's questions are counted without reading them
        Index("ix_support_requests_recent", "owner_id", "id", "state", "created_by"),
        Index("ix_support_requests_company", "company_id", "owner_id"),
        # the lists of a desk: what is open, in each order; the closed ones, by far the most, stay out of it
        _open("ix_support_requests_open", "owner_id", "id"),
        _open("ix_support_requests_open_due", "owner_id", "due_at", "id"),
        _open("ix_support_requests_open_waiting", "owner_id", "waiting_since", "id"),
        Index("ix_support_requests_closed", "closed_at"),  # follow-ups
        # everything the need of a market is counted from, so that the rows with their long texts stay unread
        Index(
            "ix_support_requests_need",
            *("market", "received_at", "id", "sector", "company_id", "outcome", "has_gap", "late_at"),
            *("gap_causes", "target_groups", "city"),
        ),
        Index(
            "ix_support_requests_complaint",
            *("owner_id", "complaint_due_at"),
            sqlite_where=text("complaint_due_at IS NOT NULL"),
            postgresql_where=text("complaint_due_at IS NOT NULL"),
        ),
        UniqueConstraint("owner_id", "submission_key"),
    )
    lifecycle = SUPPORT_REQUEST

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    reference: Mapped[str] = mapped_column(String(12), unique=True)  # H-7K4-29Q
    state: Mapped[str] = mapped_column(String(24), default=RequestState.DRAFT)
    state_before_pause: Mapped[str | None] = mapped_column(String(24))
    owner_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))  # the owning desk
    office_id: Mapped[str] = mapped_column(Id, ForeignKey("offices.id"), index=True)
    handler_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    group_id: Mapped[str | None] = mapped_column(Id, index=True)  # questions asked together about several markets
    submission_key: Mapped[str | None] = mapped_column(String(64))  # sent twice, stored once
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)

    company_id: Mapped[str | None] = mapped_column(Id, ForeignKey("companies.id"))
    contact_person_id: Mapped[str | None] = mapped_column(Id, ForeignKey("contact_persons.id"))
    consent_id: Mapped[str | None] = mapped_column(Id, ForeignKey("consents.id"), index=True)

    market: Mapped[str | None] = mapped_column(String(2), ForeignKey("markets.iso2"))
    city: Mapped[str | None] = mapped_column(String(100))
    region: Mapped[str | None] = mapped_column(String(60))  # of the company, a Dutch province
    sector: Mapped[str | None] = mapped_column(Code)
    company_size: Mapped[str | None] = mapped_column(Code)
    target_groups: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    facts: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)  # what instruments' terms turn on
    language: Mapped[str] = mapped_column(String(2), default="nl")
    urgency: Mapped[str] = mapped_column(Code, default="normal")
    channel: Mapped[str] = mapped_column(Code)
    source: Mapped[str | None] = mapped_column(String(60))  # the site or page that `/ask` was opened from
    text: Mapped[str] = mapped_column(Text)
    private_notes: Mapped[str | None] = mapped_column(Text)
    do_not_tell: Mapped[list[str]] = mapped_column(JsonValue, default=list)  # organisation ids the entrepreneur named

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str | None] = mapped_column(String(64))  # empty: the entrepreneur, by the public page
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the entrepreneur's clock, never pauses
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(Code)
    has_gap: Mapped[bool] = mapped_column(Boolean, default=False)  # the post took what a hub would have got
    gap_causes: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    link_version: Mapped[int] = mapped_column(Integer, default=1)  # raised to make older tracking links void
    chosen_id: Mapped[str | None] = mapped_column(Id, ForeignKey("organisations.id"))  # the entrepreneur's own choice
    waits_until: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)  # for a place that is full now
    last_message_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of anybody its desk can read, notes aside
    complaint_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # an open complaint is answered by then

    owner: Mapped[Organisation] = relationship(foreign_keys=[owner_id])
    chosen: Mapped[Organisation | None] = relationship(foreign_keys=[chosen_id])
    office: Mapped[Office] = relationship()
    handler: Mapped[Person | None] = relationship()
    company: Mapped[Company | None] = relationship()
    company_record: Mapped[CompanyRecord | None] = relationship(
        viewonly=True,
        primaryjoin=lambda: and_(
            foreign(SupportRequest.company_id) == CompanyRecord.company_id,
            foreign(SupportRequest.owner_id) == CompanyRecord.organisation_id,
        ),
    )
    contact_person: Mapped[ContactPerson | None] = relationship()
    consent: Mapped[Consent | None] = relationship()
    parts: Mapped[list[RequestPart]] = relationship(
        back_populates="support_request", cascade="all, delete-orphan", order_by="RequestPart.position"
    )
    referrals: Mapped[list[Referral]] = relationship(back_populates="support_request", order_by="Referral.id")
    messages: Mapped[list[Message]] = relationship(back_populates="support_request", order_by="Message.id")
    files: Mapped[list[QuestionFile]] = relationship(back_populates="support_request", order_by="QuestionFile.id")

    @property
    def title(self) -> str:
        return title_of(self.text)

    @property
    def company_name(self) -> str | None:
        """The company as the owning desk wrote it down; no other organisation's words."""
        return self.company_record.name if self.company_record else None

    @property
    def services(self) -> list[str]:
        return [part.service for part in self.parts if part.service]

    @property
    def parties(self) -> dict[str, set[str]]:
        return {
            "own": {self.owner_id},
            "owner": {self.owner_id},
            "reader": {self.owner_id},
            "entrepreneur": {self.id},
        }


class RequestPart(Base):
    """One service of a request; `service` empty when the entrepreneur does not know. One live referral a part."""

    __tablename__ = "request_parts"
    __table_args__ = (
        one_of("state", PartState),
        UniqueConstraint("support_request_id", "position"),
        Index("ix_request_parts_need", "support_request_id", "service", "state"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    support_request_id: Mapped[str] = mapped_column(Id, ForeignKey("support_requests.id"))
    position: Mapped[int] = mapped_column(Integer, default=0)
    service: Mapped[str | None] = mapped_column(Code, ForeignKey("services.code"))
    state: Mapped[str] = mapped_column(String(20), default=PartState.OPEN)

    support_request: Mapped[SupportRequest] = relationship(back_populates="parts")


class RoutingRules(Base):
    """The ministry's weights under a version; the newest that has started holds."""

    __tablename__ = "routing_rules"

    version: Mapped[str] = mapped_column(String(20), primary_key=True)
    weights: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    starts_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(Text)


class RoutingSnapshot(Base):
    """The slice of the compiled table a receipt was made on, by its hash, so that the receipt can be replayed."""

    __tablename__ = "routing_snapshots"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RoutingReceipt(Base):
    """The advice a referral was made on: input, facts of the moment and result."""

    __tablename__ = "routing_receipts"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    support_request_id: Mapped[str] = mapped_column(Id, ForeignKey("support_requests.id"), index=True)
    hash: Mapped[str] = mapped_column(String(64))
    snapshot_hash: Mapped[str] = mapped_column(String(64), ForeignKey("routing_snapshots.hash"))
    rules_version: Mapped[str] = mapped_column(String(20))
    input: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    moment: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    result: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    snapshot: Mapped[RoutingSnapshot] = relationship()


class Referral(ClockColumns, Base):
    """A request or parts of it, handed to another organisation's office; to a partner as a signpost."""

    __tablename__ = "referrals"
    __table_args__ = (
        one_of("state", ReferralState),
        one_of("kind", ("referral", "signpost")),
        one_of("mode", ("warm", "cold")),
        Index("ix_referrals_inbox", "to_id", "state", "due_at"),
        Index("ix_referrals_outbox", "from_id", "state", "due_at"),
        Index("ix_referrals_received", "to_id", "id"),
        Index("ix_referrals_given", "from_id", "id"),
        _live("ix_referrals_received_live", "to_id", "due_at", "id"),
        _live("ix_referrals_given_live", "from_id", "due_at", "id"),
        Index("ix_referrals_capacity", "to_office_id", "capacity_week", "state"),
        Index(
            "ix_referrals_lapse",
            "decide_due_at",
            sqlite_where=text("state IN ('sent', 'acknowledged')"),
            postgresql_where=text("state IN ('sent', 'acknowledged')"),
        ),
        Index(
            "ix_referrals_declined",
            *("support_request_id", "reason"),
            sqlite_where=text("state = 'declined'"),
            postgresql_where=text("state = 'declined'"),
        ),
        Index(
            "ix_referrals_late",
            "support_request_id",
            sqlite_where=text("late_at IS NOT NULL"),
            postgresql_where=text("late_at IS NOT NULL"),
        ),
        UniqueConstraint("support_request_id", "number"),
    )
    lifecycle = REFERRAL

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    reference: Mapped[str] = mapped_column(String(16), unique=True)  # D-7K4-29Q-2
    support_request_id: Mapped[str] = mapped_column(Id, ForeignKey("support_requests.id"))
    number: Mapped[int] = mapped_column(Integer)  # first, second, ... of the request
    kind: Mapped[str] = mapped_column(String(10), default="referral")
    mode: Mapped[str] = mapped_column(String(10), default="warm")  # cold: the entrepreneur gets the address only
    state: Mapped[str] = mapped_column(String(20), default=ReferralState.SENT)
    state_before_pause: Mapped[str | None] = mapped_column(String(20))
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)

    from_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    from_office_id: Mapped[str] = mapped_column(Id, ForeignKey("offices.id"))
    to_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"))
    to_office_id: Mapped[str] = mapped_column(Id, ForeignKey("offices.id"))
    handler_id: Mapped[str | None] = mapped_column(Id, ForeignKey("people.id"))
    agreement_id: Mapped[str | None] = mapped_column(Id, ForeignKey("agreements.id"), index=True)
    receipt_id: Mapped[str | None] = mapped_column(Id, ForeignKey("routing_receipts.id"))
    instrument: Mapped[str | None] = mapped_column(Code)
    rank: Mapped[int | None] = mapped_column(Integer)  # place on the receipt
    override_reason: Mapped[str | None] = mapped_column(Code)  # why not the first place
    note: Mapped[str | None] = mapped_column(Text)
    capacity_week: Mapped[str | None] = mapped_column(String(8))  # 2026-W48, local to the receiving office
    partner_reference: Mapped[str | None] = mapped_column(String(60))

    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_by: Mapped[str | None] = mapped_column(String(64))
    decide_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # not accepted by then: lapses
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    contact_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Code)  # of a decline, return, withdrawal by rule
    outcome: Mapped[str | None] = mapped_column(Code)
    # the receiver lost its standing after it accepted: the sender is asked whether the referral stays there
    keep_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kept_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_message_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # that both sides may read

    support_request: Mapped[SupportRequest] = relationship(back_populates="referrals")
    sender: Mapped[Organisation] = relationship(foreign_keys=[from_id])
    sender_office: Mapped[Office] = relationship(foreign_keys=[from_office_id])
    receiver: Mapped[Organisation] = relationship(foreign_keys=[to_id])
    receiver_office: Mapped[Office] = relationship(foreign_keys=[to_office_id])
    handler: Mapped[Person | None] = relationship()
    agreement: Mapped[Agreement | None] = relationship()
    receipt: Mapped[RoutingReceipt | None] = relationship()
    covers: Mapped[list[ReferralPart]] = relationship(back_populates="referral", cascade="all, delete-orphan")

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_automatic(self) -> bool:
        """Whether it went out by itself, because its post chose so."""
        return self.sent_by == THE_SERVICE.id and self.sender.kind == OrganisationKind.POST

    @property
    def is_handed_to_post(self) -> bool:
        """Whether it went to the post by itself, because a hub called it a public task."""
        return self.sent_by == THE_SERVICE.id and self.sender.kind != OrganisationKind.POST

    @property
    def parties(self) -> dict[str, set[str]]:
        receivers = set() if self.mode == "cold" else {self.to_id}
        return {"sender": {self.from_id}, "receiver": receivers, "reader": {self.from_id} | receivers}


class ReferralPart(Base):
    """Which part a referral covers; the partial unique index keeps one live referral a part."""

    __tablename__ = "referral_parts"
    __table_args__ = (
        Index(
            "uq_referral_parts_live",
            "part_id",
            unique=True,
            sqlite_where=text("is_live = 1"),
            postgresql_where=text("is_live"),
        ),
    )

    referral_id: Mapped[str] = mapped_column(Id, ForeignKey("referrals.id"), primary_key=True)
    part_id: Mapped[str] = mapped_column(Id, ForeignKey("request_parts.id"), primary_key=True)
    is_live: Mapped[bool] = mapped_column(Boolean, default=True)

    referral: Mapped[Referral] = relationship(back_populates="covers")
    part: Mapped[RequestPart] = relationship()


class Message(Base):
    """What was asked, answered, added or noted on a case. Who may read it: `hubs.referrals.conversation`.

    `remark`: said along with a step; `message`: changes no state; `note`: for the author's organisation alone.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_support_request_id", "support_request_id", "id"),
        one_of("kind", ("question", "answer", "information", "remark", "message", "note", "complaint")),
        one_of("author_kind", ("person", "client", "entrepreneur")),
        one_of("audience", ("entrepreneur", "desks", "own")),
        one_of("via", ("page", "mail", "api")),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    support_request_id: Mapped[str] = mapped_column(Id, ForeignKey("support_requests.id"))
    referral_id: Mapped[str | None] = mapped_column(Id, ForeignKey("referrals.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    audience: Mapped[str] = mapped_column(String(12), default="own", server_default="own")  # between whom it is
    via: Mapped[str] = mapped_column(String(8), default="page", server_default="page")
    author_kind: Mapped[str] = mapped_column(String(20))
    author_id: Mapped[str | None] = mapped_column(String(64))
    organisation_id: Mapped[str | None] = mapped_column(Id, ForeignKey("organisations.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    support_request: Mapped[SupportRequest] = relationship(back_populates="messages")


class QuestionFile(Base):
    """A file on a case, with a message or by itself. Who may open it: `hubs.referrals.conversation`.

    `desk`: the organisation that added it alone; `entrepreneur`: that organisation and the entrepreneur; `case`: both
    desks of its referral, or, without a referral, the desk, the entrepreneur and every receiver that sees who asks.
    """

    __tablename__ = "question_files"
    __table_args__ = (
        Index("ix_question_files_support_request_id", "support_request_id", "id"),
        one_of("added_by_kind", ("person", "client", "entrepreneur", "mail", "system")),
        one_of("visibility", ("desk", "entrepreneur", "case")),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    support_request_id: Mapped[str] = mapped_column(Id, ForeignKey("support_requests.id"))
    referral_id: Mapped[str | None] = mapped_column(Id, ForeignKey("referrals.id"), index=True)
    message_id: Mapped[str | None] = mapped_column(Id, index=True)
    stored_file_id: Mapped[str] = mapped_column(Id, ForeignKey("stored_files.id"))
    added_by_kind: Mapped[str] = mapped_column(String(12))
    added_by: Mapped[str | None] = mapped_column(String(64))
    organisation_id: Mapped[str | None] = mapped_column(Id, ForeignKey("organisations.id"))  # empty: the entrepreneur
    visibility: Mapped[str] = mapped_column(String(12), default="case")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # out of view; the content stays for the audit
    removed_by: Mapped[str | None] = mapped_column(String(64))

    support_request: Mapped[SupportRequest] = relationship(back_populates="files")
    stored: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)


class CaseVisit(Base):
    """When somebody last looked at a question or referral: what came later is new to them."""

    __tablename__ = "case_visits"

    person_id: Mapped[str] = mapped_column(Id, ForeignKey("people.id"), primary_key=True)
    subject_id: Mapped[str] = mapped_column(Id, primary_key=True)  # of a question or referral
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Pause(Base):
    """An interval in which the clock of a request or referral stands still."""

    __tablename__ = "pauses"
    __table_args__ = (Index("ix_pauses_subject", "subject_type", "subject_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(Id)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KeptForm(Base):
    """What somebody typed on a page when their session had ended, until they are signed in again; a day at most."""

    __tablename__ = "kept_forms"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    path: Mapped[str] = mapped_column(String(200))
    values: Mapped[dict[str, list[str]]] = mapped_column(JsonValue)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
