"""Assessing in words: opinions, what was found, how far things are, what was done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubs.accreditation.models import FactCheck
from hubs.accreditation.words import OPINION_WORDS as OPINION_WORDS
from hubs.accreditation.words.decisions import FORM_WORDS as FORM_WORDS
from hubs.accreditation.words.decisions import WAIVER_WORDS as WAIVER_WORDS
from hubs.guideline.criteria import Answer, Better, Criterion
from hubs.guideline.words import UNIT_WORDS, number_words, with_unit

OPINION_HINTS: dict[str, Any] = {
    "positive": _l("This hub adds something in your market."),
    "positive_if": _l("Only when something is arranged first. Say what."),
    "negative": _l("This hub adds too little, or gets in the way."),
    "no_opinion": _l("You cannot judge this from where you are."),
}
YES_NO_WORDS = {True: _l("Yes"), False: _l("No")}
ACCEPTED_WORDS = {True: _l("It holds"), False: _l("It does not hold")}
SIGNED_WORDS = {True: _l("Signed"), False: _l("Not signed")}
ASSESSMENT_STATES: dict[str, Any] = {
    "open": _l("Yours to score"),
    "waiting": _l("Waiting for the other assessor"),
    "together": _l("To be moderated or concluded together"),
    "concluded": _l("Concluded"),
    "stopped": _l("Not in assessment now"),
}
ASSESSMENT_TONES = {
    "open": "active",
    "waiting": "neutral",
    "together": "warning",
    "concluded": "success",
    "stopped": "neutral",
}
ACTIONS_DONE: dict[str, Any] = {
    "assign": _l("The assessor is assigned and gets a mail."),
    "ask_advice": _l("The advice is asked. The post gets a letter and sees it in its work."),
    "start_assessment": _l("The assessment has started. Both assessors can score now."),
    "send_back": _l("The chamber has been asked to complete its file. The term stands still."),
    "finish": _l("Your part is finished. Your scores are fixed now."),
    "conclude": _l("The assessment is concluded. Somebody else decides now."),
    "reassess": _l("The assessment is open again. Both assessors can change their scores."),
    "note": _l("Your note is stored."),
    "score": _l("Your score on %(code)s is stored."),
    "check": _l("The check of %(code)s is stored."),
    "moderate": _l("The level on %(code)s is stored."),
    "give": _l("Your advice is stored. You can change it until the assessment is concluded."),
    "invite": _l("The chamber is invited by letter."),
    "record": _l("The hearing is recorded."),
    "waive": _l("It is recorded that the chamber is not heard, and why."),
}

UNKNOWN_ACTION = _l("This action does not exist here.")
INTEREST_DECLARED = _l("Your interest is declared. You take no part in anything about this hub from now on.")
INTEREST_ENDED = _l("Your interest is ended. That you had it stays on record.")
REPLACE_ME = _l("You assess proposal %(reference)s of this hub. Ask for somebody else to be assigned.")


def found_words(criterion: Criterion, check: FactCheck) -> str:
    """What was found, in a few words."""
    if criterion.answer == Answer.NUMBER:
        return with_unit(check.value, criterion.unit) if check.value is not None else ""
    words = {Answer.YES_NO: YES_NO_WORDS, Answer.DOCUMENT: ACCEPTED_WORDS}.get(criterion.answer, SIGNED_WORDS)
    return str(words[bool(check.answer)])


def stated_words(criterion: Criterion, stated: Any) -> str:
    """The chamber's own number, or yes or no, as it is read out; its text stays as typed."""
    if stated in (None, ""):
        return ""
    if criterion.answer == Answer.NUMBER:
        return with_unit(Decimal(str(stated)), criterion.unit)
    if criterion.answer == Answer.YES_NO:
        return str(YES_NO_WORDS[bool(stated)])
    return str(stated)


def question_words(criterion: Criterion) -> str:
    """The legend above the choices of a check."""
    if criterion.answer == Answer.YES_NO:
        return _("What did you find?")
    if criterion.answer == Answer.DOCUMENT:
        return _("Does the document hold?")
    return _("Is the agreement signed?")


