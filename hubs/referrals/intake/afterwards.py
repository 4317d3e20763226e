"""What the entrepreneur does with the link besides steering: answering, naming a new recipient, asking for the link."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.actor import actor_of_entrepreneur
from hubs.accounts.models import Organisation
from hubs.accounts.permissions import P
from hubs.companies.models import Consent
from hubs.companies.operations import ConsentData, record_consent
from hubs.core.errors import NotPermitted, RuleViolation
from hubs.core.events import Event, record
from hubs.core.perform import Actor
from hubs.core.types import folded
from hubs.extensions import db
from hubs.referrals.intake.asking import ask_confirmation, is_confirmable
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import Message, SupportRequest
from hubs.referrals.operations import act_on_request, add_information
from hubs.referrals.operations.entrepreneur import named_so_far
from hubs.referrals.operations.messages import add_message

TEXT_LENGTH = 4000
LINK_EVERY = timedelta(minutes=10)


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
    """Have the link mailed again to the address that belongs to this question; nothing when they do not match."""
    wanted = _as_reference(reference)
    if wanted is None:
        return
    statement = select(SupportRequest).where(SupportRequest.reference == wanted)
    found = db.session.execute(statement).scalar_one_or_none()
    person = found.contact_person if found else None
    if found is None or person is None or not person.email or folded(person.email) != folded(email):
        return
    is_draft = found.state == RequestState.DRAFT
    kind = "support_request.asked" if is_draft else "support_request.link_requested"
    if _was_mailed_lately(found, kind, now):
        return
    if not is_draft:
        record(db.session(), kind, found, actor=actor_of_entrepreneur(found.id, found.language), now=now)
    elif is_confirmable(found, now):
        ask_confirmation(found, now=now)


def _as_reference(typed: str) -> str | None:
    """H-7K4-29Q from what somebody typed or heard: small letters, without dashes, with spaces."""
    plain = re.sub(r"[^0-9A-Z]", "", typed.upper())
    return f"H-{plain[1:4]}-{plain[4:7]}" if len(plain) == 7 and plain[0] == "H" else None


def _was_mailed_lately(support_request: SupportRequest, kind: str, now: datetime) -> bool:
    statement = select(Event.id).where(
        Event.subject_type == support_request.__tablename__,
        Event.subject_id == support_request.id,
        Event.kind == kind,
        Event.at > now - LINK_EVERY,
    )
    return db.session.execute(statement.limit(1)).first() is not None
