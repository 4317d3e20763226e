"""The file of a proposal as it lies there now, in parts that can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hubs.accreditation.file_parts import fingerprint
from hubs.accreditation.models import (
    Dossier,
    Evidence,
    FactCheck,
    Hearing,
    Moderation,
    PostAdvice,
    Proposal,
    ProposalSection,
    Score,
    Submission,
)
from hubs.extensions import db


def file_parts(proposal: Proposal) -> dict[str, str]:
    """Every part a decision rests on, with its fingerprint; read from the database, not from what is loaded."""
    return dict(_parts(proposal.id))


def _rows(model: Any, proposal_id: str, *options: Any) -> list[Any]:
    statement = select(model).where(model.proposal_id == proposal_id).options(*options)
    return list(db.session.execute(statement.execution_options(populate_existing=False)).scalars())


def _parts(proposal_id: str) -> Iterator[tuple[str, str]]:
    for row in _rows(ProposalSection, proposal_id):
        yield f"section:{row.code}", fingerprint(row.content)
    for row in _rows(Submission, proposal_id):
        yield f"submission:{row.number}", row.sha256[:24]
    for row in _rows(Dossier, proposal_id):
        yield f"dossier:{row.id}", row.sha256[:24]
    for row in _rows(Evidence, proposal_id, joinedload(Evidence.file)):
        if row.removed_at is None:
            yield f"evidence:{row.id}", fingerprint([row.file.sha256, row.title, row.criterion_code])
    for row in _rows(Score, proposal_id):
        yield f"score:{row.criterion_code}/{row.person_id}", fingerprint([row.level, row.ground, row.reason])
    for row in _rows(FactCheck, proposal_id):
        values = [str(row.value) if row.value is not None else None, row.answer, row.departs, row.ground, row.reason]
        yield f"check:{row.criterion_code}", fingerprint(values)
    for row in _rows(Moderation, proposal_id):
        yield f"moderation:{row.criterion_code}", fingerprint([row.level, row.ground, row.reason])
    for row in _rows(PostAdvice, proposal_id):
        yield f"advice:{row.post_id}", fingerprint([row.opinion, row.text])
    for row in _rows(Hearing, proposal_id):
        yield f"hearing:{row.id}", fingerprint([row.article, row.form, row.held_on, row.report, row.waiver_reason])
