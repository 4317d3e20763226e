"""Keeps the index: what changed in a transaction is indexed anew at its end, in the same commit.

All rows are written at once and in the order of their keys, so that two transactions never wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, delete, event, inspect, or_, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hubs.core.searching.models import SearchDocument, SearchEntry, SearchWord
from hubs.core.searching.sources import Document, Source, Watched, source_of, sources
from hubs.core.searching.words import document_words, keys_of
from hubs.extensions import AnySession

CHUNK = 500
_PENDING = "search_pending"
Key = tuple[str, str, str]  # kind, subject, scope


# --- noticing -----------------------------------------------------------------------------------------------


def mark(session: AnySession, kind: str, subjects: Any) -> None:
    """Index these subjects (ids, or a select of ids) at the end of this transaction: for writes past the ORM."""
    session.info.setdefault(_PENDING, {}).setdefault(kind, []).append(subjects)


@event.listens_for(Session, "after_flush")
def _notice(session: Session, _context: Any) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        for source in sources():
            watched = source.watched.get(type(row))
            if watched is not None and _matters(session, row, watched):
                mark(session, source.kind, watched.subjects(row))


def _matters(session: Session, row: Any, watched: Watched) -> bool:
    return _changed(row, watched.attributes) if row in session.dirty else watched.is_whole


def _changed(row: Any, attributes: Iterable[str]) -> bool:
    state = inspect(row)
    return any(state.attrs[name].history.has_changes() for name in attributes)


@event.listens_for(Session, "before_commit")
def _write_noticed(session: Session) -> None:
    if session.in_nested_transaction() or not _something(session):
        return
    session.flush()
    pending: dict[str, list[Any]] = session.info.pop(_PENDING, {})
    for kind in sorted(pending):
        index(session, kind, _ids(session, pending[kind]))


def _something(session: Session) -> bool:
    return bool(session.info.get(_PENDING) or session.new or session.dirty or session.deleted)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_PENDING, None)


def _ids(session: AnySession, marked: Iterable[Any]) -> list[str]:
    found: set[str] = set()
    for subjects in marked:
        found.update(session.execute(subjects).scalars() if isinstance(subjects, Select) else subjects)
    return sorted(each for each in found if each)


# --- writing ------------------------------------------------------------------------------------------------


def index(session: AnySession, kind: str, ids: Sequence[str], *, is_new: bool = False) -> int:
    """Bring the index of these subjects up to date; how many documents they have. `is_new`: never indexed before."""
    source = source_of(kind)
    ordered = sorted(ids)
    chunks = (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))
    return sum(_index(session, source, chunk, is_new) for chunk in chunks)


def _index(session: AnySession, source: Source, ids: Sequence[str], is_new: bool) -> int:
    wanted = {_key(source, document): document_words(document.texts) for document in source.documents(session, ids)}
    present = {} if is_new else _present(session, source.kind, ids)
    gone: list[tuple[Key, str]] = []
    fresh: list[tuple[Key, str]] = []
    changed: list[Key] = []
    for key in {*wanted, *present}:
        before, after = set(present.get(key, ())), set(wanted.get(key, ()))
        gone += [(key, word) for word in before - after]
        fresh += [(key, word) for word in after - before]
        if before != after or (key in wanted) != (key in present):
            changed.append(key)
    _drop_entries(session, gone)
    _put_documents(session, sorted(changed), wanted)
    _add_entries(session, fresh)
    _add_words(session, {(key[2], word) for key, word in fresh})
    return len(wanted)


def _key(source: Source, document: Document) -> Key:
    return source.kind, document.subject_id, document.scope


def _present(session: AnySession, kind: str, ids: Sequence[str]) -> dict[Key, list[str]]:
    rows = session.execute(
        select(SearchDocument.subject_id, SearchDocument.scope, SearchDocument.words).where(
            SearchDocument.kind == kind, SearchDocument.subject_id.in_(ids)
        )
    )
    return {(kind, row.subject_id, row.scope): row.words.split() for row in rows}


def _put_documents(session: AnySession, keys: Sequence[Key], wanted: dict[Key, list[str]]) -> None:
    table: Any = SearchDocument.__table__
    ended = [key for key in keys if key not in wanted]
    if ended:
        where = tuple_(table.c.kind, table.c.subject_id, table.c.scope).in_(ended)
        session.execute(delete(table).where(where))
    rows = [
        {"kind": key[0], "subject_id": key[1], "scope": key[2], "words": " ".join(wanted[key])}
        for key in keys
        if key in wanted
    ]
    if rows:
        statement = _insert(session, table)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=list(table.primary_key.columns), set_={"words": statement.excluded.words}
            ),
            rows,
        )


def _drop_entries(session: AnySession, gone: Sequence[tuple[Key, str]]) -> None:
    table: Any = SearchEntry.__table__
    columns = (table.c.scope, table.c.kind, table.c.word, table.c.subject_id)
    values = sorted((key[2], key[0], word, key[1]) for key, word in gone)
    for start in range(0, len(values), CHUNK):
        session.execute(delete(table).where(tuple_(*columns).in_(values[start : start + CHUNK])))


def _add_entries(session: AnySession, fresh: Sequence[tuple[Key, str]]) -> None:
    values = sorted((key[2], key[0], word, key[1]) for key, word in fresh)
    rows = [
        {"scope": scope, "kind": kind, "word": word, "subject_id": subject} for scope, kind, word, subject in values
    ]
    _add(session, SearchEntry.__table__, rows)


def _add_words(session: AnySession, pairs: set[tuple[str, str]]) -> None:
    """The words a scope did not have yet, with everything they may be found by."""
    ordered = sorted(pairs)
    for start in range(0, len(ordered), CHUNK):
        chunk = ordered[start : start + CHUNK]
        known = _known(session, chunk)
        rows = [
            {"scope": scope, "key": key, "word": word}
            for scope, key, word in sorted(
                (scope, key, word) for scope, word in chunk if (scope, word) not in known for key in keys_of(word)
            )
        ]
        _add(session, SearchWord.__table__, rows)


def _known(session: AnySession, pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    by_scope: dict[str, list[str]] = {}
    for scope, word in pairs:
        by_scope.setdefault(scope, []).append("=" + word)
    conditions: list[ColumnElement[bool]] = [
        and_(SearchWord.scope == scope, SearchWord.key.in_(keys)) for scope, keys in by_scope.items()
    ]
    rows = session.execute(select(SearchWord.scope, SearchWord.word).where(or_(*conditions)))
    return {(row.scope, row.word) for row in rows}


def _add(session: AnySession, table: Any, rows: list[dict[str, str]]) -> None:
    """Insert what is not there yet."""
    if rows:
        session.execute(_insert(session, table).on_conflict_do_nothing(), rows)


def _insert(session: AnySession, table: Table) -> Any:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


# --- making it anew -----------------------------------------------------------------------------------------


def rebuild(session: AnySession, kind: str) -> Iterator[int]:
    """Bring one kind up to date piece by piece; how many documents each piece has. The caller commits between."""
    source = source_of(kind)
    after = ""
    while ids := source.every_id(session, after, CHUNK):
        yield index(session, kind, ids)
        after = ids[-1]


def drop_orphans(session: AnySession, kind: str, after: str) -> str | None:
    """Take out documents of subjects that are no more; where to go on, None at the end."""
    statement = (
        select(SearchDocument.subject_id)
        .where(SearchDocument.kind == kind, SearchDocument.subject_id > after)
        .distinct()
        .order_by(SearchDocument.subject_id)
        .limit(CHUNK)
    )
    ids = list(session.execute(statement).scalars())
    if not ids:
        return None
    index(session, kind, ids)
    return ids[-1]


def drop_unused_words(session: AnySession) -> int:
    """Forget words that stand in nothing any more: an erased name must not stay behind; how many rows went."""
    used = select(SearchEntry.scope).where(SearchEntry.scope == SearchWord.scope, SearchEntry.word == SearchWord.word)
    kinds = [source.kind for source in sources()]
    result = session.execute(delete(SearchWord).where(~used.where(SearchEntry.kind.in_(kinds)).exists()))
    return int(getattr(result, "rowcount", 0) or 0)
