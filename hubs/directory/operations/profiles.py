"""Profiles: what of a change is published at once, drafts, and what waits for the ministry.

A hub's draft lies apart from what is published. Fields the accreditation rests on (`profile_fields.CONFIRMED`) go to
the ministry; every other field is published by the hub itself (domain.md, Hub profile and Lifecycles).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from hubs.accounts.actor import Actor
from hubs.core.errors import NotPermitted, RuleViolation
from hubs.core.events import record
from hubs.core.perform import check_permitted, check_state, perform
from hubs.core.types import new_id
from hubs.directory.lifecycle import UNFINISHED, ChangeState
from hubs.directory.models import (
    HubMarket,
    HubProfile,
    PartnerProfile,
    PostProfile,
    ProfileChange,
    Revision,
    ServiceOffer,
)
from hubs.directory.profile_fields import ADDED_SERVICES, HUB_FIELDS, differing, facts_of, parted, same
from hubs.directory.queries.changes import TAKEN_UP, makers_of
from hubs.extensions import db

from .rules import assign, check_may_edit, recorded, remember

PARTNER_FIELDS = ("website", "contact_email", "contact_phone")
POST_FIELDS = ("district_cities",)
NOTHING_CHANGED = _l("Nothing has changed compared with what is published.")

# --- published at once ---------------------------------------------------------------------------------------------


def edit_hub_profile(profile: HubProfile, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> HubProfile:
    """Publish what needs no confirmation and hand in the rest; saying it confirms the profile. Raises NotPermitted.

    A draft that somebody of the hub is working on stays as it is.
    """
    check_may_edit(profile, actor)
    plain, confirmed = parted(values)
    changed = _publish(profile, plain, actor=actor, now=now)
    profile.confirmed_at = now
    recorded(profile, "profile.edit", changed, actor=actor, now=now)
    _hand_in(profile, confirmed, actor=actor, now=now)
    return profile


def edit_partner_profile(
    profile: PartnerProfile, *, values: Mapping[str, Any], actor: Actor, now: datetime
) -> PartnerProfile:
    """Store a partner's website and contact. Raises NotPermitted."""
    return _edit(profile, PARTNER_FIELDS, values, actor=actor, now=now)


