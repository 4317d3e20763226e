"""Reading the directory by id, for clients: hubs, posts and partners are public, drafts of offers are one's own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation
from hubs.core.errors import NotFound
from hubs.core.types import folded
from hubs.extensions import db

from .models import HubAnswerRecord, HubProfile, PartnerProfile, PostProfile, ServiceOffer

MOST_WORDS = 6


def get_hub(hub_id: str, *, lock: bool = False) -> tuple[HubProfile, HubAnswerRecord | None]:
    """A hub with how fast it answers. Raises NotFound."""
    statement = (
        select(HubProfile, HubAnswerRecord)
        .join(HubProfile.organisation)
        .outerjoin(HubAnswerRecord, HubAnswerRecord.hub_id == HubProfile.id)
        .options(contains_eager(HubProfile.organisation))
        .where(HubProfile.id == hub_id, Organisation.retired_on.is_(None))
    )
    found = db.session.execute(statement.with_for_update(of=HubProfile) if lock else statement).one_or_none()
    if found is None:
        raise NotFound()
    return found[0], found[1]


def get_profile(model: type[PostProfile] | type[PartnerProfile], organisation_id: str, *, lock: bool = False) -> Any:
    """A post or partner. Raises NotFound."""
    statement = (
        select(model)
        .join(model.organisation)
        .options(contains_eager(model.organisation))
        .where(model.id == organisation_id, Organisation.retired_on.is_(None))
    )
    found = db.session.execute(statement.with_for_update(of=model) if lock else statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def partners_in_directory(q: str = "") -> Select[Any]:
    """Partners by name; rows carry `PartnerProfile`, `name_folded`, `id` and `total`."""
    conditions: list[Any] = [Organisation.retired_on.is_(None)]
    conditions += [Organisation.name_folded.contains(word, autoescape=True) for word in folded(q).split()[:MOST_WORDS]]
    counted = select(PartnerProfile.id).join(PartnerProfile.organisation).where(*conditions)
    total = select(func.count()).select_from(counted.subquery()).scalar_subquery()
    return (
        select(PartnerProfile, Organisation.name_folded, Organisation.id, total.label("total"))
        .join(PartnerProfile.organisation)
        .options(contains_eager(PartnerProfile.organisation))
        .where(*conditions)
    )


def offers_readable_by(actor: Actor) -> Select[Any]:
    """What is published, and one's own drafts; of organisations that still take part."""
    return (
        select(ServiceOffer)
        .join(ServiceOffer.organisation)
        .options(contains_eager(ServiceOffer.organisation))
        .where(
            Organisation.retired_on.is_(None),
            or_(ServiceOffer.is_published.is_(True), ServiceOffer.organisation_id == actor.organisation_id),
        )
    )


def get_readable_offer(actor: Actor, offer_id: str, *, lock: bool = False) -> ServiceOffer:
    """One of them. Raises NotFound."""
    statement = offers_readable_by(actor).where(ServiceOffer.id == offer_id)
    if lock:
        statement = statement.with_for_update(of=ServiceOffer)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def published_services(organisation_ids: Collection[str]) -> dict[str, list[str]]:
    """The services each organisation offers in public, in one statement."""
    statement = (
        select(ServiceOffer.organisation_id, ServiceOffer.service)
        .where(and_(ServiceOffer.organisation_id.in_(organisation_ids), ServiceOffer.is_published.is_(True)))
        .order_by(ServiceOffer.organisation_id, ServiceOffer.service)
    )
    found: dict[str, list[str]] = {}
    for organisation_id, service in db.session.execute(statement):
        found.setdefault(organisation_id, []).append(service)
    return found
