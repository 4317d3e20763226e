"""What comes after a mission: for each participant the question, the next step, who and when; and all of it as CSV."""

from __future__ import annotations

from io import BytesIO

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, send_file, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.core.clock import local_day, utcnow
from hubs.core.errors import NotFound, RuleViolation
from hubs.core.templating import locale_code
from hubs.core.views import STORED, attempt
from hubs.extensions import db, write_transaction
from hubs.missions.forms import StepForm, TickForm
from hubs.missions.models import Mission, Participant
from hubs.missions.operations import add_step, tick_step
from hubs.missions.queries import get_own_mission, get_participant, get_step, participants_of, with_steps
from hubs.missions.sheets import as_csv
from hubs.missions.views import bp
from hubs.missions.views.missions import Answer
from hubs.referrals.pages.words import REQUEST_BADGES
from hubs.referrals.queries import colleagues_of


@bp.get("/missions/<id:mission_id>/follow-up")
@permitted(P.MISSION_EDIT)
def follow_up(mission_id: str) -> str:
    actor = current_actor()
    return _show(get_own_mission(actor, mission_id), actor, StepForm(formdata=None))


@bp.post("/missions/<id:mission_id>/follow-up")
@permitted(P.MISSION_EDIT)
def step_add(mission_id: str) -> Answer:
    actor, now = current_actor(), utcnow()
    get_own_mission(actor, mission_id)
    form = StepForm()
    form.offer(())

    def work() -> None:
        write_transaction()
        mission = get_own_mission(actor, mission_id, lock=True)
        try:
            participant = get_participant(mission, form.participant.data or "")
        except NotFound as error:
            raise RuleViolation("unknown_participant", _("Choose a participant.")) from error
        add_step(
            participant, form.text.data, person_id=form.person.data or None, due_on=form.due_on.data, actor=actor,
            now=now,
        )  # fmt: skip

    status = attempt(form, work)
    if status != STORED:
        return _show(get_own_mission(actor, mission_id), actor, form), status
    flash(_("The step is added."), "success")
    return redirect(url_for("missions.follow_up", mission_id=mission_id), code=303)


@bp.post("/missions/<id:mission_id>/follow-up/<id:step_id>")
@permitted(P.MISSION_EDIT)
def step_tick(mission_id: str, step_id: str) -> Answer:
    actor, now = current_actor(), utcnow()
    form = TickForm()

    def work() -> None:
        write_transaction()
        mission = get_own_mission(actor, mission_id, lock=True)
        tick_step(get_step(mission, step_id), done=bool(form.done.data), actor=actor, now=now)

    status = attempt(form, work)
    if status != STORED:
        return _show(get_own_mission(actor, mission_id), actor, StepForm(formdata=None)), status
    flash(_("Ticked off.") if form.done.data else _("The step is open again."), "success")
    return redirect(url_for("missions.follow_up", mission_id=mission_id), code=303)


def _participants(mission: Mission) -> list[Participant]:
    return list(db.session.execute(with_steps(participants_of(mission))).scalars())


def _show(mission: Mission, actor: Actor, form: StepForm) -> str:
    form.offer((each.id, each.name) for each in db.session.execute(colleagues_of(actor)).scalars())
    participants = _participants(mission)
    open_steps = [step for each in participants for step in each.follow_ups if step.done_at is None]
    return render_template(
        "missions/follow_up.html",
        mission=mission,
        name=mission.name(locale_code()),
        participants=participants,
        badges=REQUEST_BADGES,
        form=form,
        today=local_day(utcnow()),
        open_steps=len(open_steps),
    )


@bp.get("/missions/<id:mission_id>/follow-up.csv")
@permitted(P.MISSION_EDIT)
def follow_up_csv(mission_id: str) -> FlaskResponse:
    """The list as a sheet; nothing in it is taken for a formula."""
    mission = get_own_mission(current_actor(), mission_id)
    head = [
        _("Company"), _("Contact person"), _("E-mail"), _("Phone"), _("Question"), _("State"), _("Step"), _("By whom"),
        _("Before"), _("Done"),
    ]  # fmt: skip
    rows = [row for each in _participants(mission) for row in _lines(each)]
    return send_file(
        BytesIO(as_csv(head, rows)), mimetype="text/csv", as_attachment=True, download_name=_("follow-up.csv")
    )


def _lines(participant: Participant) -> list[list[object]]:
    person, asked = participant.contact_person, participant.support_request
    first: list[object] = [
        participant.company_name, person.name if person else "", person.email if person else "",
        person.phone if person else "", asked.reference if asked else "",
        REQUEST_BADGES[asked.state][0] if asked else _("No question yet"),
    ]  # fmt: skip
    steps: list[list[object]] = [
        [
            step.text,
            step.person.name if step.person else "",
            step.due_on or "",
            step.done_at.date() if step.done_at else "",
        ]
        for step in participant.follow_ups
    ]
    return [[*first, *step] for step in steps or [["", "", "", ""]]]
