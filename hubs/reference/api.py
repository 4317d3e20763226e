"""Markets, sectors, services and every list of codes, for reading by any client."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from sqlalchemy import Select, or_, select

from hubs.accounts.permissions import P
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.api.endpoints import Routes
from hubs.api.listing import Listing, both_ways, in_memory, listing
from hubs.core.errors import NotFound
from hubs.core.types import folded
from hubs.extensions import db

from .models import Market, Provider, Sector, Service
from .queries import code_lists
from .schemas import (
    CodeListOut,
    CodeListQuery,
    MarketOut,
    MarketQuery,
    SectorOut,
    SectorQuery,
    ServiceOut,
    ServiceQuery,
)
from .words import PROVIDER_WORDS

routes = Routes()
_KINDS = {
    "decline_reason": "reason",
    "return_reason": "reason",
    "override_reason": "reason",
    "referral_outcome": "outcome",
    "request_outcome": "outcome",
}
codes.add("provider", "list", [(provider, PROVIDER_WORDS[provider]) for provider in Provider])


def _sorts(model: Any, key: Any) -> Any:
    return both_ways(
        code=[(key, "asc")],
        nameNl=[(model.name_nl_folded, "asc"), (key, "asc")],
        nameEn=[(model.name_en_folded, "asc"), (key, "asc")],
    )


def _named(statement: Select[Any], model: Any, words: str | None) -> Select[Any]:
    if not words:
        return statement
    wanted = folded(words)
    return statement.where(
        or_(
            model.name_nl_folded.contains(wanted, autoescape=True),
            model.name_en_folded.contains(wanted, autoescape=True),
        )
    )


def _one(call: Call, model: Any, key: str) -> Answer:
    found = db.session.get(model, key)
    if found is None:
        raise NotFound()
    call.may()
    return Answer(found)


@routes.get("/markets", P.DIRECTORY_READ, answer=MarketOut, query=MarketQuery, summary="Markets", tag="markets")
def market_list(call: Call) -> Listing:
    query = call.query()
    statement = _named(select(Market).where(Market.retired_on.is_(None)), Market, query.get("q"))
    if query.get("region"):
        statement = statement.where(Market.region == query["region"])
    return listing(statement, query, _sorts(Market, Market.iso2))


@routes.get("/markets/<iso2:code>", P.DIRECTORY_READ, answer=MarketOut, summary="A market", tag="markets")
def market_show(call: Call, code: str) -> Answer:
    return _one(call, Market, code)


@routes.get("/sectors", P.DIRECTORY_READ, answer=SectorOut, query=SectorQuery, summary="Sectors", tag="sectors")
def sector_list(call: Call) -> Listing:
    query = call.query()
    statement = _named(select(Sector).where(Sector.retired_on.is_(None)), Sector, query.get("q"))
    if query.get("kind"):
        statement = statement.where(Sector.kind == query["kind"])
    return listing(statement, query, _sorts(Sector, Sector.code))


@routes.get("/sectors/<key:code>", P.DIRECTORY_READ, answer=SectorOut, summary="A sector", tag="sectors")
def sector_show(call: Call, code: str) -> Answer:
    return _one(call, Sector, code)


@routes.get("/services", P.DIRECTORY_READ, answer=ServiceOut, query=ServiceQuery, summary="Services", tag="services")
def service_list(call: Call) -> Listing:
    query = call.query()
    statement = _named(select(Service).where(Service.retired_on.is_(None)), Service, query.get("q"))
    if query.get("provider"):
        statement = statement.where(Service.default_provider == query["provider"])
    return listing(statement, query, _sorts(Service, Service.code))


@routes.get("/services/<key:code>", P.DIRECTORY_READ, answer=ServiceOut, summary="A service", tag="services")
def service_show(call: Call, code: str) -> Answer:
    return _one(call, Service, code)


def _all_lists() -> list[dict[str, Any]]:
    """Lists that are data, and those that are laid down in the program."""
    rows = db.session.execute(code_lists()).scalars()
    kept = [
        {"code": code, "kind": _KINDS.get(code, "list"), "entries": list(entries)}
        for code, entries in groupby(rows, key=lambda entry: entry.list_code)
    ]
    return [*kept, *codes.declared()]


@routes.get(
    "/code-lists",
    P.DIRECTORY_READ,
    answer=CodeListOut,
    query=CodeListQuery,
    summary="Every state, action, reason, outcome and list code, with both names",
    tag="code-lists",
)
def code_list_list(call: Call) -> Listing:
    query = call.query()
    kind = query.get("kind")
    return in_memory([row for row in _all_lists() if kind in (None, row["kind"])], query, lambda row: row["code"])


@routes.get("/code-lists/<key:code>", P.DIRECTORY_READ, answer=CodeListOut, summary="A list", tag="code-lists")
def code_list_show(call: Call, code: str) -> Answer:
    found = [row for row in _all_lists() if row["code"] == code]
    if not found:
        raise NotFound()
    call.may()
    return Answer(found[0])
