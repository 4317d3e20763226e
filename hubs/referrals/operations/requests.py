"""The one door to a support request's state, for pages and API (domain.md, Lifecycles)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.core.errors import Problem, WrongState
from hubs.core.perform import Actor, check_permitted, check_state, perform, transition_of
from hubs.extensions import db
from hubs.referrals import terms
from hubs.referrals.feedback.moments import reopens_until
from hubs.referrals.lifecycle import PartState
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations.accepting import needs_consent
from hubs.referrals.operations.assigning import check_handler
from hubs.referrals.operations.contacts import forget_company, write_desk_contact
from hubs.referrals.operations.messages import add_message, message_id_for
from hubs.referrals.operations.parts import (
    let_go,
    open_parts,
    settle_clock,
    start_re_route,
    stop_waiting,
    withdraw_by_rule,
)
from hubs.referrals.operations.planning import CLIENT_CHOICE, reason_problems
from hubs.referrals.operations.receipts import count_gap, passed_over, receipt_for, store_receipt
from hubs.referrals.operations.sending import refer, signpost

REQUEST_WITHDRAWN = "request_withdrawn"
Data = Mapping[str, Any]


def act_on_request(
    support_request: SupportRequest, action: str, *, actor: Actor, now: datetime, data: Data | None = None
) -> SupportRequest:
    """Do `action` with everything that follows from it: parts, referrals, clocks, messages, client contacts.

    Raises BadInput for an unknown action, NotPermitted, WrongState, RuleViolation.
    """
    values = dict(data or {})
    transition_of(support_request.lifecycle, action)
    check_permitted(support_request, action, actor)
    check_state(support_request, action)
    if action in _BY_DESK:
        stop_waiting(support_request, now)
    _ACTIONS[action](support_request, actor=actor, now=now, data=values)
    if action in _BY_DESK and support_request.handler_id is None and actor.kind == "person":
        support_request.handler_id = actor.id
    db.session.flush()
    return support_request


def _submit(support_request: SupportRequest, *, actor: Actor, now: datetime, data: Data) -> None:
    perform(db.session, support_request, "submit", actor=actor, now=now, data=data)
    terms.start_request_term(db.session(), support_request, "first_reply", now)
    write_desk_contact(support_request, list(support_request.parts), None, actor=actor, now=now)


def _take(support_request: SupportRequest, *, actor: Actor, now: datetime, data: Data) -> None:
    handler_id = data.get("handler_id") or (actor.id if actor.kind == "person" else None)
    problems = check_handler(support_request.owner_id, handler_id)
    details = {"handler_id": handler_id}
    perform(
        db.session,
        support_request,
        "take",
        actor=actor,
        now=now,
        data={"handler_id": handler_id},
        event_data=details,
        problems=problems,
    )


def _ask(support_request: SupportRequest, *, actor: Actor, now: datetime, data: Data) -> None:
    _say(support_request, "ask", "question", actor=actor, now=now, data=data)
    terms.pause_request(db.session(), support_request, now)


def _answer(support_request: SupportRequest, *, actor: Actor, now: datetime, data: Data) -> None:
    _say(support_request, "answer", "answer", actor=actor, now=now, data=data)
    terms.resume_request(db.session(), support_request, now)


def _say(support_request: SupportRequest, action: str, says: str, *, actor: Actor, now: datetime, data: Data) -> None:
    message_id = message_id_for(data.get("note"))
    details = {"message_id": message_id}
    perform(db.session, support_request, action, actor=actor, now=now, data=data, event_data=details)
    text, via = data.get("note"), data.get("via")
    add_message(support_request, says, text, actor=actor, now=now, message_id=message_id, via=via)


def _serve(support_request: SupportRequest, *, actor: Actor, now: datetime, data: Data) -> None:
    """The desk helps by itself: the gap, if no hub could, and the departure with its reason, if one could, are kept."""
    receipt = receipt_for(support_request, now=now)
    parts = open_parts(support_request, data.get("services") or ())
    elsewhere = passed_over(receipt, [part.service for part in parts])
    if support_request.chosen_id == support_request.owner_id and not data.get("reason"):
        data = {**data, "reason": CLIENT_CHOICE}
    problems = list(reason_problems(data)) if elsewhere else []
    stored = store_receipt(support_request, receipt, now=now)
    count_gap(support_request, receipt, taken_by_post=True)
    details = {
        "receipt_id": stored.id,
        "gap": receipt.gap,
        "gap_causes": sorted(receipt.gap_causes),
        "departed_from": sorted(elsewhere),
        "reason": data.get("reason") if elsewhere else None,
    }
    _close(
        support_request, "serve", PartState.SERVED, actor=actor, now=now, data=data, details=details, problems=problems
    )


def _closing(action: str, outcome: PartState) -> Callable[..., None]:
    def close(support_request: SupportRequest, *, actor: Actor, now: datetime, data: Data) -> None:
        _close(support_request, action, outcome, actor=actor, now=now, data=data, details={})

    return close


def _close(
    support_request: SupportRequest,
    action: str,
    outcome: PartState,
    *,
    actor: Actor,
    now: datetime,
    data: Data,
    details: Mapping[str, Any],
    problems: Iterable[Problem] = (),
) -> None:
    parts = open_parts(support_request, data.get("services") or ())
    problems = list(problems)
    if not parts and open_parts(support_request):
        problems.append(Problem("services_unknown", _l("None of these parts lies at your desk now."), "services"))
    message_id = message_id_for(data.get("note"))
    event_data = {**details, "services": [part.service for part in parts], "message_id": message_id}
    perform(
        db.session,
        support_request,
        action,
        actor=actor,
        now=now,
        data={**data, "part_ids": {part.id for part in parts}},
        event_data=event_data,
        problems=problems,
    )
    add_message(support_request, "remark", data.get("note"), actor=actor, now=now, message_id=message_id)
    write_desk_contact(support_request, parts, str(outcome), actor=actor, now=now)
    stop_waiting(support_request, now)
    settle_clock(support_request, now)


def _withdraw(support_request: SupportRequest, *, actor: Actor, now: datetime, data: Data) -> None:
    """The question is gone: every referral that still runs ends in the same moment."""
    perform(db.session, support_request, "withdraw", actor=actor, now=now, data=data)
    stop_waiting(support_request, now)
    terms.stop_term(support_request, now)
    support_request.chosen_id = None
    for referral in support_request.referrals:
        if referral.is_live:
            withdraw_by_rule(referral, REQUEST_WITHDRAWN, by=actor, now=now)
            let_go(referral, PartState.WITHDRAWN)
        if needs_consent(referral):
            forget_company(referral)


def _reopen(support_request: SupportRequest, *, actor: Actor, now: datetime, data: Data) -> None:
    closed_at = support_request.closed_at
    if actor.kind == "entrepreneur" and closed_at is not None and now > reopens_until(closed_at):
        raise WrongState(_l("This question cannot be opened again. You can ask a new one."))
    perform(db.session, support_request, "reopen", actor=actor, now=now, data=data)
    support_request.has_gap, support_request.gap_causes = False, []
    start_re_route(support_request, now)


_BY_DESK = frozenset(
    {"refer", "signpost", "serve", "ask", "close_unserved", "close_out_of_scope", "close_no_reply", "reopen"}
)
_ACTIONS: dict[str, Callable[..., None]] = {
    "submit": _submit,
    "take": _take,
    "refer": refer,
    "signpost": signpost,
    "serve": _serve,
    "ask": _ask,
    "answer": _answer,
    "close_unserved": _closing("close_unserved", PartState.UNSERVED),
    "close_out_of_scope": _closing("close_out_of_scope", PartState.OUT_OF_SCOPE),
    "close_no_reply": _closing("close_no_reply", PartState.NO_REPLY),
    "withdraw": _withdraw,
    "reopen": _reopen,
}
