"""After the steps: a question kept for later, one that waits for its mailed link, and that link."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hubs.accounts.access import public
from hubs.core.clock import utcnow
from hubs.core.embedding import begin_frame, framed_url, is_embedded, protect_form
from hubs.core.errors import RuleViolation, WrongState
from hubs.core.forms import put_problems
from hubs.core.templating import locale_code
from hubs.extensions import csrf, db, limiter, write_transaction
from hubs.referrals.forms.public import KeptLinkForm
from hubs.referrals.intake import confirm_asked
from hubs.referrals.intake.asking import LINK_DAYS, asked_together, is_confirmable
from hubs.referrals.intake.kept_asks import KEPT_DAYS, ask_for_link, kept_ask, kept_token, kept_until, kept_url
from hubs.referrals.intake.models import KeptAsk
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import SupportRequest
from hubs.referrals.pages.asking import in_sentence
from hubs.referrals.tracking import asked_request, tracking_token
from hubs.referrals.views import bp

Answer = str | Response | tuple[str, int]


@bp.route("/ask/saved", methods=["GET", "POST"])
@csrf.exempt
@public
@limiter.limit("10 per hour", methods=["POST"])
def ask_saved() -> Answer:
    """The link to what was filled in so far, shown, and mailed when that is asked for."""
    now = utcnow()
    begin_frame(locale_code())
    if request.method == "POST":
        protect_form(request.form)
    token = request.args.get("kept")
    if not token:
        return redirect(framed_url("referrals.ask"), code=303)
    kept = kept_ask(token, now)
    if kept is None:
        return render_template("referrals/ask_gone.html", embedded=is_embedded()), 404
    if kept.sent_at is not None:
        return redirect(framed_url("referrals.ask_sent"), code=303)
    known = (kept.values.get("contact_person_email") or [""])[0]
    form = KeptLinkForm(formdata=request.form if request.method == "POST" else None, data={"email": known})
    if request.method == "GET":
        return _show_saved(kept, form)
    write_transaction(once=False)
    kept = kept_ask(token, now, lock=True) or kept
    try:
        ask_for_link(kept, form.email.data, now=now)
        db.session.commit()
    except RuleViolation as error:
        db.session.rollback()
        put_problems(form, error)
        return _show_saved(kept, form), 422
    return redirect(framed_url("referrals.ask_saved", kept=token, mailed="1"), code=303)


def _show_saved(kept: KeptAsk, form: KeptLinkForm) -> str:
    return render_template(
        "referrals/ask_saved.html",
        form=form,
        embedded=is_embedded(),
        address=kept_url(kept),
        until=kept_until(kept),
        days=KEPT_DAYS,
        onward=framed_url("referrals.ask", kept=kept_token(kept)),
        here=framed_url("referrals.ask_saved", kept=kept_token(kept)),
        mailed_to=kept.mail_to if request.args.get("mailed") else None,
    )


@bp.get("/ask/sent")
@public
def ask_sent() -> str:
    begin_frame(locale_code())
    return render_template("referrals/ask_sent.html", link_days=LINK_DAYS, embedded=is_embedded())


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
        desks=list(dict.fromkeys(in_sentence(each.owner) for each in together)),
        is_open=is_confirmable(support_request, utcnow()),
        is_sent=is_sent,
        tracking=tracking_token(support_request) if is_sent and support_request.link_version == 1 else None,
        link_days=LINK_DAYS,
    )
