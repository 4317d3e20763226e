"""Guideline versions with their groups and criteria (domain.md, Nouns; letter rec. 9).

The ministry's own text is not public: what stands here is editable, versioned data, never the official text.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Integer, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hubs.core.types import Code, Id, JsonValue, UtcDateTime, new_id, one_of
from hubs.extensions import Base
from hubs.guideline.criteria import Answer, Better, Moment, Rule
from hubs.guideline.lifecycle import GUIDELINE_VERSION, VersionState


class GuidelineVersion(Base):
    """One version of the conditions; a draft is edited, one in force never changes."""

    __tablename__ = "guideline_versions"
    __table_args__ = (one_of("state", VersionState),)
    lifecycle = GUIDELINE_VERSION

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[int] = mapped_column(Integer, nullable=False)
    __mapper_args__ = {"version_id_col": version_id}

    name: Mapped[str] = mapped_column(String(40), unique=True)  # 2026-1
    state: Mapped[str] = mapped_column(String(20), default=VersionState.DRAFT, index=True)
    based_on_id: Mapped[str | None] = mapped_column(Id, ForeignKey("guideline_versions.id"))
    in_force_on: Mapped[date | None] = mapped_column(Date)  # first day
    retired_on: Mapped[date | None] = mapped_column(Date)  # first day on which it holds no longer
    put_in_force_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str | None] = mapped_column(String(64))
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # also when one of its criteria was
    is_proposal: Mapped[bool] = mapped_column(Boolean, default=True)  # made here, not the ministry's official text
    note: Mapped[str | None] = mapped_column(Text)  # why this version was made

    pass_mark: Mapped[Decimal] = mapped_column(Numeric(5, 2), default=Decimal(55))  # percent of the weighted total
    moderation_distance: Mapped[int] = mapped_column(Integer, default=1)  # a greater difference is moderated
    term_years: Mapped[int] = mapped_column(Integer, default=3)
    mid_term_months: Mapped[int] = mapped_column(Integer, default=18)
    development_months: Mapped[int] = mapped_column(Integer, default=24)  # longest time in development

    groups: Mapped[list[CriterionGroup]] = relationship(
        back_populates="version", cascade="all, delete-orphan", order_by="CriterionGroup.position"
    )
    criteria: Mapped[list[CriterionRow]] = relationship(
        back_populates="version", cascade="all, delete-orphan", order_by="CriterionRow.position"
    )


class CriterionGroup(Base):
    """A heading under which criteria stand."""

    __tablename__ = "criterion_groups"
    __table_args__ = (UniqueConstraint("version_id", "code"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[str] = mapped_column(Id, ForeignKey("guideline_versions.id"))
    code: Mapped[str] = mapped_column(Code)
    name_nl: Mapped[str] = mapped_column(String(250))
    name_en: Mapped[str] = mapped_column(String(250))
    position: Mapped[int] = mapped_column(Integer, default=0)

    version: Mapped[GuidelineVersion] = relationship(back_populates="groups")

    def name(self, locale: str) -> str:
        return self.name_nl if locale.startswith("nl") else self.name_en


class CriterionRow(Base):
    """A criterion as stored; `hubs.guideline.rows` turns it into the pure `Criterion` that is reckoned with."""

    __tablename__ = "criteria"
    __table_args__ = (
        UniqueConstraint("version_id", "code"),
        one_of("answer", Answer),
        one_of("rule", Rule),
        one_of("better", ("", *Better)),
        one_of("moment", Moment),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version_id: Mapped[str] = mapped_column(Id, ForeignKey("guideline_versions.id"))
    code: Mapped[str] = mapped_column(String(12))
    group_code: Mapped[str] = mapped_column(Code)
    position: Mapped[int] = mapped_column(Integer, default=0)
    name_nl: Mapped[str] = mapped_column(String(250))
    name_en: Mapped[str] = mapped_column(String(250))
    explanation_nl: Mapped[str | None] = mapped_column(Text)
    explanation_en: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(String(20))
    unit: Mapped[str | None] = mapped_column(String(40))
    weight: Mapped[Decimal] = mapped_column(Numeric(6, 2), default=Decimal(0))
    rule: Mapped[str] = mapped_column(String(20))
    threshold: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    better: Mapped[str] = mapped_column(String(10), default="")
    moment: Mapped[str] = mapped_column(String(20))
    kinds: Mapped[list[str]] = mapped_column(JsonValue, default=list)  # empty: every kind of proposal
    market_lists: Mapped[list[str]] = mapped_column(JsonValue, default=list)  # empty: every market
    consequence: Mapped[str] = mapped_column(String(20), default="")  # in_development: failing it limits the result
    # scale only: [{"level": 0, "title_nl", "title_en", "text_nl", "text_en"}, ...] for 0 to 4
    levels: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue, default=list)
    source: Mapped[str | None] = mapped_column(Text)
    source_nl: Mapped[str | None] = mapped_column(Text)

    version: Mapped[GuidelineVersion] = relationship(back_populates="criteria")

    def name(self, locale: str) -> str:
        return self.name_nl if locale.startswith("nl") else self.name_en

    def explanation(self, locale: str) -> str | None:
        return self.explanation_nl if locale.startswith("nl") else self.explanation_en

    def source_words(self, locale: str) -> str | None:
        return (self.source_nl or self.source) if locale.startswith("nl") else self.source
