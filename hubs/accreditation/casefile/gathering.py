"""Everything there is about a case, read in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, false, or_, select
from sqlalchemy.orm import joinedload, selectinload

from hubs.accounts.models import Organisation
from hubs.accreditation.casefile import assessment_papers, papers
from hubs.accreditation.casefile.papers import Binder
from hubs.accreditation.casefile.people import names_in
from hubs.accreditation.casefile.pieces import Piece, PieceKind, Purpose
from hubs.accreditation.lifecycle import DecisionState
from hubs.accreditation.lifecycle import ProposalState as S
from hubs.accreditation.models import (
    Accreditation,
    Condition,
    Decision,
    Evidence,
    FactCheck,
    Hearing,
    InternalNote,
    Letter,
    Moderation,
    Objection,
    Proposal,
    Score,
)
from hubs.accreditation.results import both_finished
from hubs.accreditation.words.letters import LANGUAGE_WORDS, LETTER_KIND_WORDS
from hubs.core import stamps
from hubs.core.events import Event
from hubs.core.file_types import BY_MEDIA_TYPE
from hubs.core.stored_files import StoredFile
from hubs.extensions import db

K = PieceKind
MOST_EVENTS = 5000


@dataclass(frozen=True, slots=True)
class Case:
    """What a file is about: a proposal with all that followed, or an accreditation that was decided on by itself."""

    hub: Organisation
    proposal: Proposal | None = None
    accreditation: Accreditation | None = None

    @property
    def reference(self) -> str:
        if self.proposal is not None:
            return self.proposal.reference
        return self.accreditation.decision.reference if self.accreditation is not None else ""

    @property
    def subject(self) -> Any:
        return self.proposal or self.accreditation


def case_of_objection(objection: Objection) -> Case:
    """The case of the decision an objection is against."""
    decision = objection.decision
    return Case(decision.hub, decision.proposal, None if decision.proposal else decision.accreditation)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The rows of a case."""

    decisions: Sequence[Decision]
    objections: Sequence[Objection]
    hearings: Sequence[Hearing]
    notes: Sequence[InternalNote]
    letters: Sequence[Letter]
    evidence: Sequence[Evidence]
    scores: Sequence[Score]
    moderations: Sequence[Moderation]
    checks: Sequence[FactCheck]
    events: Sequence[Event]


def _all(statement: Any) -> list[Any]:
    return list(db.session.execute(statement).scalars())


def _about(model: Any, case: Case) -> Any:
    """Rows of a table that can hang on a proposal or on an accreditation."""
    if case.proposal is not None:
        return model.proposal_id == case.proposal.id
    return model.accreditation_id == case.accreditation.id if case.accreditation else false()


def _of_proposal(model: Any, case: Case, *options: Any) -> list[Any]:
    if case.proposal is None:
        return []
    return _all(select(model).where(model.proposal_id == case.proposal.id).options(*options).order_by(model.id))


def gather(case: Case) -> Gathered:
    """Everything about a case. Drafts of decisions are no pieces: nothing has been decided by them.

    Neither are scores and internal notes while the assessors still work blind to one another (domain.md).
    """
    weighing = case.proposal is not None and is_being_weighed(case.proposal)
    decisions = _all(
        select(Decision)
        .where(_about(Decision, case), Decision.state == DecisionState.SIGNED)
        .options(selectinload(Decision.conditions).joinedload(Condition.evidence_file), joinedload(Decision.replaces))
        .order_by(Decision.signed_at, Decision.id)
    )
    ids = [decision.id for decision in decisions]
    objections = _all(
        select(Objection)
        .where(Objection.decision_id.in_(ids))
        .options(joinedload(Objection.file), joinedload(Objection.decision))
        .order_by(Objection.id)
    )
    heard = or_(_about(Hearing, case), Hearing.objection_id.in_([row.id for row in objections]))
    wrote = or_(
        _about(Letter, case), Letter.decision_id.in_(ids), Letter.objection_id.in_([row.id for row in objections])
    )
    return Gathered(
        decisions,
        objections,
        _all(select(Hearing).where(heard).order_by(Hearing.id)),
        [] if weighing else _all(select(InternalNote).where(_about(InternalNote, case)).order_by(InternalNote.id)),
        _all(select(Letter).where(wrote).options(joinedload(Letter.file)).order_by(Letter.made_at, Letter.language)),
        [row for row in _of_proposal(Evidence, case, joinedload(Evidence.file)) if row.removed_at is None],
        [] if weighing else _of_proposal(Score, case),
        [] if weighing else _of_proposal(Moderation, case),
        _of_proposal(FactCheck, case),
        _events(case, [*decisions, *objections]),
    )


def is_being_weighed(proposal: Proposal) -> bool:
    """Whether scores may still change, so that nobody may learn one."""
    running = proposal.state in (S.SUBMITTED, S.IN_ASSESSMENT, S.RETURNED)
    return running and not both_finished(proposal.assessors)


def _events(case: Case, others: Sequence[Any]) -> list[Event]:
    subjects = [case.subject, *others]
    about = [and_(Event.subject_type == row.__tablename__, Event.subject_id == row.id) for row in subjects]
    about += [and_(Event.related_type == row.__tablename__, Event.related_id == row.id) for row in subjects]
    return _all(select(Event).where(or_(*about)).order_by(Event.id).limit(MOST_EVENTS))


# --- rows into pieces --------------------------------------------------------------------------------------


