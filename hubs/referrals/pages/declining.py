"""What a no leads to, said beside each reason before somebody declines, and once more after (domain.md, Routing)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from hubs.accounts.models import OrganisationKind
from hubs.core.durations import day_words
from hubs.extensions import db
from hubs.reference.labels import label
from hubs.referrals.lifecycle import ReferralState
from hubs.referrals.models import Referral
from hubs.referrals.moment import CONFLICT, PUBLIC_TASK
from hubs.referrals.operations.consequences import EVERYTHING, LONGEST_PAUSE, SAME_KIND, first_day, usual_day
from hubs.referrals.operations.referrals import decline_reasons
from hubs.referrals.places_left import NO_CAPACITY
from hubs.referrals.room import CapacityPause
from hubs.referrals.routing.route import COVERAGE_REASONS


@dataclass(frozen=True, slots=True)
class Declining:
    """The reasons with what each leads to, and the days between which a pause may end."""

    reasons: list[tuple[str, str, str]]
    pauses: bool  # no capacity can be chosen, and pauses something
    usual: str  # in words: until when without a day named
    earliest: str
    latest: str
    scopes: list[tuple[str, str, str]]


def declining_of(referral: Referral, now: datetime) -> Declining:
    """What the receiver may answer and what comes of it."""
    codes = decline_reasons(referral)
    is_hub = referral.receiver.kind == OrganisationKind.HUB
    earliest, usual = first_day(referral, now), usual_day(referral, now)
    words = day_words(usual, earliest)
    hints = _hub_hints(words) if is_hub else {}
    once = _("You do not get this question again.")
    return Declining(
        reasons=[(code, label("decline_reason", code), hints.get(code, once)) for code in codes],
        pauses=is_hub and NO_CAPACITY in codes,
        usual=words,
        earliest=earliest.isoformat(),
        latest=(earliest + LONGEST_PAUSE).isoformat(),
        scopes=[
            (SAME_KIND, _("Questions like this one"), _("The same service and sector, under the same agreement.")),
            (EVERYTHING, _("All questions"), _("This office gets no questions at all until then.")),
        ],
    )


def _hub_hints(usual: str) -> dict[str, str]:
    coverage = _("You do not get this question again. It counts as something that no hub covers here.")
    return {
        NO_CAPACITY: _(
            "You get no questions like this one until %(day)s, or until a day that you name below. Your manager can "
            "end that earlier.",
            day=usual,
        ),
        CONFLICT: _("You get no questions of this company any more. Nobody else is told. Your manager can undo it."),
        PUBLIC_TASK[0]: _("The post takes this part on. The ministry sees that it came to you by mistake."),
        **dict.fromkeys(COVERAGE_REASONS, coverage),
    }


def pause_of(referral: Referral) -> CapacityPause | None:
    """The pause that followed from this referral."""
    return db.session.execute(
        select(CapacityPause).where(CapacityPause.referral_id == referral.id)
    ).scalar_one_or_none()


def follows_words(referral: Referral, now: datetime) -> str:
    """What the receiver's no led to, for the receiver; empty when it led to nothing more."""
    if referral.state not in (ReferralState.DECLINED, ReferralState.RETURNED):
        return ""
    if referral.receiver.kind != OrganisationKind.HUB:
        return ""
    if referral.reason == NO_CAPACITY:
        return _pause_words(pause_of(referral), now)
    if referral.reason == CONFLICT:
        return _("You get no questions of this company any more. Your manager can undo that under Capacity.")
    if referral.reason in PUBLIC_TASK:
        return _("The post takes this part on.")
    return ""


def _pause_words(pause: CapacityPause | None, now: datetime) -> str:
    if pause is None:
        return ""
    if not pause.holds_at(now):
        return _("You take such questions again.")
    until = until_words(pause.until_on, now)
    if pause.services:
        return _("You get no questions like this one until %(day)s.", day=until)
    return _("Your office gets no questions until %(day)s.", day=until)


def until_words(day: date, now: datetime) -> str:
    return day_words(day, now.date())
