"""A mission itself: the list, its page, drafting and changing it, and the steps of its life."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.models import Office
from hubs.accounts.permissions import P
from hubs.core.calendars import zone
from hubs.core.clock import utcnow
from hubs.core.errors import NotPermitted
from hubs.core.pagination import keyset
from hubs.core.perform import check_permitted, check_version, open_actions
from hubs.core.templating import locale_code
from hubs.core.types import folded
from hubs.core.views import STORED, attempt, attempt_for
from hubs.extensions import db, write_transaction
from hubs.missions.forms import AnswerForm, AskForm, MissionForm, mission_values, seen
from hubs.missions.lifecycle import phase_of
from hubs.missions.models import Mission
from hubs.missions.operations import act_on_mission, create_mission, edit_mission
from hubs.missions.queries import (
    get_own_mission,
    get_visible_mission,
    missions_visible_to,
    numbers_of,
    offices_to_ask,
    sees_ask,
)
from hubs.missions.views import bp
from hubs.missions.words import ASK_WORDS, PHASE_WORDS, dates_words
from hubs.reference.labels import label_choices
from hubs.referrals.forms.choices import sector_choices

Answer = str | Response | tuple[str, int]
PAGE_SIZE = 25


@bp.get("/missions")
@permitted(P.MISSION_READ)
def mission_list() -> str:
    actor, now = current_actor(), utcnow()
    statement = missions_visible_to(actor).options(
        selectinload(Mission.markets), joinedload(Mission.organisation), joinedload(Mission.office)
    )
    page = keyset(db.session(), statement, [(Mission.id, "desc")], cursor=request.args.get("cursor"), size=PAGE_SIZE)
    numbers = numbers_of([each for each in page.items if each.organisation_id == actor.organisation_id])
    return render_template(
        "missions/mission_list.html",
        missions=[(each, phase(each, now), numbers.get(each.id, (0, 0))) for each in page.items],
        phase_words=PHASE_WORDS,
        dates_words=dates_words,
        locale=locale_code(),
        may_edit=actor.can(P.MISSION_EDIT),
        own_id=actor.organisation_id,
        next_url=url_for("missions.mission_list", cursor=page.next_cursor) if page.next_cursor else None,
        first_url=url_for("missions.mission_list") if request.args.get("cursor") else None,
    )


def phase(mission: Mission, now: datetime) -> str:
    """The phase on the day it is at the office that organises it."""
    today: date = now.astimezone(zone(mission.office.timezone)).date()
    return str(phase_of(mission.state, mission.starts_on, mission.ends_on, today))


@bp.get("/missions/<id:mission_id>")
@permitted(P.MISSION_READ)
def mission_show(mission_id: str) -> str:
    actor = current_actor()
    return show(get_visible_mission(actor, mission_id), actor)


def show(
    mission: Mission, actor: Actor, *, ask_form: AskForm | None = None, answer_form: AnswerForm | None = None,
    form: Any = None,
) -> str:  # fmt: skip
    """The page of a mission, with what was typed on it when it was refused."""
    now, locale = utcnow(), locale_code()
    is_own = mission.organisation_id == actor.organisation_id
    ask_form = ask_form or AskForm(formdata=None)
    if is_own:
        offices = db.session.execute(offices_to_ask(mission)).scalars()
        ask_form.offer((each.id, _office_name(each, locale)) for each in offices)
    current = phase(mission, now)
    listed = [each for each in mission.hubs if sees_ask(each, mission, actor)]
    return render_template(
        "missions/mission_show.html",
        mission=mission,
        name=mission.name(locale),
        phase=current,
        phase_words=PHASE_WORDS,
        ask_words=ASK_WORDS,
        dates=dates_words(mission.starts_on, mission.ends_on),
        is_own=is_own,
        numbers=numbers_of([mission]).get(mission.id, (0, 0)),
        actions=open_actions(mission, actor) if is_own else [],
        asks=[(each, _office_name(each.office, locale), open_actions(each, actor)) for each in listed],
        ask_form=ask_form,
        answer_form=answer_form or AnswerForm(formdata=None),
        form=form,
        organiser=mission.organisation.name(locale),
    )


def _office_name(office: Office, locale: str) -> str:
    name = office.organisation.name(locale)
    return _("%(name)s, %(city)s", name=name, city=office.city) if office.city else name


@bp.post("/missions/<id:mission_id>")
@permitted(P.MISSION_EDIT)
def mission_act(mission_id: str) -> Answer:
    actor, now = current_actor(), utcnow()
    form, action = MissionForm(), request.form.get("action", "")

    def work() -> None:
        write_transaction()
        mission = get_visible_mission(actor, mission_id, lock=True)
        check_permitted(mission, action, actor)
        check_version(mission, seen(request.form.get("version")))
        act_on_mission(mission, action, actor=actor, now=now)

    status = attempt(form, work)
    if status != STORED:
        return show(get_visible_mission(actor, mission_id), actor, form=form), status
    words = {
        "announce": _("The mission is announced. Hubs that you ask can see it."),
        "finish": _("The mission is done."),
        "resume": _("The mission is open again."),
        "cancel": _("The mission is cancelled."),
    }
    flash(words[action], "success")
    return redirect(url_for("missions.mission_show", mission_id=mission_id), code=303)


@bp.route("/missions/new", methods=["GET", "POST"])
@permitted(P.MISSION_EDIT)
def mission_new() -> Answer:
    actor, now = current_actor(), utcnow()
    form = MissionForm()
    _offer(form)
    if request.method == "POST":

        def work() -> str:
            write_transaction()
            return create_mission(form.values(), office=_own_office(actor), actor=actor, now=now).id

        status, made = attempt_for(form, work)
        if status == STORED:
            flash(_("The mission is saved as a draft. Only your own desk sees it."), "success")
            return redirect(url_for("missions.mission_show", mission_id=made), code=303)
        return render_template("missions/mission_edit.html", form=form, mission=None), status
    return render_template("missions/mission_edit.html", form=form, mission=None)


@bp.route("/missions/<id:mission_id>/edit", methods=["GET", "POST"])
@permitted(P.MISSION_EDIT)
def mission_edit(mission_id: str) -> Answer:
    actor, now = current_actor(), utcnow()
    mission = get_own_mission(actor, mission_id)
    form = MissionForm(data=mission_values(mission))
    _offer(form)
    if request.method == "POST":

        def work() -> None:
            write_transaction()
            locked = get_own_mission(actor, mission_id, lock=True)
            check_version(locked, seen(request.form.get("version")))
            edit_mission(locked, form.values(), actor=actor, now=now)

        status = attempt(form, work)
        if status == STORED:
            flash(_("The mission is changed."), "success")
            return redirect(url_for("missions.mission_show", mission_id=mission_id), code=303)
        mission = get_own_mission(actor, mission_id)
        return render_template("missions/mission_edit.html", form=form, mission=mission), status
    return render_template("missions/mission_edit.html", form=form, mission=mission)


def _offer(form: MissionForm) -> None:
    markets = sorted(label_choices("market"), key=lambda item: folded(item[1]))
    form.offer(markets, label_choices("theme"), sector_choices(locale_code()))


def _own_office(actor: Actor) -> Office:
    statement = select(Office).where(Office.organisation_id == actor.organisation_id, Office.closed_on.is_(None))
    if actor.office_id:
        statement = statement.where(Office.id == actor.office_id)
    office = db.session.execute(statement.order_by(Office.position, Office.id).limit(1)).scalar_one_or_none()
    if office is None:
        raise NotPermitted(message=_("Your organisation has no office that can organise this."))
    return office
