"""The computed result in plain words: the outcome and why, each row of the derivation, what one answer would change."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from hubs.accreditation.scoring import Number, Outcome, Result, Row
from hubs.accreditation.sensitivity import Change
from hubs.accreditation.words import OUTCOME_WORDS
from hubs.guideline.criteria import Answer, Better, Criterion
from hubs.guideline.words import number_words, with_unit

OUTCOME_TONES = {
    Outcome.REFUSE: "danger",
    Outcome.IN_DEVELOPMENT: "warning",
    Outcome.CONDITIONAL: "warning",
    Outcome.ACCREDIT: "success",
}
MET_WORDS = {True: _l("Passed"), False: _l("Not passed")}


def decimal_of(number: Number, places: int = 2, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """An exact number as one with so many decimals."""
    exact = Fraction(number)
    steps = Decimal(exact.numerator * 10**places) / Decimal(exact.denominator)
    return steps.quantize(Decimal(1), rounding=rounding).scaleb(-places)


def shown_number(number: Number, places: int = 2, rounding: str = ROUND_HALF_EVEN) -> str:
    return number_words(decimal_of(number, places, rounding))


def outcome_sentence(result: Result) -> str:
    """The outcome and what it rests on, in one sentence."""
    if result.outcome == Outcome.REFUSE and result.knock_outs:
        return ngettext(
            "The computed result is refuse: %(num)s hard requirement is not met.",
            "The computed result is refuse: %(num)s hard requirements are not met.",
            len(result.knock_outs),
        )
    if result.outcome == Outcome.REFUSE:
        return _(
            "The computed result is refuse: the total of %(total)s percent is below the pass mark of %(mark)s percent.",
            total=number_words(result.shown),
            mark=shown_number(result.pass_mark),
        )
    if result.outcome == Outcome.CONDITIONAL:
        return ngettext(
            "The computed result is accredit with conditions: %(num)s required criterion is not met.",
            "The computed result is accredit with conditions: %(num)s required criteria are not met.",
            len(result.mandatory),
        )
    if result.outcome == Outcome.ACCREDIT:
        return _("The computed result is accredit: every hard requirement and every required criterion is met.")
    if result.consequences:
        return _(
            "The computed result is hub in development, and no more than that because of %(codes)s.",
            codes=codes_words(result.consequences),
        )
    return _("The computed result is hub in development: more was not asked for.")


def lower_first(text: Any) -> str:
    """As it stands inside a sentence."""
    words = str(text)
    return words[:1].lower() + words[1:]


def codes_words(codes: Any) -> str:
    """A1, B1 and C2."""
    listed = list(codes)
    if len(listed) < 2:
        return "".join(listed)
    return _("%(first)s and %(last)s", first=", ".join(listed[:-1]), last=listed[-1])


# --- the derivation ----------------------------------------------------------------------------------------


def answer_words(row: Row) -> str:
    """What was answered."""
    if not row.answered:
        return _("No answer yet")
    kind, given = row.criterion.answer, row.given
    if kind == Answer.SCALE:
        return _levels_words(row)
    if kind == Answer.NUMBER:
        return with_unit(decimal_of(_number(given.value)), row.criterion.unit)
    if kind == Answer.YES_NO:
        return _("Yes") if given.value else _("No")
    if kind == Answer.DOCUMENT:
        return _("Document in order") if given.document_ok else _("Document not in order")
    return _("Agreement signed") if given.document_ok else _("Agreement not signed")


def _number(value: Any) -> Number:
    return value if value is not None else 0


def _levels_words(row: Row) -> str:
    levels = sorted(row.given.levels)
    listed = codes_words(str(level) for level in levels)
    if row.given.moderated is not None:
        if not levels:
            return _("%(level)s after moderation", level=row.given.moderated)
        return _("%(level)s after moderation, first %(levels)s", level=row.given.moderated, levels=listed)
    if len(levels) == 1:
        return _("%(level)s, by one assessor", level=levels[0])
    if len(set(levels)) == 1:
        return _("%(level)s by both", level=levels[0])
    return _("%(levels)s, on average %(mean)s", levels=listed, mean=shown_number(row.values["level"]))


def points_words(row: Row) -> str:
    """Points of four; empty where the answer carries none."""
    return "" if row.points is None or not row.criterion.weight else shown_number(row.points)


def part_words(row: Row) -> str:
    """What it brings to the total, of what it could."""
    if not row.most:
        return ""
    return _("%(part)s of %(most)s", part=shown_number(row.part), most=shown_number(row.most))


# --- what one answer would change --------------------------------------------------------------------------


def change_sentence(change: Change, criterion: Criterion) -> str:
    """If this one answer were another one, the result would be another one."""
    values: dict[str, Any] = {
        "criterion": change.code,
        "before": change.before,
        "after": change.after,
        "outcome": lower_first(OUTCOME_WORDS[change.outcome]),
    }
    if change.aspect == "number":
        return _number_sentence(change, criterion, values)
    return str(_PATTERNS[change.aspect, _is_yes(change)]) % values


def _is_yes(change: Change) -> bool | None:
    return bool(change.after) if isinstance(change.after, bool) else None


def _number_sentence(change: Change, criterion: Criterion, values: dict[str, Any]) -> str:
    if change.after is None or isinstance(change.after, bool):
        return str(_l("If a number were known for %(criterion)s, the result would be: %(outcome)s.")) % values
    lower = criterion.better == Better.LOWER
    # rounded so that the sentence stays true: "at least" and "more than" up, "at most" and "less than" down
    rounding = ROUND_CEILING if lower == change.beyond else ROUND_FLOOR
    values["amount"] = with_unit(decimal_of(change.after, rounding=rounding), criterion.unit)
    return str(_NUMBERS[lower, change.beyond]) % values


_PATTERNS: Mapping[tuple[str, bool | None], Any] = {
    ("level", None): _l(
        "If one assessor had given %(criterion)s level %(after)s instead of %(before)s, "
        "the result would be: %(outcome)s."
    ),
    ("moderated", None): _l(
        "If the level of %(criterion)s after moderation were %(after)s instead of %(before)s, "
        "the result would be: %(outcome)s."
    ),
    ("scored", None): _l("If both assessors gave %(criterion)s level %(after)s, the result would be: %(outcome)s."),
    ("yes_no", True): _l("If the answer to %(criterion)s were yes, the result would be: %(outcome)s."),
    ("yes_no", False): _l("If the answer to %(criterion)s were no, the result would be: %(outcome)s."),
    ("document", True): _l("If the document for %(criterion)s were accepted, the result would be: %(outcome)s."),
    ("document", False): _l("If the document for %(criterion)s were not accepted, the result would be: %(outcome)s."),
    ("agreement", True): _l("If the agreement for %(criterion)s were signed, the result would be: %(outcome)s."),
    ("agreement", False): _l("If the agreement for %(criterion)s were not signed, the result would be: %(outcome)s."),
}
# (lower is better, beyond the amount)
_NUMBERS: Mapping[tuple[bool, bool], Any] = {
    (False, False): _l("If %(criterion)s were at least %(amount)s, the result would be: %(outcome)s."),
    (False, True): _l("If %(criterion)s were less than %(amount)s, the result would be: %(outcome)s."),
    (True, False): _l("If %(criterion)s were at most %(amount)s, the result would be: %(outcome)s."),
    (True, True): _l("If %(criterion)s were more than %(amount)s, the result would be: %(outcome)s."),
}
