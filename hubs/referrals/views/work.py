"""The work list: what needs doing now, by deadline; what waits for others; what comes next when there is nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import render_template, url_for
from flask_babel import format_date
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.pages.tasks import due_period, pressing, task_lines
from hubs.agreements.standing import local_day
from hubs.core.calendars import WorkingCalendar, zone
from hubs.core.clock import utcnow
from hubs.core.durations import day_words
from hubs.core.templating import NETHERLANDS, locale_code
from hubs.directory.freshness import STALE_AFTER
from hubs.extensions import db
from hubs.referrals.lists.choices import Choices, views_for
from hubs.referrals.lists.limits import limits_now
from hubs.referrals.pages import rows as lines
from hubs.referrals.terms import calendars_of
from hubs.referrals.views import bp
from hubs.referrals.views.lists import asked_now, list_context, tabs_of
from hubs.referrals.worklist import Desk, Moment, counts_of, desk_of, rows_of

SOON_DAYS = 14


@bp.get("/work")
@permitted(P.ACCOUNT_USE)
def work() -> str:
    actor, now = current_actor(), utcnow()
    desk = desk_of(db.session(), actor) if actor.can(P.SUPPORT_REQUEST_READ) else None
    if desk is not None:
        return _desk_page(actor, desk, now)
    return render_template(
        "referrals/work_none.html",
        tasks=task_lines(actor, local_day(now)),
        links=_other_work(actor),
        today=_today(now, NETHERLANDS, ""),
    )


def _desk_page(actor: Actor, desk: Desk, now: datetime) -> str:
    choices = Choices([], [], views_for(db.session(), actor, "work"), [], desk.office.timezone)
    asked = asked_now("work", choices.views)
    limits = limits_now(db.session(), desk.stamp)
    moment = Moment(now, *_ends(now, choices.timezone), now - timedelta(days=desk.answer_days), limits.idle)
    us, others = rows_of(db.session(), actor, asked, moment)
    counts = counts_of(db.session(), actor, moment)
    calendars = calendars_of(db.session(), [desk.office, *lines.offices_of([*us, *others])], now, desk.stamp)
    calendar = calendars[desk.office.id]
    today = local_day(now)
    tasks = task_lines(actor, today)
    due = asked.get("due")

    def shown(found: list[Any]) -> list[lines.Row]:
        return [
            lines.shown(row, actor, calendars, choices.timezone, locale_code(), now, asked, limits.idle)
            for row in found
        ]

    return render_template(
        "referrals/work.html",
        us=shown(us),
        others=shown(others),
        counts=counts,
        pressing=pressing(tasks, today),
        today=_today(now, choices.timezone, desk.office.city or "", calendar),
        coming=_coming(desk, calendar, now),
        may_create=actor.can(P.SUPPORT_REQUEST_CREATE),
        tasks=[line for line in tasks if not due or due_period(line, today) == due],
        here=f"{url_for('referrals.work')}?{urlencode(asked.query())}",
        **list_context("work", asked, choices, tabs_of("work", choices.views, asked, {})),
    )


def _ends(now: datetime, timezone: str) -> tuple[datetime, datetime]:
    """The end of the local day and of the local week."""
    local = now.astimezone(zone(timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1), midnight + timedelta(days=7 - local.weekday())


def _today(now: datetime, timezone: str, city: str, calendar: WorkingCalendar | None = None) -> str:
    """Today's date and time where the desk is, and when it closes."""
    local = now.astimezone(zone(timezone))
    day = format_date(local.date(), "EEEE d MMMM y")
    day = day[:1].upper() + day[1:]
    if not city:
        return f"{day}."
    words = _("%(day)s, %(time)s in %(city)s.", day=day, time=_clock(local), city=city)
    if calendar is None:
        return words
    closes = calendar.closes_at(now)
    if closes is None:
        closed = _("The desk is closed now.")
        return f"{words} {closed}"
    closing = _("The desk closes at %(time)s.", time=_clock(closes.astimezone(zone(timezone))))
    return f"{words} {closing}" if closes - now < timedelta(days=1) else words


def _clock(local: datetime) -> str:
    return _("%(hour)s:%(minute)s", hour=f"{local.hour:02d}", minute=f"{local.minute:02d}")


def _coming(desk: Desk, calendar: WorkingCalendar, now: datetime) -> list[dict[str, Any]]:
    """What comes later: an office that closes, a profile to confirm."""
    found: list[dict[str, Any]] = []
    today = calendar.local_date(now)
    closure = calendar.closure_ahead(now, within_days=SOON_DAYS)
    if closure is not None:
        day = day_words(max(closure.starts_on, today), today)
        note = _("Your office is closed up to and including %(day)s.", day=day_words(closure.ends_on, today))
        moves = _("Terms move by themselves.")
        found.append({"when": day, "note": f"{note} {moves}", "iso": str(closure.starts_on)})
    if desk.confirmed_at is not None:
        by = (desk.confirmed_at + STALE_AFTER).astimezone(zone(desk.office.timezone)).date()
        if by <= today + timedelta(days=SOON_DAYS):
            when = _("Before %(day)s", day=day_words(by, today))
            found.append(
                {
                    "when": when,
                    "note": _("Confirm that your details are still right."),
                    "iso": str(by),
                    "href": "/organisation",
                    "label": _("Do it now"),
                }
            )
    return found


def _other_work(actor: Actor) -> list[tuple[str, str]]:
    """Where a role that handles no questions finds its work."""
    links = [
        (P.ASSESSMENT_READ, "/proposals", _("Proposals")),
        (P.ASSESSMENT_READ, "/accreditations", _("Accreditations")),
        (P.ASSESSMENT_READ, "/market-map", _("Map of markets")),
        (P.GUIDELINE_READ, "/guideline/versions", _("Guideline")),
        (P.DECISION_DRAFT, "/decisions", _("Decisions")),
        (P.OBJECTION_HANDLE, "/objections", _("Objections")),
        (P.CALIBRATION_DRAW, "/calibration", _("Calibration")),
        (P.INTEREST_DECLARE, "/interests", _("Interests")),
        (P.LETTER_SETTINGS_EDIT, "/letter-settings", _("Settings of letters")),
        (P.PROFILE_CONFIRM, "/profile-changes", _("Changes to confirm")),
        (P.HUB_STATUS_SET, "/hubs", _("Standing of hubs")),
        (P.PEOPLE_MANAGE, "/people", _("People")),
        (P.DIRECTORY_READ, "/register", _("Register of hubs")),
        (P.DIRECTORY_READ, "/posts", _("Posts")),
    ]
    return [(href, words) for permission, href, words in links if actor.can(permission)]
