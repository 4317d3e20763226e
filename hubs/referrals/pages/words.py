"""States, reasons and deadlines in the words of the desk; `received` and `done` never look alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.models import Office, Organisation
from hubs.accounts.names import with_article
from hubs.companies.consenting import RecipientsKind
from hubs.core.calendars import DueCode
from hubs.core.durations import due_words, waiting_words, when_words
from hubs.core.templating import locale_code
from hubs.extensions import db
from hubs.reference.labels import label, market_within
from hubs.referrals.clocks import ClockStatus
from hubs.referrals.lifecycle import ReferralState, RequestState
from hubs.referrals.presentation import RULE_REASONS

R, F = RequestState, ReferralState

# state -> (words, tone)
REQUEST_BADGES: dict[str, tuple[Any, str]] = {
    R.DRAFT: (_l("Draft, not sent yet"), "neutral"),
    R.RECEIVED: (_l("Received, not taken up yet"), "neutral"),
    R.IN_HAND: (_l("In hand with us"), "neutral"),
    R.REFERRED: (_l("Referred"), "neutral"),
    R.AWAITING_ENTREPRENEUR: (_l("Waiting for the entrepreneur"), "neutral"),
    R.CLOSED: (_l("Closed"), "success"),
    R.WITHDRAWN: (_l("Withdrawn by the entrepreneur"), "neutral"),
}
REFERRAL_BADGES: dict[str, tuple[Any, str]] = {
    F.SENT: (_l("Sent, receipt not confirmed yet"), "neutral"),
    F.ACKNOWLEDGED: (_l("Received, not accepted yet"), "neutral"),
    F.PAUSED: (_l("A question is out"), "neutral"),
    F.ACCEPTED: (_l("Accepted, no contact yet"), "neutral"),
    F.CONTACT_MADE: (_l("First contact made"), "neutral"),
    F.CLOSED: (_l("Closed"), "success"),
    F.DECLINED: (_l("Declined"), "neutral"),
    F.LAPSED: (_l("Lapsed without an answer"), "neutral"),
    F.RETURNED: (_l("Given back"), "neutral"),
    F.RECALLED: (_l("Taken back by the sender"), "neutral"),
    F.WITHDRAWN: (_l("Ended"), "neutral"),
}
SIGNPOSTED_COLD = _l("Address given to the entrepreneur")
SIGNPOSTED_WARM = _l("Signposted, not confirmed yet")


@dataclass(frozen=True, slots=True)
class Badge:
    code: str
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class DueShown:
    """A deadline as a page shows it: shape, words, and the moment beside it."""

    code: str
    words: str
    iso: str | None
    when: str | None


def within(name: str) -> str:
    """A name as it stands inside a sentence: with an article where the language asks one."""
    return with_article(name, locale_code(), first=False)


def first(name: str) -> str:
    """A name at the beginning of a sentence."""
    return with_article(name, locale_code())


def request_badge(state: str) -> Badge:
    words, tone = REQUEST_BADGES[state]
    return Badge(state, str(words), tone)


def referral_badge(referral: Any, state: str | None = None) -> Badge:
    state = state or referral.state
    words, tone = REFERRAL_BADGES[state]
    if referral.kind == "signpost" and referral.mode == "cold":
        return Badge(state, str(SIGNPOSTED_COLD), "success")
    if referral.kind == "signpost" and state == F.SENT:
        return Badge(state, str(SIGNPOSTED_WARM), "neutral")
    return Badge(state, str(words), tone)


def reason_words(referral: Any) -> str:
    """Why it ended, from the code list or as the service knows it; empty without a reason."""
    if not referral.reason:
        return ""
    if referral.reason in RULE_REASONS:
        return str(RULE_REASONS[referral.reason])
    return label("return_reason" if referral.state == F.RETURNED else "decline_reason", referral.reason)


def ended_words(referral: Any, name: str) -> str:
    """How a referral ended without result, as one sentence; empty while it runs or when it was done."""
    reason = reason_words(referral)
    sentences: dict[str, str] = {
        F.DECLINED: _("%(name)s said no: %(reason)s.", name=first(name), reason=reason.lower()),
        F.LAPSED: _("%(name)s did not answer in time.", name=first(name)),
        F.RETURNED: _("%(name)s gave it back: %(reason)s.", name=first(name), reason=reason.lower()),
        F.RECALLED: _("It was taken back from %(name)s.", name=within(name)),
        F.WITHDRAWN: reason,
    }
    return sentences.get(referral.state, "")


def due_shown(status: ClockStatus | None, timezone: str, now: datetime, short: bool = True) -> DueShown | None:
    """A clock's words with its moment in the office's own time."""
    if status is None:
        return None
    at = status.paused_since if status.code == DueCode.PAUSED else status.due_at
    when = when_words(at, timezone, now, short=short, dated=not short) if at else None
    if status.code == DueCode.PAUSED and when:
        when = _("since %(moment)s", moment=when)
    return DueShown(str(status.code), due_words(status), at.isoformat() if at else None, when)


def waits_words(since: datetime | None, now: datetime) -> str:
    return waiting_words(now - since) if since else ""


def since_words(since: datetime | None, timezone: str, now: datetime) -> str:
    return _("since %(moment)s", moment=when_words(since, timezone, now, short=True)) if since else ""


def closure_words(office: Office, until: datetime | Any) -> str:
    """That an office is closed for longer, with its end."""
    return _(
        "%(city)s is closed up to and including %(day)s.",
        city=office.city or _("The office"),
        day=format_date(until, "d MMMM"),
    )


def consent_scope(consent: Any) -> str:
    """Whom a consent names: a class in a market, or organisations."""
    if consent.recipients_kind == RecipientsKind.MARKET:
        return _("accredited hubs in %(market)s", market=market_within(consent.market))
    ids = list(consent.recipient_ids or ())
    rows = db.session.execute(select(Organisation).where(Organisation.id.in_(ids))).scalars()
    return ", ".join(sorted(row.name(locale_code()) for row in rows)) or _("nobody")
