"""Proposals for one market beside one another: what each asks, what posts advise, and what the reckoning says.

Scores are shown for a proposal only when both its assessors are done: until then they work blind to one another. Who
scores one again for calibration sees none of it either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from hubs.accounts.actor import Actor
from hubs.accreditation.lifecycle import OPEN_STATES
from hubs.accreditation.models import PostAdvice, Proposal, Submission
from hubs.accreditation.queries.proposals import proposals_visible_to
from hubs.accreditation.results import blind_to, both_finished, results_for_many
from hubs.accreditation.scoring import Result
from hubs.accreditation.words import KIND_WORDS, OPINION_WORDS, OUTCOME_WORDS, PROPOSAL_WORDS
from hubs.core.templating import date_words, locale_code
from hubs.extensions import db
from hubs.guideline.models import CriterionRow
from hubs.reference.labels import service_name

COVERAGE = "coverage"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the comparison: its name, a cell for each proposal, and whether the cells differ."""

    name: str
    cells: tuple[str, ...]

    @property
    def differs(self) -> bool:
        return len(set(self.cells)) > 1


def rivals_of(actor: Actor, market: str) -> tuple[list[Proposal], list[Line]]:
    """The open proposals for a market in order of receipt, and the lines that set them side by side."""
    statement = proposals_visible_to(actor).where(
        Proposal.market == market, Proposal.state.in_(OPEN_STATES), Proposal.submitted_at.is_not(None)
    )
    statement = statement.order_by(Proposal.submitted_at, Proposal.id).options(
        joinedload(Proposal.hub),
        joinedload(Proposal.guideline_version),
        selectinload(Proposal.assessors),
        selectinload(Proposal.advices).joinedload(PostAdvice.post),
    )
    found = list(db.session.execute(statement).unique().scalars())
    if not found:
        return [], []
    return found, [*_file_lines(found), *_result_lines(found, actor)]


def _file_lines(found: list[Proposal]) -> list[Line]:
    wanted = _services_wanted(found)
    return [
        Line(_("Kind of proposal"), tuple(str(KIND_WORDS[one.kind]) for one in found)),
        Line(_("Where it stands"), tuple(str(PROPOSAL_WORDS[one.state]) for one in found)),
        Line(_("Handed in"), tuple(date_words(one.submitted_at) for one in found)),
        Line(_("Services wanted"), tuple(wanted[one.id] for one in found)),
        Line(_("Advice of posts"), tuple(_advice_words(one) for one in found)),
        Line(_("Guideline"), tuple(one.guideline_version.name for one in found)),
    ]


def _services_wanted(found: list[Proposal]) -> dict[str, str]:
    """What each wanted in what it last handed in."""
    statement = (
        select(Submission.proposal_id, Submission.content)
        .where(Submission.proposal_id.in_([one.id for one in found]))
        .order_by(Submission.number)
    )
    latest: dict[str, dict[str, Any]] = {row.proposal_id: row.content for row in db.session.execute(statement)}
    words = {}
    for one in found:
        codes = latest.get(one.id, {}).get("sections", {}).get(COVERAGE, {}).get("services_wanted") or []
        words[one.id] = ", ".join(service_name(code) for code in codes) or _("not said")
    return words


def _advice_words(proposal: Proposal) -> str:
    given = [row for row in proposal.advices if row.given_at is not None]
    if not given:
        return _("none yet")
    locale = locale_code()
    return "; ".join(
        _("%(post)s: %(opinion)s", post=row.post.name(locale), opinion=OPINION_WORDS[row.opinion]) for row in given
    )


def _result_lines(found: list[Proposal], actor: Actor) -> list[Line]:
    blind = set(db.session.execute(blind_to(actor)).scalars())
    scored = [one for one in found if both_finished(one.assessors) and one.id not in blind]
    results = results_for_many(scored) if scored else {}
    hidden = _("not scored by both yet")

    def cells(tell: Any) -> tuple[str, ...]:
        return tuple(tell(results[one.id]) if one.id in results else hidden for one in found)

    lines = [
        Line(_("Computed result"), cells(lambda result: str(OUTCOME_WORDS[result.outcome]))),
        Line(_("Weighted total"), cells(lambda result: f"{result.shown} %")),
        Line(_("Hard requirements missed"), cells(_missed_words)),
    ]
    return lines + [Line(name, cells(_points_of(code))) for code, name in _criteria_names(results)]


def _missed_words(result: Result) -> str:
    missed = [row.code for row in result.rows if row.criterion.rule == "knock_out" and not row.passed]
    return ", ".join(missed) or _("none")


def _points_of(code: str) -> Any:
    def tell(result: Result) -> str:
        for row in result.rows:
            if row.code == code and row.points is not None:
                points = round(float(row.points), 1)
                return ngettext("%(points)s point of 4", "%(points)s points of 4", int(points), points=points)
        return _("not asked")

    return tell


def _criteria_names(results: dict[str, Result]) -> list[tuple[str, str]]:
    """The criteria with points, in the order of the versions, with their names."""
    codes = list(
        dict.fromkeys(row.code for result in results.values() for row in result.rows if row.points is not None)
    )
    if not codes:
        return []
    statement = select(CriterionRow.code, CriterionRow.name_nl, CriterionRow.name_en).where(
        CriterionRow.code.in_(codes)
    )
    column = "name_nl" if locale_code().startswith("nl") else "name_en"
    names = {row.code: f"{row.code} {getattr(row, column)}" for row in db.session.execute(statement)}
    return [(code, names.get(code, code)) for code in codes]
