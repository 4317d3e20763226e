"""The editor of drafts: make one, change its numbers, its groups and its criteria."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import NotFound, RuleViolation, WrongState
from hubs.core.perform import check_version
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt, attempt_for
from hubs.directory.forms import listed
from hubs.extensions import db, write_transaction
from hubs.guideline import operations, words
from hubs.guideline.criteria import SCALE_LEVELS
from hubs.guideline.forms import CriterionForm, DraftForm, GroupsForm, VersionForm, data_of, put_group_problems
from hubs.guideline.lifecycle import VersionState
from hubs.guideline.models import CriterionRow, GuidelineVersion
from hubs.guideline.queries import get_version, version_in_force, versions_in_order
from hubs.guideline.rows import NUMBER_FIELDS, worded_of
from hubs.guideline.versions import wording_gaps

from . import bp


@bp.route("/guideline/versions/new", methods=["GET", "POST"])
@permitted(P.GUIDELINE_EDIT)
def version_new() -> Any:
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    versions = versions_in_order(actor)
    form = DraftForm(data={"based_on": _start_from(versions)})
    form.based_on.choices = listed({version.id: version.name for version in versions})

    def work() -> str:
        based_on = get_version(form.based_on.data)
        draft = operations.create_draft(
            based_on, name=form.name.data or "", note=form.note.data or None, actor=actor, now=now
        )
        return draft.id

    status, draft_id = attempt_for(form, work) if posted else (200, None)
    if status == STORED:
        flash(_("The draft is stored. Nobody outside the ministry sees it."), "success")
        return redirect(url_for("guideline.version_show", version_id=draft_id), code=303)
    return render_template("guideline/version_new.html", form=form, versions=versions), status


@bp.route("/guideline/versions/<id:version_id>/edit", methods=["GET", "POST"])
@permitted(P.GUIDELINE_EDIT)
def version_edit(version_id: str) -> Any:
    version, posted = _draft(version_id)
    names = ("name", "note", "is_proposal", *NUMBER_FIELDS)
    form = VersionForm(data={name: getattr(version, name) for name in names})

    def work() -> str:
        return _write(version, lambda **by: operations.edit_version(version, values=form.values(), **by))

    status = attempt(form, work) if posted else 200
    if status == STORED:
        return _stored(version_id)
    return render_template("guideline/version_edit.html", form=form, version=get_version(version_id)), status


@bp.route("/guideline/versions/<id:version_id>/groups", methods=["GET", "POST"])
@permitted(P.GUIDELINE_EDIT)
def groups_edit(version_id: str) -> Any:
    version, posted = _draft(version_id)
    known = [
        {"code": one.code, "known": one.code, "name_nl": one.name_nl, "name_en": one.name_en, "position": one.position}
        for one in version.groups
    ]
    form = GroupsForm(data={"groups": [*known, {"position": len(known) + 1}]})

    def work() -> str:
        kept = form.kept()
        lines = [number for number, _group in kept]
        try:
            return _write(
                version, lambda **by: operations.edit_groups(version, [group for _number, group in kept], **by)
            )
        except RuleViolation as refusal:
            refusal.problems = tuple(_at_line(problem, lines) for problem in refusal.problems)
            raise

    status = attempt(form, work, put_group_problems) if posted else 200
    if status == STORED:
        return _stored(version_id)
    return render_template("guideline/groups_edit.html", form=form, version=get_version(version_id)), status


@bp.route("/guideline/versions/<id:version_id>/criteria/new", methods=["GET", "POST"])
@permitted(P.GUIDELINE_EDIT)
def criterion_new(version_id: str) -> Any:
    version, posted = _draft(version_id)
    form = CriterionForm(data={"group": request.args.get("group", ""), "weight": 0, "consequence": ""})
    return _criterion_page(version, form, None, posted)


@bp.route("/guideline/versions/<id:version_id>/criteria/<id:criterion_id>", methods=["GET", "POST"])
@permitted(P.GUIDELINE_EDIT)
def criterion_edit(version_id: str, criterion_id: str) -> Any:
    version, posted = _draft(version_id, criterion_id)
    row = _criterion(version, criterion_id)
    form = CriterionForm(data=data_of(worded_of(row)))
    if posted and request.form.get("action") == "remove":
        return _remove(version, row)
    return _criterion_page(version, form, row, posted)


def _criterion_page(version: GuidelineVersion, form: CriterionForm, row: CriterionRow | None, posted: bool) -> Any:
    version_id, code, locale = version.id, row.code if row else None, locale_code()
    criterion_id = row.id if row else None
    form.offer_groups((one.code, one.name(locale)) for one in version.groups)

    def work() -> str:
        item = form.worded()
        return _write(version, lambda **by: operations.save_criterion(version, item, replaces=code, **by))

    status = attempt(form, work) if posted else 200
    if status == STORED:
        return _stored(version_id, _("Criterion %(code)s is stored.", code=form.code.data))
    shown = get_version(version_id)
    page = render_template(
        "guideline/criterion_edit.html" if row else "guideline/criterion_new.html",
        form=form,
        version=shown,
        criterion=_criterion(shown, criterion_id) if criterion_id else None,
        gaps=list(wording_gaps(worded_of(_criterion(shown, criterion_id)))) if criterion_id and not posted else [],
        levels=SCALE_LEVELS,
        words=words,
    )
    return page, status


def _remove(version: GuidelineVersion, row: CriterionRow) -> Any:
    version_id, code = version.id, row.code
    _write(version, lambda **by: operations.remove_criterion(version, code, **by))
    db.session.commit()
    return _stored(version_id, _("Criterion %(code)s is removed from this draft.", code=code))


def _draft(version_id: str, criterion_id: str | None = None) -> tuple[GuidelineVersion, bool]:
    """The draft of an editor's page, locked when something was sent. Raises NotFound, WrongState (no draft)."""
    posted = request.method == "POST"
    if posted:
        write_transaction()
    version = get_version(version_id, lock=posted)
    if criterion_id is not None:
        _criterion(version, criterion_id)
    if version.state != VersionState.DRAFT:
        raise WrongState(_("A version in force never changes. Make a new draft from it."))
    return version, posted


def _criterion(version: GuidelineVersion, criterion_id: str) -> CriterionRow:
    for row in version.criteria:
        if row.id == criterion_id:
            return row
    raise NotFound()


def _write(version: GuidelineVersion, work: Callable[..., GuidelineVersion]) -> str:
    """Do `work` on the version the reader saw; its id."""
    check_version(version, request.form.get("version", type=int))
    return work(actor=current_actor(), now=utcnow()).id


def _stored(version_id: str, message: str | None = None) -> Any:
    flash(message or _("The draft is stored. Nobody outside the ministry sees it."), "success")
    return redirect(url_for("guideline.version_show", version_id=version_id), code=303)


def _start_from(versions: list[GuidelineVersion]) -> str:
    """The version named in the address, else the one in force, else the newest."""
    asked, known = request.args.get("from", ""), {version.id for version in versions}
    if asked in known:
        return asked
    holding = version_in_force(local_day(utcnow()))
    return holding.id if holding else versions[0].id if versions else ""


def _at_line(problem: Any, lines: list[int]) -> Any:
    """A problem of the n-th group kept, at the line of the form on which that group stands."""
    found = (problem.field or "").split(".")
    if len(found) != 3:
        return problem
    return replace(problem, field=f"groups.{lines[int(found[1])]}.{found[2]}")
