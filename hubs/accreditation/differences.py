"""What changed between two submissions of one file: field by field, item by item, document by document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

EMPTY: tuple[Any, ...] = (None, "", [], {})
EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not what it was. For lists `added` and `gone` name the items; rows of years go by year."""

    section: str
    field: str
    kind: str  # added, removed, changed
    before: Any = None
    after: Any = None
    added: tuple[Any, ...] = ()
    gone: tuple[Any, ...] = ()


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What `after` says otherwise than `before`; both as a submission keeps them: `sections` and `evidence`."""
    old, new = before.get("sections", {}), after.get("sections", {})
    found = [
        difference
        for section in dict.fromkeys([*new, *old])
        for difference in _in_section(section, old.get(section, {}), new.get(section, {}))
    ]
    return (*found, *_in_evidence(before.get(EVIDENCE, ()), after.get(EVIDENCE, ())))


def section_differences(section: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The same for one section."""
    return tuple(_in_section(section, before, after))


def _in_section(section: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for field in dict.fromkeys([*after, *before]):
        old, new = before.get(field), after.get(field)
        if old == new or (old in EMPTY and new in EMPTY):
            continue
        if old in EMPTY:
            yield Difference(section, field, "added", after=new)
        elif new in EMPTY:
            yield Difference(section, field, "removed", before=old)
        elif isinstance(old, list) and isinstance(new, list):
            added, gone = _items(new, old), _items(old, new)
            if added or gone:
                yield Difference(section, field, "changed", old, new, added, gone)
        else:
            yield Difference(section, field, "changed", old, new)


def _items(these: Iterable[Any], those: list[Any]) -> tuple[Any, ...]:
    """What stands in the one list and not in the other; the order of a list says nothing."""
    return tuple(item for item in these if item not in those)


def _in_evidence(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> Iterator[Difference]:
    """Documents by their id: within a file a document is only ever added or taken out."""
    old, new = {row["id"]: row for row in before}, {row["id"]: row for row in after}
    for key, row in new.items():
        if key not in old:
            yield Difference(EVIDENCE, row.get("criterion") or "", "added", after=row["title"])
    for key, row in old.items():
        if key not in new:
            yield Difference(EVIDENCE, row.get("criterion") or "", "removed", before=row["title"])
