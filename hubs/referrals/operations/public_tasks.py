"""A hub called a part a public task, and the desk that got it back sees that otherwise: then hubs are advised again.

The hub's word and the desk's both stay on record, for the ministry too (domain.md, rule 7).
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l

from hubs.core.errors import WrongState
from hubs.core.events import record
from hubs.core.perform import Actor, check_permitted, check_state
from hubs.extensions import db
from hubs.referrals.lifecycle import PartState
from hubs.referrals.models import SupportRequest
from hubs.referrals.moment import NOT_PUBLIC, public_services


def call_private(support_request: SupportRequest, *, actor: Actor, now: datetime) -> list[str]:
    """The parts that lie here and that a hub called a public task are none, says the desk; gives their services.

    Raises NotPermitted, WrongState when there are none.
    """
    check_permitted(support_request, "refer", actor)
    check_state(support_request, "refer")
    here = {part.service for part in support_request.parts if part.state == PartState.OPEN}
    services = sorted(public_services(db.session(), support_request) & here)
    if not services:
        raise WrongState(_l("No hub calls a part that lies here a public task."))
    record(db.session(), NOT_PUBLIC, support_request, actor=actor, now=now, data={"services": services}, outbox=False)
    return services
