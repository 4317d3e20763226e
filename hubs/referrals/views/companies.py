"""One company as the reader's organisation knows it: facts, people, own questions and dealings, own note."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.companies.models import ClientContact, CompanyRecord
from hubs.companies.operations import change_company_record
from hubs.companies.queries import client_contacts_visible_to, get_visible_company, own_contact_persons
from hubs.core.clock import utcnow
from hubs.core.pagination import keyset
from hubs.extensions import db, write_transaction
from hubs.referrals.forms.companies import CompanyNoteForm
from hubs.referrals.models import SupportRequest
from hubs.referrals.queries import requests_visible_to
from hubs.referrals.state_words import REQUEST_STATES
from hubs.referrals.views import bp

QUESTIONS_SHOWN = 50


@bp.get("/companies/<id:company_id>")
@permitted(P.COMPANY_READ)
def company_show(company_id: str) -> str:
    actor = current_actor()
    kept = get_visible_company(actor, company_id)
    return _page(actor, kept, CompanyNoteForm(data={"note": kept.note}))


@bp.post("/companies/<id:company_id>")
@permitted(P.COMPANY_WRITE)
def company_note(company_id: str) -> str | Response | tuple[str, int]:
    actor, now = current_actor(), utcnow()
    form = CompanyNoteForm()
    if not form.validate():
        return _page(actor, get_visible_company(actor, company_id), form), 422
    write_transaction()
    kept = get_visible_company(actor, company_id, lock=True)
    change_company_record(kept, actor=actor, now=now, note=form.note.data)
    db.session.commit()
    flash(_("The note is saved."), "success")
    return redirect(url_for("referrals.company_show", company_id=company_id), code=303)


def _page(actor: Actor, kept: CompanyRecord, form: CompanyNoteForm) -> str:
    organisation_id = str(actor.organisation_id)
    questions = (
        requests_visible_to(actor)
        .where(SupportRequest.company_id == kept.company_id)
        .order_by(SupportRequest.id.desc())
        .limit(QUESTIONS_SHOWN)
    )
    contacts = client_contacts_visible_to(actor).where(ClientContact.company_id == kept.company_id)
    cursor = request.args.get("cursor")
    page = keyset(db.session(), contacts, [(ClientContact.at, "desc"), (ClientContact.id, "desc")], cursor=cursor)
    return render_template(
        "referrals/company_show.html",
        record=kept,
        form=form,
        people=db.session.execute(own_contact_persons(organisation_id, kept.company_id)).scalars().all(),
        questions=db.session.execute(questions).scalars().all(),
        contacts=page.items,
        references=_references(actor, page.items),
        state_words=REQUEST_STATES,
        next_url=url_for("referrals.company_show", company_id=kept.company_id, cursor=page.next_cursor)
        if page.next_cursor
        else None,
    )


def _references(actor: Actor, contacts: list[ClientContact]) -> dict[str, str]:
    """The references of the questions that dealings were about, as far as the reader may see them."""
    ids = [row.subject_id for row in contacts if row.subject_type == SupportRequest.__tablename__]
    if not ids:
        return {}
    visible = requests_visible_to(actor).where(SupportRequest.id.in_(ids)).subquery()
    rows = db.session.execute(select(visible.c.id, visible.c.reference))
    return {row.id: row.reference for row in rows}
