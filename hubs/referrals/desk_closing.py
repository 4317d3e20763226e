"""What it means that an organisation is retired or an office shut: said before it happens, and nothing is hidden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from hubs.accounts.models import Membership, Organisation, OrganisationKind
from hubs.accounts.queries import in_force
from hubs.agreements.models import Agreement, AgreementPost
from hubs.directory.models import PostCoverage, PostProfile
from hubs.extensions import db
from hubs.referrals.lifecycle import LIVE
from hubs.referrals.lifecycle import RequestState as R
from hubs.referrals.models import Referral, SupportRequest

_IN_FORCE = ("in_force", "paused")


@dataclass(frozen=True, slots=True)
class Consequences:
    """Counts of what lies there now, and the markets that no other post would cover."""

    people: int = 0
    questions: int = 0
    received: int = 0
    sent: int = 0
    agreements: int = 0
    uncovered: tuple[str, ...] = ()


def consequences_for(organisation: Organisation, on: date) -> Consequences:
    """What retiring an organisation would leave."""
    own = organisation.id
    return Consequences(
        people=_count(
            select(func.count(func.distinct(Membership.person_id))).where(
                Membership.organisation_id == own, in_force(on)
            )
        ),
        questions=_questions(SupportRequest.owner_id == own),
        received=_live(Referral.to_id == own),
        sent=_live(Referral.from_id == own),
        agreements=_agreements(organisation),
        uncovered=_uncovered(organisation),
    )


def consequences_at(office_id: str) -> Consequences:
    """What shutting an office would leave there."""
    return Consequences(
        questions=_questions(SupportRequest.office_id == office_id),
        received=_live(Referral.to_office_id == office_id),
        sent=_live(Referral.from_office_id == office_id),
        people=_count(
            select(func.count(func.distinct(Membership.person_id))).where(Membership.office_id == office_id, in_force())
        ),
    )


def _count(statement: Any) -> int:
    return int(db.session.execute(statement).scalar_one())


def _questions(where: Any) -> int:
    return _count(select(func.count()).where(where, SupportRequest.state.not_in((R.CLOSED, R.WITHDRAWN))))


def _live(where: Any) -> int:
    return _count(select(func.count()).where(where, Referral.state.in_(sorted(LIVE))))


def _agreements(organisation: Organisation) -> int:
    mine = Agreement.hub_id == organisation.id
    if organisation.kind == OrganisationKind.POST:
        mine = Agreement.posts.any(AgreementPost.post_id == organisation.id)
    return _count(select(func.count()).select_from(Agreement).where(mine, Agreement.state.in_(_IN_FORCE)))


def _uncovered(organisation: Organisation) -> tuple[str, ...]:
    """Markets where this post is the only open one."""
    if organisation.kind != OrganisationKind.POST:
        return ()
    other = aliased(PostCoverage)
    elsewhere = (
        select(other.id)
        .join(PostProfile, PostProfile.id == other.post_id)
        .join(Organisation, Organisation.id == other.post_id)
        .where(
            other.market == PostCoverage.market,
            other.post_id != organisation.id,
            other.retired_on.is_(None),
            other.is_economic.is_(True),
            PostProfile.is_open.is_(True),
            Organisation.retired_on.is_(None),
        )
    )
    statement = select(PostCoverage.market).where(
        PostCoverage.post_id == organisation.id,
        PostCoverage.retired_on.is_(None),
        PostCoverage.is_economic.is_(True),
        ~elsewhere.exists(),
    )
    return tuple(sorted(set(db.session.execute(statement).scalars())))
