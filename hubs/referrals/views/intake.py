"""Writing a question down, and changing it; what was typed survives an expired session and a stale page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf.csrf import CSRFError
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import ANONYMOUS, Actor
from hubs.accounts.models import Office
from hubs.accounts.permissions import P
from hubs.companies.alike import duplicates_for
from hubs.companies.operations import text_in_force
from hubs.companies.queries import get_visible_company
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, DomainError, NotPermitted, RuleViolation, Stale, WrongState
from hubs.core.forms import put_problems
from hubs.core.templating import locale_code
from hubs.core.tokens import new_token
from hubs.core.uploads import Received, accepts_upload
from hubs.extensions import csrf, db, limiter, write_transaction
from hubs.reference.labels import market_name
from hubs.referrals.forms.choices import COMMON_SERVICES, offer_choices, offer_organisations
from hubs.referrals.forms.intake import QuestionEditForm, QuestionFields, QuestionForm, values_of
from hubs.referrals.intake import RouteWouldChange, create_requests, edit_request
from hubs.referrals.intake.data import problems_in
from hubs.referrals.intake.keeping import drop_kept, keep_form, kept_values
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import SupportRequest
from hubs.referrals.operations.files import add_files
from hubs.referrals.pages.asking import deciding_in, why_asked
from hubs.referrals.queries import get_visible_request, markets_of_desk, requests_visible_to
from hubs.referrals.screening import Finding, Known, screen, without
from hubs.referrals.views import bp
from hubs.referrals.views.intake_words import finding_sentences, place_names
from hubs.referrals.views.receiving import received_files

OVER = (RequestState.CLOSED, RequestState.WITHDRAWN)
Answer = str | Response | tuple[str, int]


def keeps_typed_text(view: Callable[..., Any]) -> Callable[..., Any]:
    """A form sent after the session ended is kept and put back after signing in; nothing else happens to it.

    The view is exempt from the general CSRF check and checks here, so that typed text is not lost with it.
    """

    @wraps(view)
    def kept(*args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return view(*args, **kwargs)
        if current_actor().kind == ANONYMOUS.kind:
            return _keep_and("accounts.sign_in")
        if not request.form.get("csrf_token"):
            csrf.protect()
        try:
            csrf.protect()
        except CSRFError:
            return _keep_and(None)
        return view(*args, **kwargs)

    return csrf.exempt(kept)


@limiter.limit("30 per hour", scope="kept-forms")
def _store_typed() -> str | None:
    now = utcnow()
    write_transaction()
    token = keep_form(request.path, request.form.to_dict(flat=False), now=now)
    db.session.commit()
    return token


def _keep_and(sign_in: str | None) -> Response:
    token = _store_typed()
    back = f"{request.path}?kept={token}" if token else request.path
    if sign_in:
        flash(_("You were signed out. Sign in; what you typed comes back."), "warning")
        return redirect(url_for(sign_in, next=back), code=303)
    flash(_("You signed in again in the meantime. Check what you typed and send it again."), "warning")
    return redirect(back, code=303)


@bp.route("/questions/new", methods=["GET", "POST"])
@accepts_upload
@keeps_typed_text
@permitted(P.SUPPORT_REQUEST_CREATE)
def question_new() -> Answer:
    actor, now = current_actor(), utcnow()
    form = _new_form()
    if request.method == "GET":
        return _show_new(form, actor)
    action = request.form.get("action", "submit")
    if action in ("check", "move", "facts"):
        if action == "move":
            _move_to_notes(form, _findings(form))
        return _show_new(form, actor, checked=action != "facts")
    is_sent = action != "save"
    received, refused = received_files()
    valid = form.validate() and not put_problems(form, refused)
    if is_sent and not form.check_consent() or not valid:
        if valid:  # say all of it at once
            put_problems(form, problems_in(form.intake_data(submit=is_sent)))
        return _show_new(form, actor), 422
    write_transaction()
    try:
        data, key = form.intake_data(submit=is_sent), form.submission_key.data or None
        created = create_requests(actor=actor, now=now, office=_own_office(actor), data=data, submission_key=key)
        _add_files(created, received, form.files_visibility.data, actor=actor, now=now)
        drop_kept(form.kept.data)
        targets = [(each.reference, bool(_findings(form, each.market))) for each in created]
        db.session.commit()
    except (BadInput, RuleViolation) as error:
        db.session.rollback()
        put_problems(form, error)
        return _show_new(form, actor), 422
    return _stored(targets, is_sent)


def _add_files(
    created: list[SupportRequest], received: list[Received], visibility: str, *, actor: Actor, now: datetime
) -> None:
    """The files go along with each question; a form that arrives twice adds them once."""
    for support_request in created:
        known = {each.stored.sha256 for each in support_request.files}
        fresh = [each for each in received if each.sha256 not in known]
        add_files(support_request, fresh, actor=actor, now=now, visibility=visibility)


def _new_form() -> QuestionForm:
    """The form as posted, as kept when a session had ended, or empty."""
    posted = request.method == "POST"
    token = request.args.get("kept", "")
    typed = {} if posted else kept_values(token, request.path, now=utcnow())
    form = QuestionForm(formdata=request.form if posted else MultiDict(typed) if typed else None)
    if not form.submission_key.data:
        form.submission_key.data = new_token()[0]
    if typed:
        form.kept.data = token
    elif not posted:
        _own_market(form)
        if request.args.get("company"):
            _known_company(form, request.args["company"])
    offer_choices(form)
    offer_organisations(form)
    form.files_visibility.choices = [("case", _("A hub too, after it accepts")), ("desk", _("Only our desk"))]
    return form


def _own_market(form: QuestionForm) -> None:
    """A desk that works for one country begins with it."""
    markets = markets_of_desk(current_actor().organisation_id)
    if len(markets) == 1:
        form.market.data = markets


def _known_company(form: QuestionForm, company_id: str) -> None:
    """Begin with a company of one's own."""
    kept = get_visible_company(current_actor(), company_id)
    form.company_id.data, form.company_name.data = kept.company_id, kept.name
    form.company_kvk_number.data, form.company_country.data = kept.company.registration_number, kept.company.country
    form.company_region.data = kept.region or ""


