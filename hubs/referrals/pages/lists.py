"""Lines of the lists of questions and referrals: what it is, its state in words, both clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from hubs.accounts.actor import Actor
from hubs.core.calendars import DueCode, WorkingCalendar
from hubs.core.templating import locale_code
from hubs.reference.labels import market_name
from hubs.referrals.clocks import ClockStatus
from hubs.referrals.lifecycle import ReferralState, RequestState
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.pages.words import (
    Badge,
    DueShown,
    due_shown,
    reason_words,
    referral_badge,
    request_badge,
    since_words,
    waits_words,
    within,
)
from hubs.referrals.presentation import RECEIVER, sees_question_in_list, side_of
from hubs.referrals.terms import clock_status

OVER = (RequestState.CLOSED, RequestState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class ListLine:
    kind: str
    reference: str
    state: str
    title: str
    meta: list[str]
    nobody: bool
    badge: Badge
    what_note: str
    clock: DueShown | None
    waits: str
    waits_note: str


def question_line(support_request: SupportRequest, actor: Actor, calendar: WorkingCalendar, now: datetime) -> ListLine:
    """A question in its desk's list."""
    zone = support_request.office.timezone
    is_over = support_request.state in OVER
    waits_since = None if is_over else support_request.waiting_since
    about = [support_request.company_name, market_name(support_request.market), _handler(support_request, actor)]
    return ListLine(
        kind="support_request",
        reference=support_request.reference,
        state=support_request.state,
        title=support_request.title or _("No text yet"),
        meta=[word for word in about if word],
        nobody=support_request.handler_id is None and not is_over,
        badge=request_badge(support_request.state),
        what_note="",
        clock=due_shown(clock_status(support_request, calendar, now), zone, now),
        waits=waits_words(waits_since, now),
        waits_note=since_words(waits_since, zone, now),
    )


def referral_line(
    referral: Referral, actor: Actor, calendar: WorkingCalendar, timezone: str, now: datetime
) -> ListLine:
    """A referral in an inbox, or among what was sent; a receiver reads no more than it may at this moment."""
    side = side_of(referral, actor)
    seen = sees_question_in_list(referral, side, now)
    other = within((referral.sender if side == RECEIVER else referral.receiver).name(locale_code()))
    direction = _("from %(name)s", name=other) if side == RECEIVER else _("to %(name)s", name=other)
    company = referral.support_request.company_name if side != RECEIVER and seen else None
    handler = _handler(referral, actor) if side == RECEIVER else ""
    waits_since = referral.support_request.waiting_since if referral.is_live and seen else None
    return ListLine(
        kind="referral",
        reference=referral.reference,
        state=referral.state,
        title=referral.support_request.title if seen else _("This question is not with you any more"),
        meta=[word for word in (direction, company, handler) if word],
        nobody=side == RECEIVER and referral.is_live and referral.handler_id is None,
        badge=referral_badge(referral),
        what_note=_note(referral, side),
        clock=due_shown(status_for(referral, side, calendar, now), timezone, now) if seen else None,
        waits=waits_words(waits_since, now),
        waits_note=since_words(waits_since, timezone, now),
    )


def status_for(referral: Referral, side: str, calendar: WorkingCalendar, now: datetime) -> ClockStatus | None:
    """The clock of this side: while its question is out, the receiver's own stands still."""
    if side == RECEIVER and referral.state == ReferralState.PAUSED:
        return ClockStatus(DueCode.PAUSED, None, None, None, referral.paused_at)
    return clock_status(referral, calendar, now)


def _note(referral: Referral, side: str) -> str:
    if side != RECEIVER and referral.state == ReferralState.PAUSED:
        return _("Waits for your answer.")
    return reason_words(referral)


def _handler(subject: SupportRequest | Referral, actor: Actor) -> str:
    if subject.handler is None:
        return ""
    return _("you") if subject.handler_id == actor.id else subject.handler.name
