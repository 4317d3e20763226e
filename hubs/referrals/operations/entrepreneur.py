"""What the entrepreneur decides: another place, not this one, the post, no more consent (domain.md, rule 3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.models import Office, Organisation, OrganisationKind
from hubs.accounts.permissions import P
from hubs.agreements.standing import local_day
from hubs.companies.consenting import CONFIRMED_BY_MAIL
from hubs.companies.models import CompanyRecord, Consent
from hubs.companies.operations import (
    CompanyData,
    ConsentData,
    ContactData,
    know_company,
    know_contact_person,
    record_consent,
    withdraw_consents,
)
from hubs.core.calendars import zone
from hubs.core.errors import NotPermitted, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.extensions import db
from hubs.referrals import terms
from hubs.referrals.clocks import next_monday
from hubs.referrals.fullness import full_until
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import Message, Referral, SupportRequest
from hubs.referrals.operations.accepting import has_consent, needs_consent
from hubs.referrals.operations.consequences import await_offices
from hubs.referrals.operations.contacts import forget_company
from hubs.referrals.operations.messages import add_message
from hubs.referrals.operations.parts import bring_back, open_parts, stop_waiting, withdraw_by_rule
from hubs.referrals.operations.receipts import receipt_for
from hubs.referrals.routing import Receipt
from hubs.referrals.routing.posts import responsible_post
from hubs.referrals.table import current_table

_OPEN = frozenset(
    {
        RequestState.RECEIVED,
        RequestState.IN_HAND,
        RequestState.REFERRED,
        RequestState.AWAITING_ENTREPRENEUR,
    }
)


def _check(support_request: SupportRequest, actor: Actor) -> None:
    """Who holds the link, or the desk for them; while the question is open."""
    if not actor.can(P.SUPPORT_REQUEST_SPEAK, support_request):
        raise NotPermitted()
    if support_request.state not in _OPEN:
        raise WrongState(_l("This question is closed."))


def choose_place(
    support_request: SupportRequest,
    organisation_id: str,
    *,
    actor: Actor,
    now: datetime,
    consent: Consent | None = None,
) -> None:
    """The entrepreneur's own choice among the places: what runs elsewhere for those parts ends, the desk refers there.

    Raises RuleViolation when it is not one of the places now, WrongState when the question is there already.
    """
    _check(support_request, actor)
    places = [p for p in receipt_for(support_request, now=now).destinations if p.organisation_id == organisation_id]
    if not places:
        raise RuleViolation("not_a_place", _l("This place cannot take your question now."), "organisation")
    if any(r.is_live and r.to_id == organisation_id for r in support_request.referrals):
        raise WrongState(_l("Your question is already there."), code="already_referred")
    services = {service for place in places for service in place.services}
    support_request.chosen_id = organisation_id
    details = {"organisation_id": organisation_id}
    record(db.session, "support_request.choose_place", support_request, actor=actor, now=now, data=details)
    _end_live(
        [r for r in support_request.referrals if services & set(services_of(r))], "client_choice", actor=actor, now=now
    )
    if consent is not None:
        give_consent(support_request, consent, actor=actor, now=now)
    stop_waiting(support_request, now)
    db.session.flush()


def services_of(referral: Referral) -> list[str]:
    return [cover.part.service for cover in referral.covers if cover.part.service]


def choose_wait(support_request: SupportRequest, *, actor: Actor, now: datetime) -> None:
    """All places are full: wait till one has room again. Our clock rests; the entrepreneur's never does.

    Raises WrongState when no place is full, or nothing lies at the desk.
    """
    _check(support_request, actor)
    receipt = receipt_for(support_request, now=now)
    full = [row.organisation_id for row in receipt.excluded if {f.rule for f in row.failed} == {"capacity"}]
    if not full or not open_parts(support_request) or support_request.paused_at is not None:
        raise WrongState(_l("There is nothing to wait for now."))
    support_request.waits_until = room_again(full, now, receipt)
    await_offices(support_request.id, full)
    terms.pause_request(db.session(), support_request, now)
    details = {"until": support_request.waits_until.isoformat(), "organisation_ids": full}
    record(db.session, "support_request.choose_wait", support_request, actor=actor, now=now, data=details)
    db.session.flush()


def room_again(organisation_ids: Iterable[str], now: datetime, receipt: Receipt | None = None) -> datetime:
    """When the first of these full places has room again: the day it named itself, else when its weeks allow."""
    ids = list(organisation_ids)
    statement = select(Office).where(Office.organisation_id.in_(ids), Office.closed_on.is_(None)).order_by(Office.id)
    offices: dict[str, list[Office]] = {}
    for office in db.session.execute(statement).scalars():
        offices.setdefault(office.organisation_id, []).append(office)
    if not offices:
        return datetime.combine(next_monday(now, "UTC"), time(), UTC)
    by_week = full_until(db.session(), offices, now)
    said = _days_named(receipt)
    return min(
        datetime.combine(_day(rows[0], said.get(name), by_week.get(name), now), time(), zone(rows[0].timezone))
        for name, rows in offices.items()
    ).astimezone(UTC)


def _day(office: Office, named: date | None, by_week: date | None, now: datetime) -> date:
    days = [day for day in (named, by_week) if day is not None]
    return max(days) if days else next_monday(now, office.timezone)


def _days_named(receipt: Receipt | None) -> dict[str, date]:
    """Until when places said they are full for this question."""
    found = {}
    for row in receipt.excluded if receipt else ():
        for failure in row.failed:
            if failure.rule == "capacity" and failure.value[:1].isdigit():
                found[row.organisation_id] = date.fromisoformat(failure.value)
    return found


def refuse_place(referral: Referral, *, actor: Actor, now: datetime) -> None:
    """Not this place: the referral ends, the place is left off from now on, the desk looks for another."""
    support_request = referral.support_request
    _check(support_request, actor)
    if not referral.is_live:
        raise WrongState(_l("Your question is not there any more."))
    details = {"organisation_id": referral.to_id, "referral_id": referral.id}
    record(db.session, "support_request.refuse_place", support_request, actor=actor, now=now, data=details)
    _end_live([referral], "client_refused", actor=actor, now=now)


def return_to_post(support_request: SupportRequest, *, actor: Actor, now: datetime) -> None:
    """Back to the post: what runs at hubs and partners ends; a question that lies with a hub or partner moves."""
    _check(support_request, actor)
    is_private = support_request.owner.kind in (OrganisationKind.HUB, OrganisationKind.PARTNER)
    desk = _public_desk(support_request, now) if is_private else support_request.office
    live = [r for r in support_request.referrals if r.is_live]
    elsewhere = [r for r in live if needs_consent(r) or r.to_id == desk.organisation_id]
    details = {"referrals": len(elsewhere), "moves": is_private}
    record(db.session, "support_request.return_to_post", support_request, actor=actor, now=now, data=details)
    _end_live(elsewhere, "returned_to_post", actor=actor, now=now)
    if is_private:
        _move(support_request, desk, actor=actor, now=now)
    support_request.chosen_id = support_request.owner_id
    stop_waiting(support_request, now)
    db.session.flush()


def _public_desk(support_request: SupportRequest, now: datetime) -> Office:
    """The office of the post responsible for the market, else the ministry's central desk."""
    covers = current_table(now).covers.get(support_request.market or "", ())
    post = responsible_post(covers, support_request.city, False, local_day(now))
    statement = select(Organisation).where(
        Organisation.id == post.organisation_id if post else Organisation.kind == OrganisationKind.MINISTRY
    )
    organisation = db.session.execute(statement.limit(1)).scalar_one()
    office = terms.office_of(db.session(), organisation, post.office_id if post else None)
    if office is None:
        raise RuleViolation("no_office", _l("There is no desk that can take this question now."))
    return office


