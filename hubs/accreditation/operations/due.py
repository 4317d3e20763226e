"""What the clock does to accreditations: starts and ends, reminders of duties, conditions and concerns.

None of it decides what stands: that is derived when read. Each subject is a transaction of its own, looked at again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select

from hubs.accounts.actor import THE_SERVICE
from hubs.accreditation.duties import number, remind_from
from hubs.accreditation.lifecycle import ConditionState
from hubs.accreditation.models import Accreditation, Concern, Condition, Decision, Obligation
from hubs.accreditation.operations.standing import IN_EFFECT, LIVE, expire, start_planned
from hubs.core.clock import local_day
from hubs.core.events import record
from hubs.directory.models import HubProfile
from hubs.extensions import db

Due = tuple[str, str]
START, EXPIRE, ENDING = "accreditation.start", "accreditation.expire", "accreditation.ending"


def accreditation_due(now: datetime) -> list[Due]:
    """What has something to do, as (what, id): terms that begin before terms that end, then everything to remind of."""
    today = local_day(now)
    soon = today + timedelta(days=number("remind_days"))
    ends_soon = today + timedelta(days=number("ending_days"))
    starting = (
        select(Accreditation.id)
        .join(HubProfile, HubProfile.id == Accreditation.hub_id)
        .where(
            Accreditation.state == "granted",
            Accreditation.starts_on <= today,
            HubProfile.next_from_on == Accreditation.starts_on,
        )
    )
    over = select(Accreditation.id).where(Accreditation.state.in_(LIVE), Accreditation.ends_on < today)
    ending = select(Accreditation.id).where(
        Accreditation.state.in_(IN_EFFECT),
        Accreditation.ending_told_at.is_(None),
        Accreditation.ends_on.between(today, ends_soon),
    )
    owed = and_(Obligation.done_at.is_(None), Obligation.cancelled_at.is_(None))
    obligations = select(Obligation.id).where(owed, _to_tell(Obligation, today, soon))
    conditions = (
        select(Condition.id)
        .join(Decision, Decision.id == Condition.decision_id)
        .where(
            Condition.state == ConditionState.OPEN, Decision.signed_at.is_not(None), _to_tell(Condition, today, soon)
        )
    )
    concerns = select(Concern.id).where(Concern.closed_at.is_(None), _to_tell(Concern, today, soon))
    found: list[Due] = []
    for kind, statement in (
        (START, starting), (EXPIRE, over), (ENDING, ending), ("obligation", obligations), ("condition", conditions),
        ("concern", concerns),
    ):  # fmt: skip
        found += [(kind, identifier) for identifier in sorted(db.session.execute(statement).scalars())]
    return found


def _to_tell(model: Any, today: Any, soon: Any) -> Any:
    """A reminder that is due and was not sent, or a day that has passed without a word about it."""
    late = and_(model.due_on < today, model.overdue_at.is_(None))
    return or_(late, and_(model.due_on.between(today, soon), model.reminded_at.is_(None)))


def follow_accreditation(what: str, identifier: str, *, now: datetime) -> bool:
    """Do what is due for one of them; False when somebody else did it meanwhile."""
    return _DOES[what](identifier, now)


def _locked(model: Any, identifier: str) -> Any:
    return db.session.get(model, identifier, with_for_update=True)


def _start(identifier: str, now: datetime) -> bool:
    accreditation = _locked(Accreditation, identifier)
    return accreditation is not None and start_planned(accreditation, now=now)


def _expire(identifier: str, now: datetime) -> bool:
    accreditation = _locked(Accreditation, identifier)
    return accreditation is not None and expire(accreditation, now=now)


def _tell_ending(identifier: str, now: datetime) -> bool:
    accreditation = _locked(Accreditation, identifier)
    if accreditation is None or accreditation.ending_told_at is not None or accreditation.state not in IN_EFFECT:
        return False
    accreditation.ending_told_at = now
    data = {"hub": accreditation.hub_id, "ends_on": accreditation.ends_on.isoformat()}
    record(db.session, ENDING, accreditation, actor=THE_SERVICE, now=now, data=data)
    return True


def _remind(model: Any, kind: str, is_open: Callable[[Any], bool], related: Callable[[Any], Any]) -> Any:
    """Told once that the day comes, and once that it has passed."""

    def tell(identifier: str, now: datetime) -> bool:
        row = _locked(model, identifier)
        if row is None or not is_open(row):
            return False
        today = local_day(now)
        if today > row.due_on and row.overdue_at is None:
            row.overdue_at = now
            what = f"{kind}.overdue"
        elif remind_from(row.due_on) <= today <= row.due_on and row.reminded_at is None:
            row.reminded_at = now
            what = f"{kind}.reminded"
        else:
            return False
        data = {"due_on": row.due_on.isoformat(), "kind": getattr(row, "kind", None)}
        record(db.session, what, row, actor=THE_SERVICE, now=now, data=data, related=related(row))
        return True

    return tell


_DOES: dict[str, Callable[[str, datetime], bool]] = {
    START: _start,
    EXPIRE: _expire,
    ENDING: _tell_ending,
    "obligation": _remind(
        Obligation, "obligation", lambda row: row.done_at is None and row.cancelled_at is None,
        lambda row: row.accreditation,
    ),
    "condition": _remind(
        Condition, "condition", lambda row: row.state == ConditionState.OPEN, lambda row: row.decision
    ),
    "concern": _remind(Concern, "concern", lambda row: row.closed_at is None, lambda row: None),
}  # fmt: skip
