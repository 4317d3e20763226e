"""What a person of the desk does with a mail that was set apart, and with a draft that was made of one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.core.errors import NotFound, NotPermitted, RuleViolation
from hubs.core.events import record
from hubs.core.perform import check_permitted, check_state, perform
from hubs.extensions import db
from hubs.mailbox.addresses import desk_of
from hubs.mailbox.lifecycle import MailState
from hubs.mailbox.models import IncomingMail
from hubs.mailbox.operations.taking import Files, make_draft
from hubs.mailbox.proposing import propose
from hubs.mailbox.reading import Mail, own_words
from hubs.referrals.conversation import Visibility
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations import act_on_request
from hubs.referrals.operations.files import add_file
from hubs.referrals.operations.messages import ONLY_FILES, write_message
from hubs.referrals.queries import get_visible_referral, get_visible_request

LONGEST = 20_000
PASSED_TO = (OrganisationKind.POST, OrganisationKind.MINISTRY)


def draft_of_mail(row: IncomingMail, mail: Mail, files: Files, *, actor: Actor, now: datetime) -> SupportRequest:
    """Somebody looked at it: it is a question after all. Raises NotPermitted, WrongState, RuleViolation."""
    check_permitted(row, "make_draft", actor)
    check_state(row, "make_draft")
    support_request = make_draft(row, propose(mail), files, actor=actor, now=now)
    row.attachments = list(files.listed)
    perform(db.session, row, "make_draft", actor=actor, now=now, related=support_request)
    return support_request


def attach_mail(
    row: IncomingMail, mail: Mail, files: Files, reference: str, *, as_answer: bool, actor: Actor, now: datetime
) -> str:
    """Put a mail with a question of one's own desk (H-…) or a referral (D-…): as a note with its files, or, when
    somebody of the desk knows that the entrepreneur wrote it, as the answer that is waited for.

    Returns the reference. Raises NotPermitted, WrongState, RuleViolation.
    """
    check_permitted(row, "attach", actor)
    check_state(row, "attach")
    try:
        referral = get_visible_referral(actor, reference, lock=True) if reference.startswith("D-") else None
        support_request = referral.support_request if referral else get_visible_request(actor, reference, lock=True)
    except NotFound as error:
        raise RuleViolation(
            "unknown_question", _l("There is no question with this number here."), "reference"
        ) from error
    words = (own_words(mail.text) or mail.subject or ONLY_FILES)[:LONGEST]
    if as_answer:
        if support_request.state != RequestState.AWAITING_ENTREPRENEUR or referral is not None:
            raise RuleViolation("no_answer_awaited", _l("No answer is waited for in this question."), "as_answer")
        act_on_request(support_request, "answer", actor=actor, now=now, data={"note": words})
        message = support_request.messages[-1]
    else:
        message = write_message(
            support_request, words, to="own", actor=actor, now=now, referral=referral, via="mail", most=LONGEST
        )
    for received in files.received:
        add_file(
            support_request, received, actor=actor, now=now, referral=referral, message=message, visibility="desk",
            by_mail=True,
        )  # fmt: skip
    row.support_request_id, row.message_row_id, row.attachments = support_request.id, message.id, list(files.listed)
    details = {"message_id": message.id, "as_answer": as_answer}
    perform(db.session, row, "attach", actor=actor, now=now, event_data=details, related=support_request)
    return reference


def pass_on(row: IncomingMail, organisation_id: str | None, *, actor: Actor, now: datetime) -> None:
    """Give a mail that came to no desk's address to the post it is for; a hub or partner gets to know who asks by a
    question with consent only (domain.md, rule 1). Raises NotPermitted, WrongState, RuleViolation.
    """
    try:
        desk = desk_of(organisation_id or "")
    except LookupError as error:
        raise RuleViolation("desk_required", _l("Choose a desk."), "desk") from error
    if desk.kind not in PASSED_TO:
        raise RuleViolation("desk_without_consent", _l("A mail is passed on to a post only."), "desk")
    if not desk.is_open:
        raise RuleViolation("desk_closed", _l("This desk has closed."), "desk")
    data = {"organisation_id": desk.organisation_id, "office_id": desk.office_id}
    perform(db.session, row, "pass_on", actor=actor, now=now, data=data, event_data=data)


def discard(row: IncomingMail, data: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    """It is nothing for the desk; a draft that was made of it goes with it. Raises WrongState, RuleViolation.

    One that was set apart leaves the question it was about as it is, also one that nobody confirmed yet.
    """
    reason, was_drafted = data.get("reason"), row.state == MailState.DRAFTED
    perform(db.session, row, "discard", actor=actor, now=now, data={"reason": reason}, event_data={"reason": reason})
    support_request = row.support_request
    if not was_drafted:
        row.support_request = None
    elif support_request is not None and support_request.state == RequestState.DRAFT:
        act_on_request(support_request, "withdraw", actor=actor, now=now)


def share_files(support_request: SupportRequest, *, actor: Actor, now: datetime) -> None:
    """Files that came by mail, open to a hub once it accepts: for somebody who looked at them. Raises NotPermitted."""
    if not actor.can(P.SUPPORT_REQUEST_HANDLE, support_request):
        raise NotPermitted()
    for file in support_request.files:
        if file.removed_at is None and file.added_by_kind == "mail" and file.visibility == Visibility.DESK:
            file.visibility = str(Visibility.CASE)
            record(db.session, "file.shared", file, actor=actor, now=now, data={"file_id": file.id}, outbox=False)
    db.session.flush()
