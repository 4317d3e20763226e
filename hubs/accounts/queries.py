"""What may be read of organisations, people and sign-ins, always through what the actor may see."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from hubs.accounts.actor import Actor, actor_of_client
from hubs.accounts.models import AccountAttempt, ApiClient, Membership, Office, Organisation, Person, SignIn
from hubs.accounts.permissions import BEYOND_OWN, GRANTS, P
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import NotFound
from hubs.core.tokens import hash_token
from hubs.core.types import folded
from hubs.extensions import db


def in_force(on: date | None = None, row: Any = Membership) -> ColumnElement[bool]:
    """Memberships that count on a day, today unless told: accepted, not ended, the planned last day not over."""
    day = on or local_day(utcnow())
    return and_(
        row.ended_at.is_(None), row.invited_as.is_(None), or_(row.ends_on.is_(None), row.ends_on >= day)
    )  # fmt: skip


def memberships_in_force(on: date | None = None) -> Select[Membership]:
    """Memberships that count, of people who may still sign in."""
    return select(Membership).join(Membership.person).where(in_force(on), Person.is_active)


def memberships_of_secret(secret: str, now: datetime) -> Select[SignIn, Membership, str]:
    """(sign-in, membership, organisation acted for) for every membership in force of whoever holds `secret`."""
    acting = aliased(Membership)
    return (
        select(SignIn, Membership, acting.organisation_id)
        .join(SignIn.person)
        .join(acting, acting.id == SignIn.membership_id)
        .join(Membership, Membership.person_id == SignIn.person_id)
        .join(Membership.organisation)
        .where(
            SignIn.secret_hash == hash_token(secret),
            SignIn.ended_at.is_(None),
            SignIn.expires_at > now,
            Person.is_active,
            in_force(local_day(now)),
        )
        .options(contains_eager(SignIn.person), contains_eager(Membership.organisation))
        .order_by(Membership.id)
    )


def actor_of_token(raw_token: str, now: datetime) -> Actor | None:
    """The actor of an API token; None when it is unknown, revoked or expired."""
    statement = (
        select(ApiClient)
        .options(joinedload(ApiClient.organisation))
        .where(ApiClient.token_hash == hash_token(raw_token), ApiClient.revoked_at.is_(None))
        .where(or_(ApiClient.person_id.is_(None), _still_there(now)))
    )
    client = db.session.execute(statement).scalar_one_or_none()
    if client is None or (client.expires_at is not None and client.expires_at <= now):
        return None
    return actor_of_client(client)


def _still_there(now: datetime) -> ColumnElement[bool]:
    """Whether the person behind a personal token still has its role; a token outlives nobody's place."""
    return (
        memberships_in_force(local_day(now))
        .where(
            Membership.person_id == ApiClient.person_id,
            Membership.organisation_id == ApiClient.organisation_id,
            Membership.role == ApiClient.role,
        )
        .correlate(ApiClient)
        .exists()
    )


# ── organisations and people one may manage


def _reaches_all(actor: Actor) -> bool:
    return P.PEOPLE_MANAGE in actor.permissions and bool(actor.roles & BEYOND_OWN[P.PEOPLE_MANAGE])


def organisations_visible_to(actor: Actor) -> Select[Organisation]:
    """Organisations whose people the actor may keep."""
    statement = select(Organisation)
    if _reaches_all(actor):
        return statement
    if not actor.can(P.PEOPLE_MANAGE):
        return statement.where(false())
    return statement.where(Organisation.id == actor.organisation_id)


def memberships_visible_to(actor: Actor) -> Select[Membership]:
    """Memberships, invited ones too, whose people the actor may keep (of its one office, for a membership of one
    office); ended ones not."""
    statement = select(Membership).where(Membership.ended_at.is_(None))
    if _reaches_all(actor):
        return statement
    if not actor.can(P.PEOPLE_MANAGE):
        return statement.where(false())
    statement = statement.where(Membership.organisation_id == actor.organisation_id)
    return statement.where(Membership.office_id == actor.office_id) if actor.office_id else statement


def organisations_named(actor: Actor, words: str) -> Select[Organisation]:
    """Organisations whose people the actor may keep, of which the name holds every one of `words`."""
    statement = organisations_visible_to(actor)
    for word in folded(words).split():
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        statement = statement.where(Organisation.name_folded.like(f"%{escaped}%", escape="\\"))
    return statement


def people_of(actor: Actor, organisation_id: str) -> Select[Membership]:
    """The memberships of one organisation with person and office, ready for a list."""
    return (
        memberships_visible_to(actor)
        .where(Membership.organisation_id == organisation_id)
        .join(Membership.person)
        .options(contains_eager(Membership.person), joinedload(Membership.office))
    )


