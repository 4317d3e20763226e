"""The main menu: which pages a reader's rights lead to, in one table."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.models import OrganisationKind as K
from hubs.accounts.permissions import P

# (path, words, permission asked for, kinds of organisation or None for every kind)
_SIGNED_IN: tuple[tuple[str, Any, P, frozenset[str] | None], ...] = (
    ("/work", _l("Work"), P.ACCOUNT_USE, None),
    ("/questions", _l("Questions"), P.SUPPORT_REQUEST_READ, None),
    ("/referrals", _l("Referrals"), P.REFERRAL_RECEIVE, None),
    ("/mail", _l("Mail"), P.MAIL_HANDLE, None),
    ("/missions", _l("Missions"), P.MISSION_READ, None),
    ("/companies", _l("Companies"), P.COMPANY_READ, None),
    ("/feedback", _l("Feedback"), P.SUPPORT_REQUEST_READ, None),
    ("/agreements", _l("Agreements"), P.AGREEMENT_READ, None),
    ("/proposals", _l("Proposals"), P.ASSESSMENT_READ, frozenset({K.MINISTRY})),
    ("/decisions", _l("Decisions"), P.ASSESSMENT_READ, frozenset({K.MINISTRY})),
    ("/accreditations", _l("Accreditations"), P.ASSESSMENT_READ, frozenset({K.MINISTRY})),
    ("/accreditation", _l("Accreditation"), P.PROPOSAL_WRITE, frozenset({K.HUB})),
    ("/register", _l("Hubs"), P.DIRECTORY_READ, None),
    ("/routing-faults", _l("Routing faults"), P.ROUTING_FAULT_READ, None),
    ("/hubs", _l("Standing of hubs"), P.HUB_STATUS_SET, None),
    ("/organisation", _l("Our hub"), P.PROFILE_EDIT, frozenset({K.HUB})),
    ("/organisation", _l("Our post"), P.PROFILE_EDIT, frozenset({K.POST})),
    ("/organisation", _l("Our organisation"), P.PROFILE_EDIT, frozenset({K.PARTNER})),
    ("/guideline", _l("Guideline"), P.GUIDELINE_READ, None),
    ("/people", _l("People"), P.PEOPLE_MANAGE, None),
    ("/administration", _l("Administration"), P.ORGANISATION_MANAGE, None),
)
_PUBLIC: tuple[tuple[str, Any], ...] = (
    ("/ask", _l("Ask a question")),
    ("/register", _l("Find a hub")),
    ("/track", _l("Follow your question")),
)


def items_for(actor: Actor | None, path: str) -> list[dict[str, Any]]:
    """The menu as {href, label, current}; `path` is the page shown."""
    if actor is None:
        listed = list(_PUBLIC)
    else:
        listed = [
            (href, words)
            for href, words, permission, kinds in _SIGNED_IN
            if actor.can(permission) and (kinds is None or actor.organisation_kind in kinds)
        ]
    return [
        {"href": href, "label": words, "current": path == href or path.startswith(f"{href}/")} for href, words in listed
    ]
