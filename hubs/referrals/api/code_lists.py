"""The codes of questions, referrals and advice, for `/code-lists`."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hubs.accounts.words import KIND_NAMES, ROLE_NAMES
from hubs.api import codes
from hubs.referrals import state_words as words
from hubs.referrals.lifecycle import REFERRAL, SUPPORT_REQUEST
from hubs.referrals.presentation import RULE_REASONS
from hubs.referrals.receipt_words import FACTS, GAPS
from hubs.referrals.terms import TERM_WORDS

codes.add_lifecycle(SUPPORT_REQUEST, words.REQUEST_STATES)
codes.add_lifecycle(REFERRAL, words.REFERRAL_STATES)
codes.add("request_part_state", "state", words.PART_STATES)
codes.add("consent_standing", "state", words.CONSENTS)
codes.add("routing_outcome", "outcome", words.ROUTING_OUTCOMES)
codes.add("referral_rule_reason", "reason", RULE_REASONS)
codes.add("routing_rule", "reason", words.ROUTING_RULES)
codes.add("routing_gap", "reason", GAPS)
codes.add("hidden_because", "reason", words.HIDDEN)
codes.add("score_part", "list", words.SCORE_PARTS)
codes.add("fact", "list", FACTS)
codes.add("term", "list", TERM_WORDS)
codes.add("referral_kind", "list", words.KINDS)
codes.add("signpost_mode", "list", words.MODES)
codes.add(
    "handling_action",
    "action",
    {
        "assign": _l("Assign"),
        "claim": _l("Claim"),
        "release": _l("Release"),
        "snooze": _l("Put aside"),
        "unsnooze": _l("Bring back"),
        "move": _l("Move to another office"),
    },
)
codes.add("message_kind", "list", words.MESSAGES)
codes.add("organisation_kind", "list", KIND_NAMES)
codes.add("role", "list", ROLE_NAMES)
