"""A body of the API as what is asked at intake; and a change put over what a question says now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.models import Office
from hubs.accounts.queries import offices_of
from hubs.companies.consenting import RecipientsKind
from hubs.companies.operations import CompanyData, ConsentData, ContactData
from hubs.core.errors import RuleViolation
from hubs.referrals.intake import IntakeData
from hubs.referrals.models import SupportRequest

HOME = "NL"
CLOCKS_DIFFER = timedelta(minutes=5)  # between a client's system and ours


def office_for(actor: Actor, office_id: str | None) -> Office:
    """The office that gets the question: the one named, else the main one. Raises RuleViolation."""
    offices = offices_of(actor.organisation_id or "")
    found = next((office for office in offices if office_id in (None, office.id)), None)
    if found is None:
        raise RuleViolation("unknown_office", _l("Choose an office of your own organisation."), "office")
    return found


def intake_of(values: Mapping[str, Any], *, now: datetime) -> IntakeData:
    """A new question. Raises RuleViolation for a consent of a moment to come."""
    return IntakeData(
        text=values["text"],
        channel=values["channel"],
        company=_company(values["company"]),
        contact=_contact(values["contact_person"], values.get("language") or "nl"),
        consent=consent_of(values["consent"], now) if values.get("consent") else None,
        **_question(values),
    )


def intake_of_change(support_request: SupportRequest, values: Mapping[str, Any]) -> IntakeData:
    """What a question says now, with what was sent put over it."""
    names = (
        "market", "city", "sector", "services", "company_size", "target_groups", "facts", "language", "urgency",
        "private_notes", "do_not_tell",
    )  # fmt: skip
    present = {name: getattr(support_request, name) for name in names}
    facts = {**(support_request.facts or {}), **(values.get("facts") or {})} if values.get("facts") else None
    if "facts" in values and values["facts"] is None:
        facts = {}
    merged = {**present, **values, "facts": facts if facts is not None else support_request.facts}
    contact = values.get("contact_person")
    return IntakeData(
        text=values.get("text", support_request.text),
        channel=support_request.channel,
        company=CompanyData(region=values["region"]) if "region" in values else None,
        contact=_contact(contact, merged["language"]) if contact else None,
        **_question(merged),
    )


def _question(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "markets": (values["market"],) if values.get("market") else (),
        "city": values.get("city"),
        "sector": values.get("sector"),
        "services": tuple(values.get("services") or ()),
        "company_size": values.get("company_size"),
        "target_groups": tuple(values.get("target_groups") or ()),
        "facts": dict(values.get("facts") or {}),
        "language": values.get("language") or "nl",
        "urgency": values.get("urgency") or "normal",
        "private_notes": values.get("private_notes"),
        "do_not_tell": tuple(values.get("do_not_tell") or ()),
    }


def _company(values: Mapping[str, Any]) -> CompanyData:
    is_home = values["country"] == HOME
    number = values.get("kvk_number") if is_home else values.get("registration_number") or values.get("kvk_number")
    return CompanyData(
        name=values["name"],
        registration_number=number,
        country=values["country"],
        city=values.get("city"),
        region=values.get("region"),
    )


def _contact(values: Mapping[str, Any], language: str) -> ContactData:
    return ContactData(name=values["name"], email=values.get("email"), phone=values.get("phone"), language=language)


def consent_of(values: Mapping[str, Any], now: datetime) -> ConsentData:
    """What the entrepreneur agreed to. Raises RuleViolation for a moment to come."""
    given_at = values.get("given_at")
    if given_at is not None and given_at > now + CLOCKS_DIFFER:
        raise RuleViolation("in_future", _l("This moment has not come yet."), "consent_given_at")
    recipients = values["recipients"]
    is_class = isinstance(recipients, str)
    return ConsentData(
        recipients=str(RecipientsKind.MARKET if is_class else RecipientsKind.ORGANISATIONS),
        recipient_ids=() if is_class else tuple(recipients),
        text_version=values.get("text_version"),
        given_at=given_at,
        channel=values.get("channel"),
    )
