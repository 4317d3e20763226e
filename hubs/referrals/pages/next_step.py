"""What is asked of the desk now, and what happens after: the block straight under the title (sketch 06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from hubs.core.durations import when_words
from hubs.core.templating import locale_code
from hubs.extensions import db
from hubs.reference.labels import label
from hubs.referrals.lifecycle import RETURNED_TO_DESK, PartState, ReferralState, RequestState, asks_to_keep
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.pages.words import ended_words, first, within
from hubs.referrals.terms import client_answer_by

R, F = RequestState, ReferralState


@dataclass(frozen=True, slots=True)
class NextStep:
    """`todo` is bold, `more` says why, `after` what comes next."""

    todo: str
    more: str = ""
    after: str = ""


def name_of(referral: Referral) -> str:
    return referral.receiver.name(locale_code())


def next_step(
    support_request: SupportRequest,
    timezone: str,
    now: datetime,
    answer_by: datetime | None,
    *,
    only_us: bool = False,
) -> NextStep:
    """For the desk that owns the question.

    `answer_by` is when the first place would have to say yes or no; `only_us` when the advice knows no other place.
    """
    state = support_request.state
    if state == R.DRAFT:
        return NextStep(_("Finish this draft and send it."), _("Nobody else has it yet."))
    if state == R.WITHDRAWN:
        return NextStep(_("Nothing: the entrepreneur withdrew the question."))
    if state == R.CLOSED:
        outcome = label("request_outcome", support_request.outcome)
        return NextStep(_("Nothing: this question is closed."), _("Outcome: %(outcome)s.", outcome=outcome.lower()))
    if state == R.AWAITING_ENTREPRENEUR:
        by = client_answer_by(db.session(), support_request)
        if by is not None and by <= now:
            return NextStep(_("Call the entrepreneur, or close the question."), _("There is no answer yet."))
        until = _("We asked for it by %(moment)s.", moment=when_words(by, timezone, now)) if by else ""
        return NextStep(
            _("Wait for the entrepreneur."),
            _("Our term stands still until the answer comes.") + f" {until}".rstrip(),
            _("Did you get the answer by telephone? Write it down below."),
        )
    if support_request.waits_until:
        day = when_words(support_request.waits_until, timezone, now)
        return NextStep(
            _("Wait until there is room."),
            _("The entrepreneur wants to wait. Our term goes on from %(day)s.", day=day),
        )
    if not any(part.state == PartState.OPEN for part in support_request.parts):
        return _with_others(support_request, timezone, now)
    return _at_desk(support_request, timezone, now, answer_by, only_us)


def _at_desk(
    support_request: SupportRequest, timezone: str, now: datetime, answer_by: datetime | None, only_us: bool
) -> NextStep:
    after = ""
    if answer_by is not None:
        moment = when_words(answer_by, timezone, now)
        after = _("After this: the place you choose has until %(moment)s to say yes or no.", moment=moment)
    if support_request.chosen_id == support_request.owner_id:
        return NextStep(_("Help with it yourself."), _("The entrepreneur wants to be helped by you."))
    if support_request.chosen is not None:
        name = support_request.chosen.name(locale_code())
        return NextStep(_("Refer to %(name)s.", name=within(name)), _("The entrepreneur chose this place."), after)
    back = _last_back(support_request)
    if back is not None and support_request.term == "re_route":
        moment = when_words(back.ended_at or now, timezone, now)
        words = ended_words(back, name_of(back))
        more = _("%(what)s That was %(moment)s, so the question is with us again.", what=words, moment=moment)
        return NextStep(_("Help with it yourself.") if only_us else _("Choose a new place."), more, after)
    if support_request.state == R.REFERRED:
        return NextStep(_("Help with the part that lies with us."), _("Another part is with somebody else."), after)
    if support_request.state == R.RECEIVED:
        if only_us:
            return NextStep(_("Read the question and help with it yourself."))
        return NextStep(_("Read the question and choose a place."), "", after)
    if only_us:
        return NextStep(_("Help with it yourself."), _("The advice knows no other place for it."))
    return NextStep(_("Choose a place, or help yourself."), "", after)


def _last_back(support_request: SupportRequest) -> Referral | None:
    ended = [referral for referral in support_request.referrals if referral.state in RETURNED_TO_DESK]
    return max(ended, key=lambda referral: referral.number, default=None)


def _with_others(support_request: SupportRequest, timezone: str, now: datetime) -> NextStep:
    live = [referral for referral in support_request.referrals if referral.is_live]
    if not live:
        return NextStep(_("Nothing now."))
    lost = next((referral for referral in live if asks_to_keep(referral)), None)
    if lost is not None:
        more = _("%(name)s has no accreditation now, and had accepted this.", name=first(name_of(lost)))
        return NextStep(_("Choose: leave it there or take it back."), more)
    asking = next((referral for referral in live if referral.state == F.PAUSED), None)
    if asking is not None:
        return NextStep(
            _("Answer %(name)s.", name=within(name_of(asking))),
            _("They asked something. Their term stands still until then."),
            _("Answer before %(moment)s.", moment=when_words(asking.due_at, timezone, now, dated=True))
            if asking.due_at
            else "",
        )
    referral = live[0]
    due = when_words(referral.due_at, timezone, now) if referral.due_at else ""
    sentences: dict[str, str] = {
        F.SENT: _("%(name)s has not confirmed receipt yet.", name=first(name_of(referral))),
        F.ACKNOWLEDGED: _("%(name)s has received it, and has not accepted it yet.", name=first(name_of(referral))),
        F.ACCEPTED: _("%(name)s has accepted it and calls or mails the entrepreneur.", name=first(name_of(referral))),
        F.CONTACT_MADE: _("%(name)s has spoken to the entrepreneur.", name=first(name_of(referral))),
    }
    if referral.due_at is not None and referral.due_at <= now:
        return NextStep(_("Call %(name)s.", name=within(name_of(referral))), sentences.get(referral.state, ""))
    after = _("Their term ends %(moment)s.", moment=due) if due else ""
    return NextStep(_("Nothing now."), sentences.get(referral.state, ""), after)
