"""Keeping what one's own organisation wrote down of a company, its numbers and its people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l

from hubs.accounts.permissions import P
from hubs.companies.identifying import checked_phone
from hubs.companies.models import CompanyRecord, ContactPerson, RegisterCheck
from hubs.companies.operations import ContactData, contact_problems, know_contact_person
from hubs.companies.register import Answer, outcome_of
from hubs.companies.register.numbers import WrongForm, checked_establishment, checked_rsin, checked_vat
from hubs.core.errors import NotPermitted, Problem, RuleViolation
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.core.types import folded
from hubs.extensions import db
from hubs.reference.regions import province

NUMBERS = {
    "vat_number": _l("This is no VAT number. One of the Netherlands looks like NL123456782B90."),
    "establishment_number": _l("An establishment number has 12 digits."),
    "rsin": _l("A RSIN has 9 digits. Check whether all of them are right."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordData:
    """A company as somebody keeps it; empty is not known."""

    name: str
    city: str | None = None
    region: str | None = None
    vat_number: str | None = None
    establishment_number: str | None = None
    rsin: str | None = None


def edit_company(kept: CompanyRecord, data: RecordData, *, actor: Actor, now: datetime) -> tuple[str, ...]:
    """Change what is written down; which fields changed. Raises NotPermitted, RuleViolation."""
    if not actor.can(P.COMPANY_WRITE, kept):
        raise NotPermitted()
    problems = list(record_problems(data, kept.company.country))
    if problems:
        raise RuleViolation(problems=problems)
    values = _values(data, kept.company.country)
    changed = tuple(name for name, value in values.items() if getattr(kept, name) != value)
    for name in changed:
        setattr(kept, name, values[name])
    kept.name_folded = folded(kept.name)[:200]
    if changed:
        details = {"fields": list(changed)}
        record(db.session(), "company.edited", kept.company, actor=actor, now=now, data=details, outbox=False)
    return changed


def record_problems(data: RecordData, country: str) -> Iterator[Problem]:
    """Everything that keeps it from being written down."""
    if not data.name.strip():
        yield Problem("company_required", _l("Fill in the name of the company."), "name")
    checks = (
        (data.vat_number, lambda text: checked_vat(text, country)),
        (data.establishment_number, checked_establishment),
        (data.rsin, checked_rsin),
    )
    for text, check in checks:
        try:
            if text:
                check(text)
        except WrongForm as error:
            yield Problem(error.code, NUMBERS[error.code], error.code)


def _values(data: RecordData, country: str) -> dict[str, str | None]:
    return {
        "name": " ".join(data.name.split())[:200],
        "city": data.city or None,
        "region": province(data.region),
        "vat_number": checked_vat(data.vat_number, country) if data.vat_number else None,
        "establishment_number": checked_establishment(data.establishment_number) if data.establishment_number else None,
        "rsin": checked_rsin(data.rsin) if data.rsin else None,
    }


def add_person(kept: CompanyRecord, data: ContactData, *, actor: Actor, now: datetime) -> ContactPerson:
    """Write a contact person down; one known by the same name and address is that one. Raises as below."""
    if not actor.can(P.COMPANY_WRITE, kept):
        raise NotPermitted()
    _check_person(data, kept.company.country)
    person = know_contact_person(kept.organisation_id, kept.company, data, now=now)
    record(db.session(), "contact_person.recorded", person, actor=actor, now=now, related=kept.company, outbox=False)
    return person


def edit_person(person: ContactPerson, data: ContactData, *, actor: Actor, now: datetime) -> None:
    """Change name, telephone number and language; the mail address has a way of its own once there is one.

    Raises NotPermitted, RuleViolation.
    """
    if not actor.can(P.COMPANY_WRITE, person):
        raise NotPermitted()
    _check_person(data, person.company.country)
    person.name = " ".join(data.name.split())[:120]
    person.phone = checked_phone(data.phone, person.company.country) if data.phone else None
    person.language = data.language
    db.session.flush()
    record(db.session(), "contact_person.edited", person, actor=actor, now=now, related=person.company, outbox=False)


_FIELDS = {"contact_person_name": "name", "contact_person_email": "email", "contact_person_phone": "phone"}


def _check_person(data: ContactData, country: str) -> None:
    found = contact_problems(data, country)
    if found:
        raise RuleViolation(
            problems=[Problem(each.code, each.message, _FIELDS.get(each.field or "", each.field)) for each in found]
        )


def retire_person(person: ContactPerson, *, actor: Actor, now: datetime, is_back: bool = False) -> None:
    """They work there no more: not offered any longer, their questions stay as they are. Raises NotPermitted."""
    if not actor.can(P.COMPANY_WRITE, person):
        raise NotPermitted()
    if (person.retired_at is not None) == is_back:
        person.retired_at = None if is_back else now
        kind = "contact_person.returned" if is_back else "contact_person.retired"
        record(db.session(), kind, person, actor=actor, now=now, related=person.company, outbox=False)


def write_down_check(
    kept: CompanyRecord, source: str, number: str, answer: Answer, *, actor: Actor, now: datetime
) -> RegisterCheck:
    """Keep what a register answered; what somebody typed stays as it is. Raises NotPermitted."""
    if not actor.can(P.COMPANY_WRITE, kept):
        raise NotPermitted()
    outcome = outcome_of(answer, kept.name)
    check = RegisterCheck(
        organisation_id=kept.organisation_id,
        company_id=kept.company_id,
        at=now,
        source=source,
        number=number[:40],
        outcome=str(outcome),
        found_name=answer.names[0][:200] if answer.names else None,
        found_city=answer.city,
        ended_on=answer.ended_on,
        checked_by=actor.id,
    )
    db.session.add(check)
    db.session.flush()
    details = {"source": source, "outcome": str(outcome), "company_id": kept.company_id}
    record(db.session(), "company.checked", check, actor=actor, now=now, data=details, outbox=False)
    return check


def take_over_name(kept: CompanyRecord, check: RegisterCheck, *, actor: Actor, now: datetime) -> None:
    """The officer takes the register's name. Raises NotPermitted, RuleViolation."""
    if not actor.can(P.COMPANY_WRITE, kept):
        raise NotPermitted()
    if not check.found_name or check.company_id != kept.company_id:
        raise RuleViolation("no_name", _l("The register gave no name."), "action")
    kept.name = check.found_name
    kept.name_folded = folded(kept.name)[:200]
    details = {"fields": ["name"], "check": check.id}
    record(db.session(), "company.edited", kept.company, actor=actor, now=now, data=details, outbox=False)
