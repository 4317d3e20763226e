"""What trying a draft of the guideline shows, in plain words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from hubs.accreditation.tryout import Trial, TryOut, Unknown
from hubs.accreditation.words.results import codes_words

UNKNOWN_WORDS: dict[str, Any] = {
    Unknown.LEFT_OUT: _l("Leave them out of the reckoning"),
    Unknown.FAILED: _l("Count them as not met"),
}
REASON_WORDS: dict[str, Any] = {
    "knock_outs_fail": _l("Fails as a hard requirement: %(criteria)s."),
    "knock_outs_no_longer": _l("No longer fails as a hard requirement: %(criteria)s."),
    "below_pass_mark": _l("The total comes below the pass mark."),
    "above_pass_mark": _l("The total reaches the pass mark."),
    "consequences_fail": _l("Now leaves at most a hub in development: %(criteria)s."),
    "consequences_no_longer": _l("No longer stands in the way of more than a hub in development: %(criteria)s."),
    "mandatory_fail": _l("Fails as a required criterion: %(criteria)s."),
    "mandatory_no_longer": _l("No longer fails as a required criterion: %(criteria)s."),
}


def summary_sentence(found: TryOut) -> str:
    """How many past results would be other ones."""
    if not found.tried:
        return _("There is no assessed proposal yet to try this version on.")
    return ngettext(
        "%(num)s of %(tried)s past results would be another one.",
        "%(num)s of %(tried)s past results would be other ones.",
        len(found.flips),
        tried=found.tried,
    )


def reasons_words(trial: Trial) -> list[str]:
    """Why the result would be another one."""
    return [str(REASON_WORDS[reason.code]) % {"criteria": codes_words(reason.criteria)} for reason in trial.reasons]
