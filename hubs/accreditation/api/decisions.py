"""Decisions in the API: drafted, signed by who took no part, or dropped; and the term in which to decide."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload, selectinload

from hubs.accounts.permissions import P
from hubs.accreditation import words as names
from hubs.accreditation.deciding_rules import departs
from hubs.accreditation.lifecycle import DECISION, DecisionState, ObjectionState
from hubs.accreditation.models import Decision, Objection, Proposal
from hubs.accreditation.operations import deciding, signing
from hubs.accreditation.operations.attempts import check_signer
from hubs.accreditation.operations.objecting import objection_period
from hubs.accreditation.operations.terms import RUNNING, extend_term, not_consider_until, suspensions_of, term_of
from hubs.accreditation.pages.decisions import DecisionPage, decision_page
from hubs.accreditation.queries.accreditations import get_visible_accreditation
from hubs.accreditation.queries.decisions import decisions_visible_to, get_visible_decision, get_visible_objection
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.schemas.decisions import (
    DecisionNew,
    DecisionOut,
    DecisionPatch,
    DecisionQuery,
    DecisionTransition,
    DecisionWholeOut,
    ExtensionNew,
    TermOut,
)
from hubs.accreditation.statutory import amsterdam_day, is_suspended
from hubs.accreditation.words.decisions import DEPARTURE_WORDS, WAIVER_WORDS
from hubs.accreditation.words.terms import step_words
from hubs.agreements.shaping import party_shown
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, both_ways, listing
from hubs.core.errors import RuleViolation

from . import routes

codes.add_lifecycle(DECISION, names.DECISION_WORDS)
codes.add("decision_kind", "list", names.DECISION_KIND_WORDS)
codes.add("departure_reason", "reason", DEPARTURE_WORDS)
codes.add("hearing_waiver", "reason", WAIVER_WORDS)
_COLUMNS = (
    "id", "reference", "state", "kind", "computed_outcome", "departure_reason", "departure_note", "reasons",
    "reasons_en", "starts_on", "ends_on", "markets", "services", "conditions", "file_number", "digest",
    "drafted_at", "signed_at",
)  # fmt: skip


@routes.get(
    "/decisions",
    P.DECISION_READ,
    answer=DecisionOut,
    query=DecisionQuery,
    summary="Decisions about one's own hub; for the ministry all, drafts too",
    tag="decisions",
)
def decision_list(call: Call) -> Listing:
    query = call.query()
    statement = decisions_visible_to(call.actor)
    columns = {"state": Decision.state, "kind": Decision.kind, "proposal": Decision.proposal_id, "hub": Decision.hub_id}
    for name, column in columns.items():
        if query.get(name):
            statement = statement.where(column == query[name])
    options = (
        joinedload(Decision.hub),
        joinedload(Decision.proposal),
        joinedload(Decision.signed_by),
        selectinload(Decision.conditions),
    )
    page = listing(statement, query, both_ways(id=[(Decision.id, "asc")]), options=options)
    return page.showing([_shown(row, call) for row in page.items])


@routes.get(
    "/decisions/<id:decision_id>", P.DECISION_READ, answer=DecisionWholeOut, summary="A decision", tag="decisions"
)
def decision_show(call: Call, decision_id: str) -> Answer:
    decision = get_visible_decision(call.sight, decision_id)
    call.may(decision)
    return _answer(decision, call)


@routes.create(
    "/decisions",
    P.DECISION_DRAFT,
    body=DecisionNew,
    answer=DecisionWholeOut,
    summary="Draft a decision on a proposal, or on an accreditation that stands",
    tag="decisions",
)
def decision_create(call: Call) -> Answer:
    values = _values(call.body())
    proposal_id, accreditation_id = values.pop("proposal", None), values.pop("accreditation", None)
    objection_id = values.pop("objection", None)
    if (proposal_id is None) == (accreditation_id is None):
        raise RuleViolation("one_subject", _l("Name a proposal or an accreditation, one of the two."), "proposal")
    if proposal_id is not None:
        proposal = get_visible_proposal(call.actor, proposal_id, lock=True)
        objection = _objection(call, objection_id, proposal.id, None)
        made = deciding.draft_decision(proposal, values=values, actor=call.actor, now=call.now, objection=objection)
    else:
        accreditation = get_visible_accreditation(call.actor, str(accreditation_id), lock=True)
        objection = _objection(call, objection_id, None, accreditation.id)
        made = deciding.draft_on_accreditation(
            accreditation, values=values, actor=call.actor, now=call.now, objection=objection
        )
    return _answer(made, call, f"/api/v1/decisions/{made.id}")


@routes.patch(
    "/decisions/<id:decision_id>",
    P.DECISION_DRAFT,
    body=DecisionPatch,
    answer=DecisionWholeOut,
    summary="Change a draft, and bind it to the file as it lies there now",
    tag="decisions",
)
def decision_edit(call: Call, decision_id: str) -> Answer:
    decision = get_visible_decision(call.sight, decision_id, lock=True)
    call.may(decision)
    values = _values(call.body())
    call.match(decision.version_id)
    deciding.edit_decision(decision, values=values, actor=call.actor, now=call.now)
    return _answer(decision, call)


@routes.transitions(
    "/decisions/<id:decision_id>/transitions",
    P.DECISION_READ,
    body=DecisionTransition,
    answer=DecisionWholeOut,
    summary="Sign or drop a draft; who took part is refused (403) and the attempt recorded",
    description="A file that changed after the draft was saved refuses with 409, code `file_changed`, and `changes`.",
    tag="decisions",
)
def decision_act(call: Call, decision_id: str) -> Answer:
    decision = get_visible_decision(call.sight, decision_id, lock=True)
    if call.payload.action() == "sign":
        check_signer(decision, call.actor)
    call.may_act(decision)
    action = call.body()["action"]
    call.match(decision.version_id)
    act = {"sign": signing.sign_decision, "drop": deciding.drop_decision}[action]
    act(decision, actor=call.actor, now=call.now)
    return _answer(decision, call)


# --- the term --------------------------------------------------------------------------------------------------


@routes.get(
    "/proposals/<id:proposal_id>/term",
    P.PROPOSAL_READ,
    answer=TermOut,
    summary="The statutory term of a proposal, and how its last day follows",
    tag="decisions",
)
def term_show(call: Call, proposal_id: str) -> Answer:
    proposal = get_visible_proposal(call.sight, proposal_id)
    call.may(proposal)
    return Answer(_term(proposal, call))


@routes.transitions(
    "/proposals/<id:proposal_id>/term/transitions",
    P.PROPOSAL_COORDINATE,
    body=ExtensionNew,
    answer=TermOut,
    summary="Extend the term once, with a letter (Awb 4:14)",
    tag="decisions",
)
def term_act(call: Call, proposal_id: str) -> Answer:
    proposal = get_visible_proposal(call.sight, proposal_id, lock=True)
    call.may(proposal)
    values = call.body()
    call.match(proposal.version_id)
    extend_term(proposal, days=values["days"], reason=values["reason"], actor=call.actor, now=call.now)
    return Answer(_term(proposal, call))


def _term(proposal: Proposal, call: Call) -> dict[str, Any]:
    term, today = term_of(proposal), amsterdam_day(call.now)
    running = proposal.state in RUNNING and proposal.decided_at is None
    steps = term.steps if term else ()
    return {
        "due_on": proposal.due_on,
        "counted_to": term.counted_to if term else None,
        "is_running": running and term is not None,
        "is_suspended": running and is_suspended(suspensions_of(proposal), today),
        "not_consider_until": not_consider_until(proposal, today) if running else None,
        "steps": [
            {"code": row.code, "on": row.on, "article": row.article, "days": row.days, "text": step_words(row)}
            for row in steps
        ],
    }


# --- shaping ---------------------------------------------------------------------------------------------------


def _values(given: dict[str, Any]) -> dict[str, Any]:
    """As the operation takes them: text that is empty is no text."""
    values = dict(given)
    if "reasons" in values:
        values["reasons"] = values["reasons"] or ""
    if "conditions" in values:
        values["conditions"] = values["conditions"] or []
    return values


def _objection(
    call: Call, objection_id: str | None, proposal_id: str | None, accreditation_id: str | None
) -> Objection | None:
    if objection_id is None:
        return None
    objection = get_visible_objection(call.actor, objection_id)
    contested = objection.decision
    same = contested.proposal_id == proposal_id if proposal_id else contested.accreditation_id == accreditation_id
    if not same or objection.state != ObjectionState.DECIDED:
        raise RuleViolation("objection_elsewhere", _l("This objection is not about this case."), "objection")
    return objection


def _answer(decision: Decision, call: Call, location: str | None = None) -> Answer:
    page = decision_page(decision, call.actor, call.now)
    shown = {
        **_shown(decision, call),
        "lacking": [
            {"code": row.code, "field": row.field, "message": str(row.message)}
            for row in (page.problems if page.for_ministry else ())
        ],
        "file_changes": _changes(decision, page),
        "similar": [row.reference for row in page.similar],
        "letters": [row.id for row in page.letters],
        "replaced_by": page.replaced_by.reference if page.replaced_by else None,
    }
    if page.for_ministry:
        shown["internal_notes"] = [
            {"by": note.person.name, "at": note.written_at.isoformat(), "text": note.text} for note in page.notes
        ]
    return Answer(shown, decision.version_id, location)


def _changes(decision: Decision, page: DecisionPage) -> list[dict[str, str]]:
    if not page.changes:
        return []
    return [{"part": row.part, "key": row.key, "change": row.change} for row in signing.changes_of_file(decision)]


def _shown(decision: Decision, call: Call) -> dict[str, Any]:
    signed = decision.state == DecisionState.SIGNED
    return {
        **{name: getattr(decision, name) for name in _COLUMNS},
        "hub": party_shown(decision.hub),
        "proposal": decision.proposal_id,
        "proposal_reference": decision.proposal.reference if decision.proposal else None,
        "accreditation": decision.accreditation_id,
        "replaces": decision.replaces_id,
        "objection": decision.objection_id,
        "departs": departs(decision.kind, decision.computed_outcome),
        "signed_by": decision.signed_by.name if decision.signed_by else None,
        "objection_until": objection_period(decision).ends_on if signed else None,
        "actions": call.actions(decision),
    }
