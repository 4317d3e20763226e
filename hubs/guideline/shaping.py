"""What the API tells of versions and takes of criteria: exact numbers as text, nothing as null."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hubs.api.schemas import camel
from hubs.core.errors import Problem
from hubs.core.perform import Actor, open_actions

from .comparison import Comparison, FieldChange
from .content import Level, VersionContent, WordedCriterion
from .criteria import Answer, Better, Consequence, Criterion, Moment, Rule
from .lifecycle import VersionState
from .models import GuidelineVersion
from .operations import action_problems, without_kind
from .pages import shown_state
from .queries import put_in_force_before
from .rows import LEVEL_WORDS, content_of

_COLUMNS = (
    "id", "name", "state", "in_force_on", "retired_on", "is_proposal", "based_on_id", "note",
    "moderation_distance", "term_years", "mid_term_months", "development_months",
)  # fmt: skip
_WORDS = ("name_nl", "name_en", "explanation_nl", "explanation_en", "source", "source_nl")


def version_shown(version: GuidelineVersion, *, actor: Actor, today: date) -> dict[str, Any]:
    """A version as `GuidelineVersionOut` takes it."""
    return {
        **{name: getattr(version, name) for name in _COLUMNS},
        "pass_mark": exact_text(version.pass_mark),
        "is_in_force": shown_state(version, today) == VersionState.IN_FORCE,
        "actions": [row.name for row in open_actions(version, actor)],
    }


def whole_shown(version: GuidelineVersion, *, actor: Actor, today: date) -> dict[str, Any]:
    """A version with everything in it, as `GuidelineVersionWhole` takes it."""
    content = content_of(version)
    return {
        **version_shown(version, actor=actor, today=today),
        "groups": content.groups,
        "criteria": [_criterion_shown(item) for item in content.criteria],
        "missing": _missing(version, today),
    }


def _missing(version: GuidelineVersion, today: date) -> list[dict[str, Any]]:
    if version.state != VersionState.DRAFT:
        return []
    problems = action_problems(version, "put_in_force", put_in_force_before(version), None, today=today)
    return [
        {"field": _path(problem), "code": problem.code, "message": str(problem.message)}
        for problem in without_kind(problems)
    ]


def _path(problem: Problem) -> str | None:
    return ".".join(camel(part) for part in problem.field.split(".")) if problem.field else None


def _criterion_shown(item: WordedCriterion) -> dict[str, Any]:
    rules = item.criterion
    return {
        "code": rules.code,
        "group": rules.group,
        **{name: getattr(item, name) or None for name in _WORDS},
        "name_nl": item.name_nl,
        "name_en": item.name_en,
        "answer": rules.answer,
        "unit": rules.unit or None,
        "weight": exact_text(rules.weight),
        "rule": rules.rule,
        "threshold": None if rules.threshold is None else exact_text(rules.threshold),
        "better": rules.better,
        "moment": rules.moment,
        "kinds": sorted(rules.kinds),
        "market_lists": sorted(rules.market_lists),
        "consequence": rules.consequence or None,
        "levels": item.levels,
    }


def exact_text(value: Decimal) -> str:
    """An exact number as text, without zeros at the end: 55, 2.5."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact_number(value: Any) -> Decimal | None:
    """What was sent as a number or as text."""
    return None if value is None else Decimal(str(value))


def comparison_shown(found: Comparison, before: GuidelineVersion, after: GuidelineVersion) -> dict[str, Any]:
    """Two versions side by side, as `ComparisonOut` takes it."""
    return {
        "before": before.id,
        "after": after.id,
        "numbers": _changes(found.numbers),
        "groups_added": [one.code for one in found.groups_added],
        "groups_removed": [one.code for one in found.groups_removed],
        "groups_changed": [
            {"code": code, "changes_results": False, "changes": _changes(changes)}
            for code, changes in found.groups_changed
        ],
        "added": [item.code for item in found.added],
        "removed": [item.code for item in found.removed],
        "changed": [
            {"code": one.code, "changes_results": one.changes_results, "changes": _changes(one.changes)}
            for one in found.changed
        ],
        "unchanged": found.unchanged,
    }


def _changes(changes: Iterable[FieldChange]) -> list[dict[str, Any]]:
    return [
        {"field": camel(one.field), "level": one.level, "before": _value(one.before), "after": _value(one.after)}
        for one in changes
    ]


def _value(value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, frozenset):
        return sorted(value)
    return exact_text(value) if isinstance(value, Decimal) else str(value)


def taken_criterion(values: Mapping[str, Any], code: str, content: VersionContent | None = None) -> WordedCriterion:
    """A criterion from a body; what was not sent stays as in `content`, or is empty without it."""
    stored = {item.code: item for item in content.criteria} if content else {}
    item = stored.get(code) or _blank(code, values)
    rules = replace(item.criterion, **_rules(values))
    words = {name: values[name] or "" for name in _WORDS if name in values}
    levels = tuple(_levels(values["levels"])) if "levels" in values else item.levels
    return replace(item, criterion=rules, levels=levels if rules.answer == Answer.SCALE else (), **words)


def _blank(code: str, values: Mapping[str, Any]) -> WordedCriterion:
    return WordedCriterion(Criterion(code, values["group"], Answer(values["answer"]), Rule(values["rule"])))


def _rules(values: Mapping[str, Any]) -> dict[str, Any]:
    kinds: dict[str, Any] = {
        "code": str,
        "group": str,
        "answer": Answer,
        "rule": Rule,
        "unit": lambda unit: unit or "",
        "weight": lambda weight: exact_number(weight) or Decimal(0),
        "threshold": exact_number,
        "better": lambda better: Better(better) if better else None,
        "moment": Moment,
        "kinds": frozenset,
        "market_lists": frozenset,
        "consequence": lambda consequence: Consequence(consequence or ""),
    }
    return {name: make(values[name]) for name, make in kinds.items() if name in values}


def _levels(given: Iterable[Mapping[str, Any]]) -> list[Level]:
    """One for each level, the last one sent for it, lowest first."""
    found = {one["level"]: Level(one["level"], *(one.get(name) or "" for name in LEVEL_WORDS)) for one in given}
    return [found[number] for number in sorted(found)]