def pieces_of(case: Case, purpose: Purpose, language: str, now: datetime) -> tuple[list[Piece], Binder]:
    """Every piece of a case, with the papers made in `language` (the one that holds), and what they have in common."""
    rows = gather(case)
    names = names_in(
        case.proposal,
        rows.decisions,
        rows.objections,
        _people(case, rows),
        hub_id=case.hub.id,
        hidden=purpose == Purpose.WOO,
    )
    made_up = case.hub.is_demo or stamps.current(db.session(), stamps.DEMO) > 0
    binder = Binder(case.reference, case.hub.name(language), language, names, made_up, now)
    found = [*_handed_in(case, rows, binder), *_weighed(case, rows, binder), *_decided(rows, binder)]
    offices = {row.id: row.name(language) for row in _organisations(rows.events)}
    trail = assessment_papers.trail_paper(rows.events, offices, binder)
    last = rows.events[-1].at if rows.events else now
    return [*found, Piece(K.EVENTS, _("Everything that happened"), last, _("The service"), trail)], binder


def _people(case: Case, rows: Gathered) -> Iterator[str | None]:
    """Whoever wrote, scored, advised, added or did something."""
    for entry in rows.events:
        yield entry.actor_id if entry.actor_kind == "person" else None
    written: tuple[Any, ...] = (*rows.scores, *rows.checks, *rows.moderations, *rows.notes)
    yield from (row.person_id for row in written)
    for document in rows.evidence:
        yield document.added_by_id
    for hearing in rows.hearings:
        yield hearing.recorded_by_id
    for objection in rows.objections:
        yield objection.lodged_by_id
        yield objection.handler_id
    if case.proposal is not None:
        yield from (row.given_by_id for row in case.proposal.advices)
        yield from (row.submitted_by_id for row in case.proposal.submissions)


def _organisations(events: Sequence[Event]) -> list[Organisation]:
    ids = {entry.organisation_id for entry in events if entry.organisation_id}
    return _all(select(Organisation).where(Organisation.id.in_(ids)))


def _handed_in(case: Case, rows: Gathered, binder: Binder) -> Iterator[Piece]:
    hub = binder.hub
    for submission in case.proposal.submissions if case.proposal else ():
        title = _("Proposal as handed in, number %(number)s", number=submission.number)
        paper = papers.submission_paper(submission, binder)
        yield Piece(K.SUBMISSION, title, submission.submitted_at, hub, paper)
        dossier = submission.dossier
        if dossier is not None:
            title = _("Market-need dossier with number %(number)s", number=submission.number)
            paper = papers.dossier_paper(dossier.payload, dossier.sha256, binder)
            yield Piece(K.DOSSIER, title, dossier.computed_at, _("The service"), paper)
    for document in rows.evidence:
        title = binder.names.text(document.title)
        if document.is_late:
            title = _("%(title)s (late)", title=title)
        yield _stored(K.EVIDENCE, title, document.added_at, hub, document.file)


def _stored(kind: PieceKind, title: str, at: datetime, author: str, file: StoredFile) -> Piece:
    known = BY_MEDIA_TYPE.get(file.media_type)
    return Piece(kind, title, at, author, sha256=file.sha256, extension=known.extension if known else "bin")


def _weighed(case: Case, rows: Gathered, binder: Binder) -> Iterator[Piece]:
    proposal, names = case.proposal, binder.names
    for advice in proposal.advices if proposal else ():
        author = advice.post.name(binder.language)
        yield Piece(
            K.ADVICE, _("Advice of the post"), advice.given_at or advice.asked_at, author,
            papers.advice_paper(advice, binder),
        )  # fmt: skip
    if proposal is not None and (rows.scores or rows.checks):
        saved: tuple[Any, ...] = (*rows.scores, *rows.checks, *rows.moderations)
        last = max(row.saved_at for row in saved)
        paper = assessment_papers.assessment_paper(proposal, rows.scores, rows.moderations, rows.checks, binder)
        yield Piece(K.ASSESSMENT, _("Assessment"), last, _("Ministry"), paper)
    for note in rows.notes:
        author = names.of(note.person_id)
        yield Piece(K.INTERNAL_NOTE, _("Internal advice"), note.written_at, author, papers.note_paper(note, binder))
    for hearing in rows.hearings:
        at = hearing.recorded_at or hearing.invited_at or binder.now
        yield Piece(K.HEARING, _("Hearing"), at, _("Ministry"), papers.hearing_paper(hearing, binder))


def _decided(rows: Gathered, binder: Binder) -> Iterator[Piece]:
    for decision in rows.decisions:
        title = _("Decision %(reference)s", reference=decision.reference)
        at = decision.signed_at or decision.drafted_at
        yield Piece(K.DECISION, title, at, _("Ministry"), papers.decision_paper(decision, binder))
        for condition in decision.conditions:
            if condition.evidence_file is not None:
                title = _("Proof with condition %(number)s", number=condition.position)
                given = condition.evidence_at or at
                yield _stored(K.EVIDENCE, title, given, binder.hub, condition.evidence_file)
    for letter in rows.letters:
        title = _(
            "Letter %(reference)s: %(kind)s (%(language)s)",
            reference=letter.reference,
            kind=LETTER_KIND_WORDS[letter.kind],
            language=LANGUAGE_WORDS[letter.language],
        )
        yield _stored(K.LETTER, title, letter.made_at, _("Ministry"), letter.file)
    for objection in rows.objections:
        title = _("Objection against %(reference)s", reference=objection.decision.reference)
        paper = papers.objection_paper(objection, binder)
        yield Piece(K.OBJECTION, title, objection.received_at, binder.hub, paper)
        if objection.file is not None:
            title = _("Letter of objection against %(reference)s", reference=objection.decision.reference)
            yield _stored(K.OBJECTION, title, objection.received_at, binder.hub, objection.file)
