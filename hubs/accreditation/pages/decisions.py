"""What the pages of a decision show: what is decided and why, what is lacking, what changed, and earlier cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import joinedload

from hubs.accounts.actor import Actor
from hubs.accounts.models import Organisation, OrganisationKind, Person
from hubs.accounts.permissions import P
from hubs.accreditation.deciding_rules import KIND_OF_OUTCOME, departs
from hubs.accreditation.lifecycle import OPEN_STATES, DecisionState
from hubs.accreditation.lifecycle import ProposalState as S
from hubs.accreditation.models import Decision, Evidence, InternalNote, Letter, Objection, Proposal
from hubs.accreditation.operations.attempts import GROUNDS
from hubs.accreditation.operations.deciding import problems_before_signing
from hubs.accreditation.operations.objecting import objection_period
from hubs.accreditation.operations.signing import changes_of_file
from hubs.accreditation.pages.terms import TermPanel, proposal_term
from hubs.accreditation.queries.assessments import notes_visible_to
from hubs.accreditation.queries.conflicts import conflicts_of
from hubs.accreditation.queries.proposals import proposals_visible_to
from hubs.accreditation.queries.similar import failed_criteria, similar_decisions
from hubs.accreditation.results import blind_to, is_blind
from hubs.accreditation.statutory import Term, amsterdam_day
from hubs.accreditation.words import decisions as words
from hubs.core.errors import NotPermitted
from hubs.core.events import Event, EventPersonal
from hubs.core.perform import open_actions
from hubs.extensions import db

INTERNAL = frozenset({"decision.draft", "decision.edit", "decision.drop", "decision.attempt_refused"})


@dataclass(frozen=True)
class DecisionPage:
    """Everything one decision shows to one reader."""

    decision: Decision
    for_ministry: bool
    departs: bool
    computed_kind: str | None
    problems: Sequence[Any] = ()
    changes: Sequence[str] = ()
    conflicts: Sequence[Any] = ()
    actions: dict[str, Any] = field(default_factory=dict)
    may_edit: bool = False
    term: TermPanel | None = None
    similar: Sequence[Decision] = ()
    rivals: int = 0
    notes: Sequence[InternalNote] = ()
    letters: Sequence[Letter] = ()
    replaced_by: Decision | None = None
    period: Term | None = None
    objections: Sequence[Objection] = ()
    may_object: bool = False
    may_replace: bool = False
    history: Sequence[Row[Any]] = ()


def decision_page(decision: Decision, actor: Actor, now: datetime) -> DecisionPage:
    """The page of one decision; a hub never sees drafts, internal advice or attempts."""
    for_ministry = actor.organisation_kind == OrganisationKind.MINISTRY
    signed, today = decision.state == DecisionState.SIGNED, amsterdam_day(now)
    draft = decision.state == DecisionState.DRAFT
    proposal = decision.proposal
    if for_ministry and proposal is not None and is_blind(actor, proposal.id):
        raise NotPermitted(message=_l("You score this proposal again, blind. You can read the decision after that."))
    period = objection_period(decision) if signed else None
    return DecisionPage(
        decision=decision,
        for_ministry=for_ministry,
        departs=departs(decision.kind, decision.computed_outcome),
        computed_kind=KIND_OF_OUTCOME.get(decision.computed_outcome or ""),
        problems=problems_before_signing(decision, now=now) if draft else (),
        changes=_changes(decision) if draft else (),
        conflicts=_conflicts(decision, actor) if draft else (),
        actions={row.name: row.label for row in open_actions(decision, actor)},
        may_edit=draft and actor.can(P.DECISION_DRAFT),
        term=proposal_term(proposal, today) if proposal is not None else None,
        similar=_similar(decision, actor) if for_ministry else (),
        rivals=_rivals(proposal, actor) if for_ministry and draft and proposal is not None else 0,
        notes=_notes(decision, actor) if for_ministry else (),
        letters=letters_of(decision),
        replaced_by=_replaced_by(decision) if signed else None,
        period=period,
        objections=_objections(decision) if signed else (),
        may_object=signed and _may_object(decision, actor, for_ministry),
        may_replace=signed and proposal is not None and actor.can(P.DECISION_DRAFT),
        history=decision_history(decision, for_ministry=for_ministry),
    )


def _changes(decision: Decision) -> list[str]:
    changes = changes_of_file(decision)
    ids = [change.key for change in changes if change.part == "evidence"]
    titles: dict[str, str] = {}
    if ids:
        rows = db.session.execute(select(Evidence.id, Evidence.title).where(Evidence.id.in_(ids)))
        titles = {row.id: row.title for row in rows}
    return list(dict.fromkeys(words.change_words(change, titles) for change in changes))


def _conflicts(decision: Decision, actor: Actor) -> list[Any]:
    if not actor.can(P.DECISION_SIGN):
        return []
    if actor.person_id is None:
        return [GROUNDS["no_person"]]
    return [GROUNDS[code] for code in conflicts_of(actor.person_id, decision)]


def _similar(decision: Decision, actor: Actor) -> list[Decision]:
    """Without one on a proposal that this reader is scoring again, blind."""
    if decision.proposal is None:
        return []
    blind = set(db.session.execute(blind_to(actor)).scalars())
    found = similar_decisions(decision.proposal, decision.computed_outcome, failed_criteria(decision.computed))
    return [row for row in found if row.proposal_id not in blind]


def _rivals(proposal: Proposal, actor: Actor) -> int:
    if proposal.market is None:
        return 0
    statement = proposals_visible_to(actor).where(
        Proposal.market == proposal.market, Proposal.state.in_(OPEN_STATES), Proposal.hub_id != proposal.hub_id
    )
    return len(db.session.execute(statement.with_only_columns(Proposal.id)).all())


def _notes(decision: Decision, actor: Actor) -> list[InternalNote]:
    if decision.proposal is not None:
        return notes_visible_to(actor, decision.proposal)
    statement = select(InternalNote).where(InternalNote.accreditation_id == decision.accreditation_id)
    statement = statement.options(joinedload(InternalNote.person)).order_by(InternalNote.id)
    return list(db.session.execute(statement).scalars())


def letters_of(decision: Decision) -> list[Letter]:
    statement = select(Letter).where(Letter.decision_id == decision.id, Letter.objection_id.is_(None))
    return list(db.session.execute(statement.order_by(Letter.language.desc(), Letter.id)).scalars())


def _replaced_by(decision: Decision) -> Decision | None:
    statement = select(Decision).where(Decision.replaces_id == decision.id, Decision.state == DecisionState.SIGNED)
    return db.session.execute(statement.limit(1)).scalar_one_or_none()


def _objections(decision: Decision) -> list[Objection]:
    statement = select(Objection).where(Objection.decision_id == decision.id).order_by(Objection.id)
    return list(db.session.execute(statement).scalars())


def _may_object(decision: Decision, actor: Actor, for_ministry: bool) -> bool:
    return actor.can(P.OBJECTION_HANDLE) if for_ministry else actor.can(P.OBJECTION_LODGE, decision)


def decision_history(decision: Decision, *, for_ministry: bool) -> list[Row[Any]]:
    """What happened to it, newest first; the ministry's own steps are for the ministry only."""
    statement = (
        select(Event, Person.name, Organisation, EventPersonal.value)
        .outerjoin(Person, Person.id == Event.actor_id)
        .outerjoin(Organisation, Organisation.id == Event.organisation_id)
        .outerjoin(EventPersonal, and_(EventPersonal.event_id == Event.id, EventPersonal.field == "note"))
        .where(Event.subject_type == Decision.__tablename__, Event.subject_id == decision.id)
        .order_by(Event.id.desc())
    )
    if not for_ministry:
        statement = statement.where(Event.kind.not_in(INTERNAL))
    return list(db.session.execute(statement))


# --- the folder ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FolderResult:
    """What came of one draft in the folder."""

    reference: str
    title: str
    is_signed: bool
    messages: tuple[Any, ...] = ()


def decision_rows(statement: Any, *, only: str) -> Any:
    """The list of decisions: drafts to sign, signed ones, or all."""
    if only == "to_sign":
        waiting = select(Proposal.id).where(Proposal.state.in_((S.DECISION_DRAFTED, S.RETURNED)))
        statement = statement.where(
            Decision.state == DecisionState.DRAFT,
            or_(Decision.proposal_id.is_(None), Decision.proposal_id.in_(waiting)),
        )
    elif only == "signed":
        statement = statement.where(Decision.state == DecisionState.SIGNED)
    return statement.options(
        joinedload(Decision.hub), joinedload(Decision.proposal), joinedload(Decision.signed_by)
    ).order_by(None)
