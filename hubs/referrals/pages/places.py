"""The advice as cards: each place with its reasons in sentences, those left off with every reason (sketch 06)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy import select

from hubs.accounts.models import Office, Organisation
from hubs.core.clock import local_day
from hubs.core.templating import language_name, locale_code
from hubs.directory.lifecycle import HubStatus
from hubs.directory.models import HubProfile, ServiceOffer
from hubs.directory.prices import lowest_price
from hubs.directory.queries import standing_column
from hubs.directory.words import STATUS_WORDS, price_words
from hubs.extensions import db
from hubs.reference.labels import label
from hubs.referrals.lifecycle import PartState
from hubs.referrals.models import SupportRequest
from hubs.referrals.pages.words import closure_words, within
from hubs.referrals.receipt_places import named
from hubs.referrals.receipt_words import (
    failure_text,
    gap_text,
    missing_text,
    note_text,
    outcome_text,
    part_text,
    question_text,
    rules_text,
    term_text,
    tie_text,
)
from hubs.referrals.routing import Destination, Receipt
from hubs.referrals.terms import calendars_of

LONG_CLOSURE_DAYS = 2


@dataclass(frozen=True, slots=True)
class Reason:
    text: str
    value: str
    good: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One card. `can_go` when a part that it takes lies at the desk; `needs_reason` when it is not the first."""

    rank: int
    organisation_id: str
    kind: str
    code: str
    name: str
    within: str  # the name inside a sentence
    detail: str
    score: str | None
    reasons: list[Reason]
    services: list[str]
    service_names: str
    can_go: bool
    at_owning_desk: bool
    needs_reason: bool
    own_choice: bool
    consent: str  # given, ask; empty where none is needed
    is_chosen: bool
    closure: str


@dataclass(frozen=True, slots=True)
class Advice:
    """Everything the page says of a receipt."""

    receipt: Receipt
    outcome: str
    places: list[Place]
    excluded: list[dict[str, Any]]
    gaps: list[str]
    missing: list[str]
    questions: list[str]
    notes: list[str]
    instruments: list[dict[str, Any]]
    out_of_scope: list[str]
    unserved: list[str]
    made_so: str

    @property
    def is_full(self) -> bool:
        return any({failure.rule for failure in row.failed} == {"capacity"} for row in self.receipt.excluded)

    @property
    def firsts(self) -> list[Place]:
        """The first places elsewhere that need no reason: several when a question has parts for several."""
        return [p for p in self.places if p.can_go and not p.needs_reason and not p.at_owning_desk]


def advice_on(support_request: SupportRequest, receipt: Receipt, now: datetime) -> Advice:
    """The advice in the reader's language."""
    words = _labeller()
    organisations = named(receipt)
    facts = _facts(receipt, now)
    return Advice(
        receipt=receipt,
        outcome=outcome_text(receipt),
        places=[_place(support_request, place, organisations, facts, words) for place in _in_order(receipt)],
        excluded=[
            {
                "name": _name(organisations, row.organisation_id),
                "reasons": [failure_text(failure, label=words) for failure in row.failed],
                "code": row.code,
            }
            for row in receipt.excluded
        ],
        gaps=[gap_text(cause) for cause in receipt.gap_causes],
        missing=[missing_text(key) for key in receipt.missing],
        questions=[question_text(row, label=words) for row in receipt.questions],
        notes=[note_text(row, label=words) for row in receipt.notes],
        instruments=[
            {"name": label("instrument", row.instrument), "reasons": [term_text(*term) for term in row.failed]}
            for row in receipt.instruments_excluded
        ],
        out_of_scope=[label("service", code) for code in receipt.out_of_scope],
        unserved=[label("service", code) for code in receipt.unserved],
        made_so=" ".join(part for part in (rules_text(), tie_text(receipt)) if part),
    )


def _labeller() -> Callable[[str, str], str]:
    """Names of codes, each looked up once for one page."""

    @cache
    def label_of(kind: str, code: str) -> str:
        return language_name(code) if kind == "language" else label(kind, code)

    return label_of


def _in_order(receipt: Receipt) -> list[Destination]:
    """First places first, then the rest; the order within a part stays."""
    return sorted(receipt.destinations, key=lambda place: (place.own_choice, place.rank))


