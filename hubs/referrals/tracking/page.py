"""Everything the entrepreneur's page shows of a question; nothing that desks keep to themselves.

Private notes, notes between desks and staff's reasons never come here (domain.md, rule 1 and 3).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from hubs.accounts.models import OrganisationKind
from hubs.companies.consenting import ConsentStanding, RecipientsKind, consent_covers, consent_standing
from hubs.core.clock import local_day
from hubs.core.events import Event
from hubs.core.templating import date_words
from hubs.directory.lifecycle import STANDING
from hubs.directory.models import HubProfile, PartnerProfile, PostProfile, ServiceOffer
from hubs.directory.prices import lowest_price
from hubs.directory.words import first_talk_words, price_words
from hubs.extensions import db
from hubs.reference.labels import label, market_within
from hubs.referrals.complaints import complaints_of
from hubs.referrals.complaints.models import Complaint
from hubs.referrals.conversation import Reader, Side, may_open, readable
from hubs.referrals.intake.addresses import open_change
from hubs.referrals.lifecycle import ReferralState, RequestState
from hubs.referrals.models import Message, QuestionFile, Referral, SupportRequest
from hubs.referrals.operations import receipt_for
from hubs.referrals.operations.accepting import is_covered, needs_consent, standing_now
from hubs.referrals.operations.entrepreneur import room_again
from hubs.referrals.operations.receipts import stored_json
from hubs.referrals.presentation import request_services
from hubs.referrals.receipt_words import part_text
from hubs.referrals.routing import Destination, Receipt
from hubs.referrals.tracking.naming import Names
from hubs.referrals.tracking.status import OPEN, Status, live_referrals, status_of
from hubs.referrals.tracking.steps import Step, past_steps

F = ReferralState
READER = Reader(side=Side.ENTREPRENEUR)
_ACCEPTED = frozenset({F.ACCEPTED, F.CONTACT_MADE, F.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """An organisation that has the question or helped with it, and what its help costs."""

    organisation_id: str
    name: str
    where: str
    phone: str | None = None
    email: str | None = None
    website: str | None = None
    is_certain: bool = True  # accepted, or a partner's address
    is_over: bool = False  # it has helped and is done
    costs: list[tuple[str, str]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    notice: str = ""
    referral_id: str = ""
    can_refuse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another place that could take the question now."""

    organisation_id: str
    name: str
    price: str
    is_new: bool
    asks_consent: bool
    reasons: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    support_request: SupportRequest
    names: Names
    status: Status
    steps: list[Step]
    helpers: list[Helper]
    alternatives: list[Alternative]
    full: list[str]  # places that have no room now
    sees: list[str]
    sees_not: list[str]
    sees_question: list[str]
    consent: dict[str, Any]
    messages: list[Message]
    files: list[QuestionFile]
    complaint: Complaint | None  # the last one
    room_at: datetime | None  # when a full place has room again
    changing_until: datetime | None  # another mail address waits for its confirmation
    others: list[SupportRequest]  # asked together about other markets
    actions: frozenset[str]
    spelled: str
    desk: str  # at the beginning of a sentence
    desk_within: str
    desk_is_post: bool


