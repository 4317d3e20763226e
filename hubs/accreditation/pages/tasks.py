"""Tasks of accreditation as lines of the work list: what to do, about whom, by when, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accreditation.board import due_code
from hubs.accreditation.pages.board import due_words, last_day_words
from hubs.accreditation.queries.tasks import Task, tasks_of
from hubs.accreditation.words import OBLIGATION_WORDS
from hubs.core.templating import locale_code
from hubs.reference.labels import market_name
from hubs.referrals.lists.other_work import OtherWork, other_work

# kind of task -> what to do, the endpoint where it is done, and the name of its parameter
_WAYS: dict[str, tuple[Any, str, str]] = {
    "complete": (_l("Complete your proposal"), "proposal_show", "reference"),
    "write": (_l("Go on with your proposal"), "proposal_show", "reference"),
    "condition": (_l("Show that a condition is met"), "accreditation_show", "accreditation_id"),
    "duty": (_l("Hand in what is due"), "accreditation_show", "accreditation_id"),
    "advise": (_l("Advise on this proposal"), "advice_show", "reference"),
    "assign": (_l("Assign two assessors"), "proposal_show", "reference"),
    "not_consider": (_l("The chamber's time to complete is over: decide how to go on"), "proposal_show", "reference"),
    "draft": (_l("Draft a decision"), "proposal_show", "reference"),
    "sign": (_l("Decide"), "decision_show", "reference"),
    "judge": (_l("Judge whether a condition is met"), "accreditation_show", "accreditation_id"),
    "take_up": (_l("Assign a handler to an objection"), "objection_show", "objection_id"),
    "objection": (_l("Handle the objection"), "objection_show", "objection_id"),
    "concern": (_l("Look into a concern"), "concern_show", "concern_id"),
    "score": (_l("Score the proposal"), "assess_show", "reference"),
    "conclude": (_l("Compare scores and conclude"), "assess_show", "reference"),
    "calibrate": (_l("Score a sample once more"), "calibration_item_show", "item_id"),
    "confirm_profile": (_l("Confirm changed details, or send them back"), "directory.profile_change_show", "change_id"),
    "profile_back": (_l("The ministry sent your changed details back: mend them"), "directory.profile_edit", ""),
    "still_right": (_l("Say whether your details are still right"), "directory.organisation_show", ""),
}
PROFILE_KINDS = ("confirm_profile", "profile_back", "still_right")


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task in words."""

    kind: str
    key: str
    title: str
    what: str
    market: str
    href: str
    due: str
    due_words: str
    due_on: date | None
    due_note: str

    reference: str = ""

    @property
    def is_of_profile(self) -> bool:
        return self.kind in PROFILE_KINDS or other_work(self.kind) is not None


@dataclass(frozen=True, slots=True)
class Pressing:
    """How many tasks are late, due today, and due later this week."""

    late: int
    today: int
    week: int


def pressing(lines: Iterable[TaskLine], today: date) -> Pressing:
    """Counted by the days of the terms, a week ending on Sunday."""
    codes = Counter(due_period(line, today) for line in lines)
    return Pressing(codes["late"], codes["today"], codes["week"])


def due_period(line: TaskLine, today: date) -> str:
    """In the words of the work list's filter; empty for what has no term, or one further away."""
    if line.due_on is None:
        return ""
    if line.due_on <= today:
        return "late" if line.due_on < today else "today"
    return "week" if line.due_on <= today + timedelta(days=6 - today.weekday()) else ""


def task_lines(actor: Actor, today: date) -> list[TaskLine]:
    """What waits for this actor in accreditation, shortest term first."""
    return [_line(task, today) for task in tasks_of(actor, today)]


def _line(task: Task, today: date) -> TaskLine:
    other = other_work(task.kind)
    if other is not None:
        return _other_line(other, task, today)
    what, endpoint, parameter = _WAYS[task.kind]
    code = due_code(task.due_on, today, is_suspended=False)
    more = {"accreditation_id": task.detail} if task.kind == "concern" else {}
    values = {parameter: task.key, **more} if parameter else more
    told = str(what)
    if task.kind == "duty" and task.detail:
        told = _("Hand in: %(what)s", what=OBLIGATION_WORDS[task.detail])
    return TaskLine(
        task.kind,
        task.key,
        task.name(locale_code()),
        told,
        market_name(task.market) if task.market else "",
        url_for(endpoint if "." in endpoint else f"accreditation.{endpoint}", _external=False, **values),
        code,
        due_words(task.due_on, today, code),
        task.due_on,
        last_day_words(task.due_on, today),
        (task.detail or "") if task.kind in PROFILE_KINDS else task.key,
    )


def _other_line(other: OtherWork, task: Task, today: date) -> TaskLine:
    """A row that another area added."""
    code = due_code(task.due_on, today, is_suspended=False) if task.due_on else ""
    words = due_words(task.due_on, today, code) if task.due_on else ""
    note = last_day_words(task.due_on, today) if task.due_on else ""
    title, href = other.title(task), other.href(task)
    return TaskLine(task.kind, task.key, title, str(other.what), "", href, code, words, task.due_on, note)
