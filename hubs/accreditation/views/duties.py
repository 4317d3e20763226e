"""What is owed under an accreditation, one page each: duties, conditions, concerns, public money, files handed in."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation import words as names
from hubs.accreditation.forms.accreditations import (
    ConcernClosingForm,
    ConcernForm,
    FundingForm,
    HandInForm,
    JudgeForm,
)
from hubs.accreditation.models import Accreditation
from hubs.accreditation.operations import duties as operations
from hubs.accreditation.queries import duties as queries
from hubs.accreditation.queries.accreditations import get_visible_accreditation
from hubs.accreditation.words import accreditations as words
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import BadInput, NotPermitted, Problem, RuleViolation
from hubs.core.forms import Form, put_problems
from hubs.core.perform import check_version
from hubs.core.uploads import ACCEPT, MEGABYTE, Received, accepts_upload, file_limit, receive, sent
from hubs.core.views import attempt
from hubs.extensions import write_transaction

from . import bp

BACK = "accreditation.accreditation_show"


def _uploaded(form: Form) -> tuple[Received | None, bool]:
    """The file that was sent, checked and laid down before the transaction; whether form and file are right."""
    sound = form.validate()
    found = request.files.get("file")
    if found is None or not found.filename:
        return None, sound
    try:
        return receive(found.stream, found.filename), sound
    except RuleViolation as refusal:
        put_problems(form, refusal)
        return None, False


def _unknown_action() -> BadInput:
    message = _("This action does not exist here.")
    return BadInput([Problem("unknown_action", message, "action")], message)


def _done(accreditation_id: str, said: Any) -> Response:
    flash(said, "success")
    target: Any = redirect(url_for(BACK, accreditation_id=accreditation_id), code=303)
    return target


def _shown(template: str, accreditation: Accreditation, actor: Actor, status: int, **values: Any) -> Any:
    page = render_template(
        template,
        accreditation=accreditation,
        today=local_day(utcnow()),
        may_keep=actor.can(P.ACCREDITATION_KEEP, accreditation),
        may_report=actor.can(P.ACCREDITATION_REPORT, accreditation),
        accept=ACCEPT,
        megabytes=file_limit() // MEGABYTE,
        names=names,
        words=words,
        **values,
    )
    return page, status


# --- duties ------------------------------------------------------------------------------------------------


@bp.route("/accreditations/<id:accreditation_id>/obligations/<id:obligation_id>", methods=["GET", "POST"])
@accepts_upload
@permitted(P.ACCREDITATION_READ)
def obligation_show(accreditation_id: str, obligation_id: str) -> Any:
    """`hand_in` by the hub, `finish` by the ministry."""
    actor, now, action = current_actor(), utcnow(), request.form.get("action", "")
    form, status = HandInForm(), 200
    if request.method == "POST":
        queries.get_obligation(get_visible_accreditation(actor, accreditation_id), obligation_id)
        _may(actor, action, {"hand_in": P.ACCREDITATION_REPORT, "finish": P.ACCREDITATION_KEEP})
        received, sound = _uploaded(form)
        status = 422
        if sound:
            write_transaction()
            accreditation = get_visible_accreditation(actor, accreditation_id)
            row = queries.get_obligation(accreditation, obligation_id, lock=True)
            note = form.note.data

            def work() -> None:
                check_version(row, request.form.get("version", type=int))
                if action == "hand_in":
                    operations.hand_in(row, received=received, note=note, actor=actor, now=now)
                else:
                    operations.finish_review(row, note=note, actor=actor, now=now)

            status = attempt(form, work)
        if status == 303:
            return _done(accreditation_id, words.HANDED_IN if action == "hand_in" else words.FINISHED)
    accreditation = get_visible_accreditation(actor, accreditation_id)
    shown = queries.get_obligation(accreditation, obligation_id)
    by_hub = shown.kind in operations.BY_HUB
    return _shown(
        "accreditation/obligation_show.html", accreditation, actor, status, obligation=shown, form=form, by_hub=by_hub
    )


def _may(actor: Actor, action: str, needed: dict[str, P]) -> None:
    """An action that does not exist is bad input; one that is not for this role is refused before the body is read."""
    if action not in needed:
        raise _unknown_action()
    if not actor.can(needed[action]):
        raise NotPermitted(message=_("Your role may not do this here."))


# --- conditions --------------------------------------------------------------------------------------------


@bp.route("/accreditations/<id:accreditation_id>/conditions/<id:condition_id>", methods=["GET", "POST"])
@accepts_upload
@permitted(P.ACCREDITATION_READ)
def condition_show(accreditation_id: str, condition_id: str) -> Any:
    """`hand_in` by the hub, `meet` and `lapse` by the ministry."""
    actor, now, action = current_actor(), utcnow(), request.form.get("action", "")
    form, status = HandInForm(), 200
    if request.method == "POST":
        queries.get_condition(get_visible_accreditation(actor, accreditation_id), condition_id)
        keep = P.ACCREDITATION_KEEP
        _may(actor, action, {"hand_in": P.ACCREDITATION_REPORT, "meet": keep, "lapse": keep})
        received, sound = _uploaded(form)
        status = 422
        if sound:
            write_transaction()
            accreditation = get_visible_accreditation(actor, accreditation_id)
            row = queries.get_condition(accreditation, condition_id, lock=True)
            note = form.note.data

            def work() -> None:
                check_version(row, request.form.get("version", type=int))
                if action == "hand_in":
                    operations.hand_in_evidence(row, received=received, note=note, actor=actor, now=now)
                else:
                    operations.judge_condition(row, action, note=note, actor=actor, now=now)

            status = attempt(form, work)
        if status == 303:
            return _done(accreditation_id, words.HANDED_IN if action == "hand_in" else words.JUDGED)
    accreditation = get_visible_accreditation(actor, accreditation_id)
    shown = queries.get_condition(accreditation, condition_id)
    judging = JudgeForm(formdata=None)
    return _shown(
        "accreditation/condition_show.html", accreditation, actor, status, condition=shown, form=form, judging=judging
    )


@bp.get("/accreditations/<id:accreditation_id>/files/<id:file_id>")
@permitted(P.ACCREDITATION_READ)
def handed_in_file(accreditation_id: str, file_id: str) -> Response:
    return sent(queries.get_handed_in_file(get_visible_accreditation(current_actor(), accreditation_id), file_id))


# --- concerns ----------------------------------------------------------------------------------------------


@bp.route("/accreditations/<id:accreditation_id>/concerns/new", methods=["GET", "POST"])
@permitted(P.ACCREDITATION_KEEP)
def concern_new(accreditation_id: str) -> Any:
    actor, now, status = current_actor(), utcnow(), 200
    form = ConcernForm()
    form.offer_choices([(person.id, person.name) for person in operations.owners_of_concerns()])
    if request.method == "POST":
        status = 422
        if form.validate():
            write_transaction()
            accreditation = get_visible_accreditation(actor, accreditation_id)

            def work() -> None:
                operations.raise_concern(
                    accreditation,
                    text=form.text.data,
                    owner_id=form.owner.data,
                    due_on=form.due_on.data,
                    actor=actor,
                    now=now,
                )

            status = attempt(form, work)
        if status == 303:
            return _done(accreditation_id, words.CONCERN_RAISED)
    accreditation = get_visible_accreditation(actor, accreditation_id)
    return _shown("accreditation/concern_new.html", accreditation, actor, status, form=form)


@bp.route("/accreditations/<id:accreditation_id>/concerns/<id:concern_id>", methods=["GET", "POST"])
@permitted(P.ACCREDITATION_READ)
def concern_show(accreditation_id: str, concern_id: str) -> Any:
    """The ministry only; `close` with what was found."""
    actor, now, action = current_actor(), utcnow(), request.form.get("action", "")
    form, status = ConcernClosingForm(), 200
    if request.method == "POST":
        queries.get_concern(actor, get_visible_accreditation(actor, accreditation_id), concern_id)
        _may(actor, action, {"close": P.ACCREDITATION_KEEP})
        status = 422
        if form.validate():
            write_transaction()
            accreditation = get_visible_accreditation(actor, accreditation_id)
            row = queries.get_concern(actor, accreditation, concern_id, lock=True)

            def work() -> None:
                check_version(row, request.form.get("version", type=int))
                operations.close_concern(accreditation, row, finding=form.finding.data, actor=actor, now=now)

            status = attempt(form, work)
        if status == 303:
            return _done(accreditation_id, words.CONCERN_CLOSED)
    accreditation = get_visible_accreditation(actor, accreditation_id)
    concern = queries.get_concern(actor, accreditation, concern_id)
    return _shown("accreditation/concern_show.html", accreditation, actor, status, concern=concern, form=form)


# --- public money ------------------------------------------------------------------------------------------


@bp.route("/accreditations/<id:accreditation_id>/fundings/new", methods=["GET", "POST"])
@permitted(P.ACCREDITATION_KEEP)
def funding_new(accreditation_id: str) -> Any:
    actor, now, status = current_actor(), utcnow(), 200
    form = FundingForm(data={"year": local_day(now).year})
    if request.method == "POST":
        status = 422
        if form.validate():
            write_transaction()
            accreditation = get_visible_accreditation(actor, accreditation_id)

            def work() -> None:
                operations.record_funding(accreditation, values=form.values(), actor=actor, now=now)

            status = attempt(form, work)
        if status == 303:
            return _done(accreditation_id, words.FUNDING_RECORDED)
    accreditation = get_visible_accreditation(actor, accreditation_id)
    return _shown("accreditation/funding_edit.html", accreditation, actor, status, form=form, funding=None)


@bp.route("/accreditations/<id:accreditation_id>/fundings/<id:funding_id>", methods=["GET", "POST"])
@permitted(P.ACCREDITATION_KEEP)
def funding_edit(accreditation_id: str, funding_id: str) -> Any:
    actor, now, status = current_actor(), utcnow(), 200
    stored = queries.get_funding(get_visible_accreditation(actor, accreditation_id), funding_id)
    form = FundingForm(data=FundingForm.data_of(stored))
    if request.method == "POST":
        status = 422
        if form.validate():
            write_transaction()
            accreditation = get_visible_accreditation(actor, accreditation_id)
            row = queries.get_funding(accreditation, funding_id, lock=True)

            def work() -> None:
                check_version(row, request.form.get("version", type=int))
                operations.change_funding(accreditation, row, values=form.values(), actor=actor, now=now)

            status = attempt(form, work)
        if status == 303:
            return _done(accreditation_id, words.FUNDING_RECORDED)
    accreditation = get_visible_accreditation(actor, accreditation_id)
    funding = queries.get_funding(accreditation, funding_id)
    return _shown("accreditation/funding_edit.html", accreditation, actor, status, form=form, funding=funding)
