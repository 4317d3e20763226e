"""The one door to what can be done with a proposal: an action's name to the operation that does it.

Pages and API come through here. Whoever adds an action adds a line to `ACTIONS`; the function gets the proposal,
the actor, the moment and the validated body, and raises refusals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any

from hubs.accounts.actor import Actor
from hubs.accreditation.models import Proposal
from hubs.core.perform import check_permitted, check_state, transition_of

from .submitting import submit_proposal, withdraw_proposal

Act = Callable[..., Any]


def _submit(proposal: Proposal, *, actor: Actor, now: datetime, data: Mapping[str, Any]) -> Any:
    return submit_proposal(proposal, actor=actor, now=now)


def _withdraw(proposal: Proposal, *, actor: Actor, now: datetime, data: Mapping[str, Any]) -> Any:
    return withdraw_proposal(proposal, actor=actor, now=now, note=str(data.get("note") or ""))


# action -> the operation, or `module:function` of hubs.accreditation.operations where it lives
ACTIONS: dict[str, Act | str] = {
    "submit": _submit,
    "withdraw": _withdraw,
    "send_back": "assigning:send_back",
    "start_assessment": "assigning:start_assessment",
    "conclude": "assigning:conclude",
    "reassess": "assigning:reassess",
    "draft_decision": "deciding:draft_by_action",
    "drop_draft": "deciding:drop_by_action",
    "decide": "signing:sign_by_action",
    "not_consider": "signing:sign_by_action",
}


def act_on_proposal(
    proposal: Proposal, action: str, *, actor: Actor, now: datetime, data: Mapping[str, Any] | None = None
) -> Any:
    """Do `action`; what its operation returns. Raises BadInput (unknown), NotPermitted, WrongState, RuleViolation."""
    row = transition_of(proposal.lifecycle, action)
    check_permitted(proposal, row.name, actor)
    check_state(proposal, row.name)
    return _operation(row.name)(proposal, actor=actor, now=now, data=dict(data or {}))


def _operation(action: str) -> Act:
    found = ACTIONS[action]
    if isinstance(found, str):
        module, _colon, name = found.partition(":")
        found = getattr(import_module(f"hubs.accreditation.operations.{module}"), name)
        ACTIONS[action] = found
    return found
