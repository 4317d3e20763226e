"""Who must do what by when, and what happens by itself if nobody does: the block under the title (sketch 06)."""

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
    """`todo` is bold, `more` says why, `after` what comes next, by itself when nobody does anything."""

    todo: str
    more: str = ""
    after: str = ""

    @property
    def sentence(self) -> str:
        """All of it in one line, for lists and mails."""
        return " ".join(part for part in (self.todo, self.more, self.after) if part)


def name_of(referral: Referral) -> str:
    return referral.receiver.name(locale_code())


def next_step(
    support_request: SupportRequest,
    timezone: str,
    now: datetime,
    answer_by: datetime | None,
    *,
    only_us: bool = False,
    public_task: bool = False,
    all_full: bool = False,
) -> NextStep:
    """For the desk that owns the question.

    `answer_by` is when the first place would have to say yes or no; `only_us` when the advice knows no other place;
    `public_task` when a hub called what lies here so.
    """
    state = support_request.state
    if support_request.complaint_due_at is not None and state != R.WITHDRAWN:
        return _complaint(support_request.complaint_due_at, timezone, now)
    if state == R.DRAFT:
        return _draft(support_request)
    if state == R.WITHDRAWN:
        return NextStep(_("Nothing: the entrepreneur withdrew the question."))
    if state == R.CLOSED:
        return _closed(support_request)
    if state == R.AWAITING_ENTREPRENEUR:
        return _awaits_answer(support_request, timezone, now)
    if support_request.waits_until:
        day = when_words(support_request.waits_until, timezone, now)
        return NextStep(
            _("Wait until there is room."),
            _("The entrepreneur wants to wait. Our term goes on from %(day)s, or earlier if there is room.", day=day),
        )
    if not any(part.state == PartState.OPEN for part in support_request.parts):
        return _with_others(support_request, timezone, now)
    if all_full and support_request.chosen_id is None and support_request.state != R.RECEIVED:
        return _when_full(support_request, timezone, now)
    return _at_desk(support_request, timezone, now, answer_by, only_us, public_task)


def _closed(support_request: SupportRequest) -> NextStep:
    outcome = label("request_outcome", support_request.outcome)
    return NextStep(
        _("Nothing: this question is closed."),
        _("Outcome: %(outcome)s.", outcome=outcome.lower()),
        _("Was the entrepreneur not helped? They can say so on their page. Then you can open it again."),
    )


def _awaits_answer(support_request: SupportRequest, timezone: str, now: datetime) -> NextStep:
    """The entrepreneur was asked something; the answer may be late."""
    by = client_answer_by(db.session(), support_request)
    if by is not None and by <= now:
        return NextStep(
            _("Call the entrepreneur, or close the question."),
            _("There is no answer yet."),
            _("Nothing happens by itself: the question waits until you close it or the answer comes."),
        )
    until = _("We asked for it by %(moment)s.", moment=when_words(by, timezone, now)) if by else ""
    return NextStep(
        _("Wait for the entrepreneur."),
        _("Our term stands still until the answer comes.") + f" {until}".rstrip(),
        _("Did you get the answer by telephone? Write it down below."),
    )


def _complaint(due_at: datetime, timezone: str, now: datetime) -> NextStep:
    moment = when_words(due_at, timezone, now, dated=True)
    after = _("The entrepreneur sees on their page by when you answer, and when that is over.")
    if due_at <= now:
        return NextStep(
            _("Answer the complaint now."), _("It should have been answered %(moment)s.", moment=moment), after
        )
    return NextStep(_("Answer the complaint before %(moment)s.", moment=moment), "", after)


def _draft(support_request: SupportRequest) -> NextStep:
    """A draft that came by mail says so: somebody waits at the other end."""
    if (support_request.submission_key or "").startswith("mail-"):
        return NextStep(
            _("Read the mail beside this draft, complete it and send it."),
            _("It came by mail. The entrepreneur has no reply yet and no term runs."),
            _("Nothing happens by itself until you send it."),
        )
    return NextStep(
        _("Finish this draft and send it."), _("Nobody else has it yet."), _("No term runs until you send it.")
    )


