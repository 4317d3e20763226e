"""The one door to a referral's state, for pages and API (domain.md, Lifecycles; rules 1, 3, 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.models import OrganisationKind
from hubs.core.errors import WrongState
from hubs.core.perform import Actor, check_permitted, check_state, perform, transition_of
from hubs.extensions import db
from hubs.referrals import terms
from hubs.referrals.lifecycle import UNACCEPTED, PartState
from hubs.referrals.models import Referral
from hubs.referrals.operations.accepting import acceptance_problems, lock_receiver
from hubs.referrals.operations.assigning import check_handler
from hubs.referrals.operations.contacts import write_receiver_contact
from hubs.referrals.operations.messages import add_message
from hubs.referrals.operations.parts import bring_back, follow_parts, let_go, settle_clock
from hubs.referrals.operations.planning import reasons_of, text_problems

Data = Mapping[str, Any]
NO_RESPONSE = "no_response"


def act_on_referral(
    referral: Referral, action: str, *, actor: Actor, now: datetime, data: Data | None = None
) -> Referral:
    """Do `action` with everything that follows from it for the question, its parts and both clocks.

    Raises BadInput for an unknown action, NotPermitted, WrongState (also when the time to answer is over),
    RuleViolation.
    """
    values = dict(data or {})
    transition_of(referral.lifecycle, action)
    check_permitted(referral, action, actor)
    check_state(referral, action)
    _refuse_too_late(referral, action, now)
    _ACTIONS[action](referral, actor=actor, now=now, data=values)
    db.session.flush()
    return referral


def is_over(referral: Referral, now: datetime) -> bool:
    """Whether the time to answer has passed, also when the clock's own run has not said so yet (rule 8)."""
    return referral.state in UNACCEPTED and referral.decide_due_at is not None and now >= referral.decide_due_at


def _refuse_too_late(referral: Referral, action: str, now: datetime) -> None:
    if action != "recall" and is_over(referral, now):
        raise WrongState(
            _l("The time to answer is over. The question has gone back to the desk that sent it."), code="lapsed"
        )


def _do(
    referral: Referral,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    data: Data,
    event_data: Data | None = None,
    problems: Any = (),
) -> None:
    """The step itself, and the clock that belongs to the new state."""
    perform(
        db.session,
        referral,
        action,
        actor=actor,
        now=now,
        data=data,
        event_data=event_data,
        related=referral.support_request,
        problems=problems,
    )
    terms.follow_state(db.session(), referral, now)


def _acknowledge(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    problems = check_handler(referral.to_id, data.get("handler_id"))
    _do(referral, "acknowledge", actor=actor, now=now, data=data, problems=problems)
    referral.handler_id = data.get("handler_id") or referral.handler_id


def _accept(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    """Yes: everything that made this place eligible must hold at this very moment."""
    lock_receiver(referral)
    handler_id = data.get("handler_id") or referral.handler_id or (actor.id if actor.kind == "person" else None)
    problems = [*acceptance_problems(referral, now), *check_handler(referral.to_id, handler_id)]
    values = {**data, "handler_id": handler_id}
    _noted(referral, "note", data, actor, now)
    _do(referral, "accept", actor=actor, now=now, data=values, problems=problems)


def _decline(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    listed = reasons_of("decline_reason")
    agreed = referral.agreement.decline_reasons if referral.agreement else []
    reasons = [code for code in listed if not agreed or code in agreed]
    _end(referral, "decline", "declined", {**data, "reasons": reasons}, actor=actor, now=now)


def _return(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    _end(referral, "return", "returned", {**data, "reasons": reasons_of("return_reason")}, actor=actor, now=now)


def _recall(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    _end(referral, "recall", "recalled", {**data, "reason": None}, actor=actor, now=now)


def _end(referral: Referral, action: str, cause: str, data: Data, *, actor: Actor, now: datetime) -> None:
    """It ends without result: the parts go back to the owning desk (rule 3)."""
    message_id = _noted(referral, "note", data, actor, now)
    details = {"reason": data.get("reason"), "message_id": message_id}
    _do(referral, action, actor=actor, now=now, data=data, event_data=details)
    bring_back(referral, cause=cause, actor=actor, now=now)


def _ask(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    message_id = _noted(referral, "question", data, actor, now)
    _do(referral, "ask", actor=actor, now=now, data=data, event_data={"message_id": message_id})


def _answer(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    """A hub that has not accepted yet reads the answer, so the answer may not say who asks either (rule 1)."""
    problems = []
    if referral.accepted_at is None and referral.receiver.kind == OrganisationKind.HUB:
        problems = text_problems(referral.support_request, data.get("note") or "", "note")
    message_id = _noted(referral, "answer", data, actor, now)
    _do(referral, "answer", actor=actor, now=now, data=data, event_data={"message_id": message_id}, problems=problems)


def _record_contact(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    message_id = _noted(referral, "note", data, actor, now)
    _do(referral, "record_contact", actor=actor, now=now, data=data, event_data={"message_id": message_id})
    write_receiver_contact(referral, actor=actor, now=now, channel=data.get("channel"))


def _close(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    """Done: the part is served, and the question closes with its last part."""
    message_id = _noted(referral, "note", data, actor, now)
    values = {**data, "outcomes": reasons_of("referral_outcome")}
    details = {"outcome": data.get("outcome"), "message_id": message_id}
    _do(referral, "close", actor=actor, now=now, data=values, event_data=details)
    support_request = referral.support_request
    let_go(referral, _part_after(referral))
    write_receiver_contact(referral, actor=actor, now=now, channel=data.get("channel"), result=referral.outcome)
    follow_parts(support_request, now=now)
    settle_clock(support_request, now)


def _part_after(referral: Referral) -> PartState:
    if referral.outcome == NO_RESPONSE:
        return PartState.NO_REPLY
    return PartState.SIGNPOSTED if referral.kind == "signpost" else PartState.SERVED


def _noted(referral: Referral, kind: str, data: Data, actor: Actor, now: datetime) -> str | None:
    message = add_message(referral.support_request, kind, data.get("note"), actor=actor, now=now, referral=referral)
    return message.id if message else None


_ACTIONS: dict[str, Callable[..., None]] = {
    "acknowledge": _acknowledge,
    "accept": _accept,
    "decline": _decline,
    "ask": _ask,
    "answer": _answer,
    "record_contact": _record_contact,
    "close": _close,
    "return": _return,
    "recall": _recall,
}
