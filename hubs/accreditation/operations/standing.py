"""What a signed decision does to a hub's standing: grant, activate, suspend, lift, withdraw, correct, expire.

Everything goes through `referrals.operations.set_hub_status`, by the service itself: agreements rest or go on, routing
drops the hub at that instant, and what it has not accepted goes back with the next places ranked (domain.md, rule 3).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.actor import THE_SERVICE, Actor
from hubs.accreditation.duties import duties_of
from hubs.accreditation.lifecycle import GRANTING, AccreditationState, DecisionKind
from hubs.accreditation.models import Accreditation, Decision, Obligation
from hubs.accreditation.operations.attempts import check_no_interest
from hubs.accreditation.queries.activation import activation_checks
from hubs.core import stamps
from hubs.core.clock import local_day, start_of
from hubs.core.errors import Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import check_permitted, check_state, perform
from hubs.core.types import new_id
from hubs.directory.lifecycle import Coming, HubStatus
from hubs.directory.models import HubProfile
from hubs.extensions import db
from hubs.referrals.operations import Ground, plan_standing, set_hub_status

A, K = AccreditationState, DecisionKind
LIVE = (A.GRANTED, A.ACTIVE, A.SUSPENDED)
IN_EFFECT = (A.ACTIVE, A.SUSPENDED)
ACTION_TO = {
    HubStatus.ACCREDITED: "accredit",
    HubStatus.CONDITIONAL: "accredit_conditionally",
    HubStatus.IN_DEVELOPMENT: "develop",
}


# --- granting and activating -------------------------------------------------------------------------------


def grant(decision: Decision, *, actor: Actor, now: datetime) -> Accreditation:
    """The accreditation a signed decision gives, with its duties; active at once when nothing is missing.

    One that starts later takes over by itself on its day; until then the one it replaces goes on.
    """
    replaced = _replaced_by(decision)
    accreditation = _made(decision, replaced, now)
    db.session.add(accreditation)
    db.session.flush()
    _make_obligations(accreditation)
    data = {"hub": accreditation.hub_id, "decision": decision.id, "kind": decision.kind, "replaces": _id(replaced)}
    record(db.session, "accreditation.grant", accreditation, actor=actor, now=now, data=data, related=decision)
    _profile(accreditation).follows_decisions = True
    if not activation_problems(accreditation, now):
        start_or_plan(accreditation, now=now)
    return accreditation


def _made(decision: Decision, replaced: Accreditation | None, now: datetime) -> Accreditation:
    proposal = decision.proposal
    if proposal is None or decision.starts_on is None or decision.ends_on is None:
        raise RuleViolation(
            "no_term", _l("An accreditation needs a proposal, a first day and a last day."), "starts_on"
        )
    return Accreditation(
        id=new_id(),
        hub_id=decision.hub_id,
        decision_id=decision.id,
        guideline_version_id=proposal.guideline_version_id,
        replaces_id=_id(replaced),
        in_development=decision.kind == K.IN_DEVELOPMENT,
        has_conditions=decision.kind == K.ACCREDIT_WITH_CONDITIONS,
        markets=list(decision.markets or proposal.markets),
        services=list(decision.services),
        starts_on=decision.starts_on,
        ends_on=decision.ends_on,
        granted_at=now,
        checked=dict(replaced.checked) if replaced else {},
        registers_contacts_at=replaced.registers_contacts_at if replaced else None,
        is_demo=decision.is_demo,
    )


def _replaced_by(decision: Decision) -> Accreditation | None:
    """What the new one takes the place of: what the corrected decision gave, else what is in effect."""
    statement = select(Accreditation).where(Accreditation.hub_id == decision.hub_id, Accreditation.state.in_(LIVE))
    live = db.session.execute(statement.order_by(Accreditation.granted_at, Accreditation.id)).scalars().all()
    corrected = next((one for one in live if decision.replaces_id and one.decision_id == decision.replaces_id), None)
    in_effect = next((one for one in live if one.state in IN_EFFECT), None)
    return corrected or in_effect or (live[-1] if live else None)


def _make_obligations(accreditation: Accreditation) -> None:
    months = accreditation.guideline_version.mid_term_months
    for duty in duties_of(accreditation.starts_on, accreditation.ends_on, months):
        row = Obligation(accreditation_id=accreditation.id, kind=duty.kind, year=duty.year, due_on=duty.due_on)
        db.session.add(row)
    db.session.flush()


def status_of(accreditation: Accreditation) -> HubStatus:
    """The standing an active accreditation gives."""
    if accreditation.in_development:
        return HubStatus.IN_DEVELOPMENT
    return HubStatus.CONDITIONAL if accreditation.has_conditions else HubStatus.ACCREDITED


def activation_problems(accreditation: Accreditation, now: datetime) -> list[Problem]:
    """Everything that keeps an accreditation from becoming active, apart from its first day."""
    found = [
        Problem("not_met", _l("%(code)s is not met yet.", code=check.code), "action", {"criterion": check.code})
        for check in activation_checks(accreditation, local_day(now))
        if check.is_required and not check.is_met
    ]
    replaced = _load(accreditation.replaces_id)
    if replaced is not None and replaced.state == A.SUSPENDED:
        message = _l("The accreditation it replaces is suspended. Decide on the suspension first.")
        found.append(Problem("suspended", message, "action"))
    if accreditation.ends_on < local_day(now):
        found.append(Problem("over", _l("The term of this accreditation is over."), "action"))
    return found


def activate(accreditation: Accreditation, *, actor: Actor, now: datetime) -> Accreditation:
    """The ministry makes it active when everything is met; one that starts later is planned for its first day.

    Raises NotPermitted (also for an interest), WrongState, RuleViolation with everything that is missing.
    """
    check_permitted(accreditation, "activate", actor)
    check_no_interest(accreditation, "activate", accreditation.hub_id, actor)
    check_state(accreditation, "activate")
    problems = activation_problems(accreditation, now)
    if accreditation.starts_on > local_day(now) and not problems:
        start_or_plan(accreditation, now=now)
        return accreditation
    return _begin(accreditation, "activate", actor=actor, now=now, problems=problems)


def start_or_plan(accreditation: Accreditation, *, now: datetime) -> None:
    """Nothing is missing: begin, or say that it begins by itself on its first day."""
    if accreditation.starts_on <= local_day(now):
        _begin(accreditation, "start", actor=THE_SERVICE, now=now)
        return
    profile = _profile(accreditation)
    plan_standing(profile, _coming(accreditation))
    stamps.bump(db.session(), stamps.ROUTING)
    data = {"starts_on": accreditation.starts_on.isoformat()}
    record(db.session, "accreditation.plan", accreditation, actor=THE_SERVICE, now=now, data=data)


def start_planned(accreditation: Accreditation, *, now: datetime) -> bool:
    """Its first day has come: it takes over, from the beginning of that day. Whether there was anything to do."""
    profile = _profile(accreditation)
    planned = profile.coming is not None and profile.coming.from_on == accreditation.starts_on
    if accreditation.state != A.GRANTED or not planned or accreditation.starts_on > local_day(now):
        return False
    _begin(accreditation, "start", actor=THE_SERVICE, now=now, from_at=start_of(accreditation.starts_on))
    return True


def _begin(
    accreditation: Accreditation,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    problems: Iterable[Problem] = (),
    from_at: datetime | None = None,
) -> Accreditation:
    perform(db.session, accreditation, action, actor=actor, now=now, problems=problems)
    replaced = _load(accreditation.replaces_id)
    if replaced is not None and replaced.state in LIVE:
        perform(db.session, replaced, "replace", actor=THE_SERVICE, now=now, event_data={"by": accreditation.id})
        cancel_obligations(replaced, now)
    action_on_hub = ACTION_TO[status_of(accreditation)]
    _set(accreditation, action_on_hub, accreditation.decision, now=now, from_at=from_at)
    return accreditation


# --- decisions on what stands ------------------------------------------------------------------------------


def suspend_by(decision: Decision, *, actor: Actor, now: datetime) -> Accreditation:
    """Suspend at this instant. Raises WrongState when nothing active stands."""
    accreditation = _decided_on(decision, (A.ACTIVE,))
    _perform(accreditation, "suspend", decision, now)
    _set(accreditation, "suspend", decision, now=now)
    return accreditation


def lift_by(decision: Decision, *, actor: Actor, now: datetime) -> Accreditation:
    """The suspension ends; what stood before stands again. Raises WrongState when nothing is suspended."""
    accreditation = _decided_on(decision, (A.SUSPENDED,))
    if accreditation.ends_on < local_day(now):
        raise WrongState(_l("The term of this accreditation is over, so there is nothing to lift."))
    _perform(accreditation, "lift_suspension", decision, now)
    _set(accreditation, ACTION_TO[status_of(accreditation)], decision, now=now)
    return accreditation


def withdraw_by(decision: Decision, *, actor: Actor, now: datetime) -> Accreditation:
    """Withdraw, with what was granted to follow on it. The hub stays findable, with its state and dates."""
    accreditation = _decided_on(decision, LIVE)
    was_in_effect = accreditation.state in IN_EFFECT
    for one in [accreditation, *_following(accreditation)]:
        _perform(one, "withdraw", decision, now)
        cancel_obligations(one, now)
    _hub_lost(accreditation, decision, was_in_effect, now)
    return accreditation


def _hub_lost(accreditation: Accreditation, decision: Decision, was_in_effect: bool, now: datetime) -> None:
    """The hub's standing ends, or what was planned for it does not come."""
    if was_in_effect:
        _set(accreditation, "withdraw_accreditation", decision, now=now)
        return
    plan_standing(_profile(accreditation), None)
    stamps.bump(db.session(), stamps.ROUTING)


