"""What happened to a question in sentences for its desk; made from the events when shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from hubs.accounts.actor import Actor
from hubs.core.durations import day_words
from hubs.core.events import Event
from hubs.reference.labels import label, service_name
from hubs.referrals.models import Referral
from hubs.referrals.moment import NOT_PUBLIC
from hubs.referrals.presentation import RULE_REASONS
from hubs.referrals.state_words import STAYS_BECAUSE
from hubs.referrals.tracking.naming import Names


@dataclass(frozen=True, slots=True)
class Told:
    """An event with what its sentence needs."""

    event: Event
    names: Names
    people: Mapping[str, str]
    referrals: Mapping[str, Referral]
    texts: Mapping[str, str]
    reader: Actor

    @property
    def data(self) -> Mapping[str, Any]:
        return self.event.data

    @property
    def referral(self) -> Referral | None:
        return self.referrals.get(self.event.subject_id)

    @property
    def place(self) -> str:
        """The other side of the referral the event is about."""
        referral = self.referral
        return self.names.within(referral.to_id if referral else self.data.get("organisation_id"))

    @property
    def place_first(self) -> str:
        """The same at the beginning of a sentence."""
        referral = self.referral
        return self.names.first(referral.to_id if referral else self.data.get("organisation_id"))

    @property
    def who(self) -> str:
        """By whom, as the end of a sentence."""
        event = self.event
        if event.actor_kind == "entrepreneur":
            return _("by the entrepreneur")
        if event.actor_kind == "system":
            return _("by itself")
        if event.actor_id == self.reader.id:
            return _("by you")
        name = self.people.get(event.actor_id or "")
        return _("by %(name)s", name=name) if name else _("by %(name)s", name=self.names.within(event.organisation_id))

    @property
    def said(self) -> str:
        """What was said with it, quoted."""
        text = self.texts.get(str(self.data.get("message_id")), "")
        return f"“{text}”" if text else ""

    @property
    def reason(self) -> str:
        code = self.data.get("reason")
        if not code:
            return ""
        if code in RULE_REASONS:
            return str(RULE_REASONS[code])
        lists = {"referral.return": "return_reason", "referral.send": "override_reason"}
        return label(lists.get(self.event.kind, "decline_reason"), code)


Sentence = tuple[str, str]


def came_along(event: Event, later: Sequence[Event]) -> bool:
    """A step that another one implied in the same moment: taking up with referring, receipt with acceptance."""
    if event.kind not in _IMPLIED:
        return False
    return any(
        other.kind in _IMPLIED[event.kind] and other.at == event.at and other.subject_id == event.subject_id
        for other in later
    )


_IMPLIED = {
    "support_request.take": ("support_request.refer", "support_request.signpost", "support_request.serve"),
    "support_request.recorded": ("support_request.submit", "support_request.asked"),
    "referral.acknowledge": ("referral.accept", "referral.decline", "referral.ask"),
}


def _written(told: Told) -> Sentence:
    return _("Question written down"), told.who


def _received(told: Told) -> Sentence:
    if told.event.actor_kind == "entrepreneur":
        return _("Question confirmed by the entrepreneur"), _("received by us")
    return _("Question received"), told.who


def _taken(told: Told) -> Sentence:
    return _("Taken up"), told.who


def _sent(told: Told) -> Sentence:
    data = told.data
    if data.get("mode") == "cold":
        return _("Address of %(name)s given to the entrepreneur", name=told.place), told.who
    if data.get("kind") == "signpost":
        return _("Signposted to %(name)s", name=told.place), told.who
    if data.get("automatic") and data.get("because"):
        return _("Referred to %(name)s", name=told.place), _("by itself: a hub said that this is a public task")
    if data.get("automatic"):
        note = _("by itself: it was the first place then, and our post chose this for these services")
        return _("Referred to %(name)s", name=told.place), note
    if data.get("rank") == 1 and not data.get("reason"):
        return _("Referred to %(name)s", name=told.place), _("the first place then, %(who)s", who=told.who)
    note = _("place %(rank)s then, %(who)s", rank=data.get("rank"), who=told.who)
    reason = _("Reason: %(reason)s.", reason=told.reason) if told.reason else ""
    return _("Referred to %(name)s", name=told.place), f"{note}. {reason}".strip()


def _not_automatic(told: Told) -> Sentence:
    reasons = " ".join(str(STAYS_BECAUSE[code]) for code in told.data.get("codes") or () if code in STAYS_BECAUSE)
    if told.data.get("sent"):
        services = ", ".join(service_name(code) for code in told.data.get("services") or ())
        return _("Not sent by itself: %(services)s", services=services), reasons
    return _("Not sent by itself"), reasons


def _not_public(told: Told) -> Sentence:
    services = ", ".join(service_name(code) for code in told.data.get("services") or ())
    return _("Not a public task, says our desk: %(services)s", services=services), told.who


def _acknowledged(told: Told) -> Sentence:
    return _("Received by %(name)s", name=told.place), _("not accepted yet")


def _accepted(told: Told) -> Sentence:
    reference = told.referral.partner_reference if told.referral else None
    note = _("Their reference: %(reference)s.", reference=reference) if reference else told.said
    return _("Accepted by %(name)s", name=told.place), note


def _declined(told: Told) -> Sentence:
    note = _("%(name)s said no: %(reason)s.", name=told.place_first, reason=told.reason.lower())
    if told.data.get("pause_until"):
        day = day_words(date.fromisoformat(told.data["pause_until"]), told.event.at.date())
        note = f"{note} " + _("Full for such questions until %(day)s.", day=day)
    return _("Declined"), f"{note} {told.said}".strip()


def _returned(told: Told) -> Sentence:
    note = _("%(name)s gave it back: %(reason)s.", name=told.place_first, reason=told.reason.lower())
    return _("Given back"), f"{note} {told.said}".strip()


def _lapsed(told: Told) -> Sentence:
    return _("Lapsed"), _("%(name)s did not answer in time.", name=told.place_first)


def _recalled(told: Told) -> Sentence:
    return _("Taken back from %(name)s", name=told.place), f"{told.who}. {told.said}".strip()


def _ended(told: Told) -> Sentence:
    return _("Ended at %(name)s", name=told.place), told.reason


def _contacted(told: Told) -> Sentence:
    return _("%(name)s has spoken to the entrepreneur", name=told.place_first), told.said


def _closed(told: Told) -> Sentence:
    outcome = label("referral_outcome", told.data.get("outcome"))
    return _("Done by %(name)s: %(outcome)s", name=told.place, outcome=outcome.lower()), told.said


def _back(told: Told) -> Sentence:
    desk = told.reader.organisation_id
    following = [
        _("our own desk") if identifier == desk else told.names.plain(identifier)
        for identifier in told.data.get("next") or ()
    ]
    if not following:
        return _("Back with us"), _("our term began again")
    return _("Back with us"), _("our term began again. Next places: %(names)s.", names=", ".join(following))


def _named(text: Callable[[], str]) -> Callable[[Told], Sentence]:
    """A title of its own, with by whom and what was said."""

    def made(told: Told) -> Sentence:
        return text(), f"{told.who}. {told.said}".removesuffix(". ") if told.said else told.who

    return made


def _of_place(text: Callable[[str], str], *, begins: bool = False) -> Callable[[Told], Sentence]:
    def made(told: Told) -> Sentence:
        return text(told.place_first if begins else told.place), told.said

    return made


def _late(told: Told) -> Sentence:
    return _("A term passed"), _("at %(name)s", name=told.place) if told.referral else _("at our desk")


def _moved_clock(told: Told) -> Sentence:
    return _("A term moved"), _("because the office is closed on a day within it")


def _moved(told: Told) -> Sentence:
    return _("Moved to %(name)s", name=told.names.within(told.data.get("owner_id"))), told.who


def _assigned(told: Told) -> Sentence:
    name = told.people.get(str(told.data.get("handler_id")))
    return (_("Given to %(name)s", name=name) if name else _("Handled by nobody for now")), told.who


def _assigned_there(told: Told) -> Sentence:
    """Who handles it elsewhere is theirs to know; one's own is told."""
    referral = told.referral
    if referral is None or referral.to_id != told.reader.organisation_id:
        return "", ""
    return _assigned(told)


