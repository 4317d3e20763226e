"""Was it of help? The page behind the closing mail, the page behind the mails later, and the desk's overview.

Opening a link records nothing, because mail scanners open links too: only pressing the button does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted, public
from hubs.accounts.actor import Actor, actor_of_entrepreneur
from hubs.accounts.names import with_article
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, DomainError, NotFound, Problem, RuleViolation, WrongState
from hubs.core.forms import clean_text
from hubs.core.pagination import keyset
from hubs.core.templating import locale_code
from hubs.extensions import db, limiter, write_transaction
from hubs.referrals.feedback.follow_ups import answer_follow_up, opt_out
from hubs.referrals.feedback.links import answered_request, followed_up
from hubs.referrals.feedback.models import ANSWERS, Feedback, FollowUp
from hubs.referrals.feedback.moments import months_after, reopens_until
from hubs.referrals.feedback.operations import (
    feedback_of,
    give_feedback,
    handle_feedback,
    may_reopen,
    reopen_after_feedback,
)
from hubs.referrals.feedback.queries import feedback_visible_to, figures_of, get_visible_feedback, unhappy_feedback
from hubs.referrals.feedback.words import (
    ANSWER_TONES,
    ANSWER_WORDS,
    BUSINESS_ANSWERS,
    BUSINESS_WORDS,
    DEAL_SIZE_ANSWERS,
    YES_NO_ANSWERS,
)
from hubs.referrals.intake.kept_asks import begin_ask, keep_values, kept_token
from hubs.referrals.models import SupportRequest
from hubs.referrals.tracking import tracking_token
from hubs.referrals.views import bp

FIGURES_OVER = 12  # months
Answer = Any


# --- at the end of a question ------------------------------------------------------------------------------


@bp.get("/feedback/<token>")
@public
def feedback(token: str) -> Answer:
    try:
        support_request, closing_at = answered_request(token)
    except NotFound:
        return _unknown()
    return _show(support_request, closing_at, token)


@bp.post("/feedback/<token>")
@public
@limiter.limit("60 per hour")
def feedback_act(token: str) -> Answer:
    now, action = utcnow(), request.form.get("action", "answer")
    write_transaction()
    try:
        support_request, closing_at = answered_request(token, lock=True)
    except NotFound:
        return _unknown()
    actor = actor_of_entrepreneur(support_request.id, support_request.language)
    try:
        if action not in _ACTIONS:
            raise BadInput([Problem("unknown_action", _("This action does not exist here."), "action")])
        target = _ACTIONS[action](support_request, closing_at, token, actor, now)
    except (RuleViolation, WrongState, BadInput) as refusal:
        db.session.rollback()
        support_request, closing_at = answered_request(token)
        status = 409 if isinstance(refusal, WrongState) else 422
        return _show(support_request, closing_at, token, refusal), status
    db.session.commit()
    return redirect(target, code=303)


def _say(support_request: SupportRequest, closing_at: datetime, token: str, actor: Actor, now: datetime) -> str:
    words = clean_text(request.form.get("words", ""))
    give_feedback(support_request, closing_at, request.form.get("answer"), words, actor=actor, now=now)
    flash(_("Thank you. We read what you say."), "success")
    return url_for("referrals.feedback", token=token)


def _reopen(support_request: SupportRequest, closing_at: datetime, _token: str, actor: Actor, now: datetime) -> str:
    reopen_after_feedback(support_request, closing_at, actor=actor, now=now)
    flash(_("Your question is open again. The desk looks at it."), "success")
    return url_for("referrals.track", token=tracking_token(support_request))


def _again(support_request: SupportRequest, _closing: datetime, _token: str, _actor: Actor, now: datetime) -> str:
    """A new question with what is known of this one already filled in; nothing is sent yet."""
    kept = begin_ask(language=locale_code(), source=None, now=now)
    keep_values(kept, _known(support_request), "question", language=locale_code())
    return url_for("referrals.ask", kept=kept_token(kept))


def _known(support_request: SupportRequest) -> dict[str, list[str]]:
    person, company = support_request.contact_person, support_request.company
    is_dutch = company is not None and company.country == "NL"
    values: dict[str, Any] = {
        "text": support_request.text,
        "market": support_request.market,
        "city": support_request.city,
        "sector": support_request.sector,
        "company_size": support_request.company_size,
        "company_region": support_request.region,
        "company_name": support_request.company_name,
        "company_kvk_number": company.registration_number if company is not None and is_dutch else None,
        "contact_person_name": person.name if person else None,
        "contact_person_email": person.email if person else None,
        "contact_person_phone": person.phone if person else None,
    }
    known = {name: [str(value)] for name, value in values.items() if value}
    return {**known, "services": list(support_request.services)}


_ACTIONS: dict[str, Callable[[SupportRequest, datetime, str, Actor, datetime], str]] = {
    "answer": _say,
    "reopen": _reopen,
    "again": _again,
}


def _show(support_request: SupportRequest, closing_at: datetime, token: str, refusal: DomainError | None = None) -> str:
    said, now = feedback_of(support_request, closing_at), utcnow()
    chosen = request.form.get("answer") or request.args.get("answer") or (said.answer if said else "")
    desk = support_request.owner.name(locale_code())
    return render_template(
        "referrals/feedback.html",
        asked=support_request,
        token=token,
        said=said,
        chosen=chosen if chosen in ANSWERS else "",
        typed=request.form.get("words", (said.words or "") if said else ""),
        is_open_again=support_request.closed_at != closing_at,
        may_reopen=support_request.closed_at == closing_at and may_reopen(support_request, now),
        until=reopens_until(closing_at),
        desk=with_article(desk, locale_code(), first=False),
        track=tracking_token(support_request),
        answers=ANSWER_WORDS,
        problems=_problems(refusal),
    )


def _problems(refusal: DomainError | None) -> list[dict[str, Any]]:
    if refusal is None:
        return []
    listed = list(refusal.problems) or [Problem(refusal.code, refusal.message)]
    return [{"field": each.field, "message": each.message} for each in listed]


def _unknown() -> Response:
    return make_response(render_template("referrals/track_unknown.html"), 404)


# --- months later ------------------------------------------------------------------------------------------


@bp.get("/follow-up/<token>")
@public
def follow_up(token: str) -> Answer:
    try:
        found = followed_up(token)
    except NotFound:
        return _unknown()
    return _show_follow_up(found, token)


@bp.post("/follow-up/<token>")
@public
@limiter.limit("60 per hour")
def follow_up_act(token: str) -> Answer:
    now = utcnow()
    write_transaction()
    try:
        found = followed_up(token, lock=True)
    except NotFound:
        return _unknown()
    actor = actor_of_entrepreneur(found.support_request_id, found.support_request.language)
    names = ("business", "entered_market", "deal_size", "hub_contact")
    try:
        if request.form.get("action") == "stop":
            opt_out(found, actor=actor, now=now)
        else:
            values = {name: request.form.get(name) for name in names}
            values["words"] = clean_text(request.form.get("words", ""))
            answer_follow_up(found, values, actor=actor, now=now)
    except RuleViolation as refusal:
        db.session.rollback()
        return _show_follow_up(followed_up(token), token, refusal), 422
    db.session.commit()
    return redirect(url_for("referrals.follow_up", token=token), code=303)


def _show_follow_up(found: FollowUp, token: str, refusal: DomainError | None = None) -> str:
    asked = found.support_request
    person = asked.contact_person
    return render_template(
        "referrals/follow_up.html",
        found=found,
        asked=asked,
        token=token,
        typed=request.form,
        is_stopped=person is not None and person.no_follow_up_at is not None,
        business=BUSINESS_ANSWERS,
        yes_no=YES_NO_ANSWERS,
        sizes=DEAL_SIZE_ANSWERS,
        helper=_helper(asked),
        problems=_problems(refusal),
    )


def _helper(asked: SupportRequest) -> str:
    """The hub or partner that helped last, by name."""
    done = [referral for referral in asked.referrals if referral.outcome and referral.mode != "cold"]
    return with_article(done[-1].receiver.name(locale_code()), locale_code(), first=False) if done else ""


# --- the desk's overview -----------------------------------------------------------------------------------


@bp.get("/feedback")
@permitted(P.SUPPORT_REQUEST_READ)
def feedback_list() -> str:
    actor, now = current_actor(), utcnow()
    only = request.args.get("show") == "open"
    statement = unhappy_feedback(actor) if only else feedback_visible_to(actor)
    order = [(Feedback.answered_at, "desc"), (Feedback.id, "desc")]
    page = keyset(db.session(), statement, order, cursor=request.args.get("cursor"))
    show = "open" if only else None
    following = url_for("referrals.feedback_list", show=show, cursor=page.next_cursor) if page.next_cursor else None
    return render_template(
        "referrals/feedback_list.html",
        page=page,
        only=only,
        figures=figures_of(actor, months_after(now, -FIGURES_OVER)),
        answers=ANSWER_WORDS,
        tones=ANSWER_TONES,
        business=BUSINESS_WORDS,
        next_url=following,
        first_url=url_for("referrals.feedback_list", show=show) if request.args.get("cursor") else None,
    )


@bp.post("/feedback/answers/<id:feedback_id>")
@permitted(P.SUPPORT_REQUEST_HANDLE)
def feedback_handle(feedback_id: str) -> Answer:
    actor, now = current_actor(), utcnow()
    write_transaction()
    found = get_visible_feedback(actor, feedback_id, lock=True)
    reference = found.support_request.reference
    handle_feedback(found, actor=actor, now=now)
    db.session.commit()
    flash(_("Noted: you dealt with it."), "success")
    if request.form.get("back") == "list":
        return redirect(url_for("referrals.feedback_list", show="open"), code=303)
    return redirect(url_for("referrals.question_show", reference=reference), code=303)
