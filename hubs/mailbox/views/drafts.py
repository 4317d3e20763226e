"""Completing a draft: the form of a new question, filled with what is known, and the mail it came from beside it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accounts.queries import timezone_of
from hubs.companies.operations import text_in_force
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound, WrongState
from hubs.core.forms import put_problems
from hubs.core.perform import check_version
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt_for
from hubs.extensions import db, write_transaction
from hubs.mailbox.forms import MailForm
from hubs.mailbox.models import IncomingMail
from hubs.mailbox.operations.handling import discard, share_files
from hubs.mailbox.queries import mail_of_draft
from hubs.mailbox.views import bp
from hubs.mailbox.words import refusal_words
from hubs.reference.labels import market_name
from hubs.referrals.forms.choices import COMMON_SERVICES, offer_choices, offer_organisations
from hubs.referrals.forms.intake import QuestionForm, values_of
from hubs.referrals.intake.completing import complete_draft
from hubs.referrals.intake.data import problems_in
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import SupportRequest
from hubs.referrals.pages.asking import deciding_in, why_asked
from hubs.referrals.queries import get_visible_request, requests_visible_to
from hubs.referrals.screening import Finding, Known, screen, without
from hubs.referrals.views.intake_words import finding_sentences

_UNSHARED = {"files_visibility": "desk"}
Answer = str | Response | tuple[str, int]


@bp.route("/questions/<ref:reference>/complete", methods=["GET", "POST"])
@permitted(P.SUPPORT_REQUEST_HANDLE)
def draft_complete(reference: str) -> Answer:
    actor, now = current_actor(), utcnow()
    support_request = _draft(actor, reference)
    if support_request.state != RequestState.DRAFT:
        if request.method == "POST":
            raise WrongState(_("This draft is a question already."))
        return redirect(url_for("referrals.question_show", reference=reference), code=303)
    mail = mail_of_draft(actor, support_request)
    if request.form.get("action") == "discard":
        return _discard(actor, support_request, mail)
    form = _form(support_request, mail)
    action = request.form.get("action", "submit")
    if request.method == "GET":
        return _show(form, support_request, mail, actor)
    if action in ("check", "move", "facts"):
        if action == "move":
            _move_to_notes(form)
        return _show(form, support_request, mail, actor, checked=action != "facts")
    is_sent = action != "save"
    valid = form.validate()
    if is_sent and not form.check_consent() or not valid:
        if valid:
            put_problems(form, problems_in(form.intake_data(submit=is_sent)))
        return _show(form, support_request, mail, actor), 422
    version = _seen_version()

    def work() -> bool:
        write_transaction()
        draft = get_visible_request(actor, reference, lock=True)
        check_version(draft, version)
        complete_draft(draft, actor=actor, now=now, data=form.intake_data(submit=is_sent))
        if is_sent and form.files_visibility.data == "case":
            share_files(draft, actor=actor, now=now)
        return bool(_findings(form))

    status, telling = attempt_for(form, work)
    if status != STORED:
        return _show(form, _draft(actor, reference), mail_of_draft(actor, support_request), actor), status
    flash(_("The question is saved.") if is_sent else _("The draft is saved."), "success")
    if telling:
        flash(_("The text tells who asks. Change it before you refer the question."), "warning")
    return redirect(url_for("referrals.question_show", reference=reference), code=303)


def _draft(actor: Actor, reference: str) -> SupportRequest:
    statement = (
        requests_visible_to(actor)
        .where(SupportRequest.reference == reference)
        .options(
            joinedload(SupportRequest.company), joinedload(SupportRequest.company_record),
            joinedload(SupportRequest.contact_person),
        )
    )  # fmt: skip
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def _seen_version() -> int | None:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _form(support_request: SupportRequest, mail: IncomingMail | None) -> QuestionForm:
    """The form as posted, else with what is stored and what the mail proposes."""
    values: dict[str, Any] = {**values_of(support_request), "channel": support_request.channel, **_UNSHARED}
    kept, company = support_request.company_record, support_request.company
    if kept is not None and company is not None:
        values |= {"company_id": company.id, "company_name": kept.name, "company_country": company.country}
        values["company_kvk_number"] = company.registration_number
    if mail is not None and not values["contact_person_name"]:
        values["contact_person_name"] = mail.original_name or (mail.original_address or "").partition("@")[0]
        values["contact_person_email"] = mail.original_address
    form = QuestionForm(formdata=request.form if request.method == "POST" else None, data=values)
    _offer(form)
    return form


def _offer(form: QuestionForm) -> None:
    offer_choices(form)
    offer_organisations(form)
    form.files_visibility.choices = [("desk", _("Only our desk")), ("case", _("A hub too, after it accepts"))]


def _findings(form: QuestionForm) -> list[Finding]:
    """What in the text tells who asks, from what stands in the form."""
    markets = list(form.markets())
    names = (market_name(code, locale) for code in markets for locale in ("nl", "en"))
    known = Known(
        person=form.contact_person_name.data,
        email=form.contact_person_email.data,
        phone=form.contact_person_phone.data,
        company=form.company_name.data,
        registration_number=form.company_kvk_number.data,
        market=markets[0] if markets else None,
        ignore=[word for word in (form.city.data, *names) if word],
    )
    return screen(form.text.data or "", known)


def _move_to_notes(form: QuestionForm) -> None:
    cleaned, taken = without(form.text.data or "", _findings(form))
    form.text.data = cleaned
    form.private_notes.data = "\n".join([part for part in (form.private_notes.data, ", ".join(taken)) if part])


def _discard(actor: Actor, support_request: SupportRequest, mail: IncomingMail | None) -> Answer:
    if mail is None:
        raise NotFound()
    reference, now = support_request.reference, utcnow()
    drop = MailForm()
    drop.offer()

    def work() -> None:
        write_transaction()
        locked = mail_of_draft(actor, get_visible_request(actor, reference, lock=True), lock=True)
        if locked is None:
            raise NotFound()
        discard(locked, {"reason": drop.reason.data or None}, actor=actor, now=now)

    status, _none = attempt_for(drop, work)
    if status == STORED:
        flash(_("The draft is discarded."), "success")
        return redirect(url_for("mailbox.mail_list"), code=303)
    again = _draft(actor, reference)
    kept = mail_of_draft(actor, again)
    form = QuestionForm(formdata=None, data=_form_values(again, kept))
    _offer(form)
    return _show(form, again, kept, actor, drop=drop), status


def _form_values(support_request: SupportRequest, mail: IncomingMail | None) -> dict[str, Any]:
    values = {**values_of(support_request), "channel": support_request.channel, **_UNSHARED}
    if mail is not None:
        values |= {"contact_person_name": mail.original_name, "contact_person_email": mail.original_address}
    return values


def _show(
    form: QuestionForm,
    support_request: SupportRequest,
    mail: IncomingMail | None,
    actor: Actor,
    *,
    checked: bool = False,
    drop: MailForm | None = None,
) -> str:
    text = text_in_force(utcnow().date())
    if not form.consent_text_version.data and text:
        form.consent_text_version.data = text.version
    if drop is None:
        drop = MailForm(formdata=None)
        drop.offer()
    decide = deciding_in(form, utcnow())
    return render_template(
        "mailbox/draft_complete.html",
        form=form,
        decide=decide,
        why=why_asked(decide),
        drop=drop,
        asked=support_request,
        mail=mail,
        files=[each.stored for each in support_request.files if each.removed_at is None],
        refusal_words=refusal_words,
        consent_text=text.text(form.language.data or locale_code()) if text else "",
        findings=finding_sentences(_findings(form)),
        checked=checked,
        common=COMMON_SERVICES,
        timezone=timezone_of(actor),
    )
