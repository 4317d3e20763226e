"""One section of a file: filled in by the chamber, saved as one types; read by everybody else as handed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for

from hubs.accounts.access import current_actor, permitted
from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.forms.sections import fields_shown, typed_in
from hubs.accreditation.models import Proposal
from hubs.accreditation.operations.proposals import (
    EDITABLE,
    row_of,
    save_section,
    section_called,
)
from hubs.accreditation.pages.proposals import criterion_rows
from hubs.accreditation.queries.files import file_seen_by, kept_evidence, known_codes, sections_of
from hubs.accreditation.queries.proposals import get_visible_proposal
from hubs.accreditation.queries.renewals import marks_of
from hubs.accreditation.sections import Gap, Section, read_section, section_gaps
from hubs.accreditation.statutory import amsterdam_day
from hubs.accreditation.words import proposals as words
from hubs.core.clock import utcnow
from hubs.core.errors import Stale, WrongState
from hubs.core.templating import when
from hubs.extensions import db, write_transaction
from hubs.guideline.criteria import ProposalKind

from . import bp


@bp.get("/proposals/<vref:reference>/sections/<code:code>")
@permitted(P.PROPOSAL_READ)
def section_edit(reference: str, code: str) -> Any:
    actor = current_actor()
    proposal = get_visible_proposal(actor, reference)
    section = section_called(proposal, code)
    if not actor.can(P.PROPOSAL_WRITE, proposal) or proposal.state not in EDITABLE:
        return _reading(proposal, section, actor)
    row = row_of(proposal, code)
    return _form(proposal, section, row.content if row else {}, 200, check=request.args.get("check") == "1")


@bp.post("/proposals/<vref:reference>/sections/<code:code>")
@permitted(P.PROPOSAL_WRITE)
def section_save(reference: str, code: str) -> Any:
    actor, now = current_actor(), utcnow()
    write_transaction()
    proposal = get_visible_proposal(actor, reference, lock=True)
    section = section_called(proposal, code)
    typed = typed_in(section, request.form)
    version = request.form.get("version", type=int)
    try:
        saved = save_section(proposal, section, typed, version=version or 0, actor=actor, now=now)
    except WrongState as refusal:
        db.session.rollback()
        return _refused(reference, section, typed, refusal)
    answer = {"version": saved.row.version_id, "saved": when(saved.row.updated_at), "gaps": len(saved.gaps)}
    db.session.commit()
    if _by_script():
        return jsonify({**answer, "message": str(words.SECTION_SAVED)})
    flash(words.SECTION_SAVED_WITH_GAPS if answer["gaps"] else words.SECTION_SAVED, "success")
    if answer["gaps"]:
        return redirect(url_for("accreditation.section_edit", reference=reference, code=code), code=303)
    return redirect(_next_address(get_visible_proposal(actor, reference), code), code=303)


def _by_script() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _next_address(proposal: Proposal, code: str) -> str:
    """Where Save leads: the file's page, or the next section when that was asked for."""
    codes = [section.code for section in sections_of(proposal)]
    if request.form.get("go") == "next" and code in codes and code != codes[-1]:
        following = codes[codes.index(code) + 1]
        return url_for("accreditation.section_edit", reference=proposal.reference, code=following)
    return url_for("accreditation.proposal_show", reference=proposal.reference)


def _refused(reference: str, section: Section, typed: Mapping[str, Any], refusal: WrongState) -> Any:
    """What was typed stays on the page; what somebody else saved stands beside it."""
    proposal = get_visible_proposal(current_actor(), reference)
    if _by_script():
        return jsonify({"message": str(refusal.message)}), 409
    row = row_of(proposal, section.code)
    content, _gaps = read_section(section, typed, known_codes())
    theirs = dict(row.content) if row is not None and isinstance(refusal, Stale) else None
    return _form(proposal, section, content, 409, message=str(refusal.message), theirs=theirs)


def _form(
    proposal: Proposal,
    section: Section,
    content: Mapping[str, Any],
    status: int,
    *,
    message: str = "",
    theirs: Mapping[str, Any] | None = None,
    check: bool = False,
) -> Any:
    known, rows, row = known_codes(), criterion_rows(proposal), row_of(proposal, section.code)
    evidence = kept_evidence(proposal)
    gaps = section_gaps(
        section,
        content,
        evidence={one.criterion_code or "" for one in evidence},
        kind=proposal.kind,
        today=amsterdam_day(utcnow()),
        known=known,
    )
    unreadable = [gap for gap in gaps if check or gap.code not in ("required", "document_required", "too_few_years")]
    codes = [one.code for one in sections_of(proposal)]
    rendered = render_template(
        "accreditation/section_edit.html",
        proposal=proposal,
        section=section,
        title=words.section_title(section, proposal.guideline_version),
        fields=fields_shown(
            section, content, unreadable, kind=proposal.kind, rows=rows, known=known, evidence=evidence
        ),
        problems=_problems(unreadable, section, rows, message),
        version=row.version_id if row else 0,
        row=row,
        theirs=_answers(section, theirs, rows) if theirs is not None else None,
        marks=_marks(proposal, section, rows),
        has_next=section.code in codes and section.code != codes[-1],
        words=words,
    )
    return rendered, status


def _problems(gaps: list[Gap], section: Section, rows: Mapping[str, Any], message: str) -> list[dict[str, Any]]:
    found = [{"id": None, "message": message}] if message else []
    for gap in gaps:
        place = f"{gap.field}-{gap.values['row']}-{gap.values['column']}" if "column" in gap.values else gap.field
        question = words.field_label(section.code, gap.field, rows)
        found.append({"id": place, "message": words.in_sentence(question, words.gap_words(gap))})
    return found


def _answers(section: Section, content: Mapping[str, Any], rows: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [
        (words.field_label(section.code, item, rows), words.answer_words(item, content.get(item.code)))
        for item in section.fields
    ]


def _marks(
    proposal: Proposal,
    section: Section,
    rows: Mapping[str, Any],
    contents: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, str]:
    """In a renewal: by question, what the answer is beside the last decided file; so that one looks at changes."""
    if proposal.kind != ProposalKind.RENEWAL:
        return {}
    found = marks_of(proposal, now=utcnow(), contents=contents).get(section.code, {})
    return {words.field_label(section.code, name, rows): str(words.MARKS[mark]) for name, mark in found.items()}


def _reading(proposal: Proposal, section: Section, actor: Actor) -> Any:
    """For who may not fill it in now: the answers as they were handed in, or as they stand for the chamber."""
    seen, rows = file_seen_by(actor, proposal), criterion_rows(proposal)
    return render_template(
        "accreditation/section_show.html",
        proposal=proposal,
        section=section,
        title=words.section_title(section, proposal.guideline_version),
        answers=_answers(section, seen.contents.get(section.code, {}), rows),
        marks=_marks(proposal, section, rows, seen.contents),
        documents=[one for one in seen.evidence if one.criterion_code in {item.code for item in section.fields}],
        submission=seen.submission,
        words=words,
    )
