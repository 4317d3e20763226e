"""Reading support requests and referrals, always through what the actor may see."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, false, not_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from hubs.accounts.actor import Actor
from hubs.accounts.models import Membership, Person
from hubs.accounts.permissions import P
from hubs.accounts.queries import in_force
from hubs.core.errors import NotFound
from hubs.directory.models import HubMarket, PostCoverage
from hubs.extensions import db
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import Referral, ReferralPart, SupportRequest


def markets_of_desk(organisation_id: str | None) -> list[str]:
    """The countries a post covers or a hub works for."""
    covers = select(PostCoverage.market).where(
        PostCoverage.post_id == organisation_id, PostCoverage.retired_on.is_(None)
    )
    serves = select(HubMarket.market).where(HubMarket.hub_id == organisation_id)
    return sorted(set(db.session.execute(covers.union(serves)).scalars()))


def requests_visible_to(actor: Actor) -> Select[Any]:
    """The questions of the actor's own desk (its one office, for a membership of one office); an entrepreneur's own."""
    statement = select(SupportRequest)
    if actor.is_system:
        return statement
    if not actor.can(P.SUPPORT_REQUEST_READ):
        return statement.where(false())
    if actor.kind == "entrepreneur":
        return statement.where(SupportRequest.id == actor.id)
    # a draft from the public page that nobody confirmed yet is not the desk's
    unconfirmed = and_(SupportRequest.state == RequestState.DRAFT, SupportRequest.created_by.is_(None))
    statement = statement.where(SupportRequest.owner_id == actor.organisation_id, not_(unconfirmed))
    return statement.where(SupportRequest.office_id == actor.office_id) if actor.office_id else statement


def referrals_visible_to(actor: Actor) -> Select[Any]:
    """Referrals that the actor's organisation sent or received; of a cold signpost its receiver knows nothing."""
    statement = select(Referral)
    if actor.is_system:
        return statement
    if not actor.can(P.REFERRAL_READ) or actor.organisation_id is None:
        return statement.where(false())
    return statement.where(or_(_sent_by(actor), _received_by(actor)))


def _sent_by(actor: Actor) -> Any:
    own = Referral.from_id == actor.organisation_id
    return and_(own, Referral.from_office_id == actor.office_id) if actor.office_id else own


def _received_by(actor: Actor) -> Any:
    own = and_(Referral.to_id == actor.organisation_id, Referral.mode != "cold")
    return and_(own, Referral.to_office_id == actor.office_id) if actor.office_id else own


def inbox_of(actor: Actor) -> Select[Any]:
    """What was sent to the actor's office or offices."""
    return referrals_visible_to(actor).where(_received_by(actor))


def sent_from(actor: Actor) -> Select[Any]:
    """What the actor's desk sent."""
    return referrals_visible_to(actor).where(_sent_by(actor))


def with_case(statement: Select[Any]) -> Select[Any]:
    """Everything the page of one question shows, in a fixed number of statements."""
    return statement.options(
        joinedload(SupportRequest.owner),
        joinedload(SupportRequest.office),
        joinedload(SupportRequest.handler),
        joinedload(SupportRequest.company),
        joinedload(SupportRequest.company_record),
        joinedload(SupportRequest.contact_person),
        joinedload(SupportRequest.consent),
        selectinload(SupportRequest.parts),
        selectinload(SupportRequest.messages),
        selectinload(SupportRequest.files),
        selectinload(SupportRequest.referrals).options(
            joinedload(Referral.receiver),
            joinedload(Referral.receiver_office),
            selectinload(Referral.covers).joinedload(ReferralPart.part),
        ),
    )


def get_visible_request(actor: Actor, reference: str, *, lock: bool = False) -> SupportRequest:
    """One question by reference or id, locked when it is going to change. Raises NotFound."""
    statement = requests_visible_to(actor).where(_named(SupportRequest, reference))
    if lock:
        statement = statement.with_for_update(of=SupportRequest)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def get_visible_referral(actor: Actor, reference: str, *, lock: bool = False) -> Referral:
    """One referral by reference or id; locked together with its question, which always comes first. Raises NotFound."""
    statement = referrals_visible_to(actor).where(_named(Referral, reference))
    if lock:
        found = db.session.execute(statement.with_only_columns(Referral.support_request_id)).scalar_one_or_none()
        lock_request(found)
        statement = statement.with_for_update(of=Referral)
    referral = db.session.execute(statement).scalar_one_or_none()
    if referral is None:
        raise NotFound()
    return referral


def lock_request(support_request_id: str | None) -> SupportRequest | None:
    """The question by id, locked, read afresh."""
    return db.session.execute(
        select(SupportRequest)
        .where(SupportRequest.id == support_request_id)
        .with_for_update(of=SupportRequest)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def lock_referral(referral_id: str) -> Referral | None:
    """The referral by id, after its question, both locked and read afresh: for what the service does by itself."""
    request_id = db.session.execute(
        select(Referral.support_request_id).where(Referral.id == referral_id)
    ).scalar_one_or_none()
    if lock_request(request_id) is None:
        return None
    return db.session.execute(
        select(Referral)
        .where(Referral.id == referral_id)
        .with_for_update(of=Referral)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def _named(model: Any, reference: str) -> Any:
    """By its spoken reference (H-…, D-…) or by id; the two never look alike."""
    return model.reference == reference if "-" in reference else model.id == reference


def colleagues_of(actor: Actor) -> Select[Any]:
    """The people of the actor's organisation who can handle something, by name."""
    return (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id == actor.organisation_id,
            in_force(),  # who was only invited is known here by the name typed
            Person.is_active.is_(True),
        )
        .distinct()
        .order_by(Person.name, Person.id)
    )