def page_of(support_request: SupportRequest, now: datetime) -> Page:
    """The page as of now."""
    events = _events(support_request)
    receipt = receipt_for(support_request, now=now) if support_request.state in OPEN else None
    names = Names(_organisation_ids(support_request, events, receipt))
    status = status_of(support_request, names, now)
    live = live_referrals(support_request, now)
    alternatives = list(_alternatives(support_request, receipt, live, names, now))
    full, all_full = _full(receipt, names), _is_all_full(receipt)
    complaint = next(reversed(complaints_of(support_request)), None)
    actions = _actions(support_request, live, alternatives, all_full)
    over = support_request.state in (RequestState.DRAFT, RequestState.WITHDRAWN)
    if not over:
        actions |= {"complain"} if support_request.complaint_due_at is None else set()
        actions |= {"change_email"} if support_request.contact_person is not None else set()
    sees, sees_question, sees_not = _who_sees(support_request, live, names)
    return Page(
        support_request=support_request,
        names=names,
        status=status,
        steps=_steps(support_request, events, status, names),
        helpers=[_helper(referral, names, now) for referral in _helping(support_request, live)],
        alternatives=alternatives,
        full=full,
        sees=sees,
        sees_question=sees_question,
        sees_not=sees_not,
        consent=_consent(support_request, names),
        messages=readable(support_request.messages, READER),
        files=[file for file in support_request.files if may_open(file, READER)],
        complaint=complaint,
        changing_until=_changing_until(support_request, now) if "change_email" in actions else None,
        room_at=room_again(_full_ids(receipt), now, receipt) if "choose_wait" in actions else None,
        others=_others(support_request),
        actions=actions,
        spelled=", ".join(support_request.reference.replace("-", "")),
        desk=names.first(support_request.owner_id),
        desk_within=names.within(support_request.owner_id),
        desk_is_post=support_request.owner.kind == OrganisationKind.POST,
    )


def _events(support_request: SupportRequest) -> Sequence[Event]:
    table = SupportRequest.__tablename__
    own = and_(Event.subject_type == table, Event.subject_id == support_request.id)
    related = and_(Event.related_type == table, Event.related_id == support_request.id)
    return db.session.execute(select(Event).where(or_(own, related)).order_by(Event.id)).scalars().all()


def _organisation_ids(
    support_request: SupportRequest, events: Sequence[Event], receipt: Receipt | None
) -> Iterator[str | None]:
    yield from (support_request.owner_id, support_request.chosen_id)
    yield from support_request.do_not_tell or ()
    for referral in support_request.referrals:
        yield from (referral.to_id, referral.from_id)
    for event in events:
        yield from (event.organisation_id, event.data.get("organisation_id"), event.data.get("owner_id"))
    if receipt is not None:
        yield from (place.organisation_id for place in receipt.destinations)
        yield from (row.organisation_id for row in receipt.excluded)
    if support_request.consent is not None:
        yield from support_request.consent.recipient_ids


def _steps(support_request: SupportRequest, events: Sequence[Event], status: Status, names: Names) -> list[Step]:
    done = past_steps(support_request, events, names)
    if done and support_request.state in OPEN:
        last = done[-1]
        note = " ".join(part for part in (last.note, _("Your question is here now.")) if part)
        done[-1] = Step(last.title, note, last.at, "now")
    return [*done, *status.coming]


def _helping(support_request: SupportRequest, live: Sequence[Referral]) -> list[Referral]:
    """Who has it now; of a closed question who helped, or whose address was given."""
    if support_request.state == RequestState.WITHDRAWN:
        return []
    over = [r for r in support_request.referrals if r.state == F.CLOSED or (r.kind == "signpost" and r.mode == "cold")]
    return [*live, *(referral for referral in over if referral not in live)]


def _helper(referral: Referral, names: Names, now: datetime) -> Helper:
    receiver, office = referral.receiver, referral.receiver_office
    profile = db.session.get(_PROFILES.get(receiver.kind, PostProfile), receiver.id)
    is_certain = referral.state in _ACCEPTED or referral.mode == "cold"
    shown = is_certain or receiver.kind == OrganisationKind.POST
    return Helper(
        organisation_id=receiver.id,
        name=receiver.name(names.locale),
        where=_where(receiver.kind, office.city or ""),
        phone=(getattr(profile, "contact_phone", None) or office.phone) if shown else None,
        email=(getattr(profile, "contact_email", None) or office.email) if shown else None,
        website=getattr(profile, "website", None),
        is_certain=is_certain,
        is_over=referral.state == F.CLOSED and referral.mode != "cold",
        costs=_costs(referral),
        reasons=_reasons(referral),
        notice=_standing_notice(receiver.kind, profile, names.first(receiver.id), now),
        referral_id=referral.id,
        can_refuse=referral.is_live,
    )


