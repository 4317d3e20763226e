"""The people and API clients of the demonstration world. All share one documented password; none of them exists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from hubs.accounts.models import (
    ApiClient,
    Membership,
    Organisation,
    OrganisationKind,
    Person,
    Role,
)
from hubs.accounts.passwords import hash_password
from hubs.core.tokens import hash_token
from hubs.core.types import folded
from hubs.demo.rows import rows_of
from hubs.directory.models import HubProfile, PostCoverage
from hubs.extensions import db

PASSWORD = "demonstratie-wereld-hubs"  # noqa: S105  printed for everybody; refused in production
MAIL_DOMAIN = "example.nl"
OFFICE_SCOPES = (
    "directory:read",
    "agreements:read",
    "companies:read",
    "companies:write",
    "support-requests:read",
    "support-requests:write",
    "referrals:read",
    "referrals:write",
    "missions:read",
    "missions:write",
)
LEADER_SCOPES = (*OFFICE_SCOPES, "directory:write", "agreements:write")
HUB_SCOPES = (
    *LEADER_SCOPES, "guideline:read", "proposals:read", "proposals:write", "decisions:read", "decisions:write",
    "accreditations:read", "accreditations:write",
)  # fmt: skip
POST_SCOPES = (*LEADER_SCOPES, "guideline:read", "proposals:read", "proposals:write", "accreditations:read")
MINISTRY_SCOPES = (
    "directory:read", "guideline:read", "guideline:write", "proposals:read", "proposals:write", "assessments:read",
    "assessments:write", "decisions:read", "decisions:write", "accreditations:read", "accreditations:write",
    "files:export", "events:read", "hub-status:write",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Client:
    """A system of an organisation that may use the API, with its documented token."""

    name: str
    kind: OrganisationKind
    organisation: str
    role: Role
    scopes: tuple[str, ...]
    person: str = ""  # a personal token: who stands behind it, as in `people.csv`

    @property
    def token(self) -> str:
        return f"demo-token-{self.person or self.organisation}-not-a-secret"


K = OrganisationKind
CLIENTS = (
    Client("CRM Bogotá", K.POST, "ambassade-bogota", Role.OFFICER, OFFICE_SCOPES),
    Client("CRM Holland House Colombia", K.HUB, "hh-colombia", Role.MANAGER, LEADER_SCOPES),
    Client("CRM Hanoi", K.POST, "ambassade-hanoi", Role.HEAD, LEADER_SCOPES),
    Client("CRM Ho Chi Minh City", K.POST, "consulaat-generaal-ho-chi-minh-stad", Role.OFFICER, OFFICE_SCOPES),
    Client("CRM DBAV", K.HUB, "dbav", Role.MANAGER, LEADER_SCOPES),
    Client("CRM NVCC", K.HUB, "nvcc", Role.STAFF, OFFICE_SCOPES),
    Client("CRM Nairobi", K.POST, "ambassade-nairobi", Role.OFFICER, OFFICE_SCOPES),
    Client("CRM Business Hub Kenya", K.HUB, "nlbh-ke", Role.MANAGER, LEADER_SCOPES),
    Client("CRM RVO", K.PARTNER, "rvo", Role.STAFF, OFFICE_SCOPES),
    # personal tokens: what assesses, advises and decides must have somebody behind it
    Client("Anouk Toetsma", K.MINISTRY, "bz", Role.ASSESSOR, MINISTRY_SCOPES, "anouk.toetsma"),
    Client("Wim Toetsveld", K.MINISTRY, "bz", Role.ASSESSOR, MINISTRY_SCOPES, "wim.toetsveld"),
    Client("Bram Besluitman", K.MINISTRY, "bz", Role.DECISION_MAKER, MINISTRY_SCOPES, "bram.besluitman"),
    Client("Carla Besluitveld", K.MINISTRY, "bz", Role.DECISION_MAKER, MINISTRY_SCOPES, "carla.besluitveld"),
    Client("Eva Beheersma", K.MINISTRY, "bz", Role.ADMINISTRATOR, MINISTRY_SCOPES, "eva.beheersma"),
    Client("Tim Toezichtman", K.MINISTRY, "bz", Role.AUDITOR, MINISTRY_SCOPES, "tim.toezichtman"),
    Client("Cato Proeftuin", K.POST, "ambassade-santiago-de-chile", Role.HEAD, POST_SCOPES, "cato.proeftuin"),
    Client("Diego Imaginary", K.HUB, "hh-chile", Role.MANAGER, HUB_SCOPES, "diego.imaginary"),
    Client("Aylin Quasi", K.HUB, "ccnt", Role.MANAGER, HUB_SCOPES, "aylin.quasi"),
    Client("Hanna Proefveld", K.POST, "ambassade-bogota", Role.HEAD, POST_SCOPES, "hanna.proefveld"),
    Client("Pilar Verzonnen", K.HUB, "hh-colombia", Role.MANAGER, HUB_SCOPES, "pilar.verzonnen"),
)


def address(local: str) -> str:
    return f"{local}@{MAIL_DOMAIN}"


def organisations_by_code(kind: str) -> dict[str, Organisation]:
    """The organisations of one kind by their key in the reference data."""
    statement = select(Organisation).where(Organisation.kind == kind)
    return {row.code: row for row in db.session.execute(statement).scalars()}


def make_people(now: datetime) -> None:
    """Everybody of `people.csv`, signed in by the one password."""
    password_hash = hash_password(PASSWORD)
    known: dict[str, dict[str, Organisation]] = {kind: organisations_by_code(kind) for kind in OrganisationKind}
    for row in rows_of("people"):
        email = address(row["email"])
        person = Person(
            name=row["name"],
            email=email,
            email_folded=folded(email),
            password_hash=password_hash,
            language=row["language"],
            is_demo=True,
            created_at=now,
        )
        organisation = known[row["kind"]][row["organisation"]]
        person.memberships = [Membership(organisation_id=organisation.id, role=row["role"])]
        db.session.add(person)
    db.session.flush()


def make_clients(now: datetime) -> None:
    """The API clients, each with its documented token."""
    known: dict[str, dict[str, Organisation]] = {kind: organisations_by_code(kind) for kind in OrganisationKind}
    people = dict(db.session.execute(select(Person.email, Person.id).where(Person.is_demo.is_(True))).all())
    for client in CLIENTS:
        db.session.add(
            ApiClient(
                organisation_id=known[client.kind][client.organisation].id,
                person_id=people[address(client.person)] if client.person else None,
                name=client.name,
                token_hash=hash_token(client.token),
                role=client.role,
                scopes=sorted(client.scopes),
                is_demo=True,
                created_at=now,
            )
        )
    db.session.flush()


def is_loaded() -> bool:
    """Whether the demonstration world stands in this database."""
    statement = select(Person.id).where(Person.is_demo.is_(True)).limit(1)
    return db.session.execute(statement).first() is not None


def accounts() -> list[dict[str, Any]]:
    """Who can sign in, in the order of `people.csv`, as `demo accounts --json` prints it."""
    statement = (
        select(Person.email, Membership.role, Organisation)
        .join(Membership, Membership.person_id == Person.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Person.is_demo.is_(True), Person.is_active.is_(True), Membership.ended_at.is_(None))
    )
    found = {email: (role, organisation) for email, role, organisation in db.session.execute(statement)}
    markets = markets_by_organisation()
    listed = [
        (address(row["email"]), *found[address(row["email"])])
        for row in rows_of("people")
        if address(row["email"]) in found
    ]
    return [
        {
            "email": email,
            "password": PASSWORD,
            "role": role,
            "organisation": organisation.name_en,
            "organisation_kind": organisation.kind,
            "organisation_code": organisation.code,
            "organisation_id": organisation.id,
            "markets": markets.get(organisation.id, []),
        }
        for email, role, organisation in listed
    ]


def markets_by_organisation() -> dict[str, list[str]]:
    """The markets that posts cover and hubs serve."""
    found: dict[str, set[str]] = {}
    for post_id, market in db.session.execute(
        select(PostCoverage.post_id, PostCoverage.market).where(PostCoverage.retired_on.is_(None))
    ):
        found.setdefault(post_id, set()).add(market)
    for hub_id, markets in db.session.execute(select(HubProfile.id, HubProfile.markets)):
        found.setdefault(hub_id, set()).update(markets or ())
    return {organisation_id: sorted(codes) for organisation_id, codes in found.items()}


def tokens() -> list[dict[str, Any]]:
    """The API clients with their tokens, as `demo tokens --json` prints them."""
    statement = (
        select(ApiClient, Organisation)
        .join(Organisation, Organisation.id == ApiClient.organisation_id)
        .where(ApiClient.is_demo.is_(True), ApiClient.revoked_at.is_(None))
    )
    found = {client.token_hash: (client, organisation) for client, organisation in db.session.execute(statement)}
    markets = markets_by_organisation()
    listed = [(client, *found[hash_token(client.token)]) for client in CLIENTS if hash_token(client.token) in found]
    return [
        {
            "client": client.name,
            "token": client.token,
            "scopes": sorted(row.scopes),
            "organisation": organisation.name_en,
            "organisation_kind": organisation.kind,
            "organisation_code": organisation.code,
            "organisation_id": organisation.id,
            "markets": markets.get(organisation.id, []),
        }
        for client, row, organisation in listed
    ]
