"""Reading the directory. The register and the list of posts are public; one's own profile goes through `visible_to`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from hubs.accounts.actor import Actor
from hubs.accounts.models import Office, Organisation, OrganisationKind, Person
from hubs.core.errors import NotFound
from hubs.core.events import Event, EventPersonal
from hubs.core.types import folded
from hubs.extensions import db
from hubs.reference.models import Holiday, Provider, Service

from ..freshness import ANSWERS_TO_TELL
from ..lifecycle import ENDING_WITH_TERM, HubStatus
from ..models import (
    Closure,
    HubAnswerRecord,
    HubMarket,
    HubProfile,
    OfficeHoliday,
    PartnerProfile,
    PostCoverage,
    PostProfile,
    ServiceOffer,
)

# what the register shows until somebody chooses otherwise
SHOWN_STATUSES = (HubStatus.ACCREDITED, HubStatus.CONDITIONAL, HubStatus.IN_DEVELOPMENT, HubStatus.SUSPENDED)
GONE_STATUSES = (HubStatus.WITHDRAWN, HubStatus.EXPIRED)
REFERRED_SERVICES = (Provider.PRIVATE, Provider.EITHER)  # what routing gives to hubs
HUB_SERVICES = (Provider.PRIVATE, Provider.EITHER, Provider.PARTNER)  # public services are never a hub's
MOST_WORDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFilters:
    """What somebody looks for in the register; empty means: no limit."""

    q: str = ""
    market: str | None = None
    service: str | None = None
    languages: tuple[str, ...] = ()
    statuses: tuple[str, ...] = field(default=tuple(SHOWN_STATUSES))


def standing_column(on: date) -> ColumnElement[str]:
    """`HubProfile.status_on` as a column: the standing on a day from now on, whether or not a scheduler ran."""
    is_over = and_(HubProfile.state.in_(sorted(ENDING_WITH_TERM)), HubProfile.standing_ends_on < on)
    has_next = and_(HubProfile.next_state.is_not(None), HubProfile.next_from_on <= on)
    expired = HubStatus.EXPIRED.value
    return case(
        (and_(has_next, HubProfile.next_ends_on < on), expired),
        (has_next, HubProfile.next_state),
        (is_over, expired),
        else_=HubProfile.state,
    )


def hubs_in_register(filters: RegisterFilters, on: date) -> Select[Any]:
    """Hubs that meet the filters on this day: profile with its organisation, answer record, sort keys and their number.

    Rows carry `HubProfile`, `HubAnswerRecord`, `name_folded`, `id`, `speed` (minutes it usually takes to answer; None
    with too few answers), `total` (all pages together) and `markets_served` (codes with commas: every country that
    has a hub in the register).
    """
    conditions = _conditions(filters, on)
    counted = select(HubProfile.id).join(Organisation, Organisation.id == HubProfile.id).where(*conditions)
    total = select(func.count()).select_from(counted.subquery()).scalar_subquery()
    return (
        select(
            HubProfile,
            HubAnswerRecord,
            Organisation.name_folded,
            Organisation.id,
            SPEED,
            total.label("total"),
            _markets_served().label("markets_served"),
        )
        .join(HubProfile.organisation)
        .outerjoin(HubAnswerRecord, HubAnswerRecord.hub_id == HubProfile.id)
        .options(contains_eager(HubProfile.organisation))
        .where(*conditions)
    )


REGISTER_ORDER = ((Organisation.name_folded, "asc"), (Organisation.id, "asc"))
# a hub with too few answers to tell stands behind those that have enough
SPEED = case((HubAnswerRecord.answers >= ANSWERS_TO_TELL, HubAnswerRecord.usual_minutes), else_=None).label("speed")
SPEED_ORDER = ((SPEED, "asc"), *REGISTER_ORDER)


def _markets_served() -> ScalarSelect[str]:
    listed = (
        select(HubMarket.market)
        .join(Organisation, Organisation.id == HubMarket.hub_id)
        .where(Organisation.retired_on.is_(None))
        .distinct()
        .subquery()
    )
    return select(func.aggregate_strings(listed.c.market, ",")).scalar_subquery()


def markets_served() -> list[str]:
    """The countries that a hub in the register works for."""
    found = db.session.execute(select(_markets_served())).scalar_one_or_none()
    return sorted((found or "").split(",")) if found else []


def markets_covered() -> list[str]:
    """The countries that a post covers."""
    statement = (
        select(PostCoverage.market)
        .join(Organisation, Organisation.id == PostCoverage.post_id)
        .where(PostCoverage.retired_on.is_(None), Organisation.retired_on.is_(None))
        .distinct()
        .order_by(PostCoverage.market)
    )
    return list(db.session.execute(statement).scalars())


def _conditions(filters: RegisterFilters, on: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Organisation.retired_on.is_(None), standing_column(on).in_(filters.statuses)]
    if filters.market:
        serves = select(HubMarket.hub_id).where(HubMarket.market == filters.market)
        found.append(HubProfile.id.in_(serves))
    if filters.service:
        found.append(HubProfile.id.in_(_offering(ServiceOffer.service == filters.service)))
    if filters.languages:
        text = cast(HubProfile.languages, String)
        found.append(or_(*(text.contains(f'"{code}"', autoescape=True) for code in filters.languages)))
    found += [_matches_word(word) for word in folded(filters.q).split()[:MOST_WORDS]]
    return found


def _offering(condition: ColumnElement[bool]) -> Select[str]:
    return select(ServiceOffer.organisation_id).where(ServiceOffer.is_published.is_(True), condition)


def _matches_word(word: str) -> ColumnElement[bool]:
    """A word of the search: in the name, in the city of an office that is open, or in a service offered."""
    services = select(Service.code).where(
        or_(
            Service.name_nl_folded.contains(word, autoescape=True),
            Service.name_en_folded.contains(word, autoescape=True),
        )
    )
    in_city = select(Office.organisation_id).where(
        Office.closed_on.is_(None), Office.city_folded.contains(word, autoescape=True)
    )
    return or_(
        Organisation.name_folded.contains(word, autoescape=True),
        HubProfile.id.in_(in_city),
        HubProfile.id.in_(_offering(ServiceOffer.service.in_(services))),
    )


@dataclass(slots=True)
class OfficeDays:
    """An office with its present and coming closures."""

    office: Office
    closures: list[Closure] = field(default_factory=list)


def offices_with_closures(organisation_ids: Collection[str], today: date) -> dict[str, list[OfficeDays]]:
    """The open offices of each organisation, main office first, in one statement."""
    statement = (
        select(Office, Closure)
        .outerjoin(Closure, and_(Closure.office_id == Office.id, Closure.ends_on >= today))
        .where(Office.organisation_id.in_(organisation_ids), or_(Office.closed_on.is_(None), Office.closed_on > today))
        .order_by(Office.organisation_id, Office.position, Office.id, Closure.starts_on)
    )
    found: dict[str, list[OfficeDays]] = {}
    for office, closure in db.session.execute(statement):
        listed = found.setdefault(office.organisation_id, [])
        if not listed or listed[-1].office is not office:
            listed.append(OfficeDays(office))
        if closure is not None:
            listed[-1].closures.append(closure)
    return found


def services_and_offers(
    organisation_ids: Collection[str], locale: str, *, drafts: bool = False
) -> tuple[list[Service], dict[str, list[ServiceOffer]]]:
    """The services a hub may give, by name, and what these organisations offer of them, in one statement."""
    name = Service.name_nl_folded if locale.startswith("nl") else Service.name_en_folded
    offers = [ServiceOffer.service == Service.code, ServiceOffer.organisation_id.in_(organisation_ids)]
    if not drafts:
        offers.append(ServiceOffer.is_published.is_(True))
    statement = select(Service, ServiceOffer).outerjoin(ServiceOffer, and_(*offers)).order_by(name, Service.code)
    services: list[Service] = []
    listed: dict[str, list[ServiceOffer]] = {}
    for service, offer in db.session.execute(statement):
        if offer is not None:
            listed.setdefault(offer.organisation_id, []).append(offer)
        if service.retired_on is None and service.default_provider in HUB_SERVICES and service not in services[-1:]:
            services.append(service)
    return services, listed


def services_for_hubs(locale: str) -> list[Service]:
    """The services that a post may hand to a hub, by name."""
    name = Service.name_nl_folded if locale.startswith("nl") else Service.name_en_folded
    statement = (
        select(Service)
        .where(Service.default_provider.in_(REFERRED_SERVICES), Service.retired_on.is_(None))
        .order_by(name, Service.code)
    )
    return list(db.session.execute(statement).scalars())


def answer_speed(hub_ids: Iterable[str]) -> dict[str, HubAnswerRecord]:
    """How fast these hubs answered lately; a hub that was not counted yet is absent."""
    statement = select(HubAnswerRecord).where(HubAnswerRecord.hub_id.in_(list(hub_ids)))
    return {record.hub_id: record for record in db.session.execute(statement).scalars()}


def get_hub_by_code(code: str) -> HubProfile:
    """The public profile of a hub. Raises NotFound."""
    statement = (
        select(HubProfile)
        .join(HubProfile.organisation)
        .options(contains_eager(HubProfile.organisation))
        .where(Organisation.code == code, Organisation.retired_on.is_(None))
    )
    return _found(db.session.execute(statement).scalar_one_or_none())


def get_hub_for_decision(code: str, *, lock: bool = False) -> HubProfile:
    """A hub whose standing is looked at or set. Raises NotFound."""
    statement = select(HubProfile).join(HubProfile.organisation).where(Organisation.code == code)
    if lock:
        statement = statement.with_for_update(of=HubProfile)
    return _found(db.session.execute(statement.options(joinedload(HubProfile.organisation))).scalar_one_or_none())


def posts_in_directory(q: str = "", market: str | None = None) -> Select[Any]:
    """Posts by name, closed ones too; rows carry `PostProfile`, `name_folded`, `id` and `total`."""
    conditions: list[ColumnElement[bool]] = [Organisation.retired_on.is_(None)]
    if market:
        covers = select(PostCoverage.post_id).where(PostCoverage.market == market, PostCoverage.retired_on.is_(None))
        conditions.append(PostProfile.id.in_(covers))
    for word in folded(q).split()[:MOST_WORDS]:
        in_city = select(Office.organisation_id).where(Office.city_folded.contains(word, autoescape=True))
        named = Organisation.name_folded.contains(word, autoescape=True)
        conditions.append(or_(named, PostProfile.id.in_(in_city)))
    counted = select(PostProfile.id).join(Organisation, Organisation.id == PostProfile.id).where(*conditions)
    total = select(func.count()).select_from(counted.subquery()).scalar_subquery()
    return (
        select(PostProfile, Organisation.name_folded, Organisation.id, total.label("total"))
        .join(PostProfile.organisation)
        .options(contains_eager(PostProfile.organisation))
        .where(*conditions)
    )


def coverage_of(post_ids: Collection[str]) -> dict[str, list[str]]:
    """The markets each post covers, its host country first."""
    statement = (
        select(PostCoverage.post_id, PostCoverage.market, PostCoverage.coverage_kind)
        .where(PostCoverage.post_id.in_(post_ids), PostCoverage.retired_on.is_(None))
        .order_by(PostCoverage.post_id, PostCoverage.coverage_kind, PostCoverage.market)
    )
    found: dict[str, list[str]] = {}
    for post_id, market, _kind in db.session.execute(statement):
        listed = found.setdefault(post_id, [])
        if market not in listed:
            listed.append(market)
    return found


def get_post_by_code(code: str) -> PostProfile:
    """A post. Raises NotFound."""
    statement = (
        select(PostProfile)
        .join(PostProfile.organisation)
        .options(contains_eager(PostProfile.organisation), selectinload(PostProfile.supervising_post))
        .where(Organisation.code == code, Organisation.retired_on.is_(None))
    )
    return _found(db.session.execute(statement).scalar_one_or_none())


def hubs_for_market(market: str, on: date) -> Select[Any]:
    """Hubs of the register with a standing that serve a market, by name."""
    return hubs_in_register(RegisterFilters(market=market), on).order_by(Organisation.name_folded, Organisation.id)


def holidays_ahead(market: str | None, first: date, last: date) -> list[Holiday]:
    """The public holidays on which offices of a market are shut, both days included."""
    if not market:
        return []
    statement = (
        select(Holiday)
        .where(
            Holiday.market == market,
            Holiday.on.between(first, last),
            Holiday.closes_offices.is_(True),
            Holiday.retired_on.is_(None),
        )
        .order_by(Holiday.on)
    )
    return list(db.session.execute(statement).scalars())


# one's own organisation


def organisations_visible_to(actor: Actor) -> Select[Organisation]:
    return select(Organisation).where(Organisation.id == actor.organisation_id)


def get_own_organisation(actor: Actor) -> Organisation:
    return _found(db.session.execute(organisations_visible_to(actor)).scalar_one_or_none())


def get_own_profile(actor: Actor, *, lock: bool = False) -> HubProfile | PostProfile | PartnerProfile | None:
    """The profile of the actor's organisation; None for the ministry and the steering team."""
    models: dict[str | None, Any] = {
        OrganisationKind.HUB: HubProfile,
        OrganisationKind.POST: PostProfile,
        OrganisationKind.PARTNER: PartnerProfile,
    }
    model = models.get(actor.organisation_kind)
    if model is None:
        return None
    statement = select(model).where(model.id == actor.organisation_id)
    return db.session.execute(_maybe_locked(statement, model, lock)).scalar_one_or_none()


