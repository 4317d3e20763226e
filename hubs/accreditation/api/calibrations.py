"""Calibration: samples drawn, one's own files to score again, and agreement by criterion."""

from __future__ import annotations

from typing import Any

from hubs.accounts.permissions import P
from hubs.accreditation.calibration import Agreement, Limits, weaknesses
from hubs.accreditation.models import CalibrationItem, CalibrationRound
from hubs.accreditation.operations.calibrating import NOT_YOURS, draw_round, finish_item, score_again
from hubs.accreditation.operations.entering import Entry
from hubs.accreditation.queries.calibrations import (
    agreement_by_criterion,
    get_item,
    get_round,
    items_of,
    rounds,
    scale_criteria_of,
)
from hubs.accreditation.schemas.calibrations import (
    AgainNew,
    CalibrationItemOut,
    CalibrationItemQuery,
    CalibrationNew,
    CalibrationOut,
    CalibrationQuery,
    CalibrationWhole,
    ItemTransition,
    ScoringAgreementListOut,
    ScoringAgreementQuery,
)
from hubs.accreditation.words.calibrations import WEAKNESS_WORDS
from hubs.api import codes
from hubs.api.call import Answer, Call
from hubs.api.listing import Listing, both_ways, listing
from hubs.core.errors import NotPermitted
from hubs.extensions import db
from hubs.guideline.criteria import Criterion
from hubs.guideline.queries import get_version

from . import routes

TAG = "calibrations"
codes.add("criterion_weakness", "list", WEAKNESS_WORDS)


@routes.get(
    "/calibrations",
    P.ASSESSMENT_READ,
    answer=CalibrationOut,
    query=CalibrationQuery,
    summary="Samples of assessments that are scored again",
    tag=TAG,
)
def calibration_list(call: Call) -> Listing:
    query, statement = call.query(), rounds()
    if query.get("guideline_version"):
        statement = statement.where(CalibrationRound.guideline_version_id == query["guideline_version"])
    page = listing(statement, query, both_ways(id=[(CalibrationRound.id, "asc")]), scalars=False)
    return page.showing([_round_shown(row) for row in page.items])


def _round_shown(row: Any) -> dict[str, Any]:
    drawn = row[0]
    return {
        "id": drawn.id,
        "guideline_version": drawn.guideline_version_id,
        "version": row.version,
        "seed": drawn.seed,
        "size": drawn.size,
        "drawn": row.drawn,
        "finished": row.finished,
        "drawn_at": drawn.drawn_at,
    }


def _whole(round_id: str) -> dict[str, Any]:
    agreement = agreement_by_criterion(round_id=round_id)
    return {**_round_shown(get_round(round_id)), "agreement": _agreement_shown(agreement)}


def _agreement_shown(found: dict[tuple[str, str], Agreement]) -> list[dict[str, Any]]:
    limits = Limits()
    return [
        {
            "version": version,
            "criterion": code,
            "pairs": one.pairs,
            "same_level": str(one.exact),
            "within_one": str(one.within_one),
            "mean_difference": str(one.mean_difference),
            "kappa": None if one.kappa is None else str(one.kappa),
            "weak": list(weaknesses(one, limits)),
            "enough": one.pairs >= limits.pairs,
        }
        for (version, code), one in found.items()
    ]


@routes.get(
    "/calibrations/agreement",
    P.ASSESSMENT_READ,
    answer=ScoringAgreementListOut,
    query=ScoringAgreementQuery,
    summary="How far people agree who score the same file, by version and criterion",
    tag=TAG,
)
def calibration_agreement(call: Call) -> Answer:
    found = agreement_by_criterion(version_id=call.query().get("guideline_version"))
    return Answer({"items": _agreement_shown(found)})


@routes.get(
    "/calibrations/<id:calibration_id>",
    P.ASSESSMENT_READ,
    answer=CalibrationWhole,
    summary="A sample with its agreement by criterion",
    tag=TAG,
)
def calibration_show(call: Call, calibration_id: str) -> Answer:
    get_round(calibration_id)
    call.may()
    return Answer(_whole(calibration_id))