def correct_by(decision: Decision, *, actor: Actor, now: datetime) -> Accreditation | None:
    """A decision that mends an earlier one takes its place; what the earlier one gave ends. None: nothing stood."""
    if decision.kind in GRANTING:
        return grant(decision, actor=actor, now=now)
    if decision.kind in EFFECTS:
        return EFFECTS[K(decision.kind)](decision, actor=actor, now=now)
    statement = select(Accreditation).where(
        Accreditation.decision_id == decision.replaces_id, Accreditation.state.in_(LIVE)
    )
    wrongly_given = db.session.execute(statement.with_for_update(of=Accreditation)).scalar_one_or_none()
    if wrongly_given is None:
        return None
    was_in_effect = wrongly_given.state in IN_EFFECT
    _perform(wrongly_given, "withdraw", decision, now)
    cancel_obligations(wrongly_given, now)
    earlier = _stood_before(wrongly_given)
    if was_in_effect and earlier is not None and earlier.state == A.REPLACED and earlier.ends_on >= local_day(now):
        _restore(earlier, decision, now)
    else:
        _hub_lost(wrongly_given, decision, was_in_effect, now)
    return wrongly_given


def _stood_before(accreditation: Accreditation) -> Accreditation | None:
    """What was in effect before it, past those that were themselves mistakes mended since."""
    later, earlier = accreditation, _load(accreditation.replaces_id)
    while earlier is not None and later.decision.replaces_id == earlier.decision_id:
        later, earlier = earlier, _load(earlier.replaces_id)
    return earlier


