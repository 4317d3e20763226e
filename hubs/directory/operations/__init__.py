"""Every write to the directory, by noun (domain.md, Hub profile; rule 6 for what moves clocks).

Each is recorded, kept in the history and bumps what routing is compiled from. A change of an office's opening times
is recorded as `office.calendar_changed`, on which running clocks are computed anew.
"""

from hubs.directory.profile_fields import HUB_FIELDS

from .confirming import ask_confirmation, due_confirmations
from .liaisons import LIAISON_FIELDS, add_liaison, edit_liaison, remove_liaison
from .offers import OFFER_FIELDS, add_offer, edit_offer, remove_offer
from .offices import (
    OFFICE_FIELDS,
    add_closure,
    add_day_off,
    add_office,
    change_capacity,
    close_office,
    edit_office,
    end_capacity_change,
    remove_closure,
    set_holiday,
)
from .profiles import (
    PARTNER_FIELDS,
    POST_FIELDS,
    ask_for_service,
    choose_automatic,
    confirm_profile,
    discard_change,
    draft_from,
    edit_hub_profile,
    edit_partner_profile,
    edit_post_profile,
    publish_change,
    save_draft,
    send_back_change,
    submit_change,
    take_back_change,
    unfinished_of,
    waiting_of,
    withdraw_service,
)
from .records import put_answer_record
from .rules import may_edit_whole

__all__ = [
    "HUB_FIELDS",
    "LIAISON_FIELDS",
    "OFFER_FIELDS",
    "OFFICE_FIELDS",
    "PARTNER_FIELDS",
    "POST_FIELDS",
    "add_closure",
    "add_day_off",
    "add_liaison",
    "add_offer",
    "add_office",
    "ask_confirmation",
    "ask_for_service",
    "change_capacity",
    "choose_automatic",
    "close_office",
    "confirm_profile",
    "discard_change",
    "draft_from",
    "due_confirmations",
    "edit_hub_profile",
    "edit_liaison",
    "edit_offer",
    "edit_office",
    "edit_partner_profile",
    "edit_post_profile",
    "end_capacity_change",
    "may_edit_whole",
    "publish_change",
    "put_answer_record",
    "remove_closure",
    "remove_liaison",
    "remove_offer",
    "save_draft",
    "send_back_change",
    "set_holiday",
    "submit_change",
    "take_back_change",
    "unfinished_of",
    "waiting_of",
    "withdraw_service",
]
