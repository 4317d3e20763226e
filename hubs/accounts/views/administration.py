"""Administrators' pages for every organisation: found, rename, markets, retire; offices: open, hours, close."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from werkzeug.wrappers import Response
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.models import Office, Organisation, OrganisationKind
from hubs.accounts.permissions import P
from hubs.accounts.queries import get_visible_organisation, organisations_named
from hubs.accounts.views.blueprint import bp
from hubs.accounts.words import KIND_NAMES, kind_name
from hubs.core.choices import SelectField
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import BadInput, NotFound, Problem, RuleViolation, Stale
from hubs.core.forms import REQUIRED, Form, clean_text
from hubs.core.pagination import keyset
from hubs.core.templating import locale_code
from hubs.core.types import folded
from hubs.core.views import STORED, attempt, attempt_for
from hubs.directory import founding
from hubs.directory.forms import OfficeForm
from hubs.directory.lifecycle import HubStatus
from hubs.directory.models import HubProfile, PostProfile
from hubs.directory.words import POST_TYPES, STATUS_WORDS
from hubs.extensions import db, write_transaction
from hubs.reference.editing import TABLES
from hubs.reference.labels import label_choices, market_name
from hubs.referrals import desk_closing
from hubs.referrals.operations import hold_clocks, recompute_office

PERMISSION = P.ORGANISATION_MANAGE
WEEKDAYS = (_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"), _l("Sunday"))
_FILL_NAME = _l("Fill in a name.")
_SHOWN_KINDS = tuple(founding.FOUNDED)


class _MarketsField(TextAreaField):
    """Codes of markets, one a line or with commas."""

    def _value(self) -> str:
        return "\n".join(self.data) if isinstance(self.data, list) else str(self.data or "")

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]) if valuelist else ""
        self.data: Any = sorted({code.upper() for code in re.split(r"[\s,;]+", text) if code})

    def pre_validate(self, form: Any) -> None:
        known = {code for code, _name in label_choices("market", "en")}
        unknown = [code for code in self.data or [] if code not in known]
        if unknown:
            raise ValidationError(
                _("Not a market: %(codes)s. Use two letters, such as CO.", codes=", ".join(unknown)[:80])
            )


class OrganisationForm(Form):
    name_nl = StringField(_l("Name in Dutch"), [InputRequired(_FILL_NAME), Length(max=200)])
    name_en = StringField(_l("Name in English"), [InputRequired(_FILL_NAME), Length(max=200)])
    markets = _MarketsField(
        _l("Markets"), [Optional()], description=_l("Two letters each, one a line. Partners serve every market.")
    )


class FoundingForm(OfficeForm):
    kind = SelectField(_l("What is it?"), [InputRequired(REQUIRED)])
    name_nl = StringField(_l("Name in Dutch"), [InputRequired(_FILL_NAME), Length(max=200)])
    name_en = StringField(_l("Name in English"), [InputRequired(_FILL_NAME), Length(max=200)])
    code = StringField(
        _l("Code"),
        [
            InputRequired(REQUIRED),
            Length(max=64),
            Regexp(r"[a-z0-9][a-z0-9-]{0,63}\Z", message=_l("A code has small letters, digits and - only.")),
        ],
        description=_l("For addresses and the API. It never changes."),
    )
    subtype = SelectField(_l("Type of post"), [Optional()], description=_l("For a post only."))
    market = SelectField(_l("Country of the seat"), [InputRequired(REQUIRED)])
    markets = _MarketsField(
        _l("Markets"), [Optional()], description=_l("Two letters each, one a line. Partners serve every market.")
    )

    def offer_all(self) -> None:
        self.offer_choices()
        self.kind.choices = [(str(kind), KIND_NAMES[kind]) for kind in _SHOWN_KINDS]
        self.subtype.choices = [("", "-"), *POST_TYPES.items()]
        self.market.choices = [("", "-"), *label_choices("market", locale_code())]


class DeskForm(OfficeForm):
    market = SelectField(_l("Country"), [InputRequired(REQUIRED)])

    def offer_all(self) -> None:
        self.offer_choices()
        self.market.choices = [("", "-"), *label_choices("market", locale_code())]

    def values(self) -> dict[str, Any]:
        return {**super().values(), "market": self.market.data}


class ShutForm(Form):
    closes_on = DateField(_l("Closed from"), [InputRequired(_l("Fill in a day, such as 2027-01-31."))])


class RetireForm(Form):
    reason = TextAreaField(_l("Why?"), [InputRequired(_l("Say why. The reason is kept.")), Length(max=2000)])


# --- the index ---------------------------------------------------------------------------------------------


@bp.get("/administration")
@permitted(PERMISSION)
def administration() -> str:
    return render_template("accounts/administration.html", tables=list(TABLES.values()))


@bp.get("/administration/organisations")
@permitted(PERMISSION)
def organisation_list() -> str:
    chosen = {name: str(clean_text(request.args.get(name, "")))[:100] for name in ("q", "kind", "show")}
    page = keyset(
        db.session,
        _listed(chosen),
        [(Organisation.name_folded, "asc"), (Organisation.id, "asc")],
        cursor=request.args.get("cursor"),
        size=50,
    )
    kinds = [(str(kind), words) for kind, words in KIND_NAMES.items()]
    return render_template(
        "accounts/organisation_list.html", page=page, chosen=chosen, kinds=kinds, kind_name=kind_name
    )


def _listed(chosen: dict[str, str]) -> Select[Any]:
    statement = organisations_named(current_actor(), chosen["q"])
    if chosen["kind"] in set(OrganisationKind):
        statement = statement.where(Organisation.kind == chosen["kind"])
    if chosen["show"] == "edited":
        return statement.where(Organisation.edited_at.is_not(None))
    gone = Organisation.retired_on.is_not(None)
    return statement.where(gone if chosen["show"] == "retired" else ~gone)


# --- a new organisation ------------------------------------------------------------------------------------


@bp.route("/administration/organisations/new", methods=["GET", "POST"])
@permitted(PERMISSION)
def organisation_new() -> Response:
    actor, now = current_actor(), utcnow()
    if request.method == "POST":
        write_transaction()
    form = FoundingForm(timezone="Europe/Amsterdam") if request.method == "GET" else FoundingForm()
    form.offer_all()
    if request.method == "GET":
        return _new_page(form, 200)

    def work() -> str:
        kind = form.kind.data
        organisation = founding.found_organisation(
            kind=kind,
            code=form.code.data or "",
            name_nl=form.name_nl.data or "",
            name_en=form.name_en.data or "",
            market=form.market.data,
            markets=[] if kind == OrganisationKind.PARTNER else form.markets.data or [form.market.data],
            subtype=form.subtype.data or None if kind == OrganisationKind.POST else None,
            office={**form.values(), "market": form.market.data},
            actor=actor,
            now=now,
        )
        return organisation.id

    status, made = attempt_for(form, work)
    if status != STORED:
        return _new_page(form, status)
    flash(_("The organisation is there. Invite its first person next."), "success")
    return redirect(url_for("accounts.organisation_edit", organisation_id=made), 303)


def _new_page(form: FoundingForm, status: int) -> Response:
    return make_response(render_template("accounts/organisation_new.html", form=form, weekdays=WEEKDAYS), status)


# --- an organisation ---------------------------------------------------------------------------------------


def _version(organisation: Organisation, markets: list[str]) -> str:
    """A fingerprint of what a page showed, to find out that it changed since."""
    shown = [organisation.name_nl, organisation.name_en, markets, str(organisation.retired_on)]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]


def _check_seen(present: str) -> None:
    if request.form.get("version") != present:
        raise Stale(_("Somebody changed this while you had it open. What you typed is kept; check it and send again."))


@bp.route("/administration/organisations/<id:organisation_id>", methods=["GET", "POST"])
@permitted(PERMISSION)
def organisation_edit(organisation_id: str) -> Response:
    actor = current_actor()
    if request.method == "POST":
        write_transaction()
    organisation = get_visible_organisation(actor, organisation_id, lock=request.method == "POST")
    markets = founding.markets_of(organisation)
    action = request.form.get("action", "")
    data = {"name_nl": organisation.name_nl, "name_en": organisation.name_en, "markets": markets}
    form = OrganisationForm(data=data) if action in ("", "save") else OrganisationForm(formdata=None, data=data)
    retire_form = RetireForm() if action == "retire" else RetireForm(formdata=None)
    if request.method == "GET":
        return _organisation_page(form, retire_form, organisation_id, 200)
    used = {"save": form, "retire": retire_form}.get(action) or Form()
    status = attempt(used, lambda: _change(action, organisation, markets, form, retire_form))
    if status != STORED:
        if used not in (form, retire_form):
            form.form_errors = [*form.form_errors, *used.form_errors]
        return _organisation_page(form, retire_form, organisation_id, status)
    flash(_said(action), "success")
    return redirect(url_for("accounts.organisation_edit", organisation_id=organisation_id), 303)


def _change(
    action: str, organisation: Organisation, markets: list[str], form: OrganisationForm, retire_form: RetireForm
) -> None:
    actor, now = current_actor(), utcnow()
    _check_seen(_version(organisation, markets))
    if action == "save":
        founding.edit_organisation(
            organisation,
            name_nl=form.name_nl.data or "",
            name_en=form.name_en.data or "",
            markets=form.markets.data or [],
            actor=actor,
            now=now,
        )
    elif action == "retire":
        reason, today = retire_form.reason.data or "", local_day(now)
        founding.retire_organisation(organisation, reason=reason, today=today, actor=actor, now=now)
    elif action == "reinstate":
        founding.reinstate_organisation(organisation, actor=actor, now=now)
    elif action == "follow":
        founding.follow_register(organisation, actor=actor, now=now)
    else:
        message = _("This action does not exist here.")
        raise BadInput([Problem("unknown_action", message, "action")], message)


def _said(action: str) -> str:
    said = {
        "save": _("Saved. A reload of the register leaves this organisation alone."),
        "retire": _("Retired. It gets no new questions from now on."),
        "reinstate": _("It takes part again."),
        "follow": _("The next reload puts back what the register says."),
    }
    return said.get(action, "")


def _organisation_page(form: OrganisationForm, retire_form: RetireForm, organisation_id: str, status: int) -> Response:
    organisation = get_visible_organisation(current_actor(), organisation_id)
    offices = db.session.execute(
        select(Office).where(Office.organisation_id == organisation_id).order_by(Office.position, Office.id)
    ).scalars()
    found = desk_closing.consequences_for(organisation, local_day(utcnow()))
    page = render_template(
        "accounts/organisation_edit.html",
        organisation=organisation,
        form=form,
        retire_form=retire_form,
        version=_version(organisation, founding.markets_of(organisation)),
        offices=list(offices),
        found=replace(found, uncovered=tuple(market_name(code) for code in found.uncovered)),
        kind_name=kind_name,
        has_markets=organisation.kind in (OrganisationKind.HUB, OrganisationKind.POST),
        may_retire=organisation.kind in founding.FOUNDED,
        standing=_standing(organisation),
        post_type=_post_type(organisation),
    )
    return make_response(page, status)


def _standing(organisation: Organisation) -> Any:
    profile = db.session.get(HubProfile, organisation.id) if organisation.kind == OrganisationKind.HUB else None
    return STATUS_WORDS[HubStatus(profile.status_on(local_day(utcnow())))] if profile else None


def _post_type(organisation: Organisation) -> Any:
    profile = db.session.get(PostProfile, organisation.id) if organisation.kind == OrganisationKind.POST else None
    return POST_TYPES.get(profile.post_type, profile.post_type) if profile else None


# --- offices -----------------------------------------------------------------------------------------------


@bp.route("/administration/organisations/<id:organisation_id>/offices/new", methods=["GET", "POST"])
@permitted(PERMISSION)
def desk_new(organisation_id: str) -> Response:
    actor, now = current_actor(), utcnow()
    if request.method == "POST":
        write_transaction()
    organisation = get_visible_organisation(actor, organisation_id, lock=request.method == "POST")
    form = DeskForm(data={"market": organisation.market}) if request.method == "GET" else DeskForm()
    form.offer_all()
    if request.method == "POST":
        status = attempt(form, lambda: founding.open_office(organisation, form.values(), actor=actor, now=now))
        if status == STORED:
            flash(_("The office is added."), "success")
            return redirect(url_for("accounts.organisation_edit", organisation_id=organisation_id), 303)
    organisation = get_visible_organisation(actor, organisation_id)
    page = render_template("accounts/desk_new.html", form=form, organisation=organisation, weekdays=WEEKDAYS)
    return make_response(page, 200 if request.method == "GET" else status)


def _get_office(office_id: str, *, lock: bool = False) -> Office:
    statement = select(Office).where(Office.id == office_id).execution_options(populate_existing=True)
    found = db.session.execute(statement.with_for_update() if lock else statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def _office_data(office: Office) -> dict[str, Any]:
    plain = {
        name: getattr(office, name) for name in ("city", "market", "timezone", "email", "phone", "weekly_capacity")
    }
    return {**plain, **OfficeForm.data_of(office.hours or {})}


def _office_version(office: Office) -> str:
    shown = [_office_data(office), str(office.closes_on), str(office.closed_on)]
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]


@bp.route("/administration/offices/<id:office_id>", methods=["GET", "POST"])
@permitted(PERMISSION)
def desk_edit(office_id: str) -> Response:
    if request.method == "POST":
        write_transaction()
        hold_clocks(office_id)  # what follows its calendar comes before the office itself
    office = _get_office(office_id, lock=request.method == "POST")
    action, data = request.form.get("action", ""), _office_data(office)
    form = DeskForm(data=data) if action in ("", "save") else DeskForm(formdata=None, data=data)
    form.offer_all()
    shut_form = ShutForm() if action == "close" else ShutForm(formdata=None)
    if request.method == "GET":
        return _desk_page(form, shut_form, office_id, 200)
    used = {"save": form, "close": shut_form}.get(action) or Form()
    status = attempt(used, lambda: _change_office(action, office, form, shut_form, utcnow()))
    if status != STORED:
        if used not in (form, shut_form):
            form.form_errors = [*form.form_errors, *used.form_errors]
        return _desk_page(form, shut_form, office_id, status)
    flash(_("The office is saved."), "success")
    return redirect(url_for("accounts.desk_edit", office_id=office_id), 303)


def _change_office(action: str, office: Office, form: DeskForm, shut_form: ShutForm, now: datetime) -> None:
    actor, today = current_actor(), local_day(now)
    _check_seen(_office_version(office))
    if action == "save":
        if founding.change_office(office, form.values(), actor=actor, now=now):
            recompute_office(office, actor=actor, now=now)
    elif action == "close":
        on = shut_form.closes_on.data
        if on is None:
            raise RuleViolation("no_day", _("Fill in a day, such as 2027-01-31."), "closes_on")
        founding.shut_office(office, on=on, today=today, actor=actor, now=now)
        recompute_office(office, actor=actor, now=now)
    elif action == "reopen":
        founding.keep_open(office, actor=actor, now=now)
        recompute_office(office, actor=actor, now=now)
    else:
        message = _("This action does not exist here.")
        raise BadInput([Problem("unknown_action", message, "action")], message)


def _desk_page(form: DeskForm, shut_form: ShutForm, office_id: str, status: int) -> Response:
    office = _get_office(office_id)
    page = render_template(
        "accounts/desk_edit.html",
        office=office,
        organisation=office.organisation,
        form=form,
        shut_form=shut_form,
        version=_office_version(office),
        found=desk_closing.consequences_at(office_id),
        weekdays=WEEKDAYS,
        name=office.city or folded(office.organisation.name_nl),
    )
    return make_response(page, status)
