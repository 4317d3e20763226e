"""The way of a question in plain steps, from its events. Received and accepted never look alike (domain.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from hubs.core.events import Event
from hubs.core.templating import NETHERLANDS, iso, when
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.tracking.naming import Names


@dataclass(frozen=True, slots=True)
class Step:
    """One stop on the way, as the `route_line` macro takes it."""

    title: str
    note: str = ""
    at: datetime | None = None
    state: str = "done"
    hint: str = ""  # stands where the moment would, while there is none

    @property
    def when(self) -> str:
        if self.at is None:
            return self.hint
        moment = when(self.at, NETHERLANDS, dated=True)
        return _("at the latest %(moment)s", moment=moment) if self.state == "next" else moment

    @property
    def when_iso(self) -> str:
        return iso(self.at)


@dataclass(frozen=True, slots=True)
class Told:
    """What a step is told from: the event, its referral if any, the names, and the desk at that time."""

    event: Event
    support_request: SupportRequest
    referral: Referral | None
    names: Names

    @property
    def desk(self) -> str | None:
        return self.support_request.owner_id

    @property
    def sender(self) -> str:
        return self.names.first(self.referral.from_id if self.referral else self.desk)

    @property
    def within_desk(self) -> str:
        return self.names.within(self.referral.from_id if self.referral else self.desk)

    @property
    def receiver(self) -> str:
        return self.names.first(self.referral.to_id if self.referral else None)

    @property
    def to_receiver(self) -> str:
        return self.names.within(self.referral.to_id if self.referral else None)

    @property
    def is_mine(self) -> bool:
        return self.event.actor_kind == "entrepreneur"


Line = tuple[str, str]


def _submitted(told: Told) -> Line:
    if told.support_request.created_by is None:
        return _("You asked your question"), ""
    return _("%(desk)s wrote down your question", desk=told.names.first(told.event.organisation_id or told.desk)), ""


def _taken(told: Told) -> Line:
    return _("%(desk)s read your question", desk=told.names.first(told.event.organisation_id or told.desk)), ""


def _sent(told: Told) -> Line:
    if told.referral is not None and told.referral.mode == "cold":
        return _("%(desk)s gave you the address of %(place)s", desk=told.sender, place=told.to_receiver), ""
    if told.event.data.get("because"):
        note = _("A hub said that this is a task of the government.")
        return _("Your question went to %(place)s by itself", place=told.to_receiver), note
    if told.event.data.get("automatic"):
        desk = told.within_desk
        note = _("Nobody had to choose first: %(desk)s agreed this beforehand for such questions.", desk=desk)
        return _("Your question went to %(place)s by itself", place=told.to_receiver), note
    return _("%(desk)s sent your question to %(place)s", desk=told.sender, place=told.to_receiver), ""


def _acknowledged(told: Told) -> Line:
    return _("%(place)s has received your question", place=told.receiver), _("That is not a yes yet.")


def _accepted(told: Told) -> Line:
    return _("%(place)s accepted your question", place=told.receiver), ""


def _asked_by_receiver(told: Told) -> Line:
    sender = told.names.within(told.referral.from_id if told.referral else told.desk)
    return _("%(place)s asked %(desk)s something about your question", place=told.receiver, desk=sender), ""


def _answered_receiver(told: Told) -> Line:
    return _("%(desk)s answered %(place)s", desk=told.sender, place=told.to_receiver), ""


def _declined(told: Told) -> Line:
    sentences = {
        "no_capacity": _("%(place)s was full", place=told.receiver),
        "outside_territory": _("%(place)s does not work in your area", place=told.receiver),
        "outside_sector": _("%(place)s does not work in your sector", place=told.receiver),
        "service_not_offered": _("%(place)s does not offer this", place=told.receiver),
        "public_task": _("%(place)s says this is a task of the government", place=told.receiver),
    }
    reason = str(told.event.data.get("reason") or (told.referral.reason if told.referral else ""))
    return sentences.get(reason, _("%(place)s could not take your question", place=told.receiver)), _unseen(told)


def _unseen(told: Told) -> str:
    """A hub that never accepted never saw who asks."""
    referral = told.referral
    if referral is None or referral.accepted_at is not None or not told.names.is_hub(referral.to_id):
        return ""
    return _("%(place)s has not seen who you are.", place=told.receiver)


def _lapsed(told: Told) -> Line:
    return _("%(place)s did not answer in time", place=told.receiver), _unseen(told)


def _returned(told: Told) -> Line:
    return _("%(place)s gave your question back", place=told.receiver), ""


def _recalled(told: Told) -> Line:
    return _("%(desk)s took your question back from %(place)s", desk=told.sender, place=told.to_receiver), _unseen(told)


def _ended_by_rule(told: Told) -> Line:
    reason = str(told.event.data.get("reason") or "")
    sentences = {
        "hub_standing": _("%(place)s may not take questions for now", place=told.receiver),
        "agreement_ended": _("The agreement with %(place)s ended", place=told.to_receiver),
    }
    sees = _("%(place)s no longer sees anything of your question.", place=told.receiver)
    return sentences.get(reason, _("Your question no longer lies with %(place)s", place=told.to_receiver)), sees


def _spoken(told: Told) -> Line:
    return _("You spoke with %(place)s", place=told.to_receiver), ""


def _done_there(told: Told) -> Line:
    return _("%(place)s is done with your question", place=told.receiver), ""


def _asked(told: Told) -> Line:
    return _("%(desk)s asked you something", desk=told.names.first(told.desk)), ""


def _answered(told: Told) -> Line:
    return (_("You answered") if told.is_mine else _("Your answer was written down")), ""


def _chose(told: Told) -> Line:
    return _("You chose %(place)s", place=told.names.within(told.event.data.get("organisation_id"))), ""


def _refused(told: Told) -> Line:
    return _("You did not want %(place)s", place=told.names.within(told.event.data.get("organisation_id"))), ""


def _moved(told: Told) -> Line:
    return _("%(desk)s took over your question", desk=told.names.first(told.event.data.get("owner_id"))), ""


def _fixed(make: Callable[[], str]) -> Callable[[Told], Line]:
    return lambda _told: (make(), "")


LINES: Mapping[str, Callable[[Told], Line]] = {
    "support_request.submit": _submitted,
    "support_request.take": _taken,
    "support_request.ask": _asked,
    "support_request.answer": _answered,
    "support_request.serve": lambda told: (_("%(desk)s helped you", desk=told.names.first(told.desk)), ""),
    "support_request.close_unserved": _fixed(lambda: _("Your question was closed: nobody could help")),
    "support_request.close_out_of_scope": _fixed(lambda: _("Your question was closed: this is not our task")),
    "support_request.close_no_reply": _fixed(lambda: _("Your question was closed: we did not hear from you")),
    "support_request.withdraw": lambda told: (
        _("You withdrew your question") if told.is_mine else _("Your question was withdrawn"),
        "",
    ),
    "support_request.reopen": _fixed(lambda: _("Your question was opened again")),
    "support_request.choose_place": _chose,
    "support_request.choose_wait": _fixed(lambda: _("You chose to wait until there is room")),
    "support_request.wait_over": _fixed(lambda: _("There is room again")),
    "support_request.refuse_place": _refused,
    "support_request.return_to_post": _fixed(lambda: _("You asked to go back to the embassy")),
    "support_request.moved": _moved,
    "support_request.add_information": _fixed(lambda: _("You added something")),
    "support_request.add_file": _fixed(lambda: _("You added a file")),
    "support_request.complain": _fixed(lambda: _("You said that you are not satisfied")),
    "support_request.answer_complaint": lambda told: (
        _("%(desk)s answered your complaint", desk=told.names.first(told.desk)),
        "",
    ),
    "support_request.withdraw_consent": _fixed(lambda: _("You took back your consent")),
    "support_request.give_consent": _fixed(lambda: _("You gave your consent")),
    "support_request.do_not_tell": _fixed(lambda: _("You said who must not know")),
    "referral.send": _sent,
    "referral.acknowledge": _acknowledged,
    "referral.accept": _accepted,
    "referral.ask": _asked_by_receiver,
    "referral.answer": _answered_receiver,
    "referral.decline": _declined,
    "referral.lapse": _lapsed,
    "referral.return": _returned,
    "referral.recall": _recalled,
    "referral.withdraw": _ended_by_rule,
    "referral.record_contact": _spoken,
    "referral.close": _done_there,
}
_IMPLIED = {"referral.acknowledge": ("referral.accept", "referral.decline", "referral.ask")}


def past_steps(support_request: SupportRequest, events: Sequence[Event], names: Names) -> list[Step]:
    """What happened, oldest first; a step that only came along with the next one at the same moment is left out."""
    referrals = {referral.id: referral for referral in support_request.referrals}
    steps: list[Step] = []
    for place, event in enumerate(events):
        make = LINES.get(event.kind)
        if make is None or _is_silent(event) or _came_along(event, events[place + 1 : place + 4]):
            continue
        told = Told(event, support_request, referrals.get(event.subject_id), names)
        title, note = make(told)
        if not steps or steps[-1].title != title:
            steps.append(Step(title, note, event.at))
    return steps


def _is_silent(event: Event) -> bool:
    """What goes out by itself was taken up by nobody."""
    return event.kind == "support_request.take" and event.actor_kind == "system"


def _came_along(event: Event, following: Sequence[Event]) -> bool:
    implied_by = _IMPLIED.get(event.kind, ())
    return any(
        later.kind in implied_by and later.subject_id == event.subject_id and later.at == event.at
        for later in following
    )
