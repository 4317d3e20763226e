"""When each step of a demonstration question happens, in the opening hours of whoever takes it.

Dated back from the moment of loading, so that the clocks that still run are as far on as `questions.csv` says and
nothing that should still be answered has lapsed, on whatever day the world is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random

from hubs.core.calendars import Term, WorkingCalendar
from hubs.demo.questions import Step

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SLACK = timedelta(days=2)  # a step comes after this much elapsed time even when an office is long closed
LONGEST_PAUSE = timedelta(hours=5)  # between steps after the fixed one
REPORT = 60
FIRST_REPLY, RE_ROUTE, ANSWER = Term(16, 7), Term(8, 4), Term(8, 4)
DECIDE, CONTACT = Term(16, 7), Term(16, 7)
SIGNPOST_DECIDE, SIGNPOST_CONTACT = Term(40, 14), Term(24, 10)
ONLY_DAYS = Term(REPORT * 24 + 1, REPORT)

# working hours that somebody takes for a step
_PACE = {
    "take": (0.5, 3.0),
    "refer": (0.3, 1.5),
    "ack": (0.4, 2.5),
    "accept": (1.0, 4.0),
    "contact": (2.0, 9.0),
    "close": (20.0, 45.0),
}
_USUAL = (1.0, 5.0)
_BACK_TO_DESK = frozenset(
    {"decline", "lapse", "return", "recall", "unconsent", "choose", "reopen", "suspend", "topost"}
)
_SENDING = frozenset({"refer", "warm"})

CalendarOf = Callable[[Step | None], WorkingCalendar]


def used(calendar: WorkingCalendar, term: Term, started_at: datetime, now: datetime) -> float:
    """Which part of a term is over: of its working hours or of its outer bound, whichever is further on."""
    worked = calendar.working_between(started_at, now) / term.working
    return max(worked, (now - started_at) / term.outer)


def started_so_that(calendar: WorkingCalendar, term: Term, now: datetime, part: float) -> datetime:
    """The latest start of a term of which `part` is over now (more than 1: it is late)."""
    early, late = now - term.outer * part, now
    while late - early > MINUTE:
        middle = early + (late - early) / 2
        if used(calendar, term, middle, now) >= part:
            early = middle
        else:
            late = middle
    return early


def while_open(calendar: WorkingCalendar, at: datetime, within: timedelta = 3 * DAY) -> datetime:
    """The last moment at which the office was open, up to `at`; `at` itself when it is open or long closed."""
    earlier = at
    while not calendar.is_open(earlier):
        earlier -= HOUR / 4
        if at - earlier > within:
            return at
    return earlier


def times(
    mode: str,
    amount: float,
    steps: Sequence[Step],
    calendar_of: CalendarOf,
    now: datetime,
    week_start: datetime,
    seed: str,
) -> list[datetime]:
    """The moment of sending and of each step; all before `now`, in order."""
    draw = Random(f"hubs-demo-{seed}")  # noqa: S311  repeatable, not secret
    if mode == "d":
        found = _forward(now - amount * DAY, steps, calendar_of, draw)
        latest = now - HOUR
        late = max(found[-1] - latest, timedelta())
        return _in_order([moment - late for moment in found])
    place, moment = _anchor(mode, amount, steps, calendar_of, now, week_start)
    return _in_order(_around(place, moment, steps, calendar_of, now, draw))


def _forward(start: datetime, steps: Sequence[Step], calendar_of: CalendarOf, draw: Random) -> list[datetime]:
    """From a moment on, each step after some working time of whoever takes it."""
    desk = calendar_of(None)
    found = [while_open(desk, start + draw.uniform(-3, 3) * HOUR)]
    for step in steps:
        calendar, before = calendar_of(step), found[-1]
        if step.verb == "lapse":
            found.append(DECIDE.due_at(before, calendar) + 3 * MINUTE)
            continue
        hours = draw.uniform(*_PACE.get(step.verb, _USUAL))
        slack = 4 * SLACK if step.verb == "close" else SLACK
        worked = calendar.add_working(before, timedelta(hours=hours), until=before + slack)
        found.append(worked or before + slack)
    return found


def _anchor(
    mode: str,
    amount: float,
    steps: Sequence[Step],
    calendar_of: CalendarOf,
    now: datetime,
    week_start: datetime,
) -> tuple[int, datetime]:
    """The step whose moment is fixed (0 is the sending), and that moment."""
    if mode == "p":
        return len(steps), while_open(calendar_of(steps[-1] if steps else None), now - amount * DAY)
    if mode == "w":
        place = next((n for n, step in enumerate(steps, 1) if step.verb in _SENDING), len(steps))
        return place, week_start + (now - week_start) * amount
    place, term = _running(steps)
    step = steps[place - 1] if place else None
    acting = calendar_of(Step("take")) if step is None or step.verb in (*_BACK_TO_DESK, "rask") else None
    calendar = acting or calendar_of(Step("ack") if step and step.verb in _SENDING else step)
    started = started_so_that(calendar, term, now, amount)
    return place, started if step is not None and step.verb == "lapse" else while_open(calendar, started)


def _running(steps: Sequence[Step]) -> tuple[int, Term]:
    """The last step that started a clock, and the clock."""
    is_signpost = any(step.verb == "warm" for step in steps)
    for place in range(len(steps), 0, -1):
        verb = steps[place - 1].verb
        if verb in _BACK_TO_DESK:
            return place, RE_ROUTE
        if verb in _SENDING:
            return place, SIGNPOST_DECIDE if is_signpost else DECIDE
        if verb == "accept":
            return place, SIGNPOST_CONTACT if is_signpost else CONTACT
        if verb == "contact":
            return place, ONLY_DAYS
        if verb == "rask":
            return place, ANSWER
    return 0, FIRST_REPLY


def _around(
    place: int, moment: datetime, steps: Sequence[Step], calendar_of: CalendarOf, now: datetime, draw: Random
) -> list[datetime]:
    """The steps before the fixed one, some hours apart, and those after it, spread up to now."""
    before = [moment]
    for position in range(place, 0, -1):
        step = steps[position - 1]
        sender = calendar_of(steps[position - 2] if position > 1 else None)
        if step.verb == "lapse":
            sent = started_so_that(calendar_of(step), DECIDE, before[0] - 3 * MINUTE, 1.0)
            before.insert(0, sent)
            continue
        low, high = _PACE.get(step.verb, _USUAL)
        before.insert(0, while_open(sender, before[0] - min(draw.uniform(low, high), 9.0) * HOUR))
    rest = len(steps) - place
    pause = min((now - moment) / (rest + 1), LONGEST_PAUSE)
    after = [moment + pause * number for number in range(1, rest + 1)]
    return [*before, *after]


def _in_order(moments: list[datetime]) -> list[datetime]:
    """Whole seconds, each at least a minute after the one before."""
    found: list[datetime] = []
    for moment in moments:
        whole = moment.replace(microsecond=0)
        found.append(max(whole, found[-1] + MINUTE) if found else whole)
    return found
