"""How agreements are found: by the names of their parties, by those parties."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation
from hubs.accounts.permissions import P
from hubs.agreements.models import Agreement, AgreementPost
from hubs.agreements.queries import agreements_visible_to
from hubs.core.searching.sources import Document, Named, Source, Watched, named_columns, register, register_named
from hubs.extensions import AnySession

KIND = "agreement"


def _documents(session: AnySession, ids: Sequence[str]) -> Iterable[Document]:
    hub, post = aliased(Organisation), aliased(Organisation)
    statement = (
        select(
            Agreement.id, Agreement.hub_id, AgreementPost.post_id,
            hub.name_nl, hub.name_en, post.name_nl.label("post_nl"), post.name_en.label("post_en"),
        )
        .join(hub, hub.id == Agreement.hub_id)
        .outerjoin(AgreementPost, AgreementPost.agreement_id == Agreement.id)
        .outerjoin(post, post.id == AgreementPost.post_id)
        .where(Agreement.id.in_(ids))
    )  # fmt: skip
    texts: dict[str, list[str | None]] = {}
    parties: dict[str, set[str]] = {}
    for row in session.execute(statement):
        texts.setdefault(row.id, []).extend((row.name_nl, row.name_en, row.post_nl, row.post_en))
        parties.setdefault(row.id, set()).update(party for party in (row.hub_id, row.post_id) if party)
    return [Document(each, party, tuple(found)) for each, found in texts.items() for party in sorted(parties[each])]


def _every_id(session: AnySession, after: str, most: int) -> Sequence[str]:
    statement = select(Agreement.id).where(Agreement.id > after).order_by(Agreement.id).limit(most)
    return session.execute(statement).scalars().all()


def _of_organisation(row: Organisation) -> Select[Any]:
    party = select(AgreementPost.agreement_id).where(AgreementPost.post_id == row.id)
    return select(Agreement.id).where(or_(Agreement.hub_id == row.id, Agreement.id.in_(party)))


def _rows(actor: Actor, ids: Sequence[str]) -> Select[Any]:
    """The newest version of each lineage that holds the words comes first; every version has its own page."""
    hub, post = aliased(Organisation), aliased(Organisation)

    def names(column: Any) -> Any:
        return (
            select(func.min(column))
            .select_from(AgreementPost)
            .join(post, post.id == AgreementPost.post_id)
            .where(AgreementPost.agreement_id == Agreement.id)
            .correlate(Agreement)
            .scalar_subquery()
        )

    def title(own: Any, other: Any) -> Any:
        return own + " - " + func.coalesce(names(other), "")

    columns = named_columns(
        KIND,
        Agreement.id,
        Agreement.id,
        title(hub.name_nl, post.name_nl),
        title(hub.name_en, post.name_en),
        None,
        _all_names(),
    )
    visible = agreements_visible_to(actor).join(hub, hub.id == Agreement.hub_id).where(Agreement.id.in_(ids))
    return visible.with_only_columns(*columns, maintain_column_froms=True)


def _all_names() -> Any:
    """Of every post that is a party, one after another."""
    party = aliased(Organisation)
    return (
        select(func.aggregate_strings(party.name_nl + " " + party.name_en, " "))
        .select_from(AgreementPost)
        .join(party, party.id == AgreementPost.post_id)
        .where(AgreementPost.agreement_id == Agreement.id)
        .correlate(Agreement)
        .scalar_subquery()
    )


register(
    Source(
        KIND,
        _documents,
        _every_id,
        {
            Agreement: Watched(("hub_id",), lambda row: [row.id]),
            AgreementPost: Watched(("post_id",), lambda row: [row.agreement_id]),
            Organisation: Watched(("name_nl", "name_en"), _of_organisation, is_whole=False),
        },
    )
)
register_named(
    Named(
        KIND,
        _l("Agreements"),
        lambda actor: (actor.organisation_id,) if actor.can(P.AGREEMENT_READ) and actor.organisation_id else (),
        _rows,
        lambda row: f"/agreements/{row.key}",
    )
)
