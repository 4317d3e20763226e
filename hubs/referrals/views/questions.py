"""The case page of a question with its advice and every action."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound
from hubs.core.perform import check_version
from hubs.core.uploads import ACCEPT
from hubs.core.views import STORED, attempt_for
from hubs.extensions import db, write_transaction
from hubs.referrals.feedback.context import feedback_context
from hubs.referrals.forms.acting import QuestionActForm, spoken
from hubs.referrals.forms.conversation import MessageForm
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations import act_on_request, assign_handler, name_in_consent
from hubs.referrals.pages.case import CasePage, case_page
from hubs.referrals.pages.timeline import chip, place_of
from hubs.referrals.queries import get_visible_request, requests_visible_to, with_case
from hubs.referrals.views import bp
from hubs.referrals.views.seen import message_problems, visited

Answer = str | Response | tuple[str, int]


@bp.get("/questions/<ref:reference>")
@permitted(P.SUPPORT_REQUEST_READ)
def question_show(reference: str) -> str:
    actor, now = current_actor(), utcnow()
    support_request = loaded(actor, reference)
    shown = show_question(support_request, actor, now, QuestionActForm(formdata=None))
    visited(support_request, actor, now)
    return shown


@bp.post("/questions/<ref:reference>")
@permitted(P.SUPPORT_REQUEST_READ)
def question_act(reference: str) -> Answer:
    actor, now = current_actor(), utcnow()
    form = QuestionActForm()
    status, state = attempt_for(form, lambda: _act(reference, form, actor, now))
    if status != STORED:
        return show_question(loaded(actor, reference), actor, now, form), status
    flash(_done(form.action.data or "", state), "success")
    return redirect(url_for("referrals.question_show", reference=reference), code=303)


def _act(reference: str, form: QuestionActForm, actor: Actor, now: datetime) -> str:
    """The state it has after the action."""
    write_transaction()
    support_request = get_visible_request(actor, reference, lock=True)
    check_version(support_request, form.seen_version())
    action = form.action.data or ""
    if action == "assign":
        assign_handler(support_request, form.handler() or None, actor=actor, now=now)
    elif action == "name_in_consent":
        channel = spoken(form.channel.data)
        name_in_consent(support_request, next(iter(form.places()), "-"), channel=channel, actor=actor, now=now)
    else:
        act_on_request(support_request, action, actor=actor, now=now, data=form.values())
    return support_request.state


def loaded(actor: Actor, reference: str) -> SupportRequest:
    """A question with everything its page shows. Raises NotFound."""
    statement = with_case(requests_visible_to(actor).where(SupportRequest.reference == reference))
    found = db.session.execute(statement).unique().scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def show_question(
    support_request: SupportRequest,
    actor: Actor,
    now: datetime,
    form: QuestionActForm,
    message: MessageForm | None = None,
) -> str:
    """The case page; with `message` what was typed there and why it was refused."""
    page: CasePage = case_page(
        support_request,
        actor,
        now,
        show=chip(request.args.get("show")),
        before=place_of(request.args.get("before")),
    )
    return render_template(
        "referrals/question_show.html",
        page=page,
        asked=support_request,
        form=form,
        sent={"action": form.action.data or "", "key": next(iter(form.places()), "")},
        problems=[*_problems(form), *message_problems(message)],
        message=message or MessageForm(formdata=None),
        upload_accept=ACCEPT,
        **feedback_context(support_request),
    )


def _problems(form: QuestionActForm) -> list[dict[str, Any]]:
    """For the summary at the top: what is wrong, and where on the page it can be put right."""
    key = next(iter(form.places()), "")
    found = [
        {"message": message, "id": _field_id(form.action.data or "", key, field.name)}
        for field in form
        for message in field.errors
    ]
    placed = {str(item["message"]) for item in found}
    return found + [{"message": message, "id": None} for message in form.form_errors if str(message) not in placed]


def _field_id(action: str, key: str, field: str) -> str | None:
    return f"{field}-{action}-{key}" if field in ("reason", "note", "sanctions_checked", "handler_id") else None


def _done(action: str, state: str) -> str:
    """What was done, in the past tense."""
    words = {
        "submit": _("The question is sent to your desk."),
        "take": _("The question is taken up."),
        "refer": _("The question is referred. The entrepreneur gets a mail."),
        "signpost": _("The entrepreneur is pointed to the partner."),
        "serve": _("Written down that you helped."),
        "ask": _("Your question is on its way. Our term stands still until the answer comes."),
        "answer": _("The answer is written down. Our term goes on."),
        "withdraw": _("The question is withdrawn."),
        "reopen": _("The question is open again."),
        "assign": _("The handler is changed."),
        "name_in_consent": _("The consent is written down."),
    }
    if action in words:
        return words[action]
    return _("The question is closed.") if state == RequestState.CLOSED else _("Part of the question is closed.")