def get_visible_organisation(actor: Actor, organisation_id: str, *, lock: bool = False) -> Organisation:
    """An organisation whose people the actor may keep. Raises NotFound."""
    statement = organisations_visible_to(actor).where(Organisation.id == organisation_id)
    found = db.session.execute(_held(statement) if lock else statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def _held(statement: Select[Any]) -> Select[Any]:
    """Held against others who change it; rows that merely point at it (a question, its handler) do not wait for it."""
    return statement.with_for_update(key_share=True)


def get_visible_membership(actor: Actor, membership_id: str, *, lock: bool = False) -> Membership:
    """A membership the actor may keep; `lock` holds its organisation, so that leaders cannot leave at once.

    Raises NotFound.
    """
    visible = memberships_visible_to(actor)
    if lock:
        holder = select(Membership.organisation_id).where(Membership.id == membership_id).scalar_subquery()
        db.session.execute(_held(select(Organisation.id).where(Organisation.id == holder)))
    statement = (
        visible.where(Membership.id == membership_id)
        .options(joinedload(Membership.person), joinedload(Membership.organisation), joinedload(Membership.office))
        .execution_options(populate_existing=True)
    )
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def membership_of(person_id: str, organisation_id: str, role: str) -> Membership | None:
    """The one row for a person, an organisation and a role, whatever its state."""
    statement = select(Membership).where(
        Membership.person_id == person_id, Membership.organisation_id == organisation_id, Membership.role == role
    )
    return db.session.execute(statement).scalar_one_or_none()


def open_memberships_of(person_id: str, organisation_id: str) -> list[Membership]:
    """Roles of a person in an organisation that have not ended, invited ones too."""
    statement = select(Membership).where(
        Membership.person_id == person_id,
        Membership.organisation_id == organisation_id,
        Membership.ended_at.is_(None),
    )
    return list(db.session.execute(statement).scalars())


def lock_memberships(person_id: str, organisation_id: str) -> None:
    """Hold a person's roles in an organisation: nobody gives them work, or ends them, until this is over."""
    held = select(Membership.id).where(Membership.person_id == person_id, Membership.organisation_id == organisation_id)
    db.session.execute(_held(held.order_by(Membership.id)))


def offices_of(organisation_id: str) -> list[Office]:
    statement = (
        select(Office)
        .where(Office.organisation_id == organisation_id, Office.closed_on.is_(None))
        .order_by(Office.position, Office.id)
    )
    return list(db.session.execute(statement).scalars())


def leader_roles(organisation: Organisation) -> frozenset[str]:
    """Roles that keep the people of this kind of organisation."""
    return frozenset(
        str(role)
        for (kind, role), granted in GRANTS.items()
        if kind == organisation.kind and P.PEOPLE_MANAGE in granted
    )


def count_other_leaders(membership: Membership) -> int:
    """How many people besides this membership's person keep the people of its organisation, and are there to stay."""
    statement = (
        select(func.count(func.distinct(Membership.person_id)))
        .join(Membership.person)
        .where(
            Membership.organisation_id == membership.organisation_id,
            Membership.person_id != membership.person_id,
            Membership.role.in_(leader_roles(membership.organisation)),
            in_force(),
            Membership.ends_on.is_(None),
            Person.is_active,
        )
    )
    return db.session.execute(statement).scalar_one()


# ── one's own account


def person_by_email(email: str) -> Person | None:
    return db.session.execute(select(Person).where(Person.email_folded == folded(email))).scalar_one_or_none()


def get_person(person_id: str | None, *, lock: bool = False) -> Person:
    """A person by id. Raises NotFound."""
    statement = select(Person).where(Person.id == person_id)
    if lock:
        statement = _held(statement).execution_options(populate_existing=True)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def own_memberships(person_id: str | None) -> list[Membership]:
    """A person's own memberships in force, the organisation and office with them."""
    statement = (
        memberships_in_force()
        .where(Membership.person_id == person_id)
        .options(contains_eager(Membership.person), joinedload(Membership.organisation), joinedload(Membership.office))
        .order_by(Membership.id)
    )
    return list(db.session.execute(statement).scalars())


def get_own_membership(actor: Actor) -> Membership:
    """One of the actor's own memberships in the organisation acted for. Raises NotFound (an API client has none)."""
    mine = (each for each in own_memberships(actor.person_id) if each.organisation_id == actor.organisation_id)
    found = next(mine, None)
    if found is None:
        raise NotFound()
    return found


def own_sign_ins(person_id: str | None, now: datetime) -> Select[SignIn]:
    """A person's own sign-ins that are still open."""
    return select(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.expires_at > now)


def get_own_sign_in(person_id: str | None, sign_in_id: str, now: datetime) -> SignIn:
    """One of a person's own open sign-ins. Raises NotFound."""
    statement = own_sign_ins(person_id, now).where(SignIn.id == sign_in_id).with_for_update()
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def last_acted_for(person_id: str) -> str | None:
    """The organisation for which a person last acted."""
    statement = (
        select(Membership.organisation_id)
        .join(SignIn, SignIn.membership_id == Membership.id)
        .where(SignIn.person_id == person_id)
        .order_by(SignIn.created_at.desc(), SignIn.id.desc())
        .limit(1)
    )
    return db.session.execute(statement).scalar_one_or_none()


def timezone_of(actor: Actor) -> str:
    """The time zone in which the actor reads moments: of the own office, else of the organisation's first."""
    statement = select(Office.timezone).where(Office.organisation_id == actor.organisation_id)
    if actor.office_id:
        statement = statement.where(Office.id == actor.office_id)
    found = db.session.execute(statement.order_by(Office.position, Office.id).limit(1)).scalar_one_or_none()
    return found or "Europe/Amsterdam"


def attempts_since(account_key: str, purpose: str, now: datetime, period: timedelta) -> tuple[int, datetime | None]:
    """How often an account was tried in the last `period`, and when last."""
    statement = select(func.count(AccountAttempt.id), func.max(AccountAttempt.at)).where(
        AccountAttempt.account_key == account_key, AccountAttempt.purpose == purpose, AccountAttempt.at > now - period
    )
    count, last = db.session.execute(statement).one()
    return count, last
