"""The people of the demonstration world as actors, by organisation and role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from hubs.accounts.actor import Actor, actor_of_membership
from hubs.accounts.models import Membership, Organisation, Person
from hubs.demo.cast import address
from hubs.demo.rows import rows_of
from hubs.extensions import db


@dataclass
class Actors:
    """Everybody, keyed by (organisation id, role); organisations by (kind, code) and by code alone."""

    by_role: dict[tuple[str, str], list[Actor]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)  # code -> organisation id, of those with people

    def of(self, organisation_id: str, *roles: str, turn: int = 0) -> Actor | None:
        """Somebody with one of these roles, the first that exists; `turn` alternates between colleagues."""
        for role in roles:
            found = self.by_role.get((organisation_id, role))
            if found:
                return found[turn % len(found)]
        return None

    def at_desk(self, organisation_id: str, turn: int = 0) -> Actor | None:
        """Somebody who takes up questions there."""
        return self.of(organisation_id, "officer", "staff", "head", "manager", turn=turn)

    def leader(self, organisation_id: str) -> Actor:
        """Who signs for it."""
        found = self.of(organisation_id, "head", "manager", "administrator")
        if found is None:
            raise ValueError(f"people.csv: nobody leads {organisation_id}")
        return found

    def receiver(self, organisation_id: str, turn: int = 0) -> Actor | None:
        """Who answers a referral there."""
        roles = ("manager", "staff") if turn % 2 else ("staff", "manager")
        return self.of(organisation_id, *roles, "officer", "head")


def all_actors() -> Actors:
    """Read everybody of the demonstration world."""
    statement = (
        select(Membership)
        .join(Membership.person)
        .join(Membership.organisation)
        .where(Person.is_demo.is_(True))
        .options(contains_eager(Membership.person), contains_eager(Membership.organisation))
    )
    order = {address(row["email"]): number for number, row in enumerate(rows_of("people"))}
    found = db.session.execute(statement).scalars().all()
    return _collected(sorted(found, key=lambda one: order.get(one.person.email, len(order))))


def _collected(memberships: Iterable[Membership]) -> Actors:
    found = Actors()
    for membership in memberships:
        organisation: Organisation = membership.organisation
        found.ids[organisation.code] = organisation.id
        key = (organisation.id, membership.role)
        found.by_role.setdefault(key, []).append(actor_of_membership([membership]))
    return found
