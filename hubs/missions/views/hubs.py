"""Hubs that are asked to have room for a mission, and their answers."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.permissions import P
from hubs.core.clock import utcnow
from hubs.core.errors import NotFound
from hubs.core.perform import check_permitted
from hubs.core.views import STORED, attempt
from hubs.extensions import write_transaction
from hubs.missions.forms import AnswerForm, AskForm
from hubs.missions.operations import answer_ask, ask_hub
from hubs.missions.queries import get_ask, get_own_mission, get_visible_mission, sees_ask
from hubs.missions.views import bp
from hubs.missions.views.missions import Answer, show


@bp.post("/missions/<id:mission_id>/hubs")
@permitted(P.MISSION_EDIT)
def hub_ask(mission_id: str) -> Answer:
    actor, now = current_actor(), utcnow()
    get_own_mission(actor, mission_id)
    form = AskForm()
    form.offer(())

    def work() -> None:
        write_transaction()
        mission = get_own_mission(actor, mission_id, lock=True)
        ask_hub(mission, form.office.data or None, form.weekly_capacity.data, actor=actor, now=now)

    status = attempt(form, work)
    if status != STORED:
        return show(get_own_mission(actor, mission_id), actor, ask_form=form), status
    flash(_("The hub is asked. Its manager gets a mail."), "success")
    return redirect(url_for("missions.mission_show", mission_id=mission_id), code=303)


@bp.post("/missions/<id:mission_id>/hubs/<id:ask_id>")
@permitted(P.MISSION_READ)
def hub_answer(mission_id: str, ask_id: str) -> Answer:
    actor, now = current_actor(), utcnow()
    form, action = AnswerForm(), request.form.get("action", "")

    def work() -> None:
        write_transaction()
        mission = get_visible_mission(actor, mission_id, lock=True)
        ask = get_ask(mission, ask_id)
        if not sees_ask(ask, mission, actor):
            raise NotFound()
        check_permitted(ask, action, actor)
        number = form.weekly_capacity.data
        answer_ask(ask, action, actor=actor, now=now, weekly=number, note=form.note.data)

    status = attempt(form, work)
    if status != STORED:
        return show(get_visible_mission(actor, mission_id), actor, answer_form=form), status
    words = {
        "agree": _("Thank you. For these days the new number holds."),
        "decline": _("Your answer is noted. The post sees it."),
        "ask_again": _("The hub is asked. Its manager gets a mail."),
        "withdraw": _("The hub need not make room any more."),
    }
    flash(words[action], "success")
    return redirect(url_for("missions.mission_show", mission_id=mission_id), code=303)
