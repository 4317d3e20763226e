"""Advice of posts, hearings and declared interests in the API."""

from __future__ import annotations

from typing import Any

from hubs.accounts.permissions import P
from hubs.accreditation.models import Hearing, Interest, PostAdvice, Proposal
from hubs.accreditation.operations.advising import ask_advice, give_advice, own_advice
from hubs.accreditation.operations.assigning import declare_interest, end_interest
from hubs.accreditation.operations.hearing import Held, invite_hearing, record_hearing, waive_hearing
from hubs.accreditation.queries.assessments import departing_facts, get_visible_hearing, hearings_of
from hubs.accreditation.queries.interests import get_visible_interest, interests_visible_to, with_names
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.schemas.assessments import (
    AdviceGiven,
    AdviceOut,
    AdvicesNew,
    AdvicesOut,
    InterestAct,
    InterestNew,
    InterestOut,
    InterestQuery,
    ProposalHearingNew,
    ProposalHearingOut,
    ProposalHearingPatch,
    ProposalHearingsOut,
)
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, both_ways, listing

from . import routes
from .assessments import loaded, party


def _advice(row: PostAdvice) -> dict[str, Any]:
    names = ("id", "asked_at", "due_on", "opinion", "text", "given_at")
    return {**{name: getattr(row, name) for name in names}, "post": party(row.post), "version": row.version_id}


@routes.get(
    "/proposals/<id:proposal_id>/advices",
    P.ASSESSMENT_READ,
    answer=AdvicesOut,
    summary="Which posts were asked, and what they advised",
    tag="assessments",
)
def advice_list(call: Call, proposal_id: str) -> Answer:
    return Answer({"items": [_advice(row) for row in loaded(call, proposal_id).advices]})


@routes.create(
    "/proposals/<id:proposal_id>/advices",
    P.PROPOSAL_COORDINATE,
    body=AdvicesNew,
    answer=AdvicesOut,
    summary="Ask posts of the market for their advice",
    tag="assessments",
)
def advice_ask(call: Call, proposal_id: str) -> Answer:
    proposal = loaded(call, proposal_id, lock=True)
    given = call.body()
    ask_advice(proposal, post_ids=given["posts"], due_on=given["due_on"], actor=call.actor, now=call.now)
    return Answer({"items": [_advice(row) for row in proposal.advices]})


@routes.get(
    "/proposals/<id:proposal_id>/advice",
    P.ADVICE_GIVE,
    answer=AdviceOut,
    summary="The advice asked of one's own post",
    tag="assessments",
)
def advice_show(call: Call, proposal_id: str) -> Answer:
    proposal = loaded(call, proposal_id)
    row = own_advice(proposal, call.actor)
    return Answer(_advice(row), row.version_id)


@routes.patch(
    "/proposals/<id:proposal_id>/advice",
    P.ADVICE_GIVE,
    body=AdviceGiven,
    answer=AdviceOut,
    summary="Give one's own post's advice, or change it until the assessment is concluded",
    tag="assessments",
)
def advice_give(call: Call, proposal_id: str) -> Answer:
    proposal = loaded(call, proposal_id, lock=True)
    row, given = own_advice(proposal, call.actor), call.body()
    call.match(row.version_id)
    give_advice(row, opinion=given["opinion"], text=given["text"], version=None, actor=call.actor, now=call.now)
    return Answer(_advice(row), row.version_id)


# --- hearings ----------------------------------------------------------------------------------------------------


def _hearing(row: Hearing) -> dict[str, Any]:
    names = ("id", "article", "subject", "invited_at", "answer_by", "form", "held_on", "report", "waiver_reason")
    shown = {name: getattr(row, name) for name in names}
    return {**shown, "recorded_at": row.recorded_at, "version": row.version_id}


@routes.get(
    "/proposals/<id:proposal_id>/hearings",
    P.ASSESSMENT_READ,
    answer=ProposalHearingsOut,
    summary="Hearings on a proposal, and the facts that depart from the file",
    tag="assessments",
)
def hearing_list(call: Call, proposal_id: str) -> Answer:
    proposal = loaded(call, proposal_id)
    facts = [row.criterion_code for row in departing_facts(proposal)]
    return Answer({"items": [_hearing(row) for row in hearings_of(proposal)], "departing_facts": facts})


