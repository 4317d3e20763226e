"""Event -> deliveries (who is told, by which letter), and delivery -> mail (written anew from what holds when sent).

A hub's mail about a question it has not accepted is written from its reference, market and services only.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from hubs.accounts.links import INVITATION, LIFETIME, path_for
from hubs.accounts.models import AccountLink, Organisation
from hubs.accounts.names import begun, with_article
from hubs.agreements.models import Agreement
from hubs.companies.consenting import ASKED_BY_MAIL, CONFIRMED_BY_MAIL
from hubs.companies.links import consent_url
from hubs.companies.models import Consent
from hubs.companies.queries import address_of
from hubs.core.clock import local_day
from hubs.core.durations import when_words
from hubs.core.events import Event
from hubs.core.links import external
from hubs.extensions import db
from hubs.outbox import (
    accrediting,
    addresses,
    afterwards,
    asking,
    complaining,
    conversation,
    directory,
    formal,
    letters,
    missions,
    people,
    returned,
)
from hubs.outbox.letters import Letter
from hubs.outbox.mail import compose, message_id
from hubs.outbox.models import Delivery
from hubs.outbox.readers import (
    NETHERLANDS,
    Reader,
    desk_readers,
    entrepreneur_of,
    language_of,
    organisation_readers,
    person_readers,
    readers_of,
)
from hubs.reference.labels import label, market_within, service_name
from hubs.referrals.intake.asking import LINK_DAYS
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.terms import client_answer_by
from hubs.referrals.tracking import confirmation_url, tracking_url

RETURN_TO_POST = "support_request.return_to_post"
BACK_AT_DESK, TAKEN_BACK = "support_request.back_at_desk", "support_request.taken_back"
ALL_FULL = "support_request.all_full"
SIGNPOST = "support_request.signpost"
STALE_AFTER = timedelta(days=7)  # a mail that could not go out for a week is no news any more

# --- event -> deliveries -----------------------------------------------------------------------------------


def deliveries_of(entry: Event, now: datetime) -> list[Delivery]:
    """The deliveries one event asks for; none for what nobody needs to be mailed about."""
    planned: dict[tuple[str, str], Delivery] = {}
    for template, reader in _planned(entry):
        planned.setdefault(
            (template, reader.address),
            Delivery(
                event_id=entry.id,
                template=template,
                address=reader.address,
                language=reader.language,
                organisation_id=reader.organisation_id,
                next_try_at=now,
            ),
        )
    if returned.is_about(entry):
        returned.note(entry, now)
    if not planned and formal.is_formal(entry):
        formal.nobody_to_send_to(entry, now)
    return list(planned.values())


def _planned(entry: Event) -> Iterator[tuple[str, Reader]]:
    if conversation.is_message(entry):
        yield from _for_message(entry)
    elif complaining.is_about(entry):
        yield from complaining.readers(entry)
    elif entry.subject_type == "support_requests":
        yield from _for_request(entry)
    elif entry.subject_type == "referrals":
        yield from _for_referral(entry)
    elif entry.subject_type == "consents":
        yield from _for_consent(entry)
    elif entry.subject_type == "kept_asks":
        reader = asking.kept_reader(entry)
        yield from ((asking.GROUP, Reader(*each)) for each in ([reader] if reader else ()))
    elif entry.subject_type == "agreements":
        yield from _for_agreement(entry)
    elif entry.subject_type == "hub_profiles" and entry.kind.startswith("hub_status."):
        yield from (("standing", reader) for reader in organisation_readers(entry.subject_id))
    elif formal.is_formal(entry):
        yield from ((formal.TEMPLATE, reader) for reader in _letter_readers(entry))
    elif accrediting.is_about(entry):
        yield from ((template, reader) for template, who in accrediting.told(entry) for reader in readers_of(who))
    elif missions.is_about(entry):
        yield from ((template, reader) for template, who in missions.told(entry) for reader in readers_of(who))
    elif directory.is_about(entry):
        for template, address, language, seen_by in directory.readers(entry):
            yield template, Reader(address, language, seen_by)
    elif afterwards.is_about(entry):
        yield from _for_afterwards(entry)
    elif addresses.is_about(entry):
        yield from ((template, Reader(*who)) for template, *who in addresses.readers(entry))
    elif people.is_about(entry):
        yield from ((template, reader) for template, who in people.told(entry) for reader in person_readers(who))
    elif entry.kind in letters.ACCOUNT:
        person_id = entry.related_id if entry.related_type == "people" else entry.subject_id
        yield from (("account:" + entry.kind, reader) for reader in person_readers(person_id))


def _letter_readers(entry: Event) -> list[Reader]:
    """Who leads the organisation a letter is to; else its office's inbox."""
    receiver = next((letter.hub for letter in formal.letters_in(entry)), None)
    if receiver is None:
        return []
    inboxes = [office.email for office in receiver.offices if office.email and office.closed_on is None]
    known = organisation_readers(receiver.id)
    return known or [Reader(address, language_of(receiver), receiver.id) for address in inboxes[:1]]


