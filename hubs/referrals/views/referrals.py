"""The page on which a receiver answers a referral and a sender follows it."""

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
from hubs.core.durations import when_words
from hubs.core.perform import check_version
from hubs.core.uploads import ACCEPT
from hubs.core.views import STORED, attempt_for
from hubs.extensions import write_transaction
from hubs.referrals.forms.acting import ReferralActForm
from hubs.referrals.forms.conversation import MessageForm
from hubs.referrals.lifecycle import ReferralState
from hubs.referrals.models import Referral
from hubs.referrals.operations import act_on_referral, assign_handler
from hubs.referrals.pages.declining import follows_words
from hubs.referrals.pages.referral import referral_page
from hubs.referrals.pages.timeline import chip, place_of
from hubs.referrals.queries import get_visible_referral
from hubs.referrals.views import bp
from hubs.referrals.views.seen import message_problems, visited

Answer = str | Response | tuple[str, int]


@bp.get("/referrals/<ref:reference>")
@permitted(P.REFERRAL_READ)
def referral_show(reference: str) -> str:
    actor, now = current_actor(), utcnow()
    referral = get_visible_referral(actor, reference)
    shown = show_referral(referral, actor, now, ReferralActForm(formdata=None))
    visited(referral, actor, now)
    return shown


@bp.post("/referrals/<ref:reference>")
@permitted(P.REFERRAL_READ)
def referral_act(reference: str) -> Answer:
    actor, now = current_actor(), utcnow()
    form = ReferralActForm()
    status, words = attempt_for(form, lambda: _act(reference, form, actor, now))
    if status != STORED:
        return show_referral(get_visible_referral(actor, reference), actor, now, form), status
    flash(words, "success")
    return redirect(url_for("referrals.referral_show", reference=reference), code=303)


def _act(reference: str, form: ReferralActForm, actor: Actor, now: datetime) -> str:
    """What was done, in words."""
    write_transaction()
    referral = get_visible_referral(actor, reference, lock=True)
    check_version(referral, form.seen_version())
    action = form.action.data or ""
    if action == "assign":
        assign_handler(referral, form.handler() or None, actor=actor, now=now)
    else:
        act_on_referral(referral, action, actor=actor, now=now, data=form.values())
    return _done(referral, action, now)


def show_referral(
    referral: Referral, actor: Actor, now: datetime, form: ReferralActForm, message: MessageForm | None = None
) -> str:
    """The page of a referral; with `message` what was typed there and why it was refused."""
    page = referral_page(
        referral,
        actor,
        now,
        show=chip(request.args.get("show")),
        before=place_of(request.args.get("before")),
    )
    return render_template(
        "referrals/referral_show.html",
        page=page,
        form=form,
        sent={"action": form.action.data or "", "key": ""},
        problems=[*_problems(form), *message_problems(message)],
        message=message or MessageForm(formdata=None),
        upload_accept=ACCEPT,
    )


def _problems(form: ReferralActForm) -> list[dict[str, Any]]:
    placed = ("reason", "note", "outcome", "handler_id", "partner_reference", "pause_until", "pause_scope")
    found = [
        {"message": message, "id": f"{field.name}-{form.action.data}-" if field.name in placed else None}
        for field in form
        for message in field.errors
    ]
    return found + [{"message": message, "id": None} for message in form.form_errors]


def _done(referral: Referral, action: str, now: datetime) -> str:
    """What was done, in the past tense, with what comes next."""
    if action == "accept" and referral.state == ReferralState.ACCEPTED and referral.due_at is not None:
        by = when_words(referral.due_at, referral.receiver_office.timezone, now)
        return _("You accepted %(reference)s. Call or mail before %(moment)s.", reference=referral.reference, moment=by)
    if action == "decline" and (follows := follows_words(referral, now)):
        return _("You said no. The question is back at its desk.") + f" {follows}"
    words = {
        "acknowledge": _("Receipt is confirmed. Say yes or no in time."),
        "decline": _("You said no. The question is back at its desk."),
        "ask": _("Your question is on its way. Your term stands still until the answer comes."),
        "answer": _("Your answer is on its way. Their term goes on."),
        "record_contact": _("Written down that you have spoken."),
        "close": _("Done. Thank you."),
        "return": _("You gave it back. The question is at its desk again."),
        "recall": _("You took it back. Choose a new place."),
        "keep": _("It stays there. You can still take it back."),
        "assign": _("The handler is changed."),
    }
    return words.get(action, _("Done."))
