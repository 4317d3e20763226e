"""The board as a page or the API shows it: rows with stage, clock, next step and holder in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from hubs.accreditation.board import Facts, Holder, Scorer, Standing, Step, due_code, standing_of
from hubs.accreditation.models import Proposal
from hubs.core.durations import day_words

STEP_WORDS: dict[str, Any] = {
    Step.ASSIGN: _l("Assign two assessors"),
    Step.SCORE: _l("Score"),
    Step.WAIT_FOR_ADVICE: _l("Wait for the post's advice"),
    Step.CONCLUDE: _l("Conclude the assessment"),
    Step.COMPLETE: _l("Complete the file"),
    Step.NOT_CONSIDER: _l("Decide whether to go on without completion"),
    Step.DRAFT: _l("Draft a decision"),
    Step.SIGN: _l("Sign the decision"),
    Step.NOTHING: _l("Nothing"),
}
HOLDER_WORDS: dict[str, Any] = {
    Holder.COORDINATORS: _l("Ministry: nobody in person yet"),
    Holder.ASSESSORS: _l("Assessors"),
    Holder.POSTS: _l("Post"),
    Holder.CHAMBER: _l("The chamber"),
    Holder.DECISION_MAKERS: _l("A decision maker"),
    Holder.NOBODY: _l("Nobody"),
}


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One line of the board."""

    proposal: Proposal
    standing: Standing
    step: str
    holder: str
    due: str  # late, soon, later, paused, or empty
    due_words: str
    due_on: date | None
    rivals: int
    interests: int


def facts_of(proposal: Proposal, complete_by: date | None) -> Facts:
    """What the next step follows from, of a proposal with its assessors and advices loaded."""
    scorers = [
        Scorer(row.person_id, row.person.name, row.finished_at is not None)
        for row in proposal.assessors
        if row.ended_at is None
    ]
    asked = [row.post.name("nl") for row in proposal.advices if row.given_at is None]
    return Facts(
        state=proposal.state,
        due_on=proposal.due_on,
        scorers=scorers,
        posts_asked=asked,
        complete_by=complete_by,
    )


def board_row(found: Any, today: date) -> BoardRow:
    """A row of `board_rows` in words."""
    proposal: Proposal = found.Proposal
    standing = standing_of(facts_of(proposal, found.complete_by), today)
    code = due_code(
        proposal.due_on,
        today,
        is_suspended=proposal.state == "returned",
        is_ended=standing.holder == Holder.NOBODY,
    )
    return BoardRow(
        proposal,
        standing,
        str(STEP_WORDS[standing.step]),
        holder_words(standing),
        code,
        due_words(proposal.due_on, today, code),
        proposal.due_on,
        found.rivals,
        found.interests,
    )


def holder_words(standing: Standing) -> str:
    """Who holds it: the people or posts by name where there are any."""
    return ", ".join(standing.names) if standing.names else str(HOLDER_WORDS[standing.holder])


def due_words(due_on: date | None, today: date, code: str) -> str:
    """The statutory term in words, counted in days: "12 days left", "3 days over", "stands still"."""
    if due_on is None or not code:
        return ""
    if code == "paused":
        return _("The term stands still")
    days = (due_on - today).days
    if days < 0:
        return ngettext("%(num)s day over", "%(num)s days over", -days)
    if days == 0:
        return _("Ends today")
    if days > 28:
        return ngettext("%(num)s week left", "%(num)s weeks left", days // 7)
    return ngettext("%(num)s day left", "%(num)s days left", days)


def last_day_words(due_on: date | None, today: date) -> str:
    """The date beside the words."""
    return _("until %(day)s", day=day_words(due_on, today)) if due_on else ""


def conflict_words(rows: Sequence[BoardRow]) -> list[str]:
    """What cannot be seen row by row: markets with more than one case at once, hubs somebody has an interest in."""
    rivals = {row.proposal.market for row in rows if row.rivals}
    found = []
    if rivals:
        found.append(
            ngettext(
                "%(num)s market has more than one proposal at once.",
                "%(num)s markets have more than one proposal at once.",
                len(rivals),
            )
        )
    touched = sum(1 for row in rows if row.interests)
    if touched:
        found.append(
            ngettext(
                "With %(num)s proposal somebody declared an interest in the chamber.",
                "With %(num)s proposals somebody declared an interest in the chamber.",
                touched,
            )
        )
    return found
