"""Earlier decisions that are like the one at hand, so that like cases are decided alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hubs.accreditation.lifecycle import DecisionState
from hubs.accreditation.models import Decision, Proposal
from hubs.extensions import db

LOOKED_AT, SHOWN = 100, 5


def similar_decisions(proposal: Proposal, computed_outcome: str | None, failed: frozenset[str]) -> list[Decision]:
    """Signed decisions on other proposals, the most alike first: outcome, kind, failed criteria, market."""
    statement = (
        select(Decision)
        .where(
            Decision.state == DecisionState.SIGNED,
            Decision.proposal_id.is_not(None),
            Decision.proposal_id != proposal.id,
        )
        .options(joinedload(Decision.proposal), joinedload(Decision.hub))
        .order_by(Decision.signed_at.desc(), Decision.id.desc())
        .limit(LOOKED_AT)
    )
    earlier = db.session.execute(statement).scalars().all()
    scored = [(_likeness(row, proposal, computed_outcome, failed), row) for row in earlier]
    alike = [pair for pair in scored if pair[0] > 0]
    return [row for _score, row in sorted(alike, key=lambda pair: -pair[0])[:SHOWN]]


def _likeness(row: Decision, proposal: Proposal, computed_outcome: str | None, failed: frozenset[str]) -> int:
    same_outcome = row.computed_outcome is not None and row.computed_outcome == computed_outcome
    same_kind = row.proposal is not None and row.proposal.kind == proposal.kind
    return (
        3 * same_outcome
        + 2 * len(failed & failed_criteria(row.computed))
        + 2 * bool(set(row.markets) & set(proposal.markets))
        + same_kind
    )


def failed_criteria(computed: dict[str, Any]) -> frozenset[str]:
    """The codes that failed, from the derivation a decision keeps."""
    result = computed.get("result") or {}
    return frozenset(
        code for name in ("knock_outs", "mandatory", "consequences") for code in result.get(name, ()) or ()
    )