def letter_kind(entry: Event) -> str:
    """The letter an event about a question asks for: its kind, but for an end, and for what came back without a no."""
    ends = entry.data.get("to") == RequestState.CLOSED and entry.data.get("from") != RequestState.CLOSED
    if ends and entry.kind != SIGNPOST:  # a cold signpost ends it too, but the address is what matters
        return "support_request.closed"
    if entry.kind == BACK_AT_DESK and entry.data.get("cause") in ("recalled", "withdrawn"):
        return TAKEN_BACK
    if entry.kind == BACK_AT_DESK and entry.data.get("all_full"):
        return ALL_FULL
    return entry.kind


def _for_request(entry: Event) -> Iterator[tuple[str, Reader]]:
    support_request = db.session.get(SupportRequest, entry.subject_id)
    if support_request is None:
        return
    kind = letter_kind(entry)
    if kind in letters.ENTREPRENEUR and not _is_known_to_entrepreneur(kind, entry):
        yield from (("entrepreneur:" + kind, reader) for reader in entrepreneur_of(support_request))
    by_the_desk = entry.organisation_id == support_request.owner_id
    told_otherwise = kind == TAKEN_BACK and entry.data.get("reason") in ("consent_withdrawn", "client_choice")
    # the post is wanted: what came back, or moved, says so already
    told_otherwise |= kind == RETURN_TO_POST and bool(entry.data.get("referrals") or entry.data.get("moves"))
    if kind in letters.DESK and not by_the_desk and not told_otherwise:
        readers = desk_readers(support_request.office, support_request.handler)
        yield from (("desk:" + kind, reader) for reader in readers)


def _is_known_to_entrepreneur(kind: str, entry: Event) -> bool:
    """Whether they did it themselves on their page, or another letter of the same moment says it."""
    if kind == SIGNPOST:
        return entry.data.get("mode") == "warm"  # the referral to the partner is mailed
    own_doing = entry.actor_kind == "entrepreneur" or entry.data.get("reason") == "consent_withdrawn"
    return kind == TAKEN_BACK and own_doing


def _kind_of_term(entry: Event) -> str:
    """The sender's own term, to answer what the receiver asked, has letters of its own."""
    owed = entry.data.get("term") == "answer" and entry.kind in ("referral.due_soon", "referral.overdue")
    return entry.kind.replace("referral.", "referral.answer_") if owed else entry.kind


def _for_referral(entry: Event) -> Iterator[tuple[str, Reader]]:
    referral = db.session.get(Referral, entry.subject_id)
    if referral is None or referral.mode == "cold":
        return
    kind = _kind_of_term(entry)
    if kind in letters.ENTREPRENEUR:
        yield from (("entrepreneur:" + kind, reader) for reader in entrepreneur_of(referral.support_request))
    if kind in letters.DESK and entry.organisation_id != referral.from_id:
        readers = desk_readers(referral.sender_office, referral.support_request.handler)
        yield from (("desk:" + kind, reader) for reader in readers)
    if kind in letters.RECEIVER and entry.organisation_id != referral.to_id:
        readers = desk_readers(referral.receiver_office, referral.handler)
        yield from (("receiver:" + kind, reader) for reader in readers)


def _for_message(entry: Event) -> Iterator[tuple[str, Reader]]:
    referral = db.session.get(Referral, entry.subject_id) if entry.subject_type == "referrals" else None
    support_request = _subject_request(entry, referral)
    if support_request is None:
        return
    for group in conversation.readers_of(entry, referral):
        if group == conversation.ENTREPRENEUR:
            readers = entrepreneur_of(support_request)
        elif group == conversation.RECEIVER and referral is not None:
            readers = desk_readers(referral.receiver_office, referral.handler)
        else:
            office = referral.sender_office if referral is not None else support_request.office
            readers = desk_readers(office, support_request.handler)
        yield from ((f"{group}:{entry.kind}", reader) for reader in readers)


def _for_consent(entry: Event) -> Iterator[tuple[str, Reader]]:
    """Given by telephone it is confirmed by mail; not given yet it is asked by mail."""
    if entry.kind != "consent.recorded" or entry.data.get("channel") not in CONFIRMED_BY_MAIL:
        return
    kind = "consent.asked" if entry.data.get("channel") == ASKED_BY_MAIL else entry.kind
    support_request = _request_of_consent(entry.subject_id)
    if support_request is not None:
        yield from ((f"entrepreneur:{kind}", reader) for reader in entrepreneur_of(support_request))