def _between(told: Told) -> Sentence:
    """What a receiver and the entrepreneur write to each other is theirs; that they do, its desk may know."""
    return _("%(name)s wrote to the entrepreneur", name=told.place_first), _("Only they read it.")


SENTENCES: dict[str, Callable[[Told], Sentence]] = {
    "support_request.recorded": _written,
    "support_request.asked": _named(lambda: _("Asked on the public page")),
    "support_request.submit": _received,
    "support_request.take": _taken,
    "support_request.serve": _named(lambda: _("Helped by ourselves")),
    "support_request.close_unserved": _named(lambda: _("Closed: nobody can help")),
    "support_request.close_out_of_scope": _named(lambda: _("Closed: outside our task")),
    "support_request.close_no_reply": _named(lambda: _("Closed: no reply from the entrepreneur")),
    "support_request.withdraw": _named(lambda: _("Question withdrawn")),
    "support_request.reopen": _named(lambda: _("Opened again")),
    "support_request.back_at_desk": _back,
    "support_request.not_automatic": _not_automatic,
    NOT_PUBLIC: _not_public,
    "support_request.choose_place": _of_place(lambda name: _("The entrepreneur chose %(name)s", name=name)),
    "support_request.choose_wait": _named(lambda: _("The entrepreneur waits for room")),
    "support_request.wait_over": _named(lambda: _("The wait for room is over")),
    "support_request.refuse_place": _of_place(lambda name: _("The entrepreneur refused %(name)s", name=name)),
    "support_request.return_to_post": _named(lambda: _("The entrepreneur wants to be helped by the post")),
    "support_request.moved": _moved,
    "support_request.assign": _assigned,
    "referral.assign": _assigned_there,
    "support_request.give_consent": _named(lambda: _("Consent given")),
    "support_request.withdraw_consent": _named(lambda: _("Consent withdrawn")),
    "support_request.do_not_tell": _named(lambda: _("The entrepreneur said whom not to tell")),
    "support_request.edited": _named(lambda: _("Question changed")),
    "support_request.link_requested": _named(lambda: _("Link mailed again")),
    "support_request.link_replaced": _named(lambda: _("A new link went to the entrepreneur")),
    "support_request.overdue": _late,
    "support_request.clock_moved": _moved_clock,
    "referral.send": _sent,
    "referral.acknowledge": _acknowledged,
    "referral.accept": _accepted,
    "referral.decline": _declined,
    "referral.return": _returned,
    "referral.lapse": _lapsed,
    "referral.recall": _recalled,
    "referral.keep_asked": _of_place(
        lambda name: _("%(name)s lost its accreditation after it had accepted", name=name), begins=True
    ),
    "referral.keep": _of_place(lambda name: _("Left with %(name)s", name=name)),
    "referral.keep_settled": _of_place(lambda name: _("%(name)s has its accreditation back", name=name), begins=True),
    "referral.withdraw": _ended,
    "referral.record_contact": _contacted,
    "referral.close": _closed,
    "referral.message": _between,
    "referral.overdue": _late,
    "referral.clock_moved": _moved_clock,
}