def offices_visible_to(actor: Actor) -> Select[Office]:
    """The offices of the actor's organisation; one of them only when that is where the actor works."""
    statement = select(Office).where(Office.organisation_id == actor.organisation_id)
    return statement.where(Office.id == actor.office_id) if actor.office_id else statement


def get_own_office(actor: Actor, office_id: str, *, lock: bool = False) -> Office:
    statement = offices_visible_to(actor).where(Office.id == office_id, Office.closed_on.is_(None))
    return _found(db.session.execute(_maybe_locked(statement, Office, lock)).scalar_one_or_none())


def offers_visible_to(actor: Actor) -> Select[ServiceOffer]:
    """Published or not: one's own."""
    return select(ServiceOffer).where(ServiceOffer.organisation_id == actor.organisation_id)


def get_own_offer(actor: Actor, offer_id: str, *, lock: bool = False) -> ServiceOffer:
    statement = offers_visible_to(actor).where(ServiceOffer.id == offer_id)
    return _found(db.session.execute(_maybe_locked(statement, ServiceOffer, lock)).scalar_one_or_none())


def closures_visible_to(actor: Actor) -> Select[Closure]:
    own = offices_visible_to(actor).with_only_columns(Office.id)
    return select(Closure).where(Closure.office_id.in_(own))


