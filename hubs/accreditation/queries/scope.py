"""What an accreditation in force was given for: which services of a hub lie outside it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from hubs.accreditation.lifecycle import AccreditationState
from hubs.accreditation.models import Accreditation
from hubs.extensions import db


def is_outside_scope(hub_id: str, service: str, on: date) -> bool:
    """Whether the hub's accreditation of this day names services, and this is none of them.

    A hub without an accreditation, or with one for every service, has nothing to go outside of.
    """
    statement = (
        select(Accreditation.services)
        .where(
            Accreditation.hub_id == hub_id,
            Accreditation.state == AccreditationState.ACTIVE,
            Accreditation.starts_on <= on,
            Accreditation.ends_on >= on,
        )
        .order_by(Accreditation.starts_on.desc(), Accreditation.id.desc())
        .limit(1)
    )
    services = db.session.execute(statement).scalar_one_or_none()
    return bool(services) and service not in (services or ())
