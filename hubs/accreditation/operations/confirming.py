"""The ministry on a change of what an accreditation rests on: by a person without an interest in the hub (rule 2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hubs.accounts.actor import Actor
from hubs.accreditation.operations.attempts import check_no_interest, person_of
from hubs.core.perform import check_permitted
from hubs.directory.models import ProfileChange
from hubs.directory.operations import publish_change, send_back_change, submit_change, take_back_change

BY_MINISTRY = frozenset({"publish", "send_back"})


def act_on_profile_change(
    change: ProfileChange, action: str, *, actor: Actor, now: datetime, reasons: Mapping[str, str] | None = None
) -> ProfileChange:
    """Do `action` to a change of a profile; `reasons` by field go with sending back.

    Raises BadInput, NotPermitted (an interest included; the attempt is kept), WrongState, RuleViolation.
    """
    check_permitted(change, action, actor)
    if action in BY_MINISTRY:
        person_of(actor, change, action)
        check_no_interest(change, action, change.hub_id, actor)
    if action == "publish":
        return publish_change(change, actor=actor, now=now)
    if action == "send_back":
        return send_back_change(change, reasons=reasons or {}, actor=actor, now=now)
    if action == "take_back":
        return take_back_change(change, actor=actor, now=now)
    return submit_change(change, actor=actor, now=now)
