"""Files of a calibration sample that lie with one assessor by name and are not finished.

Registered as open work, so that an account closes only once they went to somebody who took no part in them. Whoever
gets one starts without the levels of the one before; given back, it leaves the sample and can be drawn again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, exists, select

from hubs.accounts.models import Membership, Person
from hubs.accounts.open_work import OpenItem, WorkKind, register
from hubs.accounts.permissions import P
from hubs.accounts.queries import in_force
from hubs.accreditation.models import CalibrationItem, CalibrationScore
from hubs.accreditation.operations.handing_over import ministry_id
from hubs.accreditation.queries.calibrations import took_part_in
from hubs.accreditation.queries.interests import interested_in
from hubs.accreditation.words import KIND_WORDS
from hubs.core.errors import RuleViolation
from hubs.core.events import record
from hubs.extensions import db
from hubs.reference.models import Market


def _open(person_id: str, organisation_id: str | None) -> Iterator[OpenItem]:
    """Neither the chamber nor the proposal's number is told: whoever hands over may be drawn for it next."""
    ministry = ministry_id(organisation_id)
    if ministry is None:
        return
    statement = select(CalibrationItem).where(
        CalibrationItem.person_id == person_id, CalibrationItem.finished_at.is_(None)
    )
    for item in db.session.execute(statement.order_by(CalibrationItem.id)).scalars():
        market = db.session.get(Market, item.proposal.market)
        yield OpenItem(
            kind="calibration",
            id=item.id,
            reference=item.id[-6:].upper(),
            organisation_id=ministry,
            right=P.CALIBRATION_SCORE,
            read=P.CALIBRATION_DRAW,
            state=KIND_WORDS[item.proposal.kind],
            title=market.name_nl if market is not None else "",
            refused=_refused(item),
        )


def _refused(item: CalibrationItem) -> frozenset[str]:
    """Who took part in this file, or declared an interest in its chamber."""
    return frozenset(took_part_in([item.proposal_id])[item.proposal_id] | interested_in(item.proposal.hub_id))


def _give(identifier: str, person_id: str | None, *, actor: Any, now: datetime) -> None:
    item = db.session.get_one(CalibrationItem, identifier, with_for_update={"of": CalibrationItem})
    if person_id is not None and person_id in _refused(item):
        raise RuleViolation(
            "scorer_conflicted", _l("This assessor took part in the file, or has an interest in the hub.")
        )
    before, sample = item.person_id, item.round
    db.session.execute(delete(CalibrationScore).where(CalibrationScore.item_id == item.id))
    db.session.expire(item, ["scores"])
    data = {"item": item.id, "from_person": before, "person": person_id}
    if person_id is None:
        db.session.delete(item)
    else:
        item.person_id = person_id
    db.session.flush()
    record(db.session, "calibration.hand_over", sample, actor=actor, now=now, data=data, outbox=False)


def _stray(day: date) -> Iterator[tuple[str, str]]:
    """Files with somebody who no longer works for the ministry."""
    ministry = ministry_id(None)
    works_there = exists().where(
        Membership.person_id == CalibrationItem.person_id,
        Membership.organisation_id == ministry,
        in_force(day),
        Person.id == Membership.person_id,
        Person.is_active,
    )
    statement = select(CalibrationItem.person_id).where(CalibrationItem.finished_at.is_(None), ~works_there)
    yield from ((person_id, str(ministry)) for person_id in db.session.execute(statement.distinct()).scalars())


register(
    WorkKind("calibration", _l("Files to score again"), _open, _give, _stray, (CalibrationItem, lambda ids: ids)),
)