def _name(organisations: Mapping[str, Organisation], organisation_id: str) -> str:
    found = organisations.get(organisation_id)
    return found.name(locale_code()) if found else ""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What cards tell of hubs besides the advice: office, standing, price, closure."""

    offices: Mapping[str, Office]
    standings: Mapping[str, str]
    offers: Mapping[str, list[ServiceOffer]]
    closures: Mapping[str, str]


def _facts(receipt: Receipt, now: datetime) -> _Facts:
    office_ids = sorted({place.office_id for place in receipt.destinations if place.office_id})
    hub_ids = sorted({place.organisation_id for place in receipt.destinations if place.kind == "hub"})
    offices = {row.id: row for row in db.session.execute(select(Office).where(Office.id.in_(office_ids))).scalars()}
    standings = {
        row.id: row[1]
        for row in db.session.execute(
            select(HubProfile.id, standing_column(local_day(now))).where(HubProfile.id.in_(hub_ids))
        )
    }
    offers: dict[str, list[ServiceOffer]] = {}
    published = select(ServiceOffer).where(ServiceOffer.organisation_id.in_(hub_ids), ServiceOffer.is_published)
    for offer in db.session.execute(published).scalars():
        offers.setdefault(offer.organisation_id, []).append(offer)
    calendars = calendars_of(db.session(), offices.values(), now)
    closures = {}
    for identifier, office in offices.items():
        period = calendars[identifier].closure_ahead(now, at_least_days=LONG_CLOSURE_DAYS)
        if period is not None:
            closures[identifier] = closure_words(office, period.ends_on)
    return _Facts(offices, standings, offers, closures)


def _place(
    support_request: SupportRequest,
    place: Destination,
    organisations: Mapping[str, Organisation],
    facts: _Facts,
    words: Callable[[str, str], str],
) -> Place:
    open_services = {part.service for part in support_request.parts if part.state == PartState.OPEN}
    services = [service for service in place.services if service in open_services]
    return Place(
        rank=place.rank,
        organisation_id=place.organisation_id,
        kind=place.kind,
        code=place.code,
        name=_name(organisations, place.organisation_id),
        within=within(_name(organisations, place.organisation_id)),
        detail=_own_desk() if place.organisation_id == support_request.owner_id else _detail(place, facts),
        score=_two_places(place.score) if place.score else None,
        reasons=[
            Reason(
                part_text(part, label=words),
                _two_places(part.points),
                Decimal(part.points) > 0,
            )
            for part in place.parts
        ],
        services=services,
        service_names=", ".join(label("service", service) for service in place.services),
        can_go=bool(services) and not place.at_owning_desk,
        at_owning_desk=place.at_owning_desk,
        needs_reason=(place.rank != 1 or place.own_choice) and support_request.chosen_id != place.organisation_id,
        own_choice=place.own_choice,
        consent=_consent(support_request, place),
        is_chosen=support_request.chosen_id == place.organisation_id,
        closure=facts.closures.get(place.office_id or "", ""),
    )


def _two_places(share: str) -> str:
    return format_decimal(Decimal(share), format="0.00")


def _consent(support_request: SupportRequest, place: Destination) -> str:
    """Whether the entrepreneur still has to be asked; a partner is named or not at all."""
    if place.kind != "partner":
        return place.consent
    consent = support_request.consent
    named = consent is not None and consent.is_valid and place.organisation_id in (consent.recipient_ids or ())
    return "given" if named else "ask"


def _own_desk() -> str:
    return _("Your own desk. This part stays here.")


def _detail(place: Destination, facts: _Facts) -> str:
    if place.kind == "hub":
        return " · ".join(part for part in _hub_details(place, facts) if part)
    if place.at_owning_desk:
        return _own_desk()
    if place.kind == "post":
        return _("Post responsible for this part")
    return _("Partner, by %(instrument)s", instrument=label("instrument", place.instrument)) if place.instrument else ""


def _hub_details(place: Destination, facts: _Facts) -> list[str]:
    office = facts.offices.get(place.office_id or "")
    standing = facts.standings.get(place.organisation_id, "")
    words = str(STATUS_WORDS.get(HubStatus(standing), standing)) if standing else ""
    if place.own_choice:
        words = _("in development, so never first")
    load = next((dict(part.detail) for part in place.parts if part.code == "load"), {})
    room = ""
    if load.get("left") and load.get("weekly"):
        room = _("%(left)s of %(weekly)s places left this week", left=load["left"], weekly=load["weekly"])
    offers = [offer for offer in facts.offers.get(place.organisation_id, ()) if offer.service in place.services]
    city = _("Hub in %(city)s", city=office.city) if office and office.city else _("Hub")
    return [city, words[:1].lower() + words[1:], room, price_words(lowest_price(offers))]
