"""Which parts go to which place, and everything that speaks against it (domain.md, rules 1 and 7, Routing 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.models import Office, Organisation, OrganisationKind
from hubs.agreements.models import Agreement
from hubs.companies.consenting import consent_covers
from hubs.core.clock import local_day
from hubs.core.errors import Problem, WrongState
from hubs.directory.models import HubProfile
from hubs.extensions import db
from hubs.reference.labels import market_name
from hubs.reference.models import CodeListEntry
from hubs.referrals.models import RequestPart, SupportRequest
from hubs.referrals.operations.parts import open_parts
from hubs.referrals.routing import Destination, Receipt
from hubs.referrals.screening import Finding, screen_request

CLIENT_CHOICE = "client_choice"


@dataclass(slots=True)
class Sending:
    """One referral to be: a place and the parts that go there."""

    organisation: Organisation
    place: Destination
    parts: list[RequestPart] = field(default_factory=list)

    @property
    def is_departure(self) -> bool:
        """Whether this is another place than the first, or one in development: an officer's own choice."""
        return self.place.rank != 1 or self.place.own_choice

    @property
    def is_hub(self) -> bool:
        return self.organisation.kind == OrganisationKind.HUB

    @property
    def is_partner(self) -> bool:
        return self.organisation.kind == OrganisationKind.PARTNER


def lock_places(organisation_ids: Iterable[str]) -> None:
    """Nobody else may take a place in these offices or change these hubs' standing until this is done."""
    ids = sorted(set(organisation_ids))
    db.session.execute(
        select(HubProfile.id).where(HubProfile.id.in_(ids)).order_by(HubProfile.id).with_for_update(read=True)
    )
    db.session.execute(
        select(Agreement.id).where(Agreement.hub_id.in_(ids)).order_by(Agreement.id).with_for_update(read=True)
    )
    db.session.execute(select(Office.id).where(Office.organisation_id.in_(ids)).order_by(Office.id).with_for_update())


def plan(
    support_request: SupportRequest, receipt: Receipt, destinations: Iterable[Mapping[str, Any]]
) -> tuple[list[Sending], list[Problem]]:
    """What is to be sent where, by the receipt; and what is wrong with the choice itself.

    Raises WrongState when a part is already with somebody else, or the place became full meanwhile.
    """
    wanted = [(str(row.get("organisation") or ""), list(row.get("services") or ())) for row in destinations]
    if not wanted:
        return [], [Problem("destinations_required", _l("Choose a place."), "destinations")]
    known = {
        row.id: row
        for row in db.session.execute(
            select(Organisation).where(Organisation.id.in_([organisation_id for organisation_id, _ in wanted]))
        ).scalars()
    }
    sendings: list[Sending] = []
    problems: list[Problem] = []
    taken: set[str] = set()
    for organisation_id, services in wanted:
        organisation = known.get(organisation_id)
        places = [place for place in receipt.destinations if place.organisation_id == organisation_id]
        if organisation is None or not places:
            problems.append(_not_a_place(receipt, organisation_id, organisation))
            continue
        _refuse_own_desk(places, problems)
        found = list(_sendings(support_request, organisation, places, services, taken))
        if not found:
            _refuse_without_parts(support_request, services, problems)
        sendings += found
    return sendings, problems


def _sendings(
    support_request: SupportRequest,
    organisation: Organisation,
    places: list[Destination],
    services: list[str],
    taken: set[str],
) -> Iterator[Sending]:
    """The parts each of an organisation's places takes; those under one agreement and instrument go together."""
    made: dict[tuple[str | None, str | None, str | None], Sending] = {}
    for place in places:
        if place.at_owning_desk:
            continue
        wanted = [service for service in place.services if not services or service in services]
        parts = [part for part in open_parts(support_request, wanted) if wanted and part.id not in taken]
        if not parts:
            continue
        taken.update(part.id for part in parts)
        key = (place.office_id, place.agreement_id, place.instrument)
        sending = made.setdefault(key, Sending(organisation, place))
        sending.parts += parts
        if place.rank > sending.place.rank:
            sending.place = place
    yield from made.values()


def _refuse_own_desk(places: list[Destination], problems: list[Problem]) -> None:
    if all(place.at_owning_desk for place in places):
        problems.append(
            Problem("own_desk", _l("This part already lies at your own desk. Help yourself."), "destinations")
        )


