"""The ministry's map of markets: hubs and proposals there, and the questions of twelve months that nobody could serve.

Numbers of questions only, and none below ten: whoever reads the map is outside the desks that made them (domain
rule 5). A market's figures are nested, so the one that could be worked out from two others is hidden too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, case, cast, func, select

from hubs.accreditation.lifecycle import OPEN_STATES
from hubs.accreditation.models import Proposal
from hubs.agreements.queries import hub_statuses
from hubs.core.suppression import shown_chain
from hubs.directory.lifecycle import STANDING, HubStatus
from hubs.directory.models import HubMarket
from hubs.extensions import db
from hubs.referrals.models import SupportRequest

SUSPENDED = HubStatus.SUSPENDED


@dataclass(slots=True)
class MarketLine:
    """One market: hubs by standing, open proposals, and its questions; None is a hidden figure."""

    market: str
    hubs: dict[str, int] = field(default_factory=dict)
    proposals: int = 0
    questions: int | None = 0
    unmet: int | None = 0  # taken by the post for want of a hub, or not served

    @property
    def standing_hubs(self) -> int:
        return sum(number for status, number in self.hubs.items() if status in STANDING)

    @property
    def verdict(self) -> str:
        """rivals, wanted (unmet questions without a hub), unmet, covered, quiet."""
        if self.proposals > 1:
            return "rivals"
        if self.unmet:
            return "unmet" if self.standing_hubs else "wanted"
        return "covered" if self.standing_hubs else "quiet"


def market_lines(since: datetime, on: date) -> list[MarketLine]:
    """Every market where there is something to tell, most unmet questions first, in four statements."""
    lines: dict[str, MarketLine] = {}

    def line(market: str) -> MarketLine:
        return lines.setdefault(market, MarketLine(market))

    served = db.session.execute(select(HubMarket.market, HubMarket.hub_id)).all()
    statuses = hub_statuses({hub_id for _market, hub_id in served}, on)
    for market, hub_id in served:
        status = statuses.get(hub_id, "")
        if status in STANDING or status == SUSPENDED:
            found = line(market).hubs
            found[status] = found.get(status, 0) + 1
    open_ones = (
        select(Proposal.market, func.count())
        .where(Proposal.submitted_at.is_not(None), Proposal.state.in_(OPEN_STATES), Proposal.market.is_not(None))
        .group_by(Proposal.market)
    )
    for row in db.session.execute(open_ones):
        line(row[0] or "").proposals = row[1]
    for market, questions, unmet in db.session.execute(_questions(since)):
        found_line = line(market)
        found_line.questions, found_line.unmet = shown_chain((questions, unmet), zeros_shown=True)
    return sorted(lines.values(), key=lambda one: (-(one.unmet or 0), -(one.questions or 0), one.market))


def _questions(since: datetime) -> Any:
    unmet = case((SupportRequest.has_gap.is_(True), 1), (SupportRequest.outcome == "unserved", 1), else_=0)
    counted: Any = select(SupportRequest.market, func.count(), func.sum(cast(unmet, Integer)))
    asked = counted.where(SupportRequest.market.is_not(None), SupportRequest.received_at >= since)
    return asked.group_by(SupportRequest.market)
