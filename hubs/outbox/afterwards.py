"""Mails after a question: the answers in the closing mail, word of somebody not helped, how it went later."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubs.accounts.names import with_article
from hubs.core.events import Event
from hubs.core.links import external
from hubs.extensions import db
from hubs.outbox.letters import Letter
from hubs.reference.labels import market_within
from hubs.referrals.feedback.links import feedback_url, follow_up_url
from hubs.referrals.feedback.models import Feedback, FollowUp
from hubs.referrals.feedback.words import ANSWER_WORDS
from hubs.referrals.models import SupportRequest

GROUP = "afterwards"
CLOSED = "entrepreneur:support_request.closed"
UNHAPPY, LATER = f"{GROUP}:unhappy", f"{GROUP}:later"
_UNHAPPY = Letter(
    _l("The entrepreneur was not helped: %(reference)s"),
    (
        _l("Your desk closed this question. The entrepreneur says it did not help, or only in part."),
        _l("Read it on the page, and call or open the question again."),
    ),
)
_LATER = Letter(
    _l("How did it go after question %(reference)s?"),
    (
        _l("Some time ago %(place)s helped you with a question about %(market)s. We wonder what came of it."),
        _l("It takes a minute: a few questions, one button. On the same page you can say that you want no such mails."),
    ),
    "subject",
    _l("Tell us how it went"),
)


def closing_answers(template: str, support_request: SupportRequest | None) -> list[tuple[str, str]]:
    """The links of the closing mail, one for each answer; none once the question is open again."""
    if template != CLOSED or support_request is None or support_request.closed_at is None:
        return []
    return [(str(words), feedback_url(support_request, answer)) for answer, words in ANSWER_WORDS.items()]


def is_about(entry: Event) -> bool:
    return entry.subject_type in (Feedback.__tablename__, FollowUp.__tablename__)


def told(entry: Event) -> tuple[str, SupportRequest] | None:
    """The letter an event asks for and the question it is about: to its desk (unhappy) or who asked (later)."""
    found = db.session.get(SupportRequest, entry.related_id) if entry.related_id else None
    templates = {"feedback.unhappy": UNHAPPY, "follow_up.sent": LATER}
    return (templates[entry.kind], found) if found is not None and entry.kind in templates else None


def letter_for(template: str, entry: Event, language: str) -> tuple[Letter, dict[str, str], str] | None:
    """The mail behind a delivery; None when its ground is gone."""
    known = told(entry)
    if known is None:
        return None
    asked = known[1]
    values = {
        "reference": asked.reference,
        "place": with_article(asked.owner.name(language), language, first=False),
        "market": market_within(asked.market, language) or _("another country"),
    }
    if template == UNHAPPY:
        return _UNHAPPY, values, external(f"/questions/{asked.reference}")
    follow_up = db.session.get(FollowUp, entry.subject_id)
    person = asked.contact_person
    if follow_up is None or follow_up.answered_at or person is None or person.no_follow_up_at:
        return None
    return _LATER, values, follow_up_url(follow_up)
