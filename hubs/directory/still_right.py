"""Signed links to "are these details still right?": personal, good for two months, and only while one leads there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hubs.accounts.actor import Actor, actor_of_membership
from hubs.accounts.models import Membership, Organisation, OrganisationKind
from hubs.accounts.permissions import P
from hubs.core.errors import NotFound
from hubs.core.links import external
from hubs.directory.models import DETAILS
from hubs.extensions import db

GOOD_FOR_SECONDS = 60 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked, acting for which organisation, about which profile."""

    actor: Actor
    organisation: Organisation
    profile: Any


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="hubs.still-right")


def still_right_token(person_id: str, organisation_id: str) -> str:
    """For one person and one organisation; made when the mail is written."""
    return _serializer().dumps([person_id, organisation_id])


def still_right_url(person_id: str, organisation_id: str) -> str:
    return external(f"/still-right/{still_right_token(person_id, organisation_id)}")


def asked_by(token: str, *, locale: str, lock: bool = False) -> Asked:
    """Who holds this link, as an actor with the rights they have now. Raises NotFound: not ours, too old, or gone."""
    try:
        loaded = _serializer().loads(token, max_age=GOOD_FOR_SECONDS)
    except BadData as error:
        raise NotFound() from error
    if not (isinstance(loaded, list) and len(loaded) == 2 and all(isinstance(part, str) for part in loaded)):
        raise NotFound()
    person_id, organisation_id = loaded
    statement = (
        select(Membership)
        .where(
            Membership.person_id == person_id,
            Membership.organisation_id == organisation_id,
            Membership.ended_at.is_(None),
            Membership.invited_as.is_(None),
        )
        .options(joinedload(Membership.person), joinedload(Membership.organisation))
        .order_by(Membership.id)
    )
    memberships = [row for row in db.session.execute(statement).scalars() if row.person.is_active]
    if not memberships:
        raise NotFound()
    actor, organisation = actor_of_membership(memberships, locale), memberships[0].organisation
    model = DETAILS.get(OrganisationKind(organisation.kind).value)
    if model is None or actor.office_id is not None or not actor.can(P.PROFILE_EDIT, organisation):
        raise NotFound()
    profile = db.session.get(model, organisation_id, with_for_update=lock or None)
    if profile is None or organisation.retired_on is not None:
        raise NotFound()
    return Asked(actor, organisation, profile)