def _request_of_consent(consent_id: str) -> SupportRequest | None:
    statement = select(SupportRequest).where(SupportRequest.consent_id == consent_id).order_by(SupportRequest.id)
    return db.session.execute(statement.limit(1)).scalar_one_or_none()


def _for_afterwards(entry: Event) -> Iterator[tuple[str, Reader]]:
    """Who was not helped: word to the desk; how it went later: to whoever asked."""
    found = afterwards.told(entry)
    if found is None:
        return
    template, asked = found
    readers = desk_readers(asked.office, asked.handler) if template == afterwards.UNHAPPY else entrepreneur_of(asked)
    yield from ((template, reader) for reader in readers)


def _closed_request(entry: Event) -> SupportRequest | None:
    return db.session.get(SupportRequest, entry.subject_id) if entry.subject_type == "support_requests" else None


def _for_agreement(entry: Event) -> Iterator[tuple[str, Reader]]:
    agreement = db.session.get(Agreement, entry.subject_id)
    if agreement is None or entry.kind not in letters.AGREEMENT:
        return
    for organisation_id in sorted({agreement.hub_id, *(row.post_id for row in agreement.posts)}):
        if organisation_id != entry.organisation_id:
            yield from (("agreement:" + entry.kind, reader) for reader in organisation_readers(organisation_id))


# --- delivery -> mail --------------------------------------------------------------------------------------


def written(delivery: Delivery, *, sender: str, now: datetime) -> EmailMessage | None:
    """The mail as it should be now; None when it has become pointless (too old, its subject is gone)."""
    entry = db.session.get(Event, delivery.event_id)
    if entry is None or (now - entry.at > STALE_AFTER and not formal.is_formal(entry)):
        return None
    group, _colon, kind = delivery.template.partition(":")
    with current_app.test_request_context("/"), force_locale(delivery.language):
        found = _letter(group, kind, entry, delivery, now)
        if found is None:
            return None
        letter, values, href = found
        thread = _thread(group, kind, entry, sender)
        body = render_template(
            "emails/message.txt",
            lines=[begun(str(line) % values) for line in letter.lines],
            said=conversation.said_in(entry, group),
            button=str(letter.button),
            href=href,
            choices=afterwards.closing_answers(delivery.template, _closed_request(entry)),
        )
        subject = begun(str(letter.subject) % values)
    return compose(
        sender=sender,
        to=delivery.address,
        subject=subject,
        body=body,
        message_id=message_id(delivery.id, sender),
        at=entry.at,
        language=delivery.language,
        attachments=formal.attachments(entry) if delivery.template == formal.TEMPLATE else (),
        reply_to=thread.reply_to,
        references=thread.references,
    )


def _thread(group: str, kind: str, entry: Event, sender: str) -> conversation.Thread:
    """Mails about one case hang together in a mailbox; others stand alone."""
    if group not in conversation.LETTERS:
        return conversation.Thread()
    referral = db.session.get(Referral, entry.subject_id) if entry.subject_type == "referrals" else None
    support_request = _subject_request(entry, referral)
    if support_request is None:
        return conversation.Thread()
    return conversation.thread_of(entry, group, kind, support_request, referral, sender)


def _letter(
    group: str, kind: str, entry: Event, delivery: Delivery, now: datetime
) -> tuple[Letter, dict[str, str], str] | None:
    if group == formal.TEMPLATE:
        return formal.formal_letter(entry, delivery.language)
    if group == people.GROUP:
        return people.letter_for(delivery.template, entry, delivery.language, local_day(now))
    if group == accrediting.GROUP:
        return accrediting.letter_for(delivery.template, entry, delivery.language)
    if group == missions.GROUP:
        return missions.letter_for(delivery.template, entry, delivery.language)
    if group == asking.GROUP:
        return asking.kept_letter(entry, delivery.address, now)
    if group == directory.GROUP:
        return directory.letter_for(delivery.template, entry, delivery.language, delivery.address)
    if group == afterwards.GROUP:
        return afterwards.letter_for(delivery.template, entry, delivery.language)
    if group == complaining.GROUP:
        return complaining.letter_for(delivery.template, entry, now)
    if group == addresses.GROUP:
        return addresses.letter_for(delivery.template, entry, delivery.language)
    if group == "account":
        return _account_letter(kind, entry, delivery.language)
    if group == "standing":
        state = label("hub_status", entry.data.get("to"), delivery.language)
        return letters.STANDING, {"state": state or str(entry.data.get("to", ""))}, external("/organisation")
    if group == "agreement":
        place = db.session.get(Organisation, entry.organisation_id) if entry.organisation_id else None
        name = _called(place, delivery.language) if place else _("The service")
        return letters.AGREEMENT[kind], {"place": name}, external(f"/agreements/{entry.subject_id}")
    if conversation.is_message(entry):
        return _question_letter(conversation.LETTERS[group][kind], group, entry, delivery, now)
    links = asking.links_letter(entry, delivery.address, delivery.language) if asking.is_about_links(entry) else None
    if links is not None:
        return links
    table = {"entrepreneur": letters.ENTREPRENEUR, "desk": letters.DESK, "receiver": letters.RECEIVER}[group]
    return _question_letter(table[kind], group, entry, delivery, now)


