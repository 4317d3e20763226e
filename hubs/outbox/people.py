"""Mails about people's own places: an absence, standing in, work handed over, a planned last day.

They name no colleague and no case: a page behind the link does, where the reader's rights are checked again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.models import Organisation
from hubs.accounts.names import with_article
from hubs.core.durations import day_words
from hubs.core.events import Event
from hubs.core.links import external
from hubs.extensions import db
from hubs.outbox.letters import Letter

GROUP = "people"
_SEE_WORK = _l("See your work")
_SEE_ABSENCE = _l("See the absence")
DEPUTY, ABSENT, RECEIVER, LEAVER = "deputy", "absent", "receiver", "leaver"

LETTERS: dict[str, Letter] = {
    f"absence.recorded#{DEPUTY}": Letter(
        _l("You stand in for a colleague"),
        (
            _l("From %(first)s to %(last)s you stand in for a colleague at %(place)s."),
            _l("In these days mails about that colleague's work come to you as well."),
        ),
        "/work",
        _SEE_WORK,
    ),
    f"absence.changed#{DEPUTY}": Letter(
        _l("The days on which you stand in have changed"),
        (_l("You now stand in for a colleague at %(place)s from %(first)s to %(last)s."),),
        "/work",
        _SEE_WORK,
    ),
    f"absence.withdrawn#{DEPUTY}": Letter(
        _l("You no longer stand in for a colleague"),
        (_l("Your colleague at %(place)s is back. Mails about that work go to them alone again."),),
        "/work",
        _SEE_WORK,
    ),
    f"absence.recorded#{ABSENT}": Letter(
        _l("An absence was noted for you"),
        (_l("%(place)s noted that you are away from %(first)s to %(last)s. Is that not right? Change it."),),
        "/account/absences",
        _SEE_ABSENCE,
    ),
    f"absence.changed#{ABSENT}": Letter(
        _l("Your absence was changed"),
        (_l("%(place)s noted that you are away from %(first)s to %(last)s. Is that not right? Change it."),),
        "/account/absences",
        _SEE_ABSENCE,
    ),
    f"absence.withdrawn#{ABSENT}": Letter(
        _l("Your absence is over"),
        (_l("%(place)s noted that you are back. Is that not right? Note your absence again."),),
        "/account/absences",
        _SEE_ABSENCE,
    ),
    f"work.handed_over#{RECEIVER}": Letter(
        _l("Open work was handed over to you"),
        (_l("You now handle more at %(place)s. Pieces of work that were handed over: %(count)s."),),
        "/work",
        _SEE_WORK,
    ),
    f"account.last_day_planned#{LEAVER}": Letter(
        _l("Your last day at %(place)s"),
        (
            _l("Your last day for %(place)s at Hubs is %(last)s. After that day you cannot act for it any more."),
            _l("Hand over what is still open before then."),
        ),
        "/work",
        _SEE_WORK,
    ),
}


def is_about(entry: Event) -> bool:
    return entry.kind in {key.partition("#")[0] for key in LETTERS}


def told(entry: Event) -> Iterator[tuple[str, str]]:
    """(template, person) for everybody an event is for; never who caused it."""
    data = entry.data
    planned = data.get("ends_on") if entry.kind == "account.last_day_planned" else True
    for role, person_id in (
        (DEPUTY, data.get("deputy_id")),
        (ABSENT, data.get("person_id")),
        (RECEIVER, data.get("to") if entry.kind == "work.handed_over" else None),
        (LEAVER, entry.related_id if planned else None),
    ):
        if person_id and person_id != entry.actor_id and f"{entry.kind}#{role}" in LETTERS:
            yield f"{GROUP}:{entry.kind}#{role}", person_id


def letter_for(template: str, entry: Event, language: str, today: date) -> tuple[Letter, dict[str, str], str] | None:
    """The letter as it should be now; None when its organisation is gone."""
    letter = LETTERS[template.partition(":")[2]]
    place = db.session.get(Organisation, entry.data.get("organisation_id", ""))
    if place is None:
        return None
    values = {
        "place": with_article(place.name(language), language, first=False),
        "first": _day(entry.data.get("starts_on"), today, language),
        "last": _day(entry.data.get("ends_on"), today, language),
        "count": str(len(entry.data.get("items", ()))),
    }
    return letter, values, external(letter.link)


def _day(value: Any, today: date, language: str) -> str:
    return day_words(date.fromisoformat(value), today, language) if value else ""
