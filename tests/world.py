"""A small fictional world: people for every persona around one market (CO), and strangers in another (VN)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from hubs.accounts.models import ApiClient, Membership, Office, Organisation, OrganisationKind, Person
from hubs.agreements.models import Agreement, AgreementPost
from hubs.core.stamps import ROUTING, bump
from hubs.core.tokens import hash_token
from hubs.core.types import folded, new_id
from hubs.directory.models import HubMarket, HubProfile, PartnerProfile, PostCoverage, PostProfile, ServiceOffer
from hubs.extensions import db

PASSWORD = "a long fictional password"
NOW = datetime.now(UTC).replace(microsecond=0)
OFFICE_HOURS = {str(day): [["00:00", "23:59"]] for day in range(7)}  # always open, so that tests do not depend on today
SERVICES = ["commercial_referral", "networking", "partner_search", "office_space", "setup_advice", "market_information"]


@dataclass(frozen=True)
class PersonCard:
    id: str
    email: str
    name: str
    organisation_id: str
    role: str


@dataclass
class World:
    """Ids and codes by a short name: organisations `post`, `hub_a`, `hub_b`, `far_post`, `far_hub`, `partner`, ..."""

    organisations: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    offices: dict[str, str] = field(default_factory=dict)
    people: dict[str, PersonCard] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    agreements: dict[str, str] = field(default_factory=dict)


def migrate() -> None:
    """The tables, by the migrations, as in production."""
    from flask_migrate import upgrade

    upgrade(directory=current_app.config["MIGRATIONS_DIR"])


def load_reference() -> None:
    """Everything `reference load` loads."""
    from hubs.reference.cli import load_everything

    load_everything(now=NOW)


def build() -> World:
    """Make the world in the running session; the caller commits."""
    made = World()
    _organisations(made)
    _people(made)
    _agreements(made)
    _clients(made)
    bump(db.session(), ROUTING)
    db.session.flush()
    return made


def _organisations(made: World) -> None:
    """Real posts take part as they are; hubs and the rest of the cast are made up."""
    _take(made, "ministry", OrganisationKind.MINISTRY, "bz")
    _take(made, "steering_team", OrganisationKind.STEERING_TEAM, "regieteam")
    _take(made, "post", OrganisationKind.POST, "ambassade-bogota")
    _take(made, "far_post", OrganisationKind.POST, "ambassade-hanoi")
    _take(made, "partner", OrganisationKind.PARTNER, "rvo")
    _hub(made, "hub_a", "casa-voorbeeld", "Casa Voorbeeld", "CO", "Bogotá", "accredited", ["nl", "es", "en"])
    _hub(made, "hub_b", "hub-andes", "Hub Andes", "CO", "Medellín", "accredited", ["es", "en"])
    _hub(made, "hub_dev", "kamer-fictief-cali", "Kamer Fictief Cali", "CO", "Cali", "in_development", ["nl", "es"])
    _hub(made, "hub_new", "kamer-nieuw-pereira", "Kamer Nieuw Pereira", "CO", "Pereira", "registered", ["nl", "es"])
    _hub(made, "far_hub", "huis-verzonnen", "Huis Verzonnen", "VN", "Hanoi", "accredited", ["en", "vi"])


def _take(made: World, name: str, kind: str, code: str) -> None:
    statement = select(Organisation).where(Organisation.kind == kind, Organisation.code == code)
    organisation = db.session.execute(statement).scalar_one()
    made.organisations[name], made.codes[name] = organisation.id, code
    office = db.session.execute(
        select(Office).where(Office.organisation_id == organisation.id).order_by(Office.position).limit(1)
    ).scalar_one_or_none()
    if office is not None:
        office.hours, office.email = OFFICE_HOURS, f"{name.replace('_', '-')}@example.nl"
        made.offices[name] = office.id


def _hub(
    made: World, name: str, code: str, title: str, market: str, city: str, state: str, languages: list[str]
) -> None:
    organisation = Organisation(
        id=new_id(),
        kind="hub",
        code=code,
        name_nl=title,
        name_en=title,
        name_folded=folded(title),
        market=market,
        is_demo=True,
    )
    zone = "America/Bogota" if market == "CO" else "Asia/Ho_Chi_Minh"
    office = Office(
        id=new_id(), organisation_id=organisation.id, city=city, market=market, timezone=zone,
        hours=OFFICE_HOURS, email=f"{code}@example.nl", weekly_capacity=8,
    )  # fmt: skip
    profile = HubProfile(
        id=organisation.id, state=state, status_since=NOW - timedelta(days=200), languages=languages, markets=[market],
        summary_nl="Verzonnen hub voor tests.", summary_en="Fictional hub for tests.",
        confirmed_at=NOW - timedelta(days=10),
    )  # fmt: skip
    db.session.add(organisation)
    db.session.flush()
    db.session.add_all([office, profile])
    db.session.flush()
    db.session.add(HubMarket(hub_id=organisation.id, market=market))
    for service in SERVICES:
        db.session.add(
            ServiceOffer(
                organisation_id=organisation.id, service=service, price_cents=9500, price_unit="hour", is_published=True
            )
        )
    made.organisations[name], made.codes[name], made.offices[name] = organisation.id, code, office.id


# persona -> (organisation, role, name)
CAST: dict[str, tuple[str, str, str]] = {
    "officer": ("post", "officer", "Noor Proefstra"),
    "officer_2": ("post", "officer", "Daan Proefman"),
    "head": ("post", "head", "Hanna Proefveld"),
    "manager": ("hub_a", "manager", "Pilar Verzonnen"),
    "staff": ("hub_a", "staff", "Mateo Verzonnen"),
    "other_manager": ("hub_b", "manager", "Lucía Fictief"),
    "dev_manager": ("hub_dev", "manager", "Camila Fictief"),
    "new_manager": ("hub_new", "manager", "Andrés Fictief"),
    "new_staff": ("hub_new", "staff", "Valeria Fictief"),
    "far_officer": ("far_post", "officer", "Joris Elders"),
    "far_head": ("far_post", "head", "Femke Elders"),
    "far_manager": ("far_hub", "manager", "Linh Verzonnen"),
    "partner_staff": ("partner", "staff", "Ruben Partner"),
    "partner_manager": ("partner", "manager", "Sanne Partner"),
    "central_officer": ("ministry", "officer", "Bas Loket"),
    "assessor": ("ministry", "assessor", "Anouk Toets"),
    "assessor_2": ("ministry", "assessor", "Wim Toetsveld"),
    "assessor_3": ("ministry", "assessor", "Roos Toetsema"),
    "decision_maker": ("ministry", "decision_maker", "Bram Besluit"),
    "decision_maker_2": ("ministry", "decision_maker", "Carla Besluit"),
    "administrator": ("ministry", "administrator", "Eva Beheer"),
    "auditor": ("ministry", "auditor", "Tim Toezicht"),
    "member": ("steering_team", "member", "Iris Regie"),
}


def _people(made: World) -> None:
    from hubs.accounts.passwords import hash_password

    hashed = hash_password(PASSWORD)
    for persona, (organisation, role, name) in CAST.items():
        email = f"{persona.replace('_', '.')}@example.nl"
        person = Person(
            id=new_id(), name=name, email=email, email_folded=email, password_hash=hashed, language="en", created_at=NOW
        )
        db.session.add(person)
        db.session.flush()
        organisation_id = made.organisations[organisation]
        db.session.add(Membership(person_id=person.id, organisation_id=organisation_id, role=role))
        made.people[persona] = PersonCard(person.id, email, name, organisation_id, role)


def _agreements(made: World) -> None:
    for hub, post in (("hub_a", "post"), ("hub_b", "post"), ("hub_dev", "post"), ("far_hub", "far_post")):
        made.agreements[hub] = agreement(made, hub, post).id


def agreement(made: World, hub: str, post: str, **terms: Any) -> Agreement:
    """A signed agreement in force between two of the cast."""
    identifier = new_id()
    values: dict[str, Any] = {
        "directions": ["post_to_hub", "hub_to_post", "hub_to_hub"],
        "services": SERVICES,
        "starts_on": date.today() - timedelta(days=100),
        "ends_on": date.today() + timedelta(days=400),
        "state": "in_force",
    }
    signed = NOW - timedelta(days=100)
    row = Agreement(
        id=identifier, lineage_id=identifier, hub_id=made.organisations[hub], drafted_by_id=made.organisations[post],
        created_at=signed, offered_at=signed, hub_signed_at=signed, hub_signed_by="test",
        is_demo=True, **{**values, **terms},
    )  # fmt: skip
    row.posts = [AgreementPost(post_id=made.organisations[post], signed_at=signed, signed_by="test")]
    db.session.add(row)
    db.session.flush()
    return row


# tokens behind which one person stands: what assesses, advises and decides by API
PERSONAL_TOKENS = (
    "assessor", "assessor_2", "assessor_3", "decision_maker", "decision_maker_2", "administrator", "auditor",
    "head", "manager", "new_manager", "other_manager", "far_manager",
)  # fmt: skip


def _clients(made: World) -> None:
    """API clients: one for each organisation of the cast, with every scope its role allows."""
    from hubs.accounts.permissions import SCOPES

    roles = {"post": "officer", "far_post": "officer", "hub_a": "manager", "hub_b": "manager", "far_hub": "manager"}
    for name, role in {**roles, "partner": "staff"}.items():
        token = f"test-token-{name}"
        db.session.add(
            ApiClient(
                organisation_id=made.organisations[name],
                name=f"CRM {name}",
                token_hash=hash_token(token),
                role=role,
                scopes=sorted(SCOPES),
                created_at=NOW,
            )  # fmt: skip
        )
        made.tokens[name] = token
    for persona in PERSONAL_TOKENS:
        card = made.people[persona]
        db.session.add(
            ApiClient(
                organisation_id=card.organisation_id,
                person_id=card.id,
                name=card.name,
                role=card.role,
                token_hash=hash_token(f"test-token-of-{persona}"),
                scopes=sorted(SCOPES),
                created_at=NOW,
            )  # fmt: skip
        )
        made.tokens[persona] = f"test-token-of-{persona}"


__all__ = ["CAST", "NOW", "PASSWORD", "PartnerProfile", "PostCoverage", "PostProfile", "World", "build"]
