"""What a version says, as values: numbers, groups and criteria with their words, whole and apart from the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .criteria import Criterion


@dataclass(frozen=True, slots=True)
class Level:
    """What one level of a scale means, in both languages."""

    level: int
    title_nl: str = ""
    title_en: str = ""
    text_nl: str = ""
    text_en: str = ""

    @property
    def is_complete(self) -> bool:
        return all((self.title_nl, self.title_en, self.text_nl, self.text_en))


@dataclass(frozen=True, slots=True)
class Group:
    """A heading under which criteria stand."""

    code: str
    name_nl: str = ""
    name_en: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class WordedCriterion:
    """A criterion with everything that people read of it."""

    criterion: Criterion
    name_nl: str = ""
    name_en: str = ""
    explanation_nl: str = ""
    explanation_en: str = ""
    source: str = ""
    source_nl: str = ""
    levels: tuple[Level, ...] = ()

    @property
    def code(self) -> str:
        return self.criterion.code


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that hold for a version as a whole."""

    pass_mark: Decimal = Decimal(55)  # percent of the weighted total
    moderation_distance: int = 1  # levels; a greater difference between two assessors is moderated
    term_years: int = 3
    mid_term_months: int = 18
    development_months: int = 24


@dataclass(frozen=True, slots=True)
class VersionContent:
    """Everything a version says."""

    numbers: Numbers = Numbers()
    groups: tuple[Group, ...] = ()
    criteria: tuple[WordedCriterion, ...] = ()

    @property
    def plain(self) -> tuple[Criterion, ...]:
        """The criteria without their words."""
        return tuple(item.criterion for item in self.criteria)


@dataclass(frozen=True, slots=True)
class Term:
    """From when until when a version that was put in force holds."""

    in_force_on: date  # first day
    retired_on: date | None = None  # first day on which it holds no longer

    def holds_on(self, day: date) -> bool:
        return self.in_force_on <= day and (self.retired_on is None or day < self.retired_on)
