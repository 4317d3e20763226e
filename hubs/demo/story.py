"""Tells the story of the demonstration world in the order of time, by the operations themselves.

Between the steps the clocks do their work as the scheduler would, so that warnings, breaches and lapses stand
where they belong and a scheduler that starts after loading finds nothing that should have happened before.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import chain, count

from sqlalchemy import select

from hubs.accounts.models import Office
from hubs.accreditation.operations.due import accreditation_due, follow_accreditation
from hubs.agreements.models import Agreement
from hubs.agreements.operations import agreements_due, follow_rules
from hubs.core.calendars import WorkingCalendar, zone
from hubs.demo import intake, organisations
from hubs.demo.actors import Actors
from hubs.demo.agreements import steps_of_agreements
from hubs.demo.proposals import steps_of_proposals
from hubs.demo.questions import Question, Step, all_questions
from hubs.demo.rows import listed, rows_of
from hubs.demo.steps import Case, NotYet, take_step
from hubs.demo.timing import times
from hubs.demo.visits import steps_of_visits
from hubs.extensions import db
from hubs.outbox.reminders import PROPOSALS
from hubs.referrals import operations as referrals
from hubs.referrals.terms import calendar_of

Act = Callable[[datetime], None]
CLOCK_EVERY, AGREEMENTS_EVERY = timedelta(hours=8), timedelta(days=2)
PROPOSALS_SINCE, ACCREDITATION_EVERY = timedelta(days=200), timedelta(days=2)
LONG_AGO = timedelta(days=400)
CLOSURES_SAID = timedelta(days=20)
CONFIRMED_AFTER = timedelta(hours=2)
_order = count()


@dataclass(order=True)
class _Planned:
    """Something that happens at a moment; of equal moments the one planned first."""

    at: datetime
    number: int
    act: Act = field(compare=False)


class Story:
    """Everything that happens until the moment of loading, in order."""

    def __init__(self, actors: Actors, now: datetime) -> None:
        self.actors, self.now = actors, now
        self.planned: list[_Planned] = []
        self.questions = all_questions()

    def tell(self) -> None:
        """Plan everything and do it, each step as a transaction of its own would see it."""
        self._plan_world()
        first = self._plan_questions()
        self._plan_clock(first)
        while self.planned:
            step = heapq.heappop(self.planned)
            step.act(step.at)
            db.session.flush()
            db.session.expunge_all()

    def _plan(self, at: datetime, act: Act) -> None:
        heapq.heappush(self.planned, _Planned(at, next(_order), act))

    def _plan_world(self) -> None:
        long_ago = self.now - LONG_AGO
        self._plan(long_ago, lambda now: organisations.set_standings(self.actors, now))
        self._plan(long_ago, lambda now: organisations.open_desks(self.actors, now))
        self._plan(self.now - timedelta(days=90), lambda now: organisations.describe_hubs(self.actors, now))
        stories = (steps_of_agreements, steps_of_proposals, steps_of_visits)
        for at, act in chain.from_iterable(steps(self.actors, self.now) for steps in stories):
            self._plan(at, act)
        closing = lambda now: organisations.close_for_a_while(self.actors, now, self.now)  # noqa: E731
        self._plan(self.now - CLOSURES_SAID, closing)

    # the clocks

    def _plan_clock(self, first: datetime) -> None:
        at = first + CLOCK_EVERY
        while at < self.now:
            self._plan(at, clocks_run)
            at += CLOCK_EVERY
        day = first
        while day < self.now:
            self._plan(day, agreements_run)
            day += AGREEMENTS_EVERY
        day = self.now - PROPOSALS_SINCE
        while day < self.now:
            self._plan(day, accreditation_run)
            day += ACCREDITATION_EVERY
        self._plan(self.now, agreements_run)
        self._plan(self.now, accreditation_run)
        self._plan(self.now, clocks_run)

    # the questions

    def _plan_questions(self) -> datetime:
        calendars = _Calendars(self.actors, self.now)
        first = self.now
        for turn, question in enumerate(self.questions):
            moments = [self._moments(question, path, calendars) for path in question.paths or ((),)]
            started = min(found[0] for found in moments)
            first = min(first, started)
            self._plan_question(question, turn, started, moments)
        return first

    def _moments(self, question: Question, path: tuple[Step, ...], calendars: _Calendars) -> list[datetime]:
        def calendar_for(step: Step | None) -> WorkingCalendar:
            return calendars.of(question, path, step)

        mode = "p" if question.is_draft else question.mode
        week = week_start(self.now, calendars.timezone(question.desk))
        return times(mode, question.amount, path, calendar_for, self.now, week, question.key)

    def _plan_question(self, question: Question, turn: int, started: datetime, moments: list[list[datetime]]) -> None:
        def asked(now: datetime) -> None:
            ids = intake.ask(question, self.actors, turn, now)
            cases = [Case(question, request_id, turn, self.actors) for request_id in ids]
            if question.is_draft:
                return
            if intake.waits_for_link(ids[0]):
                self._plan(started, lambda at: intake.send_by_link(ids[0], at))
            for case, path, found in zip(cases, question.paths or ((),), moments, strict=True):
                self._plan_path(case, path, found)
            if question.channel == "telephone" and turn % intake.UNCONFIRMED_EACH:
                self._plan_confirmation(ids[0], started)

        self._plan(started - intake.TO_CONFIRM, asked)

    def _plan_path(self, case: Case, path: tuple[Step, ...], moments: list[datetime]) -> None:
        for number, step in enumerate(path):
            self._plan(moments[number + 1], self._stepping(case, step, path, moments, number))
            return  # the next is planned when this one is done

    def _plan_confirmation(self, request_id: str, started: datetime) -> None:
        at = started + CONFIRMED_AFTER
        if at < self.now:
            self._plan(at, lambda now: intake.confirm_by_mail(request_id, now))

    def _stepping(self, case: Case, step: Step, path: tuple[Step, ...], moments: list[datetime], number: int) -> Act:
        def act(now: datetime) -> None:
            try:
                take_step(case, step, now)
            except NotYet as later:
                self._plan(later.at, self._stepping(case, step, path, moments, number))
                return
            if number + 1 < len(path):
                planned = max(moments[number + 2], now + timedelta(minutes=1))
                self._plan(planned, self._stepping(case, path[number + 1], path, moments, number + 1))

        return act


def clocks_run(now: datetime) -> None:
    """One round of the scheduler over questions and referrals, as of that moment."""
    for referral_id in referrals.due_lapses(now):
        referrals.lapse(referral_id, now=now)
    for request_id in referrals.due_waits(now):
        referrals.end_wait(request_id, now=now)
    for named in referrals.due_breaches(now):
        referrals.breach(*named, now=now)
    for named in referrals.due_warnings(now):
        referrals.warn(*named, now=now)


def agreements_run(now: datetime) -> None:
    """What the calendar does to agreements: one starts, another expires."""
    for agreement_id in agreements_due(now):
        follow_rules(db.session.get_one(Agreement, agreement_id), now=now)


def accreditation_run(now: datetime) -> None:
    """Statutory terms, duties and conditions: reminded, passed."""
    for what, identifier in accreditation_due(now):
        follow_accreditation(what, identifier, now=now)
    for due, act in PROPOSALS:
        for identifier in due(now):
            act(identifier, now=now)


def week_start(now: datetime, timezone: str) -> datetime:
    """The first second of the present local week: what is dated in this week stays in it, however young it is."""
    local = now.astimezone(zone(timezone))
    monday = local.date() - timedelta(days=local.weekday())
    return datetime.combine(monday, time(0, 0, 1), zone(timezone)).astimezone(UTC)


class _Calendars:
    """The calendars by which the steps of a question are planned: of its desk, and of who is expected to answer."""

    def __init__(self, actors: Actors, now: datetime) -> None:
        self.actors, self.now = actors, now
        self.known: dict[str, WorkingCalendar] = {}
        self.partners_of = _expected_receivers()

    def of(self, question: Question, path: tuple[Step, ...], step: Step | None) -> WorkingCalendar:
        if step is None or step.side == "desk":
            return self.calendar(question.desk)
        if step.side == "receiver" or step.verb == "lapse":
            return self.calendar(self._receiver(question, path))
        return self.calendar(question.desk)

    def _receiver(self, question: Question, path: tuple[Step, ...]) -> str:
        named = next((step.argument for step in path if step.verb in ("refer", "warm") and step.argument), "")
        return named or self.partners_of.get(question.desk, question.desk)

    def calendar(self, code: str) -> WorkingCalendar:
        if code not in self.known:
            self.known[code] = calendar_of(db.session(), self._office(code), self.now)
        return self.known[code]

    def timezone(self, code: str) -> str:
        return self._office(code).timezone

    def _office(self, code: str) -> Office:
        organisation_id = self.actors.ids.get(code) or self.actors.ids["bz"]
        statement = select(Office).where(Office.organisation_id == organisation_id).order_by(Office.position).limit(1)
        return db.session.execute(statement).scalar_one()


def _expected_receivers() -> dict[str, str]:
    """Who a desk refers to first: the other side of its first agreement."""
    found: dict[str, str] = {}
    for row in rows_of("agreements"):
        posts = listed(row["posts"])
        for post in posts:
            found.setdefault(post, row["hub"])
        found.setdefault(row["hub"], posts[0])
    return found
