"""Calibration: draw a sample of concluded assessments, score each file again blind, finish it.

Nobody scores again what they scored, checked, advised on or decided; the draw sees to it and the score asks again.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from flask_babel import lazy_gettext as _l

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.assessment import answer_of, asks_ground
from hubs.accreditation.calibration import drawn_sample
from hubs.accreditation.models import CalibrationItem, CalibrationRound, CalibrationScore
from hubs.accreditation.operations.attempts import check_no_interest
from hubs.accreditation.operations.entering import Entry, check_seen, entry_problems
from hubs.accreditation.queries.calibrations import concluded_under, has_scored, scale_criteria, who_may_score
from hubs.core.errors import NotFound, NotPermitted, Problem, RuleViolation, WrongState
from hubs.core.events import record
from hubs.core.types import new_id
from hubs.extensions import db
from hubs.guideline.criteria import Criterion
from hubs.guideline.lifecycle import VersionState
from hubs.guideline.models import GuidelineVersion

LARGEST = 200
NOT_YOURS = _l("This file is for somebody else to score.")
FINISHED = _l("You have finished this file. Its scores can no longer be changed.")


def draw_round(
    version: GuidelineVersion, *, size: int, actor: Actor, now: datetime, seed: str | None = None
) -> CalibrationRound:
    """A random sample of assessments concluded under `version`, each for an assessor who took no part in it.

    The seed is kept; a fresh one is made when none is given. Fewer than `size` are drawn when there are fewer.
    Raises NotPermitted, RuleViolation (size, draft version, nothing to draw, nobody free).
    """
    if not actor.can(P.CALIBRATION_DRAW):
        raise NotPermitted(message=_l("Your role may not do this here."))
    _check_draw(version, size)
    candidates = concluded_under(version.id)
    if not candidates:
        raise RuleViolation(
            "nothing_to_draw", _l("No assessment under this version is free to be scored again now."), "size"
        )
    seed = (seed or "").strip() or secrets.token_hex(8)
    sample = drawn_sample(who_may_score(candidates), size=size, seed=seed)
    if not sample:
        raise RuleViolation("nobody_free", _l("Every assessor took part in these assessments. Nobody is left."), "size")
    drawn = CalibrationRound(
        id=new_id(), guideline_version_id=version.id, seed=seed, size=size, drawn_at=now, drawn_by_id=actor.person_id
    )
    drawn.items = [CalibrationItem(id=new_id(), proposal_id=one.proposal_id, person_id=one.person_id) for one in sample]
    db.session.add(drawn)
    db.session.flush()
    data = {"version": version.id, "size": size, "drawn": len(sample), "seed": seed}
    record(db.session, "calibration.draw", drawn, actor=actor, now=now, data=data, outbox=False)
    return drawn


def _check_draw(version: GuidelineVersion, size: int) -> None:
    problems = []
    if not 1 <= size <= LARGEST:
        problems.append(Problem("size_range", _l("Choose a number from 1 to 200."), "size"))
    if version.state == VersionState.DRAFT:
        message = _l("Nothing was assessed under a draft. Choose another version.")
        problems.append(Problem("draft_version", message, "guideline_version"))
    if problems:
        raise RuleViolation(problems=problems)


def score_again(
    item: CalibrationItem, code: str, entry: Entry, *, actor: Actor, now: datetime, version: int | None = None
) -> CalibrationScore:
    """One's level on one scale criterion of a file, without sight of the first ones.

    `version`: of the score seen, 0 for none, None without a check. Raises NotFound, NotPermitted, Conflicted,
    WrongState, Stale, RuleViolation.
    """
    _may_score(item, actor)
    criterion = criterion_of(item, code)
    row = next((each for each in item.scores if each.criterion_code == code), None)
    check_seen(row, version)
    problems = list(entry_problems(criterion, entry))
    if problems:
        raise RuleViolation(problems=problems)
    if row is None:
        row = CalibrationScore(id=new_id(), criterion_code=code)
        item.scores.append(row)
    fails = asks_ground(criterion, answer_of(criterion, level=entry.level))
    row.level, row.ground = int(entry.level or 0), entry.ground if fails else None
    row.reason, row.saved_at = entry.reason.strip() or None, now
    db.session.flush()
    record(db.session, "calibration.score", item, actor=actor, now=now, data={"criterion": code}, outbox=False)
    return row


def finish_item(item: CalibrationItem, *, actor: Actor, now: datetime) -> None:
    """Finish one's file: its levels are fixed and count from then on.

    Raises NotPermitted, Conflicted, WrongState, RuleViolation with every criterion that has no level yet.
    """
    _may_score(item, actor)
    scored = {row.criterion_code for row in item.scores}
    problems = [
        Problem(
            "score_missing", _l("%(code)s has no score of yours yet.", code=one.code), None, {"criterion": one.code}
        )
        for one in scale_criteria(item)
        if one.code not in scored
    ]
    if problems:
        raise RuleViolation(problems=problems)
    item.finished_at = now
    db.session.flush()
    record(db.session, "calibration.finish", item, actor=actor, now=now, outbox=False)


def criterion_of(item: CalibrationItem, code: str) -> Criterion:
    """A criterion of a file that is scored again. Raises NotFound."""
    found = next((one for one in scale_criteria(item) if one.code == code), None)
    if found is None:
        raise NotFound()
    return found


def _may_score(item: CalibrationItem, actor: Actor) -> None:
    if not actor.can(P.CALIBRATION_SCORE, item) or actor.person_id is None:
        raise NotPermitted(message=NOT_YOURS)
    if has_scored(actor.person_id, item.proposal_id):
        raise NotPermitted(message=_l("You scored this file before. Somebody else scores it again."))
    check_no_interest(item.proposal, "score_again", item.proposal.hub_id, actor)
    if item.finished_at is not None:
        raise WrongState(FINISHED)