def _move(support_request: SupportRequest, office: Office, *, actor: Actor, now: datetime) -> None:
    """Another desk owns the question from now on, with the company as it was written down; its clock starts."""
    before = support_request.owner_id
    _hand_over_company(support_request, office.organisation_id, actor, now)
    support_request.owner_id, support_request.office_id = office.organisation_id, office.id
    support_request.handler_id = support_request.submission_key = None
    db.session.flush()
    moved = ["owner", "office", "company", "company_record", "contact_person", "handler"]
    db.session.expire(support_request, moved)
    terms.start_request_term(db.session(), support_request, "first_reply", now)
    details = {"owner_before": before, "owner_id": office.organisation_id}
    record(db.session, "support_request.moved", support_request, actor=actor, now=now, data=details)


def _hand_over_company(support_request: SupportRequest, organisation_id: str, actor: Actor, now: datetime) -> None:
    company, known, person = (
        support_request.company,
        support_request.company_record,
        support_request.contact_person,
    )
    if company is None or known is None:
        return
    data = CompanyData(
        name=known.name,
        registration_number=company.registration_number,
        country=company.country,
        city=known.city,
        region=known.region,
    )
    kept: CompanyRecord = know_company(organisation_id, data, actor=actor, now=now)
    support_request.company_id = kept.company_id
    if person is not None:
        contact = ContactData(name=person.name, email=person.email, phone=person.phone, language=person.language)
        support_request.contact_person_id = know_contact_person(organisation_id, kept.company, contact, now=now).id


def add_information(support_request: SupportRequest, text: str, *, actor: Actor, now: datetime) -> Message:
    """Something the entrepreneur adds; a hub reads it once it has accepted. Raises RuleViolation for an empty text."""
    _check(support_request, actor)
    message = add_message(support_request, "information", text, actor=actor, now=now)
    if message is None:
        raise RuleViolation("text_required", _l("Write what you want to add."), "text")
    details = {"message_id": message.id}
    record(db.session, "support_request.add_information", support_request, actor=actor, now=now, data=details)
    return message


