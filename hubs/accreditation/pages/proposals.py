"""The page of a proposal put together: its parts and their progress, what is missing, documents, submissions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for

from hubs.accounts.actor import Actor
from hubs.accounts.permissions import P
from hubs.accreditation.differences import EVIDENCE, Difference, differences
from hubs.accreditation.hints import Document, hints_of
from hubs.accreditation.lifecycle import ProposalState
from hubs.accreditation.models import Decision, Evidence, Letter, Proposal, Submission
from hubs.accreditation.operations.proposals import EDITABLE
from hubs.accreditation.pages.terms import TermPanel, proposal_term
from hubs.accreditation.queries.files import (
    FileSeen,
    contents_of,
    decisions_on,
    file_seen_by,
    history_of,
    kept_evidence,
    known_codes,
    open_hints,
    sections_of,
)
from hubs.accreditation.queries.letters import letters_of
from hubs.accreditation.results import is_blind
from hubs.accreditation.sections import Gap, Progress, Section, progress_of, section_gaps
from hubs.accreditation.statutory import amsterdam_day
from hubs.accreditation.words import proposals as words
from hubs.core.templating import locale_code
from hubs.guideline.models import CriterionRow

S = ProposalState
INSIDE_STATES = (S.IN_ASSESSMENT, S.ASSESSED, S.DECISION_DRAFTED)


@dataclass(frozen=True, slots=True)
class Part:
    """One section in the list of parts."""

    code: str
    title: str
    href: str
    progress: Progress
    updated_at: datetime | None
    updated_by: str


@dataclass(frozen=True, slots=True)
class Missing:
    """One line of what is missing, with the place to mend it."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class DocumentShown:
    """One document in the list."""

    evidence: Evidence
    href: str
    about: str
    size_kb: int


@dataclass(frozen=True, slots=True)
class SubmissionShown:
    """A handing-in and what it changed since the one before."""

    submission: Submission
    changes: tuple[ChangeShown, ...]


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One difference in words."""

    kind: str
    what: str
    before: str
    after: str


@dataclass(frozen=True)
class ProposalPage:
    """Everything the page shows besides the proposal itself."""

    is_own: bool
    is_blind: bool  # scores this file again for calibration
    state: str
    version: int
    may_write: bool
    is_editable: bool
    seen: FileSeen
    parts: tuple[Part, ...]
    missing: tuple[Missing, ...]
    documents: tuple[DocumentShown, ...]
    submissions: tuple[SubmissionShown, ...]
    hints: tuple[str, ...]
    history: tuple[Any, ...]
    next_step: str
    holder: str
    term: TermPanel | None
    decisions: tuple[Decision, ...]
    letters: tuple[Letter, ...]
    desk: tuple[tuple[str, str], ...]  # what the ministry can go on to


def criterion_rows(proposal: Proposal) -> dict[str, CriterionRow]:
    """The criteria of the version a file was begun under, by code."""
    return {row.code: row for row in proposal.guideline_version.criteria}


def proposal_page(proposal: Proposal, actor: Actor, now: datetime) -> ProposalPage:
    """The page for this reader."""
    today, is_own = amsterdam_day(now), actor.organisation_id == proposal.hub_id
    sections, rows, seen = sections_of(proposal), criterion_rows(proposal), file_seen_by(actor, proposal)
    gaps = gaps_now(proposal, actor, today)
    state = state_seen(proposal.state, is_own=is_own, is_decided=proposal.decided_at is not None)
    next_step, holder = words.NEXT_STEPS[ProposalState(state)]
    blind = is_blind(actor, proposal.id)
    return ProposalPage(
        is_own=is_own,
        is_blind=blind,
        state=state,
        version=version_seen(proposal, is_own=is_own),
        may_write=actor.can(P.PROPOSAL_WRITE, proposal),
        is_editable=proposal.state in EDITABLE,
        seen=seen,
        parts=parts_seen(proposal, actor, seen, today),
        missing=tuple(missing_line(proposal, gap, sections, rows) for gap in gaps),
        documents=documents_shown(proposal, seen.evidence, rows),
        submissions=_submissions(proposal, sections, rows),
        hints=_hints(proposal, actor, today),
        history=() if blind else tuple(_history(proposal, actor)),
        next_step=str(next_step),
        holder=holder,
        term=proposal_term(proposal, today),
        decisions=tuple(decisions_on(actor, proposal)),
        letters=_letters(actor, proposal),
        desk=() if blind else tuple(_desk(proposal, actor)),
    )


def _letters(actor: Actor, proposal: Proposal) -> tuple[Letter, ...]:
    """The letters in the reader's language, newest first; each leads to the other language."""
    found = letters_of(actor, proposal=proposal)
    return tuple(reversed([letter for letter in found if letter.language == locale_code()]))