def _restore(accreditation: Accreditation, decision: Decision, now: datetime) -> None:
    """What took its place was a mistake: it stands again until its own end, with what it still owes."""
    replaced_at = accreditation.ended_at
    _perform(accreditation, "restore", decision, now)
    for obligation in accreditation.obligations:
        if obligation.cancelled_at is not None and obligation.cancelled_at == replaced_at:
            obligation.cancelled_at = None
    _set(accreditation, ACTION_TO[status_of(accreditation)], decision, now=now)


EFFECTS = {K.SUSPEND: suspend_by, K.LIFT_SUSPENSION: lift_by, K.WITHDRAW: withdraw_by}


def _decided_on(decision: Decision, states: Iterable[AccreditationState]) -> Accreditation:
    """The accreditation a decision is about, locked. Raises WrongState when none is in one of these states."""
    statement = select(Accreditation).where(
        Accreditation.hub_id == decision.hub_id, Accreditation.state.in_(list(states))
    )
    if decision.accreditation_id is not None:
        statement = statement.where(Accreditation.id == decision.accreditation_id)
    statement = statement.order_by(Accreditation.granted_at).with_for_update(of=Accreditation)
    found = db.session.execute(statement).scalars().all()
    if not found:
        raise WrongState(_l("The accreditation is not in a state in which this can be decided any more."))
    return next((one for one in found if one.state in IN_EFFECT), found[0])


