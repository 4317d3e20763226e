"""Coordinating: who assesses and who advises, asking to complete the file, hearing the chamber, declared interests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.forms.assessing import AskAdviceForm, AssignForm, HeldForm, InviteForm, SendBackForm
from hubs.accreditation.models import Proposal
from hubs.accreditation.operations.acting import act_on_proposal
from hubs.accreditation.operations.advising import USUAL_DAYS, ask_advice
from hubs.accreditation.operations.assigning import ASSIGNABLE, assign_assessor, usual_due_on
from hubs.accreditation.operations.hearing import (
    OPEN_FOR_HEARING,
    Held,
    invite_hearing,
    record_hearing,
    waive_hearing,
)
from hubs.accreditation.operations.terms import equated_days
from hubs.accreditation.queries.assessments import (
    OPEN_FOR_ADVICE,
    asked_of,
    departing_facts,
    get_visible_hearing,
    hearings_of,
    posts_to_ask,
    present_assessors,
)
from hubs.accreditation.queries.interests import assessors_in_force, interested_in
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.statutory import amsterdam_day, completion_until
from hubs.accreditation.words import KIND_WORDS, PROPOSAL_TONES, PROPOSAL_WORDS
from hubs.accreditation.words import assessing as words
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, NotFound
from hubs.core.forms import Form
from hubs.core.perform import check_version, open_actions
from hubs.core.templating import locale_code
from hubs.core.types import ID_LENGTH
from hubs.core.views import STORED, attempt
from hubs.extensions import db, write_transaction

from . import bp
from .assessing import opened

ANSWER_DAYS = 14
COORDINATING = ("start_assessment", "send_back")


@bp.get("/proposals/<vref:reference>/coordination")
@permitted(P.PROPOSAL_COORDINATE)
def coordination_show(reference: str) -> Any:
    return _coordination(opened(reference), {}, 200)


@bp.post("/proposals/<vref:reference>/coordination")
@permitted(P.PROPOSAL_COORDINATE)
def coordination_act(reference: str) -> Any:
    """Assign, ask advice, start the assessment, ask to complete the file."""
    actor, now, action = current_actor(), utcnow(), request.form.get("action", "")
    forms = {"assign": AssignForm, "ask_advice": AskAdviceForm}
    form = forms.get(action, SendBackForm)()
    write_transaction()
    proposal = get_visible_proposal(actor, reference, lock=True)

    def work() -> None:
        check_version(proposal, request.form.get("version", type=int) if action in COORDINATING else None)
        _act(proposal, action, form, actor, now)

    status = attempt(form, work)
    if status != STORED:
        return _coordination(opened(reference), {action: form}, status)
    flash(words.ACTIONS_DONE[action], "success")
    return redirect(url_for("accreditation.coordination_show", reference=reference), code=303)


def _act(proposal: Proposal, action: str, form: Any, actor: Actor, now: datetime) -> None:
    if action == "assign":
        person_id = (form.person.data or "")[:ID_LENGTH]
        assign_assessor(
            proposal, person_id=person_id, position=form.place(), due_on=form.due_on.data, actor=actor, now=now
        )
    elif action == "ask_advice":
        ask_advice(proposal, post_ids=form.posts.data or [], due_on=form.due_on.data, actor=actor, now=now)
    elif action in COORDINATING:
        data = {"note": form.note.data or "", "until_on": form.until_on.data}
        act_on_proposal(proposal, action, actor=actor, now=now, data=data)
    else:
        raise BadInput(message=words.UNKNOWN_ACTION)


def _coordination(proposal: Proposal, typed: dict[str, Form], status: int) -> Any:
    actor, now = current_actor(), utcnow()
    today, people = amsterdam_day(now), list(db.session.execute(assessors_in_force()).scalars())
    interested = interested_in(proposal.hub_id)
    rendered = render_template(
        "accreditation/coordination_show.html",
        proposal=proposal,
        places={row.position: row for row in present_assessors(proposal)},
        replaced=[row for row in proposal.assessors if row.ended_at is not None],
        people=[(person.id, person.name) for person in people if person.id not in interested],
        interested=[person.name for person in people if person.id in interested],
        posts=[(post.id, post.name(locale_code())) for post in posts_to_ask(proposal)],
        usual={
            "assign": usual_due_on(proposal, today),
            "ask_advice": today.fromordinal(today.toordinal() + USUAL_DAYS),
            "send_back": completion_until(today, equated=equated_days()).ends_on,
        },
        typed=typed,
        tried=next(iter(typed.values()), None),
        tried_place=request.form.get("position", ""),
        may_assign=proposal.state in ASSIGNABLE,
        may_ask=proposal.state in OPEN_FOR_ADVICE,
        actions={row.name: row.label for row in open_actions(proposal, actor)},
        words=words,
        state_words=PROPOSAL_WORDS,
        state_tones=PROPOSAL_TONES,
        kind_words=KIND_WORDS,
    )
    return rendered, status


# --- hearing -----------------------------------------------------------------------------------------------------


@bp.get("/proposals/<vref:reference>/hearing")
@permitted(P.ASSESSMENT_READ)
def hearing_show(reference: str) -> Any:
    return _hearing(opened(reference), {}, 200)


@bp.post("/proposals/<vref:reference>/hearing")
@permitted(P.PROPOSAL_COORDINATE)
def hearing_act(reference: str) -> Any:
    """Invite the chamber, record what it said, or record that it is not heard."""
    actor, now, action = current_actor(), utcnow(), request.form.get("action", "")
    form: Any = InviteForm() if action == "invite" else HeldForm()
    if action != "invite":
        form.offer_choices()
    write_transaction()
    proposal = get_visible_proposal(actor, reference, lock=True)
    status = attempt(form, lambda: _hear(proposal, action, form, actor, now))
    if status != STORED:
        return _hearing(opened(reference), {action: form}, status)
    flash(words.ACTIONS_DONE[action], "success")
    return redirect(url_for("accreditation.hearing_show", reference=reference), code=303)


def _hear(proposal: Proposal, action: str, form: Any, actor: Actor, now: datetime) -> None:
    if action == "invite":
        subject, answer_by = form.subject.data or "", form.answer_by.data
        invite_hearing(proposal, subject=subject, answer_by=answer_by, actor=actor, now=now)
        return
    held = Held(form.form.data or "", form.held_on.data, form.report.data or "", form.waiver_reason.data or None)
    if action == "waive":
        waive_hearing(proposal, reason=held.waiver_reason, report=held.report, actor=actor, now=now)
    elif action == "record":
        hearing = get_visible_hearing(actor, request.form.get("hearing", "")[:ID_LENGTH], lock=True)
        if hearing.proposal_id != proposal.id:
            raise NotFound()
        version = request.form.get("version", type=int)
        record_hearing(hearing, proposal, held, version=version, actor=actor, now=now)
    else:
        raise BadInput(message=words.UNKNOWN_ACTION)


def _hearing(proposal: Proposal, typed: dict[str, Form], status: int) -> Any:
    actor = current_actor()
    criteria = {item.code: item for item in asked_of(proposal)}
    names = {row.code: row.name(locale_code()) for row in proposal.guideline_version.criteria}
    facts = [
        (row, names[row.criterion_code], words.found_words(criteria[row.criterion_code], row))
        for row in departing_facts(proposal)
        if row.criterion_code in criteria
    ]
    held = typed.get("record") or typed.get("waive") or HeldForm(formdata=None)
    held.offer_choices()
    rendered = render_template(
        "accreditation/hearing_show.html",
        proposal=proposal,
        hearings=hearings_of(proposal),
        facts=facts,
        invite=typed.get("invite") or InviteForm(formdata=None, data=_proposed(facts)),
        held=held,
        tried=next(iter(typed), ""),
        tried_hearing=request.form.get("hearing", ""),
        may_hear=actor.can(P.PROPOSAL_COORDINATE) and proposal.state in OPEN_FOR_HEARING,
        words=words,
        kind_words=KIND_WORDS,
    )
    return rendered, status


def _proposed(facts: list[tuple[Any, str, str]]) -> dict[str, Any]:
    """An invitation to begin with: the facts that depart, and two weeks to answer."""
    lines = [
        _("%(code)s %(name)s: %(found)s", code=row.criterion_code, name=name, found=found) for row, name, found in facts
    ]
    return {"subject": "\n".join(lines), "answer_by": amsterdam_day(utcnow()) + timedelta(days=ANSWER_DAYS)}
