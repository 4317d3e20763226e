"""Signing in and out, a forgotten password, and the links by mail."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from hubs.accounts import links, passwords, throttle
from hubs.accounts.access import current_actor, forget_session, keep_secret, permitted, public, safe_next
from hubs.accounts.authentication import Checked, check_sign_in, key_of, may_ask_reset, waiting_time
from hubs.accounts.forms import AcceptForm, ForgotForm, JoinForm, ResetForm, SignInForm
from hubs.accounts.models import AccountLink
from hubs.accounts.operations import own_account, sign_ins
from hubs.accounts.permissions import P
from hubs.accounts.queries import get_own_sign_in, get_person, open_memberships_of, person_by_email
from hubs.accounts.views.blueprint import WORK, bp
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound, RuleViolation, WrongState
from hubs.core.forms import put_problems
from hubs.extensions import db, limiter, write_transaction

PER_ADDRESS = "30 per minute; 300 per hour"
PER_ADDRESS_MAIL = "10 per minute; 60 per hour"


@bp.route("/sign-in", methods=["GET", "POST"])
@public
@limiter.limit(PER_ADDRESS, methods=["POST"])
def sign_in() -> str | Response:
    target = safe_next(request.args.get("next")) or WORK
    if request.method == "GET":
        return redirect(target, 303) if current_user.is_authenticated else _sign_in_page(SignInForm(), 200)
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form, 422)
    now = utcnow()
    email = form.email.data or ""
    wait = waiting_time(email, now)
    if wait:
        return _wait_page(form, wait)
    replaces_id = current_user.sign_in_id if current_user.is_authenticated else None
    checked = check_sign_in(email, form.password.data or "")
    write_transaction(once=False)  # an answer that got lost took its session with it: sign in anew
    try:
        secret = _start(checked, email, replaces_id, now)
    except RuleViolation as violation:
        put_problems(form, violation)
        return _sign_in_page(form, 422)
    keep_secret(secret)
    db.session.commit()
    return redirect(target, 303)


def _start(checked: Checked, email: str, replaces_id: str | None, now: datetime) -> str:
    """The secret of a new sign-in, or a failed attempt noted for good. Raises RuleViolation."""
    if not checked.is_right or checked.person_id is None or checked.password_hash is None:
        sign_ins.note_attempt(key_of(email), throttle.SIGN_IN, person_id=checked.person_id, now=now)
        db.session.commit()
        raise sign_ins.wrong_password()
    return sign_ins.start_sign_in(
        get_person(checked.person_id, lock=True),
        checked_hash=checked.password_hash,
        fresh_hash=checked.fresh_hash,
        account_key=key_of(email),
        replaces_id=replaces_id,
        now=now,
    )


def _sign_in_page(form: SignInForm, status: int) -> Response:
    return make_response(render_template("accounts/sign_in.html", form=form, next=request.args.get("next")), status)


def _wait_page(form: SignInForm, wait: timedelta) -> Response:
    seconds = math.ceil(wait.total_seconds())
    words = ngettext(
        "Too many attempts with this mail address. Wait %(num)s second and try again.",
        "Too many attempts with this mail address. Wait %(num)s seconds and try again.",
        seconds,
    )
    form.form_errors = [words]
    response = _sign_in_page(form, 429)
    response.headers["Retry-After"] = str(seconds)
    return response


@bp.post("/sign-out")
@permitted(P.ACCOUNT_USE)
def sign_out() -> Response:
    actor, sign_in_id, now = current_actor(), current_user.sign_in_id, utcnow()
    write_transaction()
    sign_ins.end_sign_in(get_own_sign_in(actor.id, sign_in_id, now), actor=actor, now=now)
    forget_session()
    db.session.commit()
    flash(_("You are signed out."), "success")
    return redirect(url_for("accounts.sign_in"), 303)


@bp.route("/forgot-password", methods=["GET", "POST"])
@public
@limiter.limit(PER_ADDRESS_MAIL, methods=["POST"])
def password_forgot() -> str | Response:
    form = ForgotForm()
    if request.method == "GET" or not form.validate():
        page = render_template("accounts/password_forgot.html", form=form, sent_to=None)
        return make_response(page, 200 if request.method == "GET" else 422)
    email, now = form.email.data or "", utcnow()
    write_transaction()
    if may_ask_reset(email, now):
        own_account.request_reset(person_by_email(email), now=now)
    sign_ins.note_attempt(key_of(email), throttle.RESET, person_id=None, now=now)
    db.session.commit()
    return render_template("accounts/password_forgot.html", form=form, sent_to=email, **links.WORDS)


def _form_for(link: AccountLink) -> JoinForm | ResetForm | AcceptForm:
    """What this link asks: a password, a password and a name, or only a yes."""
    if link.purpose == links.RESET:
        return ResetForm()
    if link.person.password_hash is not None:
        return AcceptForm()
    invited = open_memberships_of(link.person_id, str(link.organisation_id))
    return JoinForm(name=next((m.invited_as for m in invited if m.invited_as), link.person.name))


def _is_open(link: AccountLink, now: datetime) -> bool:
    if link.purpose == links.RESET or not link.is_open(now):
        return link.is_open(now)
    return any(m.invited_as for m in open_memberships_of(link.person_id, str(link.organisation_id)))


@bp.route("/account/set-password/<token>", methods=["GET", "POST"])
@public
@limiter.limit(PER_ADDRESS, methods=["POST"])
def password_set(token: str) -> str | Response:
    link, now = links.link_of(token), utcnow()
    if not _is_open(link, now):
        return _closed_page(link)
    form = _form_for(link)
    if request.method == "GET":
        return _link_page(link, form, 200)
    if not form.validate() or _put_password_problems(form, link):
        return _link_page(link, form, 422)
    try:
        _use(token, form, now)
    except WrongState:
        db.session.rollback()
        return _closed_page(links.link_of(token))
    return redirect(url_for("accounts.sign_in"), 303)


def _put_password_problems(form: JoinForm | ResetForm | AcceptForm, link: AccountLink) -> bool:
    """Put what is wrong with the new password beside its field; whether anything is."""
    if isinstance(form, AcceptForm):
        return False
    name = form.name.data if isinstance(form, JoinForm) else link.person.name
    problems = passwords.password_problems(form.password.data or "", name=name or "", email=link.person.email)
    return bool(put_problems(form, problems))


def _use(token: str, form: JoinForm | ResetForm | AcceptForm, now: datetime) -> None:
    """Hash outside the write transaction, then use the link in it. Raises WrongState."""
    if isinstance(form, AcceptForm):
        write_transaction()
        own_account.accept_invitation(links.link_of(token, lock=True), now=now)
        db.session.commit()
        flash(_("You accepted the invitation. Sign in with the password you have."), "success")
        return
    password_hash = passwords.hash_password(form.password.data or "")
    write_transaction()
    link = links.link_of(token, lock=True)
    name = form.name.data if isinstance(form, JoinForm) else None
    key = key_of(link.person.email)
    own_account.set_password(link, password_hash=password_hash, name=name, account_key=key, now=now)
    forget_session()
    db.session.commit()
    flash(_("Your password is set. Sign in with it."), "success")


def _link_page(link: AccountLink, form: JoinForm | ResetForm | AcceptForm, status: int) -> Response:
    if link.person.is_active is False:
        raise NotFound()
    kind = {JoinForm: "join", ResetForm: "reset", AcceptForm: "accept"}[type(form)]
    page = render_template("accounts/password_set.html", form=form, link=link, kind=kind)
    return make_response(page, status)


def _closed_page(link: AccountLink) -> Response:
    """410: the address existed, and never works again."""
    return make_response(render_template("accounts/link_closed.html", purpose=link.purpose, **links.WORDS), 410)