def _following(accreditation: Accreditation) -> list[Accreditation]:
    statement = select(Accreditation).where(
        Accreditation.replaces_id == accreditation.id, Accreditation.state.in_(LIVE)
    )
    return list(db.session.execute(statement).scalars())


def _perform(accreditation: Accreditation, action: str, decision: Decision, now: datetime) -> None:
    data = {"decision": decision.id}
    perform(db.session, accreditation, action, actor=THE_SERVICE, now=now, event_data=data, related=decision)


# --- the end of the term -----------------------------------------------------------------------------------


def expire(accreditation: Accreditation, *, now: datetime) -> bool:
    """The stored states follow a term that is over; that it is over was true already. Whether there was work."""
    if accreditation.state not in LIVE or accreditation.ends_on >= local_day(now):
        return False
    was_in_effect = accreditation.state in IN_EFFECT
    perform(db.session, accreditation, "expire", actor=THE_SERVICE, now=now)
    cancel_obligations(accreditation, now)
    if was_in_effect:
        over_at = start_of(accreditation.ends_on + timedelta(days=1))
        _set(accreditation, "expire", None, now=now, from_at=over_at)
    return True


def cancel_obligations(accreditation: Accreditation, now: datetime) -> None:
    for obligation in accreditation.obligations:
        if obligation.done_at is None and obligation.cancelled_at is None:
            obligation.cancelled_at = now


# --- the hub's standing ------------------------------------------------------------------------------------


def _set(
    accreditation: Accreditation,
    action: str,
    decision: Decision | None,
    *,
    now: datetime,
    from_at: datetime | None = None,
) -> None:
    """Give the hub the standing that follows, by the service itself, with what it rests on."""
    stands = action not in ("withdraw_accreditation", "expire")
    ground = Ground(
        kind="decision" if decision else "rule",
        ends_on=accreditation.ends_on if stands else None,
        from_at=from_at,
        accreditation_id=accreditation.id,
        decision_id=decision.id if decision else accreditation.decision_id,
        guideline_version_id=accreditation.guideline_version_id,
        by_person_id=decision.signed_by_id if decision else None,
        coming=_coming_after(accreditation, now) if action in ACTION_TO.values() else None,
    )
    reason = decision.reference if decision else accreditation.decision.reference
    set_hub_status(_profile(accreditation), action, actor=THE_SERVICE, now=now, reason=reason, ground=ground)


def _coming(accreditation: Accreditation) -> Coming:
    return Coming(status_of(accreditation), accreditation.starts_on, accreditation.ends_on)


def _coming_after(accreditation: Accreditation, now: datetime) -> Coming | None:
    """What was granted to follow on this one and lacks nothing."""
    ready = [
        one for one in _following(accreditation)
        if one.state == A.GRANTED and one.starts_on > local_day(now) and not activation_problems(one, now)
    ]  # fmt: skip
    return _coming(ready[0]) if ready else None


def _profile(accreditation: Accreditation) -> HubProfile:
    statement = select(HubProfile).where(HubProfile.id == accreditation.hub_id).with_for_update(of=HubProfile)
    return db.session.execute(statement).scalar_one()


def _load(accreditation_id: str | None) -> Accreditation | None:
    return db.session.get(Accreditation, accreditation_id) if accreditation_id else None


def _id(accreditation: Accreditation | None) -> str | None:
    return accreditation.id if accreditation else None
