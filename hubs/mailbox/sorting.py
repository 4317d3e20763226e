"""Where a mail belongs and what becomes of it: a draft, an answer, a note on a delivery, or set apart with a reason.

The sender's address is never proof of who somebody is: an answer counts only at the signed address of its side and
from an address known for that side; everything else waits for a person of the desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from hubs.accounts.models import Membership, Office, Person
from hubs.accounts.queries import memberships_in_force
from hubs.core.errors import NotPermitted
from hubs.core.types import folded
from hubs.extensions import db
from hubs.mailbox.addresses import Desk, central_desk, desk_of, find_desk, is_sender_address
from hubs.mailbox.lifecycle import MailState, QuarantineReason
from hubs.mailbox.models import IncomingMail
from hubs.mailbox.reading import Mail
from hubs.mailbox.reading.kinds import MailKind, is_forged, kind_of, returned_delivery
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations.answering import speaker_of
from hubs.referrals.reply_addresses import ReplyAddress, ReplySide, is_reply_address, read_reply_address

MOST_A_DAY = 40  # drafts of one sender from outside
Q = QuarantineReason
_BY_KIND = {MailKind.AUTOMATIC: Q.AUTOMATIC, MailKind.LIST: Q.MAILING_LIST}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a mail: `action` of its lifecycle, at which desk, and why or to what it belongs."""

    action: str  # take_as_draft, take_as_answer, note_return, set_apart
    desk: Desk
    reason: QuarantineReason | None = None
    support_request_id: str | None = None
    referral_id: str | None = None
    side: ReplySide | None = None
    delivery: tuple[str, str] | None = None
    is_from_desk: bool = False


def sort_mail(
    mail: Mail | None, recipient: str, *, envelope_from: str | None, now: datetime, fault: str | None = None
) -> Verdict:
    """Look where it belongs. `mail` is None when it could not be read, `fault` says how."""
    if mail is not None and (is_sender_address(recipient) or kind_of(mail, envelope_from) is MailKind.RETURNED):
        return _returned(mail, recipient)
    if is_reply_address(recipient):
        return _answer(mail, recipient, envelope_from, fault)
    return _question(mail, recipient, envelope_from, fault, now)


def _apart(desk: Desk, reason: str, **more: str | None) -> Verdict:
    return Verdict("set_apart", desk, reason=QuarantineReason(reason), support_request_id=more.get("request_id"))


def _returned(mail: Mail, recipient: str) -> Verdict:
    delivery = returned_delivery(mail)
    if delivery is not None:
        return Verdict("note_return", central_desk(), delivery=delivery)
    if is_sender_address(recipient):
        return _apart(central_desk(), Q.NOT_FOR_MAIL if kind_of(mail, None) is MailKind.WRITTEN else Q.RETURNED)
    address = read_reply_address(recipient) if is_reply_address(recipient) else None
    support_request, referral = _case(address)
    if address is not None and support_request is not None:
        return _apart(_desk_of_side(address, support_request, referral), Q.RETURNED, request_id=support_request.id)
    return _apart(find_desk(recipient) or central_desk(), Q.RETURNED)


def _case(address: ReplyAddress | None) -> tuple[SupportRequest | None, Referral | None]:
    if address is None:
        return None, None
    support_request = db.session.get(SupportRequest, address.support_request_id)
    if support_request is None or address.referral_number is None:
        return support_request, None
    statement = select(Referral).where(
        Referral.support_request_id == support_request.id, Referral.number == address.referral_number
    )
    referral = db.session.execute(statement).scalar_one_or_none()
    return (support_request, referral) if referral is not None else (None, None)


def _desk_of_side(address: ReplyAddress, support_request: SupportRequest, referral: Referral | None) -> Desk:
    """The desk on whose side an answer is; for the entrepreneur the one that owns the question."""
    if referral is not None and address.side is ReplySide.RECEIVER:
        return desk_of(referral.to_id)
    return desk_of(referral.from_id if referral is not None else support_request.owner_id)


def _answer(mail: Mail | None, recipient: str, envelope_from: str | None, fault: str | None) -> Verdict:
    address = read_reply_address(recipient)
    support_request, referral = _case(address)
    if address is None or support_request is None:
        return _apart(central_desk(), Q.BAD_REPLY_ADDRESS)
    desk, known = _desk_of_side(address, support_request, referral), {"request_id": support_request.id}
    if mail is None:
        return _apart(desk, fault or Q.UNREADABLE, **known)
    kind = kind_of(mail, envelope_from)
    if kind in _BY_KIND:
        return _apart(desk, _BY_KIND[kind], **known)
    if is_forged(mail):
        return _apart(desk, Q.NOT_AUTHENTIC, **known)
    if address.side is ReplySide.ENTREPRENEUR and address.link_version != support_request.link_version:
        return _apart(desk, Q.BAD_REPLY_ADDRESS, **known)
    try:
        speaker_of(support_request, referral, address.side, mail.sender_address)
    except NotPermitted:
        return _apart(desk, Q.OTHER_SENDER, **known)
    return Verdict(
        "take_as_answer",
        desk,
        support_request_id=support_request.id,
        referral_id=referral.id if referral is not None else None,
        side=address.side,
        is_from_desk=address.side is not ReplySide.ENTREPRENEUR,
    )


def _question(
    mail: Mail | None, recipient: str, envelope_from: str | None, fault: str | None, now: datetime
) -> Verdict:
    desk = find_desk(recipient)
    if desk is None:
        return _apart(central_desk(), Q.UNKNOWN_DESK)
    if not desk.is_open:
        return _apart(central_desk(), Q.CLOSED_DESK)
    if mail is None:
        return _apart(desk, fault or Q.UNREADABLE)
    kind = kind_of(mail, envelope_from)
    if kind in _BY_KIND:
        return _apart(desk, _BY_KIND[kind])
    if is_forged(mail):
        return _apart(desk, Q.NOT_AUTHENTIC)
    if not (mail.text or mail.attachments or mail.inner):
        return _apart(desk, Q.EMPTY)
    is_from_desk = works_there(mail.sender_address, desk)
    if not is_from_desk and _sent_today(mail.sender_address, now) >= MOST_A_DAY:
        return _apart(desk, Q.TOO_MANY)
    return Verdict("take_as_draft", desk, is_from_desk=is_from_desk)


def works_there(address: str, desk: Desk) -> bool:
    """Whether this is the address of somebody at that desk, or of its own mailbox; it proves nothing."""
    statement = memberships_in_force().where(
        Membership.organisation_id == desk.organisation_id, Person.email_folded == folded(address)
    )
    if db.session.execute(statement.limit(1)).first() is not None:
        return True
    inboxes = select(Office.email).where(Office.organisation_id == desk.organisation_id, Office.email.is_not(None))
    return folded(address) in {folded(email) for email in db.session.execute(inboxes).scalars()}


def _sent_today(address: str, now: datetime) -> int:
    statement = select(func.count()).where(
        IncomingMail.sender_address == address,
        IncomingMail.arrived_at > now - timedelta(days=1),
        IncomingMail.state == MailState.DRAFTED,
    )
    return db.session.execute(statement).scalar_one()
