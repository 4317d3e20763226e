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
from hubs.core.errors import DomainError, NotFound, NotPermitted
from hubs.core.forms import put_problems
from hubs.core.pagination import keyset
from hubs.core.perform import check_version
from hubs.errors import status_of
from hubs.extensions import db, write_transaction
from hubs.referrals import terms
from hubs.referrals.forms.acting import ReferralActForm, plain_code
from hubs.referrals.lifecycle import LIVE, ReferralState
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import act_on_referral, assign_handler
from hubs.referrals.pages.lists import referral_line
from hubs.referrals.pages.referral import referral_page
from hubs.referrals.pages.words import REFERRAL_BADGES
from hubs.referrals.queries import colleagues_of, get_visible_referral, inbox_of, sent_from
from hubs.referrals.views import bp

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
    return _show(get_visible_referral(actor, reference), actor, now, ReferralActForm(formdata=None))


@bp.post("/referrals/<ref:reference>")
@permitted(P.REFERRAL_READ)
def referral_act(reference: str) -> Answer:
    actor, now = current_actor(), utcnow()
    form = ReferralActForm()
    if not form.validate():
        return _show(get_visible_referral(actor, reference), actor, now, form), 422
    write_transaction()
    referral = get_visible_referral(actor, reference, lock=True)
    try:
        _act(referral, form, actor, now)
        words = _done(referral, form.action.data or "", now)
        db.session.commit()
    except (NotFound, NotPermitted):
        raise
    except DomainError as error:
        db.session.rollback()
        put_problems(form, error)
        referral = get_visible_referral(actor, reference)
        return _show(referral, actor, now, form, error), status_of(error, api=False)
    flash(words, "success")
    return redirect(url_for("referrals.referral_show", reference=reference), code=303)


def _act(referral: Referral, form: ReferralActForm, actor: Actor, now: datetime) -> None:
    check_version(referral, form.seen_version())
    if form.action.data == "assign":
        assign_handler(referral, form.handler() or None, actor=actor, now=now)
    else:
        act_on_referral(referral, form.action.data or "", actor=actor, now=now, data=form.values())


def _show(
    referral: Referral, actor: Actor, now: datetime, form: ReferralActForm, error: DomainError | None = None
) -> str:
    return render_template(
        "referrals/referral_show.html",
        page=referral_page(referral, actor, now),
        form=form,
        sent={"action": form.action.data or "", "key": ""},
        problems=_problems(form, error),
    )


def _problems(form: ReferralActForm, error: DomainError | None) -> list[dict[str, Any]]:
    placed = ("reason", "note", "outcome", "handler_id", "partner_reference")
    found = [
        {"message": message, "id": f"{field.name}-{form.action.data}-" if field.name in placed else None}
        for field in form
        for message in field.errors
    ]
    found += [{"message": message, "id": None} for message in form.form_errors]
    if error is not None and error.message and not found:
        found.append({"message": error.message, "id": None})
    return found


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
