"""Another mail address of a contact person: asked for at the desk, confirmed or stopped by the mailed links."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted, public
from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation
from hubs.accounts.names import with_article
from hubs.accounts.permissions import P
from hubs.companies.models import CompanyRecord, ContactPerson, EmailChange
from hubs.companies.queries import get_visible_company, get_visible_person
from hubs.companies.words import SURE_BECAUSE
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound, WrongState
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt
from hubs.extensions import db, limiter, write_transaction
from hubs.referrals.forms.companies import EmailForm
from hubs.referrals.intake.addresses import (
    STOP,
    ask_email_change,
    change_of,
    confirm_email_change,
    open_change,
    settle_email_change,
    stop_email_change,
    use_for_all,
)
from hubs.referrals.intake.one_question import offers_of
from hubs.referrals.intake.relinking import hold_questions_of
from hubs.referrals.views import bp

ANYBODY = Actor("entrepreneur")  # whoever holds a mailed link


@bp.route("/companies/<id:company_id>/people/<id:person_id>/email", methods=["GET", "POST"])
@permitted(P.COMPANY_WRITE)
@limiter.limit("60 per hour", methods=["POST"])
def email_change(company_id: str, person_id: str) -> Any:
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    kept, person = _person(actor, company_id, person_id, lock=posted)
    action = request.form.get("action", "ask")
    page: dict[str, Any] = {"company_id": kept.company_id, "person_id": person.id, "name": person.name}
    if posted and action == "stop":
        return _stop(person, page["company_id"], actor)
    if posted and action == "use_for_all":
        return _use_for_all(person, page["company_id"], actor)
    form = EmailForm()

    def work() -> None:
        if action == "settle":
            settle_email_change(person, form.email.data, form.reason.data, actor=actor, now=now)
        else:
            ask_email_change(person, form.email.data, actor=actor, now=now)

    status = attempt(form, work) if posted else 200
    if status == STORED:
        flash(_said(action, person_id), "success")
        return redirect(url_for("referrals.company_show", company_id=page["company_id"]), code=303)
    waiting = open_change(person_id, now)
    person = get_visible_person(actor, person_id)
    page |= {"email": person.email, "waiting": waiting, "reasons": SURE_BECAUSE, "offers": offers_of(person)}
    return render_template("referrals/email_change.html", form=form, **page), status


def _use_for_all(person: ContactPerson, company_id: str, actor: Actor) -> Response:
    wanted = request.form.get("change", "")
    change = next((offer.change for offer in offers_of(person) if offer.change.id == wanted), None)
    if change is None:
        raise WrongState(_("This was done already, or the address was changed in another way."))
    use_for_all(change, actor=actor, now=utcnow())
    db.session.commit()
    flash(_("All mails of this person go to the new address. New links are on their way there."), "success")
    return redirect(url_for("referrals.company_show", company_id=company_id), code=303)


def _said(action: str, person_id: str) -> str:
    if action == "ask" and open_change(person_id, utcnow()) is not None:
        return _("A link is on its way to the new address. Until it is confirmed, mails go to the old one.")
    return _("The address is changed.")


def _stop(person: ContactPerson, company_id: str, actor: Actor) -> Response:
    change = open_change(person.id, utcnow())
    if change is not None:
        stop_email_change(change, actor=actor, now=utcnow())
    db.session.commit()
    flash(_("Stopped. The address stays as it was."), "success")
    return redirect(url_for("referrals.company_show", company_id=company_id), code=303)


def _person(actor: Actor, company_id: str, person_id: str, *, lock: bool) -> tuple[CompanyRecord, ContactPerson]:
    kept = get_visible_company(actor, company_id)
    person = get_visible_person(actor, person_id)
    if lock:
        parted = [offer.support_request.contact_person_id for offer in offers_of(person)]
        hold_questions_of(person.id, *parted)
        person = get_visible_person(actor, person_id, lock=True)
    if person.company_id != kept.company_id:
        raise NotFound()
    return kept, person


@bp.get("/address/<token>")
@public
def address(token: str) -> str | Response:
    try:
        change, purpose = change_of(token)
    except NotFound:
        return make_response(render_template("referrals/address_unknown.html"), 404)
    return _show(change, purpose, token)


@bp.post("/address/<token>")
@public
@limiter.limit("30 per hour")
def address_act(token: str) -> Any:
    now = utcnow()
    write_transaction()
    try:
        change, purpose = change_of(token, lock=True)
    except NotFound:
        return make_response(render_template("referrals/address_unknown.html"), 404)
    try:
        act = stop_email_change if purpose == STOP else confirm_email_change
        act(change, actor=ANYBODY, now=now)
    except WrongState as refusal:
        db.session.rollback()
        change, purpose = change_of(token)
        return _show(change, purpose, token, str(refusal.message)), 409
    db.session.commit()
    return redirect(url_for("referrals.address", token=token), code=303)


def _show(change: EmailChange, purpose: str, token: str, refusal: str = "") -> str:
    desk = db.session.get_one(Organisation, change.organisation_id).name(locale_code())
    state = "confirmed" if change.confirmed_at else "open" if change.is_open(utcnow()) else "ended"
    return render_template(
        "referrals/address.html",
        token=token,
        purpose=purpose,
        state=state,
        new_email=change.new_email,
        desk=with_article(desk, locale_code(), first=False),
        problems=[{"message": refusal}] if refusal else [],
    )