_PROFILES: dict[str, Any] = {
    OrganisationKind.HUB: HubProfile,
    OrganisationKind.PARTNER: PartnerProfile,
    OrganisationKind.POST: PostProfile,
}


def _where(kind: str, city: str) -> str:
    if kind == OrganisationKind.HUB:
        return _("hub in %(city)s", city=city) if city else _("hub")
    if kind == OrganisationKind.PARTNER:
        return _("partner of the government in the Netherlands")
    return _("government") if not city else _("government, in %(city)s", city=city)


def _costs(referral: Referral) -> list[tuple[str, str]]:
    if referral.receiver.kind in (OrganisationKind.POST, OrganisationKind.MINISTRY):
        return [(_("Price"), _("Free"))]
    price = lowest_price(_offers(referral.to_id, request_services(referral)))
    if referral.receiver.kind == OrganisationKind.PARTNER and price is None:
        return [(_("Price"), _("Not known here. Ask for it before you start."))]
    lines = []
    if referral.agreement is not None:
        lines.append((_("First talk"), first_talk_words(referral.agreement.first_talk_free)))
    lines.append((_("After that"), price_words(price)))
    if referral.agreement is not None and referral.agreement.no_membership:
        lines.append((_("Becoming a member"), _("Not needed")))
    return lines


def _offers(organisation_id: str, services: Sequence[str]) -> Sequence[ServiceOffer]:
    statement = select(ServiceOffer).where(
        ServiceOffer.organisation_id == organisation_id, ServiceOffer.is_published.is_(True)
    )
    if services:
        statement = statement.where(ServiceOffer.service.in_(services))
    return db.session.execute(statement).scalars().all()


def _reasons(referral: Referral) -> list[str]:
    """Why this place, from the advice that was used; nothing when an officer's own choice had none."""
    if referral.receipt is None:
        return []
    places = Receipt.from_json(stored_json(referral.receipt)).destinations
    place = next((place for place in places if place.organisation_id == referral.to_id), None)
    return _sentences(place) if place else []


def _sentences(place: Destination) -> list[str]:
    return [part_text(part, label=label, plain=True) for part in place.parts]


def _standing_notice(kind: str, profile: Any, name: str, now: datetime) -> str:
    if kind != OrganisationKind.HUB or profile is None or profile.status_on(local_day(now)) in STANDING:
        return ""
    return _(
        "The accreditation of %(place)s has stopped for now. It may finish what it accepted; you may also choose "
        "another place or go back.",
        place=name,
    )


def _alternatives(
    support_request: SupportRequest,
    receipt: Receipt | None,
    live: Sequence[Referral],
    names: Names,
    now: datetime,
) -> Iterator[Alternative]:
    if receipt is None:
        return
    taken = {referral.to_id for referral in live} | {support_request.owner_id, support_request.chosen_id}
    for place in receipt.destinations:
        if place.organisation_id in taken or place.at_owning_desk:
            continue
        taken.add(place.organisation_id)
        yield Alternative(
            organisation_id=place.organisation_id,
            name=names.plain(place.organisation_id),
            price=_place_price(place),
            is_new=place.own_choice,
            asks_consent=asks_consent(support_request, place, now),
            reasons=_sentences(place),
        )


def _place_price(place: Destination) -> str:
    if place.kind == "post":
        return _("Free")
    return price_words(lowest_price(_offers(place.organisation_id, place.services)))


def asks_consent(support_request: SupportRequest, place: Destination, now: datetime) -> bool:
    """Whether choosing this place needs a consent that is not there yet."""
    if place.kind == "post":
        return False
    standing = standing_now(place.organisation_id, now)
    return not consent_covers(support_request.consent, place.organisation_id, support_request.market, standing)


def _full_ids(receipt: Receipt | None) -> list[str]:
    """Places that are left off for want of room and for nothing else."""
    rows = receipt.excluded if receipt is not None else ()
    return [row.organisation_id for row in rows if {failure.rule for failure in row.failed} == {"capacity"}]


