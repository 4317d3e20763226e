"""What the handed-in file says about one criterion: the chamber's answer, its note, its documents, what changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from hubs.accreditation.differences import section_differences
from hubs.accreditation.models import Evidence, Proposal, Submission
from hubs.accreditation.queries.files import evidence_with_files, last_submission
from hubs.accreditation.sections import CRITERIA
from hubs.guideline.criteria import Answer, Criterion


@dataclass(frozen=True, slots=True)
class Stated:
    """The chamber's own words on a criterion, as handed in last."""

    answer: Any  # text, decimal as text, yes or no; None when nothing was handed in
    note: str
    changed_at: datetime | None  # when a later submission says something else than the one before


def section_code(criterion: Criterion) -> str:
    """The section of the file in which the chamber answers this criterion."""
    return f"{CRITERIA}{criterion.group}"


def stated_on(proposal: Proposal, criterion: Criterion) -> Stated:
    """What the last submission says on a criterion."""
    submission = last_submission(proposal)
    if submission is None:
        return Stated(None, "", None)
    content = submission.content["sections"].get(section_code(criterion), {})
    return Stated(
        content.get(criterion.code),
        str(content.get(f"{criterion.code}_note") or ""),
        _changed_at(proposal, submission, criterion),
    )


def _changed_at(proposal: Proposal, submission: Submission, criterion: Criterion) -> datetime | None:
    if len(proposal.submissions) < 2:
        return None
    code = section_code(criterion)
    before = proposal.submissions[-2].content["sections"].get(code, {})
    changed = section_differences(code, before, submission.content["sections"].get(code, {}))
    own = {criterion.code, f"{criterion.code}_note"}
    return submission.submitted_at if any(each.field in own for each in changed) else None


def handed_in_answer(proposal: Proposal, criterion: Criterion) -> Decimal | bool | None:
    """The chamber's own number, or yes or no, to compare with what was found; None where there is none."""
    stated = stated_on(proposal, criterion).answer
    if criterion.answer == Answer.NUMBER and isinstance(stated, str | int) and not isinstance(stated, bool):
        return Decimal(str(stated))
    return stated if criterion.answer == Answer.YES_NO and isinstance(stated, bool) else None


def documents_on(proposal: Proposal, code: str) -> list[Evidence]:
    """The documents an assessor weighs on a criterion, those for the file as a whole last."""
    submission = last_submission(proposal)
    handed_in = {row["id"] for row in submission.content["evidence"]} if submission else set()
    listed = [
        row
        for row in evidence_with_files(proposal)
        if row.removed_at is None and (row.id in handed_in or row.is_late) and row.criterion_code in (code, None)
    ]
    return sorted(listed, key=lambda row: (row.criterion_code is None, row.id))
