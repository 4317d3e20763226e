"""What is asked before an accreditation becomes active, and what of it is met (letter rec. 2 and 9).

An agreement signed by both sides satisfies its criterion, also when it was signed on condition of accreditation; what
is no agreement a person checks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from hubs.accreditation.models import Accreditation
from hubs.accreditation.queries.files import lists_of
from hubs.agreements.lifecycle import AgreementState
from hubs.agreements.models import Agreement
from hubs.extensions import db
from hubs.guideline.criteria import Answer, Moment, ProposalKind, Rule, criteria_for
from hubs.guideline.models import CriterionRow
from hubs.guideline.rows import criteria_of

CONTACTS = "G1"  # registers client contacts as agreed (letter rec. 2)
SIGNED = (AgreementState.OFFERED, AgreementState.SIGNED, AgreementState.IN_FORCE, AgreementState.PAUSED)


@dataclass(frozen=True, slots=True)
class ActivationCheck:
    """One criterion of the moment of activation: what it is, and whether and by what it is met."""

    criterion: CriterionRow
    is_required: bool
    is_met: bool
    checked_at: datetime | None = None  # a person's check
    checked_by_id: str | None = None
    agreements: list[Agreement] = field(default_factory=list)  # those that satisfy it

    @property
    def code(self) -> str:
        return self.criterion.code

    @property
    def is_by_person(self) -> bool:
        return self.criterion.answer != Answer.AGREEMENT


def activation_checks(accreditation: Accreditation, on: date) -> list[ActivationCheck]:
    """The checklist of an accreditation, in the order of its guideline version."""
    version, proposal = accreditation.guideline_version, accreditation.decision.proposal
    kind = proposal.kind if proposal else ProposalKind.NEW
    lists = lists_of([proposal.market]) if proposal and proposal.market else frozenset()
    asked = criteria_for(criteria_of(version), kind=kind, market_lists=lists, moments={Moment.ACTIVATION})
    rows = {row.code: row for row in version.criteria}
    return [_check(rows[item.code], accreditation, on) for item in asked]


def _check(criterion: CriterionRow, accreditation: Accreditation, on: date) -> ActivationCheck:
    required = criterion.rule != Rule.INFORMATIVE
    if criterion.answer == Answer.AGREEMENT:
        signed = signed_agreements(accreditation, on)
        return ActivationCheck(criterion, required, bool(signed), agreements=signed)
    found = accreditation.checked.get(criterion.code)
    at = datetime.fromisoformat(found["at"]) if found else None
    return ActivationCheck(criterion, required, found is not None, at, found["person_id"] if found else None)


def signed_agreements(accreditation: Accreditation, on: date) -> list[Agreement]:
    """Agreements of this hub that it and a post have signed, not over, for a market of the accreditation.

    One signed on condition of accreditation counts: it waits for this.
    """
    statement = (
        select(Agreement)
        .where(
            Agreement.hub_id == accreditation.hub_id,
            Agreement.state.in_(SIGNED),
            Agreement.hub_signed_at.is_not(None),
            Agreement.hub_ended_at.is_(None),
            Agreement.ends_on >= on,
        )
        .options(selectinload(Agreement.posts))
        .order_by(Agreement.id)
    )
    listed = db.session.execute(statement).scalars()
    return [one for one in listed if one.has_two_sides and _covers(one, accreditation.markets)]


def _covers(agreement: Agreement, markets: list[str]) -> bool:
    return not agreement.markets or not markets or not set(agreement.markets).isdisjoint(markets)
