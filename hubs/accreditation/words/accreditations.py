"""Accreditations in words: what a standing rests on, what happened, and what waits for whom."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from hubs.accreditation.as_of import NEVER_SET, Standing
from hubs.accreditation.lifecycle import AccreditationState, ConditionState
from hubs.accreditation.models import Accreditation, Obligation
from hubs.core.templating import date_words
from hubs.directory.lifecycle import HubStatus

A = AccreditationState
ACCREDITATION_TONES: dict[str, str] = {
    A.GRANTED: "active",
    A.ACTIVE: "success",
    A.SUSPENDED: "warning",
    A.WITHDRAWN: "danger",
    A.EXPIRED: "danger",
    A.REPLACED: "neutral",
}
CONDITION_TONES: dict[str, str] = {
    ConditionState.OPEN: "active",
    ConditionState.MET: "success",
    ConditionState.LAPSED: "danger",
}
FILTER_WORDS: dict[str, Any] = {
    "": _l("All that stand"),
    "ending": _l("Ending soon"),
    "conditions": _l("With open conditions"),
    "concerns": _l("With concerns"),
    "waiting": _l("Not active yet"),
    "ended": _l("Ended"),
}
GROUND_WORDS: dict[str, Any] = {
    "decision": _l("A signed decision of the ministry"),
    "administrator": _l("Set by the ministry, before this service took decisions on proposals"),
    "rule": _l("The term was over"),
    NEVER_SET: _l("Nobody had given this chamber a standing yet"),
}
GROUNDS = ("decision", "administrator", "rule", NEVER_SET)
HISTORY_WORDS: dict[str, Any] = {
    "accreditation.grant": _l("Granted"),
    "accreditation.plan": _l("Planned: it starts by itself on its first day"),
    "accreditation.check": _l("A criterion was checked"),
    "accreditation.activate": _l("Made active"),
    "accreditation.start": _l("Became active"),
    "accreditation.suspend": _l("Suspended"),
    "accreditation.lift_suspension": _l("Suspension lifted"),
    "accreditation.withdraw": _l("Withdrawn"),
    "accreditation.expire": _l("Expired"),
    "accreditation.replace": _l("Replaced by a newer one"),
    "accreditation.restore": _l("Stands again: what replaced it was a mistake"),
    "accreditation.ending": _l("Told that the end is near"),
    "accreditation.attempt_refused": _l("An attempt by somebody with an interest was refused"),
    "obligation.hand_in": _l("Handed in"),
    "obligation.finish": _l("Recorded as done"),
    "obligation.reminded": _l("Reminder sent"),
    "obligation.overdue": _l("Too late: told"),
    "condition.hand_in": _l("Evidence for a condition handed in"),
    "condition.meet": _l("A condition was met"),
    "condition.lapse": _l("A condition was not met"),
    "condition.reminded": _l("Reminder about a condition sent"),
    "condition.overdue": _l("A condition is too late: told"),
}
ACTIVATED = _l("The accreditation is active. The hub's agreements start, and it may take questions.")
PLANNED = _l("Everything is met. The accreditation starts by itself on its first day.")
CHECKED = _l("Recorded that this is met.")
HANDED_IN = _l("Handed in. The ministry can read it now.")
FINISHED = _l("Recorded.")
JUDGED = _l("Your judgement is recorded. The hub can read it.")
CONCERN_RAISED = _l("The concern is recorded, with who looks into it.")
CONCERN_CLOSED = _l("The concern is closed.")
FUNDING_RECORDED = _l("The amount is recorded.")


def kind_words(accreditation: Accreditation) -> str:
    """What kind of standing it gives."""
    if accreditation.in_development:
        return _("Hub in development")
    return _("Accredited with conditions") if accreditation.has_conditions else _("Accredited")


def term_words(accreditation: Accreditation) -> str:
    return _(
        "%(first)s up to and including %(last)s",
        first=date_words(accreditation.starts_on),
        last=date_words(accreditation.ends_on),
    )


def obligation_name(obligation: Obligation) -> str:
    """ "Yearly plan for 2027", "Mid-term review"."""
    if obligation.kind == "yearly_plan":
        return _("Yearly plan for %(year)s", year=obligation.year)
    if obligation.kind == "yearly_report":
        return _("Yearly report on %(year)s", year=obligation.year)
    return _("Mid-term review") if obligation.kind == "mid_term_review" else _("Proposal for renewal")


def obligation_state(obligation: Obligation, today: date) -> tuple[str, str, str]:
    """Code, words and tone of where a duty stands."""
    if obligation.done_at is not None:
        return "done", _("Done"), "success"
    if obligation.cancelled_at is not None:
        return "cancelled", _("No longer asked"), "neutral"
    if obligation.due_on < today:
        return "late", _("Too late"), "danger"
    return "open", _("Open"), "active"


def days_left_words(due_on: date, today: date) -> str:
    days = (due_on - today).days
    if days < 0:
        return ngettext("%(num)s day late", "%(num)s days late", -days)
    return _("today") if days == 0 else ngettext("%(num)s more day", "%(num)s more days", days)


def standing_words(standing: Standing) -> str:
    """The answer in one sentence."""
    day = date_words(standing.on)
    sentences = {
        HubStatus.ACCREDITED: _("Yes. On %(day)s this hub was accredited.", day=day),
        HubStatus.CONDITIONAL: _("Yes, with conditions. On %(day)s this hub was accredited with conditions.", day=day),
        HubStatus.IN_DEVELOPMENT: _("In part. On %(day)s this was a hub in development.", day=day),
        HubStatus.SUSPENDED: _("No. On %(day)s the accreditation of this hub was suspended.", day=day),
        HubStatus.WITHDRAWN: _("No. On %(day)s the accreditation of this hub was withdrawn.", day=day),
        HubStatus.EXPIRED: _("No. On %(day)s the accreditation of this hub had expired.", day=day),
        HubStatus.REGISTERED: _("No. On %(day)s this chamber was in the register, not accredited.", day=day),
    }
    return sentences[HubStatus(standing.status)]
