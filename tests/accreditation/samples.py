"""Path values for the addresses of proposals: one draft, and two handed in, each with a post that was asked."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import select

from hubs.accreditation.models import PostAdvice, Proposal
from hubs.accreditation.operations.dossiers import freeze_dossier
from hubs.core import uploads
from hubs.core.clock import utcnow
from hubs.core.types import new_id
from hubs.extensions import db
from tests import files
from tests.accreditation.builders import draft_proposal, submitted_proposal
from tests.referrals.builders import actor_for
from tests.route_samples import ABSENT_ID, Sample, Subject
from tests.world import World

ABSENT = "V-222-222"


def proposals(demo: World) -> dict[str, Sample]:
    """Everything under /proposals/<reference>; `of` says who sees which."""
    seen = {
        ("hub_new", "ministry", "post"): _handed_in(demo, "hub_new", "new_manager", "CO", "post"),
        ("far_hub", "ministry", "far_post"): _handed_in(demo, "far_hub", "far_manager", "VN", "far_post"),
        ("hub_a",): draft_proposal(db.session, demo, hub="hub_a", persona="manager", kind="renewal"),
    }
    pages = tuple(Subject({"reference": row.reference}, frozenset(of)) for of, row in seen.items())
    items = tuple(Subject({"proposal_id": row.id}, frozenset(of)) for of, row in seen.items())
    by_page = Sample(pages, {"reference": ABSENT}, find=_find)
    by_id = Sample(items, {"proposal_id": ABSENT_ID}, find=_find)
    documents = {of: _document(row) for of, row in seen.items()}
    return {
        "accreditation.proposal_show accreditation.proposal_act accreditation.evidence_list "
        "accreditation.evidence_add accreditation.dossier_show accreditation.dossier_tables": by_page,
        "accreditation.section_edit accreditation.section_save": _with(by_page, {"code": "hub"}),
        "accreditation.evidence_show accreditation.evidence_act": _each(by_page, documents),
        "api.proposal_show api.proposal_act api.proposal_evidence_create api.proposal_dossier": by_id,
        "api.proposal_section_show api.proposal_section_edit": _with(by_id, {"code": "hub"}),
        "api.proposal_evidence_show": _each(by_id, documents),
    }


def _handed_in(demo: World, hub: str, persona: str, market: str, post: str) -> Proposal:
    proposal = submitted_proposal(db.session, demo, hub=hub, persona=persona, markets=(market,), kind="new")
    proposal.advices.append(PostAdvice(id=new_id(), post_id=demo.organisations[post], asked_at=utcnow()))
    db.session.flush()
    freeze_dossier(proposal, proposal.submissions[0], actor=actor_for(demo, persona), now=utcnow())
    return proposal


def _document(proposal: Proposal) -> str:
    """One of its documents, with bytes on disk."""
    evidence, content = proposal.evidence[0], files.pdf(text=proposal.id.encode())
    evidence.file.sha256 = hashlib.sha256(content).hexdigest()
    uploads.lay_down(content, evidence.file.sha256)
    db.session.flush()
    return evidence.id


def _with(sample: Sample, more: dict[str, Any]) -> Sample:
    subjects = tuple(Subject({**one.values, **more}, one.of) for one in sample.subjects)
    return Sample(subjects, {**sample.absent, **more}, find=sample.find)


def _each(sample: Sample, documents: dict[tuple[str, ...], str]) -> Sample:
    by_owner = {frozenset(of): evidence_id for of, evidence_id in documents.items()}
    subjects = tuple(Subject({**one.values, "evidence_id": by_owner[one.of]}, one.of) for one in sample.subjects)
    return Sample(subjects, {**sample.absent, "evidence_id": ABSENT_ID}, find=sample.find)


def _find(values: dict[str, Any]) -> Any:
    key = Proposal.id == values["proposal_id"] if "proposal_id" in values else Proposal.reference == values["reference"]
    return db.session.execute(select(Proposal).where(key)).scalar_one_or_none()
