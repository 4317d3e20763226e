"""Calibration: what is mine to score again, how far people agree per criterion, and drawing a sample."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.calibration import Agreement, Limits, weaknesses
from hubs.accreditation.forms.assessing import ScoreForm, ground_choices, level_choices
from hubs.accreditation.forms.calibrations import DrawForm, FinishForm
from hubs.accreditation.models import CalibrationItem
from hubs.accreditation.operations.calibrating import (
    NOT_YOURS,
    criterion_of,
    draw_round,
    finish_item,
    score_again,
)
from hubs.accreditation.pages.assessing import known_about
from hubs.accreditation.queries.calibrations import (
    agreement_by_criterion,
    get_item,
    items_of,
    rounds,
    scale_criteria,
)
from hubs.accreditation.queries.files import last_submission
from hubs.accreditation.words import KIND_WORDS
from hubs.accreditation.words import assessing as assessing_words
from hubs.accreditation.words import calibrations as words
from hubs.accreditation.words.results import shown_number
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound, NotPermitted, RuleViolation
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt
from hubs.extensions import db, write_transaction
from hubs.guideline.lifecycle import VersionState
from hubs.guideline.models import CriterionRow, GuidelineVersion
from hubs.guideline.queries import get_version, versions_visible_to
from hubs.guideline.rows import worded_of
from hubs.guideline.words import RULE_WORDS

from . import bp

ROUNDS_SHOWN, ITEMS_SHOWN = 25, 100


# --- the report, the draw ----------------------------------------------------------------------------------


@bp.get("/calibration")
@permitted(P.ASSESSMENT_READ)
def calibration_show() -> Any:
    return _overview(_draw_form(), 200)


@bp.post("/calibration")
@permitted(P.CALIBRATION_DRAW)
def calibration_draw() -> Any:
    actor, now = current_actor(), utcnow()
    write_transaction()
    form, drawn = _draw_form(), []

    def work() -> None:
        version = get_version(form.guideline_version.data, lock=True)
        made = draw_round(version, size=form.size.data or 0, seed=form.seed.data, actor=actor, now=now)
        drawn.append(len(made.items))

    status = attempt(form, work)
    if status != STORED:
        return _overview(form, status)
    flash(
        ngettext(
            "%(num)s file is drawn and assigned to somebody who did not assess it.",
            "%(num)s files are drawn, each assigned to somebody who did not assess it.",
            drawn[0],
        ),
        "success",
    )
    return redirect(url_for("accreditation.calibration_show"), code=303)


def _draw_form() -> DrawForm:
    form = DrawForm()
    form.guideline_version.choices = [(version.id, version.name) for version in _versions()]
    return form


def _versions() -> list[GuidelineVersion]:
    """The versions under which something can have been assessed, newest first."""
    statement = (
        versions_visible_to(current_actor())
        .where(GuidelineVersion.state != VersionState.DRAFT)
        .order_by(GuidelineVersion.in_force_on.desc(), GuidelineVersion.id.desc())
    )
    return list(db.session.execute(statement.limit(50)).scalars())


def _overview(form: DrawForm, status: int) -> Any:
    actor, limits = current_actor(), Limits()
    items = list(db.session.execute(items_of(actor).limit(ITEMS_SHOWN)).scalars())
    rendered = render_template(
        "accreditation/calibration_show.html",
        form=form,
        may_draw=actor.can(P.CALIBRATION_DRAW),
        open_items=[item for item in items if item.finished_at is None],
        done_items=[item for item in items if item.finished_at is not None],
        report=_report(limits),
        limits=limits,
        rounds=db.session.execute(rounds().limit(ROUNDS_SHOWN)).all(),
        kind_words=KIND_WORDS,
        words=words,
    )
    return rendered, status


def _report(limits: Limits) -> list[dict[str, Any]]:
    """A table for each version, newest first, and the codes that are weak."""
    found = agreement_by_criterion()
    names = _criterion_names({version for version, _code in found})
    tables: dict[str, dict[str, Any]] = {}
    for (version, code), agreement in found.items():
        table = tables.setdefault(version, {"version": version, "rows": [], "weak": []})
        name = _("%(code)s %(name)s", code=code, name=names.get((version, code), ""))
        table["rows"].append(_cells(name, agreement, limits))
        if weaknesses(agreement, limits):
            table["weak"].append(name)
    return sorted(tables.values(), key=lambda table: table["version"], reverse=True)


def _cells(name: str, agreement: Agreement, limits: Limits) -> list[Any]:
    verdict = words.verdict_words(agreement, limits)
    return [
        name,
        agreement.pairs,
        words.percent_words(agreement.exact),
        words.percent_words(agreement.within_one),
        shown_number(agreement.mean_difference),
        words.kappa_words(agreement),
        {"text": verdict, "strong": bool(weaknesses(agreement, limits))},
    ]


def _criterion_names(versions: set[str]) -> dict[tuple[str, str], str]:
    statement = (
        select(GuidelineVersion.name, CriterionRow)
        .join(CriterionRow, CriterionRow.version_id == GuidelineVersion.id)
        .where(GuidelineVersion.name.in_(sorted(versions)))
    )
    return {(version, row.code): row.name(locale_code()) for version, row in db.session.execute(statement)}


# --- one file ----------------------------------------------------------------------------------------------


@bp.get("/calibration/items/<id:item_id>")
@permitted(P.CALIBRATION_SCORE)
def calibration_item_show(item_id: str) -> Any:
    return _item_page(_own_item(current_actor(), item_id), FinishForm(), 200)


@bp.post("/calibration/items/<id:item_id>")
@permitted(P.CALIBRATION_SCORE)
def calibration_item_act(item_id: str) -> Any:
    """Finish one's file."""
    actor, now = current_actor(), utcnow()
    write_transaction()
    item, form = _own_item(actor, item_id, lock=True), FinishForm()

    def work() -> None:
        if request.form.get("action") != "finish":
            raise RuleViolation("unknown_action", assessing_words.UNKNOWN_ACTION)
        finish_item(item, actor=actor, now=now)

    status = attempt(form, work)
    if status != STORED:
        return _item_page(_own_item(actor, item_id), form, status)
    flash(_("The file is finished. Your levels count in the comparison from now on."), "success")
    return redirect(url_for("accreditation.calibration_show"), code=303)


