"""The main menu: which pages a reader's rights lead to, in one table; what is opened rarely lies under "More"."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.models import OrganisationKind as K
from hubs.accounts.permissions import P

DAILY = 6  # so many words fit beside one another; a menu that has more folds what is not of every day
# (path, words, permission asked for, kinds of organisation or None for every kind); daily work first
_Row = tuple[str, Any, P, frozenset[str] | None]
_EVERY_DAY: tuple[_Row, ...] = (
    ("/work", _l("Work"), P.ACCOUNT_USE, None),
    ("/questions", _l("Questions"), P.SUPPORT_REQUEST_READ, None),
    ("/referrals", _l("Referrals"), P.REFERRAL_RECEIVE, None),
    ("/mail", _l("Mail"), P.MAIL_HANDLE, None),
    ("/missions", _l("Missions"), P.MISSION_READ, None),
    ("/companies", _l("Companies"), P.COMPANY_READ, None),
    ("/proposals", _l("Proposals"), P.ASSESSMENT_READ, frozenset({K.MINISTRY})),
    ("/decisions", _l("Decisions"), P.ASSESSMENT_READ, frozenset({K.MINISTRY})),
    ("/accreditations", _l("Accreditations"), P.ASSESSMENT_READ, frozenset({K.MINISTRY})),
)
_RARE: tuple[_Row, ...] = (
    ("/register", _l("Hubs"), P.DIRECTORY_READ, None),
    ("/agreements", _l("Agreements"), P.AGREEMENT_READ, None),
    ("/feedback", _l("Feedback"), P.SUPPORT_REQUEST_READ, None),
    ("/accreditation", _l("Accreditation"), P.PROPOSAL_WRITE, frozenset({K.HUB})),
    ("/organisation", _l("Our hub"), P.PROFILE_EDIT, frozenset({K.HUB})),
    ("/organisation", _l("Our post"), P.PROFILE_EDIT, frozenset({K.POST})),
    ("/organisation", _l("Our organisation"), P.PROFILE_EDIT, frozenset({K.PARTNER})),
    ("/people", _l("People"), P.PEOPLE_MANAGE, None),
    ("/hubs", _l("Standing of hubs"), P.HUB_STATUS_SET, None),
    ("/routing-faults", _l("Routing faults"), P.ROUTING_FAULT_READ, None),
    ("/guideline", _l("Guideline"), P.GUIDELINE_READ, None),
    ("/administration", _l("Administration"), P.ORGANISATION_MANAGE, None),
)
_PUBLIC: tuple[tuple[str, Any], ...] = (
    ("/ask", _l("Ask a question")),
    ("/register", _l("Find a hub")),
    ("/track", _l("Follow your question")),
)


def _allowed(rows: tuple[_Row, ...], actor: Actor, path: str) -> list[dict[str, Any]]:
    return [
        _item(href, words, path)
        for href, words, permission, kinds in rows
        if actor.can(permission) and (kinds is None or actor.organisation_kind in kinds)
    ]


def _item(href: str, words: Any, path: str) -> dict[str, Any]:
    return {"href": href, "label": words, "current": path == href or path.startswith(f"{href}/")}


def items_for(actor: Actor | None, path: str) -> dict[str, list[dict[str, Any]]]:
    """The menu as {shown, folded}, each a list of {href, label, current}; `path` is the page shown."""
    if actor is None:
        return {"shown": [_item(href, words, path) for href, words in _PUBLIC], "folded": []}
    daily, rare = _allowed(_EVERY_DAY, actor, path), _allowed(_RARE, actor, path)
    if len(daily) + len(rare) <= DAILY:
        return {"shown": daily + rare, "folded": []}
    return {"shown": daily[:DAILY], "folded": daily[DAILY:] + rare}
