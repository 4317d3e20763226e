"""Whether an agreement is in force for a post on a day: every condition that fails, derived when read.

Domain: signed by both, within its term, not ended or superseded, and only while the hub's status allows. The
stored state follows by the clock (`operations.follow_rules`) and is never asked here. Days are those of
Amsterdam, the seat of the ministry whose guideline the term refers to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from hubs.core.clock import local_day
from hubs.directory.lifecycle import STANDING, HubStatus


class Why(StrEnum):
    """The codes of what keeps an agreement from being in force."""

    NOT_OFFERED = "not_offered"
    HUB_NOT_SIGNED = "hub_not_signed"
    POST_NOT_SIGNED = "post_not_signed"
    NO_TERM = "no_term"
    NOT_STARTED = "not_started"
    OVER = "over"
    ENDED = "ended"
    HUB_ENDED = "hub_ended"
    POST_ENDED = "post_ended"
    SUPERSEDED = "superseded"
    WAITS_FOR_ACCREDITATION = "waits_for_accreditation"
    HUB_STATUS = "hub_status"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition that fails, with the value it turned on: a status, a day, a post."""

    code: Why
    value: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class PostSide:
    """One post's side: whether it signed, ended, and from when a later version takes its place."""

    post_id: str
    signed: bool = False
    ended: bool = False
    superseded_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFacts:
    """What standing turns on, taken from an agreement and the later versions of its lineage."""

    hub_signed: bool
    posts: tuple[PostSide, ...]
    starts_on: date | None
    ends_on: date | None  # last day, included
    hub_ended: bool = False
    ended: bool = False
    end_reason: str = ""
    paused: bool = False
    offered: bool = True
    conditional: bool = False


def facts_of(agreement: Any, lineage: Iterable[Any] = ()) -> AgreementFacts:
    """The facts of a loaded agreement; `lineage` holds versions of the same lineage, itself among them or not."""
    later = [other for other in lineage if _is_later(other, agreement)]
    return AgreementFacts(
        hub_signed=agreement.hub_signed_at is not None,
        hub_ended=agreement.hub_ended_at is not None,
        posts=tuple(
            PostSide(
                row.post_id,
                signed=row.signed_at is not None,
                ended=row.ended_at is not None,
                superseded_from=_superseded_from(row.post_id, later),
            )
            for row in agreement.posts
        ),
        starts_on=agreement.starts_on,
        ends_on=agreement.ends_on,
        ended=agreement.state == "ended",
        end_reason=agreement.end_reason or "",
        paused=agreement.state == "paused",
        offered=agreement.state != "draft",
        conditional=bool(agreement.conditional_on_accreditation),
    )


def failing_reasons(facts: AgreementFacts, hub_status: str, on: date, post_id: str | None = None) -> list[Reason]:
    """Everything that keeps the agreement from being in force on this day; empty: it is in force.

    For one post when `post_id` is given, else for at least one of its posts.
    """
    found = _whole(facts, hub_status, on)
    sides = [side for side in facts.posts if post_id in (None, side.post_id)]
    per_side = [_side(side, on) for side in sides]
    if not sides:
        found.append(Reason(Why.POST_NOT_SIGNED, post_id or ""))
    elif all(per_side):
        found += sorted({reason for reasons in per_side for reason in reasons}, key=lambda r: (r.code, r.value))
    return found


def is_in_force(facts: AgreementFacts, hub_status: str, on: date, post_id: str | None = None) -> bool:
    """Whether nothing fails."""
    return not failing_reasons(facts, hub_status, on, post_id)


def posts_in_force(facts: AgreementFacts, hub_status: str, on: date) -> frozenset[str]:
    """The posts for which the agreement is in force on this day."""
    if _whole(facts, hub_status, on):
        return frozenset()
    return frozenset(side.post_id for side in facts.posts if not _side(side, on))


def superseded_posts(facts: AgreementFacts, on: date) -> frozenset[str]:
    """The posts for which a later version has taken this one's place."""
    return frozenset(side.post_id for side in facts.posts if side.superseded_from and side.superseded_from <= on)


def _whole(facts: AgreementFacts, hub_status: str, on: date) -> list[Reason]:
    found = []
    if not facts.offered:
        found.append(Reason(Why.NOT_OFFERED))
    if not facts.hub_signed:
        found.append(Reason(Why.HUB_NOT_SIGNED))
    if facts.hub_ended:
        found.append(Reason(Why.HUB_ENDED))
    if facts.ended:
        found.append(Reason(Why.ENDED, facts.end_reason))
    if facts.starts_on is None or facts.ends_on is None:
        found.append(Reason(Why.NO_TERM))
    else:
        if on < facts.starts_on:
            found.append(Reason(Why.NOT_STARTED, on=facts.starts_on))
        if on > facts.ends_on:
            found.append(Reason(Why.OVER, on=facts.ends_on))
    return found + _of_status(facts, hub_status)


def _of_status(facts: AgreementFacts, hub_status: str) -> list[Reason]:
    if hub_status not in STANDING:
        waits = facts.conditional and hub_status == HubStatus.REGISTERED
        return [Reason(Why.WAITS_FOR_ACCREDITATION if waits else Why.HUB_STATUS, str(hub_status))]
    return [Reason(Why.PAUSED)] if facts.paused else []


def _side(side: PostSide, on: date) -> list[Reason]:
    if side.superseded_from and side.superseded_from <= on:
        return [Reason(Why.SUPERSEDED, side.post_id, side.superseded_from)]
    found = []
    if not side.signed:
        found.append(Reason(Why.POST_NOT_SIGNED, side.post_id))
    if side.ended:
        found.append(Reason(Why.POST_ENDED, side.post_id))
    return found


def _is_later(other: Any, agreement: Any) -> bool:
    return other.lineage_id == agreement.lineage_id and other.version_number > agreement.version_number


def _superseded_from(post_id: str, later: Sequence[Any]) -> date | None:
    """The first day on which a later version that this post and the hub signed takes over; None if none does."""
    days = [
        version.starts_on
        for version in later
        for row in version.posts
        if row.post_id == post_id and row.signed_at and version.hub_signed_at and _took_effect(version, row)
    ]
    return min(days, default=None)


def _took_effect(version: Any, row: Any) -> bool:
    """Not given up before its first day: a version ended before it started replaced nothing."""
    if version.starts_on is None:
        return False
    ends = [moment for moment in (version.ended_at, version.hub_ended_at, row.ended_at) if moment is not None]
    return all(local_day(moment) >= version.starts_on for moment in ends)
