"""Offices of one's own organisation: hours, capacity, days they are shut; a change moves the clocks that run there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.models import Office, OrganisationKind
from hubs.accounts.permissions import P
from hubs.core.calendars import zone
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, NotFound, Problem
from hubs.core.views import STORED, attempt
from hubs.directory import operations, words
from hubs.directory.forms import ClosureForm, OfficeForm
from hubs.directory.forms.desk import CapacityForm, DayOffForm
from hubs.directory.queries import (
    departures_of,
    get_own_closure,
    get_own_office,
    get_own_organisation,
    holidays_ahead,
    offices_with_closures,
)
from hubs.directory.queries.changes import get_own_revision
from hubs.directory.queries.desk import capacity_changes_of, extra_days_off, get_own_capacity_change
from hubs.directory.versions import check_seen, version_of
from hubs.extensions import db, write_transaction
from hubs.referrals.operations import hold_clocks, recompute_office

from . import bp
from .drafting import whole_organisation

HOLIDAYS_AHEAD_DAYS = 183


@bp.route("/organisation/offices/new", methods=["GET", "POST"])
@permitted(P.PROFILE_EDIT)
def office_new() -> Any:
    actor, now = whole_organisation(), utcnow()
    if actor.organisation_kind != OrganisationKind.HUB:  # a post or partner has one
        raise NotFound()
    if request.method == "POST":
        write_transaction()
    organisation = get_own_organisation(actor)
    form = OfficeForm(data={"timezone": organisation.offices[0].timezone if organisation.offices else None})
    form.offer_choices()

    def work() -> None:
        operations.add_office(organisation, market=organisation.market, values=form.values(), actor=actor, now=now)

    status = attempt(form, work) if request.method == "POST" else 200
    if status == STORED:
        flash(_("The office is added."), "success")
        return redirect(url_for("directory.organisation_show", _anchor="offices"), code=303)
    return render_template("directory/office_new.html", form=form, weekdays=words.weekday_names()), status


def _held_office(actor: Actor, office_id: str) -> Office:
    """To change its calendar: the clocks that follow it come first, then the office."""
    office = get_own_office(actor, office_id)
    hold_clocks(office.id)
    db.session.expire(office)
    return get_own_office(actor, office_id, lock=True)


@bp.route("/organisation/offices/<id:office_id>", methods=["GET", "POST"])
@permitted(P.PROFILE_EDIT)
def office_edit(office_id: str) -> Any:
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    office = _held_office(actor, office_id) if posted else get_own_office(actor, office_id)
    form = OfficeForm(data={**_office_data(office), **_before(actor, office)})
    form.offer_choices()
    seen = request.form.get("version", type=int)

    def work() -> None:
        check_seen(office, seen)
        operations.edit_office(office, values=form.values(), actor=actor, now=now)
        recompute_office(office, actor=actor, now=now)

    status = attempt(form, work) if posted else 200
    if status == STORED:
        flash(_("The office is stored."), "success")
        return redirect(url_for("directory.organisation_show", _anchor="offices"), code=303)
    return _office_page(office, form=form, status=status)


def _office_data(office: Office) -> dict[str, Any]:
    plain = {name: getattr(office, name) for name in ("city", "timezone", "email", "phone", "weekly_capacity")}
    return {**plain, **OfficeForm.data_of(office.hours)}


def _before(actor: Actor, office: Office) -> dict[str, Any]:
    """The fields as they were before a change that somebody wants undone (?revision=…)."""
    if request.method == "POST" or not request.args.get("revision"):
        return {}
    revision = get_own_revision(actor, request.args["revision"][:26])
    if revision.subject_id != office.id or revision.subject_kind != "office":
        raise NotFound()
    old = {name: before for name, (before, _after) in revision.changes.items()}
    return {**old, **(OfficeForm.data_of(old["hours"]) if "hours" in old else {})}


def _office_page(
    office: Office,
    *,
    form: OfficeForm | None = None,
    closure_form: Any = None,
    capacity_form: Any = None,
    day_off_form: Any = None,
    status: int = 200,
) -> Any:
    if form is None:
        form = OfficeForm(formdata=None, data=_office_data(office))
        form.offer_choices()
    today = _today(office)
    listed = offices_with_closures([office.organisation_id], today).get(office.organisation_id, [])
    page = render_template(
        "directory/office_edit.html",
        office=office,
        form=form,
        version=version_of(office),
        closure_form=closure_form or ClosureForm(formdata=None),
        closures=[closure for days in listed if days.office.id == office.id for closure in days.closures],
        holidays=holidays_ahead(office.market, today, today + timedelta(days=HOLIDAYS_AHEAD_DAYS)),
        departures=departures_of(office.id, today),
        days_off=extra_days_off(office.id, today),
        day_off_form=day_off_form or DayOffForm(formdata=None),
        capacity_form=capacity_form or CapacityForm(formdata=None),
        capacity_changes=capacity_changes_of(office.id, today),
        today=today,
        can_close=len(listed) > 1 and current_actor().office_id is None,
        weekdays=words.weekday_names(),
    )
    return page, status


def _today(office: Office) -> date:
    return utcnow().astimezone(zone(office.timezone)).date()


@bp.post("/organisation/offices/<id:office_id>/closures")
@permitted(P.PROFILE_EDIT)
def closure_add(office_id: str) -> Any:
    actor, now = current_actor(), utcnow()
    write_transaction()
    office = _held_office(actor, office_id)
    form, today = ClosureForm(), _today(office)

    def work() -> None:
        operations.add_closure(
            office,
            starts_on=form.starts_on.data or today,
            ends_on=form.ends_on.data or today,
            reason=form.reason.data,
            today=today,
            actor=actor,
            now=now,
        )
        recompute_office(office, actor=actor, now=now)

    status = attempt(form, work)
    if status == STORED:
        flash(_("The closure is stored. Terms that run now are moved along."), "success")
        return redirect(url_for("directory.office_edit", office_id=office_id, _anchor="closures"), code=303)
    return _office_page(office, closure_form=form, status=status)


@bp.post("/organisation/offices/<id:office_id>/closures/<id:closure_id>")
@permitted(P.PROFILE_EDIT)
def closure_remove(office_id: str, closure_id: str) -> Any:
    actor, now = current_actor(), utcnow()
    write_transaction()
    office = _held_office(actor, office_id)
    operations.remove_closure(get_own_closure(actor, office_id, closure_id), actor=actor, now=now)
    recompute_office(office, actor=actor, now=now)
    db.session.commit()
    flash(_("The closure is removed. Terms that run now are moved along."), "success")
    return redirect(url_for("directory.office_edit", office_id=office_id, _anchor="closures"), code=303)


@bp.post("/organisation/offices/<id:office_id>/holidays")
@permitted(P.PROFILE_EDIT)
def holiday_set(office_id: str) -> Any:
    actor, now = current_actor(), utcnow()
    write_transaction()
    office = _held_office(actor, office_id)
    day = _posted_holiday(office)
    operations.set_holiday(office, day, is_worked=request.form.get("action") == "work", actor=actor, now=now)
    recompute_office(office, actor=actor, now=now)
    db.session.commit()
    flash(_("Stored. Terms that run now are moved along."), "success")
    return redirect(url_for("directory.office_edit", office_id=office_id, _anchor="holidays"), code=303)


@bp.post("/organisation/offices/<id:office_id>/days-off")
@permitted(P.PROFILE_EDIT)
def day_off_add(office_id: str) -> Any:
    actor, now = current_actor(), utcnow()
    write_transaction()
    office = _held_office(actor, office_id)
    form, today = DayOffForm(), _today(office)

    def work() -> None:
        day = form.on.data or today
        operations.add_day_off(office, day, name=form.name.data, today=today, actor=actor, now=now)
        recompute_office(office, actor=actor, now=now)

    status = attempt(form, work)
    if status == STORED:
        flash(_("Stored. Terms that run now are moved along."), "success")
        return redirect(url_for("directory.office_edit", office_id=office_id, _anchor="holidays"), code=303)
    return _office_page(office, day_off_form=form, status=status)


@bp.post("/organisation/offices/<id:office_id>/capacity")
@permitted(P.PROFILE_EDIT)
def capacity_change_add(office_id: str) -> Any:
    actor, now = current_actor(), utcnow()
    write_transaction()
    office = get_own_office(actor, office_id, lock=True)
    form, today = CapacityForm(), _today(office)

    def work() -> None:
        operations.change_capacity(
            office,
            starts_on=form.starts_on.data or today,
            ends_on=form.ends_on.data or today,
            weekly_capacity=form.weekly_capacity.data or 0,
            today=today,
            actor=actor,
            now=now,
        )

    status = attempt(form, work)
    if status == STORED:
        flash(_("Stored. After the last day your usual number counts again by itself."), "success")
        return redirect(url_for("directory.office_edit", office_id=office_id, _anchor="capacity"), code=303)
    return _office_page(office, capacity_form=form, status=status)


@bp.post("/organisation/offices/<id:office_id>/capacity/<id:change_id>")
@permitted(P.PROFILE_EDIT)
def capacity_change_end(office_id: str, change_id: str) -> Any:
    actor, now = current_actor(), utcnow()
    write_transaction()
    get_own_office(actor, office_id, lock=True)
    operations.end_capacity_change(get_own_capacity_change(actor, office_id, change_id), actor=actor, now=now)
    db.session.commit()
    flash(_("Your usual number counts again."), "success")
    return redirect(url_for("directory.office_edit", office_id=office_id, _anchor="capacity"), code=303)


def _posted_holiday(office: Office) -> date:
    """The day sent along; it must be a coming public holiday of the office's market, or an extra day off."""
    today = _today(office)
    coming = {row.on.isoformat(): row.on for row in holidays_ahead(office.market, today, today + timedelta(days=366))}
    coming |= {row.on.isoformat(): row.on for row in extra_days_off(office.id, today)}
    day = coming.get(request.form.get("day", ""))
    if day is None:
        raise BadInput([Problem("unknown_holiday", _("This is not a coming public holiday here."), "day")])
    return day


@bp.post("/organisation/offices/<id:office_id>/close")
@permitted(P.PROFILE_EDIT)
def office_close(office_id: str) -> Any:
    actor: Actor = current_actor()
    now = utcnow()
    write_transaction()
    office = get_own_office(actor, office_id, lock=True)
    operations.close_office(office, today=_today(office), actor=actor, now=now)
    db.session.commit()
    flash(_("The office is closed for good."), "success")
    return redirect(url_for("directory.organisation_show", _anchor="offices"), code=303)
