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
from hubs.referrals.operations.consequences import follow_back, follow_no, pause_details, pause_problems
from hubs.referrals.operations.contacts import write_receiver_contact
from hubs.referrals.operations.messages import add_message, message_id_for
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
    says: str = "remark",
) -> None:
    """The step itself, the clock of the new state, and what was said with it (a message of kind `says`)."""
    text = data.get("note")
    message_id = message_id_for(text)
    details = {**(event_data or {}), "message_id": message_id} if message_id else event_data
    perform(
        db.session,
        referral,
        action,
        actor=actor,
        now=now,
        data=data,
        event_data=details,
        related=referral.support_request,
        problems=problems,
    )
    terms.follow_state(db.session(), referral, now)
    add_message(
        referral.support_request,
        says,
        text,
        actor=actor,
        now=now,
        referral=referral,
        message_id=message_id,
        via=data.get("via"),
    )


def _acknowledge(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    problems = check_handler(referral.to_id, data.get("handler_id"))
    _do(referral, "acknowledge", actor=actor, now=now, data=data, problems=problems)
    referral.handler_id = data.get("handler_id") or referral.handler_id


def _accept(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    """Yes: everything that made this place eligible must hold at this very moment."""
    lock_receiver(referral)
    handler_id = data.get("handler_id") or referral.handler_id or (actor.id if actor.kind == "person" else None)
    problems = [*acceptance_problems(referral, now), *check_handler(referral.to_id, handler_id)]
    _do(referral, "accept", actor=actor, now=now, data={**data, "handler_id": handler_id}, problems=problems)


def _decline(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    values = {**data, "reasons": decline_reasons(referral)}
    _end(referral, "decline", "declined", values, actor=actor, now=now, problems=[*pause_problems(referral, data, now)])


def decline_reasons(referral: Referral) -> list[str]:
    """The reasons a receiver may give for a no: those the agreement names, else the whole list."""
    agreed = referral.agreement.decline_reasons if referral.agreement else []
    return [code for code in reasons_of("decline_reason") if not agreed or code in agreed]


def _return(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    _end(referral, "return", "returned", {**data, "reasons": reasons_of("return_reason")}, actor=actor, now=now)


def _recall(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    _end(referral, "recall", "recalled", {**data, "reason": None}, actor=actor, now=now)


def _keep(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    """The hub lost its standing after it accepted; it may finish this one."""
    related = referral.support_request
    message_id = message_id_for(data.get("note"))
    details = {"message_id": message_id} if message_id else None
    perform(db.session, referral, "keep", actor=actor, now=now, data=data, event_data=details, related=related)
    add_message(related, "remark", data.get("note"), actor=actor, now=now, referral=referral, message_id=message_id)


def _end(
    referral: Referral, action: str, cause: str, data: Data, *, actor: Actor, now: datetime, problems: Any = ()
) -> None:
    """It ends without result: the parts go back to the owning desk (rule 3), with what follows from the reason."""
    details = {"reason": data.get("reason"), **pause_details(referral, data, now)}
    _do(referral, action, actor=actor, now=now, data=data, event_data=details, problems=problems)
    follow_no(referral, data, actor=actor, now=now)
    bring_back(referral, cause=cause, actor=actor, now=now)
    follow_back(referral, now=now)


def _ask(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    _do(referral, "ask", actor=actor, now=now, data=data, says="question")


def _answer(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    """A hub that has not accepted yet reads the answer, so the answer may not say who asks either (rule 1)."""
    problems = []
    if referral.accepted_at is None and referral.receiver.kind == OrganisationKind.HUB:
        problems = text_problems(referral.support_request, data.get("note") or "", "note")
    _do(referral, "answer", actor=actor, now=now, data=data, problems=problems, says="answer")


def _record_contact(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    _do(referral, "record_contact", actor=actor, now=now, data=data)
    write_receiver_contact(referral, actor=actor, now=now, channel=data.get("channel"))


def _close(referral: Referral, *, actor: Actor, now: datetime, data: Data) -> None:
    """Done: the part is served, and the question closes with its last part."""
    values = {**data, "outcomes": reasons_of("referral_outcome")}
    _do(referral, "close", actor=actor, now=now, data=values, event_data={"outcome": data.get("outcome")})
    support_request = referral.support_request
    let_go(referral, _part_after(referral))
    write_receiver_contact(referral, actor=actor, now=now, channel=data.get("channel"), result=referral.outcome)
    follow_parts(support_request, now=now)
    settle_clock(support_request, now)


def _part_after(referral: Referral) -> PartState:
    if referral.outcome == NO_RESPONSE:
        return PartState.NO_REPLY
    return PartState.SIGNPOSTED if referral.kind == "signpost" else PartState.SERVED


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
    "keep": _keep,
}
