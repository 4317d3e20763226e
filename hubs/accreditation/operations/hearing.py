"""Hearing the chamber before a proposal is refused on facts that depart from its own (Awb 4:7, 4:9, 4:11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.deciding_rules import WAIVERS
from hubs.accreditation.lifecycle import ProposalState as S
from hubs.accreditation.models import Hearing, Proposal
from hubs.accreditation.operations.attempts import check_no_interest, person_of
from hubs.accreditation.operations.entering import check_seen
from hubs.accreditation.operations.sending import send_letter
from hubs.accreditation.statutory import amsterdam_day
from hubs.core.errors import NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.types import new_id
from hubs.extensions import db

ARTICLE = "4:7"
FORMS = ("oral", "written", "waived")
OPEN_FOR_HEARING = frozenset({S.IN_ASSESSMENT, S.RETURNED, S.ASSESSED, S.DECISION_DRAFTED})


@dataclass(frozen=True, slots=True)
class Held:
    """What came of a hearing: how, when, what was said; or the coded reason why it was left out."""

    form: str
    held_on: date | None = None
    report: str = ""
    waiver_reason: str | None = None


def invite_hearing(proposal: Proposal, *, subject: str, answer_by: date | None, actor: Actor, now: datetime) -> Hearing:
    """Invite the chamber to give its view on the facts in `subject` until a day; it gets a letter.

    Raises NotPermitted, Conflicted, WrongState, RuleViolation.
    """
    _check(proposal, "invite_hearing", actor)
    problems = []
    if not subject.strip():
        message = _l("Say which facts it is about. The chamber reads this in the letter.")
        problems.append(Problem("subject_required", message, "subject"))
    if answer_by is None or answer_by <= amsterdam_day(now):
        problems.append(Problem("answer_by_past", _l("Choose a day after today."), "answer_by"))
    if problems:
        raise RuleViolation(problems=problems)
    hearing = Hearing(
        id=new_id(),
        article=ARTICLE,
        proposal_id=proposal.id,
        subject=subject.strip(),
        invited_at=now,
        answer_by=answer_by,
    )
    db.session.add(hearing)
    db.session.flush()
    data = {"hearing": hearing.id, "article": ARTICLE, "answer_by": str(answer_by)}
    record(db.session, "proposal.invite_hearing", proposal, actor=actor, now=now, data=data)
    send_letter("hearing_invitation", proposal=proposal, actor=actor, now=now, extra={"hearing": hearing})
    return hearing


def waive_hearing(proposal: Proposal, *, reason: str | None, report: str, actor: Actor, now: datetime) -> Hearing:
    """Record that no hearing is held, with the coded reason, without an invitation before it. Raises as `record`."""
    _check(proposal, "waive_hearing", actor)
    hearing = Hearing(id=new_id(), article=ARTICLE, proposal_id=proposal.id)
    held = Held("waived", report=report, waiver_reason=reason)
    problems = list(_held_problems(hearing, held, amsterdam_day(now)))
    if problems:
        raise RuleViolation(problems=problems)
    db.session.add(hearing)
    return _put(hearing, proposal, held, actor=actor, now=now)


def record_hearing(
    hearing: Hearing, proposal: Proposal, held: Held, *, version: int | None, actor: Actor, now: datetime
) -> Hearing:
    """Record what the chamber said, or why it was not heard after all; once.

    Raises NotPermitted, Conflicted, WrongState (recorded already), Stale, RuleViolation.
    """
    _check(proposal, "record_hearing", actor)
    if hearing.recorded_at is not None:
        raise WrongState(_l("This hearing is recorded already. Invite again when something new comes up."))
    check_seen(hearing, version)
    problems = list(_held_problems(hearing, held, amsterdam_day(now)))
    if problems:
        raise RuleViolation(problems=problems)
    return _put(hearing, proposal, held, actor=actor, now=now)


def _check(proposal: Proposal, action: str, actor: Actor) -> None:
    if not actor.can(P.PROPOSAL_COORDINATE, proposal):
        raise NotPermitted(message=_l("Your role may not do this here."))
    person_of(actor, proposal, action)
    check_no_interest(proposal, action, proposal.hub_id, actor)
    if proposal.state not in OPEN_FOR_HEARING:
        raise WrongState(_l("A hearing belongs between the start of the assessment and the decision."))


def _held_problems(hearing: Hearing, held: Held, today: date) -> Iterator[Problem]:
    if held.form not in FORMS:
        yield Problem("form_required", _l("Choose how the chamber was heard, or that it was not."), "form")
    elif held.form == "waived":
        if held.waiver_reason not in WAIVERS:
            yield Problem("waiver_required", _l("Choose why the chamber is not heard."), "waiver_reason")
        return
    if held.held_on is None:
        yield Problem("held_on_required", _l("Fill in the day."), "held_on")
    elif held.held_on > today:
        yield Problem("held_on_future", _l("This day has not come yet."), "held_on")
    elif hearing.invited_at is not None and held.held_on < amsterdam_day(hearing.invited_at):
        yield Problem("held_on_early", _l("This is before the invitation."), "held_on")
    if not held.report.strip():
        yield Problem("report_required", _l("Write down what the chamber said."), "report")


def _put(hearing: Hearing, proposal: Proposal, held: Held, *, actor: Actor, now: datetime) -> Hearing:
    waived = held.form == "waived"
    hearing.form, hearing.report = held.form, held.report.strip() or None
    hearing.held_on = None if waived else held.held_on
    hearing.waiver_reason = held.waiver_reason if waived else None
    hearing.recorded_at, hearing.recorded_by_id = now, actor.person_id
    proposal.touch_file()
    db.session.flush()
    data = {"hearing": hearing.id, "article": hearing.article, "form": held.form, "waiver": hearing.waiver_reason}
    record(db.session, "proposal.record_hearing", proposal, actor=actor, now=now, data=data)
    return hearing
