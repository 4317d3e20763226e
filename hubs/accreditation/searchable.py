"""How proposals are found: by reference and the chamber's name; by that chamber, the ministry and posts that advise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation, OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation.models import PostAdvice, Proposal
from hubs.accreditation.queries.proposals import proposals_visible_to
from hubs.core.searching.sources import (
    MINISTRY,
    Document,
    Named,
    Numbered,
    Source,
    Watched,
    named_columns,
    register,
    register_named,
    register_numbered,
)
from hubs.extensions import AnySession

KIND = "proposal"


def _documents(session: AnySession, ids: Sequence[str]) -> Iterable[Document]:
    statement = (
        select(
            Proposal.id, Proposal.reference, Proposal.hub_id, Proposal.submitted_at,
            Organisation.name_nl, Organisation.name_en, PostAdvice.post_id,
        )
        .join(Organisation, Organisation.id == Proposal.hub_id)
        .outerjoin(PostAdvice, PostAdvice.proposal_id == Proposal.id)
        .where(Proposal.id.in_(ids))
    )  # fmt: skip
    found: dict[tuple[str, str], Document] = {}
    for row in session.execute(statement):
        texts = (row.reference, row.reference.replace("-", "")[1:], row.name_nl, row.name_en)
        ministry = MINISTRY if row.submitted_at is not None else None
        for scope in (row.hub_id, row.post_id, ministry):
            if scope:
                found[row.id, scope] = Document(row.id, scope, texts)
    return found.values()


def _every_id(session: AnySession, after: str, most: int) -> Sequence[str]:
    statement = select(Proposal.id).where(Proposal.id > after).order_by(Proposal.id).limit(most)
    return session.execute(statement).scalars().all()


def _scopes(actor: Actor) -> Sequence[str]:
    if not actor.can(P.PROPOSAL_READ):
        return ()
    if actor.organisation_kind == OrganisationKind.MINISTRY:
        return (MINISTRY,)
    return (actor.organisation_id,) if actor.organisation_id else ()


def _rows(actor: Actor, ids: Sequence[str]) -> Select[Any]:
    columns = named_columns(
        KIND, Proposal.id, Proposal.reference, Organisation.name_nl, Organisation.name_en, Proposal.reference, None
    )
    visible = proposals_visible_to(actor).join(Organisation, Organisation.id == Proposal.hub_id)
    return visible.where(Proposal.id.in_(ids)).with_only_columns(*columns, maintain_column_froms=True)


register(
    Source(
        KIND,
        _documents,
        _every_id,
        {
            Proposal: Watched(("reference", "submitted_at", "hub_id"), lambda row: [row.id]),
            PostAdvice: Watched(("post_id",), lambda row: [row.proposal_id]),
            Organisation: Watched(
                ("name_nl", "name_en"),
                lambda row: select(Proposal.id).where(Proposal.hub_id == row.id),
                is_whole=False,
            ),
        },
    )
)
register_named(Named(KIND, _l("Proposals"), _scopes, _rows, lambda row: f"/proposals/{row.key}"))
register_numbered(Numbered("V", proposals_visible_to, Proposal.reference, lambda number: f"/proposals/{number}"))
