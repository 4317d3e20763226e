"""What the API tells of questions and referrals; a referral only through `referral_view` (domain.md, rule 1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import get_locale

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation
from hubs.accounts.permissions import P
from hubs.api.schemas import camel
from hubs.companies.consenting import RecipientsKind, consent_standing
from hubs.companies.models import Company, Consent
from hubs.core.perform import open_actions
from hubs.referrals.conversation import of_desk, readable
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.presentation import RECEIVER, SENDER, ReferralView, referral_view, request_services
from hubs.referrals.tracking import tracking_url

HOME = "NL"
_REQUEST = (
    "id", "reference", "state", "title", "office_id", "handler_id", "group_id", "market", "city", "sector",
    "services", "parts", "company_size", "target_groups", "language", "urgency", "channel", "company_name",
    "created_at", "received_at", "waiting_since", "taken_at", "closed_at", "term", "due_at", "outcome", "has_gap",
    "gap_causes", "chosen_id",
)  # fmt: skip
_REFERRAL = (
    "id", "kind", "mode", "instrument", "partner_reference", "sent_at", "acknowledged_at", "accepted_at",
    "contact_at", "ended_at", "term", "decide_due_at", "reason", "outcome",
)  # fmt: skip
_QUESTION = (
    "services", "text", "title", "market", "city", "sector", "company_size", "target_groups", "language",
    "languages", "urgency", "messages",
)  # fmt: skip


def organisation_shown(organisation: Organisation) -> dict[str, Any]:
    """An organisation as answers name it."""
    return {
        "id": organisation.id,
        "kind": organisation.kind,
        "code": organisation.code,
        "name": organisation.name(str(get_locale() or "nl")),
    }


def facts_shown(facts: Mapping[str, Any] | None) -> dict[str, Any]:
    return {camel(key): value for key, value in (facts or {}).items()}


def request_listed(support_request: SupportRequest, actor: Actor) -> dict[str, Any]:
    """A question as a list shows it to its own desk."""
    return {
        **{name: getattr(support_request, name) for name in _REQUEST},
        "owner": organisation_shown(support_request.owner),
        "facts": facts_shown(support_request.facts),
        "is_paused": support_request.paused_at is not None,
        "referrals": [_referral_listed(referral) for referral in support_request.referrals],
        "actions": [row.name for row in open_actions(support_request, actor)],
    }


def request_shown(support_request: SupportRequest, actor: Actor) -> dict[str, Any]:
    """A question in full, for its own desk."""
    person = support_request.contact_person
    consent = support_request.consent
    shown = request_listed(support_request, actor)
    shown["referrals"] = [
        {**_referral_listed(referral), "services": request_services(referral)} for referral in support_request.referrals
    ]
    return {
        **shown,
        "text": support_request.text,
        "private_notes": support_request.private_notes,
        "company": _company(support_request.company, support_request, with_id=True),
        "contact_person": person,
        "consent": consent_shown(consent) if consent else None,
        "do_not_tell": support_request.do_not_tell,
        "messages": readable(support_request.messages, of_desk(actor)),
        **_link(support_request, actor),
    }


def _link(support_request: SupportRequest, actor: Actor) -> dict[str, str]:
    """The entrepreneur's link lets its holder answer, choose and withdraw: not for a token that only reads."""
    may_speak = actor.can(P.SUPPORT_REQUEST_SPEAK, support_request)
    return {"tracking_url": tracking_url(support_request)} if may_speak else {}


def _company(company: Company | None, support_request: SupportRequest, *, with_id: bool) -> dict[str, Any] | None:
    """The company as the owning desk wrote it down; its id belongs to that desk's scope."""
    if company is None:
        return None
    number = company.registration_number
    shown = {
        "name": support_request.company_name,
        "kvk_number": number if company.country == HOME else None,
        "registration_number": number,
        "country": company.country,
        "region": support_request.region,
    }
    return {"id": company.id, **shown} if with_id else shown


def consent_shown(consent: Consent) -> dict[str, Any]:
    is_class = consent.recipients_kind == RecipientsKind.MARKET
    names = ("text_version", "given_at", "channel", "confirmed_at", "withdrawn_at")
    return {
        **{name: getattr(consent, name) for name in names},
        "standing": str(consent_standing(consent)),
        "recipients": str(RecipientsKind.MARKET) if is_class else list(consent.recipient_ids),
    }


def _referral_listed(referral: Referral) -> dict[str, Any]:
    names = ("id", "reference", "state", "kind", "mode", "instrument", "sent_at", "due_at", "reason", "outcome")
    return {**{name: getattr(referral, name) for name in names}, "to": organisation_shown(referral.receiver)}


def referral_shown(referral: Referral, actor: Actor, now: datetime) -> dict[str, Any]:
    """A referral for one of its sides: what this side may not see has no key in it."""
    view = referral_view(referral, actor, now)
    shown = {
        **{name: getattr(referral, name) for name in _REFERRAL},
        "reference": view.reference,
        "state": view.state,
        "due_at": view.due_at,
        "side": view.side,
        "sender": organisation_shown(referral.sender),
        "receiver": organisation_shown(referral.receiver),
        "receiver_office": referral.to_office_id,
        "handler": referral.handler_id if view.side == RECEIVER else None,
        "agreement": referral.agreement_id,
        "is_paused": referral.paused_at is not None,
        "hidden_because": view.hidden_because or None,
        "actions": _actions(view, actor),
    }
    if view.side == SENDER:
        shown.update(support_request=referral.support_request_id, override_reason=referral.override_reason)
    if view.sees_question:
        shown.update({name: getattr(view, name) for name in _QUESTION}, facts=facts_shown(view.facts))
    if view.sees_identity:
        shown.update(
            company=_company(view.company, referral.support_request, with_id=False),
            contact_person=view.contact_person,
            private_notes=view.private_notes,
        )
    return shown


def _actions(view: ReferralView, actor: Actor) -> list[str]:
    """What the caller may do; once the time to answer is over, the receiver nothing more."""
    if view.is_over and view.side == RECEIVER:
        return []
    return [row.name for row in open_actions(view.referral, actor)]
