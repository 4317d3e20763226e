"""The statutory term of a proposal or an objection as the page shows it: the last day, and how it follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hubs.accreditation.lifecycle import ObjectionState
from hubs.accreditation.models import Objection, Proposal
from hubs.accreditation.operations.objecting import term_of_objection
from hubs.accreditation.operations.terms import RUNNING, not_consider_until, suspensions_of, term_of
from hubs.accreditation.statutory import Term, is_suspended
from hubs.accreditation.words.terms import TermLine, due_code, left_words, term_lines


@dataclass(frozen=True, slots=True)
class TermPanel:
    """What `accreditation/_term.html` shows."""

    due_on: date
    code: str  # late, soon, later, paused
    left: str
    is_running: bool
    is_paused: bool
    lines: list[TermLine]
    paused_until: date | None = None
    not_consider_until: date | None = None


def proposal_term(proposal: Proposal, today: date) -> TermPanel | None:
    """None before the first submission."""
    term = term_of(proposal)
    if term is None:
        return None
    suspensions = suspensions_of(proposal)
    running = proposal.state in RUNNING and proposal.decided_at is None
    paused = running and is_suspended(suspensions, today)
    until = max((each.last for each in suspensions if each.holds_on(today)), default=None)
    panel = _panel(term, today, is_running=running, is_paused=paused)
    late = not_consider_until(proposal, today) if running else None
    return TermPanel(
        panel.due_on, panel.code, panel.left, running, paused, panel.lines, until if paused else None, late
    )


def objection_term(objection: Objection, today: date) -> TermPanel:
    running = objection.state in (ObjectionState.RECEIVED, ObjectionState.IN_HANDLING)
    return _panel(term_of_objection(objection), today, is_running=running, is_paused=False)


def _panel(term: Term, today: date, *, is_running: bool, is_paused: bool) -> TermPanel:
    return TermPanel(
        term.ends_on,
        due_code(term, today, is_paused=is_paused),
        left_words(term, today),
        is_running,
        is_paused,
        term_lines(term),
    )
