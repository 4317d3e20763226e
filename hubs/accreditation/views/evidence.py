"""Documents of a file: the list, adding one, taking one out before it was handed in, and downloading."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.forms.proposals import EvidenceForm
from hubs.accreditation.lifecycle import OPEN_STATES
from hubs.accreditation.models import Proposal
from hubs.accreditation.operations.evidence import add_evidence, is_late, remove_evidence
from hubs.accreditation.operations.proposals import NOT_YOURS
from hubs.accreditation.pages.proposals import criterion_rows, documents_shown
from hubs.accreditation.queries.files import file_seen_by, get_visible_evidence, sections_of
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.words import proposals as words
from hubs.core.clock import utcnow
from hubs.core.errors import BadInput, NotPermitted, Problem, RuleViolation
from hubs.core.forms import put_problems
from hubs.core.uploads import ACCEPT, MEGABYTE, Received, accepts_upload, file_limit, receive, sent
from hubs.core.views import STORED, attempt_for
from hubs.extensions import db, write_transaction

from . import bp


@bp.get("/proposals/<vref:reference>/evidence")
@permitted(P.PROPOSAL_READ)
def evidence_list(reference: str) -> Any:
    actor = current_actor()
    proposal = get_visible_proposal(actor, reference)
    form = EvidenceForm(formdata=None, data={"criterion": request.args.get("criterion", "")[:12]})
    return _page(proposal, form, actor, 200)


@bp.post("/proposals/<vref:reference>/evidence")
@accepts_upload
@permitted(P.PROPOSAL_WRITE)
def evidence_add(reference: str) -> Any:
    """The file is checked, scanned and laid down before the transaction begins."""
    actor, now = current_actor(), utcnow()
    proposal = get_visible_proposal(actor, reference)
    if not actor.can(P.PROPOSAL_WRITE, proposal):
        raise NotPermitted(message=NOT_YOURS)
    form = EvidenceForm()
    form.offer_choices(_criteria(proposal))
    received, status = _received(form)
    if received is not None:
        write_transaction()
        proposal = get_visible_proposal(actor, reference, lock=True)
        content = {name: form[name].data or None for name in ("title", "criterion", "document_on")}
        status, late = attempt_for(
            form, lambda: add_evidence(proposal, received, **content, actor=actor, now=now).is_late
        )
        if status == STORED:
            flash(words.DOCUMENT_LATE if late else words.DOCUMENT_ADDED, "success")
            return redirect(url_for("accreditation.evidence_list", reference=reference), code=303)
    return _page(get_visible_proposal(actor, reference), form, actor, status)


def _received(form: EvidenceForm) -> tuple[Received | None, int]:
    """The file when it and the form are right; every problem at once beside its field."""
    is_valid = form.validate()
    uploaded = request.files.get("file")
    try:
        if uploaded is None or not uploaded.filename:
            raise RuleViolation("required", words.CHOOSE_FILE, "file")
        received = receive(uploaded.stream, uploaded.filename)
    except RuleViolation as refusal:
        put_problems(form, refusal)
        return None, 422
    return (received, 200) if is_valid else (None, 422)


@bp.get("/proposals/<vref:reference>/evidence/<id:evidence_id>")
@permitted(P.PROPOSAL_READ)
def evidence_show(reference: str, evidence_id: str) -> Response:
    actor = current_actor()
    return sent(get_visible_evidence(actor, get_visible_proposal(actor, reference), evidence_id).file)


@bp.post("/proposals/<vref:reference>/evidence/<id:evidence_id>")
@permitted(P.PROPOSAL_WRITE)
def evidence_act(reference: str, evidence_id: str) -> Any:
    actor, now = current_actor(), utcnow()
    write_transaction()
    proposal = get_visible_proposal(actor, reference, lock=True)
    get_visible_evidence(actor, proposal, evidence_id)
    if not actor.can(P.PROPOSAL_WRITE, proposal):
        raise NotPermitted(message=NOT_YOURS)
    if request.form.get("action") != "remove":
        raise BadInput([Problem("unknown_action", words.NO_SUCH_ACTION, "action")], words.NO_SUCH_ACTION)
    remove_evidence(proposal, evidence_id, actor=actor, now=now)
    db.session.commit()
    flash(words.DOCUMENT_REMOVED, "success")
    return redirect(url_for("accreditation.evidence_list", reference=reference), code=303)


def _criteria(proposal: Proposal) -> list[tuple[str, str]]:
    """What a document can be for: the criteria that are asked here."""
    rows = criterion_rows(proposal)
    codes = dict.fromkeys(item.criterion for section in sections_of(proposal) for item in section.fields)
    return [(code, words.field_label("", code, rows)) for code in codes if code in rows]


def _page(proposal: Proposal, form: EvidenceForm, actor: Actor, status: int) -> Any:
    form.offer_choices(_criteria(proposal))
    seen = file_seen_by(actor, proposal)
    rendered = render_template(
        "accreditation/evidence_list.html",
        proposal=proposal,
        form=form,
        documents=documents_shown(proposal, seen.evidence, criterion_rows(proposal)),
        may_add=actor.can(P.PROPOSAL_WRITE, proposal) and proposal.state in OPEN_STATES,
        may_remove=actor.can(P.PROPOSAL_WRITE, proposal) and proposal.submitted_at is None,
        will_be_late=is_late(proposal),
        accept=ACCEPT,
        megabytes=file_limit() // MEGABYTE,
        words=words,
    )
    return rendered, status
