"""What the entrepreneur reads first: where the question is, who does what by when, and what comes after that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from hubs.core.templating import NETHERLANDS, iso, when
from hubs.extensions import db
from hubs.referrals.lifecycle import ReferralState, RequestState
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations.referrals import is_over
from hubs.referrals.terms import client_answer_by
from hubs.referrals.tracking.naming import Names
from hubs.referrals.tracking.steps import Step

R, F = RequestState, ReferralState
OPEN = frozenset({R.RECEIVED, R.IN_HAND, R.REFERRED, R.AWAITING_ENTREPRENEUR})


@dataclass(frozen=True, slots=True)
class Due:
    """A moment as the `due` macro takes it, in elapsed time and Dutch local time."""

    code: str
    words: str
    iso: str
    when: str


@dataclass(frozen=True, slots=True)
class Status:
    title: str
    todo: str
    more: str = ""
    due: Due | None = None
    coming: list[Step] = field(default_factory=list)


def live_referrals(support_request: SupportRequest, now: datetime) -> list[Referral]:
    """Those that still run at this moment, whether or not the clock's own run has said so (domain rule 8)."""
    return [r for r in support_request.referrals if r.is_live and not is_over(r, now)]


def due_of(at: datetime | None, now: datetime, warn_at: datetime | None = None) -> Due | None:
    """A term as the entrepreneur counts it: days and hours that pass, weekends too."""
    if at is None:
        return None
    late = now >= at
    gap = now - at if late else at - now
    code = "late" if late else "soon" if warn_at is not None and now >= warn_at else "later"
    moment = _("at the latest %(moment)s, Dutch time", moment=when(at, NETHERLANDS, dated=True))
    return Due(code, _gap_words(gap, late), iso(at), moment)


