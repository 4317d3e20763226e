"""The ministry's desk: the board of proposals, cases in one market side by side, and the map of markets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import render_template, request, url_for

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation import words
from hubs.accreditation.pages.board import board_row, conflict_words, last_day_words
from hubs.accreditation.pages.rivals import rivals_of
from hubs.accreditation.queries.board import ENDED, ORDER, BoardFilters, board_counts, board_rows
from hubs.accreditation.queries.market_map import market_lines
from hubs.accreditation.statutory import amsterdam_day
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound
from hubs.core.pagination import keyset
from hubs.extensions import db
from hubs.guideline.criteria import ProposalKind
from hubs.reference.labels import label_choices, market_name

from . import bp

PAGE_SIZE = 50
MAP_MONTHS = timedelta(days=365)
_STAGES = ("submitted", "in_assessment", "returned", "assessed", "decision_drafted")


def board_page(actor: Actor) -> str:
    """`/proposals` as the ministry sees it."""
    today, cursor, filters = amsterdam_day(utcnow()), request.args.get("cursor"), _filters()
    page = keyset(db.session, board_rows(actor, filters, today), ORDER, cursor=cursor, size=PAGE_SIZE, scalars=False)
    counts: dict[str, int] = dict(db.session.execute(board_counts(actor)).all())
    rows = [board_row(found, today) for found in page.items]
    kept: dict[str, Any] = {
        name: request.args.get(name) for name in ("stage", "market", "kind", "mine", "late") if request.args.get(name)
    }
    return render_template(
        "accreditation/board.html",
        rows=rows,
        counts=[(stage, words.PROPOSAL_WORDS[stage], counts.get(stage, 0)) for stage in _STAGES],
        ended=sum(counts.get(state, 0) for state in ENDED),
        conflicts=conflict_words(rows),
        filters=filters,
        kept=kept,
        markets=label_choices("market"),
        last_day=lambda row: last_day_words(row.due_on, today),
        next_url=url_for("accreditation.proposal_list", cursor=page.next_cursor, **kept) if page.next_cursor else None,
        first_url=url_for("accreditation.proposal_list", **kept) if cursor else None,
        words=words,
    )


def _filters() -> BoardFilters:
    """What the address asks for; what it asks wrongly is left out."""
    stage, kind, market = (request.args.get(name, "") for name in ("stage", "kind", "market"))
    return BoardFilters(
        stage=stage if stage in (*_STAGES, "ended") else "",
        market=market if market in dict(label_choices("market")) else "",
        kind=kind if kind in list(ProposalKind) else "",
        mine=request.args.get("mine") == "1",
        late=request.args.get("late") == "1",
    )


@bp.get("/proposals/side-by-side/<iso2:market>")
@permitted(P.ASSESSMENT_READ)
def proposals_side_by_side(market: str) -> str:
    """Every open proposal for one market beside one another, criterion by criterion."""
    if market not in dict(label_choices("market")):
        raise NotFound()
    columns, table = rivals_of(current_actor(), market)
    return render_template(
        "accreditation/side_by_side.html", market=market, name=market_name(market), columns=columns, table=table
    )


@bp.get("/market-map")
@permitted(P.ASSESSMENT_READ)
def market_map() -> str:
    now = utcnow()
    lines = market_lines(now - MAP_MONTHS, amsterdam_day(now))
    wanted = request.args.get("show", "")
    shown = [line for line in lines if wanted in ("", line.verdict)]
    return render_template(
        "accreditation/market_map.html",
        lines=shown,
        total=len(lines),
        shown=wanted,
        counts={verdict: sum(1 for line in lines if line.verdict == verdict) for verdict in VERDICTS},
        since=amsterdam_day(now - MAP_MONTHS),
    )


VERDICTS = ("wanted", "unmet", "rivals", "covered", "quiet")