def _full(receipt: Receipt | None, names: Names) -> list[str]:
    return [names.plain(identifier) for identifier in _full_ids(receipt)]


def _is_all_full(receipt: Receipt | None) -> bool:
    """Whether every hub that could help is full: then wait, next place or post, as the entrepreneur chooses."""
    return receipt is not None and receipt.is_all_full


def _changing_until(support_request: SupportRequest, now: datetime) -> datetime | None:
    person_id = support_request.contact_person_id
    change = open_change(person_id, now, support_request) if person_id else None
    return change.expires_at if change else None


def _who_sees(
    support_request: SupportRequest, live: Sequence[Referral], names: Names
) -> tuple[list[str], list[str], list[str]]:
    """Who knows who asks, who reads the question only, and who was there and sees nothing any more."""
    sees, question, gone = [support_request.owner_id], [], []
    for referral in support_request.referrals:
        if referral.mode == "cold":
            continue
        if referral in live and referral.state not in _ACCEPTED and names.is_hub(referral.to_id):
            question.append(referral.to_id)
        elif (referral in live or referral.state == F.CLOSED) and _is_shown(support_request, referral):
            sees.append(referral.to_id)
        else:
            gone.append(referral.to_id)
    gone += support_request.do_not_tell or []
    here = set(sees) | set(question)
    return (
        [names.within(each) for each in dict.fromkeys(sees)],
        [names.within(each) for each in dict.fromkeys(question)],
        [names.within(each) for each in dict.fromkeys(gone) if each not in here],
    )


def _is_shown(support_request: SupportRequest, referral: Referral) -> bool:
    return support_request.state != RequestState.WITHDRAWN and is_covered(referral, standing="accredited")


def _consent(support_request: SupportRequest, names: Names) -> dict[str, Any]:
    consent = support_request.consent
    standing = consent_standing(consent)
    if consent is None:
        return {"standing": str(ConsentStanding.NONE), "given_on": "", "recipients": "", "can_withdraw": False}
    if consent.recipients_kind == RecipientsKind.ORGANISATIONS:
        recipients = ", ".join(names.plain(each) for each in consent.recipient_ids)
    else:
        market = market_within(consent.market) or _("your country")
        recipients = _("accredited hubs for %(market)s", market=market)
    return {
        "standing": str(standing),
        "given_on": date_words(consent.given_at),
        "recipients": recipients,
        "can_withdraw": consent.is_valid,
    }


def _others(support_request: SupportRequest) -> list[SupportRequest]:
    if support_request.group_id is None:
        return []
    statement = select(SupportRequest).where(
        SupportRequest.group_id == support_request.group_id, SupportRequest.id != support_request.id
    )
    return list(db.session.execute(statement.order_by(SupportRequest.id)).scalars())


def _actions(
    support_request: SupportRequest,
    live: Sequence[Referral],
    alternatives: Sequence[Alternative],
    all_full: bool,
) -> frozenset[str]:
    """What the page offers in this state; the operations refuse the rest."""
    state = support_request.state
    found: set[str] = set()
    if state in OPEN:
        found |= {"answer", "add_file", "withdraw"}
        found |= {"choose_place"} if alternatives else set()
        found |= {"refuse_place"} if live else set()
        if any(needs_consent(referral) for referral in live) or support_request.owner.kind in ("hub", "partner"):
            found.add("return_to_post")
        at_desk = any(part.state == "open" for part in support_request.parts)
        if all_full and at_desk and support_request.owner.kind == "post":
            found |= {"return_to_post"} if support_request.chosen_id != support_request.owner_id else set()
        if all_full and at_desk and support_request.paused_at is None:
            found.add("choose_wait")
    if state == RequestState.CLOSED:
        found |= {"answer", "add_file"}
    consent = support_request.consent
    if consent is not None and consent.is_valid and state != RequestState.WITHDRAWN:
        found.add("withdraw_consent")
        if consent_standing(consent) in (ConsentStanding.UNCONFIRMED, ConsentStanding.ASKED):
            found.add("confirm_consent")
    return frozenset(found)
