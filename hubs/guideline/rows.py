"""Stored versions and criteria as the values that are reckoned with, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from .content import Group, Level, Numbers, VersionContent, WordedCriterion
from .criteria import Answer, Better, Consequence, Criterion, Moment, Rule
from .models import CriterionGroup, CriterionRow, GuidelineVersion

NUMBER_FIELDS = ("pass_mark", "moderation_distance", "term_years", "mid_term_months", "development_months")
LEVEL_WORDS = ("title_nl", "title_en", "text_nl", "text_en")


def criterion_of(row: CriterionRow) -> Criterion:
    """A stored criterion without its words."""
    return Criterion(
        code=row.code,
        group=row.group_code,
        answer=Answer(row.answer),
        rule=Rule(row.rule),
        unit=row.unit or "",
        weight=Decimal(row.weight),
        threshold=None if row.threshold is None else Decimal(row.threshold),
        better=Better(row.better) if row.better else None,
        moment=Moment(row.moment),
        kinds=frozenset(row.kinds),
        market_lists=frozenset(row.market_lists),
        consequence=Consequence(row.consequence or ""),
        position=row.position,
    )


def criteria_of(version: GuidelineVersion) -> tuple[Criterion, ...]:
    """The criteria of a version in its order, as scoring takes them."""
    return tuple(criterion_of(row) for row in version.criteria)


def worded_of(row: CriterionRow) -> WordedCriterion:
    """A stored criterion with everything people read of it."""
    return WordedCriterion(
        criterion_of(row),
        name_nl=row.name_nl,
        name_en=row.name_en,
        explanation_nl=row.explanation_nl or "",
        explanation_en=row.explanation_en or "",
        source=row.source or "",
        source_nl=row.source_nl or "",
        levels=levels_of(row.levels),
    )


def levels_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Level, ...]:
    """Levels as stored in JSON, lowest first."""
    found = [Level(int(one["level"]), *(one.get(name) or "" for name in LEVEL_WORDS)) for one in stored]
    return tuple(sorted(found, key=lambda level: level.level))


def content_of(version: GuidelineVersion) -> VersionContent:
    """Everything a stored version says."""
    return VersionContent(
        numbers=Numbers(**{name: getattr(version, name) for name in NUMBER_FIELDS}),
        groups=tuple(Group(one.code, one.name_nl, one.name_en, one.position) for one in version.groups),
        criteria=tuple(worded_of(row) for row in version.criteria),
    )


def put_content(version: GuidelineVersion, content: VersionContent) -> None:
    """Store everything a version says in a new row of it."""
    for name in NUMBER_FIELDS:
        setattr(version, name, getattr(content.numbers, name))
    version.groups = [
        CriterionGroup(code=one.code, name_nl=one.name_nl, name_en=one.name_en, position=one.position)
        for one in content.groups
    ]
    version.criteria = [put_criterion(CriterionRow(), item) for item in content.criteria]


def put_criterion(row: CriterionRow, item: WordedCriterion) -> CriterionRow:
    """Store a criterion in its row."""
    rules = item.criterion
    row.code, row.group_code, row.position = rules.code, rules.group, rules.position
    row.name_nl, row.name_en = item.name_nl, item.name_en
    row.explanation_nl, row.explanation_en = item.explanation_nl or None, item.explanation_en or None
    row.answer, row.rule, row.moment = rules.answer, rules.rule, rules.moment
    row.unit, row.weight, row.threshold = rules.unit or None, rules.weight, rules.threshold
    row.better, row.consequence = rules.better or "", rules.consequence
    row.kinds, row.market_lists = sorted(rules.kinds), sorted(rules.market_lists)
    row.source, row.source_nl = item.source or None, item.source_nl or None
    row.levels = [
        {"level": level.level, **{name: getattr(level, name) for name in LEVEL_WORDS}} for level in item.levels
    ]
    return row
