"""Pages on which administrators keep reference data: lists, a row beside what its file says, history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, case, func, literal, or_, select, union_all
from werkzeug.wrappers import Response

import hubs.reference.tables
import hubs.referrals.reference_tables  # noqa: F401  (registers its tables)
from hubs.accounts.access import current_actor, permitted
from hubs.accounts.models import Person
from hubs.accounts.permissions import P
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import BadInput, Problem
from hubs.core.events import Event
from hubs.core.forms import clean_text
from hubs.core.pagination import keyset
from hubs.core.templating import date_words, locale_code
from hubs.core.types import folded
from hubs.core.views import STORED, attempt, attempt_for
from hubs.extensions import db, write_transaction
from hubs.reference import editing, retiring
from hubs.reference.editing import TABLES, EditField, EditTable, Kind, get_row, table_called
from hubs.reference.forms import form_for, retiring_form, values_in
from hubs.reference.plans import days_planned, is_planned, plan_of

bp = Blueprint("reference", __name__)
PERMISSION = P.REFERENCE_EDIT
MOST_GROUPS = 400
HISTORY = 30
SAID = {
    "reference.added": _l("Added"),
    "reference.edited": _l("Changed"),
    "reference.taken_over": _l("Taken over from the file"),
    "reference.reinstated": _l("Can be chosen again"),
}
DATED = {"reference.retirement_planned", "reference.retirement_withdrawn"}
RETIRES_ON = EditField("retires_on", _l("Retires on"), Kind.DATE)


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one event in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One event of a row's history."""

    kind: str
    said: str
    at: datetime
    by: str
    planned_by: str | None  # who chose the day on which the service did it
    changes: list[Change]


# --- lists -------------------------------------------------------------------------------------------------


@bp.get("/administration/reference-data")
@permitted(PERMISSION)
def table_list() -> str:
    counts = union_all(*(_counted(table) for table in TABLES.values()))
    found = {code: numbers for code, *numbers in db.session.execute(counts)}
    return render_template("reference/table_list.html", tables=list(TABLES.values()), counts=found)


def _counted(table: EditTable) -> Any:
    retired = func.count(table.model.retired_on) if table.can_retire else literal(0)
    planned = func.count(case((is_planned(table), 1))) if table.can_retire else literal(0)
    numbers = (func.count(), func.count(table.model.edited_at), retired, planned)
    return select(literal(table.code), *numbers).select_from(table.model)


@bp.get("/administration/reference-data/<code:table_code>")
@permitted(PERMISSION)
def row_list(table_code: str) -> str:
    table = table_called(table_code)
    chosen = {name: str(clean_text(request.args.get(name, "")))[:100] for name in ("q", "group", "show")}
    keys = [(getattr(table.model, name), "asc") for name in table.order]
    page = keyset(db.session, _listed(table, chosen), keys, cursor=request.args.get("cursor"), size=50)
    return render_template(
        "reference/row_list.html",
        table=table,
        page=page,
        planned=days_planned(table, page.items),
        chosen=chosen,
        groups=_groups(table),
        locale=locale_code(),
    )


def _listed(table: EditTable, chosen: dict[str, str]) -> Select[Any]:
    model = table.model
    statement = select(model)
    for word in folded(chosen["q"]).split() if table.search else ():
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        columns = (getattr(model, name) for name in table.search)
        statement = statement.where(or_(*(column.like(f"%{escaped}%", escape="\\") for column in columns)))
    if table.group and chosen["group"]:
        statement = statement.where(getattr(model, table.group) == chosen["group"])
    if chosen["show"] == "planned" and table.can_retire:
        statement = statement.where(is_planned(table))
    elif chosen["show"] == "edited":
        statement = statement.where(model.edited_at.is_not(None))
    elif table.can_retire:
        is_retired = model.retired_on.is_not(None)
        statement = statement.where(is_retired if chosen["show"] == "retired" else ~is_retired)
    return statement


