"""What the pages show of a version: criteria under their groups, what is still missing, and where to mend it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hubs.core.errors import Problem

from .content import Level
from .criteria import Criterion, Rule, applies_to
from .lifecycle import VersionState
from .models import CriterionGroup, CriterionRow, GuidelineVersion
from .rows import criterion_of, levels_of
from .words import kinds_words, lists_words, requirement_words, weight_words


@dataclass(frozen=True, slots=True)
class CriterionShown:
    """A criterion as a page shows it, in the reader's language."""

    row: CriterionRow
    criterion: Criterion
    name: str
    explanation: list[str]
    source: str
    requirement: str
    weight: str
    kinds: str
    market_lists: str
    levels: tuple[tuple[int, str, str], ...]  # highest first

    @property
    def is_knock_out(self) -> bool:
        return self.criterion.rule == Rule.KNOCK_OUT


@dataclass(frozen=True, slots=True)
class Section:
    """A group with its criteria."""

    code: str
    letter: str
    name: str
    criteria: list[CriterionShown]


@dataclass(slots=True)
class Mending:
    """Where something is missing, and what."""

    label: str
    href: str
    messages: list[Any] = field(default_factory=list)


def shown_state(version: GuidelineVersion, on: date) -> str:
    """The state as it counts on a day: draft, planned, in_force or retired."""
    if version.state == VersionState.DRAFT or version.in_force_on is None:
        return str(VersionState.DRAFT)
    if version.retired_on is not None and version.retired_on <= max(on, version.in_force_on):
        return str(VersionState.RETIRED)
    return str(VersionState.IN_FORCE) if version.in_force_on <= on else "planned"


def sections_of(version: GuidelineVersion, locale: str, *, kind: str | None = None) -> list[Section]:
    """Groups with the criteria asked of a kind of proposal in some market, or all criteria; empty groups left out."""
    shown: dict[str, list[CriterionShown]] = {}
    for row in version.criteria:
        criterion = criterion_of(row)
        if kind is None or applies_to(criterion, kind, criterion.market_lists):
            shown.setdefault(row.group_code, []).append(_shown(row, criterion, locale))
    known = {group.code for group in version.groups}
    sections = [_section(group, shown[group.code], locale) for group in version.groups if group.code in shown]
    lost = [one for code, listed in shown.items() if code not in known for one in listed]
    return [*sections, Section("", "", "", lost)] if lost else sections


def _section(group: CriterionGroup, criteria: list[CriterionShown], locale: str) -> Section:
    letters = {one.criterion.code.rstrip("0123456789") for one in criteria}
    return Section(group.code, letters.pop() if len(letters) == 1 else "", group.name(locale), criteria)


def _shown(row: CriterionRow, criterion: Criterion, locale: str) -> CriterionShown:
    return CriterionShown(
        row=row,
        criterion=criterion,
        name=row.name(locale),
        explanation=[line for line in (row.explanation(locale) or "").split("\n") if line.strip()],
        source=row.source_words(locale) or "",
        requirement=requirement_words(criterion),
        weight=weight_words(criterion),
        kinds=kinds_words(criterion.kinds),
        market_lists=lists_words(criterion.market_lists),
        levels=tuple((one.level, *_level_words(one, locale)) for one in reversed(levels_of(row.levels))),
    )


def _level_words(level: Level, locale: str) -> tuple[str, str]:
    if locale.startswith("nl"):
        return level.title_nl, level.text_nl
    return level.title_en, level.text_en


def mendings(
    version: GuidelineVersion,
    problems: Iterable[Problem],
    *,
    labels: dict[str, str],
    to_criterion: Callable[[str, str], str],
    to_head: Callable[[str], str],
    to_groups: str,
    without: Collection[str] = ("in_force_on",),
) -> list[Mending]:
    """Problems brought together by the page on which they are mended, in the version's order.

    `to_criterion` and `to_head` give the address of a page, at a field; `labels` names the head and the groups.
    """
    ids = {row.code: row.id for row in version.criteria}
    found: dict[str, Mending] = {}
    for problem in problems:
        place = problem.field or ""
        if place in without:
            continue
        code = problem.values.get("criterion")
        if code in ids:
            entry = found.setdefault(code, Mending(code, to_criterion(ids[code], _anchor(place))))
        elif place.startswith("groups."):
            entry = found.setdefault("groups", Mending(labels["groups"], to_groups))
        else:
            entry = found.setdefault("head", Mending(labels["head"], to_head(place)))
        if str(problem.message) not in map(str, entry.messages):
            entry.messages.append(problem.message)
    return list(found.values())


def _anchor(place: str) -> str:
    """The field of the criterion's form that a problem belongs to."""
    name = place.rsplit(".", 1)[-1]
    return f"{name}_title_nl" if name.startswith("level_") else name