def give_consent(support_request: SupportRequest, consent: Consent, *, actor: Actor, now: datetime) -> None:
    """From now on this consent holds for the question; the one before it no longer does, nor what only that allowed."""
    _check(support_request, actor)
    support_request.consent = consent
    details = {"consent_id": consent.id, "recipients": consent.recipients_kind}
    record(db.session, "support_request.give_consent", support_request, actor=actor, now=now, data=details)
    db.session.flush()
    asked = [r for r in support_request.referrals if r.is_live and needs_consent(r)]
    _close_views([r for r in asked if not has_consent(r, now)], actor=actor, now=now)


def _close_views(referrals: list[Referral], *, actor: Actor, now: datetime) -> None:
    """No consent covers these any more: they end, and their receivers forget who asked."""
    _end_live(referrals, "consent_withdrawn", actor=actor, now=now)
    for referral in referrals:
        forget_company(referral)


def withdraw_consent(support_request: SupportRequest, *, actor: Actor, now: datetime) -> None:
    """No more: every referral to a hub or partner ends at once, for every question asked under the same consent."""
    if not actor.can(P.SUPPORT_REQUEST_SPEAK, support_request):
        raise NotPermitted()
    consent = support_request.consent
    if consent is None or not consent.is_valid:
        raise WrongState(_l("There is no consent to withdraw."))
    withdraw_consents([consent], actor=actor, now=now)
    for covered in _under(consent):
        details = {"consent_id": consent.id}
        record(db.session, "support_request.withdraw_consent", covered, actor=actor, now=now, data=details)
        shown = [r for r in covered.referrals if needs_consent(r) and r.mode != "cold"]
        _close_views(shown, actor=actor, now=now)
    db.session.flush()


def _under(consent: Consent) -> list[SupportRequest]:
    statement = (
        select(SupportRequest)
        .where(SupportRequest.consent_id == consent.id)
        .order_by(SupportRequest.id)
        .with_for_update(of=SupportRequest)
    )
    return list(db.session.execute(statement).scalars())


def do_not_tell(
    support_request: SupportRequest, organisation_ids: Iterable[str], *, actor: Actor, now: datetime
) -> None:
    """Whom the entrepreneur does not want to know of the question; what runs there ends."""
    _check(support_request, actor)
    wanted = sorted(set(organisation_ids))
    known = select(Organisation.id).where(Organisation.id.in_(wanted))
    listed = sorted(set(db.session.execute(known).scalars()) - {support_request.owner_id})
    support_request.do_not_tell = listed
    details = {"organisation_ids": listed}
    record(db.session, "support_request.do_not_tell", support_request, actor=actor, now=now, data=details)
    told = [r for r in support_request.referrals if r.to_id in listed]
    _end_live(told, "not_to_be_told", actor=actor, now=now)
    for referral in told:
        if needs_consent(referral):
            forget_company(referral)
    db.session.flush()


def _end_live(referrals: Iterable[Referral], reason: str, *, actor: Actor, now: datetime) -> None:
    """End those that still run and bring their parts back to the owning desk."""
    for referral in list(referrals):
        if referral.is_live:
            withdraw_by_rule(referral, reason, by=actor, now=now)
            bring_back(referral, cause="withdrawn", actor=actor, now=now)


def named_so_far(support_request: SupportRequest, leaving: Iterable[str] = ()) -> set[str]:
    """Whom the consent names, and who has the question now: they stay covered when one more place is named.

    Not who has it now for the services in `leaving`, which go elsewhere.
    """
    before = support_request.consent
    if before is None or not before.is_valid:
        return set()
    staying = [r for r in support_request.referrals if r.is_live and not set(leaving) & set(services_of(r))]
    live = {r.to_id for r in staying if needs_consent(r)}
    return {*(before.recipient_ids or ()), *live} - set(support_request.do_not_tell or ())


def name_in_consent(
    support_request: SupportRequest, organisation_id: str, *, channel: str, actor: Actor, now: datetime
) -> Consent:
    """The entrepreneur told the desk that this place may know too: a new consent that names it.

    Whom the consent before named, and who has the question now, stay covered; a class is not carried over.
    Raises RuleViolation without a company, for an organisation that does not exist, and for what was said by
    telephone when no mail can confirm it.
    """
    _check(support_request, actor)
    organisation = db.session.get(Organisation, organisation_id)
    company, person = support_request.company, support_request.contact_person
    if organisation is None or company is None:
        raise RuleViolation("consent_impossible", _l("Write down who asks first."), "consent")
    if channel in CONFIRMED_BY_MAIL and not (person and person.email):
        message = _l("Consent given by telephone is confirmed by mail: fill in an e-mail address.")
        raise RuleViolation("email_for_consent", message, "consent")
    consent = record_consent(
        support_request.owner_id,
        company,
        support_request.contact_person,
        ConsentData(
            recipients="organisations",
            recipient_ids=tuple(sorted(named_so_far(support_request) | {organisation_id})),
            channel=channel,
            given_at=now,
        ),
        actor=actor,
        now=now,
        market=support_request.market,
        countries=[organisation.market],
    )
    give_consent(support_request, consent, actor=actor, now=now)
    return consent