def _groups(table: EditTable) -> list[tuple[str, str]]:
    if table.group is None:
        return []
    column, locale = getattr(table.model, table.group), locale_code()
    codes = db.session.execute(select(column).distinct().limit(MOST_GROUPS)).scalars()
    return sorted(((code, str(table.group_words(code, locale))) for code in codes), key=lambda pair: folded(pair[1]))


# --- a new row ---------------------------------------------------------------------------------------------


@bp.route("/administration/reference-data/<code:table_code>/new", methods=["GET", "POST"])
@permitted(PERMISSION)
def row_new(table_code: str) -> str | Response:
    table = table_called(table_code)
    if not table.can_add:
        return redirect(url_for("reference.row_list", table_code=table.code), 303)
    actor, now = current_actor(), utcnow()
    if request.method == "POST":
        write_transaction()
    form = form_for(table, locale_code())
    if request.method == "GET":
        return _new_page(table, form, 200)

    def work() -> str:
        values = values_in(table, form)
        row = editing.add_row(table, values, actor=actor, now=now, today=local_day(now))
        return table.address_of(row)

    status, address = attempt_for(form, work)
    if status != STORED:
        return _new_page(table, form, status)
    flash(_("Added. It can be chosen from now on."), "success")
    return redirect(url_for("reference.row_edit", table_code=table.code, key=address), 303)


def _new_page(table: EditTable, form: Any, status: int) -> Response:
    return make_response(render_template("reference/row_new.html", table=table, form=form), status)


# --- a row -------------------------------------------------------------------------------------------------


@bp.route("/administration/reference-data/<code:table_code>/rows/<path:key>", methods=["GET", "POST"])
@permitted(PERMISSION)
def row_edit(table_code: str, key: str) -> str | Response:
    table = table_called(table_code)
    if request.method == "POST":
        write_transaction()
    row = get_row(table, key, lock=request.method == "POST")
    action = request.form.get("action", "")
    plan = plan_of(table, row)
    form = form_for(table, locale_code(), row, is_sent=action == "save")
    today = local_day(utcnow())
    retiring_days = retiring_form(plan.on if plan is not None else today, is_sent=action == "retire")
    if request.method == "GET":
        return _row_page(table, form, retiring_days, key, 200)
    sent = {"save": form, "retire": retiring_days}.get(action) or _NoForm(form)
    status = attempt(sent, lambda: _act(action, table, row, sent))
    if status != STORED:
        return _row_page(table, form, retiring_days, key, status)
    flash(_done(action, retiring_days.retires_on.data, today), "success")
    return redirect(url_for("reference.row_edit", table_code=table.code, key=key), 303)


def _done(action: str, day: date, today: date) -> str:
    """What is said after an action."""
    if action == "retire" and day > today:
        return _("It retires on %(day)s. Until then it works as before.", day=date_words(day))
    said = {
        "save": _("Saved. A reload of the files leaves this row alone."),
        "retire": _("Retired. It can no longer be chosen."),
        "keep": _("It does not retire. It can be chosen as before."),
        "reinstate": _("It can be chosen again."),
    }
    return said.get(action, _("Taken over from the file."))


class _NoForm:
    """An action whose button is all there is: nothing typed to validate, refusals stand on the page's form."""

    def __init__(self, form: Any) -> None:
        self._fields, self._form = form._fields, form

    def validate(self) -> bool:
        return True

    @property
    def form_errors(self) -> Any:
        return self._form.form_errors

    @form_errors.setter
    def form_errors(self, errors: Any) -> None:
        self._form.form_errors = errors


def _act(action: str, table: EditTable, row: Any, form: Any) -> None:
    actor, now = current_actor(), utcnow()
    today = local_day(now)
    editing.check_seen(table, row, request.form.get("version"))
    if action == "save":
        editing.edit_row(table, row, values_in(table, form), actor=actor, now=now, today=today)
    elif action == "retire":
        retiring.retire_row(table, row, on=form.retires_on.data, actor=actor, now=now, today=today)
    elif action == "keep":
        retiring.take_plan_back(table, row, actor=actor, now=now)
    elif action == "reinstate":
        retiring.reinstate_row(table, row, actor=actor, now=now)
    elif action == "follow":
        editing.take_row(table, row, actor=actor, now=now)
    elif action.startswith("take:"):
        editing.take_field(table, row, action.removeprefix("take:"), actor=actor, now=now)
    else:
        message = _("This action does not exist here.")
        raise BadInput([Problem("unknown_action", message, "action")], message)


