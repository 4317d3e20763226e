"""A hub's standing or an agreement falls away: what was not accepted yet goes back at once (domain.md, rules 3, 8)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from hubs.accounts.actor import THE_SERVICE
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
from hubs.referrals.operations.parts import bring_back, withdraw_by_rule
from hubs.referrals.queries import lock_referral

HUB_STANDING, AGREEMENT_ENDED = "hub_standing", "agreement_ended"
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
        follow_rules(agreement, now=now)
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
    hub = db.session.get(HubProfile, agreement.hub_id)
    standing, on = (hub.state if hub else ""), local_day(now)
    holding: set[str] = set()
    for version in lineage:
        holding |= posts_in_force(facts_of(version, lineage), standing, on)
    statement = select(Referral.id).where(Referral.agreement_id == agreement.id, Referral.state.in_(_MAY_WAIT))
    if holding:
        gone = {row.post_id for row in agreement.posts} - holding
        statement = statement.where(Referral.from_id.in_(gone) | Referral.to_id.in_(gone))
    _give_back(statement, AGREEMENT_ENDED, now)


def _give_back(statement: object, reason: str, now: datetime) -> None:
    for referral_id in db.session.execute(statement).scalars().all():  # type: ignore[call-overload]
        referral = lock_referral(referral_id)
        if referral is not None and referral.state in _MAY_WAIT and referral.accepted_at is None:
            withdraw_by_rule(referral, reason, by=THE_SERVICE, now=now)
            bring_back(referral, cause="withdrawn", actor=THE_SERVICE, now=now)
