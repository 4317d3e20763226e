"""What pages say of missions: phases, answers of hubs, consent of a participant."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubs.core.templating import date_words
from hubs.missions.lifecycle import AskState, MissionPhase

PHASE_WORDS: dict[str, tuple[Any, str]] = {
    MissionPhase.DRAFT: (_l("Draft"), "neutral"),
    MissionPhase.ANNOUNCED: (_l("Announced"), "active"),
    MissionPhase.RUNNING: (_l("Running"), "active"),
    MissionPhase.FOLLOW_UP: (_l("Follow-up"), "warning"),
    MissionPhase.DONE: (_l("Done"), "success"),
    MissionPhase.CANCELLED: (_l("Cancelled"), "neutral"),
}
ASK_WORDS: dict[str, tuple[Any, str]] = {
    AskState.ASKED: (_l("Asked"), "warning"),
    AskState.AGREED: (_l("Agreed"), "success"),
    AskState.DECLINED: (_l("Declined"), "danger"),
    AskState.WITHDRAWN: (_l("Not needed any more"), "neutral"),
}
CONSENT_WORDS: dict[str, Any] = {"given": _l("Given on the form"), "ask": _l("Asked by mail")}
CONSENT_CHOICES = [
    ("ask", _l("Not yet: ask by mail when their question is made")),
    ("given", _l("They agreed on the form they signed up with")),
]


def dates_words(starts_on: date | None, ends_on: date | None) -> str:
    """From and up to and including."""
    if starts_on is None or ends_on is None:
        return _("No dates yet")
    if starts_on == ends_on:
        return str(date_words(starts_on))
    return _("%(first)s up to and including %(last)s", first=date_words(starts_on), last=date_words(ends_on))
