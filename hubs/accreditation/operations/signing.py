"""Signing a decision: who may, on which file, and everything that takes effect with it (Awb 1:3, 3:46; domain rule 2).

One door for the page, the folder, the API and the command: whoever took part is refused in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.deciding_rules import GRANTING, with_months
from hubs.accreditation.file_parts import FileChange, changes_between, digest_of
from hubs.accreditation.lifecycle import DecisionKind
from hubs.accreditation.models import Accreditation, Decision, Proposal
from hubs.accreditation.operations import standing
from hubs.accreditation.operations.attempts import check_signer
from hubs.accreditation.operations.deciding import draft_of, problems_before_signing, waiting_draft
from hubs.accreditation.operations.letter_facts import About
from hubs.accreditation.operations.letters import kept_content, preview_content, preview_letter
from hubs.accreditation.operations.sending import send_letter
from hubs.accreditation.queries.file_state import file_parts
from hubs.accreditation.statutory import amsterdam_day
from hubs.core.errors import NotPermitted, WrongState
from hubs.core.perform import check_state, perform
from hubs.extensions import db
from hubs.guideline.criteria import ProposalKind

K = DecisionKind
LETTERS = {
    K.ACCREDIT: "decision_accredit",
    K.ACCREDIT_WITH_CONDITIONS: "decision_conditions",
    K.IN_DEVELOPMENT: "decision_development",
    K.REFUSE: "decision_refuse",
    K.NOT_CONSIDER: "not_considered",
    K.SUSPEND: "suspension",
    K.LIFT_SUSPENSION: "lift_suspension",
    K.WITHDRAW: "withdrawal",
}
FILE_CHANGED = _l("The file changed after this decision was drafted. Read what changed and save the draft again.")


def sign_decision(decision: Decision, *, actor: Actor, now: datetime) -> Decision:
    """Sign a draft: it takes effect at once, and the letters are made in the same transaction.

    Raises Conflicted (took part, or an interest), NotPermitted, WrongState (no draft any more; `file_changed` with
    what changed), RuleViolation (something is lacking).
    """
    person_id = check_signer(decision, actor)
    if not actor.can(P.DECISION_SIGN, decision):
        raise NotPermitted(message=_l("Your role may not do this here."))
    check_state(decision, "sign")
    _hold_file(decision)
    digest = _check_file(decision)
    _fill_in_term(decision, now)
    problems = problems_before_signing(decision, now=now)
    perform(
        db.session,
        decision,
        "sign",
        actor=actor,
        now=now,
        data={"person_id": person_id, "digest": digest},
        event_data=_told(decision),
        related=decision.proposal,
        problems=problems,
    )
    db.session.refresh(decision, ["signed_by"])
    _take_effect(decision, actor=actor, now=now)
    send_letter(
        LETTERS[K(decision.kind)],
        decision=decision,
        proposal=decision.proposal,
        accreditation=decision.accreditation,
        actor=actor,
        now=now,
    )
    return decision


def preview_of(decision: Decision, language: str, *, actor: Actor, now: datetime) -> bytes:
    """The letter of a draft as PDF, as it would go out now. Stores nothing."""
    starts_on, ends_on = _term(decision, now)
    return preview_letter(
        LETTERS[K(decision.kind)],
        decision=decision,
        proposal=decision.proposal,
        accreditation=decision.accreditation,
        language=language,
        actor=actor,
        now=now,
        extra={"starts_on": starts_on, "ends_on": ends_on},
    )


def preview_words(decision: Decision, language: str, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """What the letter of a draft would say now, as it is kept once it went out. Stores nothing."""
    starts_on, ends_on = _term(decision, now)
    term = {"starts_on": starts_on, "ends_on": ends_on}
    about = About(LETTERS[K(decision.kind)], decision.proposal, decision, decision.accreditation, extra=term)
    return kept_content(preview_content(about, language, actor=actor, now=now))


def changes_of_file(decision: Decision) -> list[FileChange]:
    """What changed in the file since this draft was bound to it; empty when nothing did."""
    proposal = decision.proposal
    if proposal is None:
        return []
    found = changes_between(decision.computed.get("file", {}), file_parts(proposal))
    if not found and proposal.file_number != decision.file_number:
        return [FileChange("file", str(proposal.file_number), "changed")]
    return found


def _hold_file(decision: Decision) -> None:
    """Nobody changes the proposal while it is decided on (rows of its file are written under its lock)."""
    if decision.proposal_id is not None:
        held = select(Proposal).where(Proposal.id == decision.proposal_id).with_for_update(of=Proposal)
        db.session.execute(held.execution_options(populate_existing=True)).scalar_one()


def _check_file(decision: Decision) -> str | None:
    changes = changes_of_file(decision)
    if changes:
        listed = [{"part": each.part, "key": each.key, "change": each.change} for each in changes]
        raise WrongState(FILE_CHANGED, code="file_changed", extra={"changes": listed})
    return digest_of(file_parts(decision.proposal)) if decision.proposal else None


def _fill_in_term(decision: Decision, now: datetime) -> None:
    decision.starts_on, decision.ends_on = _term(decision, now)


def _term(decision: Decision, now: datetime) -> tuple[date | None, date | None]:
    """An empty first day is the day of the signature; an empty last day follows from the version, or stays."""
    if decision.kind not in GRANTING or decision.proposal is None:
        return decision.starts_on, decision.ends_on
    version = decision.proposal.guideline_version
    months = version.development_months if decision.kind == K.IN_DEVELOPMENT else 12 * version.term_years
    starts_on = decision.starts_on or amsterdam_day(now)
    kept = decision.ends_on or _kept_end(decision.proposal, starts_on)
    return starts_on, kept or with_months(starts_on, months)


def _kept_end(proposal: Proposal, starts_on: date) -> date | None:
    """A change of scope leaves the term as it is."""
    if proposal.kind != ProposalKind.SCOPE_CHANGE or proposal.renews_id is None:
        return None
    ends_on = db.session.get_one(Accreditation, proposal.renews_id).ends_on
    return ends_on if ends_on > starts_on else None


def _told(decision: Decision) -> dict[str, Any]:
    return {
        "kind": decision.kind,
        "hub": decision.hub_id,
        "accreditation": decision.accreditation_id,
        "replaces": decision.replaces_id,
        "objection": decision.objection_id,
        "computed_outcome": decision.computed_outcome,
        "departure_reason": decision.departure_reason,
        "file_number": decision.file_number,
    }


EFFECTS: dict[str, Callable[..., Any]] = {
    K.ACCREDIT: standing.grant,
    K.ACCREDIT_WITH_CONDITIONS: standing.grant,
    K.IN_DEVELOPMENT: standing.grant,
    K.SUSPEND: standing.suspend_by,
    K.LIFT_SUSPENSION: standing.lift_by,
    K.WITHDRAW: standing.withdraw_by,
}


def _take_effect(decision: Decision, *, actor: Actor, now: datetime) -> None:
    proposal = decision.proposal
    if proposal is not None:
        action = "not_consider" if decision.kind == K.NOT_CONSIDER else "decide"
        data = {"decision": decision.id, "kind": decision.kind}
        perform(db.session, proposal, action, actor=actor, now=now, event_data=data)
    if decision.replaces_id is not None:
        standing.correct_by(decision, actor=actor, now=now)
    elif decision.kind in EFFECTS:
        EFFECTS[decision.kind](decision, actor=actor, now=now)


def check_took_no_part(proposal: Proposal, action: str | None, actor: Actor) -> None:
    """Before anything else: who took part may not sign by way of the proposal either. Raises Conflicted."""
    if action in ("decide", "not_consider"):
        draft = db.session.execute(waiting_draft(proposal)).scalar_one_or_none()
        if draft is not None:
            check_signer(draft, actor)


def sign_by_action(proposal: Proposal, *, actor: Actor, now: datetime, data: Mapping[str, Any]) -> Decision:
    """`decide` and `not_consider` as actions of the proposal: its draft is signed."""
    return sign_decision(draft_of(proposal), actor=actor, now=now)
