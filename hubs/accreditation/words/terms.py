"""The statutory clock in sentences: each step of the derivation with its article, and how much time is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from hubs.accreditation.statutory import Ground, Step, StepCode, Term
from hubs.core.templating import date_words

HOLIDAY_WORDS: dict[str, Any] = {
    "new_year": _l("New Year's Day"),
    "good_friday": _l("Good Friday"),
    "easter_monday": _l("Easter Monday"),
    "kings_day": _l("King's Day"),
    "liberation_day": _l("Liberation Day"),
    "ascension": _l("Ascension Day"),
    "whit_monday": _l("Whit Monday"),
    "christmas": _l("Christmas Day"),
    "second_christmas": _l("the second day of Christmas"),
    "equated": _l("a day made equal to a holiday"),
}
GROUND_WORDS: dict[str, Any] = {
    Ground.COMPLETION: _l("the chamber completes its file"),
    Ground.CONSENT: _l("the chamber agreed to wait"),
    Ground.DELAY_BY_APPLICANT: _l("the delay is the chamber's own"),
    Ground.FORCE_MAJEURE: _l("of force majeure"),
}
START_WORDS: dict[str, Any] = {
    "Awb 4:13": _l("The proposal came in on %(day)s. The next day is the first that counts."),
    "Awb 7:10": _l("The period to object ended on %(day)s. The next day is the first that counts."),
    "Awb 6:7": _l("The decision was sent on %(day)s. The next day is the first that counts."),
}


@dataclass(frozen=True, slots=True)
class TermLine:
    """One line of the derivation as the page shows it."""

    code: str
    text: str
    on: date
    article: str


def term_lines(term: Term) -> list[TermLine]:
    """How the last day follows; days moved one by one make one line."""
    lines: list[TermLine] = []
    for step in _joined(term.steps):
        text = step_words(step)
        if text:
            lines.append(TermLine(step.code, text, step.on, step.article))
    return lines


def _joined(steps: tuple[Step, ...]) -> list[Step]:
    """Weekend days in a row as one step."""
    kept: list[Step] = []
    for step in steps:
        last = kept[-1] if kept else None
        if last is not None and last.code == step.code == StepCode.MOVED_WEEKEND:
            kept[-1] = Step(step.code, step.on, step.article, last.days + step.days, last.since, step.value)
        else:
            kept.append(step)
    return kept


def step_words(step: Step) -> str:
    """One step as a sentence."""
    day = date_words(step.on)
    since = date_words(step.since)
    if step.code == StepCode.STARTED:
        return str(START_WORDS.get(step.article, _l("It begins after %(day)s."))) % {"day": day}
    if step.code == StepCode.COUNTED:
        weeks = step.days // 7
        return ngettext("%(num)s week ends on %(day)s.", "%(num)s weeks end on %(day)s.", weeks, day=day)
    if step.code == StepCode.SUSPENDED:
        return ngettext(
            "%(num)s day stands still from %(since)s, because %(ground)s. That makes it %(day)s.",
            "%(num)s days stand still from %(since)s, because %(ground)s. That makes it %(day)s.",
            step.days,
            since=since,
            ground=GROUND_WORDS.get(step.value, step.value),
            day=day,
        )
    if step.code == StepCode.EXTENDED:
        return ngettext(
            "Extended by %(num)s day on %(since)s, with a letter. That makes it %(day)s.",
            "Extended by %(num)s days on %(since)s, with a letter. That makes it %(day)s.",
            step.days,
            since=since,
            day=day,
        )
    return _move_words(step, day, since)


def _move_words(step: Step, day: str, since: str) -> str:
    if step.code == StepCode.TOO_LATE:
        return _("What happened on %(since)s came after the term had ended, and changes nothing.", since=since)
    if step.code == StepCode.NOT_COVERED:
        return _("A term this long is not moved on from a weekend or a holiday.")
    if step.code == StepCode.MOVED_WEEKEND:
        return _("It does not end in a weekend: %(day)s.", day=day)
    if step.code == StepCode.MOVED_HOLIDAY:
        holiday = HOLIDAY_WORDS.get(step.value, step.value)
        return _("%(since)s is %(holiday)s: it ends on %(day)s.", since=since, holiday=holiday, day=day)
    if step.code == StepCode.MOVED_SUSPENDED:
        return _("The term stood still on that day: %(day)s.", day=day)
    if step.code == StepCode.TWO_WORKING_DAYS:
        return _("A term holds at least two working days: %(day)s.", day=day)
    return _("The last day is %(day)s.", day=day)


def left_words(term: Term, today: date) -> str:
    """How much time is left, or how late it is."""
    days = term.days_left(today)
    if days < 0:
        return ngettext("%(num)s day late", "%(num)s days late", -days)
    if days == 0:
        return _("today is the last day")
    return ngettext("%(num)s day left", "%(num)s days left", days)


def due_code(term: Term, today: date, *, is_paused: bool) -> str:
    """late, soon, later or paused, as the deadline's shape shows it."""
    if is_paused:
        return "paused"
    days = term.days_left(today)
    return "late" if days < 0 else "soon" if days <= 14 else "later"
