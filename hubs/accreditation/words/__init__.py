"""Names of states, kinds and codes of accreditation, for pages and code lists; sentences by noun beside it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accreditation.lifecycle import (
    AccreditationState,
    ConditionState,
    DecisionKind,
    DecisionState,
    ObjectionState,
    ProposalState,
)
from hubs.guideline.criteria import ProposalKind

KIND_WORDS: dict[str, Any] = {
    ProposalKind.NEW: _l("New hub"),
    ProposalKind.IN_DEVELOPMENT: _l("Hub in development"),
    ProposalKind.RENEWAL: _l("Renewal"),
    ProposalKind.SCOPE_CHANGE: _l("Change of scope"),
}
PROPOSAL_WORDS: dict[str, Any] = {
    ProposalState.DRAFT: _l("Draft"),
    ProposalState.SUBMITTED: _l("Submitted"),
    ProposalState.IN_ASSESSMENT: _l("In assessment"),
    ProposalState.RETURNED: _l("To be completed"),
    ProposalState.ASSESSED: _l("Assessed"),
    ProposalState.DECISION_DRAFTED: _l("Decision drafted"),
    ProposalState.DECIDED: _l("Decided"),
    ProposalState.NOT_CONSIDERED: _l("Not considered"),
    ProposalState.WITHDRAWN: _l("Withdrawn"),
}
PROPOSAL_TONES: dict[str, str] = {
    ProposalState.DRAFT: "neutral",
    ProposalState.SUBMITTED: "active",
    ProposalState.IN_ASSESSMENT: "active",
    ProposalState.RETURNED: "warning",
    ProposalState.ASSESSED: "active",
    ProposalState.DECISION_DRAFTED: "active",
    ProposalState.DECIDED: "success",
    ProposalState.NOT_CONSIDERED: "neutral",
    ProposalState.WITHDRAWN: "neutral",
}
# what a chamber sees while the ministry is at work: not how far the ministry's own thinking is
CHAMBER_WORDS: dict[str, Any] = {
    **PROPOSAL_WORDS,
    ProposalState.ASSESSED: _l("In assessment"),
    ProposalState.DECISION_DRAFTED: _l("In assessment"),
}
DECISION_KIND_WORDS: dict[str, Any] = {
    DecisionKind.ACCREDIT: _l("Accredit"),
    DecisionKind.ACCREDIT_WITH_CONDITIONS: _l("Accredit with conditions"),
    DecisionKind.IN_DEVELOPMENT: _l("Accept as hub in development"),
    DecisionKind.REFUSE: _l("Refuse"),
    DecisionKind.NOT_CONSIDER: _l("Not consider"),
    DecisionKind.SUSPEND: _l("Suspend"),
    DecisionKind.LIFT_SUSPENSION: _l("Lift the suspension"),
    DecisionKind.WITHDRAW: _l("Withdraw the accreditation"),
}
DECISION_WORDS: dict[str, Any] = {
    DecisionState.DRAFT: _l("Draft"),
    DecisionState.SIGNED: _l("Signed"),
    DecisionState.DROPPED: _l("Dropped"),
}
ACCREDITATION_WORDS: dict[str, Any] = {
    AccreditationState.GRANTED: _l("Granted, not active yet"),
    AccreditationState.ACTIVE: _l("Active"),
    AccreditationState.SUSPENDED: _l("Suspended"),
    AccreditationState.WITHDRAWN: _l("Withdrawn"),
    AccreditationState.EXPIRED: _l("Expired"),
    AccreditationState.REPLACED: _l("Replaced"),
}
CONDITION_WORDS: dict[str, Any] = {
    ConditionState.OPEN: _l("Open"),
    ConditionState.MET: _l("Met"),
    ConditionState.LAPSED: _l("Not met"),
}
OBJECTION_WORDS: dict[str, Any] = {
    ObjectionState.RECEIVED: _l("Received"),
    ObjectionState.IN_HANDLING: _l("In handling"),
    ObjectionState.DECIDED: _l("Decided"),
    ObjectionState.WITHDRAWN: _l("Withdrawn"),
}
# the computed outcome, worst to best
OUTCOME_WORDS: dict[str, Any] = {
    "refuse": _l("Refuse"),
    "in_development": _l("Accept as hub in development"),
    "conditional": _l("Accredit with conditions"),
    "accredit": _l("Accredit"),
}
OPINION_WORDS: dict[str, Any] = {
    "positive": _l("Positive"),
    "positive_if": _l("Positive, if"),
    "negative": _l("Negative"),
    "no_opinion": _l("No opinion"),
}
OBLIGATION_WORDS: dict[str, Any] = {
    "yearly_plan": _l("Yearly plan"),
    "yearly_report": _l("Yearly report"),
    "mid_term_review": _l("Mid-term review"),
    "renewal": _l("Renewal"),
}


def proposal_state_word(state: str, *, for_chamber: bool) -> str:
    """The name of a proposal's state as this reader may know it."""
    return str((CHAMBER_WORDS if for_chamber else PROPOSAL_WORDS)[state])
