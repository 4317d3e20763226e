"""What pages say of a mail: its state, why it was set apart, why it was discarded, why a file was not taken."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.core import uploads
from hubs.mailbox.lifecycle import DiscardReason, MailState, QuarantineReason

STATE_WORDS: dict[str, tuple[Any, str]] = {
    MailState.RECEIVED: (_l("Received"), "neutral"),
    MailState.DRAFTED: (_l("Draft made"), "active"),
    MailState.ANSWERED: (_l("Taken as answer"), "success"),
    MailState.NOTED: (_l("Noted"), "neutral"),
    MailState.QUARANTINED: (_l("Waits for you"), "warning"),
    MailState.ATTACHED: (_l("With a question"), "success"),
    MailState.DISCARDED: (_l("Discarded"), "neutral"),
}

REASON_WORDS: dict[str, Any] = {
    QuarantineReason.UNREADABLE: _l("This mail cannot be read. Download it, or ask the sender to send it again."),
    QuarantineReason.TOO_COMPLEX: _l("This mail is built in a way that is not safe to open here."),
    QuarantineReason.UNKNOWN_DESK: _l("No desk has this address."),
    QuarantineReason.CLOSED_DESK: _l("The desk with this address has closed."),
    QuarantineReason.AUTOMATIC: _l("A machine sent this mail, an out-of-office message for example."),
    QuarantineReason.MAILING_LIST: _l("This mail came through a mailing list."),
    QuarantineReason.RETURNED: _l("A mail could not be delivered. It does not say which one."),
    QuarantineReason.NOT_FOR_MAIL: _l("Somebody wrote to the address that our mails are sent from."),
    QuarantineReason.NOT_AUTHENTIC: _l("The mail server says that the sender's address may be false."),
    QuarantineReason.BAD_REPLY_ADDRESS: _l("The address for answers no longer holds."),
    QuarantineReason.OTHER_SENDER: _l("The answer came from another address than the one we wrote to."),
    QuarantineReason.CONVERSATION_OVER: _l("The answer came after the conversation had ended."),
    QuarantineReason.REFUSED: _l("The answer cannot be shown to the other side as it is."),
    QuarantineReason.EMPTY: _l("This mail is empty."),
    QuarantineReason.TOO_MANY: _l("This sender sent very many mails today."),
}

DISCARD_WORDS: dict[str, Any] = {
    DiscardReason.SPAM: _l("Unwanted mail"),
    DiscardReason.NO_QUESTION: _l("Not a question for a desk"),
    DiscardReason.DOUBLE: _l("We already have this question"),
    DiscardReason.HANDLED_ELSEWHERE: _l("Answered in another way"),
    DiscardReason.OTHER: _l("Another reason"),
}

_REFUSALS: dict[str, Any] = {
    **uploads.WORDS,
    "file_too_large": _l("The file is too large."),
    "file_infected": _l("The virus check refuses this file."),
}


def reason_words(code: str | None) -> str:
    """Why a mail was set apart."""
    return str(REASON_WORDS[code]) if code in REASON_WORDS else ""


def refusal_words(code: str | None) -> str:
    """Why a file was not taken."""
    return str(_REFUSALS.get(code or "", _l("This file could not be taken.")))
