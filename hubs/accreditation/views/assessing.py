"""Assessing: the overview of one's own assessment, one criterion at a time, and moderation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.assessment import done_by, next_open
from hubs.accreditation.forms.assessing import NoteForm, ScoreForm, WhyForm, entry_form, ground_choices, level_choices
from hubs.accreditation.models import Proposal
from hubs.accreditation.operations.acting import act_on_proposal
from hubs.accreditation.operations.assessing import finish_part, save_check, save_score, write_note
from hubs.accreditation.operations.entering import NOT_ASSIGNED
from hubs.accreditation.operations.moderating import moderate
from hubs.accreditation.pages.assessing import Item, Work, known_about, pairs_of, state_of, work_of
from hubs.accreditation.queries.assessments import (
    answered_in,
    asked_of,
    hearings_of,
    notes_visible_to,
    own_part,
)
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.results import check_not_blind
from hubs.accreditation.words import KIND_WORDS, PROPOSAL_TONES, PROPOSAL_WORDS
from hubs.accreditation.words import assessing as words
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, NotFound, NotPermitted
from hubs.core.forms import Form
from hubs.core.perform import check_version, open_actions
from hubs.core.views import STORED, attempt
from hubs.extensions import write_transaction
from hubs.guideline.criteria import Answer
from hubs.guideline.words import RULE_WORDS, weight_words

from . import bp

LIFECYCLE = ("start_assessment", "conclude", "reassess")


def opened(reference: str) -> Proposal:
    """A proposal whose assessment may be read. Raises NotFound, and NotPermitted for who is scoring it again, blind."""
    actor = current_actor()
    proposal = get_visible_proposal(actor, reference)
    check_not_blind(actor, proposal)
    return proposal


# --- overview ----------------------------------------------------------------------------------------------------


@bp.get("/proposals/<vref:reference>/assess")
@permitted(P.ASSESSMENT_READ)
def assess_show(reference: str) -> Any:
    return _overview(opened(reference), WhyForm(), NoteForm(), 200)


@bp.post("/proposals/<vref:reference>/assess")
@permitted(P.ASSESSMENT_READ)
def assess_act(reference: str) -> Any:
    """Start, finish one's part, conclude, open again, or add a note."""
    actor, now, action = current_actor(), utcnow(), request.form.get("action", "")
    why, note = WhyForm(), NoteForm()
    write_transaction()
    proposal = get_visible_proposal(actor, reference, lock=True)
    form: Form = note if action == "note" else why

    def work() -> None:
        check_version(proposal, request.form.get("version", type=int) if action in LIFECYCLE else None)
        _act(proposal, action, why, note, actor, now)

    status = attempt(form, work)
    if status != STORED:
        return _overview(opened(reference), why, note, status)
    flash(words.ACTIONS_DONE[action], "success")
    return redirect(url_for("accreditation.assess_show", reference=reference), code=303)


def _act(proposal: Proposal, action: str, why: WhyForm, note: NoteForm, actor: Actor, now: datetime) -> None:
    if action == "finish":
        finish_part(proposal, actor=actor, now=now)
    elif action == "note":
        write_note(proposal, text=note.text.data or "", actor=actor, now=now)
    elif action in LIFECYCLE:
        act_on_proposal(proposal, action, actor=actor, now=now, data={"note": why.note.data or ""})
    else:
        raise BadInput(message=words.UNKNOWN_ACTION)


def _overview(proposal: Proposal, form: WhyForm, note: NoteForm, status: int) -> Any:
    actor, now = current_actor(), utcnow()
    work = work_of(proposal, actor, now)
    rendered = render_template(
        "accreditation/assess_show.html",
        proposal=proposal,
        work=work,
        form=form,
        note_form=note,
        state=state_of(proposal, work.part, work.all_open) if work.part else "",
        pairs=pairs_of(work, proposal.guideline_version.moderation_distance),
        actions={row.name: row.label for row in open_actions(proposal, actor)},
        hearings=hearings_of(proposal),
        notes=notes_visible_to(actor, proposal),
        may_coordinate=actor.can(P.PROPOSAL_COORDINATE),
        may_note=actor.can(P.PROPOSAL_COORDINATE) or actor.can(P.DECISION_DRAFT),
        words=words,
        state_words=PROPOSAL_WORDS,
        state_tones=PROPOSAL_TONES,
        kind_words=KIND_WORDS,
    )
    return rendered, status


# --- one criterion -----------------------------------------------------------------------------------------------


@bp.route("/proposals/<vref:reference>/assess/<criterion_code>", methods=["GET", "POST"])
@permitted(P.ASSESSMENT_SCORE)
def assess_criterion(reference: str, criterion_code: str) -> Any:
    """Evidence left, score or check right; after storing on to the next criterion without an answer."""
    actor, now, posted = current_actor(), utcnow(), request.method == "POST"
    if posted:
        write_transaction()
    proposal = get_visible_proposal(actor, reference, lock=posted)
    if not actor.can(P.ASSESSMENT_SCORE, proposal):
        raise NotPermitted(message=NOT_ASSIGNED)
    if criterion_code not in {item.code for item in asked_of(proposal)}:
        raise NotFound()
    if posted and request.form.get("action") == "skip":
        return redirect(_next_address(proposal, actor, criterion_code), code=303)
    work = work_of(proposal, actor, now, criterion_code)
    item = work.item(criterion_code)
    form = entry_form(item.worded, **_stored(item))
    status = 200
    if posted:
        status = attempt(form, lambda: _save(proposal, item, form, actor, now))
        if status == STORED:
            done = words.ACTIONS_DONE["score" if item.criterion.answer == Answer.SCALE else "check"]
            flash(str(done) % {"code": criterion_code}, "success")
            return redirect(_next_address(get_visible_proposal(actor, reference), actor, criterion_code), code=303)
        proposal = get_visible_proposal(actor, reference)
        work = work_of(proposal, actor, now, criterion_code)
    return _criterion_page(proposal, work, work.item(criterion_code), form), status


