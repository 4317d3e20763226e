"""Declared interests: one's own, and for administrators everybody's."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.accreditation.forms.assessing import InterestForm
from hubs.accreditation.models import Interest
from hubs.accreditation.operations.assigning import declare_interest, end_interest
from hubs.accreditation.queries.interests import (
    get_visible_interest,
    hubs_by_name,
    interests_visible_to,
    open_proposals_assessed_by,
    sees_all_interests,
    with_names,
)
from hubs.accreditation.words import assessing as words
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput
from hubs.core.pagination import keyset
from hubs.core.templating import locale_code
from hubs.core.types import ID_LENGTH
from hubs.core.views import STORED, attempt
from hubs.extensions import db, write_transaction

from . import bp

PAGE_SIZE = 50


@bp.get("/interests")
@permitted(P.INTEREST_DECLARE)
def interest_list() -> Any:
    return _page(InterestForm(formdata=None), 200)


@bp.post("/interests")
@permitted(P.INTEREST_DECLARE)
def interest_declare() -> Any:
    actor, now, form = current_actor(), utcnow(), InterestForm()
    write_transaction()
    hub_id = (form.hub.data or "")[:ID_LENGTH]
    status = attempt(form, lambda: declare_interest(hub_id=hub_id, note=form.note.data or "", actor=actor, now=now))
    if status != STORED:
        return _page(form, status)
    flash(words.INTEREST_DECLARED, "success")
    for proposal in open_proposals_assessed_by(str(actor.person_id), hub_id):
        flash(str(words.REPLACE_ME) % {"reference": proposal.reference}, "warning")
    return redirect(url_for("accreditation.interest_list"), code=303)


@bp.post("/interests/<id:interest_id>")
@permitted(P.INTEREST_DECLARE)
def interest_act(interest_id: str) -> Any:
    actor, now = current_actor(), utcnow()
    write_transaction()
    interest = get_visible_interest(actor, interest_id, lock=True)
    if request.form.get("action") != "end":
        raise BadInput(message=words.UNKNOWN_ACTION)
    end_interest(interest, actor=actor, now=now)
    db.session.commit()
    flash(words.INTEREST_ENDED, "success")
    return redirect(url_for("accreditation.interest_list"), code=303)


def _page(form: InterestForm, status: int) -> Any:
    actor, cursor = current_actor(), request.args.get("cursor")
    statement = interests_visible_to(actor).options(*with_names())
    page = keyset(db.session, statement, [(Interest.id, "desc")], cursor=cursor, size=PAGE_SIZE)
    hubs = db.session.execute(hubs_by_name()).scalars()
    form.hub.choices = [("", ""), *((hub.id, hub.name(locale_code())) for hub in hubs)]
    rendered = render_template(
        "accreditation/interest_list.html",
        interests=page.items,
        form=form,
        actor=actor,
        sees_all=sees_all_interests(actor),
        next_url=url_for("accreditation.interest_list", cursor=page.next_cursor) if page.next_cursor else None,
        first_url=url_for("accreditation.interest_list") if cursor else None,
    )
    return rendered, status