def _gap_words(gap: timedelta, late: bool) -> str:
    hours = int(gap.total_seconds() // 3600)
    if hours >= 24:
        days = hours // 24
        return ngettext("%(num)s day late", "%(num)s days late", days) if late else _days_left(days)
    if hours >= 1:
        if late:
            return ngettext("%(num)s hour late", "%(num)s hours late", hours)
        return ngettext("%(num)s hour left", "%(num)s hours left", hours)
    return _("Just past the deadline") if late else _("Less than an hour left")


def _days_left(days: int) -> str:
    return ngettext("%(num)s day left", "%(num)s days left", days)


def status_of(support_request: SupportRequest, names: Names, now: datetime) -> Status:
    """The title and what is asked now, for every state."""
    state = support_request.state
    if state == R.DRAFT:
        return Status(_("Your question has not been sent yet"), _("Open the link in your mail and confirm it first."))
    if state == R.WITHDRAWN:
        return Status(_("Your question has been withdrawn"), _("We stopped working on it. You need not do anything."))
    if state == R.CLOSED:
        return _closed(support_request, names)
    if state == R.AWAITING_ENTREPRENEUR:
        return _awaiting(support_request, names, now)
    live = live_referrals(support_request, now)
    if live:
        return _with_others(support_request, live, names, now)
    return _at_desk(support_request, names, now)


def _at_desk(support_request: SupportRequest, names: Names, now: datetime) -> Status:
    desk = names.first(support_request.owner_id)
    due = due_of(support_request.due_at, now, support_request.warn_at)
    coming = [Step(_("We tell you who helps"), at=support_request.due_at, state="next"), *_end()]
    nothing = _nothing(due)
    if support_request.waits_until is not None:
        until = when(support_request.waits_until, NETHERLANDS, dated=True)
        todo = _(
            "There is room again from %(moment)s. Then %(desk)s goes on.",
            moment=until,
            desk=_desk_in(support_request, names),
        )
        return Status(_("You are waiting until there is room"), todo, coming=coming)
    if support_request.chosen_id and support_request.chosen_id != support_request.owner_id:
        place = names.within(support_request.chosen_id)
        todo = _("%(desk)s sends your question there.", desk=desk)
        return Status(_("You chose %(place)s", place=place), todo, nothing, due, coming)
    if support_request.referrals:
        todo = _("%(desk)s looks for another place and tells you which.", desk=desk)
        return Status(
            _("Your question is back at %(desk)s", desk=_desk_in(support_request, names)), todo, nothing, due, coming
        )
    if support_request.state == R.RECEIVED:
        todo = _("Somebody reads your question and chooses who helps you.")
        return Status(_("%(desk)s has received your question", desk=desk), todo, nothing, due, coming)
    todo = _("%(desk)s chooses who helps you, or helps you itself.", desk=desk)
    return Status(_("%(desk)s is working on your question", desk=desk), todo, nothing, due, coming)


def _nothing(due: Due | None) -> str:
    """Nothing is asked of the entrepreneur; when a term has passed that is said, with a way to ask about it."""
    if due is not None and due.code == "late":
        return _("This takes longer than we said. Do you want to ask about it? You can do so below on this page.")
    return _("You need not do anything now.")


def _desk_in(support_request: SupportRequest, names: Names) -> str:
    return names.within(support_request.owner_id)


def _end() -> list[Step]:
    return [Step(_("Your question is done"), state="next", hint=_("We ask you then whether you were helped."))]


def _awaiting(support_request: SupportRequest, names: Names, now: datetime) -> Status:
    desk = names.first(support_request.owner_id)
    title = _("%(desk)s has a question for you", desk=desk)
    more = _("When you have answered, we go on.")
    due = due_of(client_answer_by(db.session(), support_request), now)
    return Status(title, _("Answer below on this page."), more, due, _end())


def _with_others(support_request: SupportRequest, live: Sequence[Referral], names: Names, now: datetime) -> Status:
    furthest = max(live, key=lambda r: (_ORDER.get(r.state, 0), r.id))
    one = _one_referral(furthest, names, now)
    if len(live) == 1:
        return one
    title = ngettext("%(num)s place has your question", "%(num)s places have your question", len(live))
    todo = " ".join(_one_referral(referral, names, now).title + "." for referral in live)
    return Status(title, todo, one.more, one.due, one.coming)


_ORDER: dict[str, int] = {F.SENT: 1, F.ACKNOWLEDGED: 2, F.PAUSED: 3, F.ACCEPTED: 4, F.CONTACT_MADE: 5}


def _one_referral(referral: Referral, names: Names, now: datetime) -> Status:
    place, nothing = names.first(referral.to_id), _("You need not do anything now.")
    if referral.state == F.CONTACT_MADE:
        more = _("Is something wrong? Say so below.")
        return Status(
            _("%(place)s helps you", place=place),
            _("You agree with %(place)s what happens next.", place=names.within(referral.to_id)),
            more,
            coming=_end(),
        )
    if referral.state == F.ACCEPTED:
        due = due_of(referral.due_at, now, referral.warn_at)
        coming = [Step(_("You speak to each other"), at=referral.due_at, state="next"), *_end()]
        title = _("%(place)s accepted your question", place=place)
        return Status(title, _calls(referral, names), _nothing(due), due, coming)
    due = due_of(referral.decide_due_at or referral.due_at, now, referral.warn_at)
    coming = [
        Step(_("%(place)s says yes or no", place=place), at=referral.decide_due_at, state="next"),
        Step(_("Somebody calls or mails you"), state="next"),
        *_end(),
    ]
    back = _(
        "No answer in time? Then your question goes back to %(desk)s by itself.", desk=names.within(referral.from_id)
    )
    if referral.state == F.PAUSED:
        sender = names.first(referral.from_id)
        todo = _(
            "%(desk)s answers first. After that %(place)s says yes or no.",
            desk=sender,
            place=names.within(referral.to_id),
        )
        return Status(_("%(place)s wants to know something first", place=place), todo, nothing, None, coming)
    todo = _("%(place)s still has to say yes or no.", place=place)
    if referral.state == F.ACKNOWLEDGED:
        title = _("%(place)s has received your question, but not accepted it yet", place=place)
        return Status(title, todo, back, due, coming)
    return Status(_("Your question was sent to %(place)s", place=names.within(referral.to_id)), todo, back, due, coming)


def _calls(referral: Referral, names: Names) -> str:
    if referral.handler is not None:
        return _(
            "%(person)s of %(place)s calls or mails you.",
            person=referral.handler.name,
            place=names.within(referral.to_id),
        )
    return _("%(place)s calls or mails you.", place=names.first(referral.to_id))


def _closed(support_request: SupportRequest, names: Names) -> Status:
    outcome = support_request.outcome
    tell = _("Were you not helped? Tell us below. Then we look at it again.")
    if outcome == "signposted":
        signpost = next((r for r in reversed(support_request.referrals) if r.kind == "signpost"), None)
        place = names.first(signpost.to_id if signpost else None)
        if signpost is not None and signpost.mode != "cold":
            return Status(_("%(place)s is done with your question", place=place), tell)
        title = _("%(place)s can help you further", place=place)
        return Status(title, _("Get in touch with them yourself. The address is on this page."), tell)
    titles = {
        "served": _("Your question is done"),
        "unserved": _("Nobody could help you with this question"),
        "out_of_scope": _("We cannot help you with this question"),
        "no_reply": _("Your question was closed: we did not hear from you"),
    }
    todos = {"no_reply": _("Do you still need help? Tell us below."), "out_of_scope": _("This is not a task of ours.")}
    title = titles.get(outcome or "", _("Your question is closed"))
    return Status(title, todos.get(outcome or "", tell), tell if outcome == "out_of_scope" else "")
