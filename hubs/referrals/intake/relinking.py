"""A corrected mail address makes the links in earlier mails void: they may lie in somebody else's box."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from hubs.companies.models import ContactPerson
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.extensions import db
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import SupportRequest


def hold_questions_of(*person_ids: str | None) -> None:
    """A question comes before its contact person: hold theirs before the person's own row is."""
    statement = select(SupportRequest.id).where(SupportRequest.contact_person_id.in_(person_ids))
    db.session.execute(statement.order_by(SupportRequest.id).with_for_update(of=SupportRequest)).all()


def replace_links(person: ContactPerson, *, actor: Actor, now: datetime, only: Collection[str] | None = None) -> None:
    """Void the tracking links of this person's questions and have new ones mailed to the present address.

    `only` names the questions when it is not all of them.
    """
    statement = (
        select(SupportRequest)
        .where(SupportRequest.contact_person_id == person.id, SupportRequest.state != RequestState.DRAFT)
        .order_by(SupportRequest.id)
        .with_for_update(of=SupportRequest)
    )
    if only is not None:
        statement = statement.where(SupportRequest.id.in_(only))
    for support_request in db.session.execute(statement).scalars().all():
        support_request.link_version += 1
        details = {"link_version": support_request.link_version}
        record(db.session(), "support_request.link_replaced", support_request, actor=actor, now=now, data=details)
    db.session.flush()
