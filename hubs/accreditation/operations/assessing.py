"""What assessors write: scores blind to one another, checks once for both, finishing a part, internal notes.

Everything a decision rests on raises the file's number, so that a signature on an older file no longer fits.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.assessment import answer_of, asks_ground, part_problems
from hubs.accreditation.lifecycle import ProposalState as S
from hubs.accreditation.models import FactCheck, InternalNote, Proposal, ProposalAssessor, Score
from hubs.accreditation.operations.attempts import check_no_interest, person_of
from hubs.accreditation.operations.entering import Entry, check_seen, criterion_asked, entry_problems, may_enter
from hubs.accreditation.queries.assessments import asked_of, checks_of, levels_that_count, own_part, score_of
from hubs.accreditation.queries.evidence_shown import handed_in_answer
from hubs.accreditation.results import both_finished
from hubs.core.errors import NotPermitted, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.types import new_id
from hubs.extensions import db
from hubs.guideline.criteria import Answer, Criterion

PART_FINISHED = _l("You have finished your part. Your scores can no longer be changed.")
NO_NOTES = frozenset({S.DRAFT, S.DECIDED, S.NOT_CONSIDERED, S.WITHDRAWN})


def save_score(
    proposal: Proposal, code: str, entry: Entry, *, version: int | None, actor: Actor, now: datetime
) -> Score:
    """One's own level on one scale criterion, with the reason, and a ground where it fails.

    `version` is that of the score seen: 0 for none, None without a check. Raises NotPermitted, Conflicted,
    WrongState (not in assessment, part finished), Stale, RuleViolation.
    """
    person_id = may_enter(proposal, "score", actor)
    criterion = criterion_asked(proposal, code)
    if criterion.answer != Answer.SCALE:
        raise RuleViolation("not_scored", _l("%(code)s is not scored: it is checked once.", code=code))
    part = own_part(actor, proposal)
    if part is not None and part.finished_at is not None:
        raise WrongState(PART_FINISHED)
    row = score_of(proposal, code, person_id)
    check_seen(row, version)
    _refuse(criterion, entry)
    if row is None:
        row = Score(id=new_id(), proposal_id=proposal.id, criterion_code=code, person_id=person_id)
        db.session.add(row)
    row.level, row.reason, row.saved_at = int(entry.level or 0), entry.reason.strip(), now
    row.ground = _ground(criterion, entry)
    return _stored(proposal, row, "proposal.score", {"criterion": code}, actor=actor, now=now)


def save_check(
    proposal: Proposal, code: str, entry: Entry, *, version: int | None, actor: Actor, now: datetime
) -> FactCheck:
    """A fact or document as found, once for both assessors; whether it departs from what the chamber handed in.

    A number or a yes/no other than the chamber's own departs, whatever is ticked. Raises as `save_score`.
    """
    person_id = may_enter(proposal, "check", actor)
    criterion = criterion_asked(proposal, code)
    if criterion.answer == Answer.SCALE:
        raise RuleViolation("not_checked", _l("%(code)s is scored by both assessors.", code=code))
    row = checks_of(proposal).get(code)
    check_seen(row, version)
    entry = replace(entry, departs=entry.departs or departs_from_file(proposal, criterion, entry))
    _refuse(criterion, entry)
    departs = entry.departs or departs_from_file(proposal, criterion, entry)
    if row is None:
        row = FactCheck(id=new_id(), proposal_id=proposal.id, criterion_code=code)
        db.session.add(row)
    row.value, row.answer = (entry.value, None) if criterion.answer == Answer.NUMBER else (None, entry.answer)
    row.departs = departs
    row.ground, row.reason = _ground(criterion, entry), entry.reason.strip() or None
    row.person_id, row.saved_at = person_id, now
    data = {"criterion": code, "departs": row.departs, "ground": row.ground}
    data |= {"value": str(row.value) if row.value is not None else row.answer}
    return _stored(proposal, row, "proposal.check", data, actor=actor, now=now)


def departs_from_file(proposal: Proposal, criterion: Criterion, entry: Entry) -> bool:
    """Whether what was found is another number, or another yes or no, than the chamber handed in."""
    stated = handed_in_answer(proposal, criterion)
    found = entry.value if criterion.answer == Answer.NUMBER else entry.answer
    comparable = criterion.answer in (Answer.NUMBER, Answer.YES_NO)
    return comparable and stated is not None and found is not None and stated != found


def _refuse(criterion: Criterion, entry: Entry) -> None:
    problems = list(entry_problems(criterion, entry))
    if problems:
        raise RuleViolation(problems=problems)


def _ground(criterion: Criterion, entry: Entry) -> str | None:
    """The ground is kept only where something fails."""
    given = answer_of(criterion, level=entry.level, value=entry.value, answer=entry.answer)
    return entry.ground if asks_ground(criterion, given) else None


def _stored(proposal: Proposal, row: Any, kind: str, data: dict[str, Any], *, actor: Actor, now: datetime) -> Any:
    proposal.touch_file()
    db.session.flush()
    values = {**data, "file_number": proposal.file_number}
    record(db.session, kind, proposal, actor=actor, now=now, data=values, outbox=False)
    return row


def finish_part(proposal: Proposal, *, actor: Actor, now: datetime) -> ProposalAssessor:
    """Finish one's own part: one's scores are fixed, and open to the other when both have done so.

    Raises NotPermitted, Conflicted, WrongState, RuleViolation with everything that has no score yet.
    """
    person_id = may_enter(proposal, "finish", actor)
    part = own_part(actor, proposal)
    if part is None:
        raise NotPermitted(message=_l("You do not assess this proposal."))
    if part.finished_at is not None:
        raise WrongState(PART_FINISHED)
    problems = part_problems(person_id, asked_of(proposal), levels_that_count(proposal))
    if problems:
        raise RuleViolation(problems=problems)
    part.finished_at = now
    proposal.touch_file()
    db.session.flush()
    data = {"position": part.position}
    record(db.session, "proposal.finish_part", proposal, actor=actor, now=now, data=data, outbox=False)
    if both_finished(proposal.assessors):
        record(db.session, "proposal.both_finished", proposal, actor=actor, now=now, data=data)
    return part


def write_note(proposal: Proposal, *, text: str, actor: Actor, now: datetime) -> InternalNote:
    """An internal note, apart from the reasons in the letter; whoever writes one has advised.

    Raises NotPermitted, Conflicted, WrongState, RuleViolation.
    """
    if not (actor.can(P.PROPOSAL_COORDINATE, proposal) or actor.can(P.DECISION_DRAFT, proposal)):
        raise NotPermitted(message=_l("Your role may not do this here."))
    person_id = person_of(actor, proposal, "note")
    check_no_interest(proposal, "note", proposal.hub_id, actor)
    if proposal.state in NO_NOTES:
        raise WrongState(_l("This proposal is over. Notes can no longer be added."))
    if not text.strip():
        raise RuleViolation("text_required", _l("Fill this in."), "text")
    note = InternalNote(id=new_id(), proposal_id=proposal.id, person_id=person_id, text=text.strip(), written_at=now)
    db.session.add(note)
    db.session.flush()
    record(db.session, "proposal.note", proposal, actor=actor, now=now, data={"note": note.id}, outbox=False)
    return note
