"""Proposals in the API: begun, filled in section by section, with documents, and acted on by whoever may."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, or_
from sqlalchemy.orm import selectinload

from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation import words as names
from hubs.accreditation.answers import Field, FieldKind
from hubs.accreditation.differences import differences
from hubs.accreditation.lifecycle import PROPOSAL, ProposalState
from hubs.accreditation.models import Evidence, Proposal
from hubs.accreditation.operations.acting import act_on_proposal
from hubs.accreditation.operations.evidence import add_evidence
from hubs.accreditation.operations.proposals import begin_proposal, row_of, save_section, section_called
from hubs.accreditation.operations.signing import check_took_no_part
from hubs.accreditation.pages.proposals import (
    INSIDE_STATES,
    change_shown,
    gaps_now,
    parts_seen,
    state_seen,
    version_seen,
)
from hubs.accreditation.queries.files import (
    file_seen_by,
    get_visible_evidence,
    known_codes,
    open_hints,
    sections_of,
    with_hub,
)
from hubs.accreditation.queries.proposals import get_visible_proposal, proposals_visible_to
from hubs.accreditation.schemas.proposals import (
    ProposalDocumentOut,
    ProposalEvidenceNew,
    ProposalEvidenceOut,
    ProposalNew,
    ProposalOut,
    ProposalQuery,
    ProposalRowOut,
    ProposalSectionOut,
    ProposalSectionPatch,
    ProposalTransition,
)
from hubs.accreditation.sections import Gap, Section, read_section
from hubs.accreditation.statutory import amsterdam_day
from hubs.accreditation.words import proposals as words
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, both_ways, listing
from hubs.api.schemas import camel
from hubs.api.words import explained
from hubs.core.errors import BadInput, Problem
from hubs.core.templating import locale_code
from hubs.core.uploads import content_of, receive

from . import routes

codes.add_lifecycle(PROPOSAL, names.PROPOSAL_WORDS)
codes.add("proposal_kind", "list", names.KIND_WORDS)
codes.add("proposal_hint", "list", words.HINT_NAMES)

_ROW = (
    "id", "reference", "kind", "market", "markets", "guideline_version_id", "created_at", "submitted_at",
    "resubmitted_at", "received_on", "due_on", "decided_at", "ended_at",
)  # fmt: skip


@routes.get(
    "/proposals",
    P.PROPOSAL_READ,
    answer=ProposalRowOut,
    query=ProposalQuery,
    summary="Proposals: a hub's own, for the ministry what was handed in, for a post what it was asked about",
    tag="proposals",
)
def proposal_list(call: Call) -> Listing:
    query = call.query()
    statement = with_hub(proposals_visible_to(call.actor))
    columns = {"kind": Proposal.kind, "market": Proposal.market, "hub": Proposal.hub_id}
    for name, column in columns.items():
        if query.get(name):
            statement = statement.where(column == query[name])
    if query.get("state"):
        statement = statement.where(_in_state(query["state"], call))
    options = [selectinload(Proposal.advices), selectinload(Proposal.assessors)]
    page = listing(statement, query, both_ways(id=[(Proposal.id, "asc")]), options=options)
    return page.showing([_row(proposal, call) for proposal in page.items])


def _in_state(asked: str, call: Call) -> Any:
    """A chamber filters on what it sees: the ministry's own stages are `in_assessment` or `decided` to it."""
    if call.actor.organisation_kind != OrganisationKind.HUB:
        return Proposal.state == asked
    inside, decided = Proposal.state.in_(INSIDE_STATES), Proposal.decided_at.is_not(None)
    if asked == ProposalState.DECIDED:
        return or_(Proposal.state == asked, and_(inside, decided))
    if asked == ProposalState.IN_ASSESSMENT:
        return and_(inside, ~decided)
    return and_(Proposal.state == asked, ~inside)


@routes.create(
    "/proposals",
    P.PROPOSAL_WRITE,
    body=ProposalNew,
    answer=ProposalOut,
    summary="Begin a proposal under the guideline in force",
    tag="proposals",
)
def proposal_create(call: Call) -> Answer:
    given = call.body()
    proposal = begin_proposal(kind=given["kind"], markets=given["markets"], actor=call.actor, now=call.now)
    return Answer(_whole(proposal, call), _version(proposal, call), f"/api/v1/proposals/{proposal.id}")


@routes.get("/proposals/<id:proposal_id>", P.PROPOSAL_READ, answer=ProposalOut, summary="A proposal", tag="proposals")
def proposal_show(call: Call, proposal_id: str) -> Answer:
    proposal = get_visible_proposal(call.sight, proposal_id)
    call.may(proposal)
    return Answer(_whole(proposal, call), _version(proposal, call))