def get_own_closure(actor: Actor, office_id: str, closure_id: str) -> Closure:
    statement = closures_visible_to(actor).where(Closure.id == closure_id, Closure.office_id == office_id)
    return _found(db.session.execute(statement).scalar_one_or_none())


def departures_of(office_id: str, first: date) -> dict[date, OfficeHoliday]:
    """Where one office departs from its market's holidays, from this day on."""
    statement = select(OfficeHoliday).where(OfficeHoliday.office_id == office_id, OfficeHoliday.on >= first)
    return {row.on: row for row in db.session.execute(statement).scalars()}


# the ministry


def standing_history(hub: HubProfile) -> list[Row[Any]]:
    """How the standing came about, newest first: event, name of who did it, reason (None when erased)."""
    statement = (
        select(Event, Person.name, EventPersonal.value)
        .outerjoin(Person, Person.id == Event.actor_id)
        .outerjoin(EventPersonal, and_(EventPersonal.event_id == Event.id, EventPersonal.field == "reason"))
        .where(
            Event.subject_type == HubProfile.__tablename__,
            Event.subject_id == hub.id,
            Event.kind.startswith("hub_status.", autoescape=True),
        )
        .order_by(Event.id.desc())
    )
    return list(db.session.execute(statement))


def _maybe_locked(statement: Select[Any], model: Any, lock: bool) -> Select[Any]:
    return statement.with_for_update(of=model) if lock else statement


def _found(thing: Any) -> Any:
    if thing is None:
        raise NotFound()
    return thing
