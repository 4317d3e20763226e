"""States, outcomes and rules of questions, referrals and advice as words in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.referrals.lifecycle import PartState, ReferralState, RequestState

REQUEST_STATES: dict[RequestState, Any] = {
    RequestState.DRAFT: _l("Draft"),
    RequestState.RECEIVED: _l("Received"),
    RequestState.IN_HAND: _l("In hand"),
    RequestState.REFERRED: _l("Referred"),
    RequestState.AWAITING_ENTREPRENEUR: _l("Waiting for the entrepreneur"),
    RequestState.CLOSED: _l("Closed"),
    RequestState.WITHDRAWN: _l("Withdrawn"),
}
PART_STATES: dict[PartState, Any] = {
    PartState.OPEN: _l("At the desk"),
    PartState.REFERRED: _l("Referred"),
    PartState.SERVED: _l("Helped"),
    PartState.SIGNPOSTED: _l("Signposted to a partner"),
    PartState.OUT_OF_SCOPE: _l("Outside our task"),
    PartState.UNSERVED: _l("Not helped"),
    PartState.NO_REPLY: _l("No reply from the entrepreneur"),
    PartState.WITHDRAWN: _l("Withdrawn"),
}
REFERRAL_STATES: dict[ReferralState, Any] = {
    ReferralState.SENT: _l("Sent"),
    ReferralState.ACKNOWLEDGED: _l("Receipt confirmed"),
    ReferralState.ACCEPTED: _l("Accepted"),
    ReferralState.CONTACT_MADE: _l("First contact made"),
    ReferralState.PAUSED: _l("Waiting for an answer"),
    ReferralState.CLOSED: _l("Closed"),
    ReferralState.DECLINED: _l("Declined"),
    ReferralState.LAPSED: _l("Lapsed"),
    ReferralState.RETURNED: _l("Given back"),
    ReferralState.RECALLED: _l("Taken back"),
    ReferralState.WITHDRAWN: _l("Withdrawn"),
}
KINDS = {"referral": _l("Referral"), "signpost": _l("Signpost")}
MODES = {"warm": _l("With the entrepreneur's data"), "cold": _l("Address only, no data")}
CONSENTS = {
    "none": _l("No consent"),
    "given": _l("Consent given"),
    "unconfirmed": _l("Consent given, not confirmed yet"),
    "asked": _l("Consent asked, no answer yet"),
    "withdrawn": _l("Consent withdrawn"),
}
ROUTING_OUTCOMES = {
    "hub": _l("Hub"),
    "post": _l("Post"),
    "both": _l("Post and hub"),
    "partner": _l("Partner"),
    "ask": _l("Ask first"),
    "out_of_scope": _l("Outside our task"),
    "unserved": _l("Nobody can help"),
}
ROUTING_RULES = {
    "status": _l("Standing of the hub"),
    "agreement": _l("Agreement in force"),
    "territory": _l("Place"),
    "sector": _l("Sector"),
    "service": _l("Service"),
    "target_group": _l("Target group"),
    "offer": _l("Offer published"),
    "closed": _l("Open in time"),
    "capacity": _l("Room this week"),
    "conflict": _l("Conflict of interest"),
    "excluded": _l("Left off for this question"),
}
SCORE_PARTS = {
    "specificity": _l("How closely the agreement fits"),
    "answer": _l("How often it answers in time"),
    "load": _l("Room this week"),
    "language": _l("Shared language"),
    "city": _l("Office in the same city"),
}
HIDDEN = {
    "not_accepted": _l("Who asks is shown after acceptance."),
    "ended": _l("This referral has ended for you."),
    "consent": _l("There is no consent that covers you."),
}
MESSAGES = {
    "question": _l("Question"),
    "answer": _l("Answer"),
    "information": _l("Information"),
    "remark": _l("Remark"),
    "message": _l("Message"),
    "note": _l("Note for ourselves"),
}

# why a question did not go out by itself (operations/automatic.py)
STAYS_BECAUSE = {
    "client_choice": _l("The entrepreneur chose a place, or waits."),
    "questions": _l("The country or the need is not known yet."),
    "missing": _l("Something is missing that decides who may help."),
    "sanctions": _l("This country has a sanctions flag: check first."),
    "identity_in_text": _l("The text tells who asks."),
    "in_development": _l("The hub is still in development."),
    "capacity": _l("Every hub is full this week."),
    "no_hub": _l("No hub stands first for it now."),
    "consent": _l("There is no consent for the hub that stands first."),
    "refused": _l("One of the checks before sending said no."),
}
