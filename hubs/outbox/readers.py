"""Who reads a mail: the handler or who stands in, an office's inbox, who leads an organisation, the entrepreneur."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hubs.accounts.absences import deputies_of
from hubs.accounts.models import Membership, Office, Organisation, OrganisationKind, Person, Role
from hubs.accounts.queries import in_force
from hubs.core.clock import local_day, utcnow
from hubs.directory.models import HubProfile
from hubs.extensions import db
from hubs.referrals.models import SupportRequest

NETHERLANDS = "Europe/Amsterdam"


@dataclass(frozen=True, slots=True)
class Reader:
    """An address, its language, whose eyes it is for, and the zone its moments are told in."""

    address: str
    language: str
    organisation_id: str | None = None
    timezone: str = NETHERLANDS


# --- readers -----------------------------------------------------------------------------------------------


def language_of(organisation: Organisation) -> str:
    if organisation.kind != "hub":
        return "nl"
    profile = db.session.get(HubProfile, organisation.id)
    return "nl" if profile is not None and "nl" in (profile.languages or []) else "en"


def desk_readers(office: Office, handler: Person | None = None) -> list[Reader]:
    """The handler while they still work there, and who stands in while they are away; else, and for somebody away
    without a deputy, the office's inbox, else those who lead the organisation.
    """
    if handler is None or not handler.is_active or not _works_at(handler.id, office.organisation_id):
        return inbox_readers(office)
    own = Reader(handler.email, handler.language, office.organisation_id, office.timezone)
    away = deputies_of([handler.id], office.organisation_id, local_day(utcnow())).get(handler.id)
    if away is None:
        return [own]
    if away.deputy is None:
        return [own, *inbox_readers(office)]
    return [own, Reader(away.deputy.email, away.deputy.language, office.organisation_id, office.timezone)]


def inbox_readers(office: Office) -> list[Reader]:
    """The office's inbox, else those who lead the organisation."""
    language = language_of(office.organisation)
    if office.email:
        return [Reader(office.email, language, office.organisation_id, office.timezone)]
    return [
        Reader(person.email, person.language, office.organisation_id, office.timezone)
        for person in _leaders(office.organisation_id)
    ]


def _works_at(person_id: str, organisation_id: str) -> bool:
    statement = select(Membership.id).where(
        Membership.person_id == person_id,
        Membership.organisation_id == organisation_id,
        in_force(),
    )
    return db.session.execute(statement.limit(1)).first() is not None


def leading_readers(office: Office) -> list[Reader]:
    """Heads and managers of an office's organisation; where there are none, as at the ministry, its inbox."""
    return [
        Reader(person.email, person.language, office.organisation_id, office.timezone)
        for person in _leaders(office.organisation_id, or_all=False)
    ] or inbox_readers(office)


def _leaders(organisation_id: str, *, or_all: bool = True) -> list[Person]:
    """Heads and managers, and (`or_all`) where there are none everybody who works there."""
    statement = (
        select(Membership)
        .join(Membership.person)
        .where(
            Membership.organisation_id == organisation_id,
            in_force(),
            Person.is_active.is_(True),
        )
        .options(joinedload(Membership.person))
        .order_by(Person.email_folded)
    )
    members = db.session.execute(statement).scalars().all()
    leaders = [m.person for m in members if m.role in (Role.HEAD, Role.MANAGER)]
    return list({person.id: person for person in leaders or [m.person for m in members if or_all]}.values())


def organisation_readers(organisation_id: str) -> list[Reader]:
    return [Reader(p.email, p.language, organisation_id) for p in _leaders(organisation_id)]


def entrepreneur_of(support_request: SupportRequest) -> list[Reader]:
    contact = support_request.contact_person
    if contact is None or not contact.email:
        return []
    return [Reader(contact.email, support_request.language if support_request.language == "nl" else "en")]


def readers_of(who: str) -> list[Reader]:
    """A person by id, or who leads an organisation."""
    kind, _colon, identifier = who.partition(":")
    return organisation_readers(identifier) if kind == "organisation" else _with_deputy(who)


def _with_deputy(person_id: str) -> list[Reader]:
    """Somebody of the ministry, and who stands in while they are away."""
    ministry = select(Organisation.id).where(Organisation.kind == OrganisationKind.MINISTRY)
    found = db.session.execute(ministry.limit(1)).scalar_one_or_none()
    away = deputies_of([person_id], found, local_day(utcnow())).get(person_id) if found else None
    deputy = person_readers(away.deputy.person_id) if away is not None and away.deputy is not None else []
    return [*person_readers(person_id), *deputy]


def person_readers(person_id: str | None) -> list[Reader]:
    person = db.session.get(Person, person_id) if person_id else None
    return [Reader(person.email, person.language)] if person is not None and person.is_active else []
