"""What a hub's standing was on a day: public, with the name of who decided for readers of the ministry."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, public
from hubs.accounts.permissions import P
from hubs.accreditation.queries.standing import standing_on
from hubs.accreditation.words import accreditations as words
from hubs.core.clock import local_day, utcnow
from hubs.core.templating import date_words
from hubs.directory import words as directory_words
from hubs.directory.queries import get_hub_by_code

from . import bp


@bp.get("/register/<code:code>/standing")
@public
def standing_show(code: str) -> Any:
    """One day; today unless asked otherwise. A day to come has no answer."""
    hub, today = get_hub_by_code(code), local_day(utcnow())
    asked = request.args.get("on", "").strip()
    on, problem = _day(asked, today)
    shown = standing_on(hub, on, tells_people=current_actor().can(P.ASSESSMENT_READ)) if not problem else None
    page = render_template(
        "accreditation/standing_show.html",
        hub=hub,
        shown=shown,
        on=on,
        typed=asked[:10] or on.isoformat(),
        today=today,
        problem=problem,
        words=words,
        directory_words=directory_words,
    )
    return page, 422 if problem else 200


def _day(asked: str, today: date) -> tuple[date, str]:
    if not asked:
        return today, ""
    try:
        on = date.fromisoformat(asked)
    except ValueError:
        return today, _("Give a day as year-month-day, such as 2026-11-22.")
    if on > today:
        return today, _("This day is still to come. Give a day up to %(today)s.", today=date_words(today))
    return on, ""
