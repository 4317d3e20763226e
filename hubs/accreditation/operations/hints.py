"""Keeping what automatic checks notice: at a submission, and after a look at the website by the scheduler."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from hubs.accreditation.hints import WEBSITE_UNREACHABLE, Document, Noticed, hints_of
from hubs.accreditation.lifecycle import ProposalState
from hubs.accreditation.models import Hint, Proposal, Submission
from hubs.accreditation.queries.files import day_or_none, last_submission, websites_due
from hubs.accreditation.statutory import amsterdam_day
from hubs.accreditation.website import Verdict
from hubs.extensions import db

LOOKED_AT = (ProposalState.SUBMITTED, ProposalState.IN_ASSESSMENT)


def refresh_hints(proposal: Proposal, submission: Submission, *, now: datetime) -> None:
    """Notice anew what can be told from the file itself; what is no longer so is kept as resolved."""
    documents = [
        Document(row["criterion"] or "", row["title"], day_or_none(row.get("document_on")))
        for row in submission.content["evidence"]
    ]
    found = hints_of(submission.content["sections"], documents, amsterdam_day(now))
    _keep(proposal, found, now=now)


def _keep(proposal: Proposal, found: Iterable[Noticed], *, now: datetime) -> None:
    wanted = {(one.code, one.subject): one for one in found}
    kept = {(row.code, row.subject): row for row in _rows(proposal.id) if row.code != WEBSITE_UNREACHABLE}
    for key, row in kept.items():
        if key not in wanted:
            row.resolved_at = row.resolved_at or now
    for key, one in wanted.items():
        row = kept.get(key) or _new(proposal.id, one, now)
        row.values, row.resolved_at = dict(one.values), None
    db.session.flush()


def _rows(proposal_id: str) -> list[Hint]:
    return list(db.session.execute(select(Hint).where(Hint.proposal_id == proposal_id)).scalars())


def _new(proposal_id: str, one: Noticed, now: datetime) -> Hint:
    row = Hint(proposal_id=proposal_id, code=one.code, subject=one.subject, noticed_at=now)
    db.session.add(row)
    return row


def websites_to_look_at() -> list[tuple[str, str]]:
    """Proposals handed in whose website was not looked at since, with its address."""
    found = []
    for proposal_id in db.session.execute(websites_due(LOOKED_AT, WEBSITE_UNREACHABLE)).scalars():
        proposal = db.session.get_one(Proposal, proposal_id)
        submission = last_submission(proposal)
        address = submission.content["sections"].get("hub", {}).get("website") if submission else None
        if isinstance(address, str):
            found.append((proposal_id, address))
    return found


def keep_verdict(proposal_id: str, address: str, verdict: Verdict, *, now: datetime) -> bool:
    """Keep what a look at a website showed; a row without an open hint says that it was looked at."""
    if db.session.get(Proposal, proposal_id) is None:
        return False
    subject = address[:120]
    row = next((one for one in _rows(proposal_id) if (one.code, one.subject) == (WEBSITE_UNREACHABLE, subject)), None)
    row = row or _new(proposal_id, Noticed(WEBSITE_UNREACHABLE, subject), now)
    row.noticed_at = now
    row.values = {"reason": verdict.reason, "status": verdict.status}
    row.resolved_at = now if verdict.is_reachable else None
    db.session.flush()
    return True
