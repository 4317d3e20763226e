"""Steps of a referral in the words of either side; never why this place was chosen, nor who else was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from flask_babel import gettext as _

from hubs.core.events import Event
from hubs.reference.labels import label
from hubs.referrals.models import Referral
from hubs.referrals.pages.timeline.said import Told
from hubs.referrals.pages.timeline.sentences import came_along
from hubs.referrals.pages.timeline.shown import Kind, Line, joined

_BY_RECEIVER: dict[str, Callable[[], str]] = {
    "referral.acknowledge": lambda: _("Receipt confirmed"),
    "referral.accept": lambda: _("Accepted"),
    "referral.record_contact": lambda: _("Spoken to the entrepreneur"),
    "referral.close": lambda: _("Done"),
}
_BY_SENDER: dict[str, Callable[[], str]] = {
    "referral.send": lambda: _("Sent"),
    "referral.keep": lambda: _("Left with the receiver"),
}
_BY_ITSELF: dict[str, Callable[[], str]] = {
    "referral.overdue": lambda: _("A term passed"),
    "referral.clock_moved": lambda: _("A term moved because of a day on which the office is closed"),
    "referral.keep_asked": lambda: _("The receiver lost its accreditation"),
    "referral.keep_settled": lambda: _("The receiver has its accreditation back"),
}


def steps(events: Sequence[Event], referral: Referral, told: Told, texts: Mapping[str, str]) -> Iterable[Line]:
    """The events both sides know of, by whom as this side may know it."""
    for place, event in enumerate(events):
        words = _BY_RECEIVER.get(event.kind) or _BY_SENDER.get(event.kind) or _BY_ITSELF.get(event.kind)
        if words is None or came_along(event, events[:place]):
            continue
        note = " ".join(part for part in (_by(event, referral, told), _with(event, texts)) if part)
        yield Line(kind=Kind.STEP, key=f"e{event.id:020d}", at=event.at, title=joined(words(), note), note=note, ref="")


def _by(event: Event, referral: Referral, told: Told) -> str:
    """By somebody of one's own by name, by the other side as an organisation."""
    if event.kind in _BY_ITSELF:
        return ""
    side = referral.from_id if event.kind in _BY_SENDER else referral.to_id
    if side != told.reader.organisation_id:
        return _("by %(name)s.", name=told.names.within(side))
    if event.actor_kind == "system":
        return _("by itself.")
    if event.actor_id == told.actor.id:
        return _("by you.")
    name = told.people.get(event.actor_id or "")
    return _("by %(name)s.", name=name) if name else ""


def _with(event: Event, texts: Mapping[str, str]) -> str:
    """What came of it, the receiver's own reference, and what was said with it."""
    found = []
    if event.kind == "referral.close" and event.data.get("outcome"):
        found.append(_("Outcome: %(outcome)s.", outcome=label("referral_outcome", event.data.get("outcome")).lower()))
    text = texts.get(str(event.data.get("message_id")), "")
    return " ".join([*found, *([f"“{text}”"] if text else [])])
