"""Absences with a deputy: one's own, and those of the people one keeps."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hubs.accounts.absences import absences_of, away_from, get_visible_absence, possible_deputies
from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.forms import AbsenceForm
from hubs.accounts.models import Absence, Membership
from hubs.accounts.operations import absences
from hubs.accounts.permissions import P
from hubs.accounts.queries import get_own_membership, get_visible_membership
from hubs.accounts.views.blueprint import bp
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import BadInput, Problem, Stale
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

    @property
    def address(self) -> str:
        if self.is_own:
            return url_for("accounts.absence_list")
        return url_for("accounts.person_absence_list", membership_id=self.membership_id)


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
    now, subject, form = utcnow(), _subject(membership, actor), AbsenceForm()
    form.offer(possible_deputies(subject.person_id, subject.organisation_id, local_day(now)))
    if request.method == "GET":
        return _list_page(form, subject, 200)

    def work() -> None:
        absences.record_absence(
            membership,
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            deputy_membership_id=form.deputy,
            actor=actor,
            now=now,
        )

    status = attempt(form, work)
    if status != STORED:
        return _list_page(form, subject, status)
    flash(_("The absence is noted. Mails about this work go to the deputy as well."), "success")
    return redirect(subject.address, STORED)


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


@bp.route("/absences/<id:absence_id>", methods=["GET", "POST"])
@permitted(P.ACCOUNT_USE)
def absence_edit(absence_id: str) -> Response:
    actor, now = current_actor(), utcnow()
    if request.method == "POST":
        write_transaction()
    absence = get_visible_absence(actor, absence_id, lock=request.method == "POST")
    subject, form = _subject(absence.membership, actor), AbsenceForm(obj=absence)
    form.offer(possible_deputies(subject.person_id, subject.organisation_id, local_day(now)))
    if request.method == "GET":
        return _edit_page(form, absence_id, subject, 200)
    action = request.form.get("action")
    if action not in ("change", "withdraw"):
        message = _("This action does not exist here.")
        raise BadInput([Problem("unknown_action", message, "action")], message)

    def change() -> None:
        _check_seen(absence)
        absences.change_absence(
            absence,
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            deputy_membership_id=form.deputy,
            actor=actor,
            now=now,
        )

    if action == "withdraw":
        absences.withdraw_absence(absence, actor=actor, now=now)
        db.session.commit()
        flash(_("Back at work: the absence is over."), "success")
        return redirect(subject.address, STORED)
    status = attempt(form, change)
    if status != STORED:
        return _edit_page(form, absence_id, subject, status)
    flash(_("The absence is changed."), "success")
    return redirect(subject.address, STORED)


def _check_seen(absence: Absence) -> None:
    """409 when somebody changed it after the page was made."""
    if request.form.get("version", "") != str(absence.version_id):
        raise Stale(_("Somebody changed this while you had it open. What you typed is kept; check it and send again."))


def _edit_page(form: AbsenceForm, absence_id: str, subject: Subject, status: int) -> Response:
    absence = get_visible_absence(current_actor(), absence_id)
    today = local_day(utcnow())
    page = render_template(
        "accounts/absence_edit.html",
        form=form,
        absence=absence,
        subject=subject,
        today=today,
        is_over=absence.ends_on < today,
    )
    return make_response(page, status)
