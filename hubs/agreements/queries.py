"""Reading agreements: one's own organisation's, and a draft only by the side that drafts it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation, OrganisationKind, Person
from hubs.accounts.permissions import P
from hubs.core.errors import NotFound
from hubs.core.events import Event, EventPersonal
from hubs.directory.lifecycle import STANDING, HubStatus
from hubs.directory.models import HubMarket, HubProfile, PostCoverage, PostProfile
from hubs.directory.queries import standing_column
from hubs.extensions import db

from .lifecycle import AgreementState
from .models import Agreement, AgreementPost
from .standing import local_day

BOUND = (AgreementState.SIGNED, AgreementState.IN_FORCE, AgreementState.PAUSED)
GONE = (HubStatus.WITHDRAWN, HubStatus.EXPIRED)


def agreements_visible_to(actor: Actor) -> Select[Agreement]:
    """Agreements to which the actor's organisation is a party; a draft only when it drafts it."""
    if not actor.can(P.AGREEMENT_READ):
        return select(Agreement).where(false())
    own = actor.organisation_id
    side = exists().where(AgreementPost.agreement_id == Agreement.id, AgreementPost.post_id == own)
    shown = or_(Agreement.state != AgreementState.DRAFT, Agreement.drafted_by_id == own)
    return select(Agreement).where(or_(Agreement.hub_id == own, side), shown)


def with_parties(statement: Select[Any]) -> Select[Any]:
    """The same, with hub and posts loaded beside it."""
    return statement.options(joinedload(Agreement.hub), selectinload(Agreement.posts).joinedload(AgreementPost.post))


def get_visible_agreement(actor: Actor, agreement_id: str, *, lock: bool = False) -> Agreement:
    """One agreement. Raises NotFound for what is absent and for what is not the actor's to see."""
    statement = with_parties(agreements_visible_to(actor).where(Agreement.id == agreement_id))
    if lock:
        statement = statement.with_for_update(of=Agreement)
    agreement = db.session.execute(statement).unique().scalar_one_or_none()
    if agreement is None:
        raise NotFound()
    return agreement


def lineages_of(agreements: Iterable[Agreement]) -> dict[str, list[Agreement]]:
    """All versions of the lineages of these agreements, oldest first: what standing is derived from."""
    ids = {agreement.lineage_id for agreement in agreements}
    if not ids:
        return {}
    statement = (
        select(Agreement)
        .where(Agreement.lineage_id.in_(ids))
        .options(selectinload(Agreement.posts))
        .order_by(Agreement.lineage_id, Agreement.version_number)
    )
    found: dict[str, list[Agreement]] = {}
    for version in db.session.execute(statement).scalars():
        found.setdefault(version.lineage_id, []).append(version)
    return found


def hub_status_of(hub_id: str, on: date) -> str:
    """The standing of a hub on a day; registered when it has no profile yet."""
    statement = select(standing_column(on)).where(HubProfile.id == hub_id)
    return db.session.execute(statement).scalar_one_or_none() or HubStatus.REGISTERED


def hub_statuses(hub_ids: Collection[str], on: date) -> dict[str, str]:
    statement = select(HubProfile.id, standing_column(on)).where(HubProfile.id.in_(hub_ids))
    return {row.id: row[1] for row in db.session.execute(statement)}


def agreement_rows(actor: Actor, on: date) -> Select[Any]:
    """One's own agreements with the standing of the hub: rows carry `Agreement`, `hub_status` and `id`."""
    statement = with_parties(agreements_visible_to(actor))
    return statement.add_columns(standing_column(on).label("hub_status"), Agreement.id).outerjoin(
        HubProfile, HubProfile.id == Agreement.hub_id
    )


