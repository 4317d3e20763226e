"""Asks the questions of the demonstration world: written down by a desk, or by the public page and its mailed link."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select

from hubs.accounts.actor import ANONYMOUS, actor_of_entrepreneur
from hubs.accounts.models import Office, Organisation
from hubs.companies.operations import CompanyData, ConsentData, ContactData, confirm_consents
from hubs.core.types import _SPOKEN
from hubs.demo.actors import Actors
from hubs.demo.cast import address
from hubs.demo.questions import Question
from hubs.demo.rows import Row, listed, rows_of
from hubs.demo.steps import StoryError
from hubs.extensions import db
from hubs.referrals.intake import IntakeData, ask_requests, confirm_asked, create_requests
from hubs.referrals.models import SupportRequest

BY_PUBLIC_PAGE = "web"
TO_CONFIRM = timedelta(minutes=20)  # from asking to opening the mailed link
UNCONFIRMED_EACH = 5  # every fifth consent by telephone still waits for its mailed confirmation


def companies() -> dict[str, Row]:
    return {row["key"]: row for row in rows_of("companies")}


def reference_of(key: str) -> str:
    """A reference that is the same at every loading."""
    draw = Random(f"hubs-demo-reference-{key}")  # noqa: S311  repeatable, not secret
    body = "".join(draw.choice(_SPOKEN) for _ in range(6))
    return f"H-{body[:3]}-{body[3:]}"


def ask(question: Question, actors: Actors, turn: int, now: datetime) -> list[str]:
    """Store the question as drafts or send it; the ids of its requests, one for each market."""
    owner_id = actors.ids[question.desk]
    is_public = question.channel == BY_PUBLIC_PAGE and _is_public_desk(owner_id)
    data = _intake_data(question, actors, is_public=is_public)
    if is_public:
        stored = ask_requests(actor=ANONYMOUS, now=now, data=data, submission_key=f"demo-{question.key}")
        if stored[0].owner_id != owner_id:
            raise StoryError(f"{question.key}: this question belongs to {stored[0].owner.code}")
    else:
        actor = actors.at_desk(owner_id, turn)
        if actor is None:
            raise StoryError(f"{question.key}: nobody works at {question.desk}")
        stored = create_requests(actor=actor, now=now, office=_office(owner_id), data=data)
    for place, support_request in enumerate(stored):
        support_request.reference = reference_of(f"{question.key}-{place}")
    db.session.flush()
    return [support_request.id for support_request in stored]


def waits_for_link(request_id: str) -> bool:
    """Whether it came by the public page and was not sent yet."""
    support_request = db.session.get_one(SupportRequest, request_id)
    return support_request.state == "draft" and support_request.created_by is None


def send_by_link(request_id: str, now: datetime) -> None:
    """The entrepreneur opens the mailed link: the question, and those asked with it, are sent."""
    confirm_asked(db.session.get_one(SupportRequest, request_id), now=now)


def confirm_by_mail(request_id: str, now: datetime) -> None:
    """The entrepreneur confirms on the mailed link what was said by telephone."""
    support_request = db.session.get_one(SupportRequest, request_id)
    if support_request.consent is None:
        return
    actor = actor_of_entrepreneur(request_id, support_request.language)
    confirm_consents([support_request.consent], actor=actor, now=now)


def _is_public_desk(owner_id: str) -> bool:
    return db.session.get_one(Organisation, owner_id).kind in ("post", "ministry")


def _office(owner_id: str) -> Office:
    statement = select(Office).where(Office.organisation_id == owner_id).order_by(Office.position, Office.id).limit(1)
    return db.session.execute(statement).scalar_one()


def _intake_data(question: Question, actors: Actors, *, is_public: bool) -> IntakeData:
    row = companies()[question.company]
    return IntakeData(
        text=question.text,
        private_notes=question.notes or None,
        channel=question.channel,
        markets=question.markets,
        city=question.city or None,
        sector=question.sector or None,
        services=question.services,
        company_size=row["size"] or None,
        target_groups=tuple(listed(row["target_groups"])),
        facts=dict(question.facts),
        language=question.language,
        urgency=question.urgency,
        company=CompanyData(
            name=row["name"],
            registration_number=row["number"],
            country=row["country"],
            city=row["city"],
            region=row["region"] or None,
        ),
        contact=ContactData(
            name=row["contact"], email=address(row["email"]), phone=row["phone"], language=question.language
        ),
        consent=_consent(question, actors),
        submit=not question.is_draft and not is_public,
        is_demo=True,
    )


def _consent(question: Question, actors: Actors) -> ConsentData | None:
    if not question.consent:
        return None
    if question.consent == "market":
        return ConsentData(recipients="market")
    codes = listed(question.consent.removeprefix("org:"))
    return ConsentData(recipients="organisations", recipient_ids=tuple(_named(actors, code) for code in codes))


def _named(actors: Actors, code: str) -> str:
    if code in actors.ids:
        return actors.ids[code]
    statement = select(Organisation.id).where(Organisation.code == code).order_by(Organisation.kind)
    return db.session.execute(statement.limit(1)).scalar_one()
