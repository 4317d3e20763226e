"""Every write to profiles, offers, offices and closures (domain.md, Hub profile; rule 6 for what moves clocks).

Each is recorded, and bumps what routing is compiled from. A change of an office's opening times is recorded as
`office.calendar_changed`, on which running clocks are computed anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select

from hubs.accounts.actor import Actor
from hubs.accounts.models import Office, Organisation
from hubs.accounts.permissions import P
from hubs.core.errors import NotPermitted, Problem, RuleViolation
from hubs.core.events import record
from hubs.core.stamps import ROUTING, bump
from hubs.core.types import new_id
from hubs.extensions import db

from .models import (
    Closure,
    HubAnswerRecord,
    HubMarket,
    HubProfile,
    OfficeHoliday,
    PartnerProfile,
    PostProfile,
    ServiceOffer,
)

HUB_FIELDS = (
    "summary_nl", "summary_en", "languages", "markets", "website", "contact_email", "contact_phone",
    "first_talk_free", "legal_form", "founded_year", "member_count", "staff_count",
)  # fmt: skip
PARTNER_FIELDS = ("website", "contact_email", "contact_phone")
OFFER_FIELDS = (
    "service", "sectors", "languages", "price_cents", "currency", "price_unit", "price_includes_vat",
    "lead_time_days", "is_published",
)  # fmt: skip
OFFICE_FIELDS = ("city", "timezone", "hours", "email", "phone", "weekly_capacity")
CALENDAR_FIELDS = frozenset({"timezone", "hours"})
LONGEST_CLOSURE_DAYS = 366


def edit_hub_profile(profile: HubProfile, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> HubProfile:
    """Store what a hub says of itself (`HUB_FIELDS`); saying it confirms it. Raises NotPermitted."""
    _check_may_edit(profile, actor)
    changed = _assign(profile, HUB_FIELDS, values)
    if "markets" in changed:
        db.session.execute(delete(HubMarket).where(HubMarket.hub_id == profile.id))
        db.session.add_all(HubMarket(hub_id=profile.id, market=market) for market in profile.markets)
    profile.confirmed_at = now
    return _recorded(profile, "profile.edit", changed, actor=actor, now=now)


def edit_partner_profile(
    profile: PartnerProfile, *, values: Mapping[str, Any], actor: Actor, now: datetime
) -> PartnerProfile:
    """Store a partner's website and contact. Raises NotPermitted."""
    _check_may_edit(profile, actor)
    return _recorded(profile, "profile.edit", _assign(profile, PARTNER_FIELDS, values), actor=actor, now=now)


def choose_automatic(profile: PostProfile, services: Collection[str], *, actor: Actor, now: datetime) -> PostProfile:
    """For which services a post's questions go to the first place by themselves; none stops it. Raises NotPermitted."""
    _check_may_edit(profile, actor)
    before, chosen = set(profile.automatic_services), set(services)
    if chosen == before:
        return profile
    profile.automatic_services = sorted(chosen)
    db.session.flush()
    details = {"services": sorted(chosen), "added": sorted(chosen - before), "removed": sorted(before - chosen)}
    record(db.session, "post.automatic_services", profile, actor=actor, now=now, data=details)
    return profile


def confirm_profile(profile: HubProfile, *, actor: Actor, now: datetime) -> HubProfile:
    """Say that everything is still right; the register shows since when. Raises NotPermitted."""
    _check_may_edit(profile, actor)
    profile.confirmed_at = now
    return _recorded(profile, "profile.confirm", (), actor=actor, now=now)


