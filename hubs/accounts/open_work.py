"""What lies open with one person by name, whatever area it belongs to: each area registers its kinds of work here.

Nothing stays with somebody who has left (domain.md, Who takes part): `hubs.referrals.operations.handing_over` asks
every kind before an account closes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager

from hubs.accounts.absences import rights_of
from hubs.accounts.actor import Actor
from hubs.accounts.models import Membership, Organisation, Person
from hubs.accounts.permissions import P
from hubs.accounts.queries import memberships_in_force
from hubs.extensions import db


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One piece of work in somebody's name. `title` is for readers of its own organisation only."""

    kind: str
    id: str
    reference: str
    organisation_id: str
    right: P  # whoever has it must hold this
    read: P  # whoever sees its title must hold this
    state: Any = ""
    title: str = ""
    office_id: str | None = None  # None: no office's
    path: str | None = None
    refused: frozenset[str] = field(default_factory=frozenset)  # people who may not have it: an interest, say

    @property
    def key(self) -> str:
        return f"{self.kind}.{self.id}"


@dataclass(frozen=True, slots=True)
class WorkKind:
    """A kind of work: what is open of it with a person (in one organisation, or everywhere), and how it changes hands.

    `give(id, person_id or None, actor=, now=)` records its own event; None gives it back to the desk.
    `stray(day)` finds what lies with somebody who no longer works there: pairs of person and organisation.
    `behind(ids)` selects what is held before these (the questions of referrals, say), where something is.
    """

    code: str
    label: Any
    open_of: Callable[[str, str | None], Iterable[OpenItem]]
    give: Callable[..., None]
    stray: Callable[[date], Iterable[tuple[str, str]]] = lambda _day: ()
    behind: tuple[Any, Callable[[Sequence[str]], Any]] | None = None  # model, and the select of its ids


KINDS: dict[str, WorkKind] = {}


def register(kind: WorkKind) -> None:
    """Let a kind of work take part in handing over."""
    KINDS[kind.code] = kind


def open_work_of(person_id: str, organisation_id: str | None) -> list[OpenItem]:
    """Everything open in a person's name, in one organisation or (None) in all, kind by kind."""
    return [item for kind in KINDS.values() for item in kind.open_of(person_id, organisation_id)]


def hold(items: Iterable[OpenItem]) -> None:
    """Hold what these pieces are about, table by table in the order of its keys, before any of them is given away:
    whoever else changes one of them holds that first, too."""
    listed: dict[str, list[str]] = {}
    for item in items:
        listed.setdefault(item.kind, []).append(item.id)
    wanted: dict[Any, list[Any]] = {}
    for kind in (KINDS[code] for code in listed):
        if kind.behind is not None:
            model, ids_of = kind.behind
            wanted.setdefault(model, []).append(model.id.in_(ids_of(listed[kind.code])))
    for model in sorted(wanted, key=lambda each: str(each.__tablename__)):
        held = select(model).where(or_(*wanted[model])).order_by(model.id).with_for_update(of=model)
        db.session.execute(held.execution_options(populate_existing=True)).scalars().all()


def may_hold(item: OpenItem, kind: str, held: Collection[Any]) -> bool:
    """Whether somebody with these roles (each with `role` and `office_id`) in the item's organisation may have it."""
    reaches = any(m.office_id is None or item.office_id is None or m.office_id == item.office_id for m in held)
    return reaches and item.right in rights_of(kind, (m.role for m in held))


def colleagues_in(organisation: Organisation, on: date, *, but: str) -> dict[str, list[Membership]]:
    """The roles of everybody else who works there on this day, by person, in the order of their names."""
    statement = (
        memberships_in_force(on)
        .where(Membership.organisation_id == organisation.id, Membership.person_id != but)
        .options(contains_eager(Membership.person))
        .order_by(Person.name, Person.id, Membership.id)
    )
    found: dict[str, list[Membership]] = {}
    for membership in db.session.execute(statement).scalars():
        found.setdefault(membership.person_id, []).append(membership)
    return found


def receivers_of(item: OpenItem, kind: str, colleagues: Mapping[str, list[Membership]]) -> dict[str, str]:
    """Who could take an item over: id -> name."""
    return {
        person_id: held[0].person.name
        for person_id, held in colleagues.items()
        if may_hold(item, kind, held) and person_id not in item.refused
    }


def give(item: OpenItem, person_id: str | None, *, actor: Actor, now: datetime) -> None:
    """Put an item in another's name, or (None) back on the desk."""
    KINDS[item.kind].give(item.id, person_id, actor=actor, now=now)