@routes.create(
    "/calibrations",
    P.CALIBRATION_DRAW,
    body=CalibrationNew,
    answer=CalibrationWhole,
    summary="Draw a sample of concluded assessments, each for somebody who took no part in it",
    tag=TAG,
)
def calibration_create(call: Call) -> Answer:
    values = call.body()
    version = get_version(values["guideline_version"], lock=True)
    drawn = draw_round(version, size=values["size"], seed=values["seed"], actor=call.actor, now=call.now)
    return Answer(_whole(drawn.id), None, f"/api/v1/calibrations/{drawn.id}")


@routes.get(
    "/calibration-items",
    P.CALIBRATION_SCORE,
    answer=CalibrationItemOut,
    query=CalibrationItemQuery,
    summary="One's own files to score again",
    tag=TAG,
)
def calibration_item_list(call: Call) -> Listing:
    page = listing(items_of(call.actor), call.query(), both_ways(id=[(CalibrationItem.id, "asc")]))
    return page.showing(_items_shown(page.items))


def _items_shown(items: list[CalibrationItem]) -> list[dict[str, Any]]:
    asked = scale_criteria_of(items)
    return [_item_shown(item, asked[item.id]) for item in items]


def _item_shown(item: CalibrationItem, asked: tuple[Criterion, ...]) -> dict[str, Any]:
    scores = {row.criterion_code: row for row in item.scores}
    return {
        "id": item.id,
        "calibration": item.round_id,
        "guideline_version": item.proposal.guideline_version_id,
        "kind": item.proposal.kind,
        "market": item.proposal.market,
        "finished_at": item.finished_at,
        "scores": [
            {
                "criterion": one.code,
                **{name: getattr(scores.get(one.code), name, None) for name in ("level", "ground", "reason")},
            }
            for one in asked
        ],
    }


def _answer(item: CalibrationItem) -> Answer:
    return Answer(_items_shown([item])[0])


def _own(call: Call, item_id: str, *, lock: bool = False) -> CalibrationItem:
    item = get_item(item_id, lock=lock)
    call.may()
    if not call.actor.can(P.CALIBRATION_SCORE, item):
        raise NotPermitted(message=NOT_YOURS)
    return item


@routes.get(
    "/calibration-items/<id:item_id>",
    P.CALIBRATION_SCORE,
    answer=CalibrationItemOut,
    summary="A file of one's own",
    tag=TAG,
)
def calibration_item_show(call: Call, item_id: str) -> Answer:
    return _answer(_own(call, item_id))


@routes.endpoint(
    "POST",
    "/calibration-items/<id:item_id>/scores",
    P.CALIBRATION_SCORE,
    body=AgainNew,
    answer=CalibrationItemOut,
    writes=True,
    refuses=(409, 422),
    summary="Give one's level on a criterion; an earlier one is replaced until the file is finished",
    tag=TAG,
)
def calibration_item_score(call: Call, item_id: str) -> Answer:
    item = _own(call, item_id, lock=True)
    values = call.body()
    entry = Entry(reason=values["reason"], ground=values["ground"], level=values["level"])
    score_again(item, values["criterion"], entry, actor=call.actor, now=call.now)
    db.session.flush()
    return _answer(item)


@routes.endpoint(
    "POST",
    "/calibration-items/<id:item_id>/transitions",
    P.CALIBRATION_SCORE,
    body=ItemTransition,
    answer=CalibrationItemOut,
    writes=True,
    refuses=(409, 422),
    summary="Finish one's file: its levels are fixed and count from then on",
    tag=TAG,
)
def calibration_item_act(call: Call, item_id: str) -> Answer:
    item = _own(call, item_id, lock=True)
    call.body()
    finish_item(item, actor=call.actor, now=call.now)
    return _answer(item)
