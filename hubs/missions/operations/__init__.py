"""Every write of the missions area."""

from .asking import answer_ask, ask_hub, close_asks
from .importing import Checked, check_rows, keep_rows, take_over
from .intake import ask_for, ready_problems
from .missions import MissionData, act_on_mission, create_mission, edit_mission
from .participants import ParticipantData, add_participant, edit_participant, remove_participant
from .steps import add_step, tick_step

__all__ = [
    "Checked",
    "MissionData",
    "ParticipantData",
    "act_on_mission",
    "add_participant",
    "add_step",
    "answer_ask",
    "ask_for",
    "ask_hub",
    "check_rows",
    "close_asks",
    "create_mission",
    "edit_mission",
    "edit_participant",
    "keep_rows",
    "ready_problems",
    "remove_participant",
    "take_over",
    "tick_step",
]
