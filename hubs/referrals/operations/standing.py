"""A hub's standing or an agreement falls away: what was not accepted yet goes back at once (domain.md, rules 3, 8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from hubs.accounts.actor import THE_SERVICE
from hubs.agreements.lifecycle import AgreementState
from hubs.agreements.models import Agreement
from hubs.agreements.operations import follow_rules
from hubs.agreements.standing import facts_of, local_day, posts_in_force
from hubs.core import stamps
from hubs.core.perform import Actor, perform
from hubs.directory.lifecycle import STANDING
from hubs.directory.models import HubProfile
from hubs.extensions import db
from hubs.referrals.lifecycle import ReferralState
from hubs.referrals.models import Referral
from hubs.referrals.operations.accepting import post_behind
from hubs.referrals.operations.parts import bring_back, withdraw_by_rule
from hubs.referrals.queries import lock_referral

HUB_STANDING, AGREEMENT_ENDED = "hub_standing", "agreement_ended"
ENDING = frozenset({"expire", "supersede"})
_MAY_WAIT = (ReferralState.SENT, ReferralState.ACKNOWLEDGED, ReferralState.PAUSED)


def set_hub_status(hub_profile: HubProfile, action: str, *, actor: Actor, now: datetime, reason: str) -> HubProfile:
    """Give a hub another standing, with a reason; its agreements and open referrals follow at once.

    Raises BadInput, NotPermitted, WrongState, RuleViolation.
    """
    perform(db.session, hub_profile, action, actor=actor, now=now, data={"reason": reason}, personal={"reason": reason})
    stamps.bump(db.session(), stamps.ROUTING)
    hub_standing_changed(hub_profile, now=now)
    return hub_profile


def hub_standing_changed(hub_profile: HubProfile, *, now: datetime) -> None:
    """Pause or resume its agreements; without standing, what it has not accepted goes back. The rest stays."""
    agreements = select(Agreement).where(Agreement.hub_id == hub_profile.id).order_by(Agreement.id)
    for agreement in db.session.execute(agreements.with_for_update(of=Agreement)).scalars().all():
        if ENDING & set(follow_rules(agreement, now=now)):
            agreement_ended(agreement, now=now)
    if hub_profile.state in STANDING:
        return
    _give_back(
        select(Referral.id).where(Referral.to_id == hub_profile.id, Referral.state.in_(_MAY_WAIT)), HUB_STANDING, now
    )


def agreement_ended(agreement: Agreement, *, now: datetime) -> None:
    """What was sent under it and not accepted yet goes back to its sender; what was accepted stays.

    For a post that ended only its own side, what that post sent or was sent. An agreement that a later version
    replaced is carried on by it.
    """
    lineage = db.session.execute(select(Agreement).where(Agreement.lineage_id == agreement.lineage_id)).scalars().all()
    holding = _posts_that_stay(agreement.hub_id, lineage, now)
    gone = {row.post_id for row in agreement.posts} - holding
    statement = select(Referral.id).where(Referral.agreement_id == agreement.id, Referral.state.in_(_MAY_WAIT))
    _give_back(statement, AGREEMENT_ENDED, now, lambda row: not holding or post_behind(row, agreement, now) in gone)


def lineage_ended(agreement: Agreement, *, now: datetime) -> None:
    """`agreement_ended` for every version of this agreement that is over, after somebody signed or ended one."""
    versions = select(Agreement).where(Agreement.lineage_id == agreement.lineage_id).order_by(Agreement.version_number)
    for version in db.session.execute(versions).scalars().all():
        if version.state == AgreementState.ENDED or any(row.ended_at for row in version.posts):
            agreement_ended(version, now=now)


def _posts_that_stay(hub_id: str, lineage: Sequence[Agreement], now: datetime) -> set[str]:
    """The posts for which some version still stands; one that only rests with the hub's standing counts."""
    hub = db.session.get(HubProfile, hub_id)
    standing, on = (hub.state if hub else ""), local_day(now)
    found: set[str] = set()
    for version in lineage:
        facts = facts_of(version, lineage)
        if version.state == AgreementState.PAUSED:
            found |= {side.post_id for side in facts.posts if side.signed and not side.ended}
        else:
            found |= posts_in_force(facts, standing, on)
    return found


def _give_back(
    statement: Any, reason: str, now: datetime, is_meant: Callable[[Referral], bool] = lambda _referral: True
) -> None:
    for referral_id in db.session.execute(statement).scalars().all():
        referral = lock_referral(referral_id)
        if referral is not None and referral.state in _MAY_WAIT and referral.accepted_at is None and is_meant(referral):
            withdraw_by_rule(referral, reason, by=THE_SERVICE, now=now)
            bring_back(referral, cause="withdrawn", actor=THE_SERVICE, now=now)