@routes.transitions(
    "/proposals/<id:proposal_id>/transitions",
    P.PROPOSAL_READ,
    body=ProposalTransition,
    answer=ProposalOut,
    summary="Hand in, send back, assess, decide, withdraw",
    tag="proposals",
)
def proposal_act(call: Call, proposal_id: str) -> Answer:
    proposal = get_visible_proposal(call.sight, proposal_id, lock=True)
    check_took_no_part(proposal, call.payload.action(), call.actor)
    call.may_act(proposal)
    given = call.body()
    call.match(_version(proposal, call))
    data = {name: value for name, value in given.items() if name != "action"}
    act_on_proposal(proposal, given["action"], actor=call.actor, now=call.now, data=data)
    return Answer(_whole(proposal, call), _version(proposal, call))


# --- sections ----------------------------------------------------------------------------------------------


@routes.get(
    "/proposals/<id:proposal_id>/sections/<code:code>",
    P.PROPOSAL_READ,
    answer=ProposalSectionOut,
    summary="A section: as it stands for the chamber, as it was handed in for everybody else",
    tag="proposals",
)
def proposal_section_show(call: Call, proposal_id: str, code: str) -> Answer:
    proposal = get_visible_proposal(call.sight, proposal_id)
    section = section_called(proposal, code)
    call.may(proposal)
    return _section(proposal, section, call)


@routes.patch(
    "/proposals/<id:proposal_id>/sections/<code:code>",
    P.PROPOSAL_WRITE,
    body=ProposalSectionPatch,
    answer=ProposalSectionOut,
    summary="Keep answers in a section; each section has a version of its own",
    tag="proposals",
)
def proposal_section_edit(call: Call, proposal_id: str, code: str) -> Answer:
    proposal = get_visible_proposal(call.sight, proposal_id, lock=True)
    section = section_called(proposal, code)
    call.may(proposal)
    typed = _typed(section, call.body()["content"])
    row = row_of(proposal, code)
    call.match(row.version_id if row else 0)
    save_section(proposal, section, typed, version=None, actor=call.actor, now=call.now)
    return _section(proposal, section, call)


def _section(proposal: Proposal, section: Section, call: Call) -> Answer:
    is_own, row = _is_own(proposal, call), row_of(proposal, section.code)
    seen = file_seen_by(call.actor, proposal)
    shown = {
        "code": section.code,
        "title": words.section_title(section, proposal.guideline_version),
        "content": _outside(section, seen.contents.get(section.code, {})),
        "missing": [_missing(gap) for gap in _gaps(proposal, call) if gap.section == section.code],
        "updated_at": row.updated_at if row is not None and is_own else None,
    }
    version = (row.version_id if row else 0) if is_own else proposal.version_id
    return Answer(shown, version)


def _outside(section: Section, content: Mapping[str, Any]) -> dict[str, Any]:
    """A content with the names of the API."""
    found = {}
    for name, value in content.items():
        item = section.field(name)
        if item is not None and item.kind == FieldKind.YEARS and isinstance(value, list):
            value = [{camel(key): cell for key, cell in row.items()} for row in value if isinstance(row, dict)]
        found[camel(name)] = value
    return found


