"""Pages of objections: the list, lodging one, and one objection with who handles it, the hearing and the outcome."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.models import OrganisationKind
from hubs.accounts.permissions import P
from hubs.accreditation import words as names
from hubs.accreditation.forms.decisions import ObjectionHearingForm
from hubs.accreditation.forms.objections import HandlerForm, ObjectionActionForm, ObjectionForm, OutcomeForm
from hubs.accreditation.models import Objection
from hubs.accreditation.operations import objecting
from hubs.accreditation.operations.objecting import OPEN, objection_period
from hubs.accreditation.pages.objections import objection_page
from hubs.accreditation.queries.decisions import get_visible_decision, get_visible_objection, objections_visible_to
from hubs.accreditation.statutory import amsterdam_day
from hubs.accreditation.words import decisions as decision_words
from hubs.accreditation.words import objections as words
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, Problem
from hubs.core.forms import Form
from hubs.core.pagination import keyset
from hubs.core.perform import check_version
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt, attempt_for
from hubs.extensions import db, write_transaction

from . import bp

PAGE_SIZE = 25


@bp.get("/objections")
@permitted(P.OBJECTION_READ)
def objection_list() -> str:
    actor, cursor = current_actor(), request.args.get("cursor")
    only = "all" if request.args.get("show") == "all" else "open"
    statement = objections_visible_to(actor)
    if only == "open":
        statement = statement.where(Objection.state.in_(OPEN))
    statement = statement.options(
        joinedload(Objection.hub), joinedload(Objection.decision), joinedload(Objection.handler)
    )
    page = keyset(
        db.session, statement, [(Objection.due_on, "asc"), (Objection.id, "asc")], cursor=cursor, size=PAGE_SIZE
    )
    return render_template(
        "accreditation/objection_list.html",
        objections=page.items,
        only=only,
        today=amsterdam_day(utcnow()),
        for_ministry=actor.organisation_kind == OrganisationKind.MINISTRY,
        names=names,
        words=words,
        next_url=url_for(".objection_list", show=only, cursor=page.next_cursor) if page.next_cursor else None,
        first_url=url_for(".objection_list", show=only) if cursor else None,
    )


@bp.route("/decisions/<bref:reference>/objection", methods=["GET", "POST"])
@permitted(P.OBJECTION_LODGE)
def objection_new(reference: str) -> Any:
    """The hub objects to a decision."""
    return _lodging(reference, by_ministry=False)


@bp.route("/decisions/<bref:reference>/objection-by-post", methods=["GET", "POST"])
@permitted(P.OBJECTION_HANDLE)
def objection_record(reference: str) -> Any:
    """The ministry records an objection that came by post."""
    return _lodging(reference, by_ministry=True)


def _lodging(reference: str, *, by_ministry: bool) -> Any:
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    decision = get_visible_decision(actor, reference, lock=posted)
    period = objection_period(decision)
    form, status = ObjectionForm(), 200
    if posted:
        status, made = attempt_for(form, lambda: _lodged(form, decision, actor, now))
        if made is not None:
            flash(_("The objection is recorded, and the receipt goes out."), "success")
            return redirect(url_for(".objection_show", objection_id=made), code=303)
        decision = get_visible_decision(actor, reference)
    page = render_template(
        "accreditation/objection_new.html",
        form=form,
        decision=decision,
        hub=decision.hub.name(locale_code()),
        period=period,
        is_late=amsterdam_day(now) > period.ends_on,
        by_ministry=by_ministry,
    )
    return page, status


def _lodged(form: ObjectionForm, decision: Any, actor: Actor, now: datetime) -> str:
    return objecting.lodge_objection(decision, values=form.values(), actor=actor, now=now).id


@bp.get("/objections/<id:objection_id>")
@permitted(P.OBJECTION_READ)
def objection_show(objection_id: str) -> Any:
    return _page(get_visible_objection(current_actor(), objection_id), {}, 200)


def _take_up(objection: Objection, form: Any, actor: Actor, now: datetime) -> None:
    objecting.assign_handler(
        objection, handler_id=form.handler_id.data, has_committee=form.has_committee.data, actor=actor, now=now
    )


def _adjourn(objection: Objection, _form: Any, actor: Actor, now: datetime) -> None:
    objecting.adjourn_objection(objection, actor=actor, now=now)


def _record_hearing(objection: Objection, form: Any, actor: Actor, now: datetime) -> None:
    objecting.record_objection_hearing(objection, values=form.values(), actor=actor, now=now)


def _decide(objection: Objection, form: Any, actor: Actor, now: datetime) -> None:
    objecting.decide_objection(
        objection, outcome=form.outcome.data, reasons=form.reasons.data or "", actor=actor, now=now
    )


def _withdraw(objection: Objection, form: Any, actor: Actor, now: datetime) -> None:
    objecting.withdraw_objection(objection, actor=actor, now=now, note=form.note.data or "")


# action -> (form, what it does)
ACTS: dict[str, tuple[type[Form], Callable[[Objection, Any, Actor, datetime], None]]] = {
    "take_up": (HandlerForm, _take_up),
    "adjourn": (ObjectionActionForm, _adjourn),
    "record_hearing": (ObjectionHearingForm, _record_hearing),
    "decide": (OutcomeForm, _decide),
    "withdraw": (ObjectionActionForm, _withdraw),
}


@bp.post("/objections/<id:objection_id>")
@permitted(P.OBJECTION_READ)
def objection_act(objection_id: str) -> Any:
    actor, now, action = current_actor(), utcnow(), request.form.get("action", "")
    write_transaction()
    objection = get_visible_objection(actor, objection_id, lock=True)
    if action not in ACTS:
        raise BadInput([Problem("unknown_action", _("This action does not exist here."), "action")])
    if action == "decide" and actor.organisation_kind == OrganisationKind.MINISTRY:
        objecting.check_no_part(objection, action, actor)
    kind, act = ACTS[action]
    form = _prepared(kind(), objection, actor)

    def work() -> None:
        check_version(objection, request.form.get("version", type=int))
        act(objection, form, actor, now)

    status = attempt(form, work)
    if status != STORED:
        return _page(get_visible_objection(actor, objection_id), {action: form}, status)
    flash(_("The change is stored."), "success")
    return redirect(url_for(".objection_show", objection_id=objection_id), code=303)


def _prepared(form: Form, objection: Objection, actor: Actor) -> Form:
    """Whoever gives an objection to themselves is judged by the operation, so that the attempt is kept."""
    if isinstance(form, HandlerForm):
        listed = [(person.id, person.name) for person in objecting.handlers_for(objection)]
        form.handler_id.choices = [*listed, (actor.person_id or "", "")]
    return form


def _page(objection: Objection, tried: dict[str, Form], status: int) -> Any:
    page = objection_page(objection, current_actor(), utcnow())
    forms: dict[str, Form] = {name: tried.get(name) or _empty(kind) for name, (kind, _act) in ACTS.items()}
    handler = forms["take_up"]
    if isinstance(handler, HandlerForm):
        handler.handler_id.choices = [("", ""), *((person.id, person.name) for person in page.handlers)]
    rendered = render_template(
        "accreditation/objection_show.html",
        page=page,
        objection=objection,
        hub=objection.hub.name(locale_code()),
        forms=forms,
        failed=next(iter(tried.values()), None),
        failed_action=next(iter(tried), ""),
        names=names,
        words=words,
        decision_words=decision_words,
    )
    return rendered, status


def _empty(kind: type[Form]) -> Form:
    """A form that shows nothing of what was posted for another action."""
    return kind(formdata=None)