def threshold_words(criterion: Criterion) -> str:
    """Least or most that is asked; empty without a threshold."""
    if criterion.threshold is None:
        return ""
    amount = (
        number_words(criterion.threshold)
        if criterion.answer == Answer.SCALE
        else with_unit(criterion.threshold, criterion.unit)
    )
    if criterion.better == Better.LOWER:
        return _("At most %(amount)s", amount=amount)
    return _("At least %(amount)s", amount=amount)


def gates_words(passed: int, failed: int, still_open: int) -> str:
    """The heading over the hard requirements: the outcome first."""
    if failed and still_open:
        return _(
            "Hard requirements: %(passed)s met, %(failed)s not met, %(open)s still open",
            passed=passed,
            failed=failed,
            open=still_open,
        )
    if failed:
        return _("Hard requirements: %(passed)s met, %(failed)s not met", passed=passed, failed=failed)
    if still_open:
        return _("Hard requirements: %(passed)s met, %(open)s still open", passed=passed, open=still_open)
    return ngettext("Hard requirements: %(num)s met", "Hard requirements: all %(num)s met", passed)


def size_words(size: int) -> str:
    """The size of a document."""
    kilobytes = max(1, round(size / 1024))
    if kilobytes < 1024:
        return _("%(size)s KB", size=kilobytes)
    return _("%(size)s MB", size=format_decimal(round(kilobytes / 1024, 1), locale=get_locale() or "en"))


def value_label(criterion: Criterion) -> str:
    """The label of a number, with its unit."""
    if not criterion.unit:
        return _("The number you found")
    return _("The number you found (%(unit)s)", unit=UNIT_WORDS.get(criterion.unit, criterion.unit))


def said_words(criterion: Criterion, stated: Any) -> str:
    """What the chamber said itself, to compare with."""
    said = stated_words(criterion, stated) if criterion.answer in (Answer.NUMBER, Answer.YES_NO) else ""
    return _("The chamber said: %(answer)s.", answer=said) if said else ""


# what of the dossier stands beside a criterion, by the criterion's group
NEED, ADDITION = "market_need", "additionality"


def register_sentences(payload: Mapping[str, Any], group: str) -> tuple[str, ...]:
    """What the frozen dossier says that matters to this criterion; exact figures, so for assessors only."""
    if group == NEED:
        return tuple(_need(payload))
    return tuple(_supply(payload)) if group == ADDITION else ()


def _need(payload: Mapping[str, Any]) -> Iterator[str]:
    totals, companies = payload["counts"]["totals"], payload["counts"]["totals"]["all"]["now"]["companies"]
    asked, unmet = (totals[name]["now"]["questions"] for name in ("all", "unmet"))
    yield ngettext(
        "%(num)s question in twelve months, of which %(unmet)s got no help.",
        "%(num)s questions in twelve months, of which %(unmet)s got no help.",
        asked,
        unmet=unmet,
    )
    if companies:
        yield ngettext("%(num)s company stands behind them.", "%(num)s companies stand behind them.", companies)


def _supply(payload: Mapping[str, Any]) -> Iterator[str]:
    nl = str(get_locale() or "en").startswith("nl")
    hubs = payload["supply"]["hubs"]
    if not hubs:
        yield _("No other hub serves this market.")
        return
    names = ", ".join(hub["name_nl" if nl else "name_en"] for hub in hubs)
    yield ngettext(
        "%(num)s other hub serves this market: %(names)s.",
        "%(num)s other hubs serve this market: %(names)s.",
        len(hubs),
        names=names,
    )
    wanted = [row for row in payload["supply"]["rows"] if row["wanted"]]
    overlap = sum(1 for row in wanted if row["overlap"])
    if wanted:
        yield _(
            "Of the %(wanted)s services this chamber wants to give, %(overlap)s are given here already.",
            wanted=len(wanted),
            overlap=overlap,
        )
