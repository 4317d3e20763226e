"""The statutory term of a proposal: started, held, resumed, extended; warned of before it ends (Awb 4:5, 4:13-4:15).

`due_on` is stored and recomputed here by whatever changes it; how it follows is in `hubs.accreditation.statutory`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hubs.accounts.actor import THE_SERVICE, Actor
from hubs.accounts.permissions import P
from hubs.accreditation.lifecycle import ProposalState as S
from hubs.accreditation.models import Proposal, TermSuspension
from hubs.accreditation.operations.attempts import check_no_interest
from hubs.accreditation.operations.sending import send_letter
from hubs.accreditation.statutory import (
    WARN_DAYS,
    Extension,
    Suspension,
    Term,
    amsterdam_day,
    completion_until,
    decision_due,
    not_consider_by,
)
from hubs.core.errors import NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.types import new_id
from hubs.extensions import db

RUNNING = (S.SUBMITTED, S.IN_ASSESSMENT, S.RETURNED, S.ASSESSED, S.DECISION_DRAFTED)
LONGEST_EXTENSION_DAYS = 84  # a reasonable term (Awb 4:14): never longer than the law's own longest of twelve weeks
_EQUATED = Path(__file__).parent.parent / "data" / "equated_days.csv"


@lru_cache(maxsize=1)
def equated_days() -> frozenset[date]:
    """Days made equal to a holiday by royal decree (Atw 3, third paragraph), from `data/equated_days.csv`."""
    with _EQUATED.open(encoding="utf-8", newline="") as lines:
        return frozenset(date.fromisoformat(row["day"]) for row in csv.DictReader(lines))


def suspensions_of(proposal: Proposal) -> list[Suspension]:
    """The stored stretches as the clock reads them."""
    return [
        Suspension(
            asked_on=row.starts_on,
            until_on=row.until_on or row.ended_on or row.starts_on,
            completed_on=row.ended_on if row.is_completed else None,
            ground=row.ground,
        )
        for row in proposal.suspensions
    ]


def term_of(proposal: Proposal) -> Term | None:
    """The term with its derivation; None before the first submission."""
    if proposal.received_on is None:
        return None
    extensions = []
    if proposal.extended_on and proposal.extension_days:
        extensions.append(Extension(proposal.extended_on, proposal.extension_days))
    return decision_due(
        proposal.received_on,
        suspensions=suspensions_of(proposal),
        extensions=extensions,
        equated=equated_days(),
    )


def open_suspension(proposal: Proposal) -> TermSuspension | None:
    """The stretch that has not been closed, whether or not its period has passed."""
    return next((row for row in reversed(proposal.suspensions) if row.ended_on is None), None)


def last_completion(proposal: Proposal) -> TermSuspension | None:
    """The last request to complete the file."""
    return next((row for row in reversed(proposal.suspensions) if row.ground == "completion"), None)


def not_consider_until(proposal: Proposal, today: date) -> date | None:
    """The last day to leave the file out of consideration; None while the period to complete it still runs."""
    row = last_completion(proposal)
    if row is None or row.until_on is None or row.is_completed or today <= row.until_on:
        return None
    return not_consider_by(Suspension(row.starts_on, row.until_on), equated=equated_days()).ends_on


def start_term(proposal: Proposal, *, now: datetime) -> None:
    """The first submission is the day of receipt; later ones do not start it anew."""
    if proposal.received_on is None:
        proposal.received_on = amsterdam_day(now)
    recompute(proposal)


def suspend_term(
    proposal: Proposal, *, now: datetime, until_on: date | None = None, ground: str = "completion", note: str = ""
) -> TermSuspension:
    """The term stands still from tomorrow; a stretch that is open already gets the later last day.

    Without `until_on` the usual period to complete a file. Raises RuleViolation (a day that is over).
    """
    today = amsterdam_day(now)
    until_on = until_on or completion_until(today, equated=equated_days()).ends_on
    if until_on <= today:
        raise RuleViolation("until_past", _l("Choose a day after today."), "until_on")
    row = open_suspension(proposal)
    if row is not None and row.until_on is not None and row.until_on >= today:
        row.until_on = max(row.until_on, until_on)
    else:
        row = TermSuspension(id=new_id(), ground=ground, starts_on=today, until_on=until_on)
        proposal.suspensions.append(row)
    row.note = note or row.note
    recompute(proposal)
    return row


def resume_term(proposal: Proposal, *, now: datetime) -> None:
    """The file is complete today, or what held it is over: the term runs on. Nothing when it does not stand still."""
    today = amsterdam_day(now)
    for row in proposal.suspensions:
        if row.ended_on is None:
            row.ended_on = today
            row.is_completed = row.until_on is None or today <= row.until_on
    recompute(proposal)


def recompute(proposal: Proposal) -> None:
    """Store the last day anew; a day that moved is warned of again."""
    term = term_of(proposal)
    due_on = term.ends_on if term else None
    if due_on != proposal.due_on:
        proposal.due_on, proposal.warned_at, proposal.overdue_at = due_on, None, None
    db.session.flush()


def extend_term(proposal: Proposal, *, days: int, reason: str, actor: Actor, now: datetime) -> None:
    """Tell the applicant that the decision takes longer, once, before the term is over (Awb 4:14); sends the letter.

    Raises NotPermitted, Conflicted, WrongState, RuleViolation.
    """
    if not actor.can(P.PROPOSAL_COORDINATE, proposal):
        raise NotPermitted(message=_l("Your role may not do this here."))
    check_no_interest(proposal, "extend_term", proposal.hub_id, actor)
    if proposal.state not in RUNNING or proposal.decided_at is not None or proposal.received_on is None:
        raise WrongState(_l("No term is running for this proposal."))
    problems = list(_extension_problems(proposal, days, reason, amsterdam_day(now)))
    if problems:
        raise RuleViolation(problems=problems)
    before = proposal.due_on
    proposal.extended_on, proposal.extension_days = amsterdam_day(now), days
    recompute(proposal)
    data = {"days": days, "before": str(before), "due_on": str(proposal.due_on)}
    record(db.session, "proposal.extend_term", proposal, actor=actor, now=now, data=data, personal={"note": reason})
    send_letter("extension", proposal=proposal, actor=actor, now=now, extra={"reason": reason, "before": before})


def _extension_problems(proposal: Proposal, days: int, reason: str, today: date) -> Iterator[Problem]:
    if proposal.extension_days:
        yield Problem("already_extended", _l("This term has been extended already. That can be done once."), "days")
    if not 1 <= days <= LONGEST_EXTENSION_DAYS:
        message = _l("Choose at least one day and at most twelve weeks.")
        yield Problem("extension_length", message, "days")
    if proposal.due_on is not None and today > proposal.due_on:
        yield Problem("term_over", _l("The term is over. It can only be extended before its last day has passed."))
    if not reason.strip():
        yield Problem("reason_required", _l("Say why more time is needed. The letter gives this reason."), "reason")


# --- what the clock does by itself -----------------------------------------------------------------------------


def terms_to_warn(now: datetime) -> list[str]:
    """Ids of proposals whose term ends soon, and of whom nobody was warned yet."""
    soon = amsterdam_day(now) + timedelta(days=WARN_DAYS[0])
    return _running_ids(Proposal.due_on <= soon, Proposal.warned_at.is_(None))


def terms_overdue(now: datetime) -> list[str]:
    """Ids of proposals whose term is over without a decision, not yet recorded."""
    return _running_ids(Proposal.due_on < amsterdam_day(now), Proposal.overdue_at.is_(None))


def completions_passed(now: datetime) -> list[str]:
    """Ids of proposals whose period to complete the file passed unused, not yet recorded."""
    passed = select(TermSuspension.proposal_id).where(
        TermSuspension.ended_on.is_(None), TermSuspension.until_on < amsterdam_day(now)
    )
    return _running_ids(Proposal.id.in_(passed))


def _running_ids(*where: object) -> list[str]:
    statement = select(Proposal.id).where(Proposal.state.in_(RUNNING), Proposal.decided_at.is_(None), *where)  # type: ignore[arg-type]
    return list(db.session.execute(statement.order_by(Proposal.due_on, Proposal.id)).scalars())


def warn_term(proposal_id: str, *, now: datetime) -> bool:
    """Record that a term ends soon; mails follow from the event. Whether anything was due."""
    if proposal_id not in terms_to_warn(now):
        return False
    proposal = _locked(proposal_id)
    proposal.warned_at = now
    data = {"due_on": str(proposal.due_on)}
    record(db.session, "proposal.term_warning", proposal, actor=THE_SERVICE, now=now, data=data)
    return True


def mark_overdue(proposal_id: str, *, now: datetime) -> bool:
    """Record that a term is over without a decision. Whether anything was due."""
    if proposal_id not in terms_overdue(now):
        return False
    proposal = _locked(proposal_id)
    proposal.overdue_at = now
    data = {"due_on": str(proposal.due_on)}
    record(db.session, "proposal.term_overdue", proposal, actor=THE_SERVICE, now=now, data=data)
    return True


def mark_completion_passed(proposal_id: str, *, now: datetime) -> bool:
    """Record that a chamber did not complete its file in time: four weeks to leave it out begin (Awb 4:5)."""
    if proposal_id not in completions_passed(now):
        return False
    proposal = _locked(proposal_id)
    today = amsterdam_day(now)
    for row in proposal.suspensions:
        if row.ended_on is None and row.until_on is not None and row.until_on < today:
            row.ended_on = row.until_on
    recompute(proposal)
    until = not_consider_until(proposal, today)
    data = {"due_on": str(proposal.due_on), "not_consider_until": str(until) if until else None}
    record(db.session, "proposal.completion_passed", proposal, actor=THE_SERVICE, now=now, data=data)
    return True


def _locked(proposal_id: str) -> Proposal:
    return db.session.execute(
        select(Proposal).where(Proposal.id == proposal_id).with_for_update(of=Proposal)
    ).scalar_one()
