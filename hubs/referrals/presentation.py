"""What somebody may see of a referral, derived at every read (domain.md, rules 1 and 8).

The one way in which pages, API and mail read a referral for an actor. What may not be seen is not in the view.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.models import OrganisationKind
from hubs.companies.models import Company, ContactPerson
from hubs.core.errors import NotFound
from hubs.referrals.conversation import Reader, Side, readable
from hubs.referrals.lifecycle import ReferralState, RequestState
from hubs.referrals.models import Message, Referral
from hubs.referrals.operations.accepting import has_consent, is_covered
from hubs.referrals.operations.referrals import is_over

F = ReferralState
SENDER, RECEIVER = "sender", "receiver"
_OVER_FOR_RECEIVER = frozenset({F.DECLINED, F.LAPSED, F.RETURNED, F.RECALLED, F.WITHDRAWN})

# why a referral ended by rule, in words; the reasons people choose are code lists
RULE_REASONS = {
    "consent_withdrawn": _l("The entrepreneur withdrew the consent."),
    "request_withdrawn": _l("The entrepreneur withdrew the question."),
    "client_refused": _l("The entrepreneur does not want this place."),
    "client_choice": _l("The entrepreneur chose another place."),
    "returned_to_post": _l("The entrepreneur wants to be helped by the post."),
    "not_to_be_told": _l("The entrepreneur does not want this organisation to know."),
    "hub_standing": _l("The hub's standing changed."),
    "agreement_ended": _l("The agreement ended."),
}


@dataclass(frozen=True, kw_only=True)
class ReferralView:
    """A referral as one side may see it now. What is hidden is None or empty."""

    referral: Referral
    side: str
    sees_question: bool
    sees_identity: bool
    hidden_because: str  # "", not_accepted, ended, consent
    is_over: bool  # the time to answer has passed
    reference: str
    state: str
    due_at: datetime | None
    services: list[str] = field(default_factory=list)
    text: str | None = None
    title: str | None = None
    market: str | None = None
    city: str | None = None
    sector: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    company_size: str | None = None
    target_groups: list[str] = field(default_factory=list)
    language: str | None = None
    languages: list[str] = field(default_factory=list)
    urgency: str | None = None
    company: Company | None = None
    company_name: str | None = None
    contact_person: ContactPerson | None = None
    private_notes: str | None = None
    messages: list[Message] = field(default_factory=list)


def side_of(referral: Referral, actor: Actor) -> str:
    """Which side of it the actor is on. Raises NotFound for neither."""
    if actor.is_system or actor.organisation_id == referral.from_id:
        return SENDER
    if actor.organisation_id == referral.to_id and referral.mode != "cold":
        return RECEIVER
    raise NotFound()


def referral_view(referral: Referral, actor: Actor, now: datetime) -> ReferralView:
    """What the actor sees of it at this moment. Raises NotFound for who is on neither side."""
    side = side_of(referral, actor)
    over = is_over(referral, now)
    hidden = _hidden_because(referral, over, now) if side == RECEIVER else _hidden_from_sender(referral, actor)
    sees_question = hidden in ("", "not_accepted")
    sees_identity = hidden == ""
    base: dict[str, Any] = {
        "referral": referral,
        "side": side,
        "sees_question": sees_question,
        "sees_identity": sees_identity,
        "hidden_because": hidden,
        "is_over": over,
        "reference": referral.reference,
        "state": str(F.LAPSED) if over else referral.state,
        "due_at": referral.due_at,
    }
    question = _question(referral) if sees_question else {}
    identity = _identity(referral) if sees_identity else {}
    messages = _messages(referral, side, actor, sees_identity) if sees_question else []
    return ReferralView(**base, **question, **identity, messages=messages)


def sees_question_in_list(referral: Referral, side: str, now: datetime) -> bool:
    """Whether a line of a list may hold the question's title; asks the database nothing."""
    if side == SENDER:
        return referral.support_request.owner_id == referral.from_id
    return not _has_ended(referral, is_over(referral, now)) and is_covered(referral, standing="accredited")


def sees_identity(referral: Referral, actor: Actor, now: datetime) -> bool:
    """Whether the actor may know who asks."""
    return referral_view(referral, actor, now).sees_identity


def _hidden_because(referral: Referral, over: bool, now: datetime) -> str:
    """Why the receiver does not see (all of) it: after it ended nothing, before a hub accepts not who asks."""
    if _has_ended(referral, over):
        return "ended"
    if not has_consent(referral, now):
        return "consent"
    if referral.receiver.kind == OrganisationKind.HUB and referral.accepted_at is None:
        return "not_accepted"
    return ""


def _has_ended(referral: Referral, over: bool) -> bool:
    """Whether the receiver is out of it; a question that was withdrawn is withdrawn from who closed a part, too."""
    withdrawn = referral.support_request.state == RequestState.WITHDRAWN
    return over or withdrawn or referral.state in _OVER_FOR_RECEIVER


def _hidden_from_sender(referral: Referral, actor: Actor) -> str:
    """The desk that sent it sees all of it, for as long as the question is its own."""
    return "" if actor.is_system or referral.support_request.owner_id == actor.organisation_id else "ended"


def request_services(referral: Referral) -> list[str]:
    """The services of the parts it covers; None of them for a part whose need is not known."""
    return [cover.part.service for cover in referral.covers if cover.part.service]


def _question(referral: Referral) -> dict[str, Any]:
    support_request = referral.support_request
    return {
        "services": request_services(referral),
        "text": support_request.text,
        "title": support_request.title,
        "market": support_request.market,
        "city": support_request.city,
        "sector": support_request.sector,
        "facts": support_request.facts or {},
        "company_size": support_request.company_size,
        "target_groups": list(support_request.target_groups or ()),
        "language": support_request.language,
        "languages": [support_request.language] if support_request.language else [],
        "urgency": support_request.urgency,
    }


def _identity(referral: Referral) -> dict[str, Any]:
    support_request = referral.support_request
    return {
        "company": support_request.company,
        "company_name": support_request.company_name,
        "contact_person": support_request.contact_person,
        "private_notes": support_request.private_notes,
    }


def _messages(referral: Referral, side: str, actor: Actor, identity: bool) -> list[Message]:
    """What the two desks said to each other; what the entrepreneur said only to who knows them."""
    reader = Reader(
        side=Side.RECEIVER if side == RECEIVER else Side.SENDER,
        organisation_id=actor.organisation_id,
        referral_id=referral.id,
        sees_identity=identity,
    )
    return readable(referral.support_request.messages, reader)
