"""Everything the page of one question shows to its desk, put together once (sketch 06)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from hubs.accounts.absences import away_words_for
from hubs.accounts.actor import Actor
from hubs.accounts.models import Office, Person
from hubs.accounts.names import short_name
from hubs.accounts.permissions import P
from hubs.agreements.models import Agreement
from hubs.companies.consenting import consent_standing
from hubs.core.clock import local_day
from hubs.core.perform import open_actions
from hubs.core.templating import locale_code
from hubs.extensions import db
from hubs.reference.labels import label, service_name
from hubs.referrals import terms
from hubs.referrals.forms.acting import SPOKEN
from hubs.referrals.lifecycle import PartState, RequestState, asks_to_keep
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import receipt_for
from hubs.referrals.operations.planning import findings_in, reasons_of
from hubs.referrals.operations.receipts import passed_over
from hubs.referrals.pages.next_step import NextStep, next_step
from hubs.referrals.pages.places import Advice, advice_on
from hubs.referrals.pages.talk import Talk, talk_of_question
from hubs.referrals.pages.timeline import Show, bounced, mails_of, timeline
from hubs.referrals.pages.timeline.mails import Mail
from hubs.referrals.pages.timeline.reading import SIZE, Place
from hubs.referrals.pages.words import (
    Badge,
    DueShown,
    closure_words,
    consent_scope,
    due_shown,
    referral_badge,
    request_badge,
    since_words,
    waits_words,
)
from hubs.referrals.queries import colleagues_of, requests_visible_to
from hubs.referrals.reading import seen_at
from hubs.referrals.receipt_words import missing_text
from hubs.referrals.state_words import PART_STATES

CLOSING = ("close_unserved", "close_out_of_scope", "close_no_reply")
_PART_TONES = {PartState.SERVED: "success", PartState.SIGNPOSTED: "success"}


@dataclass(frozen=True, slots=True)
class PartShown:
    service: str
    name: str
    badge: Badge


@dataclass(frozen=True, slots=True)
class ReferralShown:
    referral: Referral
    name: str
    badge: Badge
    clock: DueShown | None
    services: str
    closure: str
    may_keep: bool = False  # its hub lost its standing after it accepted: the reader chooses


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """The page of a question; `advice` only while something lies at the desk."""

    badge: Badge
    step: NextStep
    clock: DueShown | None
    waits: str
    waits_note: str
    timezone: str
    actions: frozenset[str]
    at_desk: bool
    advice: Advice | None
    serves: bool  # helping with all that lies here is no departure from the advice
    own_services: list[str]
    findings: list[str]
    parts: list[PartShown]
    live: list[ReferralShown]
    talk: Talk
    bounced: Mail | None  # the last mail to the entrepreneur came back
    people: list[Person]
    consent: str
    consent_scope: str
    transfer: str
    linked: list[SupportRequest] = field(default_factory=list)
    override_reasons: list[tuple[str, str]] = field(default_factory=list)
    channels: list[tuple[str, str]] = field(default_factory=list)
    shown_facts: list[tuple[str, str]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # of those who had a part of it
    states: dict[str, str] = field(default_factory=dict)  # of its referrals, in words
    handler_away: str = ""  # until when, and who stands in
    only_us: bool = False  # the advice knows no other place
    seen_by: list[str] = field(default_factory=list)  # hubs that accepted and see who asks

    @property
    def has_more(self) -> bool:
        """Whether there is anything to do besides sending it on."""
        return bool(self.actions - {"submit", "take", "refer", "signpost"})

    @property
    def closing(self) -> list[str]:
        return [name for name in CLOSING if name in self.actions]


def case_page(
    support_request: SupportRequest,
    actor: Actor,
    now: datetime,
    *,
    show: Show = Show.ALL,
    before: Place | None = None,
    size: int = SIZE,
) -> CasePage:
    """Read everything once; changes nothing."""
    zone = support_request.office.timezone
    calendar = terms.calendar_of(db.session(), support_request.office, now)
    actions = frozenset(row.name for row in open_actions(support_request, actor))
    here = [part for part in support_request.parts if part.state == PartState.OPEN]
    advice = _advice(support_request, now) if here else None
    is_over = support_request.state in (RequestState.CLOSED, RequestState.WITHDRAWN)
    waits_since = None if is_over else support_request.waiting_since
    consent, mails = support_request.consent, mails_of(support_request)
    told: dict[str, Any] = {"show": show, "before": before, "seen_at": seen_at(support_request, actor), "size": size}
    history = timeline(support_request, actor, zone, now, mails=mails, **told)
    return CasePage(
        badge=request_badge(support_request.state),
        handler_away=away_words_for(support_request.handler_id, support_request.owner_id, local_day(now)),
        step=_step(support_request, advice, zone, now),
        only_us=_only_us(support_request, advice),
        clock=due_shown(terms.clock_status(support_request, calendar, now), zone, now),
        waits=waits_words(waits_since, now),
        waits_note=since_words(waits_since, zone, now),
        timezone=zone,
        actions=actions,
        at_desk=bool(here),
        advice=advice,
        serves=_serves(support_request, advice),
        own_services=[part.service for part in here if part.service],
        findings=[finding.value for finding in findings_in(support_request, support_request.text)],
        parts=[_part(part) for part in support_request.parts],
        live=_live(support_request, actor, now),
        talk=talk_of_question(support_request, actor, history),
        bounced=bounced(mails),
        people=list(db.session.execute(colleagues_of(actor)).scalars()) if actions else [],
        consent=str(consent_standing(consent)),
        consent_scope=consent_scope(consent) if consent else "",
        transfer=label("market", consent.transfer_country) if consent and consent.transfer_country else "",
        linked=_linked(support_request, actor),
        override_reasons=choices_of("override_reason"),
        channels=[choice for choice in choices_of("channel") if choice[0] in SPOKEN],
        shown_facts=_facts(support_request),
        names={referral.to_id: _short(referral) for referral in support_request.referrals},
        states={referral.id: referral_badge(referral).words for referral in support_request.referrals},
        seen_by=[_short(each) for each in support_request.referrals if each.is_live and each.accepted_at],
    )


def _advice(support_request: SupportRequest, now: datetime) -> Advice | None:
    """Where what lies here could go, while it is open."""
    if support_request.state not in (RequestState.RECEIVED, RequestState.IN_HAND, RequestState.REFERRED):
        return None
    return advice_on(support_request, receipt_for(support_request, now=now), now)


def _step(support_request: SupportRequest, advice: Advice | None, zone: str, now: datetime) -> NextStep:
    said = {
        "only_us": _only_us(support_request, advice),
        "public_task": _is_called_public(support_request, advice),
        "all_full": advice is not None and advice.receipt.is_all_full,
    }
    return next_step(support_request, zone, now, _answer_by(advice, now), **said)


def _short(referral: Referral) -> str:
    return short_name(referral.receiver.name(locale_code()))


def choices_of(list_code: str) -> list[tuple[str, str]]:
    """The open codes of a list with their names, in the list's own order."""
    return [(code, label(list_code, code)) for code in reasons_of(list_code)]


