"""An answer that arrives by mail: what it is to the case it belongs to, and whether its sender may say it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hubs.accounts.actor import Actor, actor_of_entrepreneur, actor_of_membership
from hubs.accounts.models import Membership, Office, Person
from hubs.accounts.permissions import P
from hubs.accounts.queries import in_force
from hubs.core.errors import NotPermitted, RuleViolation
from hubs.core.types import folded
from hubs.core.uploads import Received
from hubs.extensions import db
from hubs.referrals.conversation import Audience
from hubs.referrals.lifecycle import ReferralState, RequestState
from hubs.referrals.models import Message, Referral, SupportRequest
from hubs.referrals.operations.files import add_files
from hubs.referrals.operations.messages import ONLY_FILES, write_message
from hubs.referrals.operations.referrals import act_on_referral
from hubs.referrals.operations.requests import act_on_request

BY_MAIL_LENGTH = 20_000
# what somebody who only has the mailbox of an office may do: speak for it, nothing else
_MAILBOX = frozenset(
    {
        P.SUPPORT_REQUEST_READ,
        P.SUPPORT_REQUEST_HANDLE,
        P.SUPPORT_REQUEST_SPEAK,
        P.REFERRAL_READ,
        P.REFERRAL_SEND,
        P.REFERRAL_RECEIVE,
    }
)
_MAIL = "mail"


def receive_answer(
    support_request: SupportRequest,
    text: str,
    *,
    side: str,
    sender: str,
    now: datetime,
    referral: Referral | None = None,
    files: Iterable[Received] = (),
) -> Message:
    """Write down an answer by mail as if its sender had typed it on the page; both were locked by the caller.

    `side` is whose reply address it came to (`ReplySide`), `sender` the address it came from. It answers an open
    question when there is one, and else is a message. Raises NotPermitted for an address that does not speak for
    that side, and whatever the page would refuse: WrongState, RuleViolation (too long, tells a hub who asks).
    """
    received = list(files)
    words = _words(text, has_files=bool(received))
    actor = speaker_of(support_request, referral, side, sender)
    if _answers(support_request, referral, side):
        return _answer(support_request, referral, words, received, actor=actor, now=now)
    to = Audience.ENTREPRENEUR if referral is None else Audience.DESKS
    return write_message(
        support_request,
        words,
        to=to,
        actor=actor,
        now=now,
        referral=referral,
        files=received,
        via=_MAIL,
        most=BY_MAIL_LENGTH,
    )


def speaker_of(support_request: SupportRequest, referral: Referral | None, side: str, sender: str) -> Actor:
    """Who writes, judged by the address: the entrepreneur, a person who works there, or the office's own mailbox.

    Raises NotPermitted when the address belongs to none of these.
    """
    if side == "entrepreneur":
        contact = support_request.contact_person
        if contact is None or not contact.email or folded(contact.email) != folded(sender):
            raise _stranger()
        return actor_of_entrepreneur(support_request.id, support_request.language)
    if referral is not None:
        organisation_id, office = (
            (referral.to_id, referral.receiver_office)
            if side == "receiver"
            else (referral.from_id, referral.sender_office)
        )
    else:
        organisation_id, office = support_request.owner_id, support_request.office
    return _of_organisation(organisation_id, office, sender)


def _of_organisation(organisation_id: str, office: Office, sender: str) -> Actor:
    statement = (
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Person.email_folded == folded(sender),
            Person.is_active.is_(True),
            Membership.organisation_id == organisation_id,
            in_force(),
        )
        .options(joinedload(Membership.person), joinedload(Membership.organisation))
        .order_by(Membership.id)
    )
    memberships = list(db.session.execute(statement).scalars())
    if memberships:
        actor = actor_of_membership(memberships)
        if actor.office_id not in (None, office.id):
            raise _stranger()
        return actor
    if not office.email or folded(office.email) != folded(sender):
        raise _stranger()
    return Actor(
        "person",
        organisation_id=organisation_id,
        organisation_kind=office.organisation.kind,
        office_id=office.id,
        permissions=_MAILBOX,
    )


def _stranger() -> NotPermitted:
    return NotPermitted(message=_l("This address does not belong to anybody who may answer here."))


def _words(text: str, *, has_files: bool) -> str:
    words = (text or "").strip()
    if not words and has_files:
        return ONLY_FILES
    if len(words) > BY_MAIL_LENGTH:
        raise RuleViolation("too_long", _l("Use at most %(number)s characters.", number=BY_MAIL_LENGTH), "text")
    return words


def _answers(support_request: SupportRequest, referral: Referral | None, side: str) -> bool:
    """Whether that side owes an answer now."""
    if side == "entrepreneur":
        return support_request.state == RequestState.AWAITING_ENTREPRENEUR
    return side == "sender" and referral is not None and referral.state == ReferralState.PAUSED


def _answer(
    support_request: SupportRequest,
    referral: Referral | None,
    words: str,
    received: list[Received],
    *,
    actor: Actor,
    now: datetime,
) -> Message:
    data = {"note": words, "via": _MAIL}
    if referral is not None:
        act_on_referral(referral, "answer", actor=actor, now=now, data=data)
    else:
        act_on_request(support_request, "answer", actor=actor, now=now, data=data)
    message = support_request.messages[-1]
    add_files(support_request, received, actor=actor, now=now, referral=referral, message=message, by_mail=True)
    return message