def _desk(proposal: Proposal, actor: Actor) -> Iterator[tuple[str, str]]:
    if not actor.can(P.ASSESSMENT_READ):
        return
    reference = proposal.reference
    if proposal.assessed_at is not None:
        yield words.DESK["result"], url_for("accreditation.proposal_result", reference=reference)
    if actor.can(P.DECISION_DRAFT) and proposal.state in (S.ASSESSED, S.DECIDED, S.RETURNED):
        yield words.DESK["draft"], url_for("accreditation.decision_new", reference=reference)
    if proposal.market:
        place = url_for("accreditation.proposals_side_by_side", market=proposal.market)
        yield words.DESK["side_by_side"], place
    if actor.can(P.FILE_EXPORT):
        yield words.DESK["file"], url_for("accreditation.proposal_file", reference=reference)


def _documents_by_criterion(evidence: Sequence[Evidence]) -> set[str]:
    return {row.criterion_code for row in evidence if row.criterion_code}


def state_seen(state: str, *, is_own: bool, is_decided: bool = False) -> str:
    """The state as this reader may know it: how far the ministry's own thinking is, is not the chamber's.

    Nor is that the ministry thinks of a new decision in place of one it took (`is_decided`).
    """
    if not is_own or state not in INSIDE_STATES:
        return state
    return S.DECIDED if is_decided else S.IN_ASSESSMENT


def version_seen(proposal: Proposal, *, is_own: bool) -> int:
    """The version a change is made on; the chamber's moves with its own acts only, so that it does not count scores."""
    if not is_own:
        return proposal.version_id
    return 2 * len(proposal.submissions) + (proposal.state in EDITABLE)


def gaps_now(proposal: Proposal, actor: Actor, today: date) -> tuple[Gap, ...]:
    """What is missing, for the chamber while it can still mend it; nothing for everybody else."""
    if actor.organisation_id != proposal.hub_id or proposal.state not in EDITABLE:
        return ()
    sections = sections_of(proposal)
    contents, known = contents_of(proposal), known_codes()
    evidence = _documents_by_criterion(kept_evidence(proposal))
    return tuple(
        gap
        for section in sections
        for gap in section_gaps(
            section, contents.get(section.code, {}), evidence=evidence, kind=proposal.kind, today=today, known=known
        )
    )


def parts_seen(proposal: Proposal, actor: Actor, seen: FileSeen, today: date) -> tuple[Part, ...]:
    """The sections with their progress; who saved last is the chamber's own matter."""
    sections, is_own = sections_of(proposal), actor.organisation_id == proposal.hub_id
    rows = {row.code: row for row in proposal.sections} if is_own else {}
    evidence = _documents_by_criterion(seen.evidence)
    found = []
    for section in sections:
        row = rows.get(section.code)
        content = seen.contents.get(section.code, {})
        found.append(
            Part(
                section.code,
                words.section_title(section, proposal.guideline_version),
                url_for("accreditation.section_edit", reference=proposal.reference, code=section.code),
                progress_of(section, content, evidence=evidence, kind=proposal.kind, today=today),
                row.updated_at if row else None,
                row.updated_by.name if row and row.updated_by else "",
            )
        )
    return tuple(found)