def _account_letter(kind: str, entry: Event, language: str) -> tuple[Letter, dict[str, str], str] | None:
    """About one's own account; an invitation or reset that was used meanwhile is not mailed any more."""
    letter = letters.ACCOUNT[kind]
    place = db.session.get(Organisation, entry.organisation_id) if entry.organisation_id else None
    values = {"place": _called(place, language) if place else "Hubs", "days": str(LIFETIME[INVITATION].days)}
    if letter.link == "sign_in":
        return letter, values, external("/sign-in")
    link = db.session.get(AccountLink, entry.data.get("link_id"))
    if link is None or link.used_at is not None:
        return None
    return letter, values, external(path_for(link))


def _question_letter(
    letter: Letter, group: str, entry: Event, delivery: Delivery, now: datetime
) -> tuple[Letter, dict[str, str], str] | None:
    referral = db.session.get(Referral, entry.subject_id) if entry.subject_type == "referrals" else None
    support_request = _subject_request(entry, referral)
    if support_request is None or group == "entrepreneur" and not _reads(support_request, delivery.address):
        return None
    if conversation.is_message(entry) and not conversation.may_still_read(group, referral, now):
        return None
    values = _values(support_request, referral, delivery, group)
    values["due"] = _due_words(entry, support_request, referral, group, now)
    values["answer_by"] = _dated(client_answer_by(db.session(), support_request), NETHERLANDS, now)
    values["days"] = str(LINK_DAYS)
    return letter, values, _href(letter, group, entry, support_request, referral)


def _reads(support_request: SupportRequest, address: str) -> bool:
    """Whether the entrepreneur still reads mail there; a link may not go to an address that was corrected."""
    return any(reader.address == address for reader in entrepreneur_of(support_request))


def _subject_request(entry: Event, referral: Referral | None) -> SupportRequest | None:
    if referral is not None:
        return referral.support_request
    if entry.subject_type == "consents":
        return _request_of_consent(entry.subject_id)
    return db.session.get(SupportRequest, entry.subject_id)


def _due_words(
    entry: Event, support_request: SupportRequest, referral: Referral | None, group: str, now: datetime
) -> str:
    """The moment a letter names, in its reader's zone: for what was just sent, when it lapses without a yes or no."""
    subject = referral if referral is not None else support_request
    due_at = subject.due_at
    if referral is not None and entry.kind == "referral.send":
        due_at = referral.decide_due_at or due_at
    office = referral.receiver_office if referral is not None and group == "receiver" else support_request.office
    zone = NETHERLANDS if group == "entrepreneur" else office.timezone
    return _dated(due_at, zone, now)


def _dated(at: datetime | None, zone: str, now: datetime) -> str:
    """A moment with its date: a letter may be read on another day."""
    return when_words(at, zone, now, dated=True) if at else _("a moment that is not set yet")


def _values(
    support_request: SupportRequest, referral: Referral | None, delivery: Delivery, group: str
) -> dict[str, str]:
    """What a letter may name: references, places, market, services. Never who asks."""
    language = delivery.language
    own = referral is None or group == "entrepreneur"
    services = [part.service for part in support_request.parts if part.service]
    if referral is not None:
        services = [cover.part.service for cover in referral.covers if cover.part.service]
    return {
        "reference": support_request.reference if own or referral is None else referral.reference,
        "place": _called(support_request.owner, language),
        "receiver": _called(referral.receiver, language) if referral is not None else "",
        "market": market_within(support_request.market, language) or _("no country yet"),
        "services": ", ".join(service_name(code, language) for code in services) or _("no service chosen yet"),
    }


def _called(organisation: Organisation, language: str) -> str:
    """As it stands inside a sentence."""
    return with_article(organisation.name(language), language, first=False)


def _href(letter: Letter, group: str, entry: Event, support_request: SupportRequest, referral: Referral | None) -> str:
    if letter.link == "track":
        return tracking_url(support_request)
    if letter.link == "confirm":
        return confirmation_url(support_request)
    if letter.link == "consent":
        consent = db.session.get(Consent, entry.subject_id)
        return consent_url(consent.id, address_of(consent)) if consent is not None else ""
    if conversation.is_message(entry):
        return conversation.page_of(support_request, referral, group)
    if referral is not None:
        return external(f"/referrals/{referral.reference}")
    return external(f"/questions/{support_request.reference}")
