"""How missions are found: by name and by the countries they go to; by their own desk, and once they are announced by
the hubs that were asked to make room. Who takes part is not found here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core.searching.sources import Document, Named, Source, Watched, named_columns, register, register_named
from hubs.extensions import AnySession
from hubs.missions.lifecycle import MissionState
from hubs.missions.models import Mission, MissionHub, MissionMarket
from hubs.missions.queries import missions_visible_to
from hubs.reference.models import Market

KIND = "mission"


def _documents(session: AnySession, ids: Sequence[str]) -> Iterable[Document]:
    statement = (
        select(
            Mission.id, Mission.organisation_id, Mission.state, Mission.name_nl, Mission.name_en,
            MissionHub.organisation_id.label("hub_id"), _countries().label("countries"),
        )
        .outerjoin(MissionHub, MissionHub.mission_id == Mission.id)
        .where(Mission.id.in_(ids))
    )  # fmt: skip
    found: dict[tuple[str, str], Document] = {}
    for row in session.execute(statement):
        asked = row.hub_id if row.state != MissionState.DRAFT else None
        for scope in (row.organisation_id, asked):
            if scope:
                found[row.id, scope] = Document(row.id, scope, (row.name_nl, row.name_en, row.countries))
    return found.values()


def _countries() -> Any:
    """The names of its countries in both languages, one after another."""
    return (
        select(func.aggregate_strings(Market.name_nl + " " + Market.name_en, " "))
        .select_from(MissionMarket)
        .join(Market, Market.iso2 == MissionMarket.market)
        .where(MissionMarket.mission_id == Mission.id)
        .correlate(Mission)
        .scalar_subquery()
    )


def _every_id(session: AnySession, after: str, most: int) -> Sequence[str]:
    statement = select(Mission.id).where(Mission.id > after).order_by(Mission.id).limit(most)
    return session.execute(statement).scalars().all()


def _rows(actor: Actor, ids: Sequence[str]) -> Select[Any]:
    columns = named_columns(KIND, Mission.id, Mission.id, Mission.name_nl, Mission.name_en, None, _countries())
    visible = missions_visible_to(actor).where(Mission.id.in_(ids))
    return visible.with_only_columns(*columns, maintain_column_froms=True)


def _in_market(row: Market) -> Select[Any]:
    return select(MissionMarket.mission_id).where(MissionMarket.market == row.iso2)


register(
    Source(
        KIND,
        _documents,
        _every_id,
        {
            Mission: Watched(("name_nl", "name_en", "state", "organisation_id"), lambda row: [row.id]),
            MissionHub: Watched(("organisation_id",), lambda row: [row.mission_id]),
            MissionMarket: Watched(("market",), lambda row: [row.mission_id]),
            Market: Watched(("name_nl", "name_en"), _in_market, is_whole=False),
        },
    )
)
register_named(
    Named(
        KIND,
        _l("Missions"),
        lambda actor: (actor.organisation_id,) if actor.can(P.MISSION_READ) and actor.organisation_id else (),
        _rows,
        lambda row: f"/missions/{row.key}",
    )
)