def _when_full(support_request: SupportRequest, timezone: str, now: datetime) -> NextStep:
    """Every hub is full: the entrepreneur may choose, and who does not leaves it to the desk within its term."""
    due = when_words(support_request.due_at, timezone, now) if support_request.due_at else ""
    return NextStep(
        _("Ask what the entrepreneur wants, or help with it yourself."),
        _("Every hub that can help is full. On their page they may choose to wait, or to be helped by you."),
        _("Without an answer you decide, by %(moment)s.", moment=due) if due else "",
    )


def _at_desk(
    support_request: SupportRequest,
    timezone: str,
    now: datetime,
    answer_by: datetime | None,
    only_us: bool,
    public_task: bool,
) -> NextStep:
    after = _late_after(support_request, timezone, now)
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
        if only_us and public_task:
            return NextStep(
                _("Help with it yourself."),
                _("%(name)s says that this is a public task, so it lies with us now.", name=first(name_of(back))),
                _("Do you see it otherwise? Say so below, then other hubs are advised again."),
            )
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


def _late_after(support_request: SupportRequest, timezone: str, now: datetime) -> str:
    """What happens when the desk does nothing: nothing by itself, but it shows."""
    if support_request.due_at is None:
        return ""
    if support_request.due_at <= now:
        return _("Our term is over. The question stays with us, and the entrepreneur sees that we are late.")
    moment = when_words(support_request.due_at, timezone, now)
    return _("Nothing done by %(moment)s? Then it stays with us and counts as late.", moment=moment)


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
        return NextStep(
            _("Choose: leave it there or take it back."), more, _("Choose nothing? Then it stays there for now.")
        )
    asking = next((referral for referral in live if referral.state == F.PAUSED), None)
    if asking is not None:
        return _asked(asking, timezone, now)
    return _waiting_for(min(live, key=_first_due), timezone, now)


def _first_due(referral: Referral) -> tuple[bool, datetime | None, str]:
    """The one whose term ends first; without a term last."""
    return referral.due_at is None, referral.due_at, referral.id


def _asked(referral: Referral, timezone: str, now: datetime) -> NextStep:
    after = ""
    if referral.due_at is not None:
        moment = when_words(referral.due_at, timezone, now, dated=True)
        after = _(
            "Answer before %(moment)s. Too late? Then they get a mail, and their term stands still until you answer.",
            moment=moment,
        )
    return NextStep(
        _("Answer %(name)s.", name=within(name_of(referral))),
        _("They asked something. Their term stands still until then."),
        after,
    )


def _waiting_for(referral: Referral, timezone: str, now: datetime) -> NextStep:
    """Somebody else must act: who, by when, and what follows by itself."""
    name = name_of(referral)
    sentences: dict[str, str] = {
        F.SENT: _("%(name)s has not confirmed receipt yet.", name=first(name)),
        F.ACKNOWLEDGED: _("%(name)s has received it, and has not accepted it yet.", name=first(name)),
        F.ACCEPTED: _("%(name)s has accepted it and calls or mails the entrepreneur.", name=first(name)),
        F.CONTACT_MADE: _("%(name)s has spoken to the entrepreneur.", name=first(name)),
    }
    is_late = referral.due_at is not None and referral.due_at <= now
    todo = _("Call %(name)s.", name=within(name)) if is_late else _("Nothing now.")
    return NextStep(todo, sentences.get(referral.state, ""), unless(referral, timezone, now))


def unless(referral: Referral, timezone: str, now: datetime) -> str:
    """What happens by itself when the receiver does nothing, with the moment."""
    if referral.state in (F.SENT, F.ACKNOWLEDGED) and referral.decide_due_at is not None:
        moment = when_words(referral.decide_due_at, timezone, now)
        return _("No yes by %(moment)s? Then the question comes back by itself.", moment=moment)
    if referral.due_at is None:
        return ""
    moment = when_words(referral.due_at, timezone, now)
    if referral.due_at <= now:
        return _("Their term ended %(moment)s. Nothing happens by itself: you may take it back.", moment=moment)
    if referral.state == F.ACCEPTED:
        return _("No contact by %(moment)s? Then you get a mail, and may take it back.", moment=moment)
    if referral.state == F.CONTACT_MADE:
        return _("They tell what came of it by %(moment)s. If not, you get a mail.", moment=moment)
    return _("Their term ends %(moment)s.", moment=moment)