def add_offer(organisation: Organisation, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> ServiceOffer:
    """Add a service to what an organisation offers. Raises NotPermitted, RuleViolation (already offered)."""
    _check_may_edit(organisation, actor)
    _check_not_offered(organisation.id, values["service"])
    offer = ServiceOffer(id=new_id(), organisation_id=organisation.id)
    _assign(offer, OFFER_FIELDS, values)
    db.session.add(offer)
    return _recorded(offer, "offer.add", (), actor=actor, now=now, service=offer.service)


def edit_offer(offer: ServiceOffer, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> ServiceOffer:
    """Change an offer. Raises NotPermitted, RuleViolation (another offer holds that service)."""
    _check_may_edit(offer, actor)
    if values.get("service", offer.service) != offer.service:
        _check_not_offered(offer.organisation_id, values["service"])
    changed = _assign(offer, OFFER_FIELDS, values)
    return _recorded(offer, "offer.edit", changed, actor=actor, now=now, service=offer.service)


def remove_offer(offer: ServiceOffer, *, actor: Actor, now: datetime) -> None:
    """Stop offering a service. Raises NotPermitted."""
    _check_may_edit(offer, actor)
    _recorded(offer, "offer.remove", (), actor=actor, now=now, service=offer.service)
    db.session.delete(offer)


def add_office(
    organisation: Organisation, *, market: str | None, values: Mapping[str, Any], actor: Actor, now: datetime
) -> Office:
    """Open a further office. Raises NotPermitted."""
    _check_may_edit(organisation, actor)
    position = db.session.execute(
        select(func.coalesce(func.max(Office.position), -1)).where(Office.organisation_id == organisation.id)
    ).scalar_one()
    office = Office(id=new_id(), organisation_id=organisation.id, position=position + 1, market=market)
    _assign(office, OFFICE_FIELDS, values)
    db.session.add(office)
    return _recorded(office, "office.add", (), actor=actor, now=now)


def edit_office(office: Office, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> Office:
    """Change an office's address, hours or weekly capacity. Raises NotPermitted."""
    _check_may_edit(office, actor)
    changed = _assign(office, OFFICE_FIELDS, values)
    _recorded(office, "office.edit", changed, actor=actor, now=now)
    if CALENDAR_FIELDS & set(changed):
        _calendar_changed(office, actor=actor, now=now)
    return office


def close_office(office: Office, *, today: date, actor: Actor, now: datetime) -> Office:
    """Shut an office for good: no new questions from today. Raises NotPermitted, RuleViolation (the last one)."""
    _check_may_edit(office, actor)
    others = db.session.execute(
        select(func.count()).where(
            Office.organisation_id == office.organisation_id, Office.id != office.id, Office.closed_on.is_(None)
        )
    ).scalar_one()
    if not others:
        raise RuleViolation("last_office", _l("This is your only office. Add another one before you close it."))
    office.closed_on = today
    return _recorded(office, "office.close", (), actor=actor, now=now)


def add_closure(
    office: Office, *, starts_on: date, ends_on: date, reason: str | None, today: date, actor: Actor, now: datetime
) -> Closure:
    """Say on which days an office is shut, both included. Raises NotPermitted, RuleViolation (order, past, length)."""
    _check_may_edit(office, actor)
    problems = list(_closure_problems(starts_on, ends_on, today))
    if problems:
        raise RuleViolation(problems=problems)
    closure = Closure(id=new_id(), office_id=office.id, starts_on=starts_on, ends_on=ends_on, reason=reason or None)
    db.session.add(closure)
    _calendar_changed(office, actor=actor, now=now)
    return closure


def remove_closure(closure: Closure, *, actor: Actor, now: datetime) -> None:
    """Open after all on the days of a closure. Raises NotPermitted."""
    office = closure.office
    _check_may_edit(office, actor)
    db.session.delete(closure)
    _calendar_changed(office, actor=actor, now=now)


def set_holiday(office: Office, day: date, *, is_worked: bool, actor: Actor, now: datetime) -> None:
    """Work on a public holiday of the market after all, or keep it again. Raises NotPermitted."""
    _check_may_edit(office, actor)
    departure = db.session.get(OfficeHoliday, (office.id, day))
    if departure is None and is_worked:
        db.session.add(OfficeHoliday(office_id=office.id, on=day, is_worked=True))
    elif departure is not None and not is_worked:
        db.session.delete(departure)
    _calendar_changed(office, actor=actor, now=now)


def put_answer_record(hub_id: str, *, answers: int, usual_minutes: int, now: datetime) -> HubAnswerRecord:
    """Keep how fast a hub answered lately, as the clocks of referrals counted it: median open minutes."""
    record_ = db.session.get(HubAnswerRecord, hub_id)
    if record_ is None:
        record_ = HubAnswerRecord(hub_id=hub_id, answers=answers, usual_minutes=usual_minutes, counted_at=now)
        db.session.add(record_)
    record_.answers, record_.usual_minutes, record_.counted_at = answers, usual_minutes, now
    db.session.flush()
    return record_


def _check_may_edit(subject: Any, actor: Actor) -> None:
    if not actor.can(P.PROFILE_EDIT, subject):
        raise NotPermitted(message=_l("Your role may not do this here."))


def _check_not_offered(organisation_id: str, service: str) -> None:
    taken = select(ServiceOffer.id).where(
        ServiceOffer.organisation_id == organisation_id, ServiceOffer.service == service
    )
    if db.session.execute(taken).first():
        raise RuleViolation("offer_exists", _l("You offer this service already. Change that one."), "service")


def _closure_problems(starts_on: date, ends_on: date, today: date) -> list[Problem]:
    found = []
    if ends_on < starts_on:
        found.append(Problem("closure_order", _l("The last day must not come before the first."), "ends_on"))
    elif ends_on < today:
        found.append(Problem("closure_past", _l("These days are over."), "ends_on"))
    elif (ends_on - starts_on).days >= LONGEST_CLOSURE_DAYS:
        found.append(
            Problem("closure_too_long", _l("That is more than a year. Close the office for good instead."), "ends_on")
        )
    return found


def _assign(subject: Any, names: Collection[str], values: Mapping[str, Any]) -> list[str]:
    """Set those of `names` that `values` holds; which of them changed."""
    changed = [name for name in names if name in values and getattr(subject, name) != values[name]]
    for name in changed:
        setattr(subject, name, values[name])
    return changed


def _calendar_changed(office: Office, *, actor: Actor, now: datetime) -> None:
    db.session.flush()
    record(db.session, "office.calendar_changed", office, actor=actor, now=now, data={"office_id": office.id})
    bump(db.session, ROUTING)


def _recorded(subject: Any, kind: str, changed: Collection[str], *, actor: Actor, now: datetime, **codes: str) -> Any:
    db.session.flush()
    data: dict[str, Any] = {"fields": sorted(changed), **codes} if changed else dict(codes)
    record(db.session, kind, subject, actor=actor, now=now, data=data)
    bump(db.session, ROUTING)
    return subject
