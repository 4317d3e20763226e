"""Loads the demonstration world, once: in one transaction, so that a broken loading leaves nothing behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from hubs.accounts.models import Organisation
from hubs.core.events import Event, OutboxItem
from hubs.core.stamps import DEMO, bump
from hubs.demo.actors import all_actors
from hubs.demo.cast import is_loaded, make_clients, make_people
from hubs.demo.story import LONG_AGO, Story
from hubs.extensions import db
from hubs.referrals.models import Referral, SupportRequest

STILL_MAILED = timedelta(hours=2)  # what happened just before loading is mailed; what is older was mailed long ago


class NoReferenceData(RuntimeError):
    """The demonstration world stands on the real posts and chambers; they must be loaded first."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is in the database now; `is_new` is False when it was there already."""

    is_new: bool
    requests: int
    referrals: int


def load_demo(*, now: datetime) -> Loaded:
    """Make the demonstration world around `now`; loading again changes nothing. Does not commit.

    Raises NoReferenceData.
    """
    if db.session.execute(select(func.count()).select_from(Organisation)).scalar_one() == 0:
        raise NoReferenceData("load the reference data first: flask --app wsgi reference load")
    is_new = not is_loaded()
    if is_new:
        make_people(now - LONG_AGO)
        make_clients(now - LONG_AGO)
        actors = all_actors()
        Story(actors, now).tell()
        _mailed_already(now - STILL_MAILED)
        bump(db.session, DEMO)
    return Loaded(is_new, _count(SupportRequest), _count(Referral))


def _mailed_already(before: datetime) -> None:
    """Nobody gets hundreds of mails about a past that was made up just now."""
    old = select(Event.id).where(Event.at < before).scalar_subquery()
    db.session.execute(
        update(OutboxItem)
        .where(OutboxItem.event_id.in_(old), OutboxItem.done_at.is_(None))
        .values(done_at=before)
        .execution_options(synchronize_session=False)
    )


def _count(model: type[SupportRequest] | type[Referral]) -> int:
    statement = select(func.count()).select_from(model).where(model.is_demo.is_(True))
    return db.session.execute(statement).scalar_one()
