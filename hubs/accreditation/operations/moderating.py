"""Where the two assessors lie too far apart: the level that counts, with its reason (domain.md, Guideline version)."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accreditation.assessment import answer_of, asks_ground, to_moderate
from hubs.accreditation.models import Moderation, Proposal
from hubs.accreditation.operations.entering import (
    Entry,
    check_seen,
    criterion_asked,
    entry_problems,
    may_enter,
)
from hubs.accreditation.queries.assessments import asked_of, levels_that_count, moderations_of
from hubs.accreditation.results import both_finished
from hubs.core.errors import RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.types import new_id
from hubs.extensions import db


def moderate(
    proposal: Proposal, code: str, entry: Entry, *, version: int | None, actor: Actor, now: datetime
) -> Moderation:
    """Record the level that counts on a criterion whose two scores lie too far apart, with the reason.

    `version` is that of the moderation seen, 0 for none, None without a check. Raises NotPermitted,
    Conflicted, WrongState (not both finished, not in assessment), Stale, RuleViolation.
    """
    person_id = may_enter(proposal, "moderate", actor)
    criterion = criterion_asked(proposal, code)
    if not both_finished(proposal.assessors):
        raise WrongState(_l("Moderation begins when both assessors have finished."))
    row = moderations_of(proposal).get(code)
    check_seen(row, version)
    distance = proposal.guideline_version.moderation_distance
    if code not in to_moderate(asked_of(proposal), levels_that_count(proposal), distance):
        message = _l("The two scores on %(code)s lie close enough together. Their mean counts.", code=code)
        raise RuleViolation("nothing_to_moderate", message)
    problems = list(entry_problems(criterion, entry))
    if problems:
        raise RuleViolation(problems=problems)
    if row is None:
        row = Moderation(id=new_id(), proposal_id=proposal.id, criterion_code=code)
        db.session.add(row)
    needs_ground = asks_ground(criterion, answer_of(criterion, level=entry.level))
    row.level, row.ground = int(entry.level or 0), entry.ground if needs_ground else None
    row.reason, row.person_id, row.saved_at = entry.reason.strip(), person_id, now
    proposal.touch_file()
    db.session.flush()
    data = {"criterion": code, "level": row.level, "ground": row.ground}
    personal = {"note": row.reason}
    record(db.session, "proposal.moderate", proposal, actor=actor, now=now, data=data, personal=personal, outbox=False)
    return row


def drop_moderations(proposal: Proposal, *, actor: Actor, now: datetime) -> None:
    """Scores may change again, so what was moderated no longer counts; that it was there stays in the history."""
    rows = moderations_of(proposal)
    if not rows:
        return
    data = {"levels": {code: row.level for code, row in rows.items()}}
    personal = {code: row.reason for code, row in rows.items()}
    record(
        db.session, "proposal.drop_moderations", proposal, actor=actor, now=now, data=data, personal=personal,
        outbox=False,
    )  # fmt: skip
    for row in rows.values():
        db.session.delete(row)
    proposal.touch_file()
    db.session.flush()