def _own_office(actor: Actor) -> Office:
    """The desk that will own the question: the member's own office, else the organisation's first."""
    statement = (
        select(Office)
        .where(Office.organisation_id == actor.organisation_id, Office.closed_on.is_(None))
        .order_by(Office.position, Office.id)
    )
    if actor.office_id:
        statement = statement.where(Office.id == actor.office_id)
    office = db.session.execute(statement.limit(1)).scalar_one_or_none()
    if office is None:
        raise NotPermitted(message=_("Your organisation has no office that can take questions."))
    return office


def _stored(targets: list[tuple[str, bool]], is_sent: bool) -> Response:
    first, telling = targets[0]
    if is_sent:
        words = ngettext("The question is saved.", "%(num)s questions are saved, one for each country.", len(targets))
    else:
        words = _("The draft is saved.")
    flash(words, "success")
    if telling:
        flash(_("The text tells who asks. Change it before you refer the question."), "warning")
    return redirect(url_for("referrals.question_show", reference=first), code=303)


def _show_new(form: QuestionForm, actor: Actor, *, checked: bool = False) -> str:
    text = text_in_force(utcnow().date())
    if not form.consent_text_version.data and text:
        form.consent_text_version.data = text.version
    alike = _alike(actor, form.company_name.data or "", form.company_kvk_number.data or "")
    decide = deciding_in(form, utcnow())
    return render_template(
        "referrals/question_new.html",
        form=form,
        decide=decide,
        why=why_asked(decide),
        consent_text=text.text(form.language.data or locale_code()) if text else "",
        findings=finding_sentences(_findings(form)),
        checked=checked,
        similar=alike,
        common=COMMON_SERVICES,
    )


def _move_to_notes(form: QuestionFields, findings: list[Finding]) -> None:
    """Take what tells who asks out of the text and into the private notes. Nothing is stored."""
    cleaned, taken = without(form.text.data or "", findings)
    form.text.data = cleaned
    form.private_notes.data = "\n".join([part for part in (form.private_notes.data, ", ".join(taken)) if part])


def _findings(form: QuestionFields, market: str | None = None) -> list[Finding]:
    """What in the text tells who asks, from what stands in the form."""
    name, number = (form._fields.get(part) for part in ("company_name", "company_kvk_number"))
    return _screened(form, name.data if name else None, number.data if number else None, market)


def _stored_findings(form: QuestionFields, support_request: SupportRequest) -> list[Finding]:
    """The same for a question whose company is known already."""
    company = support_request.company
    number = company.registration_number if company else None
    return _screened(form, support_request.company_name, number, None)


def _screened(form: QuestionFields, company: str | None, number: str | None, market: str | None) -> list[Finding]:
    markets = [market] if market else list(form.markets())
    known = Known(
        person=form.contact_person_name.data,
        email=form.contact_person_email.data,
        phone=form.contact_person_phone.data,
        company=company,
        registration_number=number,
        market=markets[0] if markets else None,
        ignore=[
            word
            for word in (form.city.data, *(market_name(code, locale) for code in markets for locale in ("nl", "en")))
            if word
        ],
    )
    return screen(form.text.data or "", known)