@routes.create(
    "/proposals/<id:proposal_id>/hearings",
    P.PROPOSAL_COORDINATE,
    body=ProposalHearingNew,
    answer=ProposalHearingOut,
    summary="Invite the chamber to be heard, or record why it is not",
    tag="assessments",
)
def hearing_create(call: Call, proposal_id: str) -> Answer:
    proposal = loaded(call, proposal_id, lock=True)
    row = _begun(proposal, call, call.body())
    return Answer(_hearing(row), row.version_id)


def _begun(proposal: Proposal, call: Call, given: dict[str, Any]) -> Hearing:
    if given["waiver_reason"] is not None:
        reason, report = given["waiver_reason"], given["report"] or ""
        return waive_hearing(proposal, reason=reason, report=report, actor=call.actor, now=call.now)
    subject, answer_by = given["subject"] or "", given["answer_by"]
    return invite_hearing(proposal, subject=subject, answer_by=answer_by, actor=call.actor, now=call.now)


@routes.patch(
    "/hearings/<id:hearing_id>",
    P.PROPOSAL_COORDINATE,
    body=ProposalHearingPatch,
    answer=ProposalHearingOut,
    summary="Record what came of a hearing, once",
    tag="assessments",
)
def hearing_record(call: Call, hearing_id: str) -> Answer:
    row = get_visible_hearing(call.sight, hearing_id, lock=True)
    proposal = get_visible_proposal(call.sight, str(row.proposal_id), lock=True)
    call.may(proposal)
    given = call.body()
    call.match(row.version_id)
    held = Held(given["form"], given["held_on"], given["report"] or "", given["waiver_reason"])
    record_hearing(row, proposal, held, version=None, actor=call.actor, now=call.now)
    return Answer(_hearing(row), row.version_id)


# --- interests ---------------------------------------------------------------------------------------------------


def _interest(row: Interest) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in ("id", "note", "declared_at", "ended_at")}
    return {**shown, "person": {"id": row.person_id, "name": row.person.name}, "hub": party(row.hub)}


@routes.get(
    "/interests",
    P.INTEREST_DECLARE,
    answer=InterestOut,
    query=InterestQuery,
    summary="Declared interests: one's own; for administrators all",
    tag="assessments",
)
def interest_list(call: Call) -> Listing:
    query = call.query()
    statement = interests_visible_to(call.actor)
    if query.get("hub"):
        statement = statement.where(Interest.hub_id == query["hub"])
    page = listing(statement, query, both_ways(id=[(Interest.id, "asc")]), options=with_names())
    return page.showing([_interest(row) for row in page.items])


@routes.create(
    "/interests",
    P.INTEREST_DECLARE,
    body=InterestNew,
    answer=InterestOut,
    summary="Declare an interest in a hub: one takes no part in anything about it",
    tag="assessments",
)
def interest_declare(call: Call) -> Answer:
    given = call.body()
    row = declare_interest(hub_id=given["hub"], note=given["note"] or "", actor=call.actor, now=call.now)
    return Answer(_interest(row), None, f"/api/v1/interests/{row.id}")


@routes.get(
    "/interests/<id:interest_id>", P.INTEREST_DECLARE, answer=InterestOut, summary="An interest", tag="assessments"
)
def interest_show(call: Call, interest_id: str) -> Answer:
    row = get_visible_interest(call.actor, interest_id)
    call.may(row)
    return Answer(_interest(row))


@routes.transitions(
    "/interests/<id:interest_id>/transitions",
    P.INTEREST_DECLARE,
    body=InterestAct,
    answer=InterestOut,
    summary="End an interest of one's own",
    tag="assessments",
)
def interest_act(call: Call, interest_id: str) -> Answer:
    row = get_visible_interest(call.actor, interest_id, lock=True)
    call.may(row)
    call.body()
    end_interest(row, actor=call.actor, now=call.now)
    return Answer(_interest(row))
