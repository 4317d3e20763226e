"""A mission itself: written down, changed, announced, finished, cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from hubs.accounts.actor import Actor
from hubs.accounts.models import Office
from hubs.accounts.permissions import P
from hubs.core.clock import local_day
from hubs.core.errors import NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import perform
from hubs.core.types import new_id
from hubs.extensions import db
from hubs.missions.lifecycle import MissionState
from hubs.missions.models import Mission, MissionMarket
from hubs.missions.operations.asking import close_asks, move_changes
from hubs.reference.models import CodeListEntry, Market, Sector

MOST_MARKETS = 5
MOST_DAYS = 60
NAME_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionData:
    """A mission as somebody typed it."""

    name_nl: str
    name_en: str
    markets: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    theme: str | None = None
    sectors: tuple[str, ...] = ()
    is_demo: bool = False


def create_mission(data: MissionData, *, office: Office, actor: Actor, now: datetime) -> Mission:
    """A draft that only its own desk sees. Raises NotPermitted, RuleViolation."""
    if not actor.can(P.MISSION_EDIT, office):
        raise NotPermitted()
    _check(data)
    mission = Mission(
        id=new_id(), organisation_id=office.organisation_id, office_id=office.id, created_at=now, created_by=actor.id,
        is_demo=data.is_demo, name_nl="", name_en="",
    )  # fmt: skip
    db.session.add(mission)
    _apply(mission, data)
    record(db.session, "mission.recorded", mission, actor=actor, now=now, outbox=False)
    return mission


def edit_mission(mission: Mission, data: MissionData, *, actor: Actor, now: datetime) -> None:
    """Change it while it is not over; hubs that agreed keep their promise for the new dates only when they say so
    again. Raises NotPermitted, WrongState, RuleViolation."""
    if not actor.can(P.MISSION_EDIT, mission):
        raise NotPermitted()
    if mission.state not in (MissionState.DRAFT, MissionState.ANNOUNCED):
        raise WrongState(_l("This mission is over. Open it again before you change it."))
    _check(data)
    if mission.state == MissionState.ANNOUNCED and not (data.starts_on and data.ends_on and data.markets):
        raise RuleViolation("dates_required", _l("An announced mission needs dates and a country."), "starts_on")
    moved = (mission.starts_on, mission.ends_on) != (data.starts_on, data.ends_on)
    _apply(mission, data)
    if moved:
        move_changes(mission, now=now)
    record(db.session, "mission.edited", mission, actor=actor, now=now, data={"moved": moved}, outbox=False)


def _apply(mission: Mission, data: MissionData) -> None:
    mission.name_nl, mission.name_en = data.name_nl.strip(), data.name_en.strip()
    mission.starts_on, mission.ends_on, mission.theme = data.starts_on, data.ends_on, data.theme or None
    mission.sectors = list(dict.fromkeys(data.sectors))
    kept = {each.market: each for each in mission.markets}
    mission.markets = [kept.get(code) or MissionMarket(market=code) for code in dict.fromkeys(data.markets)]
    for place, each in enumerate(mission.markets):
        each.position = place
    db.session.flush()


def _check(data: MissionData) -> None:
    problems = list(_problems(data))
    if problems:
        raise RuleViolation(problems=problems)


def _problems(data: MissionData) -> Iterator[Problem]:
    for name, value in (("name_nl", data.name_nl), ("name_en", data.name_en)):
        if not value.strip():
            yield Problem("name_required", _l("Fill in a name."), name)
        elif len(value) > NAME_LENGTH:
            yield Problem("too_long", _l("Use at most %(number)s characters.", number=NAME_LENGTH), name)
    if data.starts_on and data.ends_on and data.ends_on < data.starts_on:
        yield Problem("date_order", _l("The last day may not come before the first."), "ends_on")
    elif data.starts_on and data.ends_on and (data.ends_on - data.starts_on).days > MOST_DAYS:
        yield Problem("too_long", _l("A mission lasts at most %(number)s days.", number=MOST_DAYS), "ends_on")
    if len(data.markets) > MOST_MARKETS:
        yield Problem("too_many", _l("Choose at most %(number)s.", number=MOST_MARKETS), "markets")
    if _unknown(Market.iso2, data.markets):
        yield Problem("unknown_code", _l("Choose from the list."), "markets")
    if _unknown(Sector.code, data.sectors):
        yield Problem("unknown_code", _l("Choose from the list."), "sectors")
    if data.theme and not _is_theme(data.theme):
        yield Problem("unknown_code", _l("Choose from the list."), "theme")


def _unknown(column: object, codes: tuple[str, ...]) -> bool:
    wanted = {code for code in codes if len(code) <= 64}
    found = db.session.execute(select(func.count()).where(column.in_(sorted(wanted)))).scalar_one()  # type: ignore[attr-defined]
    return bool(found != len(set(codes)))


def _is_theme(code: str) -> bool:
    statement = select(CodeListEntry.code).where(CodeListEntry.list_code == "theme", CodeListEntry.code == code[:64])
    return db.session.execute(statement).first() is not None


def act_on_mission(mission: Mission, action: str, *, actor: Actor, now: datetime) -> None:
    """Announce, finish, open again or cancel. Raises BadInput, NotPermitted, WrongState, RuleViolation."""
    perform(db.session, mission, action, actor=actor, now=now, data={"today": local_day(now)})
    if action == "cancel":
        close_asks(mission, actor=actor, now=now)
