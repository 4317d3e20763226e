"""Who takes part: the list, by hand, and from a sheet that is looked at before it is taken over."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.errors import RuleViolation
from hubs.core.templating import locale_code
from hubs.core.uploads import accepts_upload
from hubs.core.views import STORED, attempt, attempt_for
from hubs.extensions import db, write_transaction
from hubs.missions.forms import ImportForm, ParticipantForm, WhatForm
from hubs.missions.operations import (
    Checked,
    add_participant,
    check_rows,
    edit_participant,
    keep_rows,
    remove_participant,
    take_over,
)
from hubs.missions.operations.importing import get_import, rows_of
from hubs.missions.operations.participants import check_open
from hubs.missions.queries import get_own_mission, get_participant, participants_of
from hubs.missions.sheets import LARGEST, template
from hubs.missions.views import bp
from hubs.missions.views.missions import Answer
from hubs.missions.words import CONSENT_WORDS
from hubs.reference.labels import label_choices
from hubs.referrals.forms.choices import common_first
from hubs.referrals.pages.words import REQUEST_BADGES


@bp.get("/missions/<id:mission_id>/participants")
@permitted(P.MISSION_EDIT)
def participant_list(mission_id: str) -> str:
    mission = get_own_mission(current_actor(), mission_id)
    return render_template(
        "missions/participant_list.html",
        mission=mission,
        name=mission.name(locale_code()),
        participants=db.session.execute(participants_of(mission)).scalars().all(),
        consent_words=CONSENT_WORDS,
        badges=REQUEST_BADGES,
    )


@bp.route("/missions/<id:mission_id>/participants/new", methods=["GET", "POST"])
@permitted(P.MISSION_EDIT)
def participant_new(mission_id: str) -> Answer:
    actor, now = current_actor(), utcnow()
    mission = get_own_mission(actor, mission_id)
    form = ParticipantForm()
    form.offer(_services())
    if request.method == "POST":

        def work() -> bool:
            write_transaction()
            locked = get_own_mission(actor, mission_id, lock=True)
            return add_participant(locked, form.values(), actor=actor, now=now)[1]

        status, is_new = attempt_for(form, work)
        if status == STORED:
            flash(_("The participant is added.") if is_new else _("This company takes part already."), "success")
            return redirect(url_for("missions.participant_list", mission_id=mission_id), code=303)
        mission = get_own_mission(actor, mission_id)
        return render_template("missions/participant_edit.html", form=form, mission=mission, participant=None), status
    return render_template("missions/participant_edit.html", form=form, mission=mission, participant=None)


@bp.route("/missions/<id:mission_id>/participants/<id:participant_id>", methods=["GET", "POST"])
@permitted(P.MISSION_EDIT)
def participant_edit(mission_id: str, participant_id: str) -> Answer:
    actor, now = current_actor(), utcnow()
    mission = get_own_mission(actor, mission_id)
    participant = get_participant(mission, participant_id)
    values = {name: getattr(participant, name) for name in ("services", "question", "consent")}
    form = WhatForm(data=values)
    form.offer(_services())
    if request.method == "POST":
        is_removal = request.form.get("action") == "remove"

        def work() -> None:
            write_transaction()
            locked = get_participant(get_own_mission(actor, mission_id, lock=True), participant_id, lock=True)
            if is_removal:
                remove_participant(locked, actor=actor, now=now)
                return
            edit_participant(
                locked, services=tuple(form.services.data or ()), question=form.question.data or None,
                consent=form.consent.data or "ask", actor=actor, now=now,
            )  # fmt: skip

        status = attempt(form, work)
        if status == STORED:
            flash(_("The participant is removed.") if is_removal else _("The participant is changed."), "success")
            return redirect(url_for("missions.participant_list", mission_id=mission_id), code=303)
        mission = get_own_mission(actor, mission_id)
        participant = get_participant(mission, participant_id)
        page = render_template("missions/participant_edit.html", form=form, mission=mission, participant=participant)
        return page, status
    return render_template("missions/participant_edit.html", form=form, mission=mission, participant=participant)


def _services() -> list[tuple[str, Any]]:
    return common_first([(code, name) for code, name in label_choices("service")])


# --- from a sheet ------------------------------------------------------------------------------------------


@bp.get("/missions/template")
@permitted(P.MISSION_EDIT)
def import_template() -> FlaskResponse:
    """An empty sheet to fill in."""
    name = _("participants.csv")
    return send_file(BytesIO(template(locale_code())), mimetype="text/csv", as_attachment=True, download_name=name)


@bp.route("/missions/<id:mission_id>/import", methods=["GET", "POST"])
@accepts_upload
@permitted(P.MISSION_EDIT)
def import_new(mission_id: str) -> Answer:
    actor, now = current_actor(), utcnow()
    mission = get_own_mission(actor, mission_id)
    form = ImportForm()
    if request.method == "GET":
        return _show_import(form, mission_id, [])
    wrong: list[Checked] = []

    def work() -> str:
        check_open(mission, actor)
        rows = rows_of(_sent())
        checked = check_rows(mission, rows, consent=form.consent.data or "ask", language=form.language.data or "nl")
        wrong.extend(each for each in checked if each.problems)
        if wrong:
            words = ngettext(
                "%(num)s row is not right. Nothing was taken over.",
                "%(num)s rows are not right. Nothing was taken over.", len(wrong),
            )  # fmt: skip
            raise RuleViolation("rows_wrong", words, "file")
        write_transaction()
        return keep_rows(get_own_mission(actor, mission_id, lock=True), checked, actor=actor, now=now).id

    status, kept = attempt_for(form, work)
    if status != STORED:
        return _show_import(form, mission_id, wrong), status
    return redirect(url_for("missions.import_show", mission_id=mission_id, import_id=kept), code=303)


def _sent() -> bytes:
    """The file that was sent. Raises RuleViolation when there is none, or when it is too large."""
    sent = request.files.get("file")
    content = sent.stream.read(LARGEST + 1) if sent is not None else b""
    if not content:
        raise RuleViolation("file_required", _("Choose a file."), "file")
    return content


def _show_import(form: ImportForm, mission_id: str, wrong: list[Checked]) -> str:
    mission = get_own_mission(current_actor(), mission_id)
    return render_template("missions/import_new.html", form=form, mission=mission, wrong=wrong)


@bp.route("/missions/<id:mission_id>/import/<id:import_id>", methods=["GET", "POST"])
@permitted(P.MISSION_EDIT)
def import_show(mission_id: str, import_id: str) -> Answer:
    actor, now = current_actor(), utcnow()
    mission = get_own_mission(actor, mission_id)
    kept = get_import(mission, import_id, now=now)
    form = ImportForm()
    if request.method == "POST":

        def work() -> int:
            write_transaction()
            locked = get_own_mission(actor, mission_id, lock=True)
            return take_over(locked, get_import(locked, import_id, now=now, lock=True), actor=actor, now=now)

        status, number = attempt_for(form, work)
        if status == STORED:
            words = ngettext("%(num)s participant is added.", "%(num)s participants are added.", number)
            flash(words, "success")
            return redirect(url_for("missions.participant_list", mission_id=mission_id), code=303)
        return _show_rows(form, mission_id, import_id), status
    return render_template("missions/import_show.html", form=form, mission=mission, kept=kept)


def _show_rows(form: ImportForm, mission_id: str, import_id: str) -> str:
    mission = get_own_mission(current_actor(), mission_id)
    kept = get_import(mission, import_id, now=utcnow())
    return render_template("missions/import_show.html", form=form, mission=mission, kept=kept)