def _row_page(table: EditTable, form: Any, retiring_days: Any, key: str, status: int) -> Response:
    row, locale, today = get_row(table, key), locale_code(), local_day(utcnow())
    retired_on = row.retired_on if table.can_retire else None
    said = editing.file_row(table, row)
    fields = {each.name: each for each in table.fields}
    differing = [
        {
            "name": each.name,
            "label": fields[each.name].label,
            "here": _words(fields[each.name], each.here),
            "there": _words(fields[each.name], each.there),
        }
        for each in editing.differences(table, row, said)
    ]
    page = render_template(
        "reference/row_edit.html",
        table=table,
        row=row,
        form=form,
        retiring=retiring_days,
        wrong=retiring_days if retiring_days.errors or retiring_days.form_errors else form,
        title=table.title(row, locale),
        sub=table.sub(row, locale),
        version=editing.version_of(table, row),
        said=said,
        differing=differing,
        fixed=[(str(each.label), _words(each, getattr(row, each.name))) for each in table.fields if each.fixed],
        retired_on=retired_on,
        planned=plan_of(table, row) if retired_on is None else None,
        first_day=today,
        last_day=retiring.latest_day(today),
        history=_history(table, row),
    )
    return make_response(page, status)


def _history(table: EditTable, row: Any) -> list[Moment]:
    subject = editing.subject_of(table, row)
    statement = (
        select(Event, Person.name)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(Event.subject_type == subject.__tablename__, Event.subject_id == subject.id)
        .order_by(Event.id.desc())
        .limit(HISTORY)
    )
    found = [(entry, name or _("The service")) for entry, name in db.session.execute(statement)]
    planners = _names({entry.data["planned_by"] for entry, _name in found if entry.data.get("planned_by")})
    fields = {each.name: each for each in (*table.fields, RETIRES_ON)}
    return [
        Moment(
            entry.kind,
            _said(entry),
            entry.at,
            name,
            planners.get(entry.data.get("planned_by", "")),
            [
                Change(str(fields[field].label), _words(fields[field], before), _words(fields[field], after))
                for field, (before, after) in entry.data.get("changes", {}).items()
                if field in fields and entry.kind not in DATED
            ],
        )
        for entry, name in found
    ]


def _names(person_ids: set[str]) -> dict[str, str]:
    if not person_ids:
        return {}
    statement = select(Person.id, Person.name).where(Person.id.in_(person_ids))
    return {found.id: found.name for found in db.session.execute(statement)}


def _said(entry: Event) -> str:
    """What happened; when a row retires or was to retire with the day."""
    if entry.kind == "reference.retired":
        return _("Retired since %(day)s", day=date_words(date.fromisoformat(entry.data["changes"]["retired_on"][1])))
    if entry.kind not in DATED:
        return str(SAID.get(entry.kind, entry.kind))
    before, after = (date_words(date.fromisoformat(day)) if day else "" for day in entry.data["changes"]["retires_on"])
    if not after:
        return _("Does not retire on %(day)s any more", day=before)
    if before:
        return _("Retires on %(day)s, no longer on %(before)s", day=after, before=before)
    return _("Retires on %(day)s", day=after)


def _words(field: EditField, value: Any) -> str:
    """A value as people read it."""
    if value is None or value == "" or value == []:
        return _("empty")
    if field.kind == Kind.YES_NO:
        return _("yes") if value else _("no")
    if field.kind == Kind.DATE:
        return date_words(value if isinstance(value, date) else date.fromisoformat(value))
    if field.kind == Kind.CODES:
        return ", ".join(value)
    if field.kind == Kind.CHOICE and field.choices is not None:
        return str(dict(field.choices(locale_code())).get(value, value))
    return str(value)
