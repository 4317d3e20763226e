"""The lives of proposals, decisions, accreditations, conditions and objections (domain.md, Lifecycles; Awb 4 and 7)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.permissions import P
from hubs.core.errors import Problem
from hubs.core.lifecycle import Change, Lifecycle, t


class ProposalState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_ASSESSMENT = "in_assessment"
    RETURNED = "returned"  # the chamber completes its file; the statutory clock stands still
    ASSESSED = "assessed"
    DECISION_DRAFTED = "decision_drafted"
    DECIDED = "decided"
    NOT_CONSIDERED = "not_considered"
    WITHDRAWN = "withdrawn"


class DecisionState(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"
    DROPPED = "dropped"


class DecisionKind(StrEnum):
    ACCREDIT = "accredit"
    ACCREDIT_WITH_CONDITIONS = "accredit_with_conditions"
    IN_DEVELOPMENT = "in_development"
    REFUSE = "refuse"
    NOT_CONSIDER = "not_consider"
    SUSPEND = "suspend"
    LIFT_SUSPENSION = "lift_suspension"
    WITHDRAW = "withdraw"


class AccreditationState(StrEnum):
    GRANTED = "granted"  # decided, waits for what is asked at activation
    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REPLACED = "replaced"  # by a renewal or a change of scope


class ConditionState(StrEnum):
    OPEN = "open"
    MET = "met"
    LAPSED = "lapsed"  # not met in time, so recorded by a person


class ObjectionState(StrEnum):
    RECEIVED = "received"
    IN_HANDLING = "in_handling"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


S, D, A, O = ProposalState, DecisionState, AccreditationState, ObjectionState  # noqa: E741
OPEN_STATES = frozenset({S.DRAFT, S.SUBMITTED, S.IN_ASSESSMENT, S.RETURNED, S.ASSESSED, S.DECISION_DRAFTED})
ON_PROPOSALS = frozenset(
    {
        DecisionKind.ACCREDIT,
        DecisionKind.ACCREDIT_WITH_CONDITIONS,
        DecisionKind.IN_DEVELOPMENT,
        DecisionKind.REFUSE,
        DecisionKind.NOT_CONSIDER,
    }
)
GRANTING = frozenset({DecisionKind.ACCREDIT, DecisionKind.ACCREDIT_WITH_CONDITIONS, DecisionKind.IN_DEVELOPMENT})


def _has_note(_subject: Any, change: Change) -> Iterable[Problem]:
    if not (change.data.get("note") or "").strip():
        yield Problem("note_required", _l("Say why. The other side reads this."), "note")


def _submitted(proposal: Any, change: Change) -> None:
    if proposal.submitted_at is None:
        proposal.submitted_at = change.now
    proposal.resubmitted_at = change.now


def _after_submission(proposal: Any) -> str:
    """A file that was sent back goes on where it was."""
    return proposal.state_before_return or S.SUBMITTED


def _sent_back(proposal: Any, _change: Change) -> None:
    proposal.state_before_return = proposal.state


def _concluded(proposal: Any, change: Change) -> None:
    proposal.assessed_at = change.now


def _decided(proposal: Any, change: Change) -> None:
    proposal.decided_at = change.now


def _without_draft(proposal: Any) -> str:
    return S.DECIDED if proposal.decided_at else S.ASSESSED


def _ended(proposal: Any, change: Change) -> None:
    proposal.ended_at = change.now


def _is_undecided(proposal: Any) -> bool:
    """Also while a decision in place of the one that holds is drafted there is nothing to take back."""
    return proposal.decided_at is None


def _reopened(proposal: Any, _change: Change) -> None:
    proposal.ended_at = None


PROPOSAL = Lifecycle(
    "proposal",
    ProposalState,
    S.DRAFT,
    (
        t(
            "submit",
            _l("Submit"),
            {S.DRAFT, S.RETURNED},
            _after_submission,
            P.PROPOSAL_SUBMIT,
            effect=_submitted,
        ),
        t(
            "send_back",
            _l("Ask to complete"),
            {S.SUBMITTED, S.IN_ASSESSMENT},
            S.RETURNED,
            P.PROPOSAL_COORDINATE,
            guard=_has_note,
            effect=_sent_back,
        ),
        t("start_assessment", _l("Start the assessment"), {S.SUBMITTED}, S.IN_ASSESSMENT, P.PROPOSAL_COORDINATE),
        t(
            "conclude",
            _l("Conclude the assessment"),
            {S.IN_ASSESSMENT},
            S.ASSESSED,
            P.ASSESSMENT_SCORE,
            effect=_concluded,
        ),
        t(
            "reassess",
            _l("Assess again"),
            {S.ASSESSED, S.DECISION_DRAFTED},
            S.IN_ASSESSMENT,
            P.PROPOSAL_COORDINATE,
            guard=_has_note,
        ),
        t(
            "draft_decision",
            _l("Draft a decision"),
            {S.ASSESSED, S.DECIDED},
            S.DECISION_DRAFTED,
            P.DECISION_DRAFT,
        ),
        t("drop_draft", _l("Drop the draft"), {S.DECISION_DRAFTED}, _without_draft, P.DECISION_DRAFT),
        t("decide", _l("Decide"), {S.DECISION_DRAFTED}, S.DECIDED, P.DECISION_SIGN, effect=_decided),
        t(
            "not_consider",
            _l("Do not consider"),
            {S.RETURNED},
            S.NOT_CONSIDERED,
            P.DECISION_SIGN,
            effect=_ended,
        ),
        t(  # an objection against not considering it was upheld
            "reopen",
            _l("Take up again"),
            {S.NOT_CONSIDERED},
            S.SUBMITTED,
            P.ACCREDITATION_RULE,
            effect=_reopened,
            by_rule=True,
        ),
        t(
            "withdraw",
            _l("Withdraw"),
            OPEN_STATES,
            S.WITHDRAWN,
            P.PROPOSAL_SUBMIT,
            effect=_ended,
            only_when=_is_undecided,
        ),
    ),
)


def _signed(decision: Any, change: Change) -> None:
    decision.signed_at = change.now
    decision.signed_by_id = change.data["person_id"]
    decision.signed_digest = change.data.get("digest")


DECISION = Lifecycle(
    "decision",
    DecisionState,
    D.DRAFT,
    (
        t("sign", _l("Sign"), {D.DRAFT}, D.SIGNED, P.DECISION_SIGN, effect=_signed),
        t("drop", _l("Drop the draft"), {D.DRAFT}, D.DROPPED, P.DECISION_DRAFT),
        t(  # its proposal was withdrawn
            "lapse", _l("Lapse"), {D.DRAFT}, D.DROPPED, P.ACCREDITATION_RULE, by_rule=True
        ),
    ),
)


def _activated(accreditation: Any, change: Change) -> None:
    accreditation.activated_at = change.now


def _ended_accreditation(accreditation: Any, change: Change) -> None:
    accreditation.ended_at = change.now


def _stands_again(accreditation: Any, _change: Change) -> None:
    accreditation.ended_at = None


_LIVE = {A.GRANTED, A.ACTIVE, A.SUSPENDED}

ACCREDITATION = Lifecycle(
    "accreditation",
    AccreditationState,
    A.GRANTED,
    (
        t("activate", _l("Activate"), {A.GRANTED}, A.ACTIVE, P.ACCREDITATION_KEEP, effect=_activated),
        t("start", _l("Start"), {A.GRANTED}, A.ACTIVE, P.ACCREDITATION_RULE, effect=_activated, by_rule=True),
        t("suspend", _l("Suspend"), {A.ACTIVE}, A.SUSPENDED, P.ACCREDITATION_RULE, by_rule=True),
        t("lift_suspension", _l("Lift the suspension"), {A.SUSPENDED}, A.ACTIVE, P.ACCREDITATION_RULE, by_rule=True),
        t(
            "withdraw",
            _l("Withdraw"),
            _LIVE,
            A.WITHDRAWN,
            P.ACCREDITATION_RULE,
            effect=_ended_accreditation,
            by_rule=True,
        ),
        t("expire", _l("Expire"), _LIVE, A.EXPIRED, P.ACCREDITATION_RULE, effect=_ended_accreditation, by_rule=True),
        t("replace", _l("Replace"), _LIVE, A.REPLACED, P.ACCREDITATION_RULE, effect=_ended_accreditation, by_rule=True),
        t(  # what replaced it was given by mistake
            "restore", _l("Restore"), {A.REPLACED}, A.ACTIVE, P.ACCREDITATION_RULE, effect=_stands_again, by_rule=True
        ),
    ),
)


def _judged(condition: Any, change: Change) -> None:
    condition.judged_at = change.now
    condition.judged_by_id = change.data.get("person_id")
    condition.judgement = change.data.get("note")


CONDITION = Lifecycle(
    "condition",
    ConditionState,
    ConditionState.OPEN,
    (
        t(
            "meet",
            _l("Mark as met"),
            {ConditionState.OPEN, ConditionState.LAPSED},
            ConditionState.MET,
            P.ACCREDITATION_KEEP,
            guard=_has_note,
            effect=_judged,
        ),
        t(
            "lapse",
            _l("Mark as not met"),
            {ConditionState.OPEN},
            ConditionState.LAPSED,
            P.ACCREDITATION_KEEP,
            guard=_has_note,
            effect=_judged,
        ),
    ),
)


def _taken_up(objection: Any, change: Change) -> None:
    objection.handler_id = change.data["handler_id"]
    objection.taken_up_at = change.now


def _objection_decided(objection: Any, change: Change) -> None:
    objection.decided_at = change.now
    objection.decided_by_id = change.data["person_id"]
    objection.outcome = change.data["outcome"]
    objection.outcome_reasons = change.data["reasons"]


def _objection_over(objection: Any, change: Change) -> None:
    objection.decided_at = change.now


OBJECTION = Lifecycle(
    "objection",
    ObjectionState,
    O.RECEIVED,
    (
        t(
            "take_up",
            _l("Assign a handler"),
            {O.RECEIVED, O.IN_HANDLING},
            O.IN_HANDLING,
            P.OBJECTION_HANDLE,
            effect=_taken_up,
        ),
        t(
            "decide",
            _l("Decide on the objection"),
            {O.IN_HANDLING},
            O.DECIDED,
            P.OBJECTION_DECIDE,
            effect=_objection_decided,
        ),
        t(
            "withdraw",
            _l("Withdraw the objection"),
            {O.RECEIVED, O.IN_HANDLING},
            O.WITHDRAWN,
            P.OBJECTION_LODGE,
            effect=_objection_over,
        ),
    ),
)