def _refuse_without_parts(support_request: SupportRequest, services: list[str], problems: list[Problem]) -> None:
    away = [part for part in support_request.parts if not services or part.service in services]
    if away and not open_parts(support_request, services):
        raise WrongState(_l("This part of the question is already with somebody else."), code="already_referred")
    if not problems:
        problems.append(
            Problem("services_unknown", _l("This place does not take these parts of the question."), "destinations")
        )


def _not_a_place(receipt: Receipt, organisation_id: str, organisation: Organisation | None) -> Problem:
    row = next((row for row in receipt.excluded if row.organisation_id == organisation_id), None)
    if row is not None and {failure.rule for failure in row.failed} == {"capacity"}:
        raise WrongState(
            _l("This place has just become full for this week. Choose another one, or ask the entrepreneur to wait."),
            code="no_capacity",
            extra={"receipt": receipt},
        )
    if row is not None and organisation is not None:
        return Problem(
            "place_excluded",
            _l("%(name)s cannot take this question now.", name=name_of(organisation)),
            "destinations",
            {"rules": [failure.rule for failure in row.failed]},
        )
    return Problem("not_a_place", _l("This is not one of the places for this question."), "destinations")


def problems_of(
    support_request: SupportRequest, sendings: list[Sending], receipt: Receipt, data: Mapping[str, Any], now: datetime
) -> list[Problem]:
    """Every rule that speaks against sending this, all at once."""
    found: list[Problem] = []
    if any(sending.is_departure for sending in sendings):
        found += reason_problems(data)
    if receipt.sanctions_check and not data.get("sanctions_checked"):
        found.append(
            Problem(
                "sanctions_check",
                _l("Check this market against the sanctions first, and say that you did."),
                "sanctions_checked",
            )
        )
    if any(sending.is_hub for sending in sendings):
        found += text_problems(support_request)
    for sending in sendings:
        found += consent_problems(support_request, sending, now)
    return found


def reason_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Every departure from an advice asks for a coded reason (domain.md, rule 7)."""
    reason = data.get("reason")
    if not reason:
        yield Problem("reason_required", _l("Say why this place and not the first."), "reason")
    elif reason not in reasons_of("override_reason"):
        yield Problem("reason_unknown", _l("Choose a reason from the list."), "reason")
    elif reason == "other" and not (data.get("note") or "").strip():
        yield Problem("note_required", _l("Explain your reason."), "note")


def reasons_of(list_code: str) -> list[str]:
    """The open codes of a list, in its order."""
    statement = (
        select(CodeListEntry.code)
        .where(CodeListEntry.list_code == list_code, CodeListEntry.retired_on.is_(None))
        .order_by(CodeListEntry.position, CodeListEntry.code)
    )
    return list(db.session.execute(statement).scalars())


def findings_in(support_request: SupportRequest, text: str) -> list[Finding]:
    """What in a text tells who asks, given what the desk knows of them."""
    said = SimpleNamespace(
        text=text,
        contact_person=support_request.contact_person,
        company=support_request.company,
        company_name=support_request.company_name,
        market=support_request.market,
        city=support_request.city,
    )
    market = support_request.market
    return screen_request(said, [market_name(market, "nl"), market_name(market, "en")] if market else [])


def text_problems(support_request: SupportRequest, text: str | None = None, field_name: str = "text") -> list[Problem]:
    """What in the question, or in another text about it, must move to the private notes before a hub reads it."""
    text = support_request.text if text is None else text
    return [
        Problem(
            "identity_in_text",
            _l("Move “%(found)s” to the private notes: a hub may not see it before it accepts.", found=finding.value),
            field_name,
            {"kind": finding.code, "found": finding.value},
        )
        for finding in findings_in(support_request, text)
    ]


def name_of(organisation: Organisation) -> str:
    """Its name in the reader's language."""
    return organisation.name(str(get_locale() or "nl"))


def consent_problems(support_request: SupportRequest, sending: Sending, now: datetime) -> Iterator[Problem]:
    """No private hub and no partner without consent that names it or its class (rule 1); posts need none."""
    if not (sending.is_hub or sending.is_partner):
        return
    profile = db.session.get(HubProfile, sending.organisation.id) if sending.is_hub else None
    standing = profile.status_on(local_day(now)) if profile else None
    if not consent_covers(support_request.consent, sending.organisation.id, support_request.market, standing):
        yield Problem(
            "consent_required",
            _l(
                "Ask the entrepreneur first: there is no consent yet that covers %(name)s.",
                name=name_of(sending.organisation),
            ),
            "consent",
            {"organisation": sending.organisation.id},
        )
