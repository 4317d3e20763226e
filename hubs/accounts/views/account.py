"""One's own account: name, language, organisations, password, sign-ins."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from hubs.accounts import passwords
from hubs.accounts.access import current_actor, forget_session, keep_secret, permitted
from hubs.accounts.authentication import Checked, check_password, key_of, waiting_time
from hubs.accounts.forms import AccountForm, PasswordForm
from hubs.accounts.models import Membership, Person, SignIn
from hubs.accounts.operations import own_account, sign_ins
from hubs.accounts.permissions import P
from hubs.accounts.queries import get_own_sign_in, get_person, own_memberships, own_sign_ins, timezone_of
from hubs.accounts.throttle import SIGN_IN
from hubs.accounts.views.blueprint import WORK, bp
from hubs.accounts.words import role_name
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, Problem, RuleViolation
from hubs.core.forms import put_problems
from hubs.extensions import db, limiter, write_transaction

MOST_SIGN_INS = 50


@bp.route("/account", methods=["GET", "POST"])
@permitted(P.ACCOUNT_USE)
def account() -> str | Response:
    actor, now = current_actor(), utcnow()
    if request.method == "GET":
        person = get_person(actor.id)
        return _account_page(AccountForm(obj=person), person, 200)
    form = AccountForm()
    if not form.validate():
        return _account_page(form, get_person(actor.id), 422)
    write_transaction()
    person = get_person(actor.id, lock=True)
    own_account.edit_account(person, name=form.name.data or "", language=form.language.data, actor=actor, now=now)
    session["lang"] = form.language.data
    db.session.commit()
    flash(_("Your details are saved."), "success")
    return redirect(url_for("accounts.account"), 303)


def _account_page(form: AccountForm, person: Person, status: int) -> Response:
    actor, now = current_actor(), utcnow()
    listed = (
        own_sign_ins(actor.id, now)
        .options(joinedload(SignIn.membership).joinedload(Membership.organisation))
        .order_by(SignIn.created_at.desc())
        .limit(MOST_SIGN_INS)
    )
    page = render_template(
        "accounts/account.html",
        form=form,
        email=person.email,
        memberships=own_memberships(actor.id),
        sign_ins=db.session.execute(listed).scalars().all(),
        this_sign_in=current_user.sign_in_id,
        timezone=timezone_of(actor),
        role_name=role_name,
    )
    return make_response(page, status)


@bp.post("/account/switch")
@permitted(P.ACCOUNT_USE)
def organisation_switch() -> Response:
    actor, sign_in_id, now = current_actor(), current_user.sign_in_id, utcnow()
    write_transaction()
    sign_in = get_own_sign_in(actor.id, sign_in_id, now)
    chosen = request.form.get("organisation_id", "")
    secret = sign_ins.switch_organisation(sign_in, chosen, actor=actor, now=now)
    keep_secret(secret)
    db.session.commit()
    flash(_("You act for another organisation now."), "success")
    return redirect(WORK, 303)


@bp.post("/account/sign-ins")
@permitted(P.ACCOUNT_USE)
def sign_ins_end() -> Response:
    actor, own_id, now = current_actor(), current_user.sign_in_id, utcnow()
    action, ended_id = request.form.get("action"), request.form.get("sign_in_id", "")
    if action not in ("end", "end_all"):
        message = _("This action does not exist here.")
        raise BadInput([Problem("unknown_action", message, "action")], message)
    write_transaction()
    if action == "end_all":
        sign_ins.end_all_sign_ins(get_person(actor.id, lock=True), actor=actor, now=now)
    else:
        sign_ins.end_sign_in(get_own_sign_in(actor.id, ended_id, now), actor=actor, now=now)
    is_out = action == "end_all" or ended_id == own_id
    if is_out:
        forget_session()
    db.session.commit()
    flash(_("You are signed out everywhere.") if action == "end_all" else _("That sign-in has ended."), "success")
    return redirect(url_for("accounts.sign_in" if is_out else "accounts.account"), 303)


@bp.route("/account/password", methods=["GET", "POST"])
@permitted(P.ACCOUNT_USE)
@limiter.limit("20 per minute", methods=["POST"])
def password_change() -> str | Response:
    form = PasswordForm()
    if request.method == "GET":
        return render_template("accounts/password_change.html", form=form)
    actor, now = current_actor(), utcnow()
    person = get_person(actor.id)
    email = person.email
    valid = form.validate()
    problems = passwords.password_problems(form.password.data or "", name=person.name, email=email)
    if put_problems(form, problems) or not valid:
        return _password_page(form, 422)
    if waiting_time(email, now):
        form.current_password.errors = [_("Too many attempts. Wait a few minutes and try again.")]
        return _password_page(form, 429)
    checked = check_password(person, form.current_password.data or "")
    new_hash = passwords.hash_password(form.password.data or "")
    try:
        _change(checked, new_hash, email)
    except RuleViolation as violation:
        put_problems(form, violation)
        return _password_page(form, 422)
    flash(_("Your password is changed. You are signed out everywhere else."), "success")
    return redirect(url_for("accounts.account"), 303)


def _change(checked: Checked, new_hash: str, email: str) -> None:
    """Change the password and go on under a new secret, or note the wrong one. Raises RuleViolation."""
    actor, sign_in_id, now = current_actor(), current_user.sign_in_id, utcnow()
    write_transaction()
    person = get_person(actor.id, lock=True)
    if not checked.is_right or checked.password_hash is None:
        sign_ins.note_attempt(key_of(email), SIGN_IN, person_id=person.id, now=now)
        db.session.commit()
        raise RuleViolation("wrong_password", _("This is not your present password."), "current_password")
    own_account.change_password(
        person, checked_hash=checked.password_hash, password_hash=new_hash, keep_id=sign_in_id, actor=actor, now=now
    )
    sign_ins.forgive_attempts(key_of(email))
    keep_secret(sign_ins.renew_sign_in(get_own_sign_in(actor.id, sign_in_id, now), actor=actor, now=now))
    db.session.commit()


def _password_page(form: PasswordForm, status: int) -> Response:
    return make_response(render_template("accounts/password_change.html", form=form), status)
