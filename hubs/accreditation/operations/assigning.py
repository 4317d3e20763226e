"""Who assesses: declared interests, the two assessors, and the start, return and conclusion of an assessment.

Nobody acts on a hub in which they declared an interest (domain rule 2; Awb 2:4). Asking to complete a file holds the
statutory term (Awb 4:5, 4:15).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation, OrganisationKind, Person
from hubs.accounts.permissions import P
from hubs.accreditation.assessment import ASSESSORS, conclude_problems, start_problems
from hubs.accreditation.lifecycle import ProposalState as S
from hubs.accreditation.models import Interest, Proposal, ProposalAssessor
from hubs.accreditation.operations.attempts import check_no_interest, person_of
from hubs.accreditation.operations.moderating import drop_moderations
from hubs.accreditation.operations.sending import send_letter
from hubs.accreditation.operations.terms import suspend_term
from hubs.accreditation.queries.assessments import (
    answered_in,
    asked_advices,
    asked_of,
    parts_of,
    present_assessors,
)
from hubs.accreditation.queries.conflicts import has_interest
from hubs.accreditation.queries.interests import assessors_in_force
from hubs.accreditation.statutory import amsterdam_day
from hubs.core.errors import NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.perform import check_permitted, check_state, perform
from hubs.core.types import new_id
from hubs.extensions import db

NOT_YOURS = _l("Your role may not do this here.")
ASSIGNABLE = frozenset({S.SUBMITTED, S.IN_ASSESSMENT, S.RETURNED})
USUAL_DAYS = 28  # for one assessor's part, unless the term of the decision ends sooner
BEFORE_DECISION = 14  # days kept for the decision itself


# --- interests ---------------------------------------------------------------------------------------------------


def declare_interest(*, hub_id: str, note: str, actor: Actor, now: datetime) -> Interest:
    """Declare a personal interest in a hub; from then on its proposals and standing are for others.

    Raises NotPermitted, RuleViolation (no such hub, declared already).
    """
    if not actor.can(P.INTEREST_DECLARE) or actor.person_id is None:
        raise NotPermitted(message=_l("Only a person of the ministry can declare an interest."))
    hub = db.session.get(Organisation, hub_id)
    if hub is None or hub.kind != OrganisationKind.HUB:
        raise RuleViolation("unknown_hub", _l("Choose a hub from the list."), "hub")
    if has_interest(actor.person_id, hub_id):
        raise RuleViolation("already_declared", _l("You declared this interest already."), "hub")
    interest = Interest(
        id=new_id(), person_id=actor.person_id, hub_id=hub_id, note=note.strip() or None, declared_at=now
    )
    db.session.add(interest)
    db.session.flush()
    data = {"hub": hub_id, "person": actor.person_id}
    record(db.session, "interest.declare", interest, actor=actor, now=now, data=data, personal={"note": note.strip()})
    return interest


def end_interest(interest: Interest, *, actor: Actor, now: datetime) -> None:
    """The interest is over; that it was there stays on record. Raises NotPermitted (another's), WrongState."""
    if actor.person_id is None or interest.person_id != actor.person_id:
        raise NotPermitted(message=_l("Only the person who declared an interest can end it."))
    if interest.ended_at is not None:
        raise WrongState(_l("This interest was ended already."))
    interest.ended_at = now
    data = {"hub": interest.hub_id, "person": interest.person_id}
    record(db.session, "interest.end", interest, actor=actor, now=now, data=data)


# --- the two assessors -------------------------------------------------------------------------------------------


def usual_due_on(proposal: Proposal, today: date) -> date:
    """Until when an assessor usually has: four weeks, or less when the decision is due sooner; tomorrow at least."""
    usual = today + timedelta(days=USUAL_DAYS)
    if proposal.due_on is not None:
        usual = min(usual, proposal.due_on - timedelta(days=BEFORE_DECISION))
    return max(usual, today + timedelta(days=1))


def assign_assessor(
    proposal: Proposal,
    *,
    person_id: str,
    position: int,
    due_on: date | None = None,
    actor: Actor,
    now: datetime,
) -> ProposalAssessor:
    """Put a person in place 1 or 2; whoever stood there is replaced, and what they did stays on record.

    Raises NotPermitted, Conflicted, WrongState, RuleViolation (another role, an interest, in the other place).
    """
    _check_coordinates(proposal, actor, "assign")
    if proposal.state not in ASSIGNABLE:
        raise WrongState(_l("Assessors can be assigned until the assessment is concluded."))
    problems = list(_assign_problems(proposal, person_id, position, due_on, amsterdam_day(now)))
    if problems:
        raise RuleViolation(problems=problems)
    before = next((row for row in present_assessors(proposal) if row.position == position), None)
    due_on = due_on or usual_due_on(proposal, amsterdam_day(now))
    if before is not None and before.person_id == person_id:
        before.due_on = due_on
        row = before
    else:
        if before is not None:
            before.ended_at = now
            drop_moderations(proposal, actor=actor, now=now)
        row = _placed(proposal, person_id, position, actor, now)
        row.due_on = due_on
        proposal.touch_file()
    db.session.flush()
    data = {
        "person": person_id,
        "position": position,
        "replaces": before.person_id if before and before is not row else None,
        "due_on": str(due_on),
    }
    record(db.session, "proposal.assign", proposal, actor=actor, now=now, data=data)
    return row


def _placed(proposal: Proposal, person_id: str, position: int, actor: Actor, now: datetime) -> ProposalAssessor:
    """A new row, or that of somebody who was replaced before and comes back: their part is open again."""
    row = next((each for each in proposal.assessors if each.person_id == person_id), None)
    if row is None:
        row = ProposalAssessor(id=new_id(), person_id=person_id, person=db.session.get_one(Person, person_id))
        row.position = position
        proposal.assessors.append(row)
    row.position, row.assigned_at, row.assigned_by_id = position, now, actor.person_id
    row.ended_at = row.finished_at = None
    return row


def _assign_problems(
    proposal: Proposal, person_id: str, position: int, due_on: date | None, today: date
) -> Iterator[Problem]:
    if position not in range(1, ASSESSORS + 1):
        yield Problem("position", _l("There are two places: 1 and 2."), "position")
    if due_on is not None and due_on <= today:
        yield Problem("due_past", _l("Choose a day after today."), "due_on")
    known = db.session.execute(assessors_in_force().where(Person.id == person_id)).scalar_one_or_none()
    if known is None:
        yield Problem("not_an_assessor", _l("Choose somebody who assesses for the ministry."), "person")
        return
    if any(row.person_id == person_id and row.position != position for row in present_assessors(proposal)):
        message = _l(
            "%(person)s has the other place already. Two people assess, each by themselves.", person=known.name
        )
        yield Problem("same_person", message, "person")
    if has_interest(person_id, proposal.hub_id):
        message = _l("%(person)s declared an interest in this hub. Choose somebody else.", person=known.name)
        yield Problem("declared_interest", message, "person")


def _check_coordinates(proposal: Proposal, actor: Actor, action: str) -> None:
    if not actor.can(P.PROPOSAL_COORDINATE, proposal):
        raise NotPermitted(message=NOT_YOURS)
    check_no_interest(proposal, action, proposal.hub_id, actor)


# --- start, return, conclude -------------------------------------------------------------------------------------


def start_assessment(proposal: Proposal, *, actor: Actor, now: datetime, data: Mapping[str, Any] | None = None) -> None:
    """From now on two assessors may score. Raises NotPermitted, Conflicted, WrongState, RuleViolation."""
    _check_action(proposal, "start_assessment", actor)
    parts = parts_of(proposal)
    perform(
        db.session,
        proposal,
        "start_assessment",
        actor=actor,
        now=now,
        event_data={"assessors": [part.person_id for part in parts]},
        problems=start_problems(parts),
    )


def send_back(proposal: Proposal, *, actor: Actor, now: datetime, data: Mapping[str, Any] | None = None) -> None:
    """Ask the chamber to complete its file: `note` says what is missing, `until_on` is the last day (Awb 4:5).

    The term stands still, the chamber gets a letter, and parts of the assessment that were finished are open again,
    because the file is going to change. Raises NotPermitted, Conflicted, WrongState, RuleViolation.
    """
    given = dict(data or {})
    note, until_on = str(given.get("note") or "").strip(), given.get("until_on")
    _check_action(proposal, "send_back", actor)
    problems = []
    if until_on is not None and until_on <= amsterdam_day(now):
        problems.append(Problem("until_past", _l("Choose a day after today."), "until_on"))
    was_in_assessment = proposal.state == S.IN_ASSESSMENT
    perform(
        db.session, proposal, "send_back", actor=actor, now=now, data={"note": note}, personal={"note": note},
        event_data={"until_on": str(until_on) if until_on else None}, problems=problems,
    )  # fmt: skip
    if was_in_assessment:
        reopen_parts(proposal, actor=actor, now=now)
    suspension = suspend_term(proposal, now=now, until_on=until_on, note=note)
    extra = {"missing": note, "until_on": suspension.until_on}
    send_letter("completion_request", proposal=proposal, actor=actor, now=now, extra=extra)


def conclude(proposal: Proposal, *, actor: Actor, now: datetime, data: Mapping[str, Any] | None = None) -> None:
    """The assessment is complete and goes to the decision maker; by one of the two assessors.

    Raises NotPermitted, Conflicted, WrongState, RuleViolation with everything that is still open.
    """
    _check_action(proposal, "conclude", actor)
    problems = conclude_problems(
        asked_of(proposal),
        answered_in(proposal),
        parts=parts_of(proposal),
        advices=asked_advices(proposal),
        distance=proposal.guideline_version.moderation_distance,
        today=amsterdam_day(now),
    )
    event_data = {"file_number": proposal.file_number}
    perform(db.session, proposal, "conclude", actor=actor, now=now, event_data=event_data, problems=problems)


def reassess(proposal: Proposal, *, actor: Actor, now: datetime, data: Mapping[str, Any] | None = None) -> None:
    """Open a concluded assessment again, with a note why: both parts are open, and so each blind to the other.

    Raises NotPermitted, Conflicted, WrongState, RuleViolation.
    """
    note = str((data or {}).get("note") or "").strip()
    _check_action(proposal, "reassess", actor)
    perform(db.session, proposal, "reassess", actor=actor, now=now, data={"note": note}, personal={"note": note})
    proposal.touch_file()
    reopen_parts(proposal, actor=actor, now=now)


def reopen_parts(proposal: Proposal, *, actor: Actor, now: datetime) -> None:
    """Scores may be changed again; a moderation of what they were no longer counts."""
    opened = [row.person_id for row in present_assessors(proposal) if row.finished_at is not None]
    for row in present_assessors(proposal):
        row.finished_at = None
    drop_moderations(proposal, actor=actor, now=now)
    if opened:
        record(
            db.session, "proposal.reopen_parts", proposal, actor=actor, now=now, data={"people": opened}, outbox=False
        )
    db.session.flush()


def _check_action(proposal: Proposal, action: str, actor: Actor) -> None:
    """The order of refusals: role, state, a person behind it, no interest."""
    check_permitted(proposal, action, actor)
    check_state(proposal, action)
    person_of(actor, proposal, action)
    check_no_interest(proposal, action, proposal.hub_id, actor)
