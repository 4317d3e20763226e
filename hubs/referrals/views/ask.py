"""The entrepreneur's question, in five steps without an account; a mailed link sends it.

Nothing is stored before the last step: what was filled in travels along in the form itself.
"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from hubs.accounts.access import public
from hubs.accounts.actor import ANONYMOUS
from hubs.accounts.models import Organisation, OrganisationKind
from hubs.accounts.names import with_article
from hubs.companies.operations import text_in_force
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, RuleViolation, WrongState
from hubs.core.forms import put_problems
from hubs.core.templating import locale_code
from hubs.core.tokens import new_token
from hubs.directory.models import HubMarket
from hubs.extensions import db, limiter, write_transaction
from hubs.reference.labels import market_name
from hubs.referrals.forms.ask_words import asked_services, unknown_hint
from hubs.referrals.forms.choices import COMMON_SERVICES, offer_choices
from hubs.referrals.forms.public import LAST, AskForm
from hubs.referrals.intake import ask_requests, confirm_asked
from hubs.referrals.intake.asking import LINK_DAYS, asked_together, is_confirmable, responsible_office
from hubs.referrals.intake.data import IntakeData
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import SupportRequest
from hubs.referrals.suggesting import Guess, markets_in, services_in
from hubs.referrals.terms import default_limit
from hubs.referrals.tracking import asked_request, tracking_token
from hubs.referrals.views import bp

HOURS_A_DAY = 8
Answer = str | Response | tuple[str, int]


@bp.route("/ask", methods=["GET", "POST"])
@public
@limiter.limit("120 per hour", methods=["POST"])
def ask() -> Answer:
    form, hints = _form()
    step = form.number
    if request.method == "GET":
        return _show(form, 1, hints)
    action = request.form.get("action", "next")
    if action == "back" or (action.isdigit() and 0 < int(action[:2]) < step):
        return _show(form, step - 1 if action == "back" else int(action[:2]), hints)
    if not form.is_step_right(step):
        return _show(form, step, hints), 422
    if step < LAST:
        if step == 1:
            _guess(form)
        return _show(form, step + 1, hints)
    if form.website.data:  # a machine: told the same, nothing is kept
        return redirect(url_for("referrals.ask_sent"), code=303)
    return _send(form, hints)


def _form() -> tuple[AskForm, dict[str, str]]:
    form = AskForm(formdata=request.form if request.method == "POST" else None)
    offer_choices(form, numbered=False)
    services, hints = asked_services(locale_code())
    form.services.choices = services
    form.consent_recipients.choices = [("market", ""), ("none", "")]
    form.do_not_tell.choices = _hubs_of(form.markets())
    if not form.submission_key.data:
        form.submission_key.data = new_token()[0]
    return form, hints


def _guess(form: AskForm) -> None:
    """Tick what the words of the text point to, once: on the way from the text to the subject."""
    if not (form.services.data or form.services_unknown.data):
        form.services.data = list(services_in(form.text.data or "", dict(form.services.choices)).codes)
    if not form.market.data:
        form.market.data = list(markets_in(form.text.data or "", form.market.choices).codes)


def _hubs_of(markets: tuple[str, ...]) -> list[tuple[str, str]]:
    if not markets:
        return []
    statement = (
        select(Organisation)
        .join(HubMarket, HubMarket.hub_id == Organisation.id)
        .where(
            HubMarket.market.in_(markets),
            Organisation.kind == OrganisationKind.HUB,
            Organisation.retired_on.is_(None),
        )
        .order_by(Organisation.name_folded, Organisation.id)
    )
    rows = db.session.execute(statement).scalars().unique()
    return [(row.id, row.name(locale_code())) for row in rows]


def _show(form: AskForm, step: int, hints: dict[str, str]) -> str:
    text = text_in_force(utcnow().date()) if step == LAST else None
    if text and not form.consent_text_version.data:
        form.consent_text_version.data = text.version
    guess = services_in(form.text.data or "", dict(form.services.choices)) if step == 2 else Guess((), ())
    return render_template(
        "referrals/ask.html",
        form=form,
        step=step,
        total=LAST,
        hints=hints,
        common=COMMON_SERVICES,
        unknown_hint=unknown_hint(),
        guess=guess if set(guess.codes) & set(form.services.data or ()) else Guess((), ()),
        consent_text=text.text(locale_code()) if text else "",
        **(_prospect(form) if step == LAST else {}),
    )


def _prospect(form: AskForm) -> dict[str, Any]:
    """Who will read the question and by when, told before it is sent."""
    now = utcnow()
    data = IntakeData(text=form.text.data or "", city=form.city.data or None, services=tuple(form.services.data or ()))
    offices = [responsible_office(market, data, now) for market in form.markets() or (None,)]
    limit = default_limit(db.session(), "first_reply")
    return {
        "desks": list(dict.fromkeys(_in_sentence(office.organisation) for office in offices)),
        "markets": [market_name(code) for code in form.markets()],
        "reply_days": max(1, round((limit.hours or limit.days * HOURS_A_DAY) / HOURS_A_DAY)),
    }


def _in_sentence(organisation: Organisation) -> str:
    return with_article(organisation.name(locale_code()), locale_code(), first=False)


@limiter.limit("20 per hour", scope="asked")
def _send(form: AskForm, hints: dict[str, str]) -> Answer:
    now = utcnow()
    data, key = form.intake_data(locale_code()), form.submission_key.data or ""
    write_transaction()
    try:
        ask_requests(actor=ANONYMOUS, now=now, data=data, submission_key=key)
        db.session.commit()
    except (BadInput, RuleViolation) as error:
        db.session.rollback()
        put_problems(form, error)
        return _show(form, form.first_wrong_step() or LAST, hints), 422
    return redirect(url_for("referrals.ask_sent"), code=303)


@bp.get("/ask/sent")
@public
def ask_sent() -> str:
    return render_template("referrals/ask_sent.html", link_days=LINK_DAYS)


@bp.route("/ask/confirm/<token>", methods=["GET", "POST"])
@public
@limiter.limit("60 per hour", methods=["POST"])
def ask_confirm(token: str) -> Answer:
    now = utcnow()
    if request.method == "GET":
        return _show_confirm(asked_request(token), token)
    write_transaction()
    support_request = asked_request(token, lock=True)
    try:
        confirm_asked(support_request, now=now)
        tracking = tracking_token(support_request)
        db.session.commit()
    except WrongState:
        db.session.rollback()
        return _show_confirm(asked_request(token), token), 409
    flash(_("Your question is sent. On this page you see where it is. The link is in your mail too."), "success")
    return redirect(url_for("referrals.track", token=tracking), code=303)


def _show_confirm(support_request: SupportRequest, token: str) -> str:
    together = asked_together(support_request)
    is_sent = support_request.state != RequestState.DRAFT
    return render_template(
        "referrals/ask_confirm.html",
        token=token,
        support_request=support_request,
        together=together,
        desks=list(dict.fromkeys(_in_sentence(each.owner) for each in together)),
        is_open=is_confirmable(support_request, utcnow()),
        is_sent=is_sent,
        tracking=tracking_token(support_request) if is_sent and support_request.link_version == 1 else None,
        link_days=LINK_DAYS,
    )
