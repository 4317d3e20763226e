"""Who takes part: a company with a contact person in the organising desk's own scope, and what they want to know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.companies.operations import (
    CompanyData,
    ContactData,
    company_problems,
    contact_problems,
    know_company,
    know_contact_person,
)
from hubs.core.errors import NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.types import new_id
from hubs.extensions import db
from hubs.missions.lifecycle import MissionState
from hubs.missions.models import Mission, Participant
from hubs.reference.models import Service

QUESTION_LENGTH = 8000
MOST_SERVICES = 10
MOST_PARTICIPANTS = 500
OPEN = (MissionState.DRAFT, MissionState.ANNOUNCED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantData:
    """A participant as somebody typed them. `consent`: given on the form they signed up with, or ask by mail."""

    company: str
    kvk_number: str | None = None
    contact: str = ""
    email: str | None = None
    phone: str | None = None
    services: tuple[str, ...] = ()
    question: str | None = None
    language: str = "nl"
    consent: str = "ask"

    def company_data(self) -> CompanyData:
        return CompanyData(name=self.company, registration_number=self.kvk_number or None)

    def contact_data(self) -> ContactData:
        return ContactData(
            name=self.contact, email=self.email or None, phone=self.phone or None, language=self.language
        )


_FIELDS = {
    "company_name": "company", "company_kvk_number": "kvk_number", "contact_person_name": "contact",
    "contact_person_email": "email", "contact_person_phone": "phone",
}  # fmt: skip


def participant_problems(data: ParticipantData, known_services: set[str]) -> list[Problem]:
    """Everything that keeps a participant from being written down, by the fields of a row."""
    return list(_problems(data, known_services))


def _problems(data: ParticipantData, known_services: set[str]) -> Iterator[Problem]:
    for problem in (*company_problems(data.company_data()), *contact_problems(data.contact_data())):
        yield Problem(problem.code, problem.message, _FIELDS.get(problem.field or "", problem.field))
    limits = (("company", data.company, 200), ("contact", data.contact, 120), ("question", data.question or "", 8000))
    for name, value, most in limits:
        if len(value) > most:
            yield Problem("too_long", _l("Use at most %(number)s characters.", number=most), name)
    if not (data.email or data.phone):
        yield Problem("unreachable", _l("Fill in an e-mail address or a phone number."), "email")
    if set(data.services) - known_services:
        yield Problem("unknown_code", _l("Choose from the list."), "services")
    if len(data.services) > MOST_SERVICES:
        yield Problem("too_many", _l("Choose at most %(number)s.", number=MOST_SERVICES), "services")
    if data.language not in ("nl", "en"):
        yield Problem("unknown_code", _l("Choose from the list."), "language")
    if data.consent not in ("ask", "given"):
        yield Problem("unknown_code", _l("Choose from the list."), "consent")


def known_services() -> set[str]:
    """Services that can be asked for."""
    return set(db.session.execute(select(Service.code).where(Service.retired_on.is_(None))).scalars())


def check_open(mission: Mission, actor: Actor) -> None:
    """Raises NotPermitted, WrongState."""
    if not actor.can(P.MISSION_EDIT, mission):
        raise NotPermitted()
    if mission.state not in OPEN:
        raise WrongState(_l("This mission is over. Open it again before you change it."))


def add_participant(
    mission: Mission, data: ParticipantData, *, actor: Actor, now: datetime
) -> tuple[Participant, bool]:
    """Write one down; who takes part already is left as they are. The participant, and whether they are new.

    Raises NotPermitted, WrongState, RuleViolation.
    """
    check_open(mission, actor)
    problems = participant_problems(data, known_services())
    if problems:
        raise RuleViolation(problems=problems)
    return store_participant(mission, data, actor=actor, now=now)


def store_participant(
    mission: Mission, data: ParticipantData, *, actor: Actor, now: datetime
) -> tuple[Participant, bool]:
    """As `add_participant`, for what was checked before."""
    kept = know_company(mission.organisation_id, data.company_data(), actor=actor, now=now)
    same = select(Participant).where(Participant.mission_id == mission.id, Participant.company_id == kept.company_id)
    found = db.session.execute(same).scalar_one_or_none()
    if found is not None:
        return found, False
    counted = select(func.count()).where(Participant.mission_id == mission.id)
    if db.session.execute(counted).scalar_one() >= MOST_PARTICIPANTS:
        message = _l("A mission has at most %(number)s participants.", number=MOST_PARTICIPANTS)
        raise RuleViolation("too_many", message, "company")
    person = know_contact_person(mission.organisation_id, kept.company, data.contact_data(), now=now)
    participant = Participant(
        id=new_id(), mission_id=mission.id, company_id=kept.company_id, contact_person_id=person.id,
        company_name=kept.name, services=list(dict.fromkeys(data.services)),
        question=(data.question or "").strip() or None, language=data.language, consent=data.consent,
        created_at=now, created_by=actor.id,
    )  # fmt: skip
    db.session.add(participant)
    db.session.flush()
    details = {"participant_id": participant.id}
    record(db.session, "mission.participant_added", mission, actor=actor, now=now, data=details, outbox=False)
    return participant, True


def edit_participant(
    participant: Participant,
    *,
    services: tuple[str, ...],
    question: str | None,
    consent: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Change what they want to know, until a question is made of it. Raises NotPermitted, WrongState, RuleViolation."""
    mission = participant.mission
    check_open(mission, actor)
    if participant.support_request_id is not None:
        raise WrongState(_l("A question was made of it. Change the question instead."))
    if set(services) - known_services() or len(services) > MOST_SERVICES:
        raise RuleViolation("unknown_code", _l("Choose from the list."), "services")
    if question and len(question) > QUESTION_LENGTH:
        message = _l("Use at most %(number)s characters.", number=QUESTION_LENGTH)
        raise RuleViolation("too_long", message, "question")
    if consent not in ("ask", "given"):
        raise RuleViolation("unknown_code", _l("Choose from the list."), "consent")
    participant.services, participant.question = list(services), (question or "").strip() or None
    participant.consent = consent
    details = {"participant_id": participant.id}
    record(db.session, "mission.participant_edited", mission, actor=actor, now=now, data=details, outbox=False)


def remove_participant(participant: Participant, *, actor: Actor, now: datetime) -> None:
    """Take somebody off, as long as nothing came of it. Raises NotPermitted, WrongState."""
    mission = participant.mission
    check_open(mission, actor)
    if participant.support_request_id is not None or participant.follow_ups:
        raise WrongState(_l("A question or a step belongs to this participant, so they stay on the list."))
    details = {"participant_id": participant.id}
    record(db.session, "mission.participant_removed", mission, actor=actor, now=now, data=details, outbox=False)
    db.session.delete(participant)
    db.session.flush()
