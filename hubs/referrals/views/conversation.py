"""Writing to each other on a case, and its files: to open and to take out of view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core import uploads
from hubs.core.clock import utcnow
from hubs.core.durations import on_paper
from hubs.core.errors import BadInput, NotPermitted, Problem, RuleViolation
from hubs.core.forms import put_problems
from hubs.core.uploads import Received, accepts_upload
from hubs.core.views import STORED, attempt_for
from hubs.extensions import db, write_transaction
from hubs.referrals.conversation import Audience
from hubs.referrals.forms.acting import QuestionActForm, ReferralActForm
from hubs.referrals.forms.conversation import MessageForm
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import may_write, remove_file, write_message
from hubs.referrals.operations.files import MOST_AT_ONCE
from hubs.referrals.pages.case import case_page
from hubs.referrals.pages.referral import referral_page
from hubs.referrals.queries import get_visible_referral, get_visible_request
from hubs.referrals.reading import get_visible_file, put_visit
from hubs.referrals.views import bp
from hubs.referrals.views.questions import loaded, show_question
from hubs.referrals.views.referrals import show_referral

ON_PAPER = 2000  # lines of history; a page on paper has no next one to click to
Answer = str | Response | tuple[str, int]
Subject = SupportRequest | Referral
Load = Callable[[bool], Subject]  # with the rows locked, or only to read


@bp.post("/questions/<ref:reference>/messages")
@permitted(P.SUPPORT_REQUEST_READ)
@accepts_upload
def question_write(reference: str) -> Answer:
    actor, now = current_actor(), utcnow()
    form = MessageForm()
    status, to = _written(form, lambda lock: get_visible_request(actor, reference, lock=lock), actor, now)
    if status != STORED:
        return show_question(loaded(actor, reference), actor, now, QuestionActForm(formdata=None), form), status
    flash(_sent_words(to), "success")
    return redirect(url_for("referrals.question_show", reference=reference, _anchor="conversation"), code=303)


@bp.post("/referrals/<ref:reference>/messages")
@permitted(P.REFERRAL_READ)
@accepts_upload
def referral_write(reference: str) -> Answer:
    actor, now = current_actor(), utcnow()
    form = MessageForm()
    status, to = _written(form, lambda lock: get_visible_referral(actor, reference, lock=lock), actor, now)
    if status != STORED:
        form_of_page = ReferralActForm(formdata=None)
        return show_referral(get_visible_referral(actor, reference), actor, now, form_of_page, form), status
    flash(_sent_words(to), "success")
    return redirect(url_for("referrals.referral_show", reference=reference, _anchor="conversation"), code=303)


def _written(form: MessageForm, load: Load, actor: Actor, now: datetime) -> tuple[int, Any]:
    """Files are checked and laid down before the transaction that writes, and only from who may write."""
    try:
        support_request, referral, to = _between(load(False), form.target())
        if not may_write(support_request, referral, to, actor) and not may_write(
            support_request, referral, Audience.OWN, actor
        ):
            raise NotPermitted()
        received = received_files(request.files.getlist("file"))
    except (BadInput, RuleViolation) as refusal:
        form.validate()
        put_problems(form, refusal)
        return 422, None
    return attempt_for(form, lambda: _write(load, form, received, actor, now))


def _write(load: Load, form: MessageForm, received: list[Received], actor: Actor, now: datetime) -> Audience:
    """To whom it went."""
    write_transaction()
    subject = load(True)
    support_request, referral, to = _between(subject, form.target())
    if referral is not None and referral is not subject:
        get_visible_referral(actor, referral.reference, lock=True)
    write_message(support_request, form.text.data, to=to, actor=actor, now=now, referral=referral, files=received)
    put_visit(subject.id, actor, now)
    return to


def _between(subject: Subject, wanted: str) -> tuple[SupportRequest, Referral | None, Audience]:
    """Which case and which side: from the page of a question also the other side of one of its referrals.

    Raises BadInput on `to` for what is neither.
    """
    if isinstance(subject, Referral):
        return subject.support_request, subject, _audience(wanted)
    for referral in subject.referrals:
        if referral.reference == wanted:
            return subject, referral, Audience.DESKS
    return subject, None, _audience(wanted)


def _audience(wanted: str) -> Audience:
    if wanted not in set(Audience):
        raise BadInput([Problem("to", _("Choose who it is for."), "to")])
    return Audience(wanted)


def received_files(sent: list[FileStorage]) -> list[Received]:
    """What was chosen, checked and laid down. Raises RuleViolation on `file`."""
    chosen = [each for each in sent if each.filename]
    if len(chosen) > MOST_AT_ONCE:
        message = _("Send at most %(number)s files at once.", number=MOST_AT_ONCE)
        raise RuleViolation("too_many_files", message, "file")
    return [uploads.receive(each.stream, each.filename) for each in chosen]


def _sent_words(to: Audience) -> str:
    if to is Audience.OWN:
        return _("Your note is written down. Only your organisation reads it.")
    return _("Your message is on its way. It does not stop the term.")


# --- on paper --------------------------------------------------------------------------------------------------


@bp.get("/questions/<ref:reference>/print")
@permitted(P.SUPPORT_REQUEST_READ)
def question_print(reference: str) -> str:
    """Everything the desk may see of a question, on one plain page."""
    actor, now = current_actor(), utcnow()
    support_request = loaded(actor, reference)
    with on_paper():
        page = case_page(support_request, _named(actor), now, size=ON_PAPER)
        return render_template("referrals/question_print.html", page=page, asked=support_request, printed=now)


@bp.get("/referrals/<ref:reference>/print")
@permitted(P.REFERRAL_READ)
def referral_print(reference: str) -> str:
    """Everything this side may see of a referral; what is hidden is said in words."""
    actor, now = current_actor(), utcnow()
    with on_paper():
        page = referral_page(get_visible_referral(actor, reference), _named(actor), now, size=ON_PAPER)
        return render_template("referrals/referral_print.html", page=page, printed=now)


def _named(actor: Actor) -> Actor:
    """On paper nobody is you: everybody stands there by name."""
    return replace(actor, id="")


# --- files -----------------------------------------------------------------------------------------------------


@bp.get("/questions/<ref:reference>/files/<id:file_id>")
@permitted(P.SUPPORT_REQUEST_READ)
def question_file(reference: str, file_id: str) -> Response:
    actor = current_actor()
    support_request = get_visible_request(actor, reference)
    return uploads.sent(get_visible_file(actor, support_request, file_id, utcnow()).stored)


@bp.get("/referrals/<ref:reference>/files/<id:file_id>")
@permitted(P.REFERRAL_READ)
def referral_file(reference: str, file_id: str) -> Response:
    actor = current_actor()
    referral = get_visible_referral(actor, reference)
    return uploads.sent(get_visible_file(actor, referral, file_id, utcnow()).stored)


@bp.post("/questions/<ref:reference>/files/<id:file_id>")
@permitted(P.SUPPORT_REQUEST_READ)
def question_file_act(reference: str, file_id: str) -> Response:
    actor = current_actor()
    _remove(lambda: get_visible_request(actor, reference, lock=True), file_id, actor)
    return redirect(url_for("referrals.question_show", reference=reference, _anchor="files"), code=303)


@bp.post("/referrals/<ref:reference>/files/<id:file_id>")
@permitted(P.REFERRAL_READ)
def referral_file_act(reference: str, file_id: str) -> Response:
    actor = current_actor()
    _remove(lambda: get_visible_referral(actor, reference, lock=True), file_id, actor)
    return redirect(url_for("referrals.referral_show", reference=reference, _anchor="files"), code=303)


def _remove(load: Callable[[], Subject], file_id: str, actor: Actor) -> None:
    write_transaction()
    now = utcnow()
    found = get_visible_file(actor, load(), file_id, now, lock=True)
    if request.form.get("action") != "remove":
        raise BadInput([Problem("unknown_action", _("This action does not exist here."), "action")])
    remove_file(found, actor=actor, now=now)
    db.session.commit()
    flash(_("The file is removed. Nobody sees it any more."), "success")