def edit_post_profile(profile: PostProfile, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> PostProfile:
    """Store a post's district. Raises NotPermitted."""
    return _edit(profile, POST_FIELDS, values, actor=actor, now=now)


def _edit(profile: Any, names: Collection[str], values: Mapping[str, Any], *, actor: Actor, now: datetime) -> Any:
    check_may_edit(profile, actor)
    changed = assign(profile, names, values)
    profile.confirmed_at = now
    remember(profile.id, ("profile", profile.id, None), "edit", changed, actor=actor, now=now)
    return recorded(profile, "profile.edit", changed, actor=actor, now=now)


def choose_automatic(profile: PostProfile, services: Collection[str], *, actor: Actor, now: datetime) -> PostProfile:
    """For which services a post's questions go to the first place by themselves; none stops it. Raises NotPermitted."""
    check_may_edit(profile, actor)
    before, chosen = set(profile.automatic_services), set(services)
    if chosen == before:
        return profile
    profile.automatic_services = sorted(chosen)
    changes = {"automatic_services": [sorted(before), sorted(chosen)]}
    remember(profile.id, ("profile", profile.id, None), "edit", changes, actor=actor, now=now)
    details = {"services": sorted(chosen), "added": sorted(chosen - before), "removed": sorted(before - chosen)}
    record(db.session, "post.automatic_services", profile, actor=actor, now=now, data=details)
    return profile


def confirm_profile(profile: Any, *, actor: Actor, now: datetime) -> Any:
    """Say that everything is still right; the register shows since when. Raises NotPermitted."""
    check_may_edit(profile, actor)
    profile.confirmed_at = now
    return recorded(profile, "profile.confirm", (), actor=actor, now=now)


def _publish(
    profile: HubProfile, values: Mapping[str, Any], *, actor: Actor, now: datetime, by_ministry: bool = False
) -> dict[str, list[Any]]:
    """Put values into the register and the history; what changed."""
    changed = assign(profile, HUB_FIELDS, differing(values, facts_of(profile)))
    if "markets" in changed:
        db.session.execute(delete(HubMarket).where(HubMarket.hub_id == profile.id))
        db.session.add_all(HubMarket(hub_id=profile.id, market=market) for market in sorted(set(profile.markets)))
    added = _show_offers(profile.id, values.get(ADDED_SERVICES.name) or ())
    if added:
        changed[ADDED_SERVICES.name] = [[], added]
    subject = ("profile", profile.id, None)
    remember(profile.id, subject, "edit", changed, actor=actor, now=now, by_ministry=by_ministry)
    return changed


def _show_offers(hub_id: str, services: Collection[str]) -> list[str]:
    """Show the offers of these services in the register; which were not shown before."""
    statement = select(ServiceOffer).where(
        ServiceOffer.organisation_id == hub_id,
        ServiceOffer.service.in_(services),
        ServiceOffer.is_published.is_(False),
    )
    offers = list(db.session.execute(statement).scalars()) if services else []
    for offer in offers:
        offer.is_published = True
    return sorted(offer.service for offer in offers)


# --- drafts --------------------------------------------------------------------------------------------------------


def unfinished_of(hub_id: str) -> ProfileChange | None:
    """What lies with the hub itself: its draft, or what was sent back."""
    return _change_in(hub_id, UNFINISHED)


def waiting_of(hub_id: str) -> ProfileChange | None:
    """What waits for the ministry."""
    return _change_in(hub_id, {ChangeState.SUBMITTED})


def _change_in(hub_id: str, states: Collection[str]) -> ProfileChange | None:
    statement = select(ProfileChange).where(ProfileChange.hub_id == hub_id, ProfileChange.state.in_(sorted(states)))
    return db.session.execute(statement).scalar_one_or_none()


def save_draft(profile: HubProfile, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> ProfileChange | None:
    """Keep what differs from what is published or waits; None when nothing does any more. Raises NotPermitted."""
    check_may_edit(profile, actor)
    change, waiting = unfinished_of(profile.id), waiting_of(profile.id)
    wanted = differing(values, {**facts_of(profile), **(waiting.values if waiting else {})})
    if change is not None and ADDED_SERVICES.name in change.values:  # chosen on the page of an offer
        wanted[ADDED_SERVICES.name] = change.values[ADDED_SERVICES.name]
    if not wanted:
        if change is not None:
            discard_change(change, actor=actor, now=now)
        return None
    if change is not None and change.values == wanted:
        return change
    if change is None:
        change = ProfileChange(id=new_id(), hub_id=profile.id)
        db.session.add(change)
    _touch(change, wanted, actor, now)
    db.session.flush()
    details = {"fields": sorted(wanted), "makers": _makers(actor)}
    record(db.session, "profile_change.edit", change, actor=actor, now=now, data=details)
    return change


def draft_from(
    profile: HubProfile, revision: Revision, later: Collection[Revision], *, actor: Actor, now: datetime
) -> ProfileChange | None:
    """A draft with the profile as it was before this change and all `later` ones. Raises NotPermitted."""
    old: dict[str, Any] = {}
    for row in [*sorted(later, key=lambda row: row.id, reverse=True), revision]:
        old.update({name: before for name, (before, _after) in row.changes.items() if name in HUB_FIELDS})
    change = unfinished_of(profile.id)
    kept = change.values if change is not None else {}
    return save_draft(profile, values={**facts_of(profile), **kept, **old}, actor=actor, now=now)


def discard_change(change: ProfileChange, *, actor: Actor, now: datetime) -> None:
    """Throw away what lies with the hub itself. Raises NotPermitted, WrongState (it waits for the ministry)."""
    check_may_edit(change, actor)
    check_state(change, "submit")
    _drop(change, actor, now)


def _drop(change: ProfileChange, actor: Actor, now: datetime) -> None:
    data = {"fields": sorted(change.values), "hub": change.hub_id}
    record(db.session, "profile_change.discard", change, actor=actor, now=now, data=data)
    db.session.delete(change)
    db.session.flush()


def _touch(change: ProfileChange, values: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    change.values, change.edited_by, change.edited_at = dict(values), actor.person_id, now


# --- to the ministry and back --------------------------------------------------------------------------------------


def submit_change(change: ProfileChange, *, actor: Actor, now: datetime) -> ProfileChange:
    """Publish what the hub may publish itself; the rest goes to the ministry, with what waits there already.

    Raises NotPermitted, WrongState, RuleViolation (nothing differs from what is published).
    """
    check_permitted(change, "submit", actor)
    check_may_edit(change, actor)
    check_state(change, "submit")
    profile, waiting = change.hub, waiting_of(change.hub_id)
    plain, confirmed = parted(change.values)
    if not change.values:
        raise RuleViolation("nothing_changed", NOTHING_CHANGED)
    changed = _publish(profile, plain, actor=actor, now=now)
    profile.confirmed_at = now
    recorded(profile, "profile.edit", changed, actor=actor, now=now)
    if waiting is None:
        _touch(change, confirmed or plain, actor, now)
    else:
        _touch(change, plain, actor, now)
        _hand_in(profile, confirmed, actor=actor, now=now, makers=makers_of(change))
    details = {"fields": sorted(change.values), "makers": _makers(actor)}
    perform(db.session, change, "submit", actor=actor, now=now, event_data=details)
    return change


def _hand_in(
    profile: HubProfile, values: Mapping[str, Any], *, actor: Actor, now: datetime, makers: Collection[str] = ()
) -> ProfileChange | None:
    """Let values wait for the ministry, with what waits already; a value that is published anyway waits no more.

    `makers` drafted these values before `actor` handed them in.
    """
    waiting, published = waiting_of(profile.id), facts_of(profile)
    wanted = {**(waiting.values if waiting else {}), **values}
    wanted = {name: value for name, value in wanted.items() if not same(value, published.get(name))}
    details = {"fields": sorted(wanted), "makers": _makers(actor, makers)}
    if waiting is None:
        if not wanted:
            return None
        waiting = ProfileChange(id=new_id(), hub_id=profile.id, state=ChangeState.DRAFT)
        _touch(waiting, wanted, actor, now)
        with db.session.no_autoflush:
            db.session.add(waiting)
            perform(db.session, waiting, "submit", actor=actor, now=now, event_data=details)
    elif not wanted:
        _drop(waiting, actor, now)
        return None
    elif wanted != waiting.values:
        _touch(waiting, wanted, actor, now)
        waiting.submitted_at = now
        db.session.flush()
        record(db.session, "profile_change.extend", waiting, actor=actor, now=now, data=details)
    return waiting


def ask_for_service(profile: HubProfile, service: str, *, actor: Actor, now: datetime) -> ProfileChange | None:
    """Ask the ministry to show an offer outside the scope of the accreditation. Raises NotPermitted."""
    check_may_edit(profile, actor)
    waiting = waiting_of(profile.id)
    asked = {service, *(waiting.values.get(ADDED_SERVICES.name, ()) if waiting else ())}
    return _hand_in(profile, {ADDED_SERVICES.name: sorted(asked)}, actor=actor, now=now)


def withdraw_service(profile: HubProfile, service: str, *, actor: Actor, now: datetime) -> None:
    """No longer ask for it: the hub hides or stops offering the service."""
    waiting = waiting_of(profile.id)
    asked = set(waiting.values.get(ADDED_SERVICES.name, ())) if waiting else set()
    if service in asked:
        _hand_in(profile, {ADDED_SERVICES.name: sorted(asked - {service})}, actor=actor, now=now)


def take_back_change(change: ProfileChange, *, actor: Actor, now: datetime) -> ProfileChange:
    """Take back what waits for the ministry, into the draft. Raises NotPermitted, WrongState."""
    check_may_edit(change, actor)
    check_state(change, "take_back")
    _fold_draft_into(change, actor, now)
    perform(db.session, change, "take_back", actor=actor, now=now)
    return change


def publish_change(change: ProfileChange, *, actor: Actor, now: datetime) -> ProfileChange:
    """The ministry confirms and publishes; interests are judged by its caller. Raises NotPermitted, WrongState."""
    _check_not_own(change, "publish", actor)
    check_state(change, "publish")
    changed = _publish(change.hub, change.values, actor=actor, now=now, by_ministry=True)
    perform(db.session, change, "publish", actor=actor, now=now, event_data={"fields": sorted(change.values)})
    recorded(change.hub, "profile.publish", changed, actor=actor, now=now)
    return change


def send_back_change(
    change: ProfileChange, *, reasons: Mapping[str, str], actor: Actor, now: datetime
) -> ProfileChange:
    """The ministry sends back; why, by field or under "reason". Raises NotPermitted, WrongState, RuleViolation."""
    _check_not_own(change, "send_back", actor)
    check_state(change, "send_back")
    if any(text.strip() for text in reasons.values()):
        _fold_draft_into(change, actor, now)
    said = {name: text for name, text in reasons.items() if text.strip()}
    perform(
        db.session, change, "send_back", actor=actor, now=now, data={"reasons": dict(reasons)},
        event_data={"fields": sorted(said)}, personal={"reason": "\n".join(said.values())},
    )  # fmt: skip
    return change


def _check_not_own(change: ProfileChange, action: str, actor: Actor) -> None:
    check_permitted(change, action, actor)
    if actor.person_id in makers_of(change):
        raise NotPermitted(message=_l("You made this change yourself. Somebody else confirms it."))


def _fold_draft_into(change: ProfileChange, actor: Actor, now: datetime) -> None:
    """A hub has one thing that lies with itself: what comes back takes up the draft made meanwhile."""
    draft = unfinished_of(change.hub_id)
    if draft is not None:
        change.values, change.edited_at = {**change.values, **draft.values}, now
        details = {"fields": sorted(draft.values), "makers": sorted(makers_of(draft))}
        record(db.session, TAKEN_UP, change, actor=actor, now=now, data=details, outbox=False)
        _drop(draft, actor, now)


def _makers(actor: Actor, others: Collection[str] = ()) -> list[str]:
    return sorted({*others, *([actor.person_id] if actor.person_id else [])})
