"""Drafting decisions: on a proposal, on an accreditation that stands, or in place of one that was signed.

A draft binds the file as it lies there; whoever saves it again binds it anew. Signing is in `signing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from hubs.accounts.actor import THE_SERVICE, Actor
from hubs.accounts.permissions import P
from hubs.accreditation import deciding_rules as rules
from hubs.accreditation.file_parts import digest_of
from hubs.accreditation.lifecycle import ON_PROPOSALS, AccreditationState, DecisionKind, DecisionState, ProposalState
from hubs.accreditation.models import Accreditation, Condition, Decision, InternalNote, Objection, Proposal
from hubs.accreditation.operations.attempts import check_no_interest, person_of
from hubs.accreditation.operations.terms import not_consider_until
from hubs.accreditation.queries.file_state import file_parts
from hubs.accreditation.queries.hearings import has_departing_facts, hearings_about
from hubs.accreditation.results import result_for, result_kept
from hubs.accreditation.statutory import amsterdam_day
from hubs.core.errors import NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import check_permitted, perform
from hubs.core.types import new_id, new_reference_body
from hubs.extensions import db

K = DecisionKind
FIELDS = (
    "kind", "reasons", "reasons_en", "departure_reason", "departure_note", "starts_on", "ends_on", "markets",
    "services",
)  # fmt: skip
CONDITION_FIELDS = ("text", "text_en", "owner", "due_on", "evidence_wanted", "criterion_code")
ON_ACCREDITATIONS: Mapping[str, frozenset[str]] = {
    K.SUSPEND: frozenset({AccreditationState.ACTIVE}),
    K.LIFT_SUSPENSION: frozenset({AccreditationState.SUSPENDED}),
    K.WITHDRAW: frozenset({AccreditationState.GRANTED, AccreditationState.ACTIVE, AccreditationState.SUSPENDED}),
}
MOST_CONDITIONS = 30


def draft_decision(
    proposal: Proposal,
    *,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    objection: Objection | None = None,
) -> Decision:
    """Begin a decision on a proposal; on one that is decided it is to replace the decision that holds.

    `values` as in `FIELDS`, with `conditions` (dicts of `CONDITION_FIELDS`) and `internal_note`. Raises
    NotPermitted, WrongState, RuleViolation (a kind that does not go with this proposal).
    """
    _check_may_draft(actor)
    kind = values.get("kind")
    person_of(actor, proposal, "draft_decision")
    check_no_interest(proposal, "draft_decision", proposal.hub_id, actor)
    if kind not in ON_PROPOSALS:
        raise RuleViolation("kind_not_here", _l("Choose what the decision is."), "kind")
    _check_no_other_draft(Decision.proposal_id == proposal.id)
    replaced = decision_in_force(proposal)
    if kind == K.NOT_CONSIDER:
        _check_returned(proposal)
    else:
        perform(db.session, proposal, "draft_decision", actor=actor, now=now, event_data={"kind": kind})
    decision = Decision(
        id=new_id(),
        reference=_free_reference(),
        kind=kind,
        hub_id=proposal.hub_id,
        proposal_id=proposal.id,
        replaces_id=replaced.id if replaced else None,
        objection_id=objection.id if objection else None,
        is_demo=proposal.is_demo,
        drafted_at=now,
        drafted_by_id=actor.person_id,
        markets=list(proposal.markets),
    )
    decision.proposal = proposal
    return _stored(decision, values, actor=actor, now=now, is_new=True)


def draft_on_accreditation(
    accreditation: Accreditation,
    *,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    objection: Objection | None = None,
) -> Decision:
    """Begin to suspend, to lift a suspension, or to withdraw; with an upheld objection, in place of what it is about.

    Raises NotPermitted, WrongState, RuleViolation.
    """
    _check_may_draft(actor)
    person_of(actor, accreditation, "draft_decision")
    check_no_interest(accreditation, "draft_decision", accreditation.hub_id, actor)
    kind = values.get("kind", "")
    if kind not in ON_ACCREDITATIONS:
        raise RuleViolation("kind_not_here", _l("Choose what the decision is."), "kind")
    if accreditation.state not in ON_ACCREDITATIONS[kind]:
        raise WrongState(_l("This is no longer possible: the situation has changed. Look at it again."))
    _check_no_other_draft(Decision.accreditation_id == accreditation.id)
    decision = Decision(
        id=new_id(),
        reference=_free_reference(),
        kind=kind,
        hub_id=accreditation.hub_id,
        accreditation_id=accreditation.id,
        replaces_id=objection.decision_id if objection else None,
        objection_id=objection.id if objection else None,
        is_demo=accreditation.is_demo,
        drafted_at=now,
        drafted_by_id=actor.person_id,
        markets=list(accreditation.markets),
        services=list(accreditation.services),
    )
    decision.accreditation = accreditation
    return _stored(decision, values, actor=actor, now=now, is_new=True)


def edit_decision(decision: Decision, *, values: Mapping[str, Any], actor: Actor, now: datetime) -> Decision:
    """Change a draft and bind it to the file as it lies there now. Raises NotPermitted, WrongState, RuleViolation."""
    _check_may_draft(actor)
    person_of(actor, decision, "edit")
    check_no_interest(decision, "edit", decision.hub_id, actor)
    if decision.state != DecisionState.DRAFT:
        raise WrongState(_l("A signed decision does not change. Mend a mistake by a new decision."))
    kind = values.get("kind", decision.kind)
    allowed = ON_PROPOSALS if decision.proposal_id else frozenset(ON_ACCREDITATIONS)
    if kind not in allowed or (kind == K.NOT_CONSIDER) != (decision.kind == K.NOT_CONSIDER):
        raise RuleViolation("kind_not_here", _l("Choose what the decision is."), "kind")
    _take_up_again(decision, actor=actor, now=now)
    return _stored(decision, values, actor=actor, now=now, is_new=False)


def _take_up_again(decision: Decision, *, actor: Actor, now: datetime) -> None:
    """A draft that stayed while its proposal was assessed again is a draft on the new assessment from now on."""
    proposal = decision.proposal
    if proposal is None or decision.kind == K.NOT_CONSIDER or proposal.state == ProposalState.DECISION_DRAFTED:
        return
    perform(db.session, proposal, "draft_decision", actor=actor, now=now, event_data={"kind": decision.kind})


def drop_decision(decision: Decision, *, actor: Actor, now: datetime) -> Decision:
    """Throw a draft away; its proposal is again where it was. Raises NotPermitted, WrongState."""
    check_permitted(decision, "drop", actor)
    check_no_interest(decision, "drop", decision.hub_id, actor)
    perform(db.session, decision, "drop", actor=actor, now=now, related=decision.proposal)
    proposal = decision.proposal
    if proposal is not None and proposal.state == ProposalState.DECISION_DRAFTED:
        perform(db.session, proposal, "drop_draft", actor=actor, now=now)
    return decision


def lapse_draft(proposal: Proposal, *, now: datetime) -> None:
    """The proposal was withdrawn: a draft that waits for a signature goes with it."""
    draft = db.session.execute(waiting_draft(proposal).with_for_update(of=Decision)).scalar_one_or_none()
    if draft is not None:
        perform(db.session, draft, "lapse", actor=THE_SERVICE, now=now, related=proposal)


def add_internal_note(
    text: str,
    *,
    actor: Actor,
    now: datetime,
    proposal: Proposal | None = None,
    accreditation: Accreditation | None = None,
) -> InternalNote:
    """Advice apart from the reasons in the letter; its writer has advised, and can no longer sign.

    Raises NotPermitted, RuleViolation.
    """
    if not actor.can(P.DECISION_DRAFT) or actor.person_id is None:
        raise NotPermitted(message=_l("Your role may not do this here."))
    if not text.strip():
        raise RuleViolation("note_required", _l("Fill this in."), "internal_note")
    note = InternalNote(
        id=new_id(),
        proposal_id=proposal.id if proposal else None,
        accreditation_id=accreditation.id if accreditation else None,
        person_id=actor.person_id,
        text=text.strip(),
        written_at=now,
    )
    db.session.add(note)
    db.session.flush()
    subject: Any = proposal or accreditation
    record(db.session, "internal_note.write", subject, actor=actor, now=now, data={"note": note.id}, outbox=False)
    return note


def decision_in_force(proposal: Proposal) -> Decision | None:
    """The signed decision on a proposal that no later one replaced."""
    later = select(Decision.replaces_id).where(
        Decision.state == DecisionState.SIGNED, Decision.replaces_id.is_not(None)
    )
    statement = (
        select(Decision)
        .where(Decision.proposal_id == proposal.id, Decision.state == DecisionState.SIGNED, Decision.id.not_in(later))
        .order_by(Decision.signed_at.desc(), Decision.id.desc())
        .limit(1)
    )
    return db.session.execute(statement).scalar_one_or_none()


# --- what is stored --------------------------------------------------------------------------------------------


def _stored(decision: Decision, values: Mapping[str, Any], *, actor: Actor, now: datetime, is_new: bool) -> Decision:
    unknown = set(values) - {*FIELDS, "conditions", "internal_note"}
    if unknown:
        raise RuleViolation("unknown_field", _l("This field does not exist."), sorted(unknown)[0])
    changed = [name for name in FIELDS if name in values and getattr(decision, name) != values[name]]
    for name in changed:
        value = values[name]
        setattr(decision, name, list(value) if isinstance(value, tuple) else value)
    if decision.kind not in rules.GRANTING:  # what it does, it does on the day of its signature
        decision.starts_on = decision.ends_on = None
    bind_to_file(decision)
    if not rules.departs(decision.kind, decision.computed_outcome):
        decision.departure_reason = decision.departure_note = None
    db.session.add(decision)
    db.session.flush()
    if "conditions" in values:
        _put_conditions(decision, values["conditions"] or ())
        changed.append("conditions")
    note = str(values.get("internal_note") or "").strip()
    if note:
        add_internal_note(
            note,
            actor=actor,
            now=now,
            proposal=decision.proposal,
            accreditation=None if decision.proposal else decision.accreditation,
        )
    data = {
        "kind": decision.kind,
        "fields": changed,
        "file_number": decision.file_number,
        "person": actor.person_id,
    }
    name = "decision.draft" if is_new else "decision.edit"
    record(db.session, name, decision, actor=actor, now=now, data=data, related=decision.proposal, outbox=is_new)
    return decision


def bind_to_file(decision: Decision) -> None:
    """Tie a draft to the file and the computed result of this moment."""
    proposal = decision.proposal
    if proposal is None:
        return
    parts = file_parts(proposal)
    decision.file_number, decision.digest = proposal.file_number, digest_of(parts)
    kept: dict[str, Any] = {"file": parts}
    if decision.kind != K.NOT_CONSIDER:
        result = result_for(proposal)
        decision.computed_outcome = str(result.outcome)
        kept["result"] = result_kept(result)
    decision.computed = kept


def _put_conditions(decision: Decision, given: Sequence[Mapping[str, Any]]) -> None:
    if len(given) > MOST_CONDITIONS:
        raise RuleViolation("too_many_conditions", _l("There are more than thirty conditions."), "conditions")
    for row in list(decision.conditions):
        db.session.delete(row)
    db.session.flush()
    db.session.refresh(decision, ["conditions"])
    for position, values in enumerate(given, 1):
        kept = {name: values.get(name) for name in CONDITION_FIELDS}
        decision.conditions.append(Condition(id=new_id(), position=position, **kept))
    db.session.flush()


def _check_may_draft(actor: Actor) -> None:
    if not actor.can(P.DECISION_DRAFT):
        raise NotPermitted(message=_l("Your role may not do this here."))


def _check_returned(proposal: Proposal) -> None:
    if proposal.state != ProposalState.RETURNED:
        raise WrongState(_l("Only a file that was sent back to be completed can be left out of consideration."))


def _check_no_other_draft(condition: Any) -> None:
    other = select(Decision.reference).where(condition, Decision.state == DecisionState.DRAFT).limit(1)
    reference = db.session.execute(other).scalar_one_or_none()
    if reference is not None:
        message = _l("There is a draft of a decision already: %(reference)s.", reference=reference)
        raise WrongState(message, code="draft_exists")


def _free_reference() -> str:
    """B-7K4-29Q, not in use; the unique constraint decides when two are drawn at once."""
    for _attempt in range(50):
        reference = f"B-{new_reference_body()}"
        if db.session.execute(select(Decision.id).where(Decision.reference == reference)).first() is None:
            return reference
    raise RuntimeError("no free reference left")


# --- what is still lacking -------------------------------------------------------------------------------------

LACK_WORDS = {
    "reasons_required": _l("Write the reasons for the letter."),
    "departure_reason_required": _l("This departs from the computed result. Choose why."),
    "departure_note_required": _l("This departs from the computed result. Explain why."),
    "start_past": _l("The first day is over. Choose today or later, or leave it empty."),
    "term_order": _l("The last day must come after the first."),
    "markets_required": _l("Choose at least one country."),
    "conditions_required": _l("Add at least one condition."),
    "conditions_not_here": _l("This kind of decision has no conditions. Take them out, or choose another kind."),
    "condition_due": _l("Every condition needs a date after today."),
    "condition_after_term": _l("A condition must be due within the term."),
    "hearing_required": _l(
        "The facts found depart from what the chamber handed in. Record a hearing first, or why there was none "
        "(Awb 4:7)."
    ),
    "hearing_required_48": _l("Hear the hub about this intention first, or record why not (Awb 4:8)."),
    "completion_not_passed": _l("This is possible only when a period to complete the file has passed unused."),
    "not_consider_too_late": _l("The four weeks in which this can be decided are over (Awb 4:5). Assess the file."),
}


def problems_before_signing(decision: Decision, *, now: datetime) -> list[Problem]:
    """Everything that keeps this draft from being signed today, for the page and for the signature."""
    today = amsterdam_day(now)
    return [Problem(lack.code, LACK_WORDS[lack.code], lack.field) for lack in rules.lacks(_draft(decision, now), today)]


def _draft(decision: Decision, now: datetime) -> rules.DecisionDraft:
    proposal = decision.proposal
    return rules.DecisionDraft(
        kind=decision.kind,
        proposal_kind=proposal.kind if proposal else None,
        computed_outcome=decision.computed_outcome,
        departure_reason=decision.departure_reason,
        departure_note=decision.departure_note or "",
        reasons=decision.reasons or "",
        starts_on=decision.starts_on,
        ends_on=decision.ends_on,
        markets=decision.markets,
        conditions=tuple(_condition_drafts(decision)),
        has_departing_facts=proposal is not None and has_departing_facts(proposal.id),
        hearings=tuple(hearings_about(decision)),
        takes_away=_takes_away(decision),
        not_consider_until=not_consider_until(proposal, amsterdam_day(now)) if proposal else None,
    )


def _takes_away(decision: Decision) -> bool:
    """Whether it ends what an earlier decision gave; in answer to an objection the hub was heard on that."""
    given = decision.replaces
    return given is not None and given.kind in rules.GRANTING and decision.objection_id is None


def _condition_drafts(decision: Decision) -> Iterator[rules.ConditionDraft]:
    for row in decision.conditions:
        yield rules.ConditionDraft(row.text, row.owner, row.due_on, row.evidence_wanted)


# --- by way of the proposal ------------------------------------------------------------------------------------


def waiting_draft(proposal: Proposal) -> Select[Any]:
    """The draft of a decision on a proposal; there is one at most."""
    return select(Decision).where(Decision.proposal_id == proposal.id, Decision.state == DecisionState.DRAFT).limit(1)


def draft_of(proposal: Proposal) -> Decision:
    """The draft that waits for a signature. Raises WrongState when there is none."""
    draft = db.session.execute(waiting_draft(proposal).with_for_update(of=Decision)).scalar_one_or_none()
    if draft is None:
        raise WrongState(_l("There is no draft of a decision."))
    return draft


def draft_by_action(proposal: Proposal, *, actor: Actor, now: datetime, data: Mapping[str, Any]) -> Decision:
    """`draft_decision` as an action of the proposal."""
    values = {name: value for name, value in data.items() if name in (*FIELDS, "conditions") and value is not None}
    return draft_decision(proposal, values=values, actor=actor, now=now)


def drop_by_action(proposal: Proposal, *, actor: Actor, now: datetime, data: Mapping[str, Any]) -> Decision:
    """`drop_draft` as an action of the proposal."""
    return drop_decision(draft_of(proposal), actor=actor, now=now)
