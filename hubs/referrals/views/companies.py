"""One company as the reader's organisation knows it: facts, people, own questions, what happened, own note."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.companies.alike import likely_same
from hubs.companies.models import CompanyRecord, RegisterCheck
from hubs.companies.operations import change_company_record
from hubs.companies.queries import get_visible_company, latest_checks, own_contact_persons
from hubs.companies.register import asked_of, registers
from hubs.companies.register.numbers import Form, registration_form
from hubs.companies.words import CHECK_TONES, CHECK_WORDS, SOURCES
from hubs.core.clock import utcnow
from hubs.core.views import STORED, attempt
from hubs.extensions import db, write_transaction
from hubs.referrals.forms.companies import CompanyNoteForm
from hubs.referrals.intake.one_question import offers_of
from hubs.referrals.models import SupportRequest
from hubs.referrals.pages.company_timeline import timeline_of
from hubs.referrals.queries import requests_visible_to
from hubs.referrals.state_words import REQUEST_STATES
from hubs.referrals.views import bp

QUESTIONS_SHOWN = 10
LINES_SHOWN = 8
CHECKS_SHOWN = 10


@bp.get("/companies/<id:company_id>")
@permitted(P.COMPANY_READ)
def company_show(company_id: str) -> str | Response:
    actor = current_actor()
    kept = get_visible_company(actor, company_id)
    if kept.company_id != company_id:  # it went up in another one
        return redirect(url_for("referrals.company_show", company_id=kept.company_id), code=302)
    return _page(actor, kept, CompanyNoteForm(data={"note": kept.note}))


@bp.post("/companies/<id:company_id>")
@permitted(P.COMPANY_WRITE)
def company_note(company_id: str) -> Any:
    actor, now = current_actor(), utcnow()
    form = CompanyNoteForm()
    write_transaction()
    kept = get_visible_company(actor, company_id, lock=True)
    kept_id = kept.company_id
    status = attempt(form, lambda: change_company_record(kept, actor=actor, now=now, note=form.note.data))
    if status != STORED:
        return _page(actor, get_visible_company(actor, kept_id), form), status
    flash(_("The note is saved."), "success")
    return redirect(url_for("referrals.company_show", company_id=kept_id), code=303)


@bp.get("/companies/<id:company_id>/timeline")
@permitted(P.COMPANY_READ)
def company_timeline(company_id: str) -> str | Response:
    actor, cursor = current_actor(), request.args.get("cursor")
    kept = get_visible_company(actor, company_id)
    if kept.company_id != company_id:
        return redirect(url_for("referrals.company_timeline", company_id=kept.company_id), code=302)
    lines, page = timeline_of(actor, kept, cursor)
    here = url_for("referrals.company_timeline", company_id=kept.company_id)
    following = url_for("referrals.company_timeline", company_id=kept.company_id, cursor=page.next_cursor)
    return render_template(
        "referrals/company_timeline.html",
        record=kept,
        lines=lines,
        next_url=following if page.next_cursor else None,
        first_url=here if cursor else None,
    )


def _page(actor: Actor, kept: CompanyRecord, form: CompanyNoteForm) -> str:
    organisation_id = str(actor.organisation_id)
    questions = (
        requests_visible_to(actor)
        .where(SupportRequest.company_id == kept.company_id)
        .order_by(SupportRequest.id.desc())
        .limit(QUESTIONS_SHOWN)
    )
    lines, page = timeline_of(actor, kept, size=LINES_SHOWN)
    people = db.session.execute(own_contact_persons(organisation_id, kept.company_id)).scalars().all()
    return render_template(
        "referrals/company_show.html",
        record=kept,
        form=form,
        people=people,
        other_addresses={offer.change.contact_person_id for offer in offers_of(*people)},
        questions=db.session.execute(questions).scalars().all(),
        lines=lines,
        has_more=page.next_cursor is not None,
        alike=likely_same(actor, kept) if actor.can(P.COMPANY_WRITE) else [],
        state_words=REQUEST_STATES,
        **_registers(kept),
    )


def _registers(kept: CompanyRecord) -> dict[str, Any]:
    """What registers said last, whether one can be asked, and whether the number looks right."""
    rows = db.session.execute(latest_checks(kept.organisation_id, kept.company_id).limit(CHECKS_SHOWN)).scalars().all()
    latest: dict[str, RegisterCheck] = {}
    for row in rows:
        latest.setdefault(row.source, row)
    number, country = kept.company.registration_number, kept.company.country
    return {
        "checks": list(latest.values()),
        "can_ask": bool(set(registers(current_app.config)) & set(asked_of(country, number, kept.vat_number))),
        "looks_wrong": bool(number) and registration_form(str(number), country) == Form.WRONG,
        "check_words": CHECK_WORDS,
        "check_tones": CHECK_TONES,
        "sources": SOURCES,
    }