def _stored(item: Item) -> dict[str, Any]:
    """What is stored, as the form shows it."""
    if item.score is not None:
        return {"level": str(item.score.level), "ground": item.score.ground, "reason": item.score.reason}
    check = item.check
    if check is None:
        return {}
    answer = None if check.answer is None else "yes" if check.answer else "no"
    value = format(check.value.normalize(), "f") if check.value is not None else None
    return {
        "value": value,
        "answer": answer,
        "departs": check.departs,
        "ground": check.ground,
        "reason": check.reason or "",
    }


def _save(proposal: Proposal, item: Item, form: Any, actor: Actor, now: datetime) -> None:
    save = save_score if item.criterion.answer == Answer.SCALE else save_check
    version = request.form.get("version", type=int)
    save(proposal, item.code, form.entry(), version=version, actor=actor, now=now)


def _next_address(proposal: Proposal, actor: Actor, code: str) -> str:
    """The next criterion without an answer, or the overview when there is none."""
    following = next_open(asked_of(proposal), _done(proposal, actor), code)
    if following is None:
        return url_for("accreditation.assess_show", reference=proposal.reference)
    return url_for(
        "accreditation.assess_criterion",
        reference=proposal.reference,
        criterion_code=following.code,
        _anchor="criterion",
    )


def _done(proposal: Proposal, actor: Actor) -> frozenset[str]:
    return done_by(actor.person_id, asked_of(proposal), answered_in(proposal))


def _criterion_page(proposal: Proposal, work: Work, item: Item, form: Any) -> str:
    row = item.score if item.criterion.answer == Answer.SCALE else item.check
    part = own_part(current_actor(), proposal)
    scale = item.criterion.answer == Answer.SCALE
    return render_template(
        "accreditation/assess_criterion.html",
        proposal=proposal,
        work=work,
        item=item,
        known=known_about(proposal, item.criterion),
        form=form,
        version=row.version_id if row is not None else 0,
        may_enter=proposal.state == "in_assessment"
        and not (scale and part is not None and part.finished_at is not None),
        rule_words=RULE_WORDS,
        weight=weight_words(item.criterion),
        words=words,
        kind_words=KIND_WORDS,
    )


# --- moderation --------------------------------------------------------------------------------------------------


@bp.get("/proposals/<vref:reference>/moderation")
@permitted(P.ASSESSMENT_READ)
def moderation_show(reference: str) -> Any:
    return _moderation(opened(reference), None, 200)


@bp.post("/proposals/<vref:reference>/moderation")
@permitted(P.ASSESSMENT_SCORE)
def moderation_save(reference: str) -> Any:
    actor, now, code = current_actor(), utcnow(), request.form.get("criterion", "")[:12]
    write_transaction()
    proposal = get_visible_proposal(actor, reference, lock=True)
    if not actor.can(P.ASSESSMENT_SCORE, proposal):
        raise NotPermitted(message=NOT_ASSIGNED)
    form = ScoreForm()
    version = request.form.get("version", type=int)

    def work() -> None:
        moderate(proposal, code, form.entry(), version=version, actor=actor, now=now)

    form.ground.choices, form.level.choices = ground_choices(), [(str(level), str(level)) for level in range(5)]
    status = attempt(form, work)
    if status != STORED:
        return _moderation(get_visible_proposal(actor, reference), (code, form), status)
    flash(str(words.ACTIONS_DONE["moderate"]) % {"code": code}, "success")
    return redirect(url_for("accreditation.moderation_show", reference=reference), code=303)


def _moderation(proposal: Proposal, typed: tuple[str, ScoreForm] | None, status: int) -> Any:
    actor = current_actor()
    work = work_of(proposal, actor, utcnow())
    pairs = pairs_of(work, proposal.guideline_version.moderation_distance)
    forms: dict[str, ScoreForm] = {}
    for pair in pairs:
        row = pair.moderation
        data = {"level": str(row.level), "ground": row.ground, "reason": row.reason} if row is not None else {}
        form = typed[1] if typed and typed[0] == pair.item.code else ScoreForm(formdata=None, data=data)
        form.level.choices, form.ground.choices = level_choices(pair.item.worded), ground_choices()
        forms[pair.item.code] = form
    rendered = render_template(
        "accreditation/moderation_show.html",
        proposal=proposal,
        work=work,
        pairs=pairs,
        forms=forms,
        stray=typed[1] if typed and typed[0] not in forms else None,
        tried=typed[0] if typed else "",
        may_moderate=actor.can(P.ASSESSMENT_SCORE, proposal) and proposal.state == "in_assessment",
        words=words,
        kind_words=KIND_WORDS,
    )
    return rendered, status
