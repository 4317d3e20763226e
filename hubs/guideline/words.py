"""Codes, numbers and fields of the guideline in plain words, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubs.reference.market_lists import MARKET_LISTS

from .criteria import Answer, Better, Consequence, Criterion, Moment, ProposalKind, Rule
from .lifecycle import VersionState

STATE_WORDS = {
    VersionState.DRAFT: _l("Draft"),
    VersionState.IN_FORCE: _l("In force"),
    VersionState.RETIRED: _l("No longer in force"),
}
# as shown on a day: a version may be decided on and not have begun
SHOWN_WORDS: dict[str, Any] = {
    **{str(state): words for state, words in STATE_WORDS.items()},
    "planned": _l("Starts later"),
}
SHOWN_TONES = {"draft": "neutral", "planned": "active", "in_force": "success", "retired": "neutral"}

ANSWER_WORDS = {
    Answer.SCALE: _l("Scale from 0 to 4"),
    Answer.YES_NO: _l("Yes or no"),
    Answer.NUMBER: _l("A number"),
    Answer.DOCUMENT: _l("Document"),
    Answer.AGREEMENT: _l("Signed agreement"),
}
RULE_WORDS = {
    Rule.KNOCK_OUT: _l("Hard requirement"),
    Rule.MANDATORY: _l("Required"),
    Rule.INFORMATIVE: _l("Weighs along"),
}
RULE_HINTS = {
    Rule.KNOCK_OUT: _l("Not met: refused, whatever the other scores are."),
    Rule.MANDATORY: _l("Not met: accredited with a condition at most."),
    Rule.INFORMATIVE: _l("Counts in the total only."),
}
MOMENT_WORDS = {
    Moment.APPLICATION: _l("At the application"),
    Moment.ACTIVATION: _l("Before the hub starts"),
    Moment.REVIEW: _l("At a review or renewal"),
}
BETTER_WORDS = {Better.HIGHER: _l("Higher, or yes"), Better.LOWER: _l("Lower, or no")}
KIND_WORDS = {
    ProposalKind.NEW: _l("New hub"),
    ProposalKind.IN_DEVELOPMENT: _l("Hub in development"),
    ProposalKind.RENEWAL: _l("Renewal"),
    ProposalKind.SCOPE_CHANGE: _l("Change of scope"),
}
CONSEQUENCE_WORDS = {
    Consequence.NONE: _l("No other consequence"),
    Consequence.IN_DEVELOPMENT: _l("At most a hub in development"),
}
UNIT_WORDS: dict[str, Any] = {
    "requests/year": _l("questions a year"),
    "percent": _l("percent"),
    "members": _l("members"),
    "companies": _l("companies"),
    "years": _l("years"),
    "months": _l("months"),
    "days": _l("days"),
    "working days": _l("working days"),
    "hours": _l("hours"),
    "FTE": _l("full-time positions"),
    "EUR": _l("euros"),
}
FIELD_NAMES: dict[str, Any] = {
    "name": _l("Name of the version"),
    "note": _l("Why this version was made"),
    "is_proposal": _l("Proposal, not the ministry's official text"),
    "pass_mark": _l("Pass mark, in percent of the total"),
    "moderation_distance": _l("Greatest difference between two assessors, in levels"),
    "term_years": _l("Term of an accreditation, in years"),
    "mid_term_months": _l("Mid-term review after, in months"),
    "development_months": _l("Longest time in development, in months"),
    "in_force_on": _l("First day"),
    "retired_on": _l("First day on which it no longer holds"),
    "code": _l("Code"),
    "group": _l("Group"),
    "name_nl": _l("Name in Dutch"),
    "name_en": _l("Name in English"),
    "explanation_nl": _l("Explanation in Dutch"),
    "explanation_en": _l("Explanation in English"),
    "answer": _l("Kind of answer"),
    "unit": _l("Unit"),
    "weight": _l("Weight"),
    "rule": _l("What it does"),
    "threshold": _l("Threshold"),
    "better": _l("Better answer"),
    "moment": _l("When it is asked"),
    "kinds": _l("Kinds of proposal"),
    "market_lists": _l("Market lists"),
    "consequence": _l("Other consequence"),
    "source": _l("Source in English"),
    "source_nl": _l("Source in Dutch"),
    "position": _l("Place in the order"),
    "title_nl": _l("Title in Dutch"),
    "title_en": _l("Title in English"),
    "text_nl": _l("Sentence in Dutch"),
    "text_en": _l("Sentence in English"),
}
EVENT_WORDS = {
    "guideline_version.draft": _l("Draft made"),
    "guideline_version.edit": _l("Changed"),
    "guideline_version.edit_groups": _l("Groups changed"),
    "guideline_version.put_criterion": _l("Criterion %(code)s changed"),
    "guideline_version.remove_criterion": _l("Criterion %(code)s removed"),
    "guideline_version.put_in_force": _l("Put in force"),
    "guideline_version.retire": _l("Retired"),
}
_WORDS: dict[str, Mapping[Any, Any]] = {
    "answer": ANSWER_WORDS,
    "rule": RULE_WORDS,
    "moment": MOMENT_WORDS,
    "better": BETTER_WORDS,
    "consequence": CONSEQUENCE_WORDS,
    "unit": UNIT_WORDS,
}


def action_done(action: str) -> str:
    """What to say after an action."""
    return {
        "put_in_force": _("The version is decided. From its first day every new proposal is weighed by it."),
        "retire": _("The version is retired from that day."),
        "drop": _("The draft is thrown away."),
    }.get(action, _("Stored."))


def event_words(kind: str, data: Mapping[str, Any]) -> str:
    """What happened to a version."""
    return str(EVENT_WORDS.get(kind, kind)) % {"code": data.get("code", "")}


def number_words(value: Decimal | int) -> str:
    """A number as the reader writes it, without zeros at the end."""
    return format_decimal(value, "#,##0.##", locale=str(get_locale() or "en"))


def with_unit(value: Decimal, unit: str) -> str:
    """5 working days."""
    number, count = number_words(value), 1 if value == 1 else 2
    sentences = {
        "requests/year": lambda: ngettext(
            "%(number)s question a year", "%(number)s questions a year", count, number=number
        ),
        "percent": lambda: _("%(number)s percent", number=number),
        "members": lambda: ngettext("%(number)s member", "%(number)s members", count, number=number),
        "companies": lambda: ngettext("%(number)s company", "%(number)s companies", count, number=number),
        "years": lambda: ngettext("%(number)s year", "%(number)s years", count, number=number),
        "months": lambda: ngettext("%(number)s month", "%(number)s months", count, number=number),
        "days": lambda: ngettext("%(number)s day", "%(number)s days", count, number=number),
        "working days": lambda: ngettext("%(number)s working day", "%(number)s working days", count, number=number),
        "hours": lambda: ngettext("%(number)s hour", "%(number)s hours", count, number=number),
        "FTE": lambda: ngettext(
            "%(number)s full-time position", "%(number)s full-time positions", count, number=number
        ),
        "EUR": lambda: _("%(number)s euros", number=number),
    }
    return sentences[unit]() if unit in sentences else " ".join(filter(None, (number, unit)))


def requirement_words(criterion: Criterion) -> str:
    """When it is met, as a short sentence; empty when nothing can fail."""
    answer, threshold = criterion.answer, criterion.threshold
    if answer == Answer.YES_NO:
        return _("Met when the answer is no.") if criterion.better == Better.LOWER else _("Met when the answer is yes.")
    if answer == Answer.DOCUMENT:
        return _("Met when the document is there and checked.")
    if answer == Answer.AGREEMENT:
        return _("Met when the agreement is signed, also when signed on condition of accreditation.")
    if threshold is None:
        return ""
    if answer == Answer.SCALE:
        return _("Met from level %(level)s.", level=number_words(threshold))
    amount = with_unit(threshold, criterion.unit)
    if criterion.better == Better.LOWER:
        return _("Met with at most %(amount)s.", amount=amount)
    return _("Met with at least %(amount)s.", amount=amount)


def weight_words(criterion: Criterion) -> str:
    """How it counts in the total."""
    if not criterion.weight:
        return _("Carries no points")
    return _("Weighs %(weight)s", weight=number_words(criterion.weight))


def kinds_words(kinds: Iterable[str]) -> str:
    """The kinds of proposal it is asked of; empty when of all."""
    return ", ".join(str(words) for kind, words in KIND_WORDS.items() if kind in kinds)


def lists_words(codes: Iterable[str]) -> str:
    """The market lists it is limited to; empty when to none."""
    return ", ".join(sorted(str(MARKET_LISTS.get(code, code)) for code in codes))


def value_words(field: str, value: Any, groups: Mapping[str, str] | None = None) -> str:
    """A value of a field in a comparison."""
    if value is None or value == "":
        return _("Nothing")
    if field == "kinds":
        return kinds_words(value) or _("Every kind of proposal")
    if field == "market_lists":
        return lists_words(value) or _("Every market")
    if field == "group":
        return (groups or {}).get(value, str(value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal | int):
        return number_words(value)
    return str(_WORDS.get(field, {}).get(value, value))


def plain_number(value: Decimal | int | str) -> str:
    """A number for a field, without grouping: 2,5 in Dutch, 2.5 in English."""
    return format_decimal(Decimal(value), "0.######", locale=str(get_locale() or "en"))
