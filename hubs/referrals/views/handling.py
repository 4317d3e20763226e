"""Claim, release, put aside, assign and move: one question or referral, or those that were chosen in a list."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted, safe_next
from hubs.accounts.actor import Actor
from hubs.accounts.names import short_name
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, NotPermitted, Problem
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt_for
from hubs.extensions import db, write_transaction
from hubs.referrals.forms.listing import HandlingForm
from hubs.referrals.lists import handling
from hubs.referrals.lists.bulk import AT_MOST, Weighed, act_on_many, check_action, chosen, weigh
from hubs.referrals.lists.choices import Choices, choices_for
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.presentation import RECEIVER, sees_question_in_list
from hubs.referrals.queries import get_visible_referral, get_visible_request
from hubs.referrals.terms import acting_office
from hubs.referrals.views import bp
from hubs.referrals.views.undoing import remember_done

Answer = str | Response | tuple[str, int]


# --- many: what would change, and doing it ------------------------------------------------------------------


@bp.get("/selection")
@permitted(P.SUPPORT_REQUEST_READ)
def selection() -> Answer:
    actor, now = current_actor(), utcnow()
    form = HandlingForm(request.args)
    form.errors  # noqa: B018  made of the address, not sent
    if not form.references():
        flash(_("Choose one or more lines first."), "warning")
        return redirect(_back(form), code=303)
    check_action(form.action.data or "")
    return _preview(form, actor, now)


@bp.post("/selection")
@permitted(P.SUPPORT_REQUEST_READ)
def selection_act() -> Answer:
    actor, now = current_actor(), utcnow()
    form = HandlingForm()

    def work() -> tuple[str | None, int, list[tuple[str, str]]]:
        check_action(form.action.data or "")
        write_transaction()
        timezone = choices_for(db.session(), actor, "questions", now).timezone
        done = act_on_many(form.references(), form.wish(timezone), actor=actor, now=now)
        return done.bulk_id, done.changed, done.left

    status, made = attempt_for(form, work)
    if status != STORED:
        return _preview(form, actor, now), status
    bulk_id, changed, left = made
    _tell(form.action.data or "", changed, left)
    if bulk_id is not None:
        remember_done(bulk_id, changed, now)
    return redirect(_back(form), code=303)


def _back(form: HandlingForm) -> str:
    return safe_next(form.next.data) or url_for("referrals.question_list")


def _tell(action: str, changed: int, left: list[tuple[str, str]]) -> None:
    words = {
        "assign": ngettext("%(num)s item has its handler.", "%(num)s items have their handler.", changed),
        "claim": ngettext("%(num)s item is yours.", "%(num)s items are yours.", changed),
        "release": ngettext(
            "%(num)s item is free for a colleague.", "%(num)s items are free for a colleague.", changed
        ),
        "snooze": ngettext("%(num)s item is put aside.", "%(num)s items are put aside.", changed),
        "unsnooze": ngettext("%(num)s item is back.", "%(num)s items are back.", changed),
        "move": ngettext("%(num)s item is moved.", "%(num)s items are moved.", changed),
    }
    flash(words[action], "success" if changed else "warning")
    if left:
        told = " ".join(f"{reference}: {why}" for reference, why in left)
        flash(_("Not changed. %(items)s", items=told), "warning")


def _preview(form: HandlingForm, actor: Actor, now: datetime) -> str:
    choices = choices_for(db.session(), actor, "questions", now)
    action = form.action.data if form.action.data in _TITLES else "assign"
    wish = form.wish(choices.timezone)
    weighed = weigh(chosen(actor, form.references()), wish, actor=actor, now=now) if action == wish.action else []
    form.handler_id.choices = [("", _("Choose")), ("none", _("Nobody")), *choices.people]
    form.office_id.choices = [("", _("Choose")), *choices.offices]
    can = [_line(one, now) for one in weighed if one.problem is None]
    return render_template(
        "referrals/selection.html",
        form=form,
        action=action,
        title=_TITLES[action](len(can)) if can else _NONE[action],
        can=can,
        cannot=[_line(one, now) for one in weighed if one.problem is not None],
        absent=len(form.references()) - len(weighed),
        too_many=len(form.references()) > AT_MOST,
        most=AT_MOST,
        first_day=_tomorrow(now, choices),
        back=_back(form),
    )


_TITLES = {
    "assign": lambda number: ngettext("Give %(num)s item a handler", "Give %(num)s items a handler", number),
    "claim": lambda number: ngettext("Claim %(num)s item", "Claim %(num)s items", number),
    "release": lambda number: ngettext("Release %(num)s item", "Release %(num)s items", number),
    "snooze": lambda number: ngettext("Put %(num)s item aside", "Put %(num)s items aside", number),
    "unsnooze": lambda number: ngettext("Bring %(num)s item back", "Bring %(num)s items back", number),
    "move": lambda number: ngettext(
        "Move %(num)s item to another office", "Move %(num)s items to another office", number
    ),
}


_NONE = {
    "assign": _l("None of these can be given a handler"),
    "claim": _l("None of these can be claimed"),
    "release": _l("None of these can be released"),
    "snooze": _l("None of these can be put aside"),
    "unsnooze": _l("None of these can be brought back"),
    "move": _l("None of these can be moved"),
}


def _tomorrow(now: datetime, _choices: Choices) -> str:
    return (now + timedelta(days=1)).date().isoformat()


def _line(one: Weighed, now: datetime) -> dict[str, Any]:
    """An item of the preview, as far as the reader may read it."""
    subject = one.subject
    if isinstance(subject, SupportRequest):
        title, about = subject.title or _("No text yet"), ""
    else:
        seen = sees_question_in_list(subject, RECEIVER, now)
        title = subject.support_request.title if seen else _("This question is not with you any more")
        about = _("from %(name)s", name=short_name(subject.sender.name(locale_code())))
    return {
        "reference": subject.reference,
        "title": title,
        "about": about,
        "handler": subject.handler.name if subject.handler else "",
        "why": one.problem,
    }


# --- one ----------------------------------------------------------------------------------------------------


@bp.get("/questions/<ref:reference>/handling")
@permitted(P.SUPPORT_REQUEST_HANDLE)
def question_handling(reference: str) -> Answer:
    actor = current_actor()
    return _one_page(get_visible_request(actor, reference), HandlingForm(formdata=None), actor, utcnow())


@bp.get("/referrals/<ref:reference>/handling")
@permitted(P.REFERRAL_RECEIVE)
def referral_handling(reference: str) -> Answer:
    actor = current_actor()
    return _one_page(get_visible_referral(actor, reference), HandlingForm(formdata=None), actor, utcnow())


@bp.post("/questions/<ref:reference>/handling")
@permitted(P.SUPPORT_REQUEST_HANDLE)
def question_handle(reference: str) -> Answer:
    return _handle(reference, get_visible_request, url_for("referrals.question_show", reference=reference))


@bp.post("/referrals/<ref:reference>/handling")
@permitted(P.REFERRAL_RECEIVE)
def referral_handle(reference: str) -> Answer:
    return _handle(reference, get_visible_referral, url_for("referrals.referral_show", reference=reference))


def _handle(reference: str, load: Any, page: str) -> Answer:
    actor, now = current_actor(), utcnow()
    form = HandlingForm()

    def work() -> str:
        write_transaction()
        subject = load(actor, reference, lock=True)
        return _do(subject, form, actor, now)

    status, words = attempt_for(form, work)
    if status != STORED:
        return _one_page(load(actor, reference), form, actor, now), status
    flash(words, "success")
    return redirect(safe_next(form.next.data) or page, code=303)


def _do(subject: Any, form: HandlingForm, actor: Actor, now: datetime) -> str:
    action = form.action.data
    if action == "claim":
        handling.claim(subject, actor=actor, now=now)
        return _("This is yours now.")
    if action == "release":
        handling.release(subject, actor=actor, now=now)
        return _("This is free for a colleague.")
    if action == "snooze":
        until = form.wish(acting_office(subject).timezone).until
        handling.snooze(subject, until, form.reason.data or "", actor=actor, now=now)
        return _("Put aside. It comes back on that day, or when something happens.")
    if action == "unsnooze":
        handling.unsnooze(subject, actor=actor, now=now)
        return _("It is back in your list.")
    if action == "move":
        handling.move(subject, form.wish("UTC").office_id, actor=actor, now=now)
        return _("Moved to the other office.")
    raise BadInput([Problem("unknown_action", _("This action does not exist here."), "action")])


def _one_page(subject: Any, form: HandlingForm, actor: Actor, now: datetime) -> str:
    if not handling.may_handle(subject, actor):
        raise NotPermitted(message=_("Only who received this handles it."))
    is_question = isinstance(subject, SupportRequest)
    seen = is_question or (isinstance(subject, Referral) and sees_question_in_list(subject, RECEIVER, now))
    title = (subject if is_question else subject.support_request).title if seen else ""
    form.office_id.choices = [("", _("Choose")), *((one.id, one.city or "") for one in handling.offices_for(actor))]
    return render_template(
        "referrals/handling.html",
        form=form,
        subject=subject,
        title=title,
        back=url_for(
            "referrals.question_show" if is_question else "referrals.referral_show", reference=subject.reference
        ),
        handler=handling.name_of(subject.handler_id) if subject.handler_id else "",
        is_mine=subject.handler_id == actor.id,
        may_release=bool(subject.handler_id) and handling.has_it(subject, actor, now),
        snoozed=handling.running_snooze(subject, actor, now),
        is_over=handling.is_over(subject),
        first_day=(now + timedelta(days=1)).date().isoformat(),
        timezone=acting_office(subject).timezone,
    )
