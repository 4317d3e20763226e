"""Changing a question that is open. An edit that would change where it should go is said first; nothing moves."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.companies.operations import ContactData, change_contact_person, know_contact_person
from hubs.core.errors import NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import Actor, check_version
from hubs.core.types import folded
from hubs.extensions import db
from hubs.reference.regions import province
from hubs.referrals.intake.addresses import ask_email_change
from hubs.referrals.intake.data import IntakeData, check_intake, tidy_facts
from hubs.referrals.lifecycle import PartState, RequestState
from hubs.referrals.models import RequestPart, SupportRequest
from hubs.referrals.operations import do_not_tell, receipt_for
from hubs.referrals.operations.planning import text_problems
from hubs.referrals.routing import Receipt

CLOSED = frozenset({RequestState.CLOSED, RequestState.WITHDRAWN})
ROUTING_FIELDS = frozenset(
    {"market", "city", "region", "sector", "services", "company_size", "target_groups", "facts", "language", "urgency"}
)


class RouteWouldChange(WrongState):
    """The edit leads to other places while somebody already has the question; `before` and `after` say which."""

    code = "route_would_change"

    def __init__(self, before: Receipt, after: Receipt) -> None:
        super().__init__(_l("With this change the question belongs somewhere else."), code=self.code)
        self.before, self.after = before, after


@dataclasses.dataclass(frozen=True, slots=True)
class Edited:
    """What an edit did: the fields it changed, and whether the advice became another one."""

    changed: tuple[str, ...]
    has_other_route: bool


def edit_request(
    support_request: SupportRequest,
    *,
    actor: Actor,
    now: datetime,
    data: IntakeData,
    version: int | None = None,
    confirmed: str | None = None,
) -> Edited:
    """Change an open question. With a referral out, an edit that changes the places raises RouteWouldChange until
    `confirmed` holds the hash of the new advice; even then the referral stays where it is. While a hub has it and
    has not said yes, the text may not tell who asks; whom not to tell ends what runs there.

    Raises NotPermitted, WrongState, Stale, BadInput, RuleViolation.
    """
    if not actor.can(P.SUPPORT_REQUEST_HANDLE, support_request):
        raise NotPermitted()
    if support_request.state in CLOSED:
        raise WrongState(_l("This question is closed. Open it again before you change it."))
    check_version(support_request, version)
    check_intake(dataclasses.replace(data, company=None, consent=None, submit=False, facts=tidy_facts(data.facts)))
    values = _values(support_request, data)
    changed = _changed(support_request, values)
    before = receipt_for(support_request, now=now) if ROUTING_FIELDS & set(changed) else None
    listed = values.pop("do_not_tell")
    _apply(support_request, values, data, actor=actor, now=now)
    if "do_not_tell" in changed:
        _leave_out(support_request, listed, actor=actor, now=now)
    _keep_masked(support_request, changed, data)
    other = _other_route(support_request, before, confirmed, now) if before else False
    if changed:
        details: Mapping[str, Any] = {"fields": list(changed), "other_route": other}
        record(db.session(), "support_request.edited", support_request, actor=actor, now=now, data=details)
    return Edited(changed, other)


def _values(support_request: SupportRequest, data: IntakeData) -> dict[str, Any]:
    return {
        "market": data.markets[0] if data.markets else None,
        "city": data.city or None,
        "region": province(data.company.region) if data.company else support_request.region,
        "sector": data.sector or None,
        "company_size": data.company_size or None,
        "target_groups": list(dict.fromkeys(data.target_groups)),
        "facts": tidy_facts(data.facts),
        "language": data.language,
        "urgency": data.urgency,
        "text": data.text.strip(),
        "private_notes": (data.private_notes or "").strip() or None,
        "do_not_tell": sorted(set(data.do_not_tell)),
        "services": list(dict.fromkeys(data.services)),
    }


def _changed(support_request: SupportRequest, values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name, value in values.items() if getattr(support_request, name) != value)


def _apply(
    support_request: SupportRequest, values: dict[str, Any], data: IntakeData, *, actor: Actor, now: datetime
) -> None:
    services = values.pop("services")
    for name, value in values.items():
        if getattr(support_request, name) != value:
            setattr(support_request, name, value)
    if services != support_request.services:
        _change_parts(support_request, services)
    if data.contact and support_request.company is not None:
        _change_contact(support_request, data.contact, actor=actor, now=now)
    db.session.flush()


def _leave_out(support_request: SupportRequest, listed: list[str], *, actor: Actor, now: datetime) -> None:
    if support_request.state == RequestState.DRAFT:
        support_request.do_not_tell = listed
    else:
        do_not_tell(support_request, listed, actor=actor, now=now)


def _keep_masked(support_request: SupportRequest, changed: tuple[str, ...], data: IntakeData) -> None:
    """A hub that has not accepted yet reads the new text too, so it may not say who asks (domain.md, rule 1)."""
    is_read = any(
        referral.is_live and referral.accepted_at is None and referral.receiver.kind == OrganisationKind.HUB
        for referral in support_request.referrals
    )
    problems = text_problems(support_request) if is_read and ("text" in changed or data.contact) else []
    if problems:
        raise RuleViolation(problems=problems)


def _change_parts(support_request: SupportRequest, services: list[str]) -> None:
    """Parts at the desk follow the services chosen; one that lies with somebody else stays until it is back."""
    wanted: list[str | None] = [*services] or [None]
    held = [part for part in support_request.parts if part.state != PartState.OPEN]
    lost = [part for part in held if part.state == PartState.REFERRED and part.service not in wanted]
    if lost:
        message = _l("A service you took off lies with somebody else. Take that referral back first.")
        raise RuleViolation(problems=[Problem("part_is_referred", message, "services")])
    kept = [part for part in support_request.parts if part in held or part.service in wanted]
    known = {part.service for part in kept}
    if held and wanted == [None]:
        wanted = []
    for part in [part for part in support_request.parts if part not in kept]:
        support_request.parts.remove(part)
    db.session.flush()
    next_place = max((part.position for part in support_request.parts), default=-1) + 1
    for place, service in enumerate((code for code in wanted if code not in known), start=next_place):
        support_request.parts.append(RequestPart(position=place, service=service))


def _change_contact(support_request: SupportRequest, contact: ContactData, *, actor: Actor, now: datetime) -> None:
    person = support_request.contact_person
    if person is None:
        company = support_request.company
        assert company is not None  # noqa: S101  the caller looked
        support_request.contact_person = know_contact_person(support_request.owner_id, company, contact, now=now)
        return
    country = support_request.company.country if support_request.company else "NL"
    is_draft = support_request.state == RequestState.DRAFT
    if is_draft or not contact.email or not person.email or folded(contact.email) == folded(person.email):
        change_contact_person(person, contact, country=country)
        return
    # the new address holds once it is confirmed; the rest holds now
    change_contact_person(person, dataclasses.replace(contact, email=person.email), country=country)
    ask_email_change(person, contact.email, actor=actor, now=now)


def _other_route(support_request: SupportRequest, before: Receipt, confirmed: str | None, now: datetime) -> bool:
    after = receipt_for(support_request, now=now)
    if after.hash == before.hash:
        return False
    has_live = any(referral.is_live for referral in support_request.referrals)
    if has_live and confirmed != after.hash:
        raise RouteWouldChange(before, after)
    return True
