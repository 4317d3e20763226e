"""From what somebody typed to what it may mean and where it stands; who may see it is checked by whoever shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from hubs.core.searching.models import SearchEntry, SearchWord
from hubs.core.searching.words import asked_words, meant_by, typo_keys
from hubs.extensions import AnySession

BEGINNINGS, ALIKE = 100, 600  # words looked at for one that was typed
LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was typed, and for each of its words the words of the index it stands for, best first."""

    asked: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]

    @property
    def finds_something(self) -> bool:
        return bool(self.groups) and all(self.groups)

    @property
    def words(self) -> frozenset[str]:
        return frozenset(word for group in self.groups for word in group)

    @property
    def is_exact(self) -> bool:
        """Whether nothing had to be forgiven."""
        return all(
            word.startswith(asked) for asked, group in zip(self.asked, self.groups, strict=True) for word in group
        )


def meaning_of(session: AnySession, typed: str, scopes: Sequence[str]) -> Meaning:
    """What the words stand for among those of these scopes: one statement."""
    asked = asked_words(typed)
    if not asked or not scopes:
        return Meaning(tuple(asked), tuple(() for _ in asked))
    parts = [part for place, word in enumerate(asked) for part in _looked_up(place, word, scopes)]
    found: dict[int, list[str]] = {}
    for place, word in session.execute(union_all(*parts)):
        found.setdefault(place, []).append(word)
    groups = tuple(tuple(meant_by(word, found.get(place, ()))) for place, word in enumerate(asked))
    return Meaning(tuple(asked), groups)


def _looked_up(place: int, word: str, scopes: Sequence[str]) -> list[Select[Any]]:
    number = cast(literal(place), Integer).label("place")
    within = SearchWord.scope.in_(scopes)
    begins = and_(SearchWord.key >= "=" + word, SearchWord.key < "=" + word + LAST)
    exact = SearchWord.key == "=" + word
    parts = [
        select(number, SearchWord.word)
        .where(within, begins if len(word) >= 3 else exact)
        .order_by(SearchWord.key)
        .limit(BEGINNINGS)
    ]
    keys = typo_keys(word)
    if keys:
        parts.append(select(number, SearchWord.word).where(within, SearchWord.key.in_(keys)).limit(ALIKE))
    return [select(part.subquery()) for part in parts]


def containing(kind: str, scope: str, meaning: Meaning) -> list[ColumnElement[bool]]:
    """For a list: what the id of a subject must satisfy to hold every word; applied to the id by the caller."""
    return [
        and_(SearchEntry.scope == scope, SearchEntry.kind == kind, SearchEntry.word.in_(group))
        for group in meaning.groups
    ]


def holds_words(column: Any, kind: str, scope: str, meaning: Meaning) -> list[ColumnElement[bool]]:
    """Conditions on a subject's id: that each asked word stands in it."""
    return [
        column.in_(select(SearchEntry.subject_id).where(condition)) for condition in containing(kind, scope, meaning)
    ]


def candidates(
    session: AnySession, meaning: Meaning, wanted: Mapping[str, tuple[Sequence[str], int]]
) -> dict[str, list[str]]:
    """The newest subjects of each kind that hold every word: `wanted` gives scopes and how many; one statement."""
    found: dict[str, list[str]] = {kind: [] for kind in wanted}
    if not meaning.finds_something:
        return found
    parts = [_newest(kind, scope, meaning, most) for kind, (scopes, most) in wanted.items() for scope in scopes]
    if not parts:
        return found
    for kind, subject_id in session.execute(union_all(*parts)):
        if subject_id not in found[kind]:
            found[kind].append(subject_id)
    return found


def _newest(kind: str, scope: str, meaning: Meaning, most: int) -> Select[Any]:
    """Led by the word that is likely the rarest: the fewest spellings, then the longest."""
    groups = sorted(meaning.groups, key=lambda group: (len(group), -len(group[0])))
    statement = (
        select(literal(kind).label("kind"), SearchEntry.subject_id)
        .where(SearchEntry.scope == scope, SearchEntry.kind == kind, _one_of(SearchEntry.word, groups[0]))
        .order_by(SearchEntry.subject_id.desc())
        .limit(most)
    )
    if len(groups[0]) > 1:
        statement = statement.distinct()
    for group in groups[1:]:
        other = aliased(SearchEntry)
        held = select(other.subject_id).where(
            other.scope == scope,
            other.kind == kind,
            _one_of(other.word, group),
            other.subject_id == SearchEntry.subject_id,
        )
        statement = statement.where(held.correlate(SearchEntry).exists())
    return select(statement.subquery())


def _one_of(column: Any, words: Sequence[str]) -> ColumnElement[bool]:
    return or_(column == words[0]) if len(words) == 1 else column.in_(words)