def _own_item(actor: Actor, item_id: str, *, lock: bool = False) -> CalibrationItem:
    item = get_item(item_id, lock=lock)
    if not actor.can(P.CALIBRATION_SCORE, item):
        raise NotPermitted(message=NOT_YOURS)
    return item


def _item_page(item: CalibrationItem, form: FinishForm, status: int) -> Any:
    names = _names_in(item)
    levels = {row.criterion_code: row.level for row in item.scores}
    rendered = render_template(
        "accreditation/calibration_item_show.html",
        item=item,
        form=form,
        criteria=[(one.code, names[one.code], levels.get(one.code)) for one in scale_criteria(item)],
        kind_words=KIND_WORDS,
    )
    return rendered, status


def _names_in(item: CalibrationItem) -> dict[str, str]:
    return {row.code: row.name(locale_code()) for row in item.proposal.guideline_version.criteria}


@bp.route("/calibration/items/<id:item_id>/<criterion_code>", methods=["GET", "POST"])
@permitted(P.CALIBRATION_SCORE)
def calibration_score(item_id: str, criterion_code: str) -> Any:
    """The file's own words and documents left, the score right; after storing on to the next."""
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    item = _own_item(actor, item_id, lock=posted)
    criterion_of(item, criterion_code)
    form = _score_form(item, criterion_code)
    status = _store_score(item, criterion_code, form, actor, now) if posted else 200
    if status == STORED:
        flash(assessing_words.ACTIONS_DONE["score"] % {"code": criterion_code}, "success")
        return redirect(_next_address(item_id, criterion_code), code=303)
    return _score_page(_own_item(actor, item_id), criterion_code, form, status)


def _store_score(item: CalibrationItem, code: str, form: ScoreForm, actor: Actor, now: datetime) -> int:
    seen = request.form.get("version", type=int)
    return attempt(form, lambda: score_again(item, code, form.entry(), version=seen, actor=actor, now=now))


def _score_form(item: CalibrationItem, code: str) -> ScoreForm:
    stored = next((row for row in item.scores if row.criterion_code == code), None)
    data = {"level": str(stored.level), "ground": stored.ground, "reason": stored.reason} if stored else {}
    form = ScoreForm(data=data)
    form.level.choices = level_choices(worded_of(_row_of(item, code)))
    form.ground.choices = ground_choices()
    return form


def _row_of(item: CalibrationItem, code: str) -> CriterionRow:
    found = next((row for row in item.proposal.guideline_version.criteria if row.code == code), None)
    if found is None:
        raise NotFound()
    return found


def _next_address(item_id: str, code: str) -> str:
    """The next criterion without a score, else the file as a whole."""
    item = get_item(item_id)
    codes, scored = [one.code for one in scale_criteria(item)], {row.criterion_code for row in item.scores}
    at = codes.index(code) + 1
    following = next((one for one in [*codes[at:], *codes[:at]] if one not in scored), None)
    if following is None:
        return url_for("accreditation.calibration_item_show", item_id=item_id)
    return url_for("accreditation.calibration_score", item_id=item_id, criterion_code=following)


def _score_page(item: CalibrationItem, code: str, form: ScoreForm, status: int) -> Any:
    proposal, criterion = item.proposal, criterion_of(item, code)
    stored = next((row for row in item.scores if row.criterion_code == code), None)
    submission = last_submission(proposal)
    has_dossier = submission is not None and submission.dossier is not None
    rendered = render_template(
        "accreditation/calibration_score.html",
        item=item,
        form=form,
        version=stored.version_id if stored else 0,
        criterion=criterion,
        worded=worded_of(_row_of(item, code)),
        known=known_about(proposal, criterion),
        dossier_href=url_for("accreditation.dossier_show", reference=proposal.reference) if has_dossier else None,
        rule_words=RULE_WORDS,
        words=assessing_words,
        kind_words=KIND_WORDS,
    )
    return rendered, status
