"""The version in force, the list of versions, one version with what can be done to it, and two side by side."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted, public
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import DomainError, NotFound
from hubs.core.forms import put_problems
from hubs.core.perform import check_version, open_actions
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt
from hubs.extensions import db, write_transaction
from hubs.guideline import operations, pages, words
from hubs.guideline.comparison import compare
from hubs.guideline.criteria import ProposalKind
from hubs.guideline.forms import VersionActionForm
from hubs.guideline.lifecycle import VersionState
from hubs.guideline.models import GuidelineVersion
from hubs.guideline.queries import (
    get_visible_version,
    put_in_force_before,
    version_history,
    version_in_force,
    versions_in_order,
)
from hubs.guideline.rows import content_of, criteria_of
from hubs.guideline.versions import weightless

from . import bp

TRY_OUT, SELF_TEST = "accreditation.tryout", "accreditation.self_test_show"


@bp.get("/guideline")
@public
def guideline_show() -> Any:
    today, kind = local_day(utcnow()), _kind_asked()
    version = version_in_force(today)
    return render_template(
        "guideline/guideline_show.html",
        version=version,
        kind=kind,
        sections=pages.sections_of(version, locale_code(), kind=kind) if version else [],
        self_test_url=_address(SELF_TEST),
        may_read_drafts=current_actor().can(P.GUIDELINE_READ),
        words=words,
    )


@bp.get("/guideline/versions")
@public
def version_list() -> Any:
    actor, today = current_actor(), local_day(utcnow())
    versions = versions_in_order(actor)
    return render_template(
        "guideline/version_list.html",
        rows=[(version, pages.shown_state(version, today)) for version in versions],
        may_edit=actor.can(P.GUIDELINE_EDIT),
        words=words,
    )


@bp.get("/guideline/versions/<id:version_id>")
@public
def version_show(version_id: str) -> Any:
    return _page(get_visible_version(current_actor(), version_id), VersionActionForm(), 200)


@bp.post("/guideline/versions/<id:version_id>")
@permitted(P.GUIDELINE_READ)
def version_act(version_id: str) -> Any:
    actor, now, action = current_actor(), utcnow(), request.form.get("action", "")
    write_transaction()
    version = get_visible_version(actor, version_id, lock=True)
    form = VersionActionForm()

    def work() -> None:
        check_version(version, request.form.get("version", type=int))
        if action == "drop":
            operations.drop_draft(version, actor=actor, now=now)
        else:
            operations.act_on_version(version, action, actor=actor, now=now, data=_days(form))

    status = attempt(form, work, _put_own)
    if status != STORED:
        return _page(get_visible_version(actor, version_id), form, status)
    flash(words.action_done(action), "success")
    if action == "drop":
        return redirect(url_for("guideline.version_list"), code=303)
    return redirect(url_for("guideline.version_show", version_id=version_id), code=303)


def _put_own(form: VersionActionForm, refusal: DomainError) -> None:
    """What belongs to a field of this form; where nothing does, all of it: the page lists what a version lacks."""
    put_problems(form, [one for one in refusal.problems if form._fields.get(one.field or "")] or refusal)


@bp.get("/guideline/compare")
@public
def version_compare() -> Any:
    actor = current_actor()
    versions = versions_in_order(actor)
    asked = {name: (request.args.get(name) or "").replace("\x00", "")[:40] for name in ("before", "after")}
    known = {version.id for version in versions}
    if any(value and value not in known for value in asked.values()):
        raise NotFound()
    chosen = [get_visible_version(actor, asked[name]) if asked[name] else None for name in ("before", "after")]
    before, after = chosen
    found = compare(content_of(before), content_of(after)) if before and after else None
    return render_template(
        "guideline/version_compare.html",
        versions=versions,
        before=before,
        after=after,
        found=found,
        groups={one.code: one.name(locale_code()) for version in chosen if version for one in version.groups},
        words=words,
    )


def _kind_asked() -> str | None:
    kind = request.args.get("kind")
    return kind if kind in set(ProposalKind) else None


def _address(endpoint: str, **values: Any) -> str | None:
    """The address of a page of another room, when that room has it."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


def _days(form: VersionActionForm) -> dict[str, date | None]:
    return {"in_force_on": form.in_force_on.data, "retired_on": form.retired_on.data}


def _page(version: GuidelineVersion, form: VersionActionForm, status: int) -> Any:
    actor, today, kind = current_actor(), local_day(utcnow()), _kind_asked()
    is_draft = version.state == VersionState.DRAFT
    state = pages.shown_state(version, today)
    before = put_in_force_before(version) if is_draft else []
    page = render_template(
        "guideline/version_show.html",
        version=version,
        form=form,
        state=state,
        kind=kind,
        sections=pages.sections_of(version, locale_code(), kind=kind),
        actions={row.name: row.label for row in open_actions(version, actor)},
        may_edit=is_draft and actor.can(P.GUIDELINE_EDIT),
        may_copy=actor.can(P.GUIDELINE_EDIT),
        missing=_missing(version, actor, today, before) if is_draft else [],
        weightless=[one.code for one in weightless(criteria_of(version))] if is_draft else [],
        replaces=before[-1] if before else None,
        tryout_url=_address(TRY_OUT, version_id=version.id) if actor.can(P.GUIDELINE_READ) else None,
        history=version_history(version) if actor.can(P.GUIDELINE_READ) else [],
        based_on=db.session.get(GuidelineVersion, version.based_on_id) if version.based_on_id else None,
        today=today,
        words=words,
    )
    return page, status


def _missing(
    version: GuidelineVersion, actor: Actor, today: date, before: list[GuidelineVersion]
) -> list[pages.Mending]:
    """What must be mended before the draft may be put in force, whatever day is chosen."""
    problems = operations.without_kind(operations.action_problems(version, "put_in_force", before, None, today=today))
    show = url_for("guideline.version_show", version_id=version.id)
    may_edit = actor.can(P.GUIDELINE_EDIT)
    head = url_for("guideline.version_edit", version_id=version.id)

    def to_criterion(criterion_id: str, field: str) -> str:
        if not may_edit:
            return f"{show}#{criterion_id}"
        return url_for("guideline.criterion_edit", version_id=version.id, criterion_id=criterion_id, _anchor=field)

    return pages.mendings(
        version,
        problems,
        labels={"head": _("The version as a whole"), "groups": _("Groups")},
        to_criterion=to_criterion,
        to_head=lambda field: f"{show}#criteria" if field == "criteria" or not may_edit else f"{head}#{field}",
        to_groups=url_for("guideline.groups_edit", version_id=version.id) if may_edit else show,
    )
