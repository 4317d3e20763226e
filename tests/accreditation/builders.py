"""Proposals in the small world at any stage, made as rows, so that a test does not lean on what comes before it.

A file is filled completely and handed in as a submission without a dossier; `assess` gives every answer. Pass
`real=True` to go through the real submission (dossier, term, hints) instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hubs.accreditation.answers import Field, FieldKind
from hubs.accreditation.models import (
    Evidence,
    FactCheck,
    Moderation,
    PostAdvice,
    Proposal,
    ProposalAssessor,
    ProposalSection,
    Score,
    Submission,
)
from hubs.accreditation.queries.files import criteria_asked
from hubs.accreditation.sections import sections_for
from hubs.accreditation.statutory import amsterdam_day, decision_due
from hubs.core.clock import utcnow
from hubs.core.stored_files import StoredFile
from hubs.core.types import new_id, new_reference_body
from hubs.directory.models import HubProfile
from hubs.guideline.criteria import Answer, Better, Criterion
from hubs.guideline.queries import version_in_force
from tests.referrals.builders import actor_for

REASON = "Dit blijkt uit de stukken van de kamer."
F = FieldKind


def criteria_of_proposal(proposal: Proposal) -> tuple[Criterion, ...]:
    """The criteria that an assessment of this proposal weighs."""
    return criteria_asked(proposal.guideline_version, proposal.kind, proposal.markets)


def draft_proposal(
    session: Any,
    demo: Any,
    *,
    hub: str = "hub_new",
    persona: str = "new_manager",
    kind: str = "new",
    markets: Collection[str] = ("CO",),
    now: datetime | None = None,
    answers: Mapping[str, Any] | None = None,
    **values: Any,
) -> Proposal:
    """A draft in which everything required is filled in; `answers` overrules fields by code (`{"A3": "0"}`)."""
    now = now or utcnow()
    version = version_in_force(amsterdam_day(now))
    assert version is not None, "reference load brings a guideline"
    proposal = Proposal(
        id=new_id(), reference=f"V-{new_reference_body()}", state="draft", kind=kind,
        hub_id=demo.organisations[hub], market=sorted(markets)[0], markets=sorted(markets),
        guideline_version_id=version.id, created_at=now, created_by_id=demo.people[persona].id, is_demo=True, **values,
    )  # fmt: skip
    session.add(proposal)
    session.flush()
    for section in sections_for(criteria_asked(version, kind, proposal.markets)):
        content = {item.code: _filled(item, proposal, now) for item in section.fields if item.kind != F.DOCUMENT}
        content |= {code: value for code, value in (answers or {}).items() if section.field(code)}
        kept = {code: value for code, value in content.items() if value not in (None, "")}
        proposal.sections.append(ProposalSection(code=section.code, content=kept, updated_at=now))
        for item in section.fields:
            if item.kind == F.DOCUMENT:
                proposal.evidence.append(document(session, item.code, demo.people[persona].id, now))
    session.flush()
    return proposal


def _filled(item: Field, proposal: Proposal, now: datetime) -> Any:
    if item.kind == F.YEARS:
        first = now.year - 1 - item.least
        return [
            {"year": first + n, **{column.code: 1_000_000 for column in item.columns}}
            for n in range(max(item.least, 1))
        ]
    if item.kind == F.CODES:
        return {"market": list(proposal.markets), "service": ["networking", "partner_search"]}.get(item.list_code, [])
    return {
        F.TEXT: "Kamer Verzonnen",
        F.LONG_TEXT: f"Uitleg van de kamer bij {item.code}.",
        F.INT: 12,
        F.DECIMAL: "12",
        F.YEAR: 2019,
        F.MONEY_CENTS: 1_000_000,
        F.YES_NO: True,
        F.LINES: ["Pereira"],
        F.URL: "https://kamer.example",
        F.DATE: (now.date() - timedelta(days=60)).isoformat(),
    }[item.kind]


def document(session: Any, code: str, person_id: str, now: datetime, *, is_late: bool = False) -> Evidence:
    file = StoredFile(
        sha256=hashlib.sha256(f"{code}{new_id()}".encode()).hexdigest(), size=2048, media_type="application/pdf",
        name=f"{code}.pdf", stored_at=now, stored_by=person_id,
    )  # fmt: skip
    session.add(file)
    session.flush()
    return Evidence(
        criterion_code=code, title=f"Stuk bij {code}", document_on=now.date() - timedelta(days=60), file_id=file.id,
        added_at=now, added_by_id=person_id, is_late=is_late,
    )  # fmt: skip


def submitted_proposal(
    session: Any,
    demo: Any,
    *,
    hub: str = "hub_new",
    persona: str = "new_manager",
    now: datetime | None = None,
    real: bool = False,
    **values: Any,
) -> Proposal:
    """A complete file handed in `now`; `values` as for `draft_proposal`. `real`: by the operation, dossier and all."""
    now = now or utcnow()
    proposal = draft_proposal(session, demo, hub=hub, persona=persona, now=now, **values)
    if real:
        from hubs.accreditation.operations.submitting import submit_proposal

        submit_proposal(proposal, actor=actor_for(demo, persona), now=now)
        return proposal
    content = {
        "kind": proposal.kind,
        "markets": proposal.markets,
        "guideline_version": proposal.guideline_version_id,
        "sections": {row.code: row.content for row in proposal.sections},
        "evidence": [
            {"id": row.id, "title": row.title, "criterion": row.criterion_code, "is_late": row.is_late, "sha256": "0"}
            for row in proposal.evidence
        ],
    }
    proposal.submissions.append(
        Submission(
            number=1, submitted_at=now, submitted_by_id=demo.people[persona].id, content=content, sha256="0" * 64
        )
    )
    proposal.submitted_at = proposal.resubmitted_at = now
    proposal.received_on = amsterdam_day(now)
    proposal.due_on = decision_due(proposal.received_on).ends_on
    proposal.state = "submitted"
    profile = session.get(HubProfile, proposal.hub_id)
    profile.follows_decisions = True
    session.flush()
    return proposal


def assigned_proposal(
    session: Any,
    demo: Any,
    *,
    assessors: Collection[str] = ("assessor", "assessor_2"),
    posts: Collection[str] = (),
    now: datetime | None = None,
    **values: Any,
) -> Proposal:
    """In assessment by two assessors, with an advice asked of each of `posts` (short names)."""
    now = now or utcnow()
    proposal = submitted_proposal(session, demo, now=now, **values)
    for place, persona in enumerate(assessors, 1):
        proposal.assessors.append(
            ProposalAssessor(
                person_id=demo.people[persona].id,
                position=place,
                assigned_at=now,
                due_on=now.date() + timedelta(days=28),
            )
        )
    for post in posts:
        proposal.advices.append(
            PostAdvice(post_id=demo.organisations[post], asked_at=now, due_on=now.date() + timedelta(days=14))
        )
    proposal.state = "in_assessment"
    session.flush()
    return proposal


def assess(
    session: Any,
    demo: Any,
    proposal: Proposal,
    *,
    levels: Mapping[str, tuple[int, int]] | None = None,
    facts: Mapping[str, Any] | None = None,
    leave: Collection[str] = (),
    finish: bool = True,
    now: datetime | None = None,
) -> None:
    """Every answer: level 3 twice and good facts, but for `levels` {"B1": (1, 3)} and `facts` {"A3": "0", "C1": False}.

    `leave` names criteria without an answer; a difference greater than 1 is moderated at the lower level.
    """
    now, levels, facts = now or utcnow(), levels or {}, facts or {}
    people = [row.person_id for row in proposal.assessors if row.ended_at is None]
    for criterion in criteria_of_proposal(proposal):
        code = criterion.code
        if code in leave:
            continue
        if criterion.answer == Answer.SCALE:
            given = levels.get(code, (3, 3))
            for person_id, level in zip(people, given, strict=False):
                session.add(_score(proposal, criterion, person_id, level, now))
            if abs(given[0] - given[1]) > 1:
                session.add(
                    Moderation(
                        proposal_id=proposal.id, criterion_code=code, level=min(given), reason=REASON, saved_at=now,
                        ground=_ground(criterion, min(given)), person_id=people[0],
                    )
                )  # fmt: skip
        else:
            session.add(_check(proposal, criterion, facts.get(code), people[0], now))
    for row in proposal.assessors:
        row.finished_at = now if finish and row.ended_at is None else row.finished_at
    session.flush()


def _ground(criterion: Criterion, level: int) -> str | None:
    return "no_evidence" if criterion.threshold is not None and level < criterion.threshold else None


def _score(proposal: Proposal, criterion: Criterion, person_id: str, level: int, now: datetime) -> Score:
    return Score(
        proposal_id=proposal.id, criterion_code=criterion.code, person_id=person_id, level=level,
        ground=_ground(criterion, level), reason=f"{REASON} ({criterion.code})", saved_at=now,
    )  # fmt: skip


def _check(proposal: Proposal, criterion: Criterion, fact: Any, person_id: str, now: datetime) -> FactCheck:
    row = FactCheck(proposal_id=proposal.id, criterion_code=criterion.code, person_id=person_id, saved_at=now)
    if criterion.answer == Answer.NUMBER:
        good = criterion.threshold if criterion.threshold is not None else Decimal(12)
        row.value = Decimal(str(fact)) if fact is not None else good
    else:
        row.answer = bool(fact) if fact is not None else criterion.better != Better.LOWER
    if fact is not None:
        row.departs, row.ground, row.reason = True, "contradicted", REASON
    return row


def assessed_proposal(
    session: Any,
    demo: Any,
    *,
    levels: Mapping[str, tuple[int, int]] | None = None,
    facts: Mapping[str, Any] | None = None,
    advices: Mapping[str, str] | None = None,
    now: datetime | None = None,
    **values: Any,
) -> Proposal:
    """Assessed, ready for a decision; by default everything is good. `advices`: {"post": "positive"}."""
    now = now or utcnow()
    given = {"post": "positive"} if advices is None else advices
    proposal = assigned_proposal(session, demo, posts=list(given), now=now, **values)
    for row in proposal.advices:
        name = next(name for name in given if demo.organisations[name] == row.post_id)
        row.opinion, row.text, row.given_at = given[name], "Advies van de post.", now
        row.given_by_id = demo.people["head" if name == "post" else "far_head"].id
    assess(session, demo, proposal, levels=levels, facts=facts, now=now)
    proposal.assessed_at = now
    proposal.state = "assessed"
    session.flush()
    return proposal


__all__ = [
    "assess", "assessed_proposal", "assigned_proposal", "criteria_of_proposal", "document", "draft_proposal",
    "submitted_proposal",
]  # fmt: skip
