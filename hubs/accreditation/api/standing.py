"""The standing of a hub on a day in the API: derived from what was recorded, for every day since the first."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.permissions import P
from hubs.accreditation.queries.standing import standing_on
from hubs.accreditation.schemas.accreditations import StandingOut, StandingQuery
from hubs.accreditation.words.accreditations import GROUND_WORDS
from hubs.agreements.shaping import party_shown
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.core.clock import local_day
from hubs.core.errors import BadInput, Problem
from hubs.directory.by_id import get_hub

from . import routes

codes.add("standing_ground", "list", GROUND_WORDS)


@routes.get(
    "/hubs/<id:hub_id>/standing",
    P.DIRECTORY_READ,
    answer=StandingOut,
    query=StandingQuery,
    summary="What a hub's standing was on a day, since the first on record",
    description="Derived from what was recorded, whether or not a scheduler ran.",
    tag="hubs",
)
def hub_standing(call: Call, hub_id: str) -> Answer:
    hub, _record = get_hub(hub_id)
    call.may()
    today = local_day(call.now)
    on = call.query().get("on") or today
    if on > today:
        message = _l("This day is still to come.")
        raise BadInput([Problem("day_to_come", message, "on")], message)
    is_ministry = call.actor.can(P.ASSESSMENT_READ)
    shown = standing_on(hub, on, tells_people=is_ministry)
    standing = shown.standing
    found: dict[str, Any] = {
        "hub": hub.id,
        "on": on,
        "status": standing.status,
        "is_accredited": standing.is_accredited,
        "since": standing.since_on,
        "ends_on": standing.period.ends_on if standing.period else None,
        "ground": standing.ground,
        "changed_that_day": standing.changed_that_day,
        "status_the_day_before": standing.before,
        "decision": shown.decision.reference if shown.decision else None,
        "guideline_version": shown.guideline_version.name if shown.guideline_version else None,
        "accreditation": shown.accreditation.id if shown.accreditation else None,
        "agreements": [
            {
                "id": held.agreement.id,
                "starts_on": held.agreement.starts_on,
                "ends_on": held.agreement.ends_on,
                "posts": [party_shown(post) for post in held.posts],
            }
            for held in shown.agreements
        ],
    }
    if is_ministry:
        found["decided_by"] = shown.decided_by.name if shown.decided_by else None
    return Answer(found)
