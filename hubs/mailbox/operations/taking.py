"""Writing down a mail that arrived and what becomes of it; everything in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from hubs.accounts.actor import THE_SERVICE, Actor
from hubs.accounts.models import Office
from hubs.accounts.permissions import P
from hubs.core.errors import DomainError, NotPermitted, WrongState
from hubs.core.events import record
from hubs.core.perform import perform
from hubs.core.types import new_id
from hubs.core.uploads import Received, stored_file
from hubs.extensions import db
from hubs.mailbox.lifecycle import QuarantineReason
from hubs.mailbox.models import IncomingMail
from hubs.mailbox.proposing import Proposal, propose
from hubs.mailbox.reading import Mail, own_words
from hubs.mailbox.sorting import Verdict
from hubs.mailbox.words import refusal_words
from hubs.referrals.intake import IntakeData, create_requests
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import Message, Referral, SupportRequest
from hubs.referrals.operations.answering import receive_answer
from hubs.referrals.operations.files import MOST_AT_ONCE, add_file
from hubs.referrals.queries import lock_referral, lock_request, markets_of_desk

BY_MAIL = "mail"  # who writes down a draft that nobody at the desk has looked at


@dataclass(frozen=True, slots=True)
class Files:
    """What came with a mail: contents that passed every check, and how each attachment fared."""

    received: tuple[Received, ...] = ()
    listed: tuple[dict[str, Any], ...] = ()  # name, size, refused: code or None

    @property
    def refused(self) -> list[dict[str, Any]]:
        return [each for each in self.listed if each["refused"]]


def write_down(
    verdict: Verdict, mail: Mail | None, eml: Received, files: Files, *, fingerprint: str, recipient: str, now: datetime
) -> IncomingMail:
    """The row of a mail, still without a decision."""
    stored = stored_file(eml, by=None, now=now)
    db.session.add(stored)
    db.session.flush()
    row = IncomingMail(
        id=new_id(),
        organisation_id=verdict.desk.organisation_id,
        office_id=verdict.desk.office_id,
        fingerprint=fingerprint,
        recipient=recipient[:254],
        arrived_at=now,
        size=eml.size,
        is_from_desk=verdict.is_from_desk,
        attachments=list(files.listed),
        stored_file_id=stored.id,
        support_request_id=_about(verdict),
    )
    if mail is not None:
        row.sender_address, row.sender_name = mail.sender_address or None, mail.sender_name or None
        row.subject, row.body = mail.subject or None, mail.text or None
    db.session.add(row)
    db.session.flush()
    return row


def _about(verdict: Verdict) -> str | None:
    """The question a mail belongs to; one of the public page that nobody confirmed yet is no desk's, and goes again."""
    asked = db.session.get(SupportRequest, verdict.support_request_id) if verdict.support_request_id else None
    if asked is None or asked.state == RequestState.DRAFT and asked.created_by is None:
        return None
    return asked.id


def settle(row: IncomingMail, verdict: Verdict, mail: Mail | None, files: Files, *, now: datetime) -> None:
    """Do what was decided; an answer that its case does not take after all is set apart."""
    if verdict.action == "take_as_draft" and mail is not None:
        support_request = make_draft(row, propose(mail), files, actor=_service_of(row), now=now)
        _perform(row, verdict.action, now, related=support_request)
    elif verdict.action == "take_as_answer" and mail is not None:
        _take_answer(row, verdict, mail, files, now)
    elif verdict.action == "note_return" and verdict.delivery is not None:
        row.delivery_id = verdict.delivery[0]
        _perform(row, verdict.action, now, details={"delivery_id": row.delivery_id, "status": verdict.delivery[1]})
    else:
        set_apart(row, verdict.reason or QuarantineReason.UNREADABLE, now)


def set_apart(row: IncomingMail, reason: QuarantineReason, now: datetime) -> None:
    """Leave it to a person of the desk."""
    _perform(row, "set_apart", now, data={"reason": str(reason)}, details={"reason": str(reason)})


def _perform(
    row: IncomingMail,
    action: str,
    now: datetime,
    *,
    data: dict[str, Any] | None = None,
    details: dict[str, Any] | None = None,
    related: SupportRequest | None = None,
) -> None:
    perform(db.session, row, action, actor=THE_SERVICE, now=now, data=data, event_data=details, related=related)