def _answer_by(advice: Advice | None, now: datetime) -> datetime | None:
    """When the first place elsewhere would have to answer a referral sent now."""
    if advice is None or not advice.firsts:
        return None
    first = advice.firsts[0]
    place = next(p for p in advice.receipt.destinations if p.organisation_id == first.organisation_id)
    office = db.session.get(Office, place.office_id) if place.office_id else None
    if office is None:
        return None
    agreement = db.session.get(Agreement, place.agreement_id) if place.agreement_id else None
    if agreement is not None:
        limit = terms.Limit(agreement.decide_hours, agreement.decide_outer_days)
    else:
        limit = terms.default_limit(db.session(), "signpost_decide" if first.kind == "partner" else "decide")
    return terms.decide_due(db.session(), office, limit, now)


def _only_us(support_request: SupportRequest, advice: Advice | None) -> bool:
    """Whether the advice leaves everything that lies here with the desk itself."""
    if advice is None or not advice.places or advice.questions:
        return False
    return all(place.organisation_id == support_request.owner_id for place in advice.places)


def _is_called_public(support_request: SupportRequest, advice: Advice | None) -> bool:
    """Whether a hub called a part that lies here a public task, and the desk did not say otherwise."""
    said = advice.receipt.moment.public_services if advice is not None else frozenset()
    return any(part.service in said for part in support_request.parts if part.state == PartState.OPEN)


def _serves(support_request: SupportRequest, advice: Advice | None) -> bool:
    """Whether helping oneself is what the advice says, or what the entrepreneur wants."""
    if advice is None or support_request.chosen_id == support_request.owner_id:
        return True
    at_desk = [part.service for part in support_request.parts if part.state == PartState.OPEN]
    return not passed_over(advice.receipt, at_desk)


def _part(part: Any) -> PartShown:
    state = PartState(part.state)
    name = service_name(part.service) if part.service else _("Need not known yet")
    return PartShown(part.service or "", name, Badge(state, str(PART_STATES[state]), _PART_TONES.get(state, "neutral")))


def _live(support_request: SupportRequest, actor: Actor, now: datetime) -> list[ReferralShown]:
    """What is with somebody else, with its clock in our own time, and a closure of theirs with its end."""
    found = [referral for referral in support_request.referrals if referral.is_live]
    zone = support_request.office.timezone
    calendars = terms.calendars_of(db.session(), [terms.acting_office(r) for r in found], now)
    return [
        ReferralShown(
            referral=referral,
            name=referral.receiver.name(locale_code()),
            badge=referral_badge(referral),
            clock=due_shown(
                terms.clock_status(referral, calendars[terms.acting_office(referral).id], now), zone, now, short=False
            ),
            services=", ".join(service_name(cover.part.service) for cover in referral.covers if cover.part.service),
            closure=closure_of(referral, now),
            may_keep=asks_to_keep(referral) and actor.can(P.REFERRAL_SEND, referral),
        )
        for referral in found
    ]


def closure_of(referral: Referral, now: datetime) -> str:
    """A closure of the receiving office that lasts longer than the running term, with its end."""
    office = referral.receiver_office
    period = terms.calendar_of(db.session(), office, now).closure_ahead(now, at_least_days=2)
    return closure_words(office, period.ends_on) if period is not None else ""


def _linked(support_request: SupportRequest, actor: Actor) -> list[SupportRequest]:
    """Questions asked together with this one, as far as the reader's own desk has them."""
    if support_request.group_id is None:
        return []
    statement = requests_visible_to(actor).where(
        SupportRequest.group_id == support_request.group_id, SupportRequest.id != support_request.id
    )
    return list(db.session.execute(statement.order_by(SupportRequest.id)).scalars())


def _facts(support_request: SupportRequest) -> list[tuple[str, str]]:
    """The facts an instrument's terms turn on, in words."""
    return [(missing_text(key), str(value)) for key, value in (support_request.facts or {}).items() if value]