def _typed(section: Section, content: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent under the names used here. Raises BadInput for a field that is not there, or cannot be read."""
    inside = {camel(item.code): item for item in section.fields if item.kind != FieldKind.DOCUMENT}
    problems = [
        Problem(*explained("unknown_field"), field=f"content.{name}"[:200]) for name in content if name not in inside
    ]
    typed = {item.code: _inner(item, content[name]) for name, item in inside.items() if name in content}
    _kept, gaps = read_section(section, typed, known_codes())
    for gap in gaps:
        place = f"content.{camel(gap.field)}"
        if "column" in gap.values:
            place = f"{place}.{gap.values['row']}.{camel(gap.values['column'])}"
        problems.append(Problem(gap.code, words.gap_words(gap), place))
    if problems:
        raise BadInput(problems)
    return typed


def _inner(item: Field, value: Any) -> Any:
    if item.kind != FieldKind.YEARS or not isinstance(value, list):
        return value
    columns = {camel(column): column for column in ("year", *(each.code for each in item.columns))}
    return [
        {columns.get(key, key): cell for key, cell in row.items()} if isinstance(row, dict) else row for row in value
    ]


# --- documents ---------------------------------------------------------------------------------------------


@routes.upload(
    "/proposals/<id:proposal_id>/evidence",
    P.PROPOSAL_WRITE,
    body=ProposalEvidenceNew,
    answer=ProposalEvidenceOut,
    summary="Add a document",
    tag="proposals",
)
def proposal_evidence_create(call: Call, proposal_id: str) -> Answer:
    call.may(get_visible_proposal(call.sight, proposal_id))
    given = call.body()
    received = receive(given["file"].stream, given["file"].filename)
    call.begin()
    proposal = get_visible_proposal(call.sight, proposal_id, lock=True)
    evidence = add_evidence(
        proposal,
        received,
        title=given.get("title"),
        criterion=given.get("criterion"),
        document_on=given.get("document_on"),
        actor=call.actor,
        now=call.now,
    )
    shown, place = _evidence(evidence), f"/api/v1/proposals/{proposal_id}/evidence/{evidence.id}"
    return Answer(shown, location=place)


@routes.get(
    "/proposals/<id:proposal_id>/evidence/<id:evidence_id>",
    P.PROPOSAL_READ,
    answer=ProposalDocumentOut,
    summary="A document with its content",
    tag="proposals",
)
def proposal_evidence_show(call: Call, proposal_id: str, evidence_id: str) -> Answer:
    proposal = get_visible_proposal(call.sight, proposal_id)
    evidence = get_visible_evidence(call.sight, proposal, evidence_id)
    call.may(proposal)
    content = base64.b64encode(content_of(evidence.file)).decode()
    return Answer({**_evidence(evidence), "content": content})


def _evidence(row: Evidence) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "criterion": row.criterion_code,
        "document_on": row.document_on,
        "added_at": row.added_at,
        "is_late": row.is_late,
        "file_name": row.file.name,
        "media_type": row.file.media_type,
        "size": row.file.size,
        "sha256": row.file.sha256,
        "scan": row.file.scan,
    }


# --- the whole ---------------------------------------------------------------------------------------------


def _is_own(proposal: Proposal, call: Call) -> bool:
    return call.actor.organisation_id == proposal.hub_id


def _version(proposal: Proposal, call: Call) -> int:
    return version_seen(proposal, is_own=_is_own(proposal, call))


def _row(proposal: Proposal, call: Call) -> dict[str, Any]:
    hub = proposal.hub
    return {
        **{name: getattr(proposal, name) for name in _ROW},
        "file_number": proposal.file_number if call.actor.can(P.ASSESSMENT_READ) else None,
        "state": state_seen(proposal.state, is_own=_is_own(proposal, call), is_decided=proposal.decided_at is not None),
        "hub": {"id": hub.id, "kind": hub.kind, "code": hub.code, "name": hub.name(locale_code())},
        "actions": call.actions(proposal),
    }


def _gaps(proposal: Proposal, call: Call) -> tuple[Gap, ...]:
    return gaps_now(proposal, call.actor, amsterdam_day(call.now))


def _missing(gap: Gap) -> dict[str, Any]:
    return {"section": gap.section, "field": camel(gap.field), "code": gap.code, "message": words.gap_words(gap)}


def _submissions(proposal: Proposal) -> list[dict[str, Any]]:
    """What was handed in, oldest first, each with what it says otherwise than the one before."""
    sections, criteria = sections_of(proposal), {row.code: row for row in proposal.guideline_version.criteria}
    found = []
    for earlier, row in zip([None, *proposal.submissions], proposal.submissions, strict=False):
        changed = differences(earlier.content, row.content) if earlier is not None else ()
        changes = [
            {
                "section": one.section,
                "field": camel(one.field),
                "kind": shown.kind,
                "name": shown.what,
                "before": shown.before,
                "after": shown.after,
            }
            for one in changed
            for shown in [change_shown(proposal, one, sections, criteria)]
        ]
        found.append(
            {**{name: getattr(row, name) for name in ("number", "submitted_at", "sha256")}, "changes": changes}
        )
    return found


def _whole(proposal: Proposal, call: Call) -> dict[str, Any]:
    seen = file_seen_by(call.actor, proposal)
    return {
        **_row(proposal, call),
        "sections": [
            {
                "code": part.code,
                "title": part.title,
                "done": part.progress.done,
                "total": part.progress.total,
                "updated_at": part.updated_at,
            }
            for part in parts_seen(proposal, call.actor, seen, amsterdam_day(call.now))
        ],
        "missing": [_missing(gap) for gap in _gaps(proposal, call)],
        "evidence": [_evidence(row) for row in seen.evidence],
        "submissions": _submissions(proposal),
        "hints": [
            {"code": row.code, "subject": row.subject, "text": words.hint_words(row.code, row.subject, row.values)}
            for row in open_hints(proposal)
        ],
    }
