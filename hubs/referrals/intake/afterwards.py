"""What the entrepreneur does with the link besides steering: answering, naming a new recipient, asking for the link."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from hubs.accounts.actor import actor_of_entrepreneur
from hubs.accounts.models import Organisation
from hubs.accounts.permissions import P
from hubs.companies.models import Consent, ContactPerson
from hubs.companies.operations import ConsentData, record_consent
from hubs.core.errors import NotPermitted, RuleViolation, WrongState
from hubs.core.events import Event, record
from hubs.core.perform import Actor
from hubs.core.uploads import Received
from hubs.extensions import db
from hubs.referrals.intake.asking import ask_confirmation, is_confirmable
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import Message, SupportRequest
from hubs.referrals.operations import act_on_request, add_information
from hubs.referrals.operations.entrepreneur import named_so_far
from hubs.referrals.operations.files import add_files
from hubs.referrals.operations.messages import add_message

TEXT_LENGTH = 4000
LINK_EVERY = timedelta(minutes=10)
MOST_LINKS = 20  # in one mail
LINK_REQUESTED = "support_request.link_requested"


def tell(support_request: SupportRequest, text: str | None, *, actor: Actor, now: datetime) -> None:
    """An answer while one is waited for, else something added; also to a closed question, which its desk then sees.

    Raises NotPermitted, WrongState, RuleViolation.
    """
    words = (text or "").strip()
    if not words:
        raise RuleViolation("text_required", _l("Write what you want to say."), "text")
    if len(words) > TEXT_LENGTH:
        raise RuleViolation("too_long", _l("Use at most %(number)s characters.", number=TEXT_LENGTH), "text")
    if support_request.state == RequestState.AWAITING_ENTREPRENEUR:
        act_on_request(support_request, "answer", actor=actor, now=now, data={"note": words})
    elif support_request.state == RequestState.CLOSED:
        _tell_of_closed(support_request, words, actor=actor, now=now)
    else:
        add_information(support_request, words, actor=actor, now=now)


def _tell_of_closed(support_request: SupportRequest, words: str, *, actor: Actor, now: datetime) -> Message | None:
    """Not helped after all: the desk is told and may open the question again."""
    if not actor.can(P.SUPPORT_REQUEST_SPEAK, support_request):
        raise NotPermitted()
    message = add_message(support_request, "information", words, actor=actor, now=now)
    details = {"message_id": message.id if message else None, "after_closing": True}
    record(db.session(), "support_request.add_information", support_request, actor=actor, now=now, data=details)
    return message


def add_files_of_entrepreneur(
    support_request: SupportRequest, received: Sequence[Received], *, actor: Actor, now: datetime
) -> None:
    """Files added on one's own page: the desk sees them, a hub once it accepted. Raises NotPermitted, RuleViolation."""
    if not actor.can(P.SUPPORT_REQUEST_SPEAK, support_request):
        raise NotPermitted()
    if support_request.state in (RequestState.DRAFT, RequestState.WITHDRAWN):
        raise WrongState(_l("Files cannot be added to this question."))
    added = add_files(support_request, received, actor=actor, now=now)
    details = {"files": [each.id for each in added]}
    record(db.session(), "support_request.add_file", support_request, actor=actor, now=now, data=details)


def name_recipient(
    support_request: SupportRequest, organisation_id: str, services: Iterable[str], *, actor: Actor, now: datetime
) -> Consent | None:
    """The consent that choosing a place on one's own page is: it names that place for these services.

    Whom the consent before named stays named. None without a company.
    """
    company = support_request.company
    if company is None:
        return None
    recipients = tuple(sorted(named_so_far(support_request, services) | {organisation_id}))
    market = select(Organisation.market).where(Organisation.id == organisation_id)
    return record_consent(
        support_request.owner_id,
        company,
        support_request.contact_person,
        ConsentData(recipients="organisations", recipient_ids=recipients, given_at=now, channel="web"),
        actor=actor,
        now=now,
        market=support_request.market,
        countries=[db.session.execute(market).scalar_one_or_none()],
        asks_confirmation=False,
    )


def request_link(email: str, reference: str, *, now: datetime) -> None:
    """Have lost links mailed again, to the address that belongs to the questions and to no other.

    By number, by address, or both, which then must belong together; by an address all its open questions, in one
    mail. Whoever asks learns nothing from what happens. Within minutes nothing is mailed twice.
    """
    found = _asked_for(email.strip(), _as_reference(reference) if reference.strip() else None, bool(reference.strip()))
    sent = [each for each in found if each.state != RequestState.DRAFT]
    if sent and not any(_was_mailed_lately(each, now) for each in sent):
        details = {"questions": [each.id for each in sent]} if len(sent) > 1 else {}
        entrepreneur = actor_of_entrepreneur(sent[0].id, sent[0].language)
        record(db.session(), LINK_REQUESTED, sent[0], actor=entrepreneur, now=now, data=details)
    for draft in (each for each in found if each not in sent and is_confirmable(each, now)):
        if not _was_mailed_lately(draft, now):
            ask_confirmation(draft, now=now)


def _asked_for(email: str, reference: str | None, by_reference: bool) -> Sequence[SupportRequest]:
    """The questions that are meant, newest first; with a number that one, open or not."""
    if not email and reference is None or by_reference and reference is None:
        return []
    statement = select(SupportRequest).join(SupportRequest.contact_person).where(ContactPerson.email.is_not(None))
    if email:
        statement = statement.where(func.lower(ContactPerson.email) == email.lower()[:254])
    if reference is not None:
        statement = statement.where(SupportRequest.reference == reference)
    else:
        over = (RequestState.CLOSED, RequestState.WITHDRAWN)
        statement = statement.where(SupportRequest.state.not_in(over)).limit(MOST_LINKS)
    return db.session.execute(statement.order_by(SupportRequest.id.desc())).scalars().all()


def _as_reference(typed: str) -> str | None:
    """H-7K4-29Q from what somebody typed or heard: small letters, without dashes, with spaces."""
    plain = re.sub(r"[^0-9A-Z]", "", typed.upper())
    return f"H-{plain[1:4]}-{plain[4:7]}" if len(plain) == 7 and plain[0] == "H" else None


def _was_mailed_lately(support_request: SupportRequest, now: datetime) -> bool:
    kind = "support_request.asked" if support_request.state == RequestState.DRAFT else LINK_REQUESTED
    statement = select(Event.id).where(
        Event.subject_type == support_request.__tablename__,
        Event.subject_id == support_request.id,
        Event.kind == kind,
        Event.at > now - LINK_EVERY,
    )
    return db.session.execute(statement.limit(1)).first() is not None
