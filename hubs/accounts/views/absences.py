"""Absences with a deputy: one's own, and those of the people one keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hubs.accounts.absences import absences_of, away_from, possible_deputies
from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.forms import AbsenceForm
from hubs.accounts.models import Absence, Membership
from hubs.accounts.operations import absences
from hubs.accounts.permissions import P
from hubs.accounts.queries import get_own_membership, get_visible_membership
from hubs.accounts.views.blueprint import bp
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import BadInput, NotFound, Problem, Stale
from hubs.core.forms import Form
from hubs.core.views import STORED, attempt
from hubs.extensions import db, write_transaction


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose absences a page is about, as plain values that outlive a rollback."""

    membership_id: str
    person_id: str
    organisation_id: str
    name: str
    is_own: bool

    def address(self, change: str | None = None) -> str:
        if self.is_own:
            return url_for("accounts.absence_list", change=change)
        return url_for("accounts.person_absence_list", membership_id=self.membership_id, change=change)


def _subject(membership: Membership, actor: Actor) -> Subject:
    own = membership.person_id == actor.person_id
    return Subject(membership.id, membership.person_id, membership.organisation_id, membership.shown_name, own)


@bp.route("/account/absences", methods=["GET", "POST"])
@permitted(P.ACCOUNT_USE)
def absence_list() -> Response:
    actor = current_actor()
    if request.method == "POST":
        write_transaction()
    return _answer(get_own_membership(actor), actor)


@bp.route("/people/<id:membership_id>/absences", methods=["GET", "POST"])
@permitted(P.PEOPLE_MANAGE)
def person_absence_list(membership_id: str) -> Response:
    actor = current_actor()
    if request.method == "POST":
        write_transaction()
    return _answer(get_visible_membership(actor, membership_id, lock=request.method == "POST"), actor)


def _answer(membership: Membership, actor: Actor) -> Response:
    """The list with the form for a new absence, or (`?change=`) the form of one of them."""
    now, subject = utcnow(), _subject(membership, actor)
    changed = request.args.get("change")
    if changed is not None:
        return _edit(subject, _absence_of(subject, changed), actor, now)
    form = AbsenceForm()
    _offer(form, subject, now)
    if request.method == "GET":
        return _list_page(form, subject, 200)

    def work() -> None:
        absences.record_absence(membership, **_chosen(form), actor=actor, now=now)

    status = attempt(form, work)
    if status != STORED:
        return _list_page(form, subject, status)
    flash(_("The absence is noted. Mails about this work go to the deputy as well."), "success")
    return redirect(subject.address(), STORED)


def _absence_of(subject: Subject, absence_id: str) -> Absence:
    """One of this person's absences that is not over. Raises NotFound."""
    listed = absences_of(subject.person_id, subject.organisation_id, local_day(utcnow()))
    found = next((absence for absence in listed if absence.id == absence_id), None)
    if found is None:
        raise NotFound()
    if request.method == "POST":
        db.session.refresh(found, with_for_update={"of": Absence})
    return found


def _offer(form: AbsenceForm, subject: Subject, now: datetime) -> None:
    form.offer(possible_deputies(subject.person_id, subject.organisation_id, local_day(now)))


def _chosen(form: AbsenceForm) -> dict[str, Any]:
    return {
        "starts_on": form.starts_on.data,
        "ends_on": form.ends_on.data,
        "deputy_membership_id": form.deputy,
    }


def _list_page(form: AbsenceForm, subject: Subject, status: int) -> Response:
    today = local_day(utcnow())
    page = render_template(
        "accounts/absence_list.html",
        form=form,
        subject=subject,
        absences=absences_of(subject.person_id, subject.organisation_id, today),
        away=away_from(subject.organisation_id, today).get(subject.person_id),
        today=today,
    )
    return make_response(page, status)


def _edit(subject: Subject, absence: Absence, actor: Actor, now: datetime) -> Response:
    identifier, form = absence.id, AbsenceForm(obj=absence)
    _offer(form, subject, now)
    if request.method == "GET":
        return _edit_page(form, identifier, subject, 200)
    action = request.form.get("action")
    if action == "withdraw":
        status = attempt(Form(), lambda: absences.withdraw_absence(absence, actor=actor, now=now))
        done = _("The absence is over.")
    elif action == "change":
        status = attempt(form, lambda: _change(absence, form, actor, now))
        done = _("The absence is changed.")
    else:
        message = _("This action does not exist here.")
        raise BadInput([Problem("unknown_action", message, "action")], message)
    if status != STORED:
        return _edit_page(form, identifier, subject, status)
    flash(done, "success")
    return redirect(subject.address(), STORED)


def _change(absence: Absence, form: AbsenceForm, actor: Actor, now: datetime) -> None:
    """409 when somebody changed it after the page was made."""
    if request.form.get("version", "") != str(absence.version_id):
        raise Stale(_("Somebody changed this while you had it open. What you typed is kept; check it and send again."))
    absences.change_absence(absence, **_chosen(form), actor=actor, now=now)


def _edit_page(form: AbsenceForm, absence_id: str, subject: Subject, status: int) -> Response:
    today = local_day(utcnow())
    page = render_template(
        "accounts/absence_edit.html",
        form=form,
        absence=_absence_of(subject, absence_id),
        subject=subject,
        today=today,
    )
    return make_response(page, status)