def due_ids(now: datetime) -> Select[str]:
    """Agreements whose stored state lags behind the clock, the standing of their hub or a later version."""
    today = local_day(now)
    stands = standing_column(today).in_(STANDING)
    started = Agreement.starts_on <= today
    due = or_(
        and_(Agreement.state.in_(BOUND), Agreement.ends_on < today),
        and_(Agreement.state == AgreementState.SIGNED, started, stands),
        and_(Agreement.state == AgreementState.IN_FORCE, ~stands),
        and_(Agreement.state == AgreementState.PAUSED, stands),
        and_(Agreement.state.in_(BOUND), _has_side_to_supersede(today)),
    )
    return select(Agreement.id).join(HubProfile, HubProfile.id == Agreement.hub_id).where(due).order_by(Agreement.id)


def _has_side_to_supersede(today: date) -> ColumnElement[bool]:
    """A post that still stands in this version and signed a later one that has started."""
    later, newer, older = aliased(Agreement), aliased(AgreementPost), aliased(AgreementPost)
    return exists().where(
        later.lineage_id == Agreement.lineage_id,
        later.version_number > Agreement.version_number,
        later.starts_on <= today,
        later.hub_signed_at.is_not(None),
        or_(later.state.in_(BOUND), later.end_reason.is_not(None)),
        newer.agreement_id == later.id,
        newer.signed_at.is_not(None),
        older.agreement_id == Agreement.id,
        older.post_id == newer.post_id,
        older.ended_at.is_(None),
    )


def agreement_history(agreement: Agreement) -> list[Row[Any]]:
    """What happened to this version, newest first: event, person, organisation, and the note when one was left."""
    statement = (
        select(Event, Person.name, Organisation, EventPersonal.value)
        .outerjoin(Person, Person.id == Event.actor_id)
        .outerjoin(Organisation, Organisation.id == Event.organisation_id)
        .outerjoin(EventPersonal, and_(EventPersonal.event_id == Event.id, EventPersonal.field == "note"))
        .where(Event.subject_type == Agreement.__tablename__, Event.subject_id == agreement.id)
        .order_by(Event.id.desc())
    )
    return list(db.session.execute(statement))


def names_of_people(ids: Collection[str | None]) -> dict[str, str]:
    """The names of those who signed; a client's signature has no name of a person."""
    statement = select(Person.id, Person.name).where(Person.id.in_([one for one in ids if one]))
    return {row.id: row.name for row in db.session.execute(statement)}


# who can be the other side


def hubs_to_agree_with(market_codes: Collection[str], on: date) -> Select[Organisation]:
    """Hubs by name; those that serve these markets when there are any given."""
    statement = (
        select(Organisation)
        .join(HubProfile, HubProfile.id == Organisation.id)
        .where(Organisation.retired_on.is_(None), standing_column(on).not_in(GONE))
        .order_by(Organisation.name_folded, Organisation.id)
    )
    if market_codes:
        serving = select(HubMarket.hub_id).where(HubMarket.market.in_(market_codes))
        statement = statement.where(Organisation.id.in_(serving))
    return statement


def posts_to_agree_with(market_codes: Collection[str], always: Collection[str]) -> Select[Organisation]:
    """Open posts that cover one of these markets, and those of `always`, by name."""
    covering = select(PostCoverage.post_id).where(
        PostCoverage.market.in_(market_codes), PostCoverage.retired_on.is_(None)
    )
    return (
        select(Organisation)
        .join(PostProfile, PostProfile.id == Organisation.id)
        .where(
            Organisation.kind == OrganisationKind.POST,
            Organisation.retired_on.is_(None),
            or_(and_(PostProfile.is_open.is_(True), Organisation.id.in_(covering)), Organisation.id.in_(always)),
        )
        .order_by(Organisation.name_folded, Organisation.id)
    )


def markets_of_post(post_id: str | None) -> list[str]:
    statement = select(PostCoverage.market).where(PostCoverage.post_id == post_id, PostCoverage.retired_on.is_(None))
    return sorted(set(db.session.execute(statement).scalars()))
