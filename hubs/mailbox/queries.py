"""Mails that arrived, always through what the actor may see: those of one's own desk, while their content is kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation, OrganisationKind
from hubs.accounts.permissions import P
from hubs.core.errors import NotFound
from hubs.extensions import db
from hubs.mailbox.lifecycle import MailState
from hubs.mailbox.models import IncomingMail
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import SupportRequest


def mails_visible_to(actor: Actor) -> Select[Any]:
    """Mails of the actor's own desk (its one office, for a membership of one office)."""
    statement = select(IncomingMail)
    if not actor.can(P.MAIL_HANDLE) or actor.organisation_id is None:
        return statement.where(false())
    statement = statement.where(IncomingMail.organisation_id == actor.organisation_id)
    if actor.office_id:
        statement = statement.where(or_(IncomingMail.office_id == actor.office_id, IncomingMail.office_id.is_(None)))
    return statement


def waiting_mails(actor: Actor) -> Select[Any]:
    """What was set apart and still waits for somebody of the desk."""
    return mails_visible_to(actor).where(
        IncomingMail.state == MailState.QUARANTINED, IncomingMail.forgotten_at.is_(None)
    )


def count_waiting(actor: Actor) -> int:
    """How many wait, for a list of work."""
    counted = waiting_mails(actor).with_only_columns(func.count(IncomingMail.id))
    return int(db.session.execute(counted).scalar_one())


def drafts_by_mail(actor: Actor) -> Select[Any]:
    """Mails of which a draft was made that nobody completed yet, with the draft, oldest first."""
    return (
        mails_visible_to(actor)
        .join(IncomingMail.support_request)
        .where(IncomingMail.state == MailState.DRAFTED, SupportRequest.state == RequestState.DRAFT)
        .options(contains_eager(IncomingMail.support_request))
        .order_by(IncomingMail.id)
    )


def get_visible_mail(actor: Actor, mail_id: str, *, lock: bool = False) -> IncomingMail:
    """One mail. Raises NotFound, also once its content is forgotten."""
    statement = mails_visible_to(actor).where(IncomingMail.id == mail_id, IncomingMail.forgotten_at.is_(None))
    if lock:
        statement = statement.with_for_update(of=IncomingMail)
    else:
        statement = statement.options(
            joinedload(IncomingMail.organisation),
            joinedload(IncomingMail.stored),
            joinedload(IncomingMail.support_request),
        )
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def mail_of_draft(actor: Actor, support_request: SupportRequest, *, lock: bool = False) -> IncomingMail | None:
    """The mail a draft was made of, as long as it is kept."""
    statement = mails_visible_to(actor).where(
        IncomingMail.support_request_id == support_request.id,
        IncomingMail.state == MailState.DRAFTED,
        IncomingMail.forgotten_at.is_(None),
    )
    if lock:
        statement = statement.with_for_update(of=IncomingMail)
    return db.session.execute(statement.order_by(IncomingMail.id).limit(1)).scalar_one_or_none()


def desks() -> Select[Any]:
    """Organisations to which a mail may be passed on: posts, which may know who asks (domain.md, rule 1)."""
    return (
        select(Organisation)
        .where(Organisation.kind == OrganisationKind.POST, Organisation.retired_on.is_(None))
        .order_by(Organisation.name_folded, Organisation.id)
    )
