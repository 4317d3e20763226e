"""Mails to somebody who asks: the link to a question that is not sent yet, and all lost links in one mail."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.core.durations import day_words
from hubs.core.events import Event
from hubs.core.types import folded
from hubs.extensions import db
from hubs.outbox.letters import Letter
from hubs.reference.labels import market_within
from hubs.referrals.intake.kept_asks import KEPT_DAYS, kept_until, kept_url
from hubs.referrals.intake.models import KeptAsk
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import SupportRequest
from hubs.referrals.tracking import tracking_url

GROUP = "asking"
LINKS_REQUESTED = "support_request.link_requested"
KEPT = Letter(
    _l("Go on with your question"),
    (
        _l("You began a question at Hubs and did not send it yet. With this link you go on, on any device."),
        _l("The link works until %(due)s. Then what you filled in is deleted. Do not pass the link on."),
        _l("Did you not ask anything? Then you need not do anything."),
    ),
    button=_l("Go on with your question"),
)
LINKS = Letter(
    _l("The links to your questions"),
    (_l("You asked for these links again. With each one you see where that question is."),),
    button=_l("See where your question is"),
)
_ABOUT = _l("%(reference)s, about %(market)s: %(link)s")
_WITHOUT_MARKET = _l("%(reference)s: %(link)s")
Found = tuple[Letter, dict[str, str], str]


def kept_reader(entry: Event) -> tuple[str, str] | None:
    """Address and language of whoever asked for the link to what they filled in."""
    kept = db.session.get(KeptAsk, entry.subject_id) if entry.kind == "kept_ask.link_requested" else None
    return (kept.mail_to, kept.language) if kept is not None and kept.mail_to else None


def kept_letter(entry: Event, address: str, now: datetime) -> Found | None:
    """The link; None when the question was sent meanwhile, is too old, or was to go to another address."""
    kept = db.session.get(KeptAsk, entry.subject_id)
    if kept is None or kept.sent_at is not None or kept.mail_to != address or now >= kept_until(kept):
        return None
    return KEPT, {"due": day_words(kept_until(kept).date(), now.date()), "days": str(KEPT_DAYS)}, kept_url(kept)


def is_about_links(entry: Event) -> bool:
    """Whether several lost links were asked for at once."""
    return entry.kind == LINKS_REQUESTED and bool(entry.data.get("questions"))


def links_letter(entry: Event, address: str, language: str) -> Found | None:
    """Several lost links in one mail: of the questions that still belong to this address. None for one question."""
    ids = [str(each) for each in entry.data.get("questions", ())]
    statement = select(SupportRequest).where(SupportRequest.id.in_(ids), SupportRequest.state != RequestState.DRAFT)
    found = [
        each
        for each in db.session.execute(statement.order_by(SupportRequest.id.desc())).scalars()
        if each.contact_person is not None and folded(each.contact_person.email) == folded(address)
    ]
    if len(found) < 2:
        return None
    lines = [*LINKS.lines, *(_line(each, language) for each in found[1:])]
    return Letter(LINKS.subject, tuple(lines), button=LINKS.button), {}, tracking_url(found[0])


def _line(support_request: SupportRequest, language: str) -> str:
    values = {"reference": support_request.reference, "link": tracking_url(support_request)}
    market = market_within(support_request.market, language)
    line = str(_ABOUT) % {**values, "market": market} if market else str(_WITHOUT_MARKET) % values
    return line.replace("%", "%%")  # filled in once more, with nothing
