"""How hubs and posts are found: by name, code and city; everybody who is signed in may know them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from hubs.accounts.actor import Actor
from hubs.accounts.models import Office, Organisation, OrganisationKind
from hubs.accounts.permissions import P
from hubs.core.searching.sources import (
    EVERYBODY,
    Document,
    Named,
    Source,
    Watched,
    named_columns,
    register,
    register_named,
)
from hubs.extensions import AnySession

KIND = "organisation"
_SHOWN = (OrganisationKind.HUB, OrganisationKind.POST)


def _documents(session: AnySession, ids: Sequence[str]) -> Iterable[Document]:
    statement = (
        select(Organisation.id, Organisation.name_nl, Organisation.name_en, Organisation.code, Office.city)
        .outerjoin(Office, (Office.organisation_id == Organisation.id) & Office.closed_on.is_(None))
        .where(Organisation.id.in_(ids), Organisation.kind.in_(_SHOWN), Organisation.retired_on.is_(None))
    )
    texts: dict[str, list[str | None]] = {}
    for row in session.execute(statement):
        texts.setdefault(row.id, []).extend((row.name_nl, row.name_en, row.code, row.city))
    return [Document(subject_id, EVERYBODY, tuple(found)) for subject_id, found in texts.items()]


def _every_id(session: AnySession, after: str, most: int) -> Sequence[str]:
    statement = select(Organisation.id).where(Organisation.id > after).order_by(Organisation.id).limit(most)
    return session.execute(statement).scalars().all()


def _rows(actor: Actor, ids: Sequence[str]) -> Select[Any]:
    cities = (
        select(func.min(Office.city))
        .where(Office.organisation_id == Organisation.id, Office.closed_on.is_(None))
        .scalar_subquery()
    )
    more = Organisation.code
    return select(
        *named_columns(KIND, Organisation.id, _key(), Organisation.name_nl, Organisation.name_en, cities, more)
    ).where(Organisation.id.in_(ids), Organisation.kind.in_(_SHOWN), Organisation.retired_on.is_(None))


def _key() -> Any:
    return Organisation.kind + "/" + Organisation.code


def _link(row: Any) -> str:
    kind, _slash, code = row.key.partition("/")
    return f"/register/{code}" if kind == OrganisationKind.HUB else f"/posts/{code}"


register(
    Source(
        KIND,
        _documents,
        _every_id,
        {
            Organisation: Watched(("name_nl", "name_en", "code", "retired_on"), lambda row: [row.id]),
            Office: Watched(("city", "closed_on"), lambda row: [row.organisation_id]),
        },
    )
)
register_named(
    Named(
        KIND,
        _l("Hubs and posts"),
        lambda actor: (EVERYBODY,) if actor.can(P.DIRECTORY_READ) else (),
        _rows,
        _link,
    )
)