def _service_of(row: IncomingMail) -> Actor:
    """The service at one desk: it may write down a draft there, and nothing else."""
    return Actor(
        THE_SERVICE.kind,
        id=BY_MAIL,
        organisation_id=row.organisation_id,
        office_id=row.office_id,
        permissions=frozenset({P.SUPPORT_REQUEST_CREATE}),
    )


# --- a draft -----------------------------------------------------------------------------------------------


def make_draft(row: IncomingMail, proposal: Proposal, files: Files, *, actor: Actor, now: datetime) -> SupportRequest:
    """A draft question of a mail, for the desk to complete. Whoever asks has been waiting since the mail came.

    Raises NotPermitted, BadInput, RuleViolation.
    """
    office = db.session.get(Office, row.office_id) if row.office_id else None
    if office is None:
        raise NotPermitted(message=_("Your organisation has no office that can take questions."))
    markets = markets_of_desk(row.organisation_id)
    data = IntakeData(
        text=proposal.text,
        private_notes=proposal.notes,
        channel="email",
        markets=tuple(markets) if len(markets) == 1 else (),
        language=proposal.language,
        submit=False,
    )
    created = create_requests(actor=actor, now=now, office=office, data=data, submission_key=f"mail-{row.id}")
    support_request = created[0]
    support_request.waiting_since = row.arrived_at
    row.support_request = support_request
    row.original_address = proposal.original.address or None
    row.original_name = proposal.original.name or None
    for received in files.received:
        add_file(support_request, received, actor=actor, now=now, visibility="desk", by_mail=True)
    db.session.flush()
    return support_request


# --- an answer ---------------------------------------------------------------------------------------------


def _take_answer(row: IncomingMail, verdict: Verdict, mail: Mail, files: Files, now: datetime) -> None:
    try:
        with db.session.begin_nested():
            message = _answer(row, verdict, mail, files, now)
    except DomainError as refusal:
        set_apart(row, _reason_of(refusal), now)
        return
    row.message_row_id = message.id
    _perform(row, "take_as_answer", now, details={"message_id": message.id}, related=message.support_request)


def _answer(row: IncomingMail, verdict: Verdict, mail: Mail, files: Files, now: datetime) -> Message:
    support_request, referral = _locked(verdict)
    with force_locale(support_request.language if support_request.language in ("nl", "en") else "en"):
        words = with_refusals(own_words(mail.text), files.refused)
    message = receive_answer(
        support_request,
        words,
        side=str(verdict.side),
        sender=mail.sender_address,
        now=now,
        referral=referral,
        files=files.received[:MOST_AT_ONCE],
    )
    for received in files.received[MOST_AT_ONCE:]:
        author = Actor(message.author_kind, id=message.author_id, organisation_id=message.organisation_id)
        add_file(support_request, received, actor=author, now=now, referral=referral, message=message, by_mail=True)
    return message


def _locked(verdict: Verdict) -> tuple[SupportRequest, Referral | None]:
    """The question, then the referral, as everybody locks them. Raises WrongState when it is gone."""
    support_request = lock_request(verdict.support_request_id)
    referral = lock_referral(verdict.referral_id) if verdict.referral_id else None
    if support_request is None or (verdict.referral_id and referral is None):
        raise WrongState(_("This question is closed."))
    return support_request, referral


def with_refusals(words: str, refused: Sequence[dict[str, Any]]) -> str:
    """The words of an answer, and a line for each file that was not taken."""
    lines = [
        _("Not taken: %(name)s. %(why)s", name=each["name"], why=refusal_words(each["refused"])) for each in refused
    ]
    return "\n\n".join([part for part in (words, "\n".join(lines)) if part])


def _reason_of(refusal: DomainError) -> QuarantineReason:
    if isinstance(refusal, NotPermitted):
        return QuarantineReason.OTHER_SENDER
    return QuarantineReason.CONVERSATION_OVER if isinstance(refusal, WrongState) else QuarantineReason.REFUSED


def note_repeat(row: IncomingMail, now: datetime) -> None:
    """That the same mail came again: told to nobody, but there to be found."""
    record(db.session, "incoming_mail.repeated", row, actor=THE_SERVICE, now=now, outbox=False)
