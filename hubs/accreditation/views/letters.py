"""Letters: one with its sendings, its PDF, sending it again; and what every letter says."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.accreditation.forms.letters import LetterSettingsForm
from hubs.accreditation.operations.letters import PDF, SETTINGS_FIELDS, save_letter_settings, send_again
from hubs.accreditation.pages.letters import on_page, sample_letter
from hubs.accreditation.queries.letters import get_visible_letter, letter_pair, letter_settings
from hubs.accreditation.words import letters as words
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, Problem
from hubs.core.uploads import sent
from hubs.core.views import STORED, attempt
from hubs.extensions import db, write_transaction

from . import bp


@bp.get("/letters/<id:letter_id>")
@permitted(P.DECISION_READ)
def letter_show(letter_id: str) -> str:
    actor = current_actor()
    letter = get_visible_letter(actor, letter_id)
    others = [row for row in letter_pair(letter) if row.id != letter.id]
    return render_template(
        "accreditation/letter_show.html",
        letter=letter,
        others=others,
        text=on_page(letter.content),
        words=words,
        may_send=actor.can(P.PROPOSAL_COORDINATE),
        is_ministry=actor.can(P.ASSESSMENT_READ),
    )


@bp.get("/letters/<id:letter_id>/pdf")
@permitted(P.DECISION_READ)
def letter_pdf(letter_id: str) -> Response:
    """The PDF as it went out."""
    return sent(get_visible_letter(current_actor(), letter_id).file)


@bp.post("/letters/<id:letter_id>")
@permitted(P.PROPOSAL_COORDINATE)
def letter_act(letter_id: str) -> Any:
    actor, now = current_actor(), utcnow()
    write_transaction()
    letter = get_visible_letter(actor, letter_id)
    if request.form.get("action") != "send_again":
        message = _("This action does not exist here.")
        raise BadInput([Problem("unknown_action", message, "action")], message)
    send_again(letter, actor=actor, now=now)
    db.session.commit()
    flash(_("The letter is being sent again. How it went appears here in a moment."), "success")
    return redirect(url_for("accreditation.letter_show", letter_id=letter_id), code=303)


@bp.route("/letter-settings", methods=["GET", "POST"])
@permitted(P.LETTER_SETTINGS_EDIT)
def letter_settings_edit() -> Any:
    """What every letter says; `preview_nl` and `preview_en` give a sample with what is typed, and store nothing."""
    actor, now = current_actor(), utcnow()
    action = request.form.get("action", "save")
    if request.method == "GET":
        settings = letter_settings()
        form = LetterSettingsForm(data={name: getattr(settings, name) for name in SETTINGS_FIELDS})
        return _settings_page(form, settings.version_id or 0)
    form, version = LetterSettingsForm(), request.form.get("version", type=int)
    if not form.validate():
        return _settings_page(form, version), 422
    values = {name: form[name].data for name in SETTINGS_FIELDS}
    if action in ("preview_nl", "preview_en"):
        return _preview(values, action[-2:])
    write_transaction()
    status = attempt(form, lambda: save_letter_settings(values, version=version, actor=actor, now=now))
    if status != STORED:
        return _settings_page(form, version), status
    flash(_("Stored. Letters from now on say this; letters that went out stay as they are."), "success")
    return redirect(url_for("accreditation.letter_settings_edit"), code=303)


def _settings_page(form: LetterSettingsForm, version: int | None) -> str:
    return render_template("accreditation/letter_settings_edit.html", form=form, version=version)


def _preview(values: dict[str, Any], language: str) -> Response:
    answer = Response(sample_letter(values, language, utcnow()), mimetype=PDF)
    answer.headers["Content-Disposition"] = f"attachment; filename=letter-{language}.pdf"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
