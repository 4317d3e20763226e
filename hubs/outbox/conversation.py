"""Mails of the conversation on a case: what the entrepreneur gets in words, what a desk gets as a link, the address an
answer comes back to, and one thread a case in every mailbox.

The entrepreneur reads the text itself; a desk's mailbox is read by others and by whoever may not see who asks yet, so
its mail says only that something was written (domain.md, rule 1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func, select

from hubs.core.events import Event
from hubs.core.links import external
from hubs.extensions import db
from hubs.outbox.letters import Letter
from hubs.outbox.readers import desk_readers
from hubs.referrals.conversation import Audience
from hubs.referrals.models import Message, QuestionFile, Referral, SupportRequest
from hubs.referrals.operations.messages import ONLY_FILES
from hubs.referrals.presentation import RECEIVER as SIDE
from hubs.referrals.presentation import sees_question_in_list
from hubs.referrals.reply_addresses import ReplySide, reply_address
from hubs.referrals.tracking import tracking_url

ENTREPRENEUR, DESK, RECEIVER = "entrepreneur", "desk", "receiver"
ABOUT_QUESTION, ABOUT_REFERRAL, ASKED = "support_request.message", "referral.message", "support_request.ask"
# mails whose reader may answer by mail, and what the mail is about then
ANSWERED = frozenset({ABOUT_QUESTION, ABOUT_REFERRAL, ASKED, "referral.ask", "referral.answer"})
ANSWERED_BY_DESK = ANSWERED | {"support_request.answer", "support_request.add_information"}
_TRACK = _l("See where your question is")

# what is said with a message, by event kind and reader; the table of `letters` grows by these
TO_ENTREPRENEUR: dict[str, Letter] = {
    ABOUT_QUESTION: Letter(
        _l("A message about your question %(reference)s"),
        (_l("%(place)s wrote to you about your question:"),),
        "track",
        _TRACK,
    ),
    ABOUT_REFERRAL: Letter(
        _l("A message about your question %(reference)s"),
        (_l("%(receiver)s wrote to you about your question:"),),
        "track",
        _TRACK,
    ),
}
TO_DESK: dict[str, Letter] = {
    ABOUT_QUESTION: Letter(
        _l("The entrepreneur wrote to you: %(reference)s"),
        (_l("Read it on the page of the question. Your term goes on as it was."),),
    ),
    ABOUT_REFERRAL: Letter(
        _l("%(receiver)s wrote to you: %(reference)s"),
        (_l("Read it on the page. It changes nothing about who must do what."),),
    ),
}
TO_RECEIVER: dict[str, Letter] = {
    ABOUT_REFERRAL: Letter(
        _l("%(place)s wrote to you: %(reference)s"),
        (_l("Read it on the page. Your term goes on as it was."),),
    ),
}

LETTERS: dict[str, dict[str, Letter]] = {ENTREPRENEUR: TO_ENTREPRENEUR, DESK: TO_DESK, RECEIVER: TO_RECEIVER}


@dataclass(frozen=True, slots=True)
class Thread:
    """What ties the mails of one case together, and where an answer goes."""

    reply_to: str = ""
    references: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a message in a mail to the entrepreneur, and what follows them."""

    quoted: str = ""
    lines: list[str] = field(default_factory=list)


def readers_of(entry: Event, referral: Referral | None) -> Iterator[str]:
    """Who is mailed about a message: the side it is for, never its writer."""
    to = entry.data.get("to")
    by_entrepreneur = entry.actor_kind == ENTREPRENEUR
    if to == Audience.ENTREPRENEUR:
        yield DESK if by_entrepreneur else ENTREPRENEUR
    elif to == Audience.DESKS and referral is not None:
        yield DESK if entry.organisation_id == referral.to_id else RECEIVER


def is_message(entry: Event) -> bool:
    return entry.kind in (ABOUT_QUESTION, ABOUT_REFERRAL)


def may_still_read(group: str, referral: Referral | None, now: datetime) -> bool:
    """Whether a receiver still sees the question a mail is about; of what was closed meanwhile nobody is mailed."""
    return group != RECEIVER or referral is None or sees_question_in_list(referral, SIDE, now)


def said_in(entry: Event, group: str) -> Said:
    """The text of a message or question for the entrepreneur, with its files counted; nothing for a desk."""
    if group != ENTREPRENEUR or entry.kind not in (ABOUT_QUESTION, ABOUT_REFERRAL, ASKED):
        return Said()
    message = db.session.get(Message, str(entry.data.get("message_id") or ""))
    if message is None or message.audience != Audience.ENTREPRENEUR:
        return Said()
    files = _files_with(message)
    lines = [_("You can answer this mail. Your answer comes with your question by itself.")]
    if files:
        lines.insert(
            0,
            ngettext(
                "%(num)s file goes with it. You find it on the page.",
                "%(num)s files go with it. You find them on the page.",
                files,
            ),
        )
    if entry.kind == ABOUT_REFERRAL:
        lines = lines[:-1] + [_("You can answer this mail. Your answer goes to who wrote to you.")]
    return Said("" if message.text == ONLY_FILES else message.text, lines)


def _files_with(message: Message) -> int:
    statement = select(func.count()).where(QuestionFile.message_id == message.id, QuestionFile.removed_at.is_(None))
    return db.session.execute(statement).scalar_one()


def thread_of(
    entry: Event, group: str, kind: str, support_request: SupportRequest, referral: Referral | None, sender: str
) -> Thread:
    """One thread a case for the entrepreneur and its desk, one a referral between two desks."""
    between_desks = referral is not None and group != ENTREPRENEUR
    about = referral.id if between_desks and referral is not None else support_request.id
    domain = parseaddr(sender)[1].rpartition("@")[2] or "hubs.example"
    return Thread(_reply_to(entry, group, kind, support_request, referral), f"<case.{about}@{domain}>")


def _reply_to(entry: Event, group: str, kind: str, support_request: SupportRequest, referral: Referral | None) -> str:
    if group == ENTREPRENEUR and kind == ABOUT_REFERRAL and referral is not None:
        return _address_of(referral)
    if group == ENTREPRENEUR:
        # the entrepreneur may answer any mail about the question
        return reply_address(support_request, None, ReplySide.ENTREPRENEUR)
    if kind not in ANSWERED_BY_DESK:
        return ""
    if referral is None:
        return reply_address(support_request, None, ReplySide.DESK)
    return reply_address(support_request, referral, ReplySide.SENDER if group == DESK else ReplySide.RECEIVER)


def _address_of(referral: Referral) -> str:
    """A hub's own address: what it and the entrepreneur write to each other is theirs. Not of who left the hub."""
    handler, office = referral.handler, referral.receiver_office
    known = {reader.address for reader in desk_readers(office, handler)} if handler is not None else set()
    return handler.email if handler is not None and handler.email in known else office.email or ""


def page_of(support_request: SupportRequest, referral: Referral | None, group: str) -> str:
    """The place on a page where the message stands."""
    if group == ENTREPRENEUR:
        return tracking_url(support_request)
    if referral is not None:
        return external(f"/referrals/{referral.reference}#conversation")
    return external(f"/questions/{support_request.reference}#conversation")
