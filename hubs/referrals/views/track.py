"""The entrepreneur's own page: where the question is, and what they decide about it. The link is the key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.wrappers import Response

from hubs.accounts.access import public
from hubs.accounts.actor import Actor, actor_of_entrepreneur
from hubs.companies.operations import confirm_consents
from hubs.companies.queries import consents_given_together
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, DomainError, NotFound, Problem, RuleViolation, WrongState
from hubs.core.forms import clean_text
from hubs.core.uploads import Received, accepts_upload, sent
from hubs.extensions import db, limiter, write_transaction
from hubs.referrals.complaints import complain
from hubs.referrals.conversation import may_open
from hubs.referrals.forms.public import LostLinkForm
from hubs.referrals.intake.addresses import ask_email_change
from hubs.referrals.intake.afterwards import add_files_of_entrepreneur, name_recipient, request_link, tell
from hubs.referrals.lifecycle import RequestState
from hubs.referrals.models import Referral, SupportRequest
from hubs.referrals.operations import (
    act_on_request,
    choose_place,
    choose_wait,
    receipt_for,
    refuse_place,
    return_to_post,
    withdraw_consent,
)
from hubs.referrals.tracking import tracked_request, tracking_token
from hubs.referrals.tracking.page import READER, asks_consent, page_of
from hubs.referrals.views import bp
from hubs.referrals.views.receiving import received_files

Act = Callable[[SupportRequest, Actor, datetime], None]
Answer = str | Response | tuple[str, int]


@bp.get("/track/<token>")
@public
def track(token: str) -> Answer:
    try:
        support_request = tracked_request(token)
    except NotFound:
        return make_response(render_template("referrals/track_unknown.html"), 404)
    return _show(support_request, token)


@bp.post("/track/<token>")
@accepts_upload
@public
@limiter.limit("60 per hour")
def track_act(token: str) -> Answer:
    now = utcnow()
    try:
        g.received = _received()
    except RuleViolation as error:
        return _show(tracked_request(token), token, error), 422
    write_transaction()
    try:
        support_request = tracked_request(token, lock=True)
    except NotFound:
        return make_response(render_template("referrals/track_unknown.html"), 404)
    actor = actor_of_entrepreneur(support_request.id, support_request.language)
    name = request.form.get("action", "")
    try:
        if name not in ACTIONS:
            raise BadInput([Problem("unknown_action", _("This action does not exist here."), "action")])
        act, words = ACTIONS[name]
        act(support_request, actor, now)
        db.session.commit()
    except (BadInput, RuleViolation, WrongState) as error:
        db.session.rollback()
        return _show(tracked_request(token), token, error), 409 if isinstance(error, WrongState) else 422
    flash(str(words), "success")
    return redirect(url_for("referrals.track", token=token), code=303)


def _received() -> list[Received]:
    """Files sent along, checked before the transaction begins. Raises RuleViolation on `files`, by name."""
    found, problems = received_files() if request.form.get("action") == "add_file" else ([], [])
    if problems:
        raise RuleViolation(problems=problems)
    return found


@bp.get("/track/<token>/files/<id:file_id>")
@public
def track_file(token: str, file_id: str) -> Answer:
    """A file of one's own question, or one that a desk shared."""
    support_request = tracked_request(token)
    found = next((each for each in support_request.files if each.id == file_id), None)
    if found is None or not may_open(found, READER):
        raise NotFound()
    return sent(found.stored)


def _show(support_request: SupportRequest, token: str, error: DomainError | None = None) -> str:
    problems = list(error.problems) if error else []
    if error and not problems and error.message:
        problems = [Problem(error.code, error.message)]
    page = page_of(support_request, utcnow())
    return render_template(
        "referrals/track.html",
        page=page,
        token=token,
        problems=[{"field": _field_of(p), "message": p.message} for p in problems],
        typed=request.form.get("text", "") if error and request.form.get("action") != "complain" else "",
        complaint_typed=request.form.get("text", "") if error and request.form.get("action") == "complain" else "",
        email_typed=request.form.get("email", "") if error else "",
        other_links={other.id: tracking_token(other) for other in page.others},
    )


def _field_of(problem: Problem) -> str | None:
    """Which field of the page a problem is about; three forms on it have a text."""
    if problem.field in ("text", "note"):
        return "complaint" if request.form.get("action") == "complain" else "text"
    return {"file": "files", "files": "files", "email": "email"}.get(problem.field or "")


