"""Questions for many participants: each its own, once however often it is asked for, with the consent they gave or
a mail that asks for it."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.companies.consenting import ASKED_BY_MAIL
from hubs.companies.operations import CompanyData, ConsentData, ContactData
from hubs.core.errors import Problem, RuleViolation
from hubs.core.events import record
from hubs.extensions import db
from hubs.missions.models import Participant
from hubs.missions.operations.participants import check_open
from hubs.referrals.intake import IntakeData, create_requests
from hubs.referrals.models import SupportRequest

CHANNEL = "mission"


def ready_problems(participant: Participant) -> list[Problem]:
    """What keeps a question from being made of a participant."""
    found = []
    person = participant.contact_person
    if not participant.question:
        found.append(Problem("no_question", _l("No question is written down.")))
    if participant.consent == "ask" and not (person and person.email):
        found.append(Problem("no_email", _l("Consent is asked by mail, and there is no e-mail address.")))
    return found


def ask_for(participant: Participant, market: str, *, actor: Actor, now: datetime) -> SupportRequest:
    """Make the question of one participant; what was made before is returned as it is.

    Raises NotPermitted, WrongState, BadInput, RuleViolation.
    """
    mission = participant.mission
    check_open(mission, actor)
    if participant.support_request is not None:
        return participant.support_request
    problems = ready_problems(participant)
    if market not in mission.market_codes:
        problems.append(Problem("unknown_code", _l("Choose from the list."), "market"))
    if problems:
        raise RuleViolation(problems=problems)
    created = create_requests(
        actor=actor,
        now=now,
        office=mission.office,
        data=_intake(participant, market),
        submission_key=f"mission-{participant.id}",
    )
    participant.support_request = created[0]
    db.session.flush()
    details = {"participant_id": participant.id, "consent": participant.consent}
    record(
        db.session, "mission.question_made", mission, actor=actor, now=now, data=details, related=created[0],
        outbox=False,
    )  # fmt: skip
    return created[0]


def _intake(participant: Participant, market: str) -> IntakeData:
    person, mission = participant.contact_person, participant.mission
    channel = CHANNEL if participant.consent == "given" else ASKED_BY_MAIL
    return IntakeData(
        text=participant.question or "",
        channel=CHANNEL,
        markets=(market,),
        sector=mission.sectors[0] if len(mission.sectors) == 1 else None,
        services=tuple(participant.services),
        language=participant.language,
        company=CompanyData(company_id=participant.company_id),
        contact=ContactData(
            name=person.name if person else "",
            email=person.email if person else None,
            phone=person.phone if person else None,
            language=participant.language,
        ),
        consent=ConsentData(recipients="market", channel=channel),
        is_demo=mission.is_demo,
    )
