"""Freezing the market need into a submission: computed once, kept with its hash, changed by nobody (rec. 4 and 9)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from hubs.accreditation.dossier import Scope, payload_sha256
from hubs.accreditation.models import Dossier, Proposal, Submission
from hubs.accreditation.queries.dossier import payload_for
from hubs.core.events import record
from hubs.core.perform import Actor
from hubs.core.types import new_id
from hubs.extensions import db


def freeze_dossier(proposal: Proposal, submission: Submission, *, actor: Actor, now: datetime) -> Dossier:
    """Compute the market need for what was handed in, and keep it with this submission for good.

    Called once by the operation that submits, which has checked the actor; the database refuses any later change.
    """
    payload = payload_for(_scope(proposal, submission.content.get("sections") or {}), proposal.hub_id, now=now)
    # the fingerprint is shown to everybody: without this, a small figure could be guessed until the fingerprint fits
    payload["nonce"] = secrets.token_hex(16)
    dossier = Dossier(
        id=new_id(),
        proposal_id=proposal.id,
        submission_id=submission.id,
        computed_at=now,
        payload=payload,
        sha256=payload_sha256(payload),
    )
    submission.dossier = dossier
    db.session.flush()
    record(
        db.session,
        "proposal.dossier_frozen",
        proposal,
        actor=actor,
        now=now,
        data={"submission": submission.number, "dossier_id": dossier.id, "sha256": dossier.sha256},
    )
    return dossier


def compute_dossier(proposal: Proposal, now: datetime) -> dict[str, Any]:
    """The payload for the file as it stands; kept nowhere. For a preview before anything is handed in."""
    sections = {section.code: section.content for section in proposal.sections}
    return payload_for(_scope(proposal, sections), proposal.hub_id, now=now)


def _scope(proposal: Proposal, sections: Mapping[str, Mapping[str, Any]]) -> Scope:
    """What the file wants to cover; the markets with which it was begun until the chamber says others."""
    scope = Scope.from_sections(sections)
    return scope if scope.markets else replace(scope, markets=tuple(proposal.markets))
