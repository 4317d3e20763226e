"""Referrals: the inbox and what was sent, and the page on which a receiver answers and a sender follows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.durations import when_words
from hubs.core.pagination import keyset
from hubs.core.perform import check_version
from hubs.core.uploads import ACCEPT
from hubs.core.views import STORED, attempt_for
from hubs.extensions import db, write_transaction
from hubs.referrals import terms
from hubs.referrals.forms.acting import ReferralActForm, plain_code
from hubs.referrals.forms.conversation import MessageForm
from hubs.referrals.lifecycle import LIVE, ReferralState
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import act_on_referral, assign_handler
from hubs.referrals.pages.lists import referral_line
from hubs.referrals.pages.referral import referral_page
from hubs.referrals.pages.timeline import chip, place_of
from hubs.referrals.pages.words import REFERRAL_BADGES
from hubs.referrals.queries import colleagues_of, get_visible_referral, inbox_of, sent_from
from hubs.referrals.views import bp
from hubs.referrals.views.seen import message_problems, visited

Answer = str | Response | tuple[str, int]
PAGE_SIZE = 25
IN, OUT = "in", "out"


@bp.get("/referrals")
@permitted(P.REFERRAL_READ)
def referral_list() -> str:
    actor, now = current_actor(), utcnow()
    chosen = {name: plain_code(request.args.get(name)) for name in ("box", "state", "handler")}
    chosen["box"] = OUT if chosen["box"] == OUT else IN
    statement = _filtered((sent_from if chosen["box"] == OUT else inbox_of)(actor), chosen, actor)
    is_open = not chosen["state"]
    keys = [(Referral.due_at, "asc"), (Referral.id, "asc")] if is_open else [(Referral.id, "desc")]
    page = keyset(db.session(), statement, keys, cursor=request.args.get("cursor"), size=PAGE_SIZE)
    offices = {item.id: terms.acting_office(item) for item in page.items}
    calendars = terms.calendars_of(db.session(), offices.values(), now)
    lines = [
        referral_line(
            item,
            actor,
            calendars[offices[item.id].id],
            (item.sender_office if chosen["box"] == OUT else item.receiver_office).timezone,
            now,
        )
        for item in page.items
    ]
    kept: dict[str, Any] = {name: value for name, value in chosen.items() if value}
    return render_template(
        "referrals/referral_list.html",
        lines=lines,
        chosen=chosen,
        states=[(code, words) for code, (words, _tone) in REFERRAL_BADGES.items()],
        people=db.session.execute(colleagues_of(actor)).scalars().all(),
        next_url=url_for("referrals.referral_list", **kept, cursor=page.next_cursor) if page.next_cursor else None,
        first_url=url_for("referrals.referral_list", **kept) if request.args.get("cursor") else None,
        is_filtered=bool(chosen["state"] or chosen["handler"]),
    )


def _filtered(statement: Any, chosen: dict[str, str], actor: Actor) -> Any:
    """Those that run unless another state, or all, is chosen; with all that a line shows in the same statement."""
    statement = statement.options(
        joinedload(Referral.support_request).options(
            joinedload(SupportRequest.consent), joinedload(SupportRequest.company_record)
        ),
        joinedload(Referral.sender),
        joinedload(Referral.receiver),
        joinedload(Referral.sender_office),
        joinedload(Referral.receiver_office),
        joinedload(Referral.handler),
    )
    if chosen["state"] in REFERRAL_BADGES:
        statement = statement.where(Referral.state == chosen["state"])
    elif chosen["state"] != "all":
        statement = statement.where(Referral.state.in_(sorted(LIVE)))
    if chosen["handler"] == "none":
        return statement.where(Referral.handler_id.is_(None))
    if chosen["handler"]:
        mine = chosen["handler"] == "mine"
        return statement.where(Referral.handler_id == (actor.id if mine else chosen["handler"]))
    return statement


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
    placed = ("reason", "note", "outcome", "handler_id", "partner_reference")
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
