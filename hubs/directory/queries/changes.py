"""Changes of profiles that are not published yet, and the history of those that are."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation, Person
from hubs.accounts.permissions import P
from hubs.core.errors import NotFound
from hubs.core.events import Event
from hubs.core.perform import Actor as Reader
from hubs.extensions import db

from ..lifecycle import ChangeState
from ..models import HubProfile, ProfileChange, Revision

CHANGE_ORDER = ((ProfileChange.submitted_at, "asc"), (ProfileChange.id, "asc"))
TAKEN_UP = "profile_change.take_up"  # a draft went up in what was sent back or taken back
MADE = ("profile_change.edit", "profile_change.submit", "profile_change.extend", TAKEN_UP)
HISTORY_ORDER = ((Revision.id, "desc"),)


def changes_visible_to(actor: Actor) -> Select[Any]:
    """One's own hub's; whoever confirms for the ministry sees what waits, or was decided on."""
    statement = (
        select(ProfileChange)
        .join(HubProfile, HubProfile.id == ProfileChange.hub_id)
        .join(Organisation, Organisation.id == HubProfile.id)
        .options(joinedload(ProfileChange.hub).joinedload(HubProfile.organisation), joinedload(ProfileChange.editor))
    )
    if actor.can(P.PROFILE_CONFIRM):
        return statement.where(ProfileChange.submitted_at.is_not(None), ProfileChange.state != ChangeState.DRAFT)
    return statement.where(ProfileChange.hub_id == actor.organisation_id)


def changes_that_wait(actor: Actor) -> Select[Any]:
    """What the ministry still has to confirm, the longest waiting first."""
    return changes_visible_to(actor).where(ProfileChange.state == ChangeState.SUBMITTED)


def get_visible_change(actor: Actor, change_id: str, *, lock: bool = False) -> ProfileChange:
    """One of them; its hub is locked first, as every page that drafts does. Raises NotFound."""
    statement = changes_visible_to(actor).where(ProfileChange.id == change_id)
    if lock:
        own = select(ProfileChange.hub_id).where(ProfileChange.id == change_id).scalar_subquery()
        db.session.execute(select(HubProfile.id).where(HubProfile.id == own).with_for_update())
        statement = statement.with_for_update(of=ProfileChange)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def values_for(actor: Reader, change: ProfileChange) -> dict[str, Any]:
    """What this reader sees of it: the ministry only what was handed in, none of what the hub drafted since."""
    is_own = actor.organisation_id == change.hub_id
    return change.values if is_own or change.is_as_handed_in else {}


def makers_of(change: ProfileChange) -> frozenset[str]:
    """Everybody who made something of it, by person: none of them confirms it (domain.md, rule 2)."""
    statement = select(Event).where(
        Event.subject_type == ProfileChange.__tablename__, Event.subject_id == change.id, Event.kind.in_(MADE)
    )
    found = {change.edited_by} if change.edited_by else set()
    for entry in db.session.execute(statement).scalars():
        found |= set(entry.data.get("makers") or ())
        if entry.actor_kind == "person" and entry.kind != TAKEN_UP and entry.actor_id:
            found.add(entry.actor_id)
    return frozenset(found)


def names_of_makers(makers: Collection[str]) -> list[str]:
    statement = select(Person.name).where(Person.id.in_(makers)).order_by(Person.name)
    return list(db.session.execute(statement).scalars())


def revisions_visible_to(actor: Actor) -> Select[Any]:
    """The history of one's own organisation; of one office for who works at one office."""
    statement = (
        select(Revision)
        .where(Revision.organisation_id == actor.organisation_id)
        .options(joinedload(Revision.by_person))
    )
    return statement.where(Revision.subject_id == actor.office_id) if actor.office_id else statement


def get_own_revision(actor: Actor, revision_id: str) -> Revision:
    """One of them. Raises NotFound."""
    found = db.session.execute(revisions_visible_to(actor).where(Revision.id == revision_id)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def later_revisions(revision: Revision) -> list[Revision]:
    """What changed of the same thing since, newest last."""
    statement = (
        select(Revision)
        .where(
            Revision.organisation_id == revision.organisation_id,
            Revision.subject_kind == revision.subject_kind,
            Revision.subject_id == revision.subject_id,
            Revision.id > revision.id,
        )
        .order_by(Revision.id)
    )
    return list(db.session.execute(statement).scalars())