@bp.get("/companies/similar")
@permitted(P.COMPANY_READ)
def companies_similar() -> Answer:
    """A fragment for the page while typing: own companies that look like this one, and their open questions."""
    actor = current_actor()
    typed = request.args.get("q", "")[:200]
    is_number = request.args.get("by") == "number"
    name = request.args.get("name", "" if is_number else typed)[:200]
    number = request.args.get("number", typed if is_number else "")[:60]
    alike = _alike(actor, name, number)
    return render_template("referrals/_similar.html", similar=alike) if alike else ("", 200)


def _alike(actor: Actor, name: str, number: str) -> list[dict[str, Any]]:
    if not (name.strip() or number.strip()) or not actor.can(P.COMPANY_READ):
        return []
    found = duplicates_for(actor, name, number)
    questions = _open_questions(actor, [each.record.company_id for each in found])
    return [
        {"record": each.record, "is_exact": each.is_exact, "questions": questions.get(each.record.company_id, [])}
        for each in found
    ]


def _open_questions(actor: Actor, company_ids: list[str]) -> Mapping[str, list[SupportRequest]]:
    if not company_ids:
        return {}
    statement = (
        requests_visible_to(actor)
        .where(SupportRequest.company_id.in_(company_ids), SupportRequest.state.not_in(OVER))
        .order_by(SupportRequest.id.desc())
        .limit(10)
    )
    found: dict[str, list[SupportRequest]] = {}
    for support_request in db.session.execute(statement).scalars():
        found.setdefault(str(support_request.company_id), []).append(support_request)
    return found


@bp.route("/questions/<ref:reference>/edit", methods=["GET", "POST"])
@keeps_typed_text
@permitted(P.SUPPORT_REQUEST_HANDLE)
def question_edit(reference: str) -> Answer:
    actor, now = current_actor(), utcnow()
    support_request = get_visible_request(actor, reference)
    form = _edit_form(support_request)
    if request.method == "GET":
        return _show_edit(form, support_request)
    action = request.form.get("action", "save")
    if action in ("check", "move", "facts"):
        if action == "move":
            _move_to_notes(form, _stored_findings(form, support_request))
        return _show_edit(form, support_request, checked=action != "facts")
    if not form.validate():
        return _show_edit(form, support_request), 422
    write_transaction()
    support_request = get_visible_request(actor, reference, lock=True)
    try:
        confirmed = form.confirmed.data or None
        data, version = form.intake_data(support_request), form.seen_version()
        edited = edit_request(support_request, actor=actor, now=now, data=data, version=version, confirmed=confirmed)
        drop_kept(request.args.get("kept"))
        db.session.commit()
    except DomainError as error:
        db.session.rollback()
        return _refused(form, get_visible_request(actor, reference), error)
    flash(_("The question is changed.") if edited.changed else _("Nothing was changed."), "success")
    if edited.has_other_route:
        flash(_("The advice is another one now. Nobody else got the question: look at the places again."), "warning")
    return redirect(url_for("referrals.question_show", reference=reference), code=303)


def _edit_form(support_request: SupportRequest) -> QuestionEditForm:
    posted = request.method == "POST"
    typed = {} if posted else kept_values(request.args.get("kept"), request.path, now=utcnow())
    formdata: MultiDict[str, str] | None = request.form if posted else None
    if typed:
        formdata = MultiDict([(name, value) for name, values in typed.items() for value in values])
    form = QuestionEditForm(formdata=formdata, data=values_of(support_request))
    offer_choices(form)
    offer_organisations(form)
    return form


def _refused(form: QuestionEditForm, support_request: SupportRequest, error: DomainError) -> Answer:
    """The page again with what was typed; a stale page gets the present version, so that it can be sent again."""
    if isinstance(error, RouteWouldChange):
        form.confirmed.data = error.after.hash
        change = {"before": place_names(error.before), "after": place_names(error.after)}
        return _show_edit(form, support_request, change=change), 409
    if isinstance(error, Stale):
        form.version.data = str(support_request.version_id)
        return _show_edit(form, support_request, stale=True), 409
    if isinstance(error, BadInput | RuleViolation | WrongState):
        put_problems(form, error)
        return _show_edit(form, support_request), 409 if isinstance(error, WrongState) else 422
    raise error


def _show_edit(
    form: QuestionEditForm,
    support_request: SupportRequest,
    *,
    checked: bool = False,
    change: dict[str, list[str]] | None = None,
    stale: bool = False,
) -> str:
    decide = deciding_in(form, utcnow())
    return render_template(
        "referrals/question_edit.html",
        form=form,
        decide=decide,
        why=why_asked(decide),
        support_request=support_request,
        findings=finding_sentences(_stored_findings(form, support_request)),
        checked=checked,
        change=change,
        stale=stale,
        live=[r.receiver.name(locale_code()) for r in support_request.referrals if r.is_live],
        common=COMMON_SERVICES,
    )
