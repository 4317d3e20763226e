"""Two versions side by side: what was added, what is gone, and what changed field by field."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from .content import Group, Level, Numbers, VersionContent, WordedCriterion
from .criteria import SCALE_LEVELS

RULE_FIELDS = (
    "group", "answer", "unit", "weight", "rule", "threshold", "better", "moment", "kinds", "market_lists",
    "consequence",
)  # fmt: skip
WORD_FIELDS = ("name_nl", "name_en", "explanation_nl", "explanation_en", "source", "source_nl")
LEVEL_FIELDS = ("title_nl", "title_en", "text_nl", "text_en")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; of a level when `level` is given."""

    field: str
    before: Any
    after: Any
    level: int | None = None


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """A criterion that both versions have and that differs."""

    code: str
    before: WordedCriterion
    after: WordedCriterion
    changes: tuple[FieldChange, ...]

    @property
    def changes_results(self) -> bool:
        """Whether a rule of it changed, so that a result may come out otherwise; words alone never do that."""
        return any(change.field in RULE_FIELDS and change.field != "group" for change in self.changes)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything in which two versions differ; the order of criteria does not count."""

    numbers: tuple[FieldChange, ...] = ()
    groups_added: tuple[Group, ...] = ()
    groups_removed: tuple[Group, ...] = ()
    groups_changed: tuple[tuple[str, tuple[FieldChange, ...]], ...] = ()
    added: tuple[WordedCriterion, ...] = ()
    removed: tuple[WordedCriterion, ...] = ()
    changed: tuple[CriterionChange, ...] = ()
    unchanged: int = 0

    @property
    def is_same(self) -> bool:
        return not any(
            (self.numbers, self.groups_added, self.groups_removed, self.groups_changed)
            + (self.added, self.removed, self.changed)
        )


def compare(before: VersionContent, after: VersionContent) -> Comparison:
    """What `after` says otherwise than `before`; criteria and groups are known by their codes."""
    old, new = {item.code: item for item in before.criteria}, {item.code: item for item in after.criteria}
    old_groups, new_groups = {one.code: one for one in before.groups}, {one.code: one for one in after.groups}
    both = [(item, new[code]) for code, item in old.items() if code in new]
    changed = [
        CriterionChange(one.code, one, other, found) for one, other in both if (found := criterion_changes(one, other))
    ]
    return Comparison(
        numbers=_changes([one.name for one in fields(Numbers)], before.numbers, after.numbers),
        groups_added=tuple(one for code, one in new_groups.items() if code not in old_groups),
        groups_removed=tuple(one for code, one in old_groups.items() if code not in new_groups),
        groups_changed=tuple(
            (code, found)
            for code, one in old_groups.items()
            if code in new_groups and (found := _changes(("name_nl", "name_en", "position"), one, new_groups[code]))
        ),
        added=tuple(item for code, item in new.items() if code not in old),
        removed=tuple(item for code, item in old.items() if code not in new),
        changed=tuple(changed),
        unchanged=len(both) - len(changed),
    )


def criterion_changes(before: WordedCriterion, after: WordedCriterion) -> tuple[FieldChange, ...]:
    """The fields in which one criterion differs: words, then rules, then levels."""
    old, new = {one.level: one for one in before.levels}, {one.level: one for one in after.levels}
    levels = [
        FieldChange(change.field, change.before, change.after, number)
        for number in SCALE_LEVELS
        for change in _changes(LEVEL_FIELDS, old.get(number, Level(number)), new.get(number, Level(number)))
    ]
    words = _changes(WORD_FIELDS, before, after)
    return (*words, *_changes(RULE_FIELDS, before.criterion, after.criterion), *levels)


def _changes(names: Any, before: Any, after: Any) -> tuple[FieldChange, ...]:
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in names)
    return tuple(FieldChange(name, old, new) for name, old, new in pairs if old != new)
