"""Assessments in the API: one's own parts, the two assessors, scores blind to one another, checks and moderation."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.permissions import P
from hubs.accreditation.assessment import to_moderate
from hubs.accreditation.models import Moderation, Proposal, ProposalAssessor, Score
from hubs.accreditation.operations.assessing import finish_part, save_check, save_score, write_note
from hubs.accreditation.operations.assigning import assign_assessor
from hubs.accreditation.operations.entering import Entry
from hubs.accreditation.operations.moderating import moderate
from hubs.accreditation.pages.assessing import state_of
from hubs.accreditation.queries.assessments import (
    asked_of,
    assessments_of,
    checks_of,
    levels_that_count,
    moderations_visible_to,
    notes_visible_to,
    progress_numbers,
    sees_all_scores,
    visible_scores,
)
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.results import both_finished, check_not_blind
from hubs.accreditation.schemas.assessments import (
    AssessmentOut,
    AssessmentQuery,
    AssessorNew,
    AssessorOut,
    AssessorsOut,
    FactCheckIn,
    FactCheckOut,
    FactChecksOut,
    InternalNoteNew,
    InternalNoteOut,
    InternalNotesOut,
    ModerationsOut,
    PartAct,
    ScoreIn,
    ScoreOut,
    ScoresOut,
)
from hubs.accreditation.words import assessing as words
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, both_ways, listing
from hubs.core.templating import locale_code

from . import routes

codes.add("assessment_state", "state", words.ASSESSMENT_STATES)
codes.add("advice_opinion", "list", words.OPINION_WORDS)
codes.add("hearing_form", "list", words.FORM_WORDS)
codes.add("hearing_waiver", "reason", words.WAIVER_WORDS)
codes.add("assessment_action", "action", {"finish": _l("Finish one's part")})
codes.add("interest_action", "action", {"end": _l("End the interest")})


def party(organisation: Any) -> dict[str, Any]:
    """An organisation as answers name it."""
    return {
        "id": organisation.id,
        "kind": organisation.kind,
        "code": organisation.code,
        "name": organisation.name(locale_code()),
    }


def loaded(call: Call, proposal_id: str, *, lock: bool = False) -> Proposal:
    """The proposal, once the caller may do what the endpoint is for; not for who is scoring it again, blind."""
    proposal = get_visible_proposal(call.sight, proposal_id, lock=lock)
    call.may(proposal)
    check_not_blind(call.actor, proposal)
    return proposal


@routes.get(
    "/assessments",
    P.ASSESSMENT_SCORE,
    answer=AssessmentOut,
    query=AssessmentQuery,
    summary="The assessments in which one is an assessor",
    tag="assessments",
)
def assessment_list(call: Call) -> Listing:
    page = listing(assessments_of(call.actor), call.query(), both_ways(id=[(ProposalAssessor.id, "asc")]))
    numbers = progress_numbers([row.proposal for row in page.items], call.actor.person_id)
    return page.showing([_part(row, numbers[row.proposal_id]) for row in page.items])


def _part(row: ProposalAssessor, done: int) -> dict[str, Any]:
    proposal = row.proposal
    shown = {name: getattr(proposal, name) for name in ("id", "reference", "state", "kind", "market")}
    return {
        **{name: getattr(row, name) for name in ("id", "position", "assigned_at", "due_on", "finished_at")},
        "proposal": {**shown, "hub": party(proposal.hub)},
        "state": state_of(proposal, row, both_finished(proposal.assessors)),
        "done": done,
    }


# --- who assesses ------------------------------------------------------------------------------------------------


def _assessor(row: ProposalAssessor) -> dict[str, Any]:
    names = ("id", "position", "assigned_at", "due_on", "finished_at", "ended_at")
    person = {"id": row.person_id, "name": row.person.name}
    return {**{name: getattr(row, name) for name in names}, "person": person}


@routes.get(
    "/proposals/<id:proposal_id>/assessors",
    P.ASSESSMENT_READ,
    answer=AssessorsOut,
    summary="Who assesses, and who did before",
    tag="assessments",
)
def assessor_list(call: Call, proposal_id: str) -> Answer:
    proposal = loaded(call, proposal_id)
    return Answer({"items": [_assessor(row) for row in proposal.assessors]})


@routes.create(
    "/proposals/<id:proposal_id>/assessors",
    P.PROPOSAL_COORDINATE,
    body=AssessorNew,
    answer=AssessorOut,
    summary="Put somebody in one of the two places; who stood there is replaced",
    tag="assessments",
)
def assessor_assign(call: Call, proposal_id: str) -> Answer:
    proposal = loaded(call, proposal_id, lock=True)
    given = call.body()
    row = assign_assessor(
        proposal,
        person_id=given["person"],
        position=given["position"],
        due_on=given["due_on"],
        actor=call.actor,
        now=call.now,
    )
    return Answer(_assessor(row))


@routes.transitions(
    "/proposals/<id:proposal_id>/assessment/transitions",
    P.ASSESSMENT_SCORE,
    body=PartAct,
    answer=AssessorOut,
    summary="Finish one's own part: the scores are fixed",
    tag="assessments",
)
def assessment_act(call: Call, proposal_id: str) -> Answer:
    proposal = loaded(call, proposal_id, lock=True)
    call.body()
    return Answer(_assessor(finish_part(proposal, actor=call.actor, now=call.now)))


# --- scores ------------------------------------------------------------------------------------------------------


def _score(row: Score | Moderation) -> dict[str, Any]:
    return {
        "criterion": row.criterion_code,
        "person": row.person_id,
        "level": row.level,
        "ground": row.ground,
        "reason": row.reason,
        "saved_at": row.saved_at,
        "version": row.version_id,
    }


def _entry(given: dict[str, Any]) -> Entry:
    kept = ("ground", "level", "value", "answer")
    return Entry(
        reason=given["reason"] or "", departs=given.get("departs", False), **{name: given.get(name) for name in kept}
    )


@routes.get(
    "/proposals/<id:proposal_id>/scores",
    P.ASSESSMENT_READ,
    answer=ScoresOut,
    summary="One's own scores; everybody's once both assessors have finished",
    tag="assessments",
)
def score_list(call: Call, proposal_id: str) -> Answer:
    proposal = loaded(call, proposal_id)
    rows = visible_scores(call.actor, proposal)
    return Answer({"items": [_score(row) for row in rows], "all_open": sees_all_scores(call.actor, proposal)})


@routes.transitions(
    "/proposals/<id:proposal_id>/scores",
    P.ASSESSMENT_SCORE,
    body=ScoreIn,
    answer=ScoreOut,
    summary="Score a criterion, or change one's own score until one has finished",
    tag="assessments",
)
def score_save(call: Call, proposal_id: str) -> Answer:
    proposal = loaded(call, proposal_id, lock=True)
    given = call.body()
    row = save_score(
        proposal, given["criterion"], _entry(given), version=given["version"], actor=call.actor, now=call.now
    )
    return Answer(_score(row), row.version_id)


# --- facts and documents -----------------------------------------------------------------------------------------


def _check(row: Any) -> dict[str, Any]:
    names = ("answer", "departs", "ground", "reason", "saved_at")
    return {
        **{name: getattr(row, name) for name in names},
        "value": format(row.value.normalize(), "f") if row.value is not None else None,
        "criterion": row.criterion_code,
        "person": row.person_id,
        "version": row.version_id,
    }


@routes.get(
    "/proposals/<id:proposal_id>/fact-checks",
    P.ASSESSMENT_READ,
    answer=FactChecksOut,
    summary="Facts and documents as checked, once for both assessors",
    tag="assessments",
)
def fact_check_list(call: Call, proposal_id: str) -> Answer:
    proposal = loaded(call, proposal_id)
    return Answer({"items": [_check(row) for row in checks_of(proposal).values()]})


@routes.transitions(
    "/proposals/<id:proposal_id>/fact-checks",
    P.ASSESSMENT_SCORE,
    body=FactCheckIn,
    answer=FactCheckOut,
    summary="Record what was found of a fact or document",
    tag="assessments",
)
def fact_check_save(call: Call, proposal_id: str) -> Answer:
    proposal = loaded(call, proposal_id, lock=True)
    given = call.body()
    row = save_check(
        proposal, given["criterion"], _entry(given), version=given["version"], actor=call.actor, now=call.now
    )
    return Answer(_check(row), row.version_id)


# --- moderation and notes ----------------------------------------------------------------------------------------


@routes.get(
    "/proposals/<id:proposal_id>/moderations",
    P.ASSESSMENT_READ,
    answer=ModerationsOut,
    summary="What was moderated, and what still has to be; empty until both have finished",
    tag="assessments",
)
def moderation_list(call: Call, proposal_id: str) -> Answer:
    proposal = loaded(call, proposal_id)
    wanted: tuple[str, ...] = ()
    if sees_all_scores(call.actor, proposal):
        distance = proposal.guideline_version.moderation_distance
        wanted = to_moderate(asked_of(proposal), levels_that_count(proposal), distance)
    rows = moderations_visible_to(call.actor, proposal)
    open_ones = [code for code in wanted if code not in rows]
    return Answer({"items": [_score(row) for row in rows.values()], "wanted": open_ones})


@routes.transitions(
    "/proposals/<id:proposal_id>/moderations",
    P.ASSESSMENT_SCORE,
    body=ScoreIn,
    answer=ScoreOut,
    summary="Record the level that counts where the two scores lie too far apart",
    tag="assessments",
)
def moderation_save(call: Call, proposal_id: str) -> Answer:
    proposal = loaded(call, proposal_id, lock=True)
    given = call.body()
    row = moderate(
        proposal, given["criterion"], _entry(given), version=given["version"], actor=call.actor, now=call.now
    )
    return Answer(_score(row), row.version_id)


def _note(row: Any) -> dict[str, Any]:
    person = {"id": row.person_id, "name": row.person.name}
    return {"id": row.id, "person": person, "text": row.text, "written_at": row.written_at}


@routes.get(
    "/proposals/<id:proposal_id>/internal-notes",
    P.ASSESSMENT_READ,
    answer=InternalNotesOut,
    summary="Internal notes: one's own; everybody's once both assessors have finished",
    tag="assessments",
)
def internal_note_list(call: Call, proposal_id: str) -> Answer:
    proposal = loaded(call, proposal_id)
    return Answer({"items": [_note(row) for row in notes_visible_to(call.actor, proposal)]})


@routes.create(
    "/proposals/<id:proposal_id>/internal-notes",
    P.ASSESSMENT_READ,
    body=InternalNoteNew,
    answer=InternalNoteOut,
    summary="Write an internal note; whoever does has advised and cannot decide",
    tag="assessments",
)
def internal_note_write(call: Call, proposal_id: str) -> Answer:
    proposal = loaded(call, proposal_id, lock=True)
    return Answer(_note(write_note(proposal, text=call.body()["text"], actor=call.actor, now=call.now)))
