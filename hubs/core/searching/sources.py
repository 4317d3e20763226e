"""What can be found: each area says what it has, what of it is indexed, and for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, literal, null

from hubs.extensions import AnySession

EVERYBODY = "everybody"  # the scope of what every signed-in reader may know
MINISTRY = "ministry"  # the scope of what the ministry's roles may know, and nobody else


@dataclass(frozen=True, slots=True)
class Document:
    """The texts of one thing that a scope may find it by."""

    subject_id: str
    scope: str
    texts: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """A change of these attributes of a model indexes these subjects anew; so does, for what `is_whole`, a row that
    is new or goes.

    `subjects` gets the changed row and gives ids, or a select of ids.
    """

    attributes: tuple[str, ...]
    subjects: Callable[[Any], Any]
    is_whole: bool = True  # the row is part of every such subject from its beginning


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of thing to find. `documents` reads the present state of some subjects; absent ones have none."""

    kind: str
    documents: Callable[[AnySession, Sequence[str]], Iterable[Document]]
    every_id: Callable[[AnySession, str, int], Sequence[str]]  # after this id, so many
    watched: Mapping[type, Watched]


_SOURCES: dict[str, Source] = {}


def register(source: Source) -> None:
    """Make a kind findable from now on."""
    _SOURCES[source.kind] = source


def sources() -> Iterator[Source]:
    yield from _SOURCES.values()


def source_of(kind: str) -> Source:
    return _SOURCES[kind]


@dataclass(frozen=True, slots=True)
class Named:
    """A kind that is shown by a name: who may look for it, and its rows through what they may see.

    `rows` selects `named_columns`; the texts it gives are all that a reader can find it by.
    """

    kind: str
    label: Any  # what a group of them is called
    scopes: Callable[[Any], Sequence[str]]  # of an actor; empty: not for them
    rows: Callable[[Any, Sequence[str]], Any]
    link: Callable[[Any], str]
    most: int = 6


_NAMED: dict[str, Named] = {}


def register_named(named: Named) -> None:
    """Show this kind on the page of what was found."""
    _NAMED[named.kind] = named


def named_kinds() -> Iterator[Named]:
    yield from _NAMED.values()


@dataclass(frozen=True, slots=True)
class Numbered:
    """A kind whose number, typed, goes straight to its page: the letter it begins with, and the select of `number`
    through what the actor may see."""

    first: str
    visible: Callable[[Any], Any]
    number: Any  # the column
    link: Callable[[str], str]


_NUMBERED: dict[str, Numbered] = {}


def register_numbered(numbered: Numbered) -> None:
    """Let these numbers be typed into the search."""
    _NUMBERED[numbered.first] = numbered


def numbered_kinds() -> Iterator[Numbered]:
    yield from _NUMBERED.values()


def named_columns(
    kind: str, subject_id: Any, key: Any, name_nl: Any, name_en: Any, detail: Any, more: Any
) -> list[Any]:
    """The columns every kind has, typed alike: `key` for its link, `detail` under the name, `more` only matched."""

    def text(value: Any, name: str) -> Any:
        return cast(literal(value) if isinstance(value, str) else value if value is not None else null(), String).label(
            name
        )

    columns = {"kind": kind, "id": subject_id, "key": key, "name_nl": name_nl, "name_en": name_en}
    return [text(value, name) for name, value in {**columns, "detail": detail, "more": more}.items()]
