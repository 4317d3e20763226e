"""The computed result of a proposal, and a version of the guideline tried on past ones: both only read."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from hubs.accounts.permissions import P
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.queries.tryouts import try_out
from hubs.accreditation.results import may_see_result, reckoned
from hubs.accreditation.schemas.results import ResultOut, TryOutNew, TryOutOut
from hubs.accreditation.scoring import Result, Row
from hubs.accreditation.sensitivity import Change
from hubs.accreditation.tryout import Trial, TryOut, Unknown
from hubs.accreditation.words import OUTCOME_WORDS
from hubs.accreditation.words import results as words
from hubs.accreditation.words.tryouts import UNKNOWN_WORDS
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.core.errors import NotPermitted
from hubs.guideline.queries import get_visible_version

from . import routes

codes.add("computed_outcome", "outcome", OUTCOME_WORDS)
codes.add("try_out_unanswered", "list", UNKNOWN_WORDS)


@routes.get(
    "/proposals/<id:proposal_id>/result",
    P.ASSESSMENT_READ,
    answer=ResultOut,
    summary="The computed result with its derivation and what one answer would change",
    tag="proposals",
)
def proposal_result(call: Call, proposal_id: str) -> Answer:
    proposal = get_visible_proposal(call.sight, proposal_id)
    call.may(proposal)
    if not may_see_result(call.actor, proposal):
        raise NotPermitted(message=_l("Scores are open when both assessors have finished."))
    result, changes = reckoned(proposal)
    return Answer(_result_shown(result, changes))


def _result_shown(result: Result, changes: tuple[Change, ...]) -> dict[str, Any]:
    criteria = {row.code: row.criterion for row in result.rows}
    return {
        "outcome": result.outcome,
        "text": words.outcome_sentence(result),
        "total": str(result.shown),
        "total_exact": str(result.total),
        "pass_mark": str(result.pass_mark),
        "is_below_pass_mark": result.below_pass_mark,
        "is_limited_by_kind": result.limited_by_kind,
        **_failed(result),
        "rows": [_row_shown(row) for row in result.rows],
        "changes": [
            {
                "code": change.code,
                "aspect": change.aspect,
                "before": _text(change.before),
                "after": _text(change.after),
                "beyond": change.beyond,
                "outcome": change.outcome,
                "text": words.change_sentence(change, criteria[change.code]),
            }
            for change in changes
        ],
    }


def _failed(result: Result) -> dict[str, list[str]]:
    return {name: list(getattr(result, name)) for name in ("knock_outs", "mandatory", "consequences", "missing")}


def _row_shown(row: Row) -> dict[str, Any]:
    return {
        "code": row.code,
        "rule": row.criterion.rule,
        "answer": words.answer_words(row) if row.answered else None,
        "weight": str(row.criterion.weight),
        "points": None if row.points is None else str(row.points),
        "part": str(row.part),
        "most": str(row.most),
        "is_met": row.passed,
        "why": row.why,
    }


def _text(value: Any) -> str | None:
    """Yes and no as true and false, numbers exactly."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


@routes.endpoint(
    "POST",
    "/guideline-versions/<id:version_id>/try-outs",
    P.ASSESSMENT_READ,
    body=TryOutNew,
    answer=TryOutOut,
    summary="Which past results would be other ones under this version; changes nothing",
    tag="guideline-versions",
    description="What the version asks and nobody was asked then is left out of the reckoning, or counted as not met.",
)
def guideline_version_try_out(call: Call, version_id: str) -> Answer:
    version = get_visible_version(call.actor, version_id)
    call.may()
    unknown = Unknown(call.body()["unanswered"])
    found = try_out(version, actor=call.actor, unknown=unknown)
    return Answer({"version": version.id, "unanswered": unknown, **_try_out_shown(found)})


def _try_out_shown(found: TryOut) -> dict[str, Any]:
    return {
        "tried": found.tried,
        "flips": [_flip_shown(trial) for trial in found.flips],
        "counts": [
            {"before": before, "after": after, "count": count}
            for (before, after), count in sorted(found.counts.items())
        ],
        "unanswered_criteria": [{"code": code, "count": count} for code, count in sorted(found.unknown.items())],
    }


def _flip_shown(trial: Trial) -> dict[str, Any]:
    return {
        "proposal": trial.case.id,
        "reference": trial.case.reference,
        "hub": trial.case.hub_id,
        "before": {"outcome": trial.before.outcome, "total": str(trial.before.shown)},
        "after": {"outcome": trial.after.outcome, "total": str(trial.after.shown)},
        "reasons": [{"code": reason.code, "criteria": list(reason.criteria)} for reason in trial.reasons],
        "unanswered_criteria": list(trial.unknown),
    }
