"""What has to be done after a mission, as one line of the work list for each mission: steps in one's own name, or of
whoever one stands in for, or in nobody's, that are to be done within a week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func, or_

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core.clock import end_of
from hubs.core.templating import locale_code
from hubs.missions.lifecycle import MissionState
from hubs.missions.models import FollowUpStep, Mission, Participant
from hubs.missions.queries import missions_visible_to
from hubs.referrals.lists.other_work import OtherWork, register_work, work_columns
from hubs.referrals.lists.turns import is_mine

AHEAD = timedelta(days=7)  # a step is done before its day: on that day itself it is too late to learn of it


def _rows(actor: Actor, today: date) -> Any:
    if not actor.can(P.MISSION_EDIT):
        return None
    columns = work_columns(
        "mission_steps", Mission.id, Mission.name_nl, func.min(FollowUpStep.due_on), func.count(FollowUpStep.id),
        Mission.name_en,
    )  # fmt: skip
    return (
        missions_visible_to(actor)
        .join(Mission.participants)
        .join(Participant.follow_ups)
        .where(
            Mission.organisation_id == actor.organisation_id,
            Mission.state.in_((MissionState.DRAFT, MissionState.ANNOUNCED)),
            FollowUpStep.done_at.is_(None),
            FollowUpStep.due_on <= today + AHEAD,
            or_(FollowUpStep.person_id.is_(None), is_mine(FollowUpStep.person_id, actor, end_of(today))),
        )
        .group_by(Mission.id, Mission.name_nl, Mission.name_en)
        .with_only_columns(*columns, maintain_column_froms=True)
    )


def _title(row: Any) -> str:
    return ngettext(
        "%(num)s step for the mission %(mission)s", "%(num)s steps for the mission %(mission)s", int(row.detail),
        mission=row.name(locale_code()),
    )  # fmt: skip


register_work(
    OtherWork(
        "mission_steps",
        _rows,
        _l("Do it, and tick it off"),
        lambda row: f"/missions/{row.key}/follow-up",
        _title,
    )
)
