"""A hub's standing or an agreement falls away: what was not accepted yet goes back at once (domain.md, rules 3, 8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from hubs.accounts.actor import THE_SERVICE
from hubs.agreements.lifecycle import AgreementState
from hubs.agreements.models import Agreement
from hubs.agreements.operations import follow_rules
from hubs.agreements.standing import facts_of, local_day, posts_in_force
from hubs.core import stamps
from hubs.core.events import record
from hubs.core.perform import Actor, perform
from hubs.directory.lifecycle import HUB_STATUS, STANDING, Coming
from hubs.directory.models import HubProfile, StandingPeriod
from hubs.extensions import db
from hubs.referrals.lifecycle import ReferralState
from hubs.referrals.models import Referral
from hubs.referrals.operations.accepting import post_behind, standing_now
from hubs.referrals.operations.keeping import ask_senders, drop_choices
from hubs.referrals.operations.parts import bring_back, withdraw_by_rule
from hubs.referrals.queries import lock_referral

HUB_STANDING, AGREEMENT_ENDED = "hub_standing", "agreement_ended"
ENDING = frozenset({"expire", "supersede"})
_MAY_WAIT = (ReferralState.SENT, ReferralState.ACKNOWLEDGED, ReferralState.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a standing rests on: a decision with its term, the clock, or (the default) an administrator's word."""

    kind: str = "administrator"  # administrator, decision, rule
    ends_on: date | None = None  # last day, included
    from_at: datetime | None = None  # when it counts from; now unless given
    accreditation_id: str | None = None
    decision_id: str | None = None
    guideline_version_id: str | None = None
    by_person_id: str | None = None
    coming: Coming | None = None  # what takes over by itself after it


def set_hub_status(
    hub_profile: HubProfile, action: str, *, actor: Actor, now: datetime, reason: str, ground: Ground | None = None
) -> HubProfile:
    """Give a hub another standing, with a reason; its agreements and open referrals follow at once.

    The same standing for another term is done too, when a decision says so. Raises BadInput, NotPermitted,
    WrongState, RuleViolation.
    """
    ground = ground or Ground(by_person_id=getattr(actor, "person_id", None))
    from_at = ground.from_at or now
    data = {"reason": reason, "by_decision": ground.kind != "administrator", "since": from_at}
    row = HUB_STATUS.get(action)
    if row is not None and row.target == hub_profile.state and ground.kind == "decision":
        details = {"from": hub_profile.state, "to": hub_profile.state}
        personal = {"reason": reason}
        record(db.session, "hub_status.renew", hub_profile, actor=actor, now=now, data=details, personal=personal)
        hub_profile.status_reason = reason
    else:
        perform(db.session, hub_profile, action, actor=actor, now=now, data=data, personal={"reason": reason})
    hub_profile.standing_ends_on = ground.ends_on
    plan_standing(hub_profile, ground.coming)
    _write_period(hub_profile, ground, from_at)
    stamps.bump(db.session(), stamps.ROUTING)
    hub_standing_changed(hub_profile, now=now)
    return hub_profile


def plan_standing(hub_profile: HubProfile, coming: Coming | None) -> None:
    """What takes over by itself on a day to come; None: nothing. The caller bumps the stamp of routing."""
    hub_profile.next_state = coming.status if coming else None
    hub_profile.next_from_on = coming.from_on if coming else None
    hub_profile.next_ends_on = coming.ends_on if coming else None


def _write_period(hub_profile: HubProfile, ground: Ground, from_at: datetime) -> None:
    period = StandingPeriod(
        hub_id=hub_profile.id,
        status=hub_profile.state,
        from_at=from_at,
        ends_on=ground.ends_on,
        ground=ground.kind,
        accreditation_id=ground.accreditation_id,
        decision_id=ground.decision_id,
        guideline_version_id=ground.guideline_version_id,
        by_person_id=ground.by_person_id,
    )
    db.session.add(period)
    db.session.flush()


def hub_standing_changed(hub_profile: HubProfile, *, now: datetime) -> None:
    """Pause or resume its agreements; without standing, what it has not accepted goes back.

    What it has accepted stays until the sender says otherwise; the sender is asked.
    """
    agreements = select(Agreement).where(Agreement.hub_id == hub_profile.id).order_by(Agreement.id)
    for agreement in db.session.execute(agreements.with_for_update(of=Agreement)).scalars().all():
        if ENDING & set(follow_rules(agreement, now=now)):
            agreement_ended(agreement, now=now)
    if hub_profile.status_on(local_day(now)) in STANDING:
        drop_choices(hub_profile.id, now=now)
        return
    ask_senders(hub_profile.id, now=now)
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
    on = local_day(now)
    standing = standing_now(hub_id, now) or ""
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
