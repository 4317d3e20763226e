"""Saved views: keeping the list one looks at, and changing, sharing, putting first or taking away what was kept."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, Problem
from hubs.core.views import STORED, attempt_for
from hubs.extensions import db, write_transaction
from hubs.referrals.forms.listing import ViewForm
from hubs.referrals.lists.asked import asked_of
from hubs.referrals.lists.choices import VIEWS_AT_MOST, visible_views
from hubs.referrals.lists.models import LISTS, DefaultView, SavedView
from hubs.referrals.lists.saving import change_view, drop_view, get_visible_view, may_keep, put_first, save_view
from hubs.referrals.views import bp

Answer = str | Response | tuple[str, int]
_ENDPOINTS = {"work": "referrals.work", "questions": "referrals.question_list", "referrals": "referrals.referral_list"}


def _query(list_name: str, text: str | None) -> dict[str, str]:
    """The parameters of an address as they count."""
    return asked_of(list_name, dict(parse_qsl((text or "").lstrip("?"), max_num_fields=50))).query()


def _list_name(form: ViewForm) -> str:
    name = form.list_name.data or ""
    if name not in LISTS:
        raise BadInput([Problem("list_name", _("Choose a list."), "list_name")])
    return name


@bp.get("/views")
@permitted(P.SUPPORT_REQUEST_READ)
def saved_view_list() -> str:
    actor = current_actor()
    statement = (
        select(SavedView, DefaultView.view_id)
        .outerjoin(DefaultView, _is_default(actor))
        .where(visible_views(actor))
        .options(joinedload(SavedView.owner))
        .order_by(SavedView.list_name, SavedView.name, SavedView.id)
        .limit(VIEWS_AT_MOST * len(LISTS))
    )
    rows = db.session.execute(statement).all()
    return render_template("referrals/saved_view_list.html", rows=rows, endpoints=_ENDPOINTS)


def _is_default(actor: Actor) -> Any:
    return (
        (DefaultView.view_id == SavedView.id)
        & (DefaultView.person_id == actor.id)
        & (DefaultView.organisation_id == actor.organisation_id)
    )


@bp.post("/views")
@permitted(P.SUPPORT_REQUEST_READ)
def saved_view_create() -> Answer:
    actor, now = current_actor(), utcnow()
    form = ViewForm()

    def work() -> tuple[str, str]:
        list_name = _list_name(form)
        write_transaction()
        view = save_view(
            list_name,
            form.name.data or "",
            _query(list_name, form.query.data),
            is_shared=bool(form.is_shared.data),
            is_default=bool(form.is_default.data),
            actor=actor,
            now=now,
        )
        return list_name, view.id

    status, made = attempt_for(form, work)
    if status != STORED:
        return render_template("referrals/saved_view.html", form=form, view=None, may=True), status
    flash(_("The view is kept."), "success")
    return redirect(url_for(_ENDPOINTS[made[0]], view=made[1]), code=303)


@bp.get("/views/<id:view_id>")
@permitted(P.SUPPORT_REQUEST_READ)
def saved_view_edit(view_id: str) -> str:
    actor = current_actor()
    view = get_visible_view(actor, view_id)
    form = ViewForm(formdata=None, obj=view)
    chosen = db.session.get(DefaultView, (actor.id, actor.organisation_id, view.list_name))
    form.is_default.data = chosen is not None and chosen.view_id == view.id
    return _page(form, view, actor)


def _page(form: ViewForm, view: SavedView, actor: Actor) -> str:
    return render_template("referrals/saved_view.html", form=form, view=view, may=may_keep(view, actor))


@bp.post("/views/<id:view_id>")
@permitted(P.SUPPORT_REQUEST_READ)
def saved_view_act(view_id: str) -> Answer:
    actor, now = current_actor(), utcnow()
    form, action = ViewForm(), request.form.get("action", "")

    def work() -> tuple[str, str]:
        write_transaction()
        view = get_visible_view(actor, view_id, lock=True)
        return view.list_name, _act(view, action, form, actor, now)

    status, made = attempt_for(form, work)
    if status != STORED:
        return _page(form, get_visible_view(actor, view_id), actor), status
    flash(made[1], "success")
    return redirect(url_for(_ENDPOINTS[made[0]], view=None if action == "drop" else view_id), code=303)


def _act(view: SavedView, action: str, form: ViewForm, actor: Actor, now: Any) -> str:
    if action == "drop":
        drop_view(view, actor=actor, now=now)
        return _("The view is taken away.")
    if action == "put_first":
        put_first(view.list_name, view if form.is_default.data else None, actor=actor, now=now)
        return _("Kept.")
    if action != "save":
        raise BadInput([Problem("unknown_action", _("This action does not exist here."), "action")])
    query = _query(view.list_name, form.query.data) if form.query.data else None
    change_view(view, name=form.name.data or "", is_shared=bool(form.is_shared.data), query=query, actor=actor, now=now)
    return _("The view is kept.")
