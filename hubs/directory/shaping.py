"""What the API tells of hubs, posts and partners, put together for many at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from hubs.accounts.permissions import P
from hubs.api.schemas import camel
from hubs.core.clock import local_day, start_of
from hubs.core.perform import Actor, open_actions
from hubs.extensions import db

from . import operations
from .by_id import published_services
from .freshness import is_stale, usual_days
from .lifecycle import ChangeState
from .models import HubAnswerRecord, HubProfile, PartnerProfile, PostProfile, ProfileChange
from .profile_fields import ADDED_SERVICES, facts_of
from .queries import OfficeDays, coverage_of, offices_with_closures
from .queries.changes import values_for


def organisation_shown(profile: Any) -> dict[str, Any]:
    organisation = profile.organisation
    return {
        "id": organisation.id,
        "code": organisation.code,
        "name_nl": organisation.name_nl,
        "name_en": organisation.name_en,
        "seat": organisation.market,
        "is_demo": organisation.is_demo,
    }


def columns(subject: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(subject, name) for name in names}


def _offices(listed: Iterable[OfficeDays]) -> list[dict[str, Any]]:
    return [
        {
            **columns(days.office, ("id", "city", "market", "timezone", "hours")),
            "is_main": days.office.position == 0,
            "closures": days.closures,
        }
        for days in listed
    ]


def hubs_shown(
    found: Iterable[tuple[HubProfile, HubAnswerRecord | None]], *, actor: Actor, now: datetime
) -> list[dict[str, Any]]:
    """Hubs as `HubOut` takes them, in two statements for all."""
    rows = list(found)
    ids = [profile.id for profile, _record in rows]
    offices = offices_with_closures(ids, now.date()) if ids else {}
    services = published_services(ids) if ids else {}
    waiting = _waiting(ids, actor)
    return [
        {
            **organisation_shown(profile),
            **columns(profile, operations.HUB_FIELDS),
            **columns(profile, ("confirmed_at", "follows_decisions")),
            **_standing(profile, now),
            "services": services.get(profile.id, []),
            "usual_answer_days": usual_days(record.answers, record.usual_minutes) if record else None,
            "is_stale": is_stale(profile.confirmed_at, now),
            "offices": _offices(offices.get(profile.id, ())),
            "pending": _pending(waiting[profile.id], profile) if profile.id in waiting else None,
            "actions": [] if profile.follows_decisions else [row.name for row in open_actions(profile, actor)],
        }
        for profile, record in rows
    ]


def _waiting(hub_ids: Collection[str], actor: Actor) -> dict[str, ProfileChange]:
    """What of these hubs waits for the ministry, as far as the reader may know."""
    mine = set(hub_ids) if actor.can(P.PROFILE_CONFIRM) else set(hub_ids) & {actor.organisation_id}
    if not mine:
        return {}
    statement = select(ProfileChange).where(
        ProfileChange.hub_id.in_(sorted(mine)), ProfileChange.state == ChangeState.SUBMITTED
    )
    return {change.hub_id: change for change in db.session.execute(statement).scalars()}


def _pending(change: ProfileChange, profile: HubProfile) -> dict[str, Any]:
    return {**columns(change, ("id", "submitted_at")), **_both_sides(change.values, profile)}


def _both_sides(values: Mapping[str, Any], profile: HubProfile) -> dict[str, Any]:
    """The changed fields as they are published and as they would be, under the names of the API."""
    published = {**facts_of(profile), ADDED_SERVICES.name: []}
    return {
        "published": {camel(name): published.get(name) for name in values},
        "proposed": {camel(name): value for name, value in values.items()},
    }


def change_shown(change: ProfileChange, *, actor: Actor) -> dict[str, Any]:
    """A change as `ProfileChangeOut` takes it."""
    names = ("id", "hub_id", "state", "edited_at", "submitted_at", "decided_at")
    return {
        **columns(change, names),
        **_both_sides(values_for(actor, change), change.hub),
        "reasons": {camel(name): text for name, text in change.reasons.items()},
        "actions": [row.name for row in open_actions(change, actor)],
    }


def _standing(profile: HubProfile, now: datetime) -> dict[str, Any]:
    """The standing of today, whether or not a scheduler ran, since when, and up to which day."""
    today = local_day(now)
    status = profile.status_on(today)
    since = profile.since_on(today)
    return {
        "state": status,
        "status_since": profile.status_since if status == profile.state or since is None else start_of(since),
        "standing_ends_on": profile.last_day_on(today),
    }


def posts_shown(posts: list[PostProfile], *, now: datetime) -> list[dict[str, Any]]:
    ids = [post.id for post in posts]
    offices = offices_with_closures(ids, now.date()) if ids else {}
    markets = coverage_of(ids) if ids else {}
    names = (
        "post_type",
        "status",
        "is_open",
        "evidence_year",
        "district_cities",
        "automatic_services",
        "confirmed_at",
        "supervising_post_id",
    )
    return [
        {
            **organisation_shown(post),
            **columns(post, names),
            "markets": markets.get(post.id, []),
            "offices": _offices(offices.get(post.id, ())),
        }
        for post in posts
    ]


def partner_shown(partner: PartnerProfile) -> dict[str, Any]:
    names = ("partner_type", "regions", "website", "contact_email", "contact_phone")
    return {**organisation_shown(partner), **columns(partner, names)}
