"""Lines of the lists of questions and referrals: what it is, its state in words, both clocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask_babel import gettext as _

from hubs.accounts.actor import Actor
from hubs.core.calendars import DueCode, WorkingCalendar, zone
from hubs.core.durations import day_words
from hubs.core.templating import locale_code
from hubs.reference.labels import market_name
from hubs.referrals.clocks import ClockStatus
from hubs.referrals.lifecycle import ReferralState, RequestState
from hubs.referrals.lists.asked import Asked
from hubs.referrals.models import Referral
from hubs.referrals.pages.facts import chosen_facts, idle_words
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
from hubs.referrals.reading import is_unread
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
    facts: list[tuple[str, str]]
    idle: str
    aside: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a list and what it was asked for."""

    actor: Actor
    asked: Asked
    limits: Mapping[str, int]
    now: datetime


def question_line(row: Any, reader: Reader, calendar: WorkingCalendar) -> ListLine:
    """A question in its desk's list; `row` holds it with what `lists.selecting.questions` adds."""
    support_request, now = row.SupportRequest, reader.now
    timezone = support_request.office.timezone
    is_done = support_request.state in OVER
    waits_since = None if is_done else support_request.waiting_since
    about = [
        support_request.company_name,
        None if "market" in reader.asked.columns else market_name(support_request.market),
        _handler(support_request.handler, row.is_covered, reader),
        _new(support_request, row, reader),
    ]
    return ListLine(
        kind="support_request",
        reference=support_request.reference,
        state=support_request.state,
        title=support_request.title or _("No text yet"),
        meta=[word for word in about if word],
        nobody=support_request.handler_id is None and not is_done,
        badge=request_badge(support_request.state),
        what_note="",
        clock=due_shown(clock_status(support_request, calendar, now), timezone, now),
        waits=waits_words(waits_since, now),
        waits_note=since_words(waits_since, timezone, now),
        facts=chosen_facts(reader.asked, _question_facts(row), timezone, now),
        idle=idle_words(row.role, row.last_at, reader.limits, now),
        aside=aside_words(row, timezone, now),
    )


def _new(subject: Any, row: Any, reader: Reader) -> str:
    """That something was said which this person has not looked at yet."""
    return _("new message") if reader.actor.kind == "person" and is_unread(subject, row.seen_at) else ""


def _question_facts(row: Any) -> Any:
    support_request = row.SupportRequest
    return SimpleNamespace(
        services=row.services,
        sector=support_request.sector,
        market=support_request.market,
        handler_name=support_request.handler.name if support_request.handler else "",
        office_city=support_request.office.city,
        channel=support_request.channel,
        received_at=support_request.received_at,
        last_at=row.last_at,
    )


def referral_line(row: Any, reader: Reader, calendar: WorkingCalendar, timezone: str) -> ListLine:
    """A referral in an inbox, or among what was sent; a receiver reads no more than it may at this moment."""
    referral, now = row.Referral, reader.now
    side = side_of(referral, reader.actor)
    seen = sees_question_in_list(referral, side, now)
    other = within((referral.sender if side == RECEIVER else referral.receiver).name(locale_code()))
    direction = _("from %(name)s", name=other) if side == RECEIVER else _("to %(name)s", name=other)
    company = referral.support_request.company_name if side != RECEIVER and seen else None
    handler = _handler(referral.handler, row.is_covered, reader) if side == RECEIVER else ""
    waits_since = referral.support_request.waiting_since if referral.is_live and seen else None
    return ListLine(
        kind="referral",
        reference=referral.reference,
        state=referral.state,
        title=referral.support_request.title if seen else _("This question is not with you any more"),
        meta=[word for word in (direction, company, handler, _new(referral, row, reader) if seen else "") if word],
        nobody=side == RECEIVER and referral.is_live and referral.handler_id is None,
        badge=referral_badge(referral),
        what_note=_note(referral, side),
        clock=due_shown(status_for(referral, side, calendar, now), timezone, now) if seen else None,
        waits=waits_words(waits_since, now),
        waits_note=since_words(waits_since, timezone, now),
        facts=chosen_facts(reader.asked, _referral_facts(row, side, seen), timezone, now),
        idle=idle_words(row.role, row.last_at, reader.limits, now) if seen else "",
        aside=aside_words(row, timezone, now),
    )


def _referral_facts(row: Any, side: str, seen: bool) -> Any:
    """What the columns may hold; of a question that is not with the reader any more, nothing but the moment it came."""
    referral, asked = row.Referral, row.Referral.support_request
    office = referral.receiver_office if side == RECEIVER else referral.sender_office
    return SimpleNamespace(
        services=row.services if seen else "",
        sector=asked.sector if seen else None,
        market=asked.market if seen else None,
        handler_name=row.own_handler or "",
        office_city=office.city,
        sent_at=referral.sent_at,
        last_at=row.last_at if seen else None,
    )


def aside_words(row: Any, timezone: str, now: datetime) -> str:
    """Until when it is put aside, and why."""
    if row.snoozed_until is None:
        return ""
    own = zone(timezone)
    until = day_words(row.snoozed_until.astimezone(own).date(), now.astimezone(own).date())
    return _("Put aside until %(day)s: %(reason)s", day=until, reason=row.snooze_reason or "")


def status_for(referral: Referral, side: str, calendar: WorkingCalendar, now: datetime) -> ClockStatus | None:
    """The clock of this side: while its question is out, the receiver's own stands still."""
    if side == RECEIVER and referral.state == ReferralState.PAUSED:
        return ClockStatus(DueCode.PAUSED, None, None, None, referral.paused_at)
    return clock_status(referral, calendar, now)


def _note(referral: Referral, side: str) -> str:
    if side != RECEIVER and referral.state == ReferralState.PAUSED:
        return _("Waits for your answer.")
    return reason_words(referral)


def _handler(handler: Any, is_covered: Any, reader: Reader) -> str:
    if handler is None or "handler" in reader.asked.columns:
        return ""
    if is_covered:
        return _("%(name)s, away: you stand in", name=handler.name)
    return _("you") if handler.id == reader.actor.id else str(handler.name)
