"""What a hub or partner offers. An offer outside the scope of the accreditation is shown once the ministry confirms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation
from hubs.core.errors import RuleViolation
from hubs.core.types import new_id
from hubs.directory.models import HubProfile, ServiceOffer
from hubs.extensions import db

from .profiles import ask_for_service, withdraw_service
from .rules import added, assign, check_may_edit, recorded, remember, removed

OFFER_FIELDS = (
    "service", "sectors", "languages", "price_cents", "currency", "price_unit", "price_includes_vat",
    "lead_time_days", "is_published",
)  # fmt: skip


def add_offer(
    organisation: Organisation, *, values: Mapping[str, Any], actor: Actor, now: datetime, waits: bool = False
) -> ServiceOffer:
    """Add a service to what an organisation offers; `waits`: it is shown once the ministry confirms.

    Raises NotPermitted, RuleViolation (already offered).
    """
    check_may_edit(organisation, actor)
    _check_not_offered(organisation.id, values["service"])
    offer = ServiceOffer(id=new_id(), organisation_id=organisation.id)
    assign(offer, OFFER_FIELDS, _shown(values, waits))
    db.session.add(offer)
    recorded(offer, "offer.add", (), actor=actor, now=now, service=offer.service)
    _remember(offer, "add", added(offer, OFFER_FIELDS), actor, now)
    _ask(offer, waits and bool(values.get("is_published")), actor, now)
    return offer


def edit_offer(
    offer: ServiceOffer, *, values: Mapping[str, Any], actor: Actor, now: datetime, waits: bool = False
) -> ServiceOffer:
    """Change an offer. Raises NotPermitted, RuleViolation (another offer holds that service)."""
    check_may_edit(offer, actor)
    before = offer.service
    if values.get("service", before) != before:
        _check_not_offered(offer.organisation_id, values["service"])
    waits = waits and not (offer.is_published and values.get("service", before) == before)
    changed = assign(offer, OFFER_FIELDS, _shown(values, waits))
    recorded(offer, "offer.edit", changed, actor=actor, now=now, service=offer.service)
    _remember(offer, "edit", changed, actor, now)
    if "is_published" in values or offer.service != before:
        _ask(offer, waits and bool(values.get("is_published")), actor, now, before)
    return offer


def remove_offer(offer: ServiceOffer, *, actor: Actor, now: datetime) -> None:
    """Stop offering a service. Raises NotPermitted."""
    check_may_edit(offer, actor)
    recorded(offer, "offer.remove", (), actor=actor, now=now, service=offer.service)
    _remember(offer, "remove", removed(offer, OFFER_FIELDS), actor, now)
    _ask(offer, False, actor, now)
    db.session.delete(offer)


def _shown(values: Mapping[str, Any], waits: bool) -> dict[str, Any]:
    return {**values, "is_published": False} if waits and values.get("is_published") else dict(values)


def _ask(offer: ServiceOffer, wanted: bool, actor: Actor, now: datetime, before: str | None = None) -> None:
    """Let a hub's offer wait for the ministry, or no longer."""
    profile = db.session.get(HubProfile, offer.organisation_id)
    if profile is None:
        return
    if before is not None and before != offer.service:
        withdraw_service(profile, before, actor=actor, now=now)
    if wanted:
        ask_for_service(profile, offer.service, actor=actor, now=now)
    else:
        withdraw_service(profile, offer.service, actor=actor, now=now)


def _remember(offer: ServiceOffer, action: str, changes: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    subject = ("offer", offer.id, offer.service)
    remember(offer.organisation_id, subject, action, changes, actor=actor, now=now)


def _check_not_offered(organisation_id: str, service: str) -> None:
    taken = select(ServiceOffer.id).where(
        ServiceOffer.organisation_id == organisation_id, ServiceOffer.service == service
    )
    if db.session.execute(taken).first():
        raise RuleViolation("offer_exists", _l("You offer this service already. Change that one."), "service")
