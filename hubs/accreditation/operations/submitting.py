"""Handing in a file, again after it was sent back, and withdrawing it (Awb 4:1, 4:5; letter rec. 4 and 9).

A submission is a snapshot that never changes; the market-need dossier is frozen with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hubs.accounts.actor import Actor
from hubs.accreditation.models import Proposal, Submission
from hubs.accreditation.queries.files import contents_of, kept_evidence, known_codes, sections_of
from hubs.accreditation.sections import Gap, gaps_in
from hubs.accreditation.statutory import amsterdam_day
from hubs.accreditation.words import proposals as words
from hubs.core.errors import Problem, WrongState
from hubs.core.perform import NO_LONGER, check_permitted, check_state, perform
from hubs.core.types import new_id
from hubs.directory.models import HubProfile
from hubs.extensions import db

from .hints import refresh_hints


def missing_in(proposal: Proposal, now: datetime) -> tuple[Gap, ...]:
    """Everything that keeps this file from being handed in, at once."""
    return gaps_in(
        sections_of(proposal),
        contents_of(proposal),
        evidence={row.criterion_code for row in kept_evidence(proposal) if row.criterion_code},
        kind=proposal.kind,
        today=amsterdam_day(now),
        known=known_codes(),
    )


def problems_of(gaps: tuple[Gap, ...]) -> list[Problem]:
    """Gaps as problems: the field is `section.field`."""
    return [
        Problem(
            gap.code,
            words.gap_words(gap),
            f"{gap.section}.{gap.field}",
            {
                "section": gap.section,
                **{name: value for name, value in gap.values.items() if name in ("row", "column")},
            },
        )
        for gap in gaps
    ]


def submit_proposal(proposal: Proposal, *, actor: Actor, now: datetime) -> Submission:
    """Hand in the file as it stands, the first time or after it was sent back.

    Keeps a snapshot, freezes the dossier, and starts the statutory term or lets it run on. Raises NotPermitted,
    WrongState, RuleViolation with everything that is missing.
    """
    check_permitted(proposal, "submit", actor)
    check_state(proposal, "submit")
    is_first = proposal.submitted_at is None
    submission = _snapshot(proposal, actor=actor, now=now)
    proposal.touch_file()
    perform(
        db.session,
        proposal,
        "submit",
        actor=actor,
        now=now,
        event_data={"submission": submission.number, "sha256": submission.sha256, "file_number": proposal.file_number},
        problems=problems_of(missing_in(proposal, now)),
    )
    proposal.submissions.append(submission)
    db.session.flush()
    _follow(proposal, submission, is_first, actor=actor, now=now)
    return submission


def _follow(proposal: Proposal, submission: Submission, is_first: bool, *, actor: Actor, now: datetime) -> None:
    """What a submission sets going: the dossier, the term, the standing that follows decisions, the hints."""
    from hubs.accreditation.operations.dossiers import freeze_dossier
    from hubs.accreditation.operations.duties import renewal_handed_in
    from hubs.accreditation.operations.terms import resume_term, start_term

    freeze_dossier(proposal, submission, actor=actor, now=now)
    if is_first:
        start_term(proposal, now=now)
        profile = db.session.get(HubProfile, proposal.hub_id, with_for_update=True)
        if profile is not None:
            profile.follows_decisions = True
        renewal_handed_in(proposal, actor=actor, now=now)
    else:
        resume_term(proposal, now=now)
    refresh_hints(proposal, submission, now=now)


def _snapshot(proposal: Proposal, *, actor: Actor, now: datetime) -> Submission:
    content = {
        "kind": proposal.kind,
        "markets": list(proposal.markets),
        "guideline_version": proposal.guideline_version_id,
        "sections": contents_of(proposal),
        "evidence": [
            {
                "id": row.id,
                "title": row.title,
                "criterion": row.criterion_code,
                "document_on": row.document_on.isoformat() if row.document_on else None,
                "sha256": row.file.sha256,
                "size": row.file.size,
                "media_type": row.file.media_type,
                "is_late": row.is_late,
            }
            for row in kept_evidence(proposal)
        ],
    }
    return Submission(
        id=new_id(),
        number=len(proposal.submissions) + 1,
        submitted_at=now,
        submitted_by_id=actor.person_id,
        content=content,
        sha256=digest_of(content),
    )


def digest_of(content: Mapping[str, Any]) -> str:
    """The hash of a snapshot: of its canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def withdraw_proposal(proposal: Proposal, *, actor: Actor, now: datetime, note: str = "") -> None:
    """The chamber takes its proposal back; what was handed in stays readable, a draft of a decision lapses.

    Raises NotPermitted, WrongState: decided already, told in the same words whether or not a decision in place of
    the one that holds is being drafted.
    """
    from hubs.accreditation.operations.deciding import lapse_draft

    check_permitted(proposal, "withdraw", actor)
    if proposal.decided_at is not None:
        raise WrongState(NO_LONGER)
    perform(db.session, proposal, "withdraw", actor=actor, now=now, personal={"note": note})
    lapse_draft(proposal, now=now)
