"""Everything the page of one accreditation shows, to its hub and to the ministry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hubs.accounts.actor import Actor
from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation.duties import DeMinimis, FundingYear, de_minimis_on, funding_path, number
from hubs.accreditation.lifecycle import AccreditationState
from hubs.accreditation.models import Accreditation, Concern, Condition, Decision, Funding, Letter, Obligation
from hubs.accreditation.queries import duties as queries
from hubs.accreditation.queries.activation import ActivationCheck, activation_checks
from hubs.core.clock import local_day
from hubs.core.perform import open_actions
from hubs.directory.models import HubProfile
from hubs.extensions import db

WAITING = (AccreditationState.GRANTED,)


@dataclass(frozen=True, kw_only=True)
class AccreditationPage:
    profile: HubProfile
    today: date
    status: str  # of the hub, today
    is_over: bool  # the term has ended, whatever is stored
    starts_later: bool
    is_planned: bool
    checks: list[ActivationCheck]
    conditions: list[Condition]
    obligations: list[Obligation]
    concerns: list[Concern]
    fundings: list[Funding]
    path: list[FundingYear]
    most_cents: int  # the longest bar of the path
    de_minimis: DeMinimis
    de_minimis_years: int
    letters: list[Letter]
    decisions: list[Decision]
    history: list[Any]
    successor: Accreditation | None
    may_activate: bool
    may_keep: bool
    may_report: bool
    may_draft: bool
    may_renew: bool
    is_ministry: bool

    @property
    def missing(self) -> list[ActivationCheck]:
        return [check for check in self.checks if check.is_required and not check.is_met]


def accreditation_page(accreditation: Accreditation, actor: Actor, now: datetime) -> AccreditationPage:
    today = local_day(now)
    profile = db.session.get_one(HubProfile, accreditation.hub_id)
    fundings = queries.fundings_of(accreditation.hub_id)
    path = funding_path(fundings, queries.own_revenue_shares(accreditation.hub_id))
    waits = accreditation.state in WAITING
    coming = profile.coming
    return AccreditationPage(
        profile=profile,
        today=today,
        status=profile.status_on(today),
        is_over=accreditation.ends_on < today,
        starts_later=accreditation.starts_on > today,
        is_planned=waits and coming is not None and coming.from_on == accreditation.starts_on,
        checks=activation_checks(accreditation, today),
        conditions=queries.conditions_of(accreditation),
        obligations=queries.obligations_of(accreditation),
        concerns=queries.concerns_about(actor, accreditation.hub_id),
        fundings=fundings,
        path=path,
        most_cents=max((max(row.amount_cents, row.planned_cents or 0) for row in path), default=0),
        de_minimis=de_minimis_on(today, fundings),
        de_minimis_years=number("de_minimis_years"),
        letters=queries.letters_to(actor, accreditation.hub_id),
        decisions=queries.decisions_about(actor, accreditation.hub_id),
        history=queries.history_of(actor, accreditation),
        successor=_successor(accreditation),
        may_activate=any(row.name == "activate" for row in open_actions(accreditation, actor)),
        may_keep=actor.can(P.ACCREDITATION_KEEP, accreditation),
        may_report=actor.can(P.ACCREDITATION_REPORT, accreditation),
        may_draft=actor.can(P.DECISION_DRAFT),
        may_renew=actor.can(P.PROPOSAL_WRITE) and actor.organisation_id == accreditation.hub_id,
        is_ministry=actor.organisation_kind == OrganisationKind.MINISTRY,
    )


def _successor(accreditation: Accreditation) -> Accreditation | None:
    statement = db.select(Accreditation).where(Accreditation.replaces_id == accreditation.id)
    return db.session.execute(statement.order_by(Accreditation.granted_at.desc()).limit(1)).scalar_one_or_none()
