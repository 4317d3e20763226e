"""Stage, next step and holder of a proposal follow from its file."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hubs.accreditation.board import Facts, Holder, Scorer, Step, due_code, standing_of
from hubs.accreditation.lifecycle import ProposalState

TODAY = date(2026, 11, 23)
BUSY, DONE = Scorer("p1", "Anouk Toets", False), Scorer("p2", "Wim Toetsveld", True)
BOTH = (Scorer("p1", "Anouk Toets", True), DONE)


@pytest.mark.parametrize(
    ("facts", "step", "holder", "names"),
    [
        (Facts(state="submitted"), Step.ASSIGN, Holder.COORDINATORS, ()),
        (Facts(state="in_assessment", scorers=(DONE,)), Step.ASSIGN, Holder.COORDINATORS, ()),
        (Facts(state="in_assessment", scorers=(BUSY, DONE)), Step.SCORE, Holder.ASSESSORS, ("Anouk Toets",)),
        (
            Facts(state="in_assessment", scorers=BOTH, posts_asked=("Bogotá",)),
            Step.WAIT_FOR_ADVICE,
            Holder.POSTS,
            ("Bogotá",),
        ),
        (
            Facts(state="in_assessment", scorers=BOTH),
            Step.CONCLUDE,
            Holder.ASSESSORS,
            ("Anouk Toets", "Wim Toetsveld"),
        ),
        (Facts(state="returned", complete_by=TODAY), Step.COMPLETE, Holder.CHAMBER, ()),
        (Facts(state="returned", complete_by=TODAY - timedelta(days=1)), Step.NOT_CONSIDER, Holder.COORDINATORS, ()),
        (Facts(state="assessed"), Step.DRAFT, Holder.COORDINATORS, ()),
        (Facts(state="decision_drafted"), Step.SIGN, Holder.DECISION_MAKERS, ()),
        (Facts(state="decided"), Step.NOTHING, Holder.NOBODY, ()),
    ],
)
def test_the_next_step_and_who_holds_it(facts: Facts, step: Step, holder: Holder, names: tuple[str, ...]) -> None:
    found = standing_of(facts, TODAY)
    assert (found.step, found.holder, found.names) == (step, holder, names)


def test_every_state_has_a_place_on_the_board() -> None:
    for state in ProposalState:
        assert standing_of(Facts(state=state), TODAY).stage


@pytest.mark.parametrize(
    ("days", "suspended", "code"), [(-1, False, "late"), (0, False, "soon"), (15, False, "later"), (-1, True, "paused")]
)
def test_how_pressing_the_term_is(days: int, suspended: bool, code: str) -> None:
    assert due_code(TODAY + timedelta(days=days), TODAY, is_suspended=suspended) == code
