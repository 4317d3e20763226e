"""Every write to support requests and referrals; one door for each lifecycle, and what the service does by itself."""

from .answer_speed import count_answers, due_counts
from .answering import receive_answer, speaker_of
from .assigning import assign_handler
from .automatic import due_automatic, refer_automatically
from .entrepreneur import (
    add_information,
    choose_place,
    choose_wait,
    do_not_tell,
    give_consent,
    name_in_consent,
    refuse_place,
    return_to_post,
    withdraw_consent,
)
from .files import add_file, add_files, may_remove, remove_file
from .handing_over import (
    close_membership,
    close_person,
    collect_strays,
    due_leavers,
    due_strays,
    end_planned,
)
from .messages import check_may_speak, may_write, write_message
from .receipts import receipt_for, replay_receipt, store_receipt
from .recomputing import hold_clocks, recompute_all, recompute_market, recompute_office
from .referrals import act_on_referral
from .requests import act_on_request
from .rules import (
    breach,
    due_breaches,
    due_lapses,
    due_waits,
    due_warnings,
    end_wait,
    lapse,
    warn,
)
from .standing import Ground, agreement_ended, hub_standing_changed, lineage_ended, plan_standing, set_hub_status

__all__ = [
    "Ground",
    "act_on_referral",
    "act_on_request",
    "add_file",
    "add_files",
    "add_information",
    "agreement_ended",
    "assign_handler",
    "breach",
    "check_may_speak",
    "choose_place",
    "choose_wait",
    "close_membership",
    "close_person",
    "collect_strays",
    "count_answers",
    "do_not_tell",
    "due_automatic",
    "due_breaches",
    "due_counts",
    "due_lapses",
    "due_leavers",
    "due_strays",
    "due_waits",
    "due_warnings",
    "end_planned",
    "end_wait",
    "give_consent",
    "hub_standing_changed",
    "lapse",
    "lineage_ended",
    "may_remove",
    "may_write",
    "name_in_consent",
    "plan_standing",
    "receipt_for",
    "receive_answer",
    "hold_clocks",
    "recompute_all",
    "recompute_market",
    "recompute_office",
    "refer_automatically",
    "refuse_place",
    "remove_file",
    "replay_receipt",
    "return_to_post",
    "set_hub_status",
    "speaker_of",
    "store_receipt",
    "warn",
    "withdraw_consent",
    "write_message",
]
