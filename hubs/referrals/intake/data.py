"""A question as it comes in, from a page, the API or a file, and what may be wrong with it.

`markets` may be empty (nobody knows yet) or hold several: each becomes a question of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, literal, select, union_all

from hubs.accounts.models import Organisation, OrganisationKind
from hubs.companies.consenting import CONFIRMED_BY_MAIL, RecipientsKind
from hubs.companies.operations import CompanyData, ConsentData, ContactData, company_problems, contact_problems
from hubs.core.errors import BadInput, Problem, RuleViolation
from hubs.extensions import db
from hubs.reference.models import ROUTABLE_KINDS, CodeListEntry, Market, Sector, Service

TEXT_LENGTH = 8000
MOST_MARKETS = 5
MOST_SERVICES = 10
LANGUAGES = frozenset({"nl", "en"})
KNOWN_OR_NOT = ("yes", "no", "unknown")
LEGAL_FORMS = (
    "sole_trader",
    "private_limited",
    "public_limited",
    "vof",
    "cv",
    "maatschap",
    "cooperative",
    "foundation",
    "association",
    "other",
)
# what an instrument's terms turn on: key -> largest figure, None for a code
FACT_KEYS: Mapping[str, int | None] = {
    "legal_form": None,
    "contract_value_eur": 10**12,
    "amount_eur": 10**12,
    "privately_insurable": None,
    "export_share_percent": 100,
    "parties": 100_000,
    "credit_days": 36_500,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeData:
    """Everything that is asked at intake. `consent` empty: nobody but the desk may see who asks."""

    text: str
    channel: str = "telephone"
    markets: tuple[str, ...] = ()
    city: str | None = None
    sector: str | None = None
    services: tuple[str, ...] = ()
    company_size: str | None = None
    target_groups: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    language: str = "nl"
    urgency: str = "normal"
    private_notes: str | None = None
    company: CompanyData | None = None
    contact: ContactData | None = None
    consent: ConsentData | None = None
    do_not_tell: tuple[str, ...] = ()
    submit: bool = True
    is_demo: bool = False
    source: str | None = None  # the site or page that the public form was opened from


def check_intake(data: IntakeData) -> None:
    """Refuse what cannot be stored or sent: every problem at once.

    Raises BadInput when something is malformed or no known code, else RuleViolation when a rule says no.
    """
    malformed, refused = malformed_in(data), list(_rule_problems(data))
    if malformed:
        raise BadInput([*malformed, *refused])
    if refused:
        raise RuleViolation(problems=refused)


def malformed_in(data: IntakeData) -> list[Problem]:
    """What cannot be stored as it is: texts, codes, figures, numbers and addresses."""
    return [*_text_problems(data), *code_problems(data), *fact_problems(data.facts), *party_problems(data)]


def problems_in(data: IntakeData) -> list[Problem]:
    """Everything that is wrong, for a page that says it all at once."""
    return [*malformed_in(data), *_rule_problems(data)]


def _text_problems(data: IntakeData) -> Iterator[Problem]:
    if not data.text.strip():
        yield Problem("text_required", _l("Write down the question."), "text")
    for name, value in (("text", data.text), ("private_notes", data.private_notes or "")):
        if len(value) > TEXT_LENGTH:
            message = _l("Use at most %(number)s characters.", number=TEXT_LENGTH)
            yield Problem("too_long", message, name)
    if data.city and len(data.city) > 100:
        yield Problem("too_long", _l("Use at most %(number)s characters.", number=100), "city")
    if data.language not in LANGUAGES:
        yield Problem("unknown_code", _l("Choose from the list."), "language")


def code_problems(data: IntakeData) -> Iterator[Problem]:
    """Codes that no list knows, found in one statement."""
    asked: dict[str, tuple[str, ...]] = {
        "market": data.markets,
        "sector": (data.sector,) if data.sector else (),
        "services": data.services,
        "company_size": (data.company_size,) if data.company_size else (),
        "target_groups": data.target_groups,
        "urgency": (data.urgency,),
        "channel": (data.channel,),
    }
    lists = {"target_groups": "target_group"}
    known = _known_codes({code for codes in asked.values() for code in codes})
    for name, codes in asked.items():
        family = lists.get(name, "service" if name == "services" else name)
        if any((family, code) not in known for code in codes):
            yield Problem("unknown_code", _l("Choose from the list."), name)
    for name, codes, most in (("market", data.markets, MOST_MARKETS), ("services", data.services, MOST_SERVICES)):
        if len(codes) > most:
            yield Problem("too_many", _l("Choose at most %(number)s.", number=most), name)


def _known_codes(codes: Iterable[str]) -> set[tuple[str, str]]:
    wanted = sorted({code for code in codes if len(code) <= 64})
    statement = union_all(
        select(literal("market"), Market.iso2).where(Market.iso2.in_(wanted), Market.retired_on.is_(None)),
        select(literal("sector"), Sector.code).where(
            Sector.code.in_(wanted), Sector.kind.in_(ROUTABLE_KINDS), Sector.retired_on.is_(None)
        ),
        select(literal("service"), Service.code).where(Service.code.in_(wanted), Service.retired_on.is_(None)),
        select(CodeListEntry.list_code, CodeListEntry.code).where(
            CodeListEntry.code.in_(wanted), CodeListEntry.retired_on.is_(None)
        ),
    )
    return {(family, code) for family, code in db.session.execute(statement)}


def fact_problems(facts: Mapping[str, Any]) -> Iterator[Problem]:
    """Facts nobody asks for, and figures out of bounds."""
    for key, value in facts.items():
        name = f"facts_{key}"
        if key not in FACT_KEYS:
            yield Problem("unknown_fact", _l("This fact is not asked for."), "facts")
            continue
        largest = FACT_KEYS[key]
        if largest is None:
            listed = KNOWN_OR_NOT if key == "privately_insurable" else None
            wrong = not isinstance(value, str) or len(value) > 40 or (listed is not None and value not in listed)
            if wrong:
                yield Problem("unknown_code", _l("Choose from the list."), name)
        elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= largest:
            message = _l("Fill in a number from 0 to %(largest)s.", largest=largest)
            yield Problem("number_out_of_range", message, name)


def party_problems(data: IntakeData) -> Iterator[Problem]:
    """What is wrong with the company and the contact person."""
    country = data.company.country if data.company else "NL"
    if data.company:
        yield from company_problems(data.company)
    if data.contact:
        yield from contact_problems(data.contact, country)


def _rule_problems(data: IntakeData) -> Iterator[Problem]:
    if len(data.markets) > 1 and data.city:
        message = _l("Fill in a city only when there is one country.")
        yield Problem("city_of_which_market", message, "city")
    if data.submit and data.company is None:
        yield Problem("company_required", _l("Fill in the name of the company."), "company_name")
    if data.submit and data.contact is None:
        yield Problem("contact_required", _l("Fill in who we can call or mail."), "contact_person_name")
    elif data.submit and data.contact and not (data.contact.email or data.contact.phone):
        message = _l("Fill in an e-mail address or a phone number.")
        yield Problem("unreachable", message, "contact_person_email")
    if data.consent:
        yield from _consent_problems(data)
    if data.do_not_tell and _organisations(data.do_not_tell) != len(set(data.do_not_tell)):
        yield Problem("unknown_organisation", _l("Choose from the list."), "do_not_tell")


def _consent_problems(data: IntakeData) -> Iterator[Problem]:
    consent = data.consent
    if consent is None:
        return
    if data.company is None:
        message = _l("Consent belongs to a company: fill in its name.")
        yield Problem("consent_without_company", message, "company_name")
    channel = consent.channel or data.channel
    if channel in CONFIRMED_BY_MAIL and not (data.contact and data.contact.email):
        message = _l("Consent given by telephone is confirmed by mail: fill in an e-mail address.")
        yield Problem("email_for_consent", message, "contact_person_email")
    if consent.recipients not in set(RecipientsKind):
        yield Problem("unknown_code", _l("Choose from the list."), "consent_recipients")
    elif consent.recipients == RecipientsKind.ORGANISATIONS:
        named = set(consent.recipient_ids)
        if not named or _organisations(named) != len(named):
            yield Problem("unknown_organisation", _l("Choose who may see the question."), "consent_recipients")


def _organisations(ids: Iterable[str]) -> int:
    """How many of these ids are hubs, partners or posts."""
    kinds = (OrganisationKind.HUB, OrganisationKind.PARTNER, OrganisationKind.POST)
    wanted = sorted({identifier for identifier in ids if len(identifier) <= 26})
    counted = select(func.count()).where(
        Organisation.id.in_(wanted), Organisation.kind.in_(kinds), Organisation.retired_on.is_(None)
    )
    return db.session.execute(counted).scalar_one()


def tidy_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as they are stored: unknown ones left out, true and false as yes and no."""
    tidy: dict[str, Any] = {}
    for key, value in facts.items():
        if value is None or value == "":
            continue
        tidy[key] = ("yes" if value else "no") if isinstance(value, bool) else value
    return tidy
