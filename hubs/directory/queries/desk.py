"""What leaders keep of their own desk: liaisons, dated changes of capacity, extra days off."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from hubs.accounts.actor import Actor
from hubs.accounts.models import Office, Organisation, OrganisationKind
from hubs.core.errors import NotFound
from hubs.extensions import db

from ..models import CapacityChange, Liaison, OfficeHoliday
from . import offices_visible_to


def liaisons_visible_to(actor: Actor) -> Select[Any]:
    """Those of one's own organisation; of another only beside an agreement with it (`liaisons_for`)."""
    return (
        select(Liaison).where(Liaison.organisation_id == actor.organisation_id).options(joinedload(Liaison.counterpart))
    )


def get_own_liaison(actor: Actor, liaison_id: str) -> Liaison:
    """One of them. Raises NotFound."""
    return _found(db.session.execute(liaisons_visible_to(actor).where(Liaison.id == liaison_id)).scalar_one_or_none())


def liaisons_for(organisation_ids: Collection[str], reader_ids: Collection[str]) -> dict[str, list[Liaison]]:
    """Whom the parties of an agreement call at each of these organisations.

    General ones, and those named for one of the readers; the caller has seen to it that the reader may see the
    agreement.
    """
    statement = (
        select(Liaison)
        .where(
            Liaison.organisation_id.in_(sorted(organisation_ids)),
            or_(Liaison.counterpart_id.is_(None), Liaison.counterpart_id.in_(sorted(reader_ids))),
        )
        .order_by(Liaison.organisation_id, Liaison.market, Liaison.id)
    )
    found: dict[str, list[Liaison]] = {}
    for liaison in db.session.execute(statement).scalars():
        found.setdefault(liaison.organisation_id, []).append(liaison)
    return found


def counterparts_of(actor: Actor) -> list[Organisation]:
    """The posts (for a hub) or hubs (for a post) one may name a liaison for, by name."""
    wanted = OrganisationKind.POST if actor.organisation_kind == OrganisationKind.HUB else OrganisationKind.HUB
    statement = (
        select(Organisation)
        .where(Organisation.kind == wanted, Organisation.retired_on.is_(None))
        .order_by(Organisation.name_folded, Organisation.id)
    )
    return list(db.session.execute(statement).scalars())


def capacity_changes_of(office_id: str, first: date) -> list[CapacityChange]:
    """The present and coming changes of one office's capacity."""
    statement = (
        select(CapacityChange)
        .where(
            CapacityChange.office_id == office_id, CapacityChange.ends_on >= first, CapacityChange.ended_at.is_(None)
        )
        .order_by(CapacityChange.starts_on, CapacityChange.id)
    )
    return list(db.session.execute(statement).scalars())


def get_own_capacity_change(actor: Actor, office_id: str, change_id: str) -> CapacityChange:
    """A change of an office of one's own that still holds or will. Raises NotFound."""
    statement = (
        select(CapacityChange)
        .join(Office, Office.id == CapacityChange.office_id)
        .where(
            CapacityChange.id == change_id,
            CapacityChange.office_id == office_id,
            CapacityChange.ended_at.is_(None),
            Office.organisation_id == actor.organisation_id,
        )
    )
    if actor.office_id:
        statement = statement.where(Office.id == actor.office_id)
    return _found(db.session.execute(statement).scalar_one_or_none())


def capacity_changes_visible_to(actor: Actor) -> Select[Any]:
    """Every change of an office of one's own that was not taken back, past ones too."""
    own = offices_visible_to(actor).with_only_columns(Office.id)
    return select(CapacityChange).where(CapacityChange.office_id.in_(own), CapacityChange.ended_at.is_(None))


def extra_days_off(office_id: str, first: date) -> list[OfficeHoliday]:
    """Days that an office keeps free besides its market's list, from this day on."""
    statement = (
        select(OfficeHoliday)
        .where(OfficeHoliday.office_id == office_id, OfficeHoliday.on >= first, OfficeHoliday.is_worked.is_(False))
        .order_by(OfficeHoliday.on)
    )
    return list(db.session.execute(statement).scalars())


def _found(thing: Any) -> Any:
    if thing is None:
        raise NotFound()
    return thing