def missing_line(
    proposal: Proposal, gap: Gap, sections: Sequence[Section], rows: Mapping[str, CriterionRow]
) -> Missing:
    """A gap as a line, with a link to the field in its section."""
    title = words.section_title(gap.section, proposal.guideline_version)
    question = words.field_label(gap.section, gap.field, rows)
    place = url_for("accreditation.section_edit", reference=proposal.reference, code=gap.section, _anchor=gap.field)
    if gap.code == "document_required":
        place = url_for("accreditation.evidence_list", reference=proposal.reference, criterion=gap.field, _anchor="add")
    return Missing(words.gap_line(gap, title, question), place)


def documents_shown(
    proposal: Proposal, evidence: Sequence[Evidence], rows: Mapping[str, CriterionRow]
) -> tuple[DocumentShown, ...]:
    return tuple(
        DocumentShown(
            row,
            url_for("accreditation.evidence_show", reference=proposal.reference, evidence_id=row.id),
            words.field_label("", row.criterion_code, rows) if row.criterion_code else "",
            max(1, round(row.file.size / 1024)),
        )
        for row in evidence
    )


def _submissions(
    proposal: Proposal, sections: Sequence[Section], rows: Mapping[str, CriterionRow]
) -> tuple[SubmissionShown, ...]:
    found = []
    before: Submission | None = None
    for submission in proposal.submissions:
        changed = differences(before.content, submission.content) if before is not None else ()
        shown = tuple(change_shown(proposal, one, sections, rows) for one in changed)
        found.append(SubmissionShown(submission, shown))
        before = submission
    return tuple(reversed(found))


def change_shown(
    proposal: Proposal, one: Difference, sections: Sequence[Section], rows: Mapping[str, CriterionRow]
) -> ChangeShown:
    """A difference in words; of a list only the items that came or went."""
    if one.section == EVIDENCE:
        return ChangeShown(one.kind, words.document_words(), str(one.before or ""), str(one.after or ""))
    section = words.sections_by_code(sections).get(one.section)
    item = section.field(one.field) if section else None
    what = words.field_label(one.section, one.field, rows)
    before = list(one.gone) if one.added or one.gone else one.before
    after = list(one.added) if one.added or one.gone else one.after
    return ChangeShown(one.kind, what, words.in_one(item, before), words.in_one(item, after))


def _hints(proposal: Proposal, actor: Actor, today: date) -> tuple[str, ...]:
    """What was noticed at the submission; for a chamber at work what would be noticed now."""
    if actor.organisation_id == proposal.hub_id and proposal.state in EDITABLE:
        documents = [Document(row.criterion_code or "", row.title, row.document_on) for row in kept_evidence(proposal)]
        noticed = hints_of(contents_of(proposal), documents, today)
        return tuple(words.hint_words(one.code, one.subject, one.values) for one in noticed)
    return tuple(words.hint_words(row.code, row.subject, row.values) for row in open_hints(proposal))


def _history(proposal: Proposal, actor: Actor) -> list[Any]:
    """What happened, newest first; the ministry's own steps, and the notes with them, are for the ministry."""
    is_own, ministry = actor.organisation_id == proposal.hub_id, actor.can(P.ASSESSMENT_READ)
    kinds = [kind for kind in words.SHOWN_EVENTS if ministry or kind not in words.INSIDE]
    found = []
    for row in history_of(proposal, kinds):
        event, person, organisation, note = tuple(row)
        if event.kind == "proposal.add_evidence" and not event.data.get("is_late"):
            continue
        inside = is_own and event.organisation_id != proposal.hub_id
        label = words.EVENT_WORDS.get(event.kind, words.LATE_DOCUMENT)
        found.append((event, label, "" if inside else person or "", organisation, note))
    return found
