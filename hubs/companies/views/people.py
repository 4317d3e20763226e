"""The people of a company: written down, corrected, left. A mail address once known changes on a page of its own."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.companies.forms import NewPersonForm, PersonForm
from hubs.companies.keeping import add_person, edit_person, retire_person
from hubs.companies.models import CompanyRecord, ContactPerson
from hubs.companies.queries import get_visible_company, get_visible_person
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound
from hubs.core.views import STORED, attempt
from hubs.extensions import db, write_transaction

from . import bp


@bp.route("/companies/<id:company_id>/people/new", methods=["GET", "POST"])
@permitted(P.COMPANY_WRITE)
def person_new(company_id: str) -> Any:
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    kept = get_visible_company(actor, company_id, lock=posted)
    page = {"company_id": kept.company_id, "company_name": kept.name}
    form = NewPersonForm()
    status = attempt(form, lambda: add_person(kept, form.values(), actor=actor, now=now)) if posted else 200
    if status == STORED:
        flash(_("%(name)s is written down.", name=form.name.data), "success")
        return redirect(url_for("referrals.company_show", company_id=page["company_id"]), code=303)
    return render_template("companies/person_new.html", form=form, **page), status


@bp.route("/companies/<id:company_id>/people/<id:person_id>", methods=["GET", "POST"])
@permitted(P.COMPANY_WRITE)
def person_edit(company_id: str, person_id: str) -> Any:
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    kept, person = person_of(actor, company_id, person_id, lock=posted)
    page: dict[str, Any] = {"company_id": kept.company_id, "company_name": kept.name, "person_id": person.id}
    page |= {"is_retired": person.retired_at is not None, "name": person.name, "email": person.email}
    if posted and request.form.get("action") in ("retire", "return"):
        retire_person(person, actor=actor, now=now, is_back=request.form["action"] == "return")
        db.session.commit()
        return _stored(page["company_id"])
    form = PersonForm(data=PersonForm.data_of(person))
    status = attempt(form, lambda: edit_person(person, form.values(), actor=actor, now=now)) if posted else 200
    if status == STORED:
        return _stored(page["company_id"])
    return render_template("companies/person_edit.html", form=form, **page), status


def _stored(company_id: str) -> Response:
    flash(_("Stored."), "success")
    return redirect(url_for("referrals.company_show", company_id=company_id), code=303)


def person_of(
    actor: Actor, company_id: str, person_id: str, *, lock: bool = False
) -> tuple[CompanyRecord, ContactPerson]:
    """A company and one of its people. Raises NotFound for somebody of another company."""
    kept = get_visible_company(actor, company_id)
    person = get_visible_person(actor, person_id, lock=lock)
    if person.company_id != kept.company_id:
        raise NotFound()
    return kept, person
