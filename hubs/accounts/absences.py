"""Who is away from an organisation on a day, and who stands in: derived when read, never by a scheduler.

A deputy who is away too passes on to their own deputy; a chain that ends with nobody, or comes back to where it
began, leaves the work to the desk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from hubs.accounts.models import Absence, Membership, OrganisationKind, Person, Role
from hubs.accounts.permissions import GRANTS, P
from hubs.accounts.queries import memberships_in_force
from hubs.core.durations import day_words
from hubs.extensions import db

# rights over work that lies with one person by name; a deputy must hold those of whom they stand in for
WORKING = frozenset(
    {
        P.SUPPORT_REQUEST_HANDLE,
        P.REFERRAL_RECEIVE,
        P.ADVICE_GIVE,
        P.ASSESSMENT_SCORE,
        P.DECISION_DRAFT,
        P.DECISION_SIGN,
        P.OBJECTION_HANDLE,
    }
)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody as a page or a mail names them."""

    person_id: str
    name: str
    email: str
    language: str


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody who is not there: until which day (included), and who stands in; None: the desk itself."""

    person_id: str
    name: str
    until: date
    deputy: Colleague | None
    on: date

    @property
    def words(self) -> str:
        """For behind a name: "away until 3 December, deputy: …"."""
        if self.deputy is None:
            return _("away until %(day)s, no deputy: ask the desk", day=day_words(self.until, self.on))
        return _("away until %(day)s, deputy: %(name)s", day=day_words(self.until, self.on), name=self.deputy.name)


def first_present(person_id: str, deputies: Mapping[str, str | None]) -> str | None:
    """Who is there for somebody away, following deputies who are away themselves; None when that ends nowhere.

    `deputies` has a key for everybody who is away.
    """
    seen = {person_id}
    following = deputies.get(person_id)
    while following is not None and following in deputies:
        if following in seen:
            return None
        seen.add(following)
        following = deputies[following]
    return None if following in seen else following


def rights_of(kind: str, roles: Iterable[str]) -> frozenset[P]:
    """Everything these roles may do in an organisation of this kind."""
    return frozenset().union(*(GRANTS.get((OrganisationKind(kind), Role(role)), frozenset()) for role in roles))


def may_stand_in(absent: Iterable[Membership], deputy: Iterable[Membership], *, kind: str) -> bool:
    """Whether the deputy (by all roles in the same organisation) holds the rights over work, and reaches the offices,
    of whom they stand in for.
    """
    theirs, mine = list(absent), list(deputy)
    wanted = rights_of(kind, (m.role for m in theirs)) & WORKING
    offices = {m.office_id for m in mine}
    reaches = None in offices or {m.office_id for m in theirs} <= offices
    return bool(mine) and reaches and wanted <= rights_of(kind, (m.role for m in mine))


def deputies_of(person_ids: Collection[str], organisation_id: str, on: date) -> dict[str, Away]:
    """Those of these people who are away from the organisation on this day, with who stands in. Two statements at
    most, one when nobody is away.
    """
    if not person_ids:
        return {}
    wanted = set(person_ids)
    return {key: away for key, away in away_from(organisation_id, on).items() if key in wanted}


def away_words_for(person_id: str | None, organisation_id: str, on: date) -> str:
    """What stands behind the name of somebody who is away on this day; empty when they are there."""
    away = deputies_of([person_id], organisation_id, on).get(person_id) if person_id else None
    return away.words if away is not None else ""


def covered_by(person_id: str | None, organisation_id: str | None, on: date) -> list[Away]:
    """Whom this person stands in for on this day, by name."""
    if person_id is None or organisation_id is None:
        return []
    found = away_from(organisation_id, on).values()
    return sorted((a for a in found if a.deputy and a.deputy.person_id == person_id), key=lambda a: a.name)


def away_from(organisation_id: str, on: date) -> dict[str, Away]:
    """Everybody who is away from an organisation on this day, by person."""
    rows = db.session.execute(_absences_on(organisation_id, on)).scalars().all()
    if not rows:
        return {}
    named = {row.membership.person_id: row.deputy.person_id if row.deputy else None for row in rows}
    people = set(named) | {deputy for deputy in named.values() if deputy}
    there = _memberships(organisation_id, people, on)
    kind = rows[0].membership.organisation.kind
    deputies = {
        person: deputy if deputy and may_stand_in(there.get(person, ()), there.get(deputy, ()), kind=kind) else None
        for person, deputy in named.items()
    }
    return {
        row.membership.person_id: Away(
            row.membership.person_id,
            row.membership.person.name,
            row.ends_on,
            _colleague(there, first_present(row.membership.person_id, deputies)),
            on,
        )
        for row in rows
    }


def _colleague(there: Mapping[str, list[Membership]], person_id: str | None) -> Colleague | None:
    if person_id is None or not there.get(person_id):
        return None
    person = there[person_id][0].person
    return Colleague(person.id, person.name, person.email, person.language)


def _absences_on(organisation_id: str, on: date) -> Select[Absence]:
    return (
        select(Absence)
        .join(Absence.membership)
        .where(
            Membership.organisation_id == organisation_id,
            Absence.withdrawn_at.is_(None),
            Absence.starts_on <= on,
            Absence.ends_on >= on,
        )
        .options(
            contains_eager(Absence.membership).joinedload(Membership.person),
            contains_eager(Absence.membership).joinedload(Membership.organisation),
            joinedload(Absence.deputy),
        )
        .order_by(Absence.starts_on, Absence.id)
    )


def _memberships(organisation_id: str, person_ids: Collection[str], on: date) -> dict[str, list[Membership]]:
    statement = (
        memberships_in_force(on)
        .where(Membership.organisation_id == organisation_id, Membership.person_id.in_(sorted(person_ids)))
        .options(contains_eager(Membership.person))
        .order_by(Membership.id)
    )
    found: dict[str, list[Membership]] = {}
    for membership in db.session.execute(statement).scalars():
        found.setdefault(membership.person_id, []).append(membership)
    return found


# --- what pages list ---------------------------------------------------------------------------------------


def absences_of(person_id: str, organisation_id: str, since: date) -> list[Absence]:
    """A person's absences from an organisation that end on `since` or later, soonest first."""
    statement = (
        select(Absence)
        .join(Absence.membership)
        .where(
            Membership.person_id == person_id,
            Membership.organisation_id == organisation_id,
            Absence.withdrawn_at.is_(None),
            Absence.ends_on >= since,
        )
        .options(contains_eager(Absence.membership), joinedload(Absence.deputy).joinedload(Membership.person))
        .order_by(Absence.starts_on, Absence.id)
    )
    return list(db.session.execute(statement).scalars())


def possible_deputies(person_id: str, organisation_id: str, on: date) -> list[Membership]:
    """A membership of each colleague who could stand in, by name."""
    statement = (
        memberships_in_force(on)
        .where(Membership.organisation_id == organisation_id)
        .options(contains_eager(Membership.person), joinedload(Membership.organisation))
        .order_by(Person.name, Person.id, Membership.id)
    )
    by_person: dict[str, list[Membership]] = {}
    for membership in db.session.execute(statement).scalars():
        by_person.setdefault(membership.person_id, []).append(membership)
    absent = by_person.pop(person_id, [])
    if not absent:
        return []
    kind = absent[0].organisation.kind
    return [held[0] for held in by_person.values() if may_stand_in(absent, held, kind=kind)]
