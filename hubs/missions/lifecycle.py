"""The lives of a mission and of the capacity a hub is asked for. That a mission runs follows from its dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.permissions import P
from hubs.core.errors import Problem
from hubs.core.lifecycle import Change, Lifecycle, t


class MissionState(StrEnum):
    DRAFT = "draft"
    ANNOUNCED = "announced"
    DONE = "done"
    CANCELLED = "cancelled"


class MissionPhase(StrEnum):
    """What a page says of a mission: its state, and while announced what its dates say."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    RUNNING = "running"
    FOLLOW_UP = "follow_up"  # its dates are over, it is not done yet
    DONE = "done"
    CANCELLED = "cancelled"


S = MissionState


def phase_of(state: str, starts_on: date | None, ends_on: date | None, today: date) -> MissionPhase:
    """The phase on a day."""
    if state != S.ANNOUNCED or starts_on is None or ends_on is None or today < starts_on:
        return MissionPhase(state)
    return MissionPhase.RUNNING if today <= ends_on else MissionPhase.FOLLOW_UP


def _is_complete(mission: Any, _change: Change) -> Iterable[Problem]:
    """Everything a mission must say before others see it."""
    if mission.starts_on is None or mission.ends_on is None:
        yield Problem("dates_required", _l("Fill in the first and the last day."), "starts_on")
    if not mission.market_codes:
        yield Problem("market_required", _l("Choose at least one country."), "markets")


def _announced(mission: Any, change: Change) -> None:
    mission.announced_at = change.now


def _ended(mission: Any, change: Change) -> None:
    mission.ended_at = change.now


def _is_over(mission: Any, change: Change) -> Iterable[Problem]:
    if mission.ends_on is not None and change.data.get("today") is not None and change.data["today"] <= mission.ends_on:
        yield Problem("not_over", _l("The mission is not over yet."), "action")


def _reopened(mission: Any, _change: Change) -> None:
    mission.ended_at = None


MISSION = Lifecycle(
    "mission",
    MissionState,
    S.DRAFT,
    (
        t(
            "announce",
            _l("Announce"),
            {S.DRAFT},
            S.ANNOUNCED,
            P.MISSION_EDIT,
            guard=_is_complete,
            effect=_announced,
        ),
        t("finish", _l("Everything is done"), {S.ANNOUNCED}, S.DONE, P.MISSION_EDIT, guard=_is_over, effect=_ended),
        t("resume", _l("Open again"), {S.DONE}, S.ANNOUNCED, P.MISSION_EDIT, effect=_reopened),
        t("cancel", _l("Cancel the mission"), {S.DRAFT, S.ANNOUNCED}, S.CANCELLED, P.MISSION_EDIT, effect=_ended),
    ),
)


class AskState(StrEnum):
    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


def _answered(ask: Any, change: Change) -> None:
    ask.answered_at = change.now


def _agreed(ask: Any, change: Change) -> None:
    ask.weekly_agreed = change.data["weekly_capacity"]
    _answered(ask, change)


def _number_given(_ask: Any, change: Change) -> Iterable[Problem]:
    number = change.data.get("weekly_capacity")
    if number is None or not 0 < number <= 500:
        yield Problem("number_required", _l("Fill in a number from 1 to 500."), "weekly_capacity")


def _asked_again(ask: Any, change: Change) -> None:
    ask.asked_at, ask.answered_at = change.now, None


MISSION_HUB = Lifecycle(
    "mission_hub",
    AskState,
    AskState.ASKED,
    (
        t(
            "agree",
            _l("Yes, we make room"),
            {AskState.ASKED},
            AskState.AGREED,
            P.MISSION_ANSWER,
            guard=_number_given,
            effect=_agreed,
        ),
        t("decline", _l("No, we cannot"), {AskState.ASKED}, AskState.DECLINED, P.MISSION_ANSWER, effect=_answered),
        t(
            "ask_again",
            _l("Ask again"),
            {AskState.DECLINED, AskState.WITHDRAWN},
            AskState.ASKED,
            P.MISSION_EDIT,
            effect=_asked_again,
        ),
        t(
            "withdraw",
            _l("No longer needed"),
            {AskState.ASKED, AskState.AGREED},
            AskState.WITHDRAWN,
            P.MISSION_EDIT,
        ),
    ),
)
