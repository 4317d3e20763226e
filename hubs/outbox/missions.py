"""Mails about missions: a hub is asked to make room, and the desk hears its answer. No participant is ever named."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hubs.accounts.models import Organisation
from hubs.accounts.names import with_article
from hubs.core.events import Event
from hubs.core.links import external
from hubs.extensions import db
from hubs.missions.models import MissionHub
from hubs.missions.words import dates_words
from hubs.outbox.letters import Letter

GROUP = "mission"
_OPEN = _l("Open it in Hubs")
_ASK = Letter(
    _l("Can you make room for a mission? %(mission)s"),
    (
        _l("%(place)s organises a mission: %(mission)s, %(dates)s."),
        _l("They ask whether you have room for %(number)s new questions a week in those days. Say yes or no."),
    ),
    button=_OPEN,
)
LETTERS: dict[str, Letter] = {
    "mission_hub.ask": _ASK,
    "mission_hub.ask_again": _ASK,
    "mission_hub.agree": Letter(
        _l("%(hub)s makes room for your mission"),
        (_l("For %(mission)s the hub takes %(number)s new questions a week."),),
        button=_OPEN,
    ),
    "mission_hub.decline": Letter(
        _l("%(hub)s cannot make room for your mission"),
        (_l("The hub says no to %(mission)s. On the page you see whether it wrote why."),),
        button=_OPEN,
    ),
    "mission_hub.withdraw": Letter(
        _l("You need not make room any more: %(mission)s"),
        (_l("%(place)s does not need the room any more. Your own number of questions a week counts again."),),
        button=_OPEN,
    ),
}
_TO_DESK = ("mission_hub.agree", "mission_hub.decline")


def is_about(entry: Event) -> bool:
    """Whether an event about a mission is mailed."""
    return entry.kind in LETTERS


def told(entry: Event) -> list[tuple[str, str]]:
    """(template, organisation) of whoever leads the side that has to know."""
    ask = db.session.get(MissionHub, entry.subject_id)
    if ask is None:
        return []
    organisation_id = ask.mission.organisation_id if entry.kind in _TO_DESK else ask.organisation_id
    return [(f"{GROUP}:{entry.kind}", f"organisation:{organisation_id}")]


def letter_for(template: str, entry: Event, language: str) -> tuple[Letter, dict[str, str], str] | None:
    """The letter with its values and its link; None when what it is about is gone."""
    ask = db.session.get(MissionHub, entry.subject_id)
    if ask is None:
        return None
    mission = ask.mission
    values = {
        "mission": mission.name(language),
        "dates": dates_words(mission.starts_on, mission.ends_on),
        "place": _called(mission.organisation, language),
        "hub": _called(ask.organisation, language),
        "number": str(entry.data.get("weekly_capacity") or ask.weekly_agreed or ask.weekly_asked),
    }
    return LETTERS[template.partition(":")[2]], values, external(f"/missions/{mission.id}")


def _called(organisation: Organisation, language: str) -> str:
    return with_article(organisation.name(language), language, first=False)
