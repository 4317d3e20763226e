"""The life of a mail that arrived: taken as a draft or an answer, or set apart until somebody at the desk decides."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.permissions import P
from hubs.core.errors import Problem
from hubs.core.lifecycle import Change, Lifecycle, t


class MailState(StrEnum):
    RECEIVED = "received"
    DRAFTED = "drafted"  # a draft question was made of it
    ANSWERED = "answered"  # it is a message in a conversation
    NOTED = "noted"  # a mail of ours that came back; the delivery is marked
    QUARANTINED = "quarantined"
    ATTACHED = "attached"  # somebody put it with a question
    DISCARDED = "discarded"


class QuarantineReason(StrEnum):
    """Why a mail was not taken by itself."""

    UNREADABLE = "unreadable"
    TOO_COMPLEX = "too_complex"
    UNKNOWN_DESK = "unknown_desk"
    CLOSED_DESK = "closed_desk"
    AUTOMATIC = "automatic"
    MAILING_LIST = "mailing_list"
    RETURNED = "returned"
    NOT_FOR_MAIL = "not_for_mail"
    NOT_AUTHENTIC = "not_authentic"
    BAD_REPLY_ADDRESS = "bad_reply_address"
    OTHER_SENDER = "other_sender"
    CONVERSATION_OVER = "conversation_over"
    REFUSED = "refused"  # the case did not take it: too long, or it tells a hub who asks
    EMPTY = "empty"
    TOO_MANY = "too_many"


class DiscardReason(StrEnum):
    SPAM = "spam"
    NO_QUESTION = "no_question"
    DOUBLE = "double"
    HANDLED_ELSEWHERE = "handled_elsewhere"
    OTHER = "other"


M = MailState


def _reason_known(_mail: Any, change: Change) -> Iterable[Problem]:
    if change.data.get("reason") not in set(QuarantineReason):
        yield Problem("reason_unknown", _l("Choose a reason from the list."), "reason")


def _set_apart(mail: Any, change: Change) -> None:
    mail.reason = change.data["reason"]


def _discard_reason(_mail: Any, change: Change) -> Iterable[Problem]:
    reason = change.data.get("reason")
    if not reason:
        yield Problem("reason_required", _l("Choose a reason."), "reason")
    elif reason not in set(DiscardReason):
        yield Problem("reason_unknown", _l("Choose a reason from the list."), "reason")


def _discarded(mail: Any, change: Change) -> None:
    mail.discard_reason = change.data["reason"]
    _handled(mail, change)


def _handled(mail: Any, change: Change) -> None:
    mail.handled_at = change.now


def _to_desk(mail: Any, change: Change) -> None:
    mail.organisation_id, mail.office_id = change.data["organisation_id"], change.data["office_id"]


def _desk_chosen(_mail: Any, change: Change) -> Iterable[Problem]:
    if not change.data.get("organisation_id"):
        yield Problem("desk_required", _l("Choose a desk."), "desk")


def is_readable(mail: Any) -> bool:
    """Whether anything could be read of it."""
    return mail.reason not in (QuarantineReason.UNREADABLE, QuarantineReason.TOO_COMPLEX)


def belongs_nowhere(mail: Any) -> bool:
    """Whether it came to an address that no desk has, so that the central desk finds the right one."""
    return mail.reason in (QuarantineReason.UNKNOWN_DESK, QuarantineReason.CLOSED_DESK)


INCOMING_MAIL = Lifecycle(
    "incoming_mail",
    MailState,
    M.RECEIVED,
    (
        t("take_as_draft", _l("Make a draft"), {M.RECEIVED}, M.DRAFTED, P.MAIL_RULE, effect=_handled, by_rule=True),
        t("take_as_answer", _l("Take as answer"), {M.RECEIVED}, M.ANSWERED, P.MAIL_RULE, effect=_handled, by_rule=True),
        t("note_return", _l("Note as returned"), {M.RECEIVED}, M.NOTED, P.MAIL_RULE, effect=_handled, by_rule=True),
        t(
            "set_apart",
            _l("Set apart"),
            {M.RECEIVED},
            M.QUARANTINED,
            P.MAIL_RULE,
            guard=_reason_known,
            effect=_set_apart,
            by_rule=True,
        ),
        t(
            "make_draft",
            _l("Make a draft question of it"),
            {M.QUARANTINED},
            M.DRAFTED,
            P.SUPPORT_REQUEST_CREATE,
            effect=_handled,
            only_when=is_readable,
        ),
        t(
            "attach",
            _l("Put it with a question"),
            {M.QUARANTINED},
            M.ATTACHED,
            P.SUPPORT_REQUEST_HANDLE,
            effect=_handled,
            only_when=is_readable,
        ),
        t(
            "pass_on",
            _l("Pass on to a desk"),
            {M.QUARANTINED},
            M.QUARANTINED,
            P.MAIL_HANDLE,
            guard=_desk_chosen,
            effect=_to_desk,
            only_when=belongs_nowhere,
        ),
        t(
            "discard",
            _l("Discard"),
            {M.QUARANTINED, M.DRAFTED},
            M.DISCARDED,
            P.MAIL_HANDLE,
            guard=_discard_reason,
            effect=_discarded,
        ),
    ),
)
