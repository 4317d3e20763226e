"""Terms, moments and waits as words in the reader's language; the codes come from `hubs.core.calendars`.

Whatever is told relatively ("6 working hours left") has its date beside it on the page; on paper and in mails, which
are read on another day, nothing is "today".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from typing import Protocol

from babel.dates import format_date
from flask_babel import force_locale, get_locale, ngettext
from flask_babel import gettext as _

from hubs.core.calendars import DueCode, Remaining, Unit, instant, zone


class Due(Protocol):
    """What a clock shows: its code and, unless it is paused, how much is left."""

    @property
    def code(self) -> DueCode: ...

    @property
    def remaining(self) -> Remaining | None: ...


_LEFT: dict[Unit, Callable[[int], str]] = {
    Unit.WORKING_DAYS: lambda n: ngettext("%(num)s working day left", "%(num)s working days left", n),
    Unit.WORKING_HOURS: lambda n: ngettext("%(num)s working hour left", "%(num)s working hours left", n),
    Unit.WORKING_MINUTES: lambda n: ngettext("%(num)s working minute left", "%(num)s working minutes left", n),
    Unit.DAYS: lambda n: ngettext("%(num)s day left", "%(num)s days left", n),
    Unit.HOURS: lambda n: ngettext("%(num)s hour left", "%(num)s hours left", n),
    Unit.MINUTES: lambda n: ngettext("%(num)s minute left", "%(num)s minutes left", n),
}

_LATE: dict[Unit, Callable[[int], str]] = {
    Unit.WORKING_DAYS: lambda n: ngettext("%(num)s working day late", "%(num)s working days late", n),
    Unit.WORKING_HOURS: lambda n: ngettext("%(num)s working hour late", "%(num)s working hours late", n),
    Unit.WORKING_MINUTES: lambda n: ngettext("%(num)s working minute late", "%(num)s working minutes late", n),
    Unit.DAYS: lambda n: ngettext("%(num)s day late", "%(num)s days late", n),
    Unit.HOURS: lambda n: ngettext("%(num)s hour late", "%(num)s hours late", n),
    Unit.MINUTES: lambda n: ngettext("%(num)s minute late", "%(num)s minutes late", n),
}


_ON_PAPER = ContextVar("on_paper", default=False)


@contextmanager
def on_paper() -> Iterator[None]:
    """While it lasts days and moments are told with weekday, date and year: on paper today is no day."""
    before = _ON_PAPER.set(True)
    try:
        yield
    finally:
        _ON_PAPER.reset(before)


def due_words(due: Due, in_sentence: bool = False) -> str:
    """ "2 working days left", "1 working hour late", "Our clock is paused"; in a sentence without capital."""
    words = _due_words(due.remaining if due.code != DueCode.PAUSED else None)
    return words[:1].lower() + words[1:] if in_sentence else words


def when_words(
    at: datetime, timezone: str, now: datetime, locale: str | None = None, short: bool = False, dated: bool = False
) -> str:
    """An instant in the reader's time zone: "today 16:30", "Tuesday 24 November, 12:00"; short: "Tue 24 Nov".

    The year is told when it is not this year; `dated` tells the date of today and tomorrow too. `locale` is the
    reader's own unless given.
    """
    local, today = (instant(moment).astimezone(zone(timezone)) for moment in (at, now))
    with _in_locale(locale):
        clock = _("%(hour)s:%(minute)s", hour=f"{local.hour:02d}", minute=f"{local.minute:02d}")
        day = day_words(local.date(), today.date(), short=short)
        if dated or _ON_PAPER.get():
            return _("%(date)s, %(time)s", date=day, time=clock)
        distance = (local.date() - today.date()).days
        return _short_moment(distance, day, clock) if short else _moment(distance, day, clock)


def day_words(day: date, today: date, locale: str | None = None, short: bool = False) -> str:
    """A date with its weekday: "Monday 30 November", short "Mon 30 Nov"; with the year if not this year's."""
    paper = _ON_PAPER.get()
    pattern = "EEE d MMM" if short and not paper else "EEEE d MMMM"
    if paper or day.year != today.year:
        pattern += " y"
    return format_date(day, pattern, locale=locale or get_locale() or "en")


def waiting_words(elapsed: timedelta) -> str:
    """How long somebody has been waiting: "3 days 1 hour", "2 hours", "5 minutes"."""
    elapsed = max(elapsed, timedelta())
    days, hours = elapsed.days, elapsed.seconds // 3600
    in_days = ngettext("%(num)s day", "%(num)s days", days)
    in_hours = ngettext("%(num)s hour", "%(num)s hours", hours)
    if days and hours:
        return _("%(days)s %(hours)s", days=in_days, hours=in_hours)
    if days or hours:
        return in_days if days else in_hours
    minutes = elapsed.seconds // 60
    return ngettext("%(num)s minute", "%(num)s minutes", minutes) if minutes else _("less than a minute")


def _due_words(remaining: Remaining | None) -> str:
    if remaining is None:
        return _("Our clock is paused")
    late = remaining.code == DueCode.LATE
    if remaining.count == 0:
        return _("Just past the deadline") if late else _("Less than a minute left")
    return (_LATE if late else _LEFT)[remaining.unit](remaining.count)


def _moment(days_off: int, day: str, time: str) -> str:
    if days_off == 0:
        return _("today %(time)s", time=time)
    if days_off == 1:
        return _("tomorrow %(time)s", time=time)
    if days_off == -1:
        return _("yesterday %(time)s", time=time)
    return _("%(date)s, %(time)s", date=day, time=time)


def _short_moment(days_off: int, day: str, clock: str) -> str:
    """As `_moment`, but its texts are other ones: Dutch leaves out "uur" in tables."""
    if days_off == 0:
        return _("today %(clock)s", clock=clock)
    if days_off == 1:
        return _("tomorrow %(clock)s", clock=clock)
    if days_off == -1:
        return _("yesterday %(clock)s", clock=clock)
    return _("%(date)s, %(clock)s", date=day, clock=clock)


def _in_locale(locale: str | None) -> AbstractContextManager[None]:
    return force_locale(locale) if locale else nullcontext()
