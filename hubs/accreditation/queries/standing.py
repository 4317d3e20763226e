"""The answer to "as of": what a hub's standing was on a day, on what ground, and which agreements held (domain.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from hubs.accounts.models import Organisation, Person
from hubs.accreditation.as_of import Period, Standing, agreements_in_force, standing_at
from hubs.accreditation.models import Accreditation, Decision
from hubs.agreements.models import Agreement, AgreementPost
from hubs.core.clock import local_day, start_of
from hubs.directory.lifecycle import HubStatus
from hubs.directory.models import HubProfile, StandingPeriod
from hubs.extensions import db
from hubs.guideline.models import GuidelineVersion


@dataclass(frozen=True, slots=True)
class AgreementThen:
    """An agreement that was in force, and the posts for which it was."""

    agreement: Agreement
    posts: list[Organisation]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingShown:
    """One day of one hub, with what it rested on; who decided is for the ministry only."""

    standing: Standing
    first_on: date | None  # the day of the first standing on record
    decision: Decision | None
    accreditation: Accreditation | None
    guideline_version: GuidelineVersion | None
    agreements: list[AgreementThen]
    decided_by: Person | None


def periods_of(hub: HubProfile) -> list[Period]:
    """The standings of a hub in order, with the one that takes over by itself.

    A standing that was stored before periods were kept counts from the day it says it began.
    """
    statement = (
        select(StandingPeriod)
        .where(StandingPeriod.hub_id == hub.id)
        .options(selectinload(StandingPeriod.by_person))
        .order_by(StandingPeriod.from_at, StandingPeriod.id)
    )
    rows = db.session.execute(statement).scalars().all()
    found = [Period(status=r.status, from_at=r.from_at, ends_on=r.ends_on, ground=r.ground, source=r) for r in rows]
    if not found and hub.state != HubStatus.REGISTERED and hub.status_since is not None:
        found.append(Period(status=hub.state, from_at=hub.status_since, ends_on=hub.standing_ends_on))
    if hub.coming is not None:
        coming = hub.coming
        found.append(
            Period(
                status=coming.status,
                from_at=start_of(coming.from_on),
                ends_on=coming.ends_on,
                ground="decision",
                source=_granted(hub.id, coming.from_on),
            )
        )
    return found


def _granted(hub_id: str, starts_on: date) -> StandingPeriod | None:
    """What a coming standing rests on, in the shape of a period that is not stored yet."""
    statement = (
        select(Accreditation)
        .where(Accreditation.hub_id == hub_id, Accreditation.starts_on == starts_on, Accreditation.state == "granted")
        .order_by(Accreditation.granted_at.desc())
        .limit(1)
    )
    granted = db.session.execute(statement).scalar_one_or_none()
    if granted is None:
        return None
    return StandingPeriod(
        accreditation_id=granted.id,
        decision_id=granted.decision_id,
        guideline_version_id=granted.guideline_version_id,
        by_person_id=granted.decision.signed_by_id,
    )


def standing_on(hub: HubProfile, on: date, *, tells_people: bool) -> StandingShown:
    """What stood on this day; the name of who decided only with `tells_people`."""
    periods = periods_of(hub)
    standing = standing_at(periods, on)
    source: StandingPeriod | None = standing.period.source if standing.period else None
    decision = db.session.get(Decision, source.decision_id) if source and source.decision_id else None
    person_id = source.by_person_id if source and tells_people else None
    return StandingShown(
        standing=standing,
        first_on=local_day(min(one.from_at for one in periods)) if periods else None,
        decision=decision,
        accreditation=db.session.get(Accreditation, source.accreditation_id)
        if source and source.accreditation_id
        else None,
        guideline_version=db.session.get(GuidelineVersion, source.guideline_version_id)
        if source and source.guideline_version_id
        else None,
        agreements=_agreements(hub.id, standing),
        decided_by=db.session.get(Person, person_id) if person_id else None,
    )


def _agreements(hub_id: str, standing: Standing) -> list[AgreementThen]:
    statement = (
        select(Agreement)
        .where(Agreement.hub_id == hub_id, Agreement.hub_signed_at.is_not(None))
        .options(selectinload(Agreement.posts).joinedload(AgreementPost.post))
        .order_by(Agreement.lineage_id, Agreement.version_number)
    )
    listed = list(db.session.execute(statement).scalars())
    held = agreements_in_force(listed, standing.status, standing.on)
    return [
        AgreementThen(one, [row.post for row in one.posts if row.post_id in held[one.id]])
        for one in listed
        if one.id in held
    ]
