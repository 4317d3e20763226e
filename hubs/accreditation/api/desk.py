"""The ministry's desk by API: the board with next steps and holders, one's own tasks, and the map of markets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hubs.accounts.permissions import P
from hubs.accreditation.pages.board import board_row
from hubs.accreditation.pages.tasks import task_lines
from hubs.accreditation.queries.board import ORDER, BoardFilters, board_rows
from hubs.accreditation.queries.market_map import market_lines
from hubs.accreditation.schemas.desk import BoardQuery, BoardRowOut, MarketMapOut, TasksOut
from hubs.accreditation.statutory import amsterdam_day
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, listing
from hubs.core.templating import locale_code

from . import routes

YEAR = timedelta(days=365)


@routes.get(
    "/proposal-board",
    P.ASSESSMENT_READ,
    answer=BoardRowOut,
    query=BoardQuery,
    summary="Proposals that were handed in: stage, next step, who holds it, and the statutory term",
    tag="proposals",
)
def proposal_board(call: Call) -> Listing:
    query, today = call.query(), amsterdam_day(call.now)
    filters = BoardFilters(
        stage=query.get("stage") or "",
        market=query.get("market") or "",
        kind=query.get("kind") or "",
        mine=bool(query.get("mine")),
        late=bool(query.get("late")),
    )
    page = listing(board_rows(call.actor, filters, today), query, {"dueOn": ORDER}, scalars=False)
    return page.showing([_row(found, today) for found in page.items])


def _row(found: Any, today: Any) -> dict[str, Any]:
    row, proposal = board_row(found, today), found.Proposal
    return {
        "id": proposal.id,
        "reference": proposal.reference,
        "kind": proposal.kind,
        "state": proposal.state,
        "hub": {
            "id": proposal.hub.id,
            "kind": proposal.hub.kind,
            "code": proposal.hub.code,
            "name": proposal.hub.name(locale_code()),
        },
        "market": proposal.market,
        "stage": row.standing.stage,
        "next_step": row.standing.step,
        "held_by": row.standing.holder,
        "held_by_names": list(row.standing.names),
        "due_on": row.due_on,
        "term": row.due,
        "rivals": row.rivals,
        "interests": row.interests,
    }


@routes.get(
    "/tasks",
    P.ACCOUNT_USE,
    answer=TasksOut,
    summary="What waits for the caller in proposals and accreditations, shortest term first",
    tag="proposals",
)
def task_list(call: Call) -> Answer:
    lines = task_lines(call.actor, amsterdam_day(call.now))
    return Answer(
        {
            "items": [
                {
                    "kind": line.kind,
                    "key": line.key,
                    "hub": line.title,
                    "what": line.what,
                    "market": line.market,
                    "due_on": line.due_on,
                    "term": line.due,
                }
                for line in lines
            ]
        }
    )


@routes.get(
    "/market-map",
    P.ASSESSMENT_READ,
    answer=MarketMapOut,
    summary="Markets with their hubs, open proposals, and questions nobody could serve",
    tag="proposals",
)
def market_map(call: Call) -> Answer:
    since = call.now - YEAR
    return Answer(
        {
            "since": amsterdam_day(since),
            "items": [
                {
                    "market": line.market,
                    "hubs": line.hubs,
                    "open_proposals": line.proposals,
                    "questions": line.questions,
                    "unmet": line.unmet,
                    "verdict": line.verdict,
                }
                for line in market_lines(since, amsterdam_day(call.now))
            ],
        }
    )
