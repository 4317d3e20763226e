"""The lives of a support request and of a referral (domain.md, Lifecycles; letter rec. 9)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.permissions import P
from hubs.core.errors import Problem
from hubs.core.lifecycle import Change, Lifecycle, t


class RequestState(StrEnum):
    DRAFT = "draft"
    RECEIVED = "received"
    IN_HAND = "in_hand"
    REFERRED = "referred"
    AWAITING_ENTREPRENEUR = "awaiting_entrepreneur"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class PartState(StrEnum):
    """Where one service of a request is: at the desk, with somebody else, or how it ended."""

    OPEN = "open"
    REFERRED = "referred"
    SERVED = "served"
    SIGNPOSTED = "signposted"
    OUT_OF_SCOPE = "out_of_scope"
    UNSERVED = "unserved"
    NO_REPLY = "no_reply"
    WITHDRAWN = "withdrawn"


R = RequestState
_AT_DESK = {R.IN_HAND, R.REFERRED, R.AWAITING_ENTREPRENEUR}  # referred: another part may still lie at the desk
# in this order the outcome of the whole follows from its parts
_OUTCOMES = (PartState.SERVED, PartState.SIGNPOSTED, PartState.UNSERVED, PartState.OUT_OF_SCOPE, PartState.NO_REPLY)


def state_from_parts(support_request: Any) -> str:
    """Referred while a part is with somebody else, in hand while one lies at the desk, else closed."""
    states = {part.state for part in support_request.parts}
    if PartState.REFERRED in states:
        return R.REFERRED
    return R.IN_HAND if PartState.OPEN in states else R.CLOSED


def outcome_from_parts(support_request: Any) -> str | None:
    states = {part.state for part in support_request.parts}
    return next((str(outcome) for outcome in _OUTCOMES if outcome in states), None)


def set_parts(parts: Iterable[Any], state: PartState) -> None:
    """Where these parts are from now on."""
    for part in parts:
        part.state = state


def _sent_away(support_request: Any, change: Change) -> None:
    """The parts named in `part_ids` are with somebody else (`part_state`: referred, or signposted at once)."""
    chosen = change.data.get("part_ids", ())
    set_parts((p for p in support_request.parts if p.id in chosen), change.data.get("part_state", PartState.REFERRED))
    _note_closing(support_request, change)


def _before_pause(support_request: Any) -> str:
    return support_request.state_before_pause or R.IN_HAND


def _submitted(support_request: Any, change: Change) -> None:
    """Who mailed the desk has been waiting since the mail came, not since somebody made a question of it."""
    support_request.received_at = change.now
    support_request.waiting_since = support_request.waiting_since or change.now


def _taken(support_request: Any, change: Change) -> None:
    support_request.taken_at = support_request.taken_at or change.now
    if change.data.get("handler_id"):
        support_request.handler_id = change.data["handler_id"]


def _note_required(_subject: Any, change: Change) -> Iterable[Problem]:
    if not (change.data.get("note") or "").strip():
        yield Problem("note_required", _l("Write what you want to say."), "note")


def _asked(support_request: Any, _change: Change) -> None:
    support_request.state_before_pause = state_from_parts(support_request)


def _settle(outcome: PartState) -> Any:
    """Close the parts that lie at the desk (those named in `part_ids`, else all) with `outcome`."""

    def settle(support_request: Any, change: Change) -> None:
        chosen = change.data.get("part_ids")
        at_desk = [part for part in support_request.parts if part.state == PartState.OPEN]
        set_parts((part for part in at_desk if not chosen or part.id in chosen), outcome)
        _note_closing(support_request, change)

    return settle


def _note_closing(support_request: Any, change: Change) -> None:
    if state_from_parts(support_request) == R.CLOSED:
        support_request.closed_at = change.now
        support_request.outcome = outcome_from_parts(support_request)


def _has_part_at_desk(support_request: Any, _change: Change) -> Iterable[Problem]:
    if not any(part.state == PartState.OPEN for part in support_request.parts):
        yield Problem("nothing_at_desk", _l("Nothing of this question lies at your desk now."), "action")


def _withdrawn(support_request: Any, change: Change) -> None:
    undone = (part for part in support_request.parts if part.state in (PartState.OPEN, PartState.REFERRED))
    set_parts(undone, PartState.WITHDRAWN)
    support_request.closed_at = change.now


def _reopened(support_request: Any, _change: Change) -> None:
    set_parts(support_request.parts, PartState.OPEN)
    support_request.outcome = support_request.closed_at = None


def _close(name: str, label: Any, outcome: PartState) -> Any:
    return t(
        name,
        label,
        _AT_DESK,
        state_from_parts,
        P.SUPPORT_REQUEST_HANDLE,
        guard=_has_part_at_desk,
        effect=_settle(outcome),
        implies="take",
    )


SUPPORT_REQUEST = Lifecycle(
    "support_request",
    RequestState,
    R.DRAFT,
    (
        t("submit", _l("Send"), {R.DRAFT}, R.RECEIVED, P.SUPPORT_REQUEST_SPEAK, effect=_submitted),
        t("take", _l("Take it up"), {R.RECEIVED}, R.IN_HAND, P.SUPPORT_REQUEST_HANDLE, effect=_taken),
        t(
            "refer",
            _l("Refer"),
            {R.IN_HAND, R.REFERRED},
            R.REFERRED,
            P.SUPPORT_REQUEST_HANDLE,
            guard=_has_part_at_desk,
            effect=_sent_away,
            implies="take",
        ),
        t(
            "signpost",
            _l("Signpost to a partner"),
            {R.IN_HAND, R.REFERRED},
            state_from_parts,
            P.SUPPORT_REQUEST_HANDLE,
            guard=_has_part_at_desk,
            effect=_sent_away,
            implies="take",
        ),
        _close("serve", _l("Help yourself and close"), PartState.SERVED),
        t(
            "ask",
            _l("Ask the entrepreneur something"),
            {R.IN_HAND, R.REFERRED},
            R.AWAITING_ENTREPRENEUR,
            P.SUPPORT_REQUEST_HANDLE,
            guard=_note_required,
            effect=_asked,
            implies="take",
        ),
        t(
            "answer",
            _l("Answer"),
            {R.AWAITING_ENTREPRENEUR},
            _before_pause,
            P.SUPPORT_REQUEST_SPEAK,
            guard=_note_required,
        ),
        _close("close_unserved", _l("Close: nobody can help"), PartState.UNSERVED),
        _close("close_out_of_scope", _l("Close: outside our task"), PartState.OUT_OF_SCOPE),
        _close("close_no_reply", _l("Close: no reply from the entrepreneur"), PartState.NO_REPLY),
        t(
            "withdraw",
            _l("Withdraw the question"),
            {R.DRAFT, R.RECEIVED, R.IN_HAND, R.REFERRED, R.AWAITING_ENTREPRENEUR},
            R.WITHDRAWN,
            P.SUPPORT_REQUEST_SPEAK,
            effect=_withdrawn,
        ),
        t("reopen", _l("Open again"), {R.CLOSED}, R.IN_HAND, P.SUPPORT_REQUEST_SPEAK, effect=_reopened),
        t(
            "follow_parts",
            _l("Follow the parts"),
            {R.IN_HAND, R.REFERRED, R.AWAITING_ENTREPRENEUR},
            state_from_parts,
            P.SUPPORT_REQUEST_RULE,
            effect=_note_closing,
            by_rule=True,
        ),
    ),
)


class ReferralState(StrEnum):
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    CONTACT_MADE = "contact_made"
    PAUSED = "paused"
    CLOSED = "closed"
    DECLINED = "declined"
    LAPSED = "lapsed"
    RETURNED = "returned"
    RECALLED = "recalled"
    WITHDRAWN = "withdrawn"


F = ReferralState
LIVE = frozenset({F.SENT, F.ACKNOWLEDGED, F.ACCEPTED, F.CONTACT_MADE, F.PAUSED})
UNACCEPTED = frozenset({F.SENT, F.ACKNOWLEDGED})
RETURNED_TO_DESK = frozenset({F.DECLINED, F.LAPSED, F.RETURNED, F.RECALLED, F.WITHDRAWN})


def _acknowledged(referral: Any, change: Change) -> None:
    referral.acknowledged_at = change.now


def _accepted(referral: Any, change: Change) -> None:
    referral.accepted_at = change.now
    referral.partner_reference = change.data.get("partner_reference") or referral.partner_reference
    if change.data.get("handler_id"):
        referral.handler_id = change.data["handler_id"]


def _paused(referral: Any, _change: Change) -> None:
    referral.state_before_pause = F.ACKNOWLEDGED if referral.state == F.SENT else referral.state


def _referral_before_pause(referral: Any) -> str:
    return referral.state_before_pause or F.ACKNOWLEDGED


def _reason_from(listed: str) -> Any:
    def check(_referral: Any, change: Change) -> Iterable[Problem]:
        reason = change.data.get("reason")
        if not reason:
            yield Problem("reason_required", _l("Choose a reason."), "reason")
        elif reason not in change.data.get("reasons", ()):
            yield Problem("reason_unknown", _l("Choose a reason from the list."), "reason")

    check.__name__ = f"reason_from_{listed}"
    return check


def _outcome_required(_referral: Any, change: Change) -> Iterable[Problem]:
    outcome = change.data.get("outcome")
    if not outcome:
        yield Problem("outcome_required", _l("Choose what came of it."), "outcome")
    elif outcome not in change.data.get("outcomes", ()):
        yield Problem("outcome_unknown", _l("Choose an outcome from the list."), "outcome")


def _recall_reason(referral: Any, change: Change) -> Iterable[Problem]:
    """Before acceptance the sender may take it back freely; afterwards the receiver is told why."""
    if referral.accepted_at and not (change.data.get("note") or "").strip():
        yield Problem("note_required", _l("Say why. The hub or partner reads this."), "note")


def _is_asked(referral: Any, _change: Change) -> Iterable[Problem]:
    if referral.keep_asked_at is None or referral.kept_at is not None:
        yield Problem("nothing_to_choose", _l("There is nothing to choose here: the hub has its standing."), "action")


def _kept(referral: Any, change: Change) -> None:
    referral.kept_at = change.now


def _same_state(referral: Any) -> str:
    return referral.state


def asks_to_keep(referral: Any) -> bool:
    """Whether the sender still has to choose: the hub lost its standing after it accepted."""
    return referral.keep_asked_at is not None and referral.kept_at is None


def _contacted(referral: Any, change: Change) -> None:
    referral.contact_at = change.now


def _ended(referral: Any, change: Change) -> None:
    referral.ended_at = change.now
    referral.reason = change.data.get("reason")
    referral.outcome = change.data.get("outcome")


REFERRAL = Lifecycle(
    "referral",
    ReferralState,
    F.SENT,
    (
        t("acknowledge", _l("Received"), {F.SENT}, F.ACKNOWLEDGED, P.REFERRAL_RECEIVE, effect=_acknowledged),
        t(
            "accept",
            _l("Yes, I accept the question"),
            {F.ACKNOWLEDGED},
            F.ACCEPTED,
            P.REFERRAL_RECEIVE,
            effect=_accepted,
            implies="acknowledge",
        ),
        t(
            "ask",
            _l("Ask first"),
            {F.ACKNOWLEDGED, F.ACCEPTED, F.CONTACT_MADE},
            F.PAUSED,
            P.REFERRAL_RECEIVE,
            guard=_note_required,
            effect=_paused,
            implies="acknowledge",
        ),
        t(
            "answer",
            _l("Answer"),
            {F.PAUSED},
            _referral_before_pause,
            P.REFERRAL_SEND,
            guard=_note_required,
        ),
        t(
            "decline",
            _l("Say no"),
            {F.ACKNOWLEDGED},
            F.DECLINED,
            P.REFERRAL_RECEIVE,
            guard=_reason_from("decline_reason"),
            effect=_ended,
            implies="acknowledge",
        ),
        t(
            "record_contact",
            _l("I have spoken to the entrepreneur"),
            {F.ACCEPTED},
            F.CONTACT_MADE,
            P.REFERRAL_RECEIVE,
            effect=_contacted,
        ),
        t(
            "close",
            _l("Close"),
            {F.CONTACT_MADE},
            F.CLOSED,
            P.REFERRAL_RECEIVE,
            guard=_outcome_required,
            effect=_ended,
        ),
        t(
            "return",
            _l("Give back"),
            {F.ACCEPTED, F.CONTACT_MADE},
            F.RETURNED,
            P.REFERRAL_RECEIVE,
            guard=_reason_from("return_reason"),
            effect=_ended,
        ),
        t(
            "recall",
            _l("Take back"),
            {F.SENT, F.ACKNOWLEDGED, F.PAUSED, F.ACCEPTED, F.CONTACT_MADE},
            F.RECALLED,
            P.REFERRAL_SEND,
            guard=_recall_reason,
            effect=_ended,
        ),
        t(
            "keep",
            _l("Leave it there"),
            {F.ACCEPTED, F.CONTACT_MADE, F.PAUSED},
            _same_state,
            P.REFERRAL_SEND,
            guard=_is_asked,
            effect=_kept,
            only_when=asks_to_keep,
        ),
        t("lapse", _l("Lapse"), UNACCEPTED, F.LAPSED, P.REFERRAL_RULE, effect=_ended, by_rule=True),
        t("withdraw", _l("Withdraw"), LIVE, F.WITHDRAWN, P.REFERRAL_RULE, effect=_ended, by_rule=True),
    ),
)
