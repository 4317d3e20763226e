"""A draft that somebody at the desk completes: everything a new question asks, on a question that is there already."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from flask_babel import lazy_gettext as _l

from hubs.accounts.permissions import P
from hubs.core.errors import NotPermitted, RuleViolation, WrongState
from hubs.core.perform import Actor, check_version
from hubs.referrals.intake.creating import add_parties
from hubs.referrals.intake.data import IntakeData, check_intake, tidy_facts
from hubs.referrals.intake.editing import edit_request
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations import act_on_request


def complete_draft(
    support_request: SupportRequest, *, actor: Actor, now: datetime, data: IntakeData, version: int | None = None
) -> SupportRequest:
    """Fill in a draft, and send it to the desk unless `data.submit` is off.

    Raises NotPermitted, WrongState, Stale, BadInput, RuleViolation.
    """
    if not actor.can(P.SUPPORT_REQUEST_HANDLE, support_request):
        raise NotPermitted()
    if support_request.state != RequestState.DRAFT:
        raise WrongState(_l("This draft is a question already."))
    check_version(support_request, version)
    data = dataclasses.replace(data, facts=tidy_facts(data.facts))
    check_intake(data)
    if len(data.markets) > 1:
        raise RuleViolation("one_market", _l("Choose one country. Write another question for the other one."), "market")
    contact = data.contact if support_request.company is not None else None
    edit_request(support_request, actor=actor, now=now, data=dataclasses.replace(data, contact=contact))
    support_request.channel = data.channel
    add_parties(support_request, data, actor=actor, now=now, is_first=True)
    if data.submit:
        act_on_request(support_request, "submit", actor=actor, now=now)
    return support_request
