"""Whom others may call: a table of one's own, shown to whoever has an agreement with the organisation."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.pagination import keyset
from hubs.core.perform import check_version
from hubs.core.views import STORED, attempt
from hubs.directory import operations
from hubs.directory.forms.desk import LiaisonForm
from hubs.directory.models import Liaison
from hubs.directory.queries import get_own_organisation
from hubs.directory.queries.desk import counterparts_of, get_own_liaison, liaisons_visible_to
from hubs.extensions import db, write_transaction
from hubs.reference.labels import label_choices

from . import bp
from .drafting import whole_organisation
from .shown import data_of

PAGE_SIZE = 25


@bp.get("/organisation/liaisons")
@permitted(P.DIRECTORY_READ)
def liaison_list() -> str:
    actor, cursor = current_actor(), request.args.get("cursor")
    page = keyset(db.session, liaisons_visible_to(actor), [(Liaison.id, "asc")], cursor=cursor, size=PAGE_SIZE)
    return render_template(
        "directory/liaison_list.html",
        liaisons=page.items,
        may_edit=actor.can(P.PROFILE_EDIT) and operations.may_edit_whole(actor),
        next_url=url_for("directory.liaison_list", cursor=page.next_cursor) if page.next_cursor else None,
        first_url=url_for("directory.liaison_list") if cursor else None,
    )


@bp.route("/organisation/liaisons/new", methods=["GET", "POST"])
@permitted(P.PROFILE_EDIT)
def liaison_new() -> Any:
    actor, now = whole_organisation(), utcnow()
    if request.method == "POST":
        write_transaction()
    organisation, form = get_own_organisation(actor), _form(actor)

    def work() -> None:
        operations.add_liaison(organisation, values=form.values(), actor=actor, now=now)

    status = attempt(form, work) if request.method == "POST" else 200
    if status == STORED:
        flash(_("Stored. Whoever has an agreement with you sees this."), "success")
        return redirect(url_for("directory.liaison_list"), code=303)
    return render_template("directory/liaison_new.html", form=form), status


@bp.route("/organisation/liaisons/<id:liaison_id>", methods=["GET", "POST"])
@permitted(P.PROFILE_EDIT)
def liaison_edit(liaison_id: str) -> Any:
    actor, now, posted = whole_organisation(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    liaison = get_own_liaison(actor, liaison_id)
    if posted and request.form.get("action") == "remove":
        operations.remove_liaison(liaison, actor=actor, now=now)
        db.session.commit()
        flash(_("Taken off the list."), "success")
        return redirect(url_for("directory.liaison_list"), code=303)
    form = _form(actor, liaison)
    seen = request.form.get("version", type=int)

    def work() -> None:
        check_version(liaison, seen)
        operations.edit_liaison(liaison, values=form.values(), actor=actor, now=now)

    status = attempt(form, work) if posted else 200
    if status == STORED:
        flash(_("Stored. Whoever has an agreement with you sees this."), "success")
        return redirect(url_for("directory.liaison_list"), code=303)
    return render_template("directory/liaison_edit.html", form=form, liaison=liaison), status


def _form(actor: Actor, liaison: Liaison | None = None) -> LiaisonForm:
    form = LiaisonForm(data=data_of(LiaisonForm, liaison)) if liaison else LiaisonForm()
    form.offer_choices(label_choices("market"), counterparts_of(actor))
    return form
