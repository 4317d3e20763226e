"""Documents in a file: added while it is open, marked late after submission, never taken out of what was handed in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.lifecycle import OPEN_STATES, ProposalState
from hubs.accreditation.models import Evidence, Proposal
from hubs.accreditation.queries.files import kept_evidence, sections_of
from hubs.core.errors import NotFound, NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.types import new_id
from hubs.core.uploads import Received, stored_file
from hubs.extensions import db

from .proposals import NOT_YOURS

MOST_DOCUMENTS = 80


def add_evidence(
    proposal: Proposal,
    received: Received,
    *,
    title: str | None,
    criterion: str | None,
    document_on: date | None,
    actor: Actor,
    now: datetime,
) -> Evidence:
    """Put a received file into the proposal; late when it comes after submission without having been asked for.

    Raises NotPermitted, WrongState (the proposal is over), RuleViolation.
    """
    if not actor.can(P.PROPOSAL_WRITE, proposal):
        raise NotPermitted(message=NOT_YOURS)
    if proposal.state not in OPEN_STATES:
        raise WrongState(_l("This proposal is closed. Nothing can be added to it."))
    problems = list(_problems(proposal, criterion, document_on, now))
    if problems:
        raise RuleViolation(problems=problems)
    stored = stored_file(received, by=actor.person_id, now=now)
    db.session.add(stored)
    db.session.flush()
    evidence = Evidence(
        id=new_id(),
        criterion_code=criterion or None,
        title=(title or received.name)[:200],
        document_on=document_on,
        file_id=stored.id,
        added_at=now,
        added_by_id=actor.person_id,
        is_late=is_late(proposal),
    )
    proposal.evidence.append(evidence)
    if evidence.is_late:
        proposal.touch_file()
    db.session.flush()
    data = {"evidence": evidence.id, "criterion": criterion, "is_late": evidence.is_late, "sha256": received.sha256}
    record(db.session, "proposal.add_evidence", proposal, actor=actor, now=now, data=data, outbox=evidence.is_late)
    return evidence


def is_late(proposal: Proposal) -> bool:
    """Whether a document that comes now is late; while the ministry asked to complete the file it is not."""
    return proposal.submitted_at is not None and proposal.state != ProposalState.RETURNED


def _problems(proposal: Proposal, criterion: str | None, document_on: date | None, now: datetime) -> Iterator[Problem]:
    known = {item.criterion for section in sections_of(proposal) for item in section.fields if item.criterion}
    if criterion and criterion not in known:
        yield Problem("unknown_code", _l("Choose from the list what this document is for."), "criterion")
    if document_on is not None and not date(1800, 1, 1) <= document_on <= now.date():
        yield Problem("not_date", _l("Give the date that stands on the document. It cannot lie ahead."), "document_on")
    if len(kept_evidence(proposal)) >= MOST_DOCUMENTS:
        message = _l("This file holds as many documents as it can. Put several pages together in one PDF.")
        yield Problem("too_many", message, "file")


def remove_evidence(proposal: Proposal, evidence_id: str, *, actor: Actor, now: datetime) -> None:
    """Take a document out of a file that was never handed in. Raises NotPermitted, NotFound, WrongState."""
    if not actor.can(P.PROPOSAL_WRITE, proposal):
        raise NotPermitted(message=NOT_YOURS)
    evidence = next((row for row in kept_evidence(proposal) if row.id == evidence_id), None)
    if evidence is None:
        raise NotFound()
    if proposal.submitted_at is not None:
        raise WrongState(_l("This file has been handed in. Documents stay in it; you can add a newer one."))
    evidence.removed_at = now
    db.session.flush()
    data = {"evidence": evidence.id}
    record(db.session, "proposal.remove_evidence", proposal, actor=actor, now=now, data=data, outbox=False)
