"""What must hold at the instant of acceptance: consent, standing, agreement, room (domain.md, rule 1, Routing 3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from hubs.accounts.models import Office, OrganisationKind
from hubs.agreements.models import Agreement
from hubs.agreements.standing import facts_of, is_in_force, local_day
from hubs.companies.consenting import consent_covers
from hubs.core.errors import Problem
from hubs.directory.lifecycle import STANDING
from hubs.directory.models import HubProfile
from hubs.extensions import db
from hubs.referrals.lifecycle import RETURNED_TO_DESK
from hubs.referrals.models import Referral
from hubs.referrals.places_left import room_of, share_of, taken_places
from hubs.referrals.table import current_table


def lock_receiver(referral: Referral) -> None:
    """Hold the receiving organisation's offices, standing and agreement while somebody says yes."""
    hub = select(HubProfile).where(HubProfile.id == referral.to_id).with_for_update(read=True)
    db.session.execute(hub.execution_options(populate_existing=True)).scalar_one_or_none()
    if referral.agreement_id is not None:
        agreement = select(Agreement).where(Agreement.id == referral.agreement_id).with_for_update(read=True)
        db.session.execute(agreement.execution_options(populate_existing=True)).scalar_one_or_none()
    offices = select(Office).where(Office.organisation_id == referral.to_id).order_by(Office.id)
    db.session.execute(offices.with_for_update().execution_options(populate_existing=True)).scalars().all()


def acceptance_problems(referral: Referral, now: datetime) -> list[Problem]:
    """Everything that forbids a yes now."""
    return [
        *_consent(referral, now),
        *_standing(referral, now),
        *_agreement(referral, now),
        *_room(referral, now),
    ]


def needs_consent(referral: Referral) -> bool:
    """Posts and the ministry see identity without; hubs and partners do not (rule 1)."""
    return referral.receiver.kind in (OrganisationKind.HUB, OrganisationKind.PARTNER)


def has_consent(referral: Referral, now: datetime) -> bool:
    """Whether the entrepreneur's consent covers the receiver at this moment, with the standing it has then."""
    standing = None
    if needs_consent(referral) and referral.receiver.kind == OrganisationKind.HUB:
        standing = standing_now(referral.to_id, now)
    return is_covered(referral, standing)


def standing_now(hub_id: str, now: datetime) -> str | None:
    """The standing of a hub at this moment, whether or not a scheduler ran; None for what is no hub."""
    profile = db.session.get(HubProfile, hub_id)
    return profile.status_on(local_day(now)) if profile else None


def is_covered(referral: Referral, standing: str | None) -> bool:
    """Whether the entrepreneur's consent covers the receiver when it has this standing.

    What was covered when it was sent stays covered when the hub's standing changes: the consent was given for
    that hub as it then was; a withdrawal always counts.
    """
    support_request = referral.support_request
    if not needs_consent(referral):
        return True
    if referral.to_id in (support_request.do_not_tell or ()):
        return False
    covered_as = "accredited" if referral.accepted_at is not None and standing is not None else standing
    return consent_covers(support_request.consent, referral.to_id, support_request.market, covered_as)


def _consent(referral: Referral, now: datetime) -> Iterator[Problem]:
    if not has_consent(referral, now):
        yield Problem("consent_required", _l("The entrepreneur's consent does not cover you any more."), "consent")


def _standing(referral: Referral, now: datetime) -> Iterator[Problem]:
    if referral.receiver.kind != OrganisationKind.HUB:
        return
    if standing_now(referral.to_id, now) not in STANDING:
        yield Problem("hub_standing", _l("Your hub's present standing does not allow it to accept."), "action")


def _agreement(referral: Referral, now: datetime) -> Iterator[Problem]:
    """In force at this instant, for the post that stands on the other side."""
    agreement = referral.agreement
    if agreement is None or referral.receiver.kind in (OrganisationKind.POST, OrganisationKind.MINISTRY):
        return  # a post helps whoever asks, also when the hub that sent it has lost its standing
    lineage = db.session.execute(select(Agreement).where(Agreement.lineage_id == agreement.lineage_id)).scalars().all()
    post_id, on = post_behind(referral, agreement, now), local_day(now)
    standing = standing_now(agreement.hub_id, now) or ""
    newest_holds = any(is_in_force(facts_of(row, lineage), standing, on, post_id) for row in lineage)
    if not newest_holds:
        yield Problem("agreement", _l("The agreement for this referral is not in force now."), "action")


def post_behind(referral: Referral, agreement: Agreement, now: datetime) -> str | None:
    """The post on whose side of the agreement a referral stands; from a desk that is no party to it, the post
    responsible for the market. None between hubs."""
    posts = {row.post_id for row in agreement.posts}
    party = next((party for party in (referral.from_id, referral.to_id) if party in posts), None)
    if party is not None or referral.sender.kind == OrganisationKind.HUB:
        return party
    support_request = referral.support_request
    post = current_table(now).responsible_post(
        support_request.market or "", support_request.city, False, local_day(now)
    )
    return post.organisation_id if post and post.organisation_id in posts else None


def _room(referral: Referral, now: datetime) -> Iterator[Problem]:
    """The place was taken when it was sent; this fails only when the office has lowered its capacity since."""
    office = referral.receiver_office
    week = referral.capacity_week or ""
    limit = room_of(db.session(), [office], (), now).limits[office.id]
    if limit is not None:
        others = taken_places(db.session(), office, week, accepted_only=True)
        if others >= limit:
            yield Problem("no_capacity", _l("Your office has accepted all it can for this week."), "action")
    agreement = referral.agreement
    if agreement is None or agreement.capacity_share is None:
        return
    offices = list(db.session.execute(select(Office).where(Office.organisation_id == agreement.hub_id)).scalars())
    limits = room_of(db.session(), offices, (), now).limits
    places = share_of(offices, agreement.hub_id, agreement.capacity_share, limits)
    if places is not None and accepted_under(agreement, week) >= places:
        yield Problem("no_capacity", _l("You have accepted all that the agreement sets aside for this week."), "action")


def accepted_under(agreement: Agreement, week: str) -> int:
    """How many questions of that week were accepted under this agreement and its other versions."""
    statement = (
        select(func.count())
        .select_from(Referral)
        .join(Agreement, Agreement.id == Referral.agreement_id)
        .where(
            Agreement.lineage_id == agreement.lineage_id,
            Referral.capacity_week == week,
            Referral.accepted_at.is_not(None),
            Referral.state.not_in(sorted(RETURNED_TO_DESK)),
        )
    )
    return db.session.execute(statement).scalar_one()