def _add_file(support_request: SupportRequest, actor: Actor, now: datetime) -> None:
    received: list[Received] = g.received
    if not received:
        raise RuleViolation("file_required", _("Choose a file first."), "files")
    known = {each.stored.sha256 for each in support_request.files if may_open(each, READER)}
    fresh = [each for each in received if each.sha256 not in known]
    if fresh:  # sent again after a lost answer it is there already
        add_files_of_entrepreneur(support_request, fresh, actor=actor, now=now)


def _change_email(support_request: SupportRequest, actor: Actor, now: datetime) -> None:
    person = support_request.contact_person
    if person is None or support_request.state == RequestState.WITHDRAWN:
        raise WrongState(_("Nobody works on this question."))
    ask_email_change(person, clean_text(request.form.get("email", "")), actor=actor, now=now, asked=support_request)


def _complain(support_request: SupportRequest, actor: Actor, now: datetime) -> None:
    complain(support_request, clean_text(request.form.get("text", "")), actor=actor, now=now)


def _tell(support_request: SupportRequest, actor: Actor, now: datetime) -> None:
    tell(support_request, clean_text(request.form.get("text", "")), actor=actor, now=now)


def _choose(support_request: SupportRequest, actor: Actor, now: datetime) -> None:
    wanted = request.form.get("organisation", "")
    places = [p for p in receipt_for(support_request, now=now).destinations if p.organisation_id == wanted]
    consent = None
    if any(asks_consent(support_request, place, now) for place in places):
        services = [service for place in places for service in place.services]
        consent = name_recipient(support_request, wanted, services, actor=actor, now=now)
    choose_place(support_request, wanted, actor=actor, now=now, consent=consent)


def _refuse(support_request: SupportRequest, actor: Actor, now: datetime) -> None:
    statement = (
        select(Referral)
        .where(Referral.support_request_id == support_request.id, Referral.id == request.form.get("referral", ""))
        .with_for_update(of=Referral)
    )
    referral = db.session.execute(statement).scalar_one_or_none()
    if referral is None:
        raise WrongState(_("Your question is not there any more."))
    refuse_place(referral, actor=actor, now=now)


def _confirm_consent(support_request: SupportRequest, actor: Actor, now: datetime) -> None:
    if support_request.consent is None or not support_request.consent.is_valid:
        raise WrongState(_("There is no consent to confirm."))
    together = db.session.execute(consents_given_together(support_request.consent)).scalars().all()
    confirm_consents(together, actor=actor, now=now)


ACTIONS: dict[str, tuple[Act, Any]] = {
    "answer": (_tell, _l("Thank you. We read what you wrote.")),
    "add_file": (_add_file, _l("The file is added to your question.")),
    "complain": (_complain, _l("Thank you for telling us. Somebody answers you, and you get a mail then.")),
    "change_email": (_change_email, _l("Look in the new mailbox. Only when you confirm there, your address changes.")),
    "choose_place": (_choose, _l("Your choice is passed on.")),
    "choose_wait": (
        lambda asked, actor, now: choose_wait(asked, actor=actor, now=now),
        _l("We go on as soon as there is room."),
    ),
    "refuse_place": (_refuse, _l("Your question is no longer there. Another place is looked for.")),
    "return_to_post": (
        lambda asked, actor, now: return_to_post(asked, actor=actor, now=now),
        _l("Your question is back at the embassy."),
    ),
    "confirm_consent": (_confirm_consent, _l("Thank you. Your consent is confirmed.")),
    "withdraw_consent": (
        lambda asked, actor, now: withdraw_consent(asked, actor=actor, now=now),
        _l("Your consent is withdrawn. Nobody else sees who you are from now on."),
    ),
    "withdraw": (
        lambda asked, actor, now: _withdraw(asked, actor, now),
        _l("Your question is withdrawn. We stopped."),
    ),
}


def _withdraw(support_request: SupportRequest, actor: Actor, now: datetime) -> None:
    act_on_request(support_request, "withdraw", actor=actor, now=now)


@bp.route("/track", methods=["GET", "POST"])
@public
@limiter.limit("10 per hour", methods=["POST"])
def track_lost() -> Answer:
    form = LostLinkForm()
    if request.method == "GET":
        return render_template("referrals/track_lost.html", form=form)
    if not form.is_filled():
        return render_template("referrals/track_lost.html", form=form), 422
    now = utcnow()
    write_transaction()
    request_link(form.email.data or "", form.reference.data or "", now=now)
    db.session.commit()
    words = _(
        "If we know a question with this, the link is in the mail in a few minutes. "
        "We mail it only to the address that was given with the question."
    )
    flash(words, "success")
    return redirect(url_for("referrals.track_lost"), code=303)
